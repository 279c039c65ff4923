//! Repairs a text that is almost JSON, in one pass.

use super::mended::{Mended, Place};
use super::python::{self, to_json};

/// Writes the mended text to `out`; places are counted from `base`. `Mended::default()` where there was nothing
/// to mend (`out` is then of no use).
pub(super) fn mend(bytes: &[u8], base: Place, out: &mut Vec<u8>) -> Mended {
    let mut mended = Mended::default();
    out.clear();
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Some((json, values)) = to_json(text) {
            mended.literals = values;
            let first = text.len() - text.trim_start().len();
            mended.literal = Some(base.behind(&text.as_bytes()[..first]));
            out.extend_from_slice(json.as_bytes());
            return mended;
        }
        Pass { text, base, out, mended: &mut mended, literal: None, tried: 0 }.run();
    } else {
        let mut text = String::with_capacity(bytes.len() + 64);
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                text.push('\u{fffd}');
                mended.bad_utf8 += 1;
            }
        }
        Pass { text: &text, base, out, mended: &mut mended, literal: None, tried: 0 }.run();
    }
    mended
}

struct Pass<'p> {
    text: &'p str,
    base: Place,
    out: &'p mut Vec<u8>,
    mended: &'p mut Mended,
    /// Where the first literal of Python stands.
    literal: Option<usize>,
    /// No literal of Python begins before this place: one was tried, and breaks there.
    tried: usize,
}

/// Where the text can be cut so that closing the open brackets gives JSON.
struct Cut {
    /// Length of the output.
    len: usize,
    /// Byte of the input.
    at: usize,
    /// How many brackets are open.
    open: usize,
}

impl Pass<'_> {
    fn run(mut self) {
        self.out.reserve(self.text.len());
        let text = self.text.as_bytes();
        // Closing brackets of what is open; one byte a level, so that depth costs no stack.
        let mut open: Vec<u8> = Vec::new();
        let mut cut = Cut { len: 0, at: 0, open: 0 };
        // A string before a colon is a key, after which no cut is possible.
        let mut last_comma: Option<usize> = None;
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            match byte {
                b'"' => {
                    let Some(end) = self.string(at) else { break };
                    at = end;
                    last_comma = None;
                    let next = text[at..].iter().find(|b| !b.is_ascii_whitespace());
                    match next {
                        // Behind a comment may be a colon.
                        Some(b':' | b'/') => {}
                        // Cut short right behind a string: in an object a key cannot be distinguished from a value.
                        None if open.last() == Some(&b'}') && !self.follows_colon() => {}
                        _ => cut = Cut { len: self.out.len(), at, open: open.len() },
                    }
                    continue;
                }
                b'{' | b'[' if self.may_be_literal(at) => {
                    let Some(end) = self.literal(at) else { break };
                    if end > at {
                        last_comma = None;
                        at = end;
                        cut = Cut { len: self.out.len(), at, open: open.len() };
                    }
                    continue;
                }
                b'\'' if at >= self.tried => {
                    let Some(end) = self.single_quoted(at) else { break };
                    if end > at {
                        last_comma = None;
                        at = end;
                        cut = Cut { len: self.out.len(), at, open: open.len() };
                    }
                    continue;
                }
                b'{' | b'[' => {
                    open.push(byte + 2);
                    self.out.push(byte);
                    last_comma = None;
                    cut = Cut { len: self.out.len(), at: at + 1, open: open.len() };
                }
                b'}' | b']' => {
                    if let Some(comma) = last_comma.take() {
                        self.out[comma] = b' ';
                        self.mended.commas += 1;
                    }
                    open.pop();
                    self.out.push(byte);
                    cut = Cut { len: self.out.len(), at: at + 1, open: open.len() };
                }
                b',' => {
                    last_comma = Some(self.out.len());
                    self.out.push(byte);
                }
                b':' | b' ' | b'\t' | b'\r' | b'\n' => self.out.push(byte),
                b'/' if let Some(len) = comment(&text[at..]) => {
                    self.mended.comments += 1;
                    self.out.push(b' ');
                    at += len;
                    continue;
                }
                _ => {
                    let end = self.bare(at);
                    last_comma = None;
                    // A number at the very end may go on beyond it.
                    if end < text.len() {
                        cut = Cut { len: self.out.len(), at: end, open: open.len() };
                    }
                    at = end;
                    continue;
                }
            }
            at += 1;
        }
        if !open.is_empty() && cut.open > 0 {
            self.mended.truncated_at = Some(self.base.offset.unwrap_or_default() + cut.at as u64);
            self.out.truncate(cut.len);
            // `open` has changed since the cut only by pushes, each of which is a cut itself.
            self.out.extend(open.iter().take(cut.open).rev());
        }
        self.mended.literal = self.literal.map(|at| self.base.behind(&text[..at]));
    }

    /// Whether the list or dictionary at `at` begins with a text in single quotes, and was not tried yet.
    fn may_be_literal(&self, at: usize) -> bool {
        let rest = &self.text.as_bytes()[at + 1..];
        at >= self.tried && rest.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'\'')
    }

    /// Copies the literal of Python at `at` as JSON and returns its end; `at` if it is none, and `None` if the text ends
    /// in the middle of it.
    fn literal(&mut self, at: usize) -> Option<usize> {
        match python::value(&self.text[at..]) {
            Ok((json, len)) => {
                self.count_literal(at);
                self.out.extend_from_slice(json.as_bytes());
                Some(at + len)
            }
            Err(stop) if at + stop >= self.text.len() => None,
            Err(stop) => {
                self.tried = at + stop.max(1);
                Some(at)
            }
        }
    }

    /// Copies the text in single quotes at `at` as JSON and returns its end; `at` if nothing that ends a value or a key
    /// follows it, and `None` if it has no end.
    fn single_quoted(&mut self, at: usize) -> Option<usize> {
        let stop = match python::quoted(&self.text[at..]) {
            Ok((json, len)) => {
                let rest = self.text.as_bytes().get(at + len..).unwrap_or_default();
                let next = rest.iter().find(|b| !b.is_ascii_whitespace());
                if matches!(next, None | Some(b',' | b':' | b'}' | b']')) {
                    self.count_literal(at);
                    self.out.extend_from_slice(json.as_bytes());
                    return Some(at + len);
                }
                len
            }
            Err(stop) if at + stop >= self.text.len() => return None,
            Err(stop) => stop,
        };
        self.tried = at + stop.max(1);
        Some(at)
    }

    fn count_literal(&mut self, at: usize) {
        self.mended.literals += 1;
        self.literal.get_or_insert(at);
    }

    /// Whether what was written last, before the string just copied, is a colon.
    fn follows_colon(&self) -> bool {
        let mut rest = self.out.as_slice();
        // The string ends at the end of the output: step back over it, unescaped quote to unescaped quote.
        rest = &rest[..rest.len().saturating_sub(1)];
        while let Some(quote) = memchr::memrchr(b'"', rest) {
            rest = &rest[..quote];
            let slashes = rest.iter().rev().take_while(|b| **b == b'\\').count();
            if slashes % 2 == 0 {
                break;
            }
        }
        rest.iter().rev().find(|b| !b.is_ascii_whitespace()) == Some(&b':')
    }

    /// Copies the string that starts at `at`; its end, or `None` where it has none.
    fn string(&mut self, at: usize) -> Option<usize> {
        self.out.push(b'"');
        let mut from = at + 1;
        loop {
            let text = self.text.as_bytes();
            let rest = text.get(from..)?;
            let stop = rest.iter().position(|b| matches!(b, b'"' | b'\\') || *b < 0x20)?;
            self.out.extend_from_slice(&rest[..stop]);
            from += stop;
            match text[from] {
                b'"' => {
                    self.out.push(b'"');
                    return Some(from + 1);
                }
                b'\\' if text.get(from + 1) == Some(&b'u') => {
                    let unit = |i: usize| {
                        let hex = text.get(i..i + 4)?;
                        u16::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()
                    };
                    let first = unit(from + 2);
                    let pair = text.get(from + 6..from + 8) == Some(b"\\u");
                    let second = if pair { unit(from + 8) } else { None };
                    let keep = match (first, second) {
                        (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
                        (Some(0xd800..=0xdfff), _) => {
                            self.mended.lone_surrogates += 1;
                            self.out.extend_from_slice(b"\\ufffd");
                            from += 6;
                            continue;
                        }
                        _ => 6,
                    };
                    let end = (from + keep).min(text.len());
                    self.out.extend_from_slice(&text[from..end]);
                    from = end;
                }
                b'\\' => {
                    let end = (from + 2).min(text.len());
                    self.out.extend_from_slice(&text[from..end]);
                    from = end;
                }
                control => {
                    self.mended.controls += 1;
                    self.out.extend_from_slice(format!("\\u{control:04x}").as_bytes());
                    from += 1;
                }
            }
        }
    }

    /// Copies a number or a word that starts at `at`; its end.
    fn bare(&mut self, at: usize) -> usize {
        let rest = &self.text.as_bytes()[at..];
        let is_end =
            |b: &u8| matches!(b, b',' | b':' | b'}' | b']' | b'{' | b'[' | b'"') || b.is_ascii_whitespace();
        let len = rest.iter().position(is_end).unwrap_or(rest.len()).max(1);
        if is_not_a_number(&rest[..len]) {
            self.mended.nan += 1;
            self.out.extend_from_slice(b"null");
        } else if let Some(json) = python::word(&rest[..len]) {
            self.count_literal(at);
            self.out.extend_from_slice(json.as_bytes());
        } else {
            self.out.extend_from_slice(&rest[..len]);
        }
        at + len
    }
}

/// Returns the length of the comment that `bytes` begin with: `//` up to the end of the line, or `/* */`. `None` if they
/// begin with none, or it has no end.
pub(super) fn comment(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'/', b'/', rest @ ..] => Some(2 + memchr::memchr(b'\n', rest).unwrap_or(rest.len())),
        [b'/', b'*', rest @ ..] => Some(4 + memchr::memmem::find(rest, b"*/")?),
        _ => None,
    }
}

/// Returns whether a word stands for NaN or an infinite number.
pub(super) fn is_not_a_number(word: &[u8]) -> bool {
    let bare = word.strip_prefix(b"-").or_else(|| word.strip_prefix(b"+")).unwrap_or(word);
    [b"nan".as_slice(), b"inf", b"infinity"].iter().any(|name| bare.eq_ignore_ascii_case(name))
}
