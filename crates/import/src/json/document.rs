//! A JSON document with a list of records, read record by record while its bytes arrive.
//!
//! Only the incomplete record is kept. Invalid JSON is repaired separately for each record, and for each member of the
//! root.

use std::borrow::Cow;

use makespan_format::{Diagnostic, EventSink, Severity};

use super::fault::{AROUND_BYTES, Look, characters, describe, preamble};
use super::mend::{is_not_a_number, mend};
use super::mended::Mended;
use super::mended::Place as At;
use super::python;
use super::tape::{LONGEST, Stop, Tape, Value, key_of, space, span, string};
use super::wrong::JsonError;
use crate::encoding::{decode_utf16, looks_utf16};
use crate::error::ReadError;
use crate::limits::HEAD_BYTES;

/// Takes the parts of a document.
pub(crate) trait Records {
    /// Whether the value of that member of the root, an array (`[`) or an object (`{`), is the list of records.
    fn is_list(&self, key: &str, opens: u8) -> bool;

    /// Takes a member of the root that is not the list of records.
    fn member<'a>(&mut self, key: Cow<'a, str>, value: Value<'_, 'a>, sink: &mut dyn EventSink);

    /// Takes a record; where the list is an object, with its key.
    fn record<'a>(&mut self, key: Option<Cow<'a, str>>, value: Value<'_, 'a>, sink: &mut dyn EventSink);
}

/// Where in the document the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Start,
    Root,
    /// In the list: whether its records have keys, and whether it is a member of the root.
    List {
        keyed: bool,
        member: bool,
    },
    Done,
    /// Behind something that makes no sense of what follows.
    Lost,
}

/// A document on its way.
#[derive(Debug)]
pub(crate) struct Document<R> {
    pub(crate) records: R,
    place: Place,
    /// Whether a comma was passed, and whether anything was, since the bracket.
    comma: bool,
    first: bool,
    /// What is not complete yet.
    carry: Vec<u8>,
    /// Below this length another look at the carry is not worth while: each look doubles it, so that a long record
    /// in short chunks costs no more than a few of its lengths.
    enough: usize,
    /// Byte of the file at which the carry begins.
    base: u64,
    /// Byte of the file behind the last complete value.
    ended: u64,
    utf16: Option<bool>,
    tape: Tape,
    scratch: Vec<u8>,
    mended: Mended,
    error: Option<JsonError>,
    /// How many records not even mending made JSON.
    bad: u64,
    /// How many line breaks lie before `base`, and how many characters lie between the last of them and `base`.
    lines: u64,
    column: u64,
    /// The last bytes before `base`, for the text around a fault.
    tail: Vec<u8>,
    /// Whether all bytes are there.
    complete: bool,
}

/// How a document ended.
#[derive(Debug)]
pub(crate) struct Ending {
    /// What had to be mended.
    pub(crate) mended: Mended,
    /// The first thing that could not be.
    pub(crate) error: Option<JsonError>,
    /// How many records could not be.
    pub(crate) bad: u64,
    /// Whether the text stops within a value.
    pub(crate) half: bool,
}

impl<R: Records> Document<R> {
    pub(crate) fn new(records: R) -> Document<R> {
        Document {
            records,
            place: Place::Start,
            comma: false,
            first: true,
            carry: Vec::new(),
            enough: 0,
            base: 0,
            ended: 0,
            utf16: None,
            tape: Tape::default(),
            scratch: Vec::new(),
            mended: Mended::default(),
            error: None,
            bad: 0,
            lines: 0,
            column: 0,
            tail: Vec::new(),
            complete: false,
        }
    }

    /// Takes the next bytes and reads what is complete.
    pub(crate) fn push(&mut self, mut bytes: &[u8], sink: &mut dyn EventSink) {
        while !bytes.is_empty() {
            if self.carry.is_empty() {
                let (now, later) = bytes.split_at(bytes.len().min(LONGEST / 2));
                let used = self.read(now, sink);
                self.keep(&now[used..]);
                bytes = later;
                continue;
            }
            let had = self.carry.len();
            let (now, later) = bytes.split_at(bytes.len().min(had.max(4096)));
            self.carry.extend_from_slice(now);
            if self.carry.len() < self.enough {
                bytes = later;
                continue;
            }
            let carry = std::mem::take(&mut self.carry);
            let used = self.read(&carry, sink);
            if used >= had {
                // The carry is through: the rest is read where it is.
                bytes = &bytes[used - had..];
                self.carry = carry;
                self.carry.clear();
            } else {
                self.keep(&carry[used..]);
                bytes = later;
            }
        }
    }

    fn keep(&mut self, rest: &[u8]) {
        self.carry.extend_from_slice(rest);
        self.enough = self.carry.len() * 2;
    }

    /// Reads what is left. `half` says whether a value that the text stops within is to be read as far as it goes.
    pub(crate) fn finish(mut self, half: bool, sink: &mut dyn EventSink) -> (R, Ending) {
        let mut rest = std::mem::take(&mut self.carry);
        if let Some(big_endian) = self.utf16 {
            rest = decode_utf16(&rest, big_endian).into_bytes();
            self.mended.utf16 = true;
            self.utf16 = None;
        } else if self.place == Place::Start {
            // Fewer bytes than the look for a byte order mark waits for.
            rest.extend_from_slice(b"    ");
        }
        self.complete = true;
        let used = self.read(&rest, sink);
        let rest = rest[used..].trim_ascii_end();
        let (ahead, rest) = rest.split_at(rest.len() - rest.trim_ascii_start().len());
        let is_half = !rest.is_empty();
        match self.place {
            Place::Done | Place::Lost => {}
            Place::Start => self.fail(b"", 0, Some("it ends before it has begun")),
            Place::Root | Place::List { .. } => {
                if half && is_half {
                    self.patch(rest, ahead, false, sink);
                }
                self.mended.truncated_at = Some(self.ended);
            }
        }
        if self.mended.utf16 {
            // Offsets in the decoded text say nothing about the file.
            self.mended.truncated_at = self.mended.truncated_at.map(|_| 0);
            self.error = self.error.map(|e| JsonError { offset: None, ..e });
        }
        let Document { records, mended, error, bad, .. } = self;
        (records, Ending { mended, error, bad, half: is_half })
    }

    /// Reads as much as is complete; how much that was.
    fn read(&mut self, bytes: &[u8], sink: &mut dyn EventSink) -> usize {
        let bytes = &bytes[..bytes.len().min(LONGEST)];
        let mut at = 0;
        if self.place == Place::Start && self.base == 0 {
            if bytes.len() < 4 || self.utf16.is_some() {
                return 0;
            }
            if !self.mended.utf16 {
                self.utf16 = looks_utf16(bytes);
                if self.utf16.is_some() {
                    return 0;
                }
                at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
            }
        }
        // What is known to be UTF-8, and where it begins: it is checked once, however many records are mended.
        let (mut checked, mut checked_from, mut is_cut) = ("", 0, false);
        while at < bytes.len() && self.place != Place::Lost {
            let known = checked.get(at.saturating_sub(checked_from)..).filter(|text| !text.is_empty());
            let text = known.unwrap_or_else(|| {
                // Where a character is cut, the rest of it may come; what is none is mended.
                let rest = &bytes[at..];
                (checked, is_cut) = match std::str::from_utf8(rest) {
                    Ok(text) => (text, true),
                    Err(e) => (
                        std::str::from_utf8(&rest[..e.valid_up_to()]).unwrap_or_default(),
                        e.error_len().is_none(),
                    ),
                };
                checked_from = at;
                checked
            });
            let mut from = 0;
            let stop = loop {
                match self.step(text, from, at, sink) {
                    Ok(next) => from = next,
                    Err(stop) => break stop,
                }
            };
            at += from;
            if stop == Stop::Short && is_cut {
                break;
            }
            let stop = match stop {
                Stop::Bad(bad) => at - from + bad,
                Stop::Short => at - from + text.len(),
            };
            match self.mend(bytes, at, stop, sink) {
                Some(next) => at = next,
                None => break,
            }
        }
        if self.place == Place::Lost {
            at = bytes.len();
        }
        let passed = &bytes[..at];
        match memchr::memrchr(b'\n', passed) {
            Some(last) => {
                self.lines += memchr::memchr_iter(b'\n', passed).count() as u64;
                self.column = characters(&passed[last + 1..]);
            }
            None => self.column += characters(passed),
        }
        self.base += at as u64;
        self.tail.extend_from_slice(&passed[passed.len().saturating_sub(AROUND_BYTES)..]);
        self.tail.drain(..self.tail.len().saturating_sub(AROUND_BYTES));
        at
    }

    /// Reads one thing at `at`: a bracket, a comma, a member or a record. `before` is how far into what was handed
    /// over the text begins.
    #[inline(never)]
    fn step(
        &mut self,
        text: &str,
        at: usize,
        before: usize,
        sink: &mut dyn EventSink,
    ) -> Result<usize, Stop> {
        let bytes = text.as_bytes();
        let at = space(bytes, at);
        let byte = *bytes.get(at).ok_or(Stop::Short)?;
        let list = match self.place {
            Place::Start => {
                match byte {
                    b'{' => self.place = Place::Root,
                    // Not a list but what a log line begins with, such as `[INFO]`.
                    b'[' if matches!(bytes.get(at + 1), Some(b'A'..=b'H' | b'J'..=b'M' | b'O'..=b'Z')) => {
                        return Err(Stop::Bad(at));
                    }
                    b'[' if bytes.get(at + 1..).is_some_and(|b| b.starts_with(b"INFO")) => {
                        return Err(Stop::Bad(at));
                    }
                    b'[' => self.place = Place::List { keyed: false, member: false },
                    _ => return Err(Stop::Bad(at)),
                }
                self.ended = self.base + (before + at + 1) as u64;
                return Ok(at + 1);
            }
            Place::Root => None,
            Place::List { keyed, member } => Some((keyed, member)),
            Place::Done | Place::Lost => return Err(Stop::Bad(at)),
        };
        let has_keys = list.is_none_or(|(keyed, _)| keyed);
        if byte == if has_keys { b'}' } else { b']' } {
            self.mended.commas += u64::from(self.comma);
            (self.comma, self.first) = (false, false);
            self.place = if list.is_some_and(|(_, member)| member) { Place::Root } else { Place::Done };
            self.ended = self.base + (before + at + 1) as u64;
            return Ok(at + 1);
        }
        if byte == b',' && !self.comma && !self.first {
            self.comma = true;
            return Ok(at + 1);
        }
        if !self.comma && !self.first {
            return Err(Stop::Bad(at));
        }
        let (key, value) = if has_keys {
            if byte != b'"' {
                return Err(Stop::Bad(at));
            }
            let (end, _) = string(bytes, at)?;
            let colon = space(bytes, end);
            if *bytes.get(colon).ok_or(Stop::Short)? != b':' {
                return Err(Stop::Bad(colon));
            }
            let value = space(bytes, colon + 1);
            let key = key_of(text.get(at..end).unwrap_or_default());
            let opens = *bytes.get(value).ok_or(Stop::Short)?;
            if list.is_none() && matches!(opens, b'{' | b'[') && self.records.is_list(&key, opens) {
                (self.comma, self.first) = (false, true);
                self.place = Place::List { keyed: opens == b'{', member: true };
                self.ended = self.base + (before + value + 1) as u64;
                return Ok(value + 1);
            }
            (Some(key), value)
        } else {
            (None, at)
        };
        let over = self.tape.read(text, value)?;
        let value = self.tape.value(text);
        match (list, key) {
            (None, Some(key)) => self.records.member(key, value, sink),
            (_, key) => self.records.record(key, value, sink),
        }
        (self.comma, self.first) = (false, false);
        self.ended = self.base + (before + over) as u64;
        Ok(over)
    }

    /// Reads the member or record at `at`, which stops being JSON at `stop`; where it ends, or `None` where the text
    /// ends before it does.
    #[cold]
    fn mend(&mut self, bytes: &[u8], at: usize, stop: usize, sink: &mut dyn EventSink) -> Option<usize> {
        // What is said of a fault must not depend on how the file was cut.
        if !self.complete && bytes.len() < LONGEST.min(stop + AROUND_BYTES) {
            return None;
        }
        let before = at;
        let at = space(bytes, at);
        let byte = *bytes.get(at)?;
        let (keyed, is_list) = match self.place {
            Place::Root => (true, false),
            Place::List { keyed, .. } => (keyed, true),
            _ => (false, false),
        };
        if self.place == Place::Start
            && let Some(len) = preamble(&bytes[at..])
        {
            self.mended.before += 1;
            return Some(at + len);
        }
        if self.place == Place::Start && !self.complete && bytes.len() < HEAD_BYTES {
            return None;
        }
        let is_inside = matches!(self.place, Place::Root | Place::List { .. });
        let begins = if keyed { byte == b'"' } else { !matches!(byte, b'}' | b']' | b',' | b':') };
        if is_inside && self.comma && byte == b',' {
            self.mended.commas += 1;
            return Some(at + 1);
        }
        if is_inside && !self.comma && !self.first && begins && matches!(byte, b'"' | b'{' | b'[') {
            self.comma = true;
            self.mended.missing += 1;
            return Some(before);
        }
        let is_due = is_inside && (self.comma || self.first);
        if !is_due || !begins {
            let next =
                if is_list { Look::of(bytes, before, keyed, self.complete).next(bytes, at) } else { None };
            if is_list && next.is_none() && !self.complete {
                return None;
            }
            let what = (self.place == Place::Done).then_some("something follows its end");
            self.fail(bytes, at, what);
            match next {
                Some(end) => return Some(self.leave_out(end)),
                None => self.place = Place::Lost,
            }
            return None;
        }
        let literal = literal_end(bytes, at, stop, keyed);
        let end = match literal {
            Some(Ok(end)) => Some(end),
            Some(Err(())) if !self.complete => return None,
            _ => end_of(bytes, at, keyed),
        };
        // What mending may help is read as far as its brackets go; what it cannot, up to the next record.
        let is_hopeless = literal.is_none() && !mendable(bytes, at, stop);
        if let Some(end) = end
            && !is_hopeless
            && self.patch(&bytes[at..end], &bytes[..at], true, sink).is_some()
        {
            (self.comma, self.first) = (false, false);
            self.ended = self.base + end as u64;
            return Some(end);
        }
        if end.is_none() && !is_hopeless && !self.complete {
            return None;
        }
        let next = if is_list {
            Look::of(bytes, before, keyed, self.complete).next(bytes, stop.max(at))
        } else {
            None
        };
        let arrived = |end: usize| self.complete || space(bytes, end) < bytes.len();
        if end.is_some_and(|end| !arrived(end)) {
            return None;
        }
        let fits = |end: &usize| {
            let close = if keyed { b'}' } else { b']' };
            bytes.get(space(bytes, *end)).is_none_or(|b| *b == b',' || *b == close)
        };
        let end = match (next, end.filter(fits)) {
            (Some(next), Some(end)) => next.min(end),
            (Some(end), None) | (None, Some(end)) => end,
            (None, None) => {
                if self.complete && is_hopeless {
                    self.bad += 1;
                    self.fail(bytes, stop, None);
                    self.place = Place::Lost;
                }
                return None;
            }
        };
        self.fail(bytes, stop, None);
        Some(self.leave_out(end))
    }

    /// Leaves out a record that ends at `end`; that place.
    fn leave_out(&mut self, end: usize) -> usize {
        self.bad += 1;
        (self.comma, self.first) = (false, false);
        self.ended = self.base + end as u64;
        end
    }

    /// Mends a member or a record, and reads it; `ahead` is what lies between `base` and it. `None` where that does not
    /// help.
    fn patch(&mut self, part: &[u8], ahead: &[u8], is_whole: bool, sink: &mut dyn EventSink) -> Option<()> {
        let place = self.place;
        let keyed = matches!(place, Place::Root | Place::List { keyed: true, .. });
        let begins = self.base + ahead.len() as u64;
        let at = |offset| At { offset: Some(offset), line: 1, column: 1 };
        let mut mended = if keyed {
            // One bracket more than in the file.
            let at = at(begins.saturating_sub(1));
            let ends: &[u8] = if is_whole { b"}" } else { b"" };
            mend(&[b"{", part, ends].concat(), at, &mut self.scratch)
        } else {
            mend(part, at(begins), &mut self.scratch)
        };
        if mended == Mended::default() || (is_whole && mended.truncated_at.is_some()) {
            return None;
        }
        // Only the first place is kept: to count the lines before each would take too long.
        let first = mended.literal.and_then(|place| place.offset).filter(|_| self.mended.literal.is_none());
        mended.literal = first.map(|offset| {
            let inner = &part[..part.len().min(offset.saturating_sub(begins) as usize)];
            let base = At { offset: Some(self.base), line: self.lines + 1, column: self.column + 1 };
            base.behind(ahead).behind(inner)
        });
        let text = std::str::from_utf8(&self.scratch).ok()?;
        self.tape.read(text, 0).ok()?;
        let value = self.tape.value(text);
        if !keyed {
            self.records.record(None, value, sink);
        }
        for (key, value) in value.members().take(if keyed { usize::MAX } else { 0 }) {
            match place {
                Place::Root => self.records.member(key, value, sink),
                _ => self.records.record(Some(key), value, sink),
            }
        }
        self.ended = mended.truncated_at.map_or(self.ended, |cut| cut.max(self.ended));
        self.mended.add(mended);
        Some(())
    }

    /// Remembers the first fault, at `stop` of the bytes at hand, which begin at `base`; `what` it is, where that is
    /// not the character there.
    fn fail(&mut self, bytes: &[u8], stop: usize, what: Option<&str>) {
        if self.error.is_some() {
            return;
        }
        let message = match what {
            Some(what) => what.to_owned(),
            None => describe(&self.tail, bytes, stop, self.lines + 1, self.column),
        };
        let line =
            self.lines + 1 + memchr::memchr_iter(b'\n', &bytes[..stop.min(bytes.len())]).count() as u64;
        let offset = Some(self.base + stop as u64);
        self.error = Some(JsonError { message, offset, line: Some(line) });
    }
}

/// Where the member or record at `at` ends by its brackets.
fn end_of(bytes: &[u8], at: usize, keyed: bool) -> Option<usize> {
    if !keyed {
        return span(bytes, at);
    }
    let colon = space(bytes, span(bytes, at)?);
    if *bytes.get(colon)? == b':' { span(bytes, space(bytes, colon + 1)) } else { Some(colon) }
}

/// Where the member or record at `at` ends if it is a literal of Python, whose texts may contain any bracket; an error if
/// the text ends in the middle of it. `None` if it is not, or what stops it being JSON at `stop` is not of Python.
fn literal_end(bytes: &[u8], at: usize, stop: usize, keyed: bool) -> Option<Result<usize, ()>> {
    let rest = bytes.get(stop..)?;
    let is_literal = matches!(rest.first(), Some(b'\'' | b'N' | b'T' | b'F'));
    let from = if keyed { space(bytes, space(bytes, span(bytes, at)?) + 1) } else { at };
    let rest = bytes.get(from..).filter(|_| is_literal && stop >= from)?;
    // A record is short, what follows it may be long.
    let mut size = LITERAL_BYTES;
    loop {
        let part = &rest[..rest.len().min(size)];
        let text = part.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        match python::value(text) {
            Ok((_, len)) => return Some(Ok(from + len)),
            // A character may be cut, too.
            Err(end) if end == text.len() && part.len() - end < 4 => {
                if part.len() == rest.len() {
                    return Some(Err(()));
                }
                size = size.saturating_mul(4);
            }
            Err(_) => return None,
        }
    }
}

/// So much is looked at first for a literal of Python.
const LITERAL_BYTES: usize = 4 << 10;

/// Whether mending may help against what stands at `stop`, within or behind the record that begins at `at`: a number
/// that is none, a control character, bytes that are not UTF-8, single quotes, a comma before a bracket.
fn mendable(bytes: &[u8], at: usize, stop: usize) -> bool {
    let Some(rest) = bytes.get(stop..).filter(|_| stop >= at) else { return true };
    match rest.first() {
        None | Some(0..0x20 | 0x80.. | b'\'') => true,
        Some(b'}' | b']') => bytes[at..stop].trim_ascii_end().last() == Some(&b','),
        // A word may be found wrong at its second letter.
        Some(_) => {
            let is_word = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b'-' | b'+');
            let from = bytes[at..stop].iter().rposition(|b| !is_word(b)).map_or(at, |i| at + i + 1);
            let len = bytes[from..].iter().take_while(|b| is_word(b)).count();
            is_not_a_number(&bytes[from..from + len])
        }
    }
}

impl Ending {
    /// Says what was wrong with the file of that name; an error where nothing was `told` of it.
    pub(crate) fn report(self, name: &str, told: bool, sink: &mut dyn EventSink) -> Result<(), ReadError> {
        let Some(error) = self.error else {
            self.mended.report(name, sink);
            return Ok(());
        };
        if !told {
            return Err(error.into_read_error(name));
        }
        self.mended.report(name, sink);
        let (code, what) = if self.bad > 0 {
            ("bad-record", "records that are not valid JSON were ignored (first: ")
        } else {
            ("not-json", "what follows is not valid JSON and was ignored (")
        };
        let message = format!("{name}: {what}{})", error.message);
        let found = Diagnostic::new(Severity::Warning, code, message);
        sink.diagnostic(Diagnostic {
            offset: error.offset,
            line: error.line,
            ..found.times(self.bad.max(1))
        });
        Ok(())
    }
}
