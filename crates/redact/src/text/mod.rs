//! Finds secrets in free text, in one pass from left to right. At each place where something can begin, the rules look
//! ahead; each looks at a bounded number of bytes or consumes what it looked at. The work is linear in the length of
//! the text.

mod address;
mod assign;
mod block;
mod command;
mod found;
mod shape;

pub(crate) use command::Line;
pub(crate) use found::Found;

use crate::alphabet::{RAW64, WORD};
use crate::{base64, form};

/// The shortest text that can hold a secret with what gives it away.
const SHORTEST: usize = 6;

/// Maximum number of nested base64 layers that are decoded.
const DEPTH: u8 = 2;

/// The secrets of a text, in order. `line` is what is known of the command line that the text continues.
pub(crate) fn find(text: &str, line: &mut Line) -> Vec<Found> {
    let mut scan = Scan { bytes: text.as_bytes(), found: Vec::new(), no_key_before: 0, depth: DEPTH };
    scan.whole(line);
    scan.found
}

/// Returns whether a text contains a secret, within at most this many layers of base64.
fn holds_any(bytes: &[u8], depth: u8) -> bool {
    let mut scan = Scan { bytes, found: Vec::new(), no_key_before: 0, depth };
    scan.whole(&mut Line::default());
    !scan.found.is_empty()
}

struct Scan<'t> {
    bytes: &'t [u8],
    found: Vec<Found>,
    /// Up to here keys have been judged.
    no_key_before: usize,
    depth: u8,
}

impl Scan<'_> {
    fn whole(&mut self, line: &mut Line) {
        let bytes = self.bytes;
        if let Some(found) = line.awaited(bytes) {
            self.found.push(found);
            return;
        }
        if bytes.len() < SHORTEST {
            self.found.extend(line.argument(bytes));
            return;
        }
        let mut at = 0;
        // A word may begin after an escape, even if a letter precedes it.
        let (mut begins, mut fresh) = (true, true);
        while at < bytes.len() {
            let past = escape(bytes, at);
            if past > at {
                (at, begins, fresh) = (past, true, true);
                continue;
            }
            if let Some(found) = self.at(at, begins, fresh, line) {
                at = found.to;
                (begins, fresh) = (true, true);
                self.found.push(found);
                continue;
            }
            fresh = false;
            if WORD.has(bytes[at]) {
                at = WORD.end(bytes, at, usize::MAX);
                begins = false;
            } else {
                at += 1;
                begins = true;
            }
        }
        line.end(bytes);
    }

    /// The kind of construct that begins at a place.
    fn at(&mut self, at: usize, begins: bool, fresh: bool, line: &mut Line) -> Option<Found> {
        let bytes = self.bytes;
        let b = bytes[at];
        if begins && WORD.has(b) {
            return self.word(at, fresh, line);
        }
        match b {
            b':' => address::user_info(bytes, at),
            b'@' => address::source_name(bytes, at, self.found.last().map_or(0, |f| f.to)),
            b'-' => block::private_key(bytes, at).or_else(|| line.option(bytes, at)),
            b'<' => assign::element(bytes, at),
            b'/' | b'+' if fresh || !RAW64.has(bytes[at - 1]) => self.run(at, fresh),
            b'\n' | b';' | b'|' | b'&' => {
                line.over();
                None
            }
            _ => None,
        }
    }

    fn word(&mut self, at: usize, fresh: bool, line: &mut Line) -> Option<Found> {
        let bytes = self.bytes;
        if at >= self.no_key_before {
            match assign::assignment(bytes, at) {
                Ok(found) => {
                    // The key may itself be a secret.
                    let key = self.token(at, fresh).filter(|key| key.to <= found.from);
                    self.found.extend(key);
                    return Some(found);
                }
                Err(judged) => self.no_key_before = judged,
            }
        }
        let found = self
            .known(at)
            .or_else(|| address::webhook(bytes, at))
            .or_else(|| assign::scheme(bytes, at))
            .or_else(|| assign::spoken(bytes, at));
        if found.is_some() {
            return found;
        }
        line.word(bytes, at);
        if fresh || !RAW64.has(bytes[at - 1]) { self.run(at, fresh) } else { None }
    }

    /// A token of a documented form, or of a shape that only tokens have.
    fn known(&self, at: usize) -> Option<Found> {
        match form::token(self.bytes, at) {
            Some((end, rule)) => Found::new(at, end, rule),
            None => shape::at(self.bytes, at),
        }
    }

    /// The same, or a key without a form.
    fn token(&self, at: usize, fresh: bool) -> Option<Found> {
        let is_run = fresh || !RAW64.has(self.bytes[at - 1]);
        self.known(at).or_else(|| if is_run { self.run(at, fresh) } else { None })
    }

    /// A run of base64: a key of a known length, or a text that holds a secret.
    fn run(&self, at: usize, fresh: bool) -> Option<Found> {
        let end = RAW64.end(self.bytes, at, usize::MAX);
        if let Some(rule) = shape::bare(self.bytes, at, end, fresh) {
            let padded = end + self.bytes[end..].iter().take(2).take_while(|b| **b == b'=').count();
            return Found::new(at, padded, rule);
        }
        let depth = self.depth.checked_sub(1)?;
        let text = base64::text(&self.bytes[at..end])?;
        let end = end + self.bytes[end..].iter().take(2).take_while(|b| **b == b'=').count();
        if holds_any(&text, depth) { Found::new(at, end, "secret in base64") } else { None }
    }
}

/// Returns the end of the escape that begins at `at`, or `at`: `\n`, `\u0022`, `\x22`, `%22`, terminal colours. Escaped
/// quotes and backslashes need no handling, because no word contains them.
fn escape(bytes: &[u8], at: usize) -> usize {
    let hex = |from: usize, n: usize| {
        bytes.get(from..from + n).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    match bytes[at] {
        b'\\' => match bytes.get(at + 1) {
            Some(b'n' | b'r' | b't') => at + 2,
            Some(b'u') if hex(at + 2, 4) => at + 6,
            Some(b'x') if hex(at + 2, 2) => at + 4,
            _ => at,
        },
        b'%' if hex(at + 1, 2) => at + 3,
        0x1b if bytes.get(at + 1) == Some(&b'[') => {
            let end = bytes[at + 2..].iter().take(16).position(|b| b.is_ascii_alphabetic());
            end.map_or(at, |n| at + 3 + n)
        }
        _ => at,
    }
}
