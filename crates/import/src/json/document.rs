//! A JSON document with a list of records, read record by record while its bytes arrive.
//!
//! Only the incomplete record is kept. Invalid JSON is repaired separately for each record, and for each member of the
//! root.

mod ending;
mod mending;

use std::borrow::Cow;

use makespan_format::EventSink;

use super::fault::{AROUND_BYTES, characters};
use super::mended::Mended;
use super::tape::{LONGEST, Stop, Tape, Value, key_of, space, string};
use super::wrong::JsonError;
use crate::encoding::without_bom;

pub(crate) use ending::Ending;

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
        if self.place == Place::Start {
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
        let Document { records, mended, error, bad, .. } = self;
        (records, Ending { mended, error, bad, half: is_half })
    }

    /// Reads as much as is complete; how much that was.
    fn read(&mut self, bytes: &[u8], sink: &mut dyn EventSink) -> usize {
        let bytes = &bytes[..bytes.len().min(LONGEST)];
        let mut at = 0;
        if self.place == Place::Start && self.base == 0 {
            if bytes.len() < 4 {
                return 0;
            }
            at = bytes.len() - without_bom(bytes).len();
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
        if !has_keys && !matches!(byte, b'{' | b'[' | b'"') {
            // A line of a log may begin with a number, such as a date.
            let after = space(bytes, over);
            if !matches!(bytes.get(after).ok_or(Stop::Short)?, b',' | b']') {
                return Err(Stop::Bad(after));
            }
        }
        let value = self.tape.value(text);
        match (list, key) {
            (None, Some(key)) => self.records.member(key, value, sink),
            (_, key) => self.records.record(key, value, sink),
        }
        (self.comma, self.first) = (false, false);
        self.ended = self.base + (before + over) as u64;
        Ok(over)
    }
}
