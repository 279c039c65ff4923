//! Continues after an invalid record, in a text that is complete in memory.

use std::ops::Range;

use super::fault::{Look, preamble};
use super::tape::{Stop, Tape, space, span, string};
use super::wrong::JsonError;

/// So many records of one text are left out; one with more faults is not the format it was taken for. Each costs another
/// pass.
pub(super) const MOST: usize = 64;

/// What [`recover`] took out of a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Removed {
    /// Number of records.
    pub(super) records: u64,
    /// What is wrong with the first of them.
    pub(super) fault: Option<JsonError>,
    /// Number of texts between records.
    pub(super) between: u64,
}

/// Takes records, and words between them, out of a text until the rest is JSON. `None` if none is at fault, or too many
/// are.
pub(super) fn recover(text: &mut String) -> Option<Removed> {
    let mut removed = Removed::default();
    for _ in 0..=MOST {
        match Tape::default().read(text, 0) {
            Ok(_) => return Some(removed).filter(|removed| *removed != Removed::default()),
            Err(Stop::Short) => return None,
            Err(Stop::Bad(at)) => {
                let part = if let Some(words) = words(text.as_bytes(), at) {
                    removed.between += 1;
                    words
                } else {
                    removed.records += 1;
                    removed.fault.get_or_insert_with(|| JsonError::at(text.as_bytes(), at));
                    record(text.as_bytes(), 0, at)?
                };
                text.get(part.clone())?;
                text.replace_range(part, "");
            }
        }
    }
    None
}

/// Returns the lines, such as those of a log, that stand in a list in place of a record and contain the byte at `stop`.
/// `None` if a record contains it.
fn words(bytes: &[u8], stop: usize) -> Option<Range<usize>> {
    let is_words = |level: &Level| {
        let begins = space(bytes, level.1);
        let is_text = !matches!(bytes.get(begins), None | Some(b'"' | b'{' | b'}' | b']' | b',' | b':'));
        (level.0 == b'[' && is_text).then_some(begins)
    };
    let begins = levels(bytes, 0, stop).iter().find_map(is_words)?;
    let end = begins + preamble(&bytes[begins..])?;
    (end > stop).then_some(begins..end)
}

/// Returns the range of the record that contains the fault at `stop`, in the text that starts at `from`, with the comma next
/// to it. The record is the innermost object with a time in a list of objects or in an object of objects; else an element
/// of the outermost list of objects or lists; else a member of an object inside the outermost one; else a member of that.
/// `None` if its end cannot be found.
pub(super) fn record(bytes: &[u8], from: usize, stop: usize) -> Option<Range<usize>> {
    let levels = levels(bytes, from, stop);
    let timed = levels.iter().rev().find_map(|level| timed(bytes, level, stop));
    let is_records =
        |level: &&Level| level.0 == b'[' && matches!(bytes.get(space(bytes, level.1)), Some(b'{' | b'['));
    let is_object = |level: &&Level| level.0 == b'{';
    let (begins, end) = match timed {
        Some(part) => (part.start, part.end),
        None => {
            let (open, begins, _) = *levels
                .iter()
                .find(is_records)
                .or_else(|| levels.iter().skip(1).find(is_object))
                .or_else(|| levels.first().filter(is_object))?;
            (begins, end(bytes, begins, stop, open == b'{')?)
        }
    };
    if bytes.get(begins.checked_sub(1)?) == Some(&b',') {
        return Some(begins - 1..end);
    }
    let after = space(bytes, end);
    Some(begins..if bytes.get(after) == Some(&b',') { after + 1 } else { end })
}

/// An open bracket, with the offsets of its current and its first part.
type Level = (u8, usize, usize);

/// Members by which an object counts as a record: its times.
const TIMES: [&[u8]; 12] = [
    b"\"start",
    b"\"end_",
    b"_time\"",
    b"_at\"",
    b"At\"",
    b"Time\"",
    b"\"timestamp",
    b"\"ts\"",
    b"\"t\"",
    b"\"time\"",
    b"\"begin",
    b"\"timing\"",
];

/// Returns the current part of a level if it is a record: an object with a time, in a list or in an object of objects.
/// Objects without a time, such as parameters and labels, are never removed alone, because they may contain an outcome.
fn timed(bytes: &[u8], level: &Level, stop: usize) -> Option<Range<usize>> {
    let (open, begins, first) = *level;
    let keyed = open == b'{';
    let value = |at: usize| {
        let at = space(bytes, at);
        let at = if keyed { space(bytes, string(bytes, at).ok()?.0) } else { at };
        if keyed && bytes.get(at) != Some(&b':') {
            return None;
        }
        Some(space(bytes, at + usize::from(keyed)))
    };
    let is_object = |at: usize| value(at).is_some_and(|at| bytes.get(at) == Some(&b'{'));
    if !is_object(begins) || !is_object(first) {
        return None;
    }
    let end = end(bytes, begins, stop, keyed)?;
    let record = &bytes[begins..end];
    TIMES.iter().any(|name| memchr::memmem::find(record, name).is_some()).then_some(begins..end)
}

/// Returns the brackets that are open at `stop`, outermost first.
fn levels(bytes: &[u8], from: usize, stop: usize) -> Vec<Level> {
    let mut levels: Vec<Level> = Vec::new();
    let mut at = from;
    while at < stop {
        match bytes.get(at) {
            Some(b'"') => match string(bytes, at) {
                Ok((end, _)) if end <= stop => {
                    at = end;
                    continue;
                }
                _ => break,
            },
            Some(&open @ (b'{' | b'[')) => levels.push((open, at + 1, at + 1)),
            Some(b'}' | b']') => {
                levels.pop();
            }
            Some(b',') => {
                if let Some(level) = levels.last_mut() {
                    level.1 = at + 1;
                }
            }
            Some(_) => {}
            None => break,
        }
        at += 1;
    }
    levels
}

/// The byte behind the part that begins at `begins` and breaks at `stop`: by its brackets where they fit, and not beyond
/// the next part that looks the same.
fn end(bytes: &[u8], begins: usize, stop: usize, keyed: bool) -> Option<usize> {
    let next = Look::of(bytes, begins, keyed, true).next(bytes, stop);
    let value = if keyed {
        let colon = span(bytes, space(bytes, begins)).map(|end| space(bytes, end));
        colon.filter(|colon| bytes.get(*colon) == Some(&b':')).map(|colon| space(bytes, colon + 1))
    } else {
        Some(space(bytes, begins))
    };
    let close = if keyed { b'}' } else { b']' };
    let fits = |end: &usize| bytes.get(space(bytes, *end)).is_some_and(|b| *b == b',' || *b == close);
    let end = value.and_then(|value| span(bytes, value)).filter(|end| *end > stop).filter(fits);
    match (next, end) {
        (Some(next), Some(end)) => Some(next.min(end)),
        (next, end) => next.or(end),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[track_caller]
    fn check(text: &str, rest: &str, left_out: u64) {
        let mut text = text.to_owned();
        let found = recover(&mut text);
        assert_eq!((text.as_str(), found.map(|f| f.records)), (rest, Some(left_out)));
    }

    #[test]
    fn words_between_records_cost_none() {
        let list = "[{\"a\":1},\n2026-01-05 10:00 INFO \"x\" {}\n{\"a\":2},\n[warn] and\nmore\n{\"a\":3}]";
        let mut text = list.to_owned();
        let removed = recover(&mut text).unwrap();
        assert_eq!(text, "[{\"a\":1},\n{\"a\":2},\n{\"a\":3}]");
        assert_eq!((removed.records, removed.between, removed.fault), (0, 2, None));
    }

    #[test]
    fn a_record_that_is_not_json_costs_itself_alone() {
        check(r#"{"id":1,"all":[{"a":1},{"a":2 3},{"a":4}]}"#, r#"{"id":1,"all":[{"a":1},{"a":4}]}"#, 1);
        check(r#"[{"a":x},{"a":{"b":[1,2]}}]"#, r#"[{"a":{"b":[1,2]}}]"#, 1);
        check(r#"[{"a":1},{"a":'no'}]"#, r#"[{"a":1}]"#, 1);
        check(r#"[{"a":1},{"a":"say "no" now"},{"a":2,"b":=}]"#, r#"[{"a":1}]"#, 2);
    }

    #[test]
    fn a_member_is_left_out_where_there_is_no_list() {
        check(
            r#"{"nodes":{"a":{"x":1},"b":{"x":1,5},"c":{"x":2}}}"#,
            r#"{"nodes":{"a":{"x":1},"c":{"x":2}}}"#,
            1,
        );
        check(r#"{"a":1,"b":?,"c":3}"#, r#"{"a":1,"c":3}"#, 1);
    }

    #[test]
    fn the_innermost_record_with_a_time_is_the_one_that_is_left_out() {
        check(
            r#"{"all":[{"of":[{"t":1,"x":[{"k":1}]},{"t":2,"x":[{"k":=}]},{"t":3}]},{"of":[]}]}"#,
            r#"{"all":[{"of":[{"t":1,"x":[{"k":1}]},{"t":3}]},{"of":[]}]}"#,
            1,
        );
        check(
            r#"{"state":"x","nodes":{"a":{"id":"a","startedAt":1},"b":{"id" "b","startedAt":2},"c":{"startedAt":3}}}"#,
            r#"{"state":"x","nodes":{"a":{"id":"a","startedAt":1},"c":{"startedAt":3}}}"#,
            1,
        );
        check(
            r#"[{"id":1,"args":{"start":1,5}},{"id":2,"args":{"start":1}}]"#,
            r#"[{"id":2,"args":{"start":1}}]"#,
            1,
        );
    }

    #[test]
    fn what_is_no_record_stays_broken() {
        for text in ["nothing", "[{\"a\":1}", "{\"a\":1}}"] {
            assert_eq!(recover(&mut text.to_owned()), None, "{text}");
        }
        let many = format!("[{}]", vec!["{\"a\":x}"; MOST + 1].join(","));
        assert_eq!(recover(&mut many.clone()), None);
    }
}
