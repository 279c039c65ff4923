//! The JSON texts of a complete file: one, or several concatenated ones, such as pages of an API or lines.

use std::borrow::Cow;

use makespan_format::{Diagnostic, EventSink, Severity};

use super::fault::preamble;
use super::mend::mend;
use super::mended::{Mended, Place};
use super::recover::{MOST, record};
use super::tape::{LONGEST, Stop, Tape, Value, space};
use super::wrong::JsonError;
use crate::encoding::without_bom;
use crate::error::ReadError;
use crate::importer::ClaimedFile;

/// Texts of one file, each checked and taken apart by one pass.
#[derive(Debug)]
pub(crate) struct Pages<'a> {
    text: Cow<'a, str>,
    tapes: Vec<Tape>,
    mended: Mended,
    /// The first text that not even mending made JSON, and how many there are.
    error: Option<JsonError>,
    bad: u64,
}

impl<'a> Pages<'a> {
    /// Reads all texts of a file. What is not JSON is mended; where that does not help, the record that contains the fault is
    /// left out, and where that does not help either, reading goes on with the next line that begins with a bracket. Linear
    /// in the length of the file, times the few records that may be left out.
    pub(crate) fn read(bytes: &'a [u8]) -> Pages<'a> {
        let mut mended = Mended::default();
        let plain = without_bom(bytes);
        let before = (bytes.len() - plain.len()) as u64;
        let text = match std::str::from_utf8(plain) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => {
                mended.bad_utf8 = plain.utf8_chunks().filter(|c| !c.invalid().is_empty()).count() as u64;
                String::from_utf8_lossy(plain)
            }
        };
        let mut pages = Pages { text, tapes: Vec::new(), mended, error: None, bad: 0 };
        if pages.text.len() > LONGEST {
            pages.fail("it is longer than 2 GiB", None);
        } else {
            pages.run(before);
        }
        pages
    }

    fn run(&mut self, before: u64) {
        let (mut at, mut is_mended, mut are_lines) = (0, false, false);
        let begins = self.text.as_bytes().trim_ascii_start().first();
        if !matches!(begins, None | Some(b'{' | b'[')) {
            at = self.after_preamble(0).unwrap_or(0);
        }
        loop {
            at = space(self.text.as_bytes(), at);
            while !self.tapes.is_empty() && self.text.as_bytes().get(at) == Some(&b',') {
                self.mended.commas += 1;
                at = space(self.text.as_bytes(), at + 1);
            }
            if at >= self.text.len() {
                return;
            }
            let mut tape = Tape::default();
            let stop = match tape.read(&self.text, at) {
                Ok(end) => {
                    self.tapes.push(tape);
                    at = end;
                    continue;
                }
                Err(stop) => stop,
            };
            if self.tapes.is_empty()
                && let Some(behind) = self.after_preamble(at)
            {
                at = behind;
                continue;
            }
            if !is_mended && self.is_line(at) {
                (is_mended, are_lines) = (true, true);
                if self.mend_lines(at, before) {
                    continue;
                }
            }
            if !is_mended {
                is_mended = true;
                let mut out = Vec::new();
                let rest = self.text.as_bytes().get(at..).unwrap_or_default();
                let found = mend(rest, self.place(at, before), &mut out);
                if found != Mended::default()
                    && let Ok(out) = String::from_utf8(out)
                {
                    self.mended = Mended { bad_utf8: self.mended.bad_utf8, ..found };
                    self.text = Cow::Owned([self.text.get(..at).unwrap_or_default(), &out].concat());
                    continue;
                }
            }
            let Stop::Bad(bad) = stop else { return self.fail("the text ends within it", None) };
            let whole = self.text.len();
            let end = if are_lines { self.line_end(at) } else { whole };
            if bad < end && self.without_record(at, bad, end, before) {
                continue;
            }
            self.fail_at(bad.min(end), before);
            match self.next_line(if are_lines { end } else { bad.max(at) }) {
                Some(next) => at = next,
                None => return,
            }
        }
    }

    /// Returns the offset after the lines before the text at `at`, and counts these lines.
    fn after_preamble(&mut self, at: usize) -> Option<usize> {
        let len = preamble(self.text.as_bytes().get(at..)?)?;
        self.mended.before += 1;
        Some(at + len)
    }

    /// Returns the place of the byte at `at`, in a file with so many bytes before the text.
    fn place(&self, at: usize, before: u64) -> Place {
        let text = &self.text.as_bytes()[..at.min(self.text.len())];
        // Offsets in a text that was mended say nothing about the file.
        let offset = (self.mended == Mended::default()).then_some(before);
        Place { offset, line: 1, column: 1 }.behind(text)
    }

    /// Returns the offset of the next line break after `at`, or the end of the text.
    fn line_end(&self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |len| at + len)
    }

    /// Returns whether the text at `at` is an object on a line of its own, and the next line starts like it.
    fn is_line(&self, at: usize) -> bool {
        let bytes = self.text.as_bytes();
        let end = self.line_end(at);
        let line = bytes[at..end].trim_ascii_end();
        let line = line.strip_suffix(b",").unwrap_or(line);
        let is_begun = at == 0 || bytes[at - 1] == b'\n';
        is_begun && line.starts_with(b"{") && line.ends_with(b"}") && bytes.get(end + 1) == Some(&b'{')
    }

    /// Repairs each line from `from` on by itself, so that a fault never affects another line. Returns whether any line was
    /// repaired.
    fn mend_lines(&mut self, from: usize, before: u64) -> bool {
        let mut out = String::with_capacity(self.text.len());
        out.push_str(&self.text[..from]);
        let (mut found, mut scratch) = (Mended::default(), Vec::new());
        let mut tape = Tape::default();
        let mut place = self.place(from, before);
        for line in self.text[from..].split_inclusive('\n') {
            let is_last = !line.ends_with('\n');
            let is_sound = line.trim().is_empty() || tape.read(line, 0).is_ok();
            let mended = if is_sound {
                Mended::default()
            } else {
                mend(line.trim_end().as_bytes(), place, &mut scratch)
            };
            place = place.behind(line.as_bytes());
            match std::str::from_utf8(&scratch) {
                Ok(text) if mended != Mended::default() && (is_last || mended.truncated_at.is_none()) => {
                    out.push_str(text);
                    out.push_str(if is_last { "" } else { "\n" });
                    found.truncated_at = mended.truncated_at;
                    found.add(mended);
                }
                _ => out.push_str(line),
            }
        }
        let is_any = found != Mended::default();
        if is_any {
            self.mended.truncated_at = found.truncated_at;
            self.mended.add(found);
            self.text = Cow::Owned(out);
        }
        is_any
    }

    /// Removes the record with a fault at `bad` from the text between `at` and `end`.
    fn without_record(&mut self, at: usize, bad: usize, end: usize, before: u64) -> bool {
        let bytes = &self.text.as_bytes()[..end];
        let Some(part) = record(bytes, at, bad).filter(|_| self.mended.left_out < MOST as u64) else {
            return false;
        };
        // Offsets in a text that was mended say nothing about the file.
        let as_written = self.mended == Mended::default();
        self.mended.left_out += 1;
        if self.mended.fault.is_none() {
            let fault = JsonError::at(self.text.as_bytes(), bad);
            let offset = fault.offset.filter(|_| as_written).map(|offset| offset + before);
            self.mended.fault = Some(JsonError { offset, line: fault.line.filter(|_| as_written), ..fault });
        }
        self.text.to_mut().replace_range(part, "");
        true
    }

    /// Where the next line behind `at` begins that begins with a bracket.
    fn next_line(&self, at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let lines = memchr::memchr_iter(b'\n', bytes.get(at..)?).map(|n| at + n + 1);
        lines.into_iter().find(|next| matches!(bytes.get(*next), Some(b'{' | b'[')))
    }

    fn fail_at(&mut self, bad: usize, before: u64) {
        let fault = JsonError::at(self.text.as_bytes(), bad);
        self.fail(&fault.message, Some(before + bad as u64));
    }

    fn fail(&mut self, what: &str, offset: Option<u64>) {
        self.bad += 1;
        let offset = offset.filter(|_| self.mended == Mended::default());
        self.error.get_or_insert_with(|| JsonError { message: what.to_owned(), offset, line: None });
    }

    /// Whether all of it could be read as it is.
    pub(crate) fn is_sound(&self) -> bool {
        self.error.is_none() && self.mended == Mended::default()
    }

    /// The texts, in order.
    pub(crate) fn roots(&self) -> impl Iterator<Item = Value<'_, '_>> {
        self.tapes.iter().map(|tape| tape.value(&self.text))
    }

    /// Reports what was mended and left out.
    ///
    /// # Errors
    /// When not one text could be read.
    pub(crate) fn report(&self, name: &str, sink: &mut dyn EventSink) -> Result<(), ReadError> {
        match &self.error {
            Some(error) if self.tapes.is_empty() => return Err(error.clone().into_read_error(name)),
            Some(error) => {
                let message = format!("{name}: parts that are not valid JSON were ignored ({error})");
                let found = Diagnostic::new(Severity::Warning, "bad-json", message).times(self.bad);
                sink.diagnostic(Diagnostic { offset: error.offset, ..found });
            }
            None => {}
        }
        self.mended.report(name, sink);
        Ok(())
    }
}

/// Reads all files of an importer, in their order.
pub(crate) fn read_all<'a>(parts: &[ClaimedFile<'a>]) -> Vec<Pages<'a>> {
    parts.iter().map(|part| Pages::read(&part.source.bytes)).collect()
}

/// Reports on all files of an importer, once their runs are out.
///
/// # Errors
/// When not one of them could be read.
pub(crate) fn report_all(
    parts: &[ClaimedFile<'_>],
    pages: &[Pages<'_>],
    sink: &mut dyn EventSink,
) -> Result<(), ReadError> {
    let mut failures = Vec::new();
    for (part, pages) in parts.iter().zip(pages) {
        failures.extend(pages.report(&part.source.name, sink).err());
    }
    if failures.len() == parts.len()
        && let Some(first) = failures.first()
    {
        return Err(first.clone());
    }
    for failure in failures {
        sink.diagnostic(Diagnostic::new(Severity::Error, "unreadable", failure.to_string()));
    }
    Ok(())
}

impl<'t, 'a> Value<'t, 'a> {
    /// The member of that name, of several the last; `None` for `null` too.
    pub(crate) fn at(self, key: &str) -> Option<Value<'t, 'a>> {
        self.member(key).filter(|v| !v.is_null())
    }

    /// The first of these members that is there.
    pub(crate) fn any(self, keys: &[&str]) -> Option<Value<'t, 'a>> {
        keys.iter().find_map(|key| self.at(key))
    }

    /// A member as text, when it is not empty.
    pub(crate) fn text_at(self, key: &str) -> Option<Cow<'a, str>> {
        self.at(key)?.text().filter(|t| !t.is_empty())
    }

    /// The first of these members that is text and not empty.
    pub(crate) fn text_of(self, keys: &[&str]) -> Option<Cow<'a, str>> {
        keys.iter().find_map(|key| self.text_at(key))
    }

    /// A member as a finite number.
    pub(crate) fn number_at(self, key: &str) -> Option<f64> {
        self.at(key)?.number()
    }

    /// The elements of a member that is an array; none when it is not.
    pub(crate) fn list(self, key: &str) -> impl Iterator<Item = Value<'t, 'a>> {
        self.at(key).into_iter().flat_map(Value::elements)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn texts(bytes: &[u8]) -> (Vec<String>, u64) {
        let pages = Pages::read(bytes);
        (pages.roots().map(|v| v.get().to_owned()).collect(), pages.bad)
    }

    #[test]
    fn concatenated_texts_are_read_in_order() {
        let (all, bad) = texts(b"\xef\xbb\xbf{\"a\":1}{\"b\":[2]}\n[3]\n");
        assert_eq!((all, bad), (vec!["{\"a\":1}".to_owned(), "{\"b\":[2]}".to_owned(), "[3]".to_owned()], 0));
    }

    #[test]
    fn a_bad_line_costs_itself_and_a_cut_its_last_value() {
        let (all, bad) = texts(b"{\"a\":1}\n{oops}\n{\"c\":3}\n");
        assert_eq!((all.len(), bad), (2, 1));
        let (all, bad) = texts(b"{\"a\":1}\n{\"b\":[1,{\"c\":2},{\"d");
        assert_eq!((all.len(), bad), (2, 0));
        assert!(all[1].contains("\"c\":2"), "{all:?}");
        let (all, bad) = texts(b"{\"a\":NaN}\n{\"b\":2}");
        assert_eq!((all, bad), (vec!["{\"a\":null}".to_owned(), "{\"b\":2}".to_owned()], 0));
    }

    #[test]
    fn a_record_that_is_not_json_costs_itself_alone() {
        let pages =
            Pages::read(b"{\"jobs\":[{\"id\":1},{\"id\":oops,\"name\":\"b\"},{\"id\":3}]}\n{\"jobs\":[]}");
        let all: Vec<&str> = pages.roots().map(|v| v.get()).collect();
        assert_eq!(all, ["{\"jobs\":[{\"id\":1},{\"id\":3}]}", "{\"jobs\":[]}"]);
        let fault = pages.mended.fault.as_ref().unwrap();
        assert_eq!((pages.mended.left_out, fault.line, fault.offset), (1, Some(1), Some(24)));
        assert!(fault.message.contains("line 1, column 25"), "{}", fault.message);
    }

    #[test]
    fn nothing_readable_is_an_error() {
        struct Nothing;
        impl EventSink for Nothing {
            fn event(&mut self, _event: makespan_format::Event<'_>) {}
        }
        assert!(Pages::read(b"?").report("x", &mut Nothing).is_err());
        assert!(Pages::read(b"{}").report("x", &mut Nothing).is_ok());
    }

    #[test]
    fn members_are_looked_up_by_name() {
        let pages = Pages::read(br#"{"a":"x","n":null,"l":[1,2],"a":"y","e":"","f":"2.5"}"#);
        let root = pages.roots().next().unwrap();
        assert_eq!(root.text_at("a").as_deref(), Some("y"));
        assert!(root.at("n").is_none() && root.text_at("e").is_none());
        assert_eq!((root.list("l").count(), root.list("a").count(), root.number_at("f")), (2, 0, Some(2.5)));
        assert_eq!(root.text_of(&["n", "e", "f"]).as_deref(), Some("2.5"));
    }
}
