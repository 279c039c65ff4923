//! JSON that is carried, not understood: labels, parameters and values stay text until somebody looks.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A JSON text on one line, verbatim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json<'a>(Cow<'a, str>);

impl<'a> Json<'a> {
    /// Takes text that is JSON already. Line breaks between tokens become spaces, so that it fits a line.
    /// The caller vouches for the syntax: readers of the text treat it as foreign all the same.
    pub fn from_raw(text: &'a str) -> Json<'a> {
        // Stretch by stretch, so that the compiler may look at many bytes at once.
        let has_break = |bytes: &[u8]| bytes.iter().fold(false, |any, b| any | (*b == b'\n') | (*b == b'\r'));
        if text.as_bytes().chunks(64).any(has_break) {
            // Within a JSON string both are escaped, so a bare one is white space between tokens.
            Json(Cow::Owned(text.replace(['\n', '\r'], " ")))
        } else {
            Json(Cow::Borrowed(text))
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_text(self) -> Cow<'a, str> {
        self.0
    }

    /// Like [`Json::from_raw`], for text that may be owned.
    pub(crate) fn from_text(text: Cow<'a, str>) -> Json<'a> {
        match text {
            Cow::Borrowed(text) => Json::from_raw(text),
            Cow::Owned(text) => Json::from_raw(&text).into_owned(),
        }
    }

    /// The same, owning its text.
    pub fn into_owned(self) -> Json<'static> {
        Json(Cow::Owned(self.0.into_owned()))
    }
}

/// Bytes with which a character begins that may have to be escaped.
static ESCAPED: [bool; 256] = {
    let mut escaped = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        // U+2028 and U+2029 begin with 0xE2.
        escaped[byte] = byte < 0x20 || matches!(byte as u8, b'"' | b'\\' | b'<' | b'>' | b'&' | 0x7f | 0xe2);
        byte += 1;
    }
    escaped
};

/// Appends `text` as a JSON string. `<`, `>`, `&`, U+2028 and U+2029 are escaped too, so that the result stays
/// data wherever it is put.
pub fn write_json_string(text: &str, out: &mut String) {
    out.push('"');
    if !text.bytes().any(|byte| ESCAPED[usize::from(byte)]) {
        out.push_str(text);
        out.push('"');
        return;
    }
    let mut from = 0;
    for (i, c) in text.char_indices() {
        let escape: Option<&str> = match c {
            '"' => Some("\\\""),
            '\\' => Some("\\\\"),
            '\n' => Some("\\n"),
            '\r' => Some("\\r"),
            '\t' => Some("\\t"),
            '<' => Some("\\u003c"),
            '>' => Some("\\u003e"),
            '&' => Some("\\u0026"),
            '\u{2028}' => Some("\\u2028"),
            '\u{2029}' => Some("\\u2029"),
            _ => None,
        };
        if let Some(escape) = escape {
            out.push_str(&text[from..i]);
            out.push_str(escape);
            from = i + c.len_utf8();
        } else if c < '\u{20}' || c == '\u{7f}' {
            out.push_str(&text[from..i]);
            let _ = write!(out, "\\u{:04x}", c as u32);
            from = i + c.len_utf8();
        }
    }
    out.push_str(&text[from..]);
    out.push('"');
}

/// Builds a JSON object member by member, for importers that gather labels or parameters.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    text: String,
}

impl Fields {
    /// No members yet.
    pub fn new() -> Fields {
        Fields::default()
    }

    fn key(&mut self, key: &str) -> &mut String {
        self.text.push(if self.text.is_empty() { '{' } else { ',' });
        write_json_string(key, &mut self.text);
        self.text.push(':');
        &mut self.text
    }

    /// Adds a string.
    pub fn str(&mut self, key: &str, value: &str) -> &mut Fields {
        write_json_string(value, self.key(key));
        self
    }

    /// Adds an integer.
    pub fn int(&mut self, key: &str, value: i64) -> &mut Fields {
        let text = value.to_string();
        self.key(key).push_str(&text);
        self
    }

    /// Adds a number; one that is not finite becomes its name in quotes, since JSON has none for it.
    pub fn num(&mut self, key: &str, value: f64) -> &mut Fields {
        if value.is_finite() {
            let text = format!("{value}");
            self.key(key).push_str(&text);
            self
        } else {
            self.str(
                key,
                if value.is_nan() {
                    "NaN"
                } else if value > 0.0 {
                    "Infinity"
                } else {
                    "-Infinity"
                },
            )
        }
    }

    /// Adds text that is JSON already.
    pub fn raw(&mut self, key: &str, json: &str) -> &mut Fields {
        let json = Json::from_raw(json);
        self.key(key).push_str(json.as_str());
        self
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Returns the object, or `None` if nothing was added.
    pub fn finish(self) -> Option<Json<'static>> {
        if self.text.is_empty() { None } else { Some(Json(Cow::Owned(self.text + "}"))) }
    }
}
