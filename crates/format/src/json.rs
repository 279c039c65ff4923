//! JSON that is carried, not understood: labels, parameters and values stay text until somebody looks.

use std::borrow::Cow;

use crate::write::write_json_string;

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

    /// The same, owning its text.
    pub fn into_owned(self) -> Json<'static> {
        Json(Cow::Owned(self.0.into_owned()))
    }
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

    /// The object, or `None` where nothing was added.
    pub fn finish(self) -> Option<Json<'static>> {
        if self.text.is_empty() { None } else { Some(Json(Cow::Owned(self.text + "}"))) }
    }
}
