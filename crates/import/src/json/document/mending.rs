//! The part of a [`Document`] that is not valid JSON: it is repaired, or left out up to the next record.

use makespan_format::EventSink;

use super::super::fault::{AROUND_BYTES, Look, describe, preamble};
use super::super::mend::{comment, is_not_a_number, mend};
use super::super::mended::{Mended, Place as At};
use super::super::python;
use super::super::tape::{LONGEST, space, span};
use super::super::wrong::JsonError;
use super::{Document, Place, Records};
use crate::limits::HEAD_BYTES;

impl<R: Records> Document<R> {
    /// Reads the member or record at `at`, which stops being JSON at `stop`; where it ends, or `None` where the text
    /// ends before it does.
    #[cold]
    pub(super) fn mend(
        &mut self,
        bytes: &[u8],
        at: usize,
        stop: usize,
        sink: &mut dyn EventSink,
    ) -> Option<usize> {
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
        if byte == b'/' {
            let len = comment(&bytes[at..]);
            // A comment that ends with the bytes at hand may go on, and one without an end may get one.
            if !self.complete && len.is_none_or(|len| at + len == bytes.len()) && bytes.len() < LONGEST {
                return None;
            }
            if let Some(len) = len {
                self.mended.comments += 1;
                return Some(at + len);
            }
        }
        // Words where a record is expected.
        let is_text = !matches!(byte, b'"' | b'{' | b'}' | b']' | b',' | b':');
        if self.place == Place::Start || (is_list && !keyed && is_text) {
            if let Some(len) = preamble(&bytes[at..]) {
                self.mended.before += 1;
                return Some(at + len);
            }
            if !self.complete && bytes.len() < HEAD_BYTES {
                return None;
            }
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
    pub(super) fn patch(
        &mut self,
        part: &[u8],
        ahead: &[u8],
        is_whole: bool,
        sink: &mut dyn EventSink,
    ) -> Option<()> {
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
    pub(super) fn fail(&mut self, bytes: &[u8], stop: usize, what: Option<&str>) {
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
/// that is none, a control character, bytes that are not UTF-8, single quotes, a comment, a comma before a bracket.
fn mendable(bytes: &[u8], at: usize, stop: usize) -> bool {
    let Some(rest) = bytes.get(stop..).filter(|_| stop >= at) else { return true };
    match rest.first() {
        None | Some(0..0x20 | 0x80.. | b'\'') => true,
        Some(b'}' | b']') => bytes[at..stop].trim_ascii_end().last() == Some(&b','),
        Some(b'/') => comment(rest).is_some(),
        // A word may be found wrong at its second letter.
        Some(_) => {
            let is_word = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b'-' | b'+');
            let from = bytes[at..stop].iter().rposition(|b| !is_word(b)).map_or(at, |i| at + i + 1);
            let len = bytes[from..].iter().take_while(|b| is_word(b)).count();
            is_not_a_number(&bytes[from..from + len])
        }
    }
}
