//! A JSON value as the flat list of its parts, built by the same pass that validates it.

use std::borrow::Cow;

use super::lenient::{number_of_str, unescape, whole_of_str};

/// Why no value could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The text ends within it.
    Short,
    /// It is not JSON; the first byte that cannot be.
    Bad(usize),
}

/// A value, or the key of a member: where it stands in the text, and which part follows all that is in it. Of a string
/// that is the next one, and the highest bit says whether it holds escapes.
#[derive(Clone, Copy, Debug)]
struct Part {
    from: u32,
    to: u32,
    over: u32,
}

const ESCAPES: u32 = 1 << 31;

/// The parts of one value; kept from value to value, so that reading many allocates for none.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    parts: Vec<Part>,
    /// The open brackets, outermost first: depth costs four bytes a level.
    open: Vec<u32>,
}

/// The longest text that is read at once: places are `u32`.
pub(crate) const LONGEST: usize = 1 << 31;

impl Tape {
    /// Reads the value that begins at `at`, behind white space; the byte after it. As strict as JSON is (RFC 8259),
    /// except that half a surrogate pair may be escaped. A number that the text ends with is [`Stop::Short`], since it
    /// may go on.
    pub(crate) fn read(&mut self, text: &str, at: usize) -> Result<usize, Stop> {
        let bytes = text.as_bytes();
        self.parts.clear();
        self.open.clear();
        let mut at = space(bytes, at);
        loop {
            let from = at as u32;
            let part = self.parts.len() as u32;
            match bytes.get(at).ok_or(Stop::Short)? {
                b'"' => {
                    let escapes;
                    (at, escapes) = string(bytes, at)?;
                    self.parts.push(Part { from, to: at as u32, over: (part + 1) | escapes });
                }
                open @ (b'{' | b'[') => {
                    self.parts.push(Part { from, to: from, over: part });
                    self.open.push(part);
                    at = space(bytes, at + 1);
                    let next = *bytes.get(at).ok_or(Stop::Short)?;
                    if next != open + 2 {
                        if *open == b'{' {
                            at = self.key(bytes, at)?;
                        }
                        continue;
                    }
                }
                b'-' | b'0'..=b'9' => {
                    at = number(bytes, at)?;
                    self.parts.push(Part { from, to: at as u32, over: part + 1 });
                }
                first @ (b't' | b'f' | b'n') => {
                    at = word(bytes, at, *first)?;
                    self.parts.push(Part { from, to: at as u32, over: part + 1 });
                }
                _ => return Err(Stop::Bad(at)),
            }
            // What follows a value: the end of what it stands in, or the next one.
            loop {
                let Some(&top) = self.open.last() else { return Ok(at) };
                let opened = self.parts[top as usize].from as usize;
                at = space(bytes, at);
                match *bytes.get(at).ok_or(Stop::Short)? {
                    b',' => {
                        at = space(bytes, at + 1);
                        if bytes[opened] == b'{' {
                            at = self.key(bytes, at)?;
                        }
                        break;
                    }
                    close if close == bytes[opened] + 2 => {
                        at += 1;
                        let over = self.parts.len() as u32;
                        let part = &mut self.parts[top as usize];
                        (part.to, part.over) = (at as u32, over);
                        self.open.pop();
                    }
                    _ => return Err(Stop::Bad(at)),
                }
            }
        }
    }

    /// Reads a key and its colon; where the value begins.
    fn key(&mut self, bytes: &[u8], at: usize) -> Result<usize, Stop> {
        if *bytes.get(at).ok_or(Stop::Short)? != b'"' {
            return Err(Stop::Bad(at));
        }
        let (end, escapes) = string(bytes, at)?;
        let over = (self.parts.len() as u32 + 1) | escapes;
        self.parts.push(Part { from: at as u32, to: end as u32, over });
        let colon = space(bytes, end);
        if *bytes.get(colon).ok_or(Stop::Short)? != b':' {
            return Err(Stop::Bad(colon));
        }
        Ok(space(bytes, colon + 1))
    }

    /// The value that was read last, from that text.
    pub(crate) fn value<'t, 'a>(&'t self, text: &'a str) -> Value<'t, 'a> {
        Value { parts: &self.parts, text, at: 0 }
    }
}

/// The first byte at or after `at` that is not white space.
pub(crate) fn space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\t' | b'\r')) {
        at += 1;
    }
    at
}

const ONES: u64 = u64::from_ne_bytes([1; 8]);

/// The next quote, backslash or control character at or after `at`; eight bytes a step (after Mycroft's test for a
/// zero byte).
fn stop_of(bytes: &[u8], mut at: usize) -> usize {
    while let Some(block) = bytes.get(at..).and_then(|b| b.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*block);
        let zero = |w: u64| w.wrapping_sub(ONES) & !w;
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let hits = (zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c)) | control) & (ONES << 7);
        if hits != 0 {
            return at + (hits.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|b| !matches!(b, b'"' | b'\\' | 0..0x20)) {
        at += 1;
    }
    at
}

/// The byte after the value that begins at `at`, by its brackets and quotes alone; `None` where the text ends first.
pub(super) fn span(bytes: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0u32;
    let mut at = at;
    loop {
        match *bytes.get(at)? {
            b'"' => {
                at += 1;
                loop {
                    at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
                    if bytes[at] == b'"' {
                        break;
                    }
                    at += 2;
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => {
                let is_end = |b: &u8| matches!(b, b',' | b'}' | b']') || b.is_ascii_whitespace();
                return Some(at + bytes[at..].iter().position(is_end)?);
            }
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

/// The byte after the string that begins at `at`, and [`ESCAPES`] where it holds any.
pub(crate) fn string(bytes: &[u8], at: usize) -> Result<(usize, u32), Stop> {
    let mut at = at + 1;
    let mut escapes = 0;
    loop {
        at = stop_of(bytes, at);
        match bytes.get(at).ok_or(Stop::Short)? {
            b'"' => return Ok((at + 1, escapes)),
            b'\\' => match bytes.get(at + 1).ok_or(Stop::Short)? {
                b'u' => {
                    let hex = bytes.get(at + 2..at + 6).ok_or(Stop::Short)?;
                    if !hex.iter().all(u8::is_ascii_hexdigit) {
                        return Err(Stop::Bad(at));
                    }
                    (at, escapes) = (at + 6, ESCAPES);
                }
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => (at, escapes) = (at + 2, ESCAPES),
                _ => return Err(Stop::Bad(at)),
            },
            _ => return Err(Stop::Bad(at)),
        }
    }
}

/// The byte after the number that begins at `at`.
fn number(bytes: &[u8], mut at: usize) -> Result<usize, Stop> {
    let digits = |mut at: usize| {
        let from = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        match bytes.get(at) {
            None => Err(Stop::Short),
            Some(_) if at == from => Err(Stop::Bad(at)),
            Some(&next) => Ok((at, next)),
        }
    };
    at += usize::from(bytes[at] == b'-');
    let from = at;
    let (end, mut next) = digits(at)?;
    at = end;
    if bytes[from] == b'0' && at > from + 1 {
        return Err(Stop::Bad(from + 1));
    }
    if next == b'.' {
        (at, next) = digits(at + 1)?;
    }
    if matches!(next, b'e' | b'E') {
        let sign = matches!(bytes.get(at + 1).ok_or(Stop::Short)?, b'+' | b'-');
        (at, _) = digits(at + 1 + usize::from(sign))?;
    }
    Ok(at)
}

fn word(bytes: &[u8], at: usize, first: u8) -> Result<usize, Stop> {
    let word: &[u8] = match first {
        b't' => b"true",
        b'f' => b"false",
        _ => b"null",
    };
    for (i, expected) in word.iter().enumerate() {
        if bytes.get(at + i).ok_or(Stop::Short)? != expected {
            return Err(Stop::Bad(at + i));
        }
    }
    Ok(at + word.len())
}

/// A value on a [`Tape`]. What it hands over borrows from the text.
#[derive(Clone, Copy)]
pub(crate) struct Value<'t, 'a> {
    parts: &'t [Part],
    text: &'a str,
    at: usize,
}

impl<'t, 'a> Value<'t, 'a> {
    /// Its text.
    pub(crate) fn get(self) -> &'a str {
        let part = self.parts[self.at];
        self.text.get(part.from as usize..part.to as usize).unwrap_or_default()
    }

    #[inline]
    fn first(self) -> u8 {
        self.text.as_bytes().get(self.parts[self.at].from as usize).copied().unwrap_or_default()
    }

    pub(crate) fn is_object(self) -> bool {
        self.first() == b'{'
    }

    pub(crate) fn is_array(self) -> bool {
        self.first() == b'['
    }

    pub(crate) fn is_null(self) -> bool {
        self.first() == b'n'
    }

    /// See [`text`](super::text()).
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        match self.first() {
            b'"' => Some(self.string()),
            b'[' | b'{' | b'n' => None,
            _ => Some(Cow::Borrowed(self.get())),
        }
    }

    /// The text of a string or of a key.
    fn string(self) -> Cow<'a, str> {
        let part = self.parts[self.at];
        let inner = self.text.get(part.from as usize + 1..part.to as usize - 1).unwrap_or_default();
        if part.over & ESCAPES == 0 { Cow::Borrowed(inner) } else { Cow::Owned(unescape(inner)) }
    }

    /// The part behind it.
    fn over(self) -> usize {
        (self.parts[self.at].over & !ESCAPES) as usize
    }

    /// See [`number`](super::number()).
    pub(crate) fn number(self) -> Option<f64> {
        number_of_str(self.get())
    }

    /// See [`whole`](super::whole()).
    pub(crate) fn whole(self) -> Option<i64> {
        whole_of_str(self.get())
    }

    /// The members of an object, in the order of the file, repeated ones repeated; none where it is not an object.
    pub(crate) fn members(self) -> Members<'t, 'a> {
        let end = if self.is_object() { self.over() } else { 0 };
        Members { value: Value { at: self.at + 1, ..self }, end }
    }

    /// The member with this name, of several the last one. Importers ask for most of their members one by one, so this
    /// compares lengths before it looks at the text.
    pub(crate) fn member(self, name: &str) -> Option<Value<'t, 'a>> {
        let end = if self.is_object() { self.over() } else { 0 };
        let (mut at, mut found) = (self.at + 1, None);
        while at < end {
            let key = self.parts[at];
            let is_it = if key.over & ESCAPES == 0 {
                (key.to - key.from) as usize == name.len() + 2
                    && self.text.as_bytes()[key.from as usize + 1..key.to as usize - 1] == *name.as_bytes()
            } else {
                Value { at, ..self }.string() == name
            };
            if is_it {
                found = Some(at + 1);
            }
            at = (self.parts[at + 1].over & !ESCAPES) as usize;
        }
        found.map(|at| Value { at, ..self })
    }

    /// The names of the members of an object as they are written, without their quotes.
    pub(crate) fn names(self) -> impl Iterator<Item = &'a str> {
        let mut members = self.members();
        std::iter::from_fn(move || {
            let name = members.value;
            members.next()?;
            let quoted = name.get();
            Some(quoted.get(1..quoted.len() - 1).unwrap_or_default())
        })
    }

    /// The elements of an array; none where it is not an array.
    pub(crate) fn elements(self) -> Elements<'t, 'a> {
        let end = if self.is_array() { self.over() } else { 0 };
        Elements { value: Value { at: self.at + 1, ..self }, end }
    }
}

/// See [`Value::members`].
pub(crate) struct Members<'t, 'a> {
    value: Value<'t, 'a>,
    end: usize,
}

impl<'t, 'a> Iterator for Members<'t, 'a> {
    type Item = (Cow<'a, str>, Value<'t, 'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.value.at >= self.end {
            return None;
        }
        let key = self.value.string();
        let value = Value { at: self.value.at + 1, ..self.value };
        self.value.at = value.over();
        Some((key, value))
    }
}

/// See [`Value::elements`].
pub(crate) struct Elements<'t, 'a> {
    value: Value<'t, 'a>,
    end: usize,
}

impl<'t, 'a> Iterator for Elements<'t, 'a> {
    type Item = Value<'t, 'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.value.at >= self.end {
            return None;
        }
        let value = self.value;
        self.value.at = value.over();
        Some(value)
    }
}

/// The text of a key with its quotes.
pub(crate) fn key_of(quoted: &str) -> Cow<'_, str> {
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        Cow::Borrowed(inner)
    } else {
        Cow::Owned(unescape(inner))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Result<usize, Stop> {
        Tape::default().read(text, 0)
    }

    #[test]
    fn values_are_found_and_parsed() {
        let text = r#" {"a":[1,{"b":[]},"x\n"],"c\u0041":{"d":-1.5e3},"e":null} rest"#;
        let mut tape = Tape::default();
        assert_eq!(tape.read(text, 0), Ok(text.len() - 5));
        let root = tape.value(text);
        let members: Vec<(String, &str)> = root.members().map(|(k, v)| (k.into_owned(), v.get())).collect();
        assert_eq!(
            members,
            [
                ("a".to_owned(), r#"[1,{"b":[]},"x\n"]"#),
                ("cA".to_owned(), r#"{"d":-1.5e3}"#),
                ("e".to_owned(), "null")
            ]
        );
        let list = root.members().next().unwrap().1;
        assert_eq!(list.elements().map(Value::get).collect::<Vec<_>>(), ["1", r#"{"b":[]}"#, r#""x\n""#]);
        assert_eq!(list.elements().nth(2).unwrap().text().as_deref(), Some("x\n"));
        assert_eq!((list.members().count(), root.elements().count()), (0, 0));
        let twice = r#"{"a":{"b":1},"b":2,"\u0062":3,"c":null}"#;
        tape.read(twice, 0).unwrap();
        let of = |key: &str| tape.value(twice).member(key).map(Value::get);
        assert_eq!((of("b"), of("a"), of("c"), of("d")), (Some("3"), Some(r#"{"b":1}"#), Some("null"), None));
    }

    #[test]
    fn invalid_json_is_distinguished_from_incomplete_json() {
        for (text, at) in [
            ("{\"a\":+1}", 5),
            ("[1,]", 3),
            ("{1:2}", 1),
            ("[01]", 2),
            ("[1.]", 3),
            ("[tru]", 4),
            ("[\"\\x\"]", 2),
            ("[\"\n\"]", 2),
            ("[1}", 2),
            ("{\"a\" 1}", 5),
            ("?", 0),
        ] {
            assert_eq!(read(text), Err(Stop::Bad(at)), "{text}");
        }
        let whole = r#"{"a":[1.5e-3,"x\u00e9",true,{}],"long key beyond a block":"some value with é"}"#;
        assert_eq!(read(whole), Ok(whole.len()));
        for end in (0..whole.len()).filter(|i| whole.is_char_boundary(*i)) {
            assert_eq!(read(&whole[..end]), Err(Stop::Short), "{end}");
        }
    }

    #[test]
    fn agrees_with_serde_json() {
        for text in [
            "[]",
            "{}",
            "[-]",
            "[-0]",
            "[1e5]",
            "[1e]",
            "[.5]",
            "[\"\u{7f}\"]",
            "[\"\\ud800\"]",
            "[nul]",
            "[null ]",
            "[1 2]",
            "[\"a\",]",
            "{\"a\":1,}",
            "{\"a\":1 \"b\":2}",
            "{\"\":0}",
            "[[[]]]",
            "[[[]]",
            "[NaN]",
            "\"s\"",
        ] {
            let strict = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
            assert_eq!(read(text).is_ok(), strict, "{text}");
        }
    }

    #[test]
    fn deep_nesting_does_not_overflow_the_stack() {
        let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        assert_eq!(read(&deep), Ok(deep.len()));
    }
}
