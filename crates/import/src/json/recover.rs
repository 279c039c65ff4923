//! Continues after an invalid record, in a text that is complete in memory.

use std::ops::Range;

use super::fault::Look;
use super::tape::{Stop, Tape, space, span, string};
use super::wrong::JsonError;

/// So many records of one text are left out; one with more faults is not the format it was taken for. Each costs another
/// pass.
pub(super) const MOST: usize = 64;

/// Takes records out of a text until the rest is JSON; what is wrong with the first one, and how many there were. `None`
/// where no record is at fault, or too many are.
pub(super) fn recover(text: &mut String) -> Option<(JsonError, u64)> {
    let mut first = None;
    for count in 0..=MOST as u64 {
        match Tape::default().read(text, 0) {
            Ok(_) => return first.map(|fault| (fault, count)),
            Err(Stop::Short) => return None,
            Err(Stop::Bad(at)) => {
                let part = record(text.as_bytes(), 0, at)?;
                first.get_or_insert_with(|| JsonError::at(text.as_bytes(), at));
                text.get(part.clone())?;
                text.replace_range(part, "");
            }
        }
    }
    None
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
        assert_eq!((text.as_str(), found.map(|f| f.1)), (rest, Some(left_out)));
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
