//! The way most lines take: one pass over an object whose members are plain strings, whole numbers, lists of plain
//! strings, and whatever `serde_json` makes of the rest. A line with anything else in it (an escape, white space, a
//! fraction, a mistake) is left to the reader in [`read`](crate::read_line), which also knows how to complain.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::line::{Member, Raw};
use crate::{Status, time};

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// A string without escapes; its quotes are passed.
    fn string(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let from = self.at;
        let length = self.text.as_bytes().get(from..)?.iter().position(|b| STOPS[usize::from(*b)])?;
        self.at = from + length;
        let inside = self.text.get(from..self.at)?;
        self.take(b'"')?;
        Some(inside)
    }

    /// A whole number that fits, followed by what may follow a value.
    fn integer(&mut self) -> Option<i64> {
        let negative = self.peek()? == b'-';
        self.at += usize::from(negative);
        let from = self.at;
        let mut value = 0u64;
        while let Some(digit) = self.peek().map(|b| b.wrapping_sub(b'0')).filter(|d| *d < 10) {
            // Nineteen digits fit; a number with more is rejected below, whatever value this has.
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
            self.at += 1;
        }
        let value = i64::try_from(value).ok().filter(|_| self.at - from <= 19)?;
        let digits = self.text.as_bytes().get(from..self.at)?;
        // JSON allows no leading zeros, and numbers with a fraction or an exponent are not integers.
        let whole = !digits.is_empty() && (digits.len() == 1 || digits[0] != b'0');
        let over = matches!(self.peek()?, b',' | b'}' | b']');
        // JSON readers treat `-0` as a floating-point number.
        (whole && over && !(negative && value == 0)).then_some(if negative { -value } else { value })
    }

    fn boolean(&mut self) -> Option<bool> {
        let rest = self.text.get(self.at..)?;
        let (value, length) = match rest.as_bytes().first()? {
            b't' if rest.starts_with("true") => (true, 4),
            b'f' if rest.starts_with("false") => (false, 5),
            _ => return None,
        };
        self.at += length;
        Some(value)
    }

    /// Any value, judged by `serde_json`, as its text.
    fn raw(&mut self) -> Option<&'a RawValue> {
        let rest = self.text.get(self.at..)?;
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        let value = values.next()?.ok()?;
        self.at += values.byte_offset();
        Some(value)
    }

    fn time(&mut self) -> Option<i64> {
        if self.peek()? == b'"' { time::parse_rfc3339(self.string()?) } else { self.integer() }
    }

    /// One id or a list of them, behind those that are there.
    fn ids(&mut self, out: &mut Vec<Cow<'a, str>>) -> Option<()> {
        if self.peek()? == b'"' {
            out.push(Cow::Borrowed(self.string()?));
            return Some(());
        }
        self.take(b'[')?;
        if self.peek()? == b']' {
            return self.take(b']');
        }
        loop {
            out.push(Cow::Borrowed(self.string()?));
            if self.peek()? == b']' {
                return self.take(b']');
            }
            self.take(b',')?;
        }
    }
}

/// Bytes that end the plain part of a string: a quote, an escape, a control character (which JSON forbids).
static STOPS: [bool; 256] = {
    let mut stops = [false; 256];
    let mut b = 0;
    while b < 0x20 {
        stops[b] = true;
        b += 1;
    }
    stops[b'"' as usize] = true;
    stops[b'\\' as usize] = true;
    stops
};

/// Fills `raw` from a line of the usual form; `None` if it has another form, in which case `raw` is half filled.
pub(crate) fn fill<'a>(text: &'a str, raw: &mut Raw<'a>) -> Option<()> {
    let mut c = Cursor { text, at: 0 };
    let word = |c: &mut Cursor<'a>| c.string().map(|s| Some(Cow::Borrowed(s)));
    c.take(b'{')?;
    loop {
        let key = Member::of(c.string()?);
        c.take(b':')?;
        match key {
            Member::Event => raw.event = word(&mut c)?,
            Member::Run => raw.run = word(&mut c)?,
            Member::Task => raw.task = word(&mut c)?,
            Member::Name => raw.name = word(&mut c)?,
            Member::Workflow => raw.workflow = word(&mut c)?,
            Member::Step => raw.step = word(&mut c)?,
            Member::Kind => raw.kind = word(&mut c)?,
            Member::Parent => raw.parent = word(&mut c)?,
            Member::Worker => raw.worker = word(&mut c)?,
            Member::Source => raw.source = word(&mut c)?,
            Member::Unit => raw.unit = word(&mut c)?,
            Member::Level => raw.level = word(&mut c)?,
            Member::Text => raw.text = word(&mut c)?,
            Member::Severity => raw.severity = word(&mut c)?,
            Member::Direction => raw.direction = word(&mut c)?,
            Member::Uri => raw.uri = word(&mut c)?,
            Member::Code => raw.code = word(&mut c)?,
            Member::After => c.ids(&mut raw.after)?,
            Member::Status => raw.status = Some(Status::parse(c.string()?)?),
            Member::Queued => raw.queued = Some(c.time()?),
            Member::Started => raw.started = Some(c.time()?),
            Member::Ended => raw.ended = Some(c.time()?),
            Member::T => raw.t = Some(c.time()?),
            Member::Version => raw.version = Some(u32::try_from(c.integer()?).ok()?),
            Member::Try => raw.number = Some(u32::try_from(c.integer()?).ok()?),
            Member::Size => raw.size = Some(c.integer()?),
            Member::Count => raw.count = Some(u64::try_from(c.integer()?).ok()?),
            Member::Offset => raw.offset = Some(u64::try_from(c.integer()?).ok()?),
            Member::LineNumber => raw.line = Some(u64::try_from(c.integer()?).ok()?),
            Member::InferEdges => raw.infer_edges = Some(c.boolean()?),
            Member::Resolved => raw.resolved = Some(c.boolean()?),
            // `null` means absent, which the other reader handles.
            Member::Labels => raw.labels = Some(c.raw().filter(|v| v.get() != "null")?),
            Member::Params => raw.params = Some(c.raw().filter(|v| v.get() != "null")?),
            Member::Stored => raw.stored = Some(c.raw().filter(|v| v.get() != "null")?),
            Member::Value => raw.value = Some(c.raw().filter(|v| v.get() != "null")?),
            Member::Progress | Member::Error | Member::Unknown => return None,
        }
        if c.peek()? == b'}' {
            return (c.at + 1 == text.len()).then_some(());
        }
        c.take(b',')?;
    }
}
