//! Examines the beginning of a file: whether it is text, and the outline of its JSON.

use std::borrow::Cow;

use crate::limits::{HEAD_BYTES, SHAPE_BYTES, SHAPE_KEYS, SHAPE_VALUE_BYTES};

/// The beginning of a file. Files are judged by content, never by name alone.
#[derive(Clone, Debug)]
pub struct Head<'a> {
    /// The file's relative path.
    pub name: &'a str,
    /// Its first bytes, at most 64 KiB.
    pub bytes: &'a [u8],
    /// Its length in bytes.
    pub len: u64,
    /// Whether it is text: no NUL byte, and UTF-8 except for a few bytes; or UTF-16.
    pub text: bool,
    /// The outline of its JSON, from the first MiB.
    pub shape: Shape,
}

impl<'a> Head<'a> {
    /// Examines a file.
    pub fn new(name: &'a str, bytes: &'a [u8]) -> Head<'a> {
        let start = &bytes[..bytes.len().min(HEAD_BYTES)];
        let outline = &bytes[..bytes.len().min(SHAPE_BYTES)];
        let (text, outline) = match crate::encoding::looks_utf16(start) {
            Some(big_endian) => {
                (true, Cow::Owned(crate::encoding::decode_utf16(outline, big_endian).into_bytes()))
            }
            None => (is_text(start), Cow::Borrowed(crate::encoding::without_bom(outline))),
        };
        let shape = if text { Shape::of(&outline) } else { Shape::default() };
        Head { name, bytes: start, len: bytes.len() as u64, text, shape }
    }
}

fn is_text(bytes: &[u8]) -> bool {
    if memchr::memchr(0, bytes).is_some() {
        // A NUL within JSON is a bug of its writer; anywhere else it means that this is not text.
        return matches!(crate::encoding::without_bom(bytes).trim_ascii_start().first(), Some(b'{' | b'['))
            && memchr::memchr_iter(0, bytes).count() * 100 < bytes.len().max(100) * 5;
    }
    let bad: usize = bytes.utf8_chunks().map(|c| c.invalid().len()).sum();
    bad * 20 <= bytes.len().max(20 * 8)
}

/// Kind of a JSON value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JsonKind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    String,
    /// A number; also NaN and Infinity, which are not valid JSON.
    Number,
    /// `true` or `false`
    Bool,
    /// `null`
    Null,
    /// Anything else.
    #[default]
    NotJson,
}

/// A member of the root object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// Its name, unescaped.
    pub name: String,
    /// The kind of its value; [`JsonKind::NotJson`] if the text ends before it.
    pub kind: JsonKind,
    /// The keys of an object; for an array, those of its first element.
    pub inner: Vec<String>,
    /// The text of a string, number or word of at most 80 bytes; otherwise empty.
    pub value: String,
}

/// Outline of a JSON text: the first 64 keys of each level of interest, in order. For JSON Lines, of the first line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Kind of the root.
    pub root: JsonKind,
    /// The members of a root object.
    pub keys: Vec<Member>,
    /// The keys of the first element of a root array.
    pub first: Vec<String>,
    /// Whether something other than white space follows the root, as in JSON Lines.
    pub more: bool,
    /// Whether the root was complete within the examined bytes.
    pub complete: bool,
}

impl Shape {
    /// Returns whether the root is an object with this member.
    pub fn has(&self, key: &str) -> bool {
        self.key(key).is_some()
    }

    /// Returns the member with this name.
    pub fn key(&self, key: &str) -> Option<&Member> {
        self.keys.iter().find(|k| k.name == key)
    }

    /// Returns the kind of the member with this name.
    pub fn kind(&self, key: &str) -> Option<JsonKind> {
        self.key(key).map(|k| k.kind)
    }

    /// Returns the text of the member with this name, if it is a short string, number or word.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.key(key).map(|k| k.value.as_str()).filter(|v| !v.is_empty())
    }

    /// Returns whether the value of a member (or its first element) has this key.
    pub fn inner_has(&self, key: &str, inner: &str) -> bool {
        self.key(key).is_some_and(|k| k.inner.iter().any(|i| i == inner))
    }

    /// Returns whether the root is an array whose first element has this key.
    pub fn first_has(&self, key: &str) -> bool {
        self.first.iter().any(|k| k == key)
    }

    /// Returns whether the root is an object with all of these members, or an array whose first element has them.
    pub fn record_has(&self, keys: &[&str]) -> bool {
        match self.root {
            JsonKind::Object => keys.iter().all(|key| self.has(key)),
            JsonKind::Array => keys.iter().all(|key| self.first_has(key)),
            _ => false,
        }
    }

    /// Returns the outline of a text. Iterative: depth costs one byte per level.
    pub fn of(text: &[u8]) -> Shape {
        let mut outliner = Outliner {
            text,
            at: 0,
            open: Vec::new(),
            elements: [0; 3],
            full: false,
            shape: Shape::default(),
        };
        outliner.run();
        outliner.shape
    }
}

struct Outliner<'t> {
    text: &'t [u8],
    at: usize,
    /// Open brackets, outermost first: `{` or `[`.
    open: Vec<u8>,
    /// Number of elements that have begun in the open array of depth 1 and 2 (index 0 is not used).
    elements: [u32; 3],
    /// Whether the root has more members than the outline keeps.
    full: bool,
    shape: Shape,
}

impl Outliner<'_> {
    fn run(&mut self) {
        let mut expect_key = false;
        loop {
            let Some(byte) = self.skip_space() else { return };
            if self.shape.complete {
                self.shape.more = true;
                return;
            }
            let depth = self.open.len();
            match byte {
                // Texts in single quotes are repaired later.
                b'"' | b'\'' => {
                    let Some((start, end)) = self.string(byte) else { return };
                    if expect_key {
                        expect_key = false;
                        self.key(depth, start, end);
                        continue;
                    }
                    self.value(depth, JsonKind::String, start, end);
                }
                b'{' | b'[' => {
                    self.value(depth, if byte == b'{' { JsonKind::Object } else { JsonKind::Array }, 0, 0);
                    self.open.push(byte);
                    self.at += 1;
                    if let Some(count) = self.elements.get_mut(depth + 1) {
                        *count = 0;
                    }
                    expect_key = byte == b'{';
                    continue;
                }
                b'}' | b']' => {
                    self.open.pop();
                    self.at += 1;
                }
                b',' => {
                    self.at += 1;
                    expect_key = self.open.last() == Some(&b'{');
                    continue;
                }
                b':' => {
                    self.at += 1;
                    continue;
                }
                _ => {
                    let start = self.at;
                    let rest = &self.text[start..];
                    let is_end = |b: &u8| matches!(b, b',' | b'}' | b']' | b':') || b.is_ascii_whitespace();
                    self.at += rest.iter().position(is_end).unwrap_or(rest.len()).max(1);
                    let Some(kind) = bare_kind(&self.text[start..self.at]) else {
                        // Not JSON; the part before it decides whether it ever was.
                        if !self.shape.complete && self.shape.keys.is_empty() && self.shape.first.is_empty() {
                            self.shape.root = JsonKind::NotJson;
                        }
                        return;
                    };
                    self.value(depth, kind, start, self.at);
                }
            }
            if self.open.is_empty() {
                self.shape.complete = true;
            }
        }
    }

    fn skip_space(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    /// Skips a string; returns where its content begins and ends.
    fn string(&mut self, quote: u8) -> Option<(usize, usize)> {
        let start = self.at + 1;
        let mut from = start;
        loop {
            let stop = from + memchr::memchr2(quote, b'\\', self.text.get(from..)?)?;
            if self.text[stop] == quote {
                self.at = stop + 1;
                return Some((start, stop));
            }
            from = stop + 2;
        }
    }

    fn key(&mut self, depth: usize, start: usize, end: usize) {
        let list = match (self.open.as_slice(), depth) {
            ([b'{', ..], 2..) if self.full => return,
            ([b'{'], 1) => {
                if self.shape.keys.len() < SHAPE_KEYS {
                    let name = name_of(&self.text[start..end]);
                    self.shape.keys.push(Member { name, ..Member::default() });
                } else {
                    // Further members are not kept: their inner keys must not be added to the last one.
                    self.full = true;
                }
                return;
            }
            ([b'[', b'{'], 2) if self.elements[1] == 1 => &mut self.shape.first,
            ([b'{', b'{'], 2) => match self.shape.keys.last_mut() {
                Some(key) => &mut key.inner,
                None => return,
            },
            ([b'{', b'[', b'{'], 3) if self.elements[2] == 1 => match self.shape.keys.last_mut() {
                Some(key) => &mut key.inner,
                None => return,
            },
            _ => return,
        };
        if list.len() < SHAPE_KEYS {
            list.push(name_of(&self.text[start..end]));
        }
    }

    fn value(&mut self, depth: usize, kind: JsonKind, start: usize, end: usize) {
        if depth == 0 {
            self.shape.root = kind;
        }
        if let (1 | 2, Some(b'[')) = (depth, self.open.last()) {
            self.elements[depth] = self.elements[depth].saturating_add(1);
        }
        if depth == 1
            && self.open.first() == Some(&b'{')
            && let Some(key) = self.shape.keys.last_mut().filter(|k| k.kind == JsonKind::NotJson)
        {
            key.kind = kind;
            if end > start && end - start <= SHAPE_VALUE_BYTES {
                key.value = name_of(&self.text[start..end]);
            }
        }
    }
}

fn name_of(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    if text.contains('\\') {
        serde_json::from_str(&format!("\"{text}\"")).unwrap_or_else(|_| text.into_owned())
    } else {
        text.into_owned()
    }
}

fn bare_kind(word: &[u8]) -> Option<JsonKind> {
    match word {
        b"true" | b"false" => Some(JsonKind::Bool),
        b"null" => Some(JsonKind::Null),
        b"NaN" | b"Infinity" | b"-Infinity" | b"nan" | b"-nan" | b"inf" | b"-inf" => Some(JsonKind::Number),
        [b'-' | b'+' | b'.' | b'0'..=b'9', rest @ ..] => {
            let digit = |b: &u8| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-' | b'_' | b'x');
            // `---` begins a YAML document, among other things.
            let is_number = word.iter().any(u8::is_ascii_digit) && rest.iter().all(digit);
            is_number.then_some(JsonKind::Number)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_outline_of_an_object() {
        let s = Shape::of(br#" {"a": 1, "b": {"c": {"x": 1}, "d": [1]}, "e": [{"f": [{"y":1}], "g": 2}, {"h": 3}], "k\n": "v"}"#);
        assert_eq!(s.root, JsonKind::Object);
        let kinds: Vec<_> = s.keys.iter().map(|k| (k.name.as_str(), k.kind)).collect();
        assert_eq!(
            kinds,
            [
                ("a", JsonKind::Number),
                ("b", JsonKind::Object),
                ("e", JsonKind::Array),
                ("k\n", JsonKind::String)
            ]
        );
        assert_eq!(s.key("b").unwrap().inner, ["c", "d"]);
        assert_eq!(s.key("e").unwrap().inner, ["f", "g"]);
        assert_eq!((s.value("a"), s.value("k\n"), s.more), (Some("1"), Some("v"), false));
        assert!(s.inner_has("e", "g") && !s.inner_has("e", "h") && s.complete);
    }

    #[test]
    fn arrays_lines_truncation_and_noise() {
        let s = Shape::of(br#"[{"ph":"X","ts":NaN,"args":{"q":1}},{"z":1}]"#);
        assert_eq!((s.root, s.first.len()), (JsonKind::Array, 3));
        let s = Shape::of(b"{\"event\":\"run\"}\n{\"event\":\"task\"}");
        assert!(s.more && s.keys.len() == 1 && s.value("event") == Some("run"));
        let s = Shape::of(br#"{"run":{"id":"x"},"tasks":[{"id":"#);
        assert!(s.inner_has("tasks", "id") && !s.complete);
        assert_eq!(Shape::of(b"[INFO] starting").root, JsonKind::NotJson);
        assert_eq!(Shape::of(b"hello {}").root, JsonKind::NotJson);
        assert_eq!(Shape::of(b"").root, JsonKind::NotJson);
        assert_eq!(Shape::of(&vec![b'['; 500_000]).root, JsonKind::Array);
    }

    #[test]
    fn members_beyond_the_limit_do_not_leak_into_the_last_one() {
        let mut text = String::from("{");
        for i in 0..100 {
            text.push_str(&format!("\"k{i}\":[{{\"i{i}\":1}}],"));
        }
        text.push_str("\"z\":{\"zz\":1}}");
        let s = Shape::of(text.as_bytes());
        assert_eq!(s.keys.len(), SHAPE_KEYS);
        assert_eq!(s.keys[SHAPE_KEYS - 1].inner, ["i63"]);
    }

    #[test]
    fn text_or_not() {
        assert!(Head::new("a", "plain é text".as_bytes()).text);
        assert!(!Head::new("a", b"SQLite format 3\0\x10\0\x01\x01").text);
        let utf16: Vec<u8> = "\u{feff}{\"a\":1}".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let head = Head::new("a", &utf16);
        assert!(head.text && head.shape.has("a"));
    }
}
