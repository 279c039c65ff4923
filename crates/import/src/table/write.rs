//! A mapping as text, as [`Mapping::parse`] reads it.

use crate::mapping::{FIELDS, Field, Mapping};
use makespan_model::Order as _;

impl Mapping {
    /// The column, or the path, that stands for a field.
    pub(crate) fn column(&self, field: Field) -> Option<&str> {
        self.columns.iter().find(|c| c.0 == field).map(|c| c.1.as_str())
    }

    /// The same with columns and units in the order of the fields.
    pub(super) fn in_order(mut self) -> Mapping {
        let place = |field: Field| FIELDS.iter().position(|f| f.0 == field);
        self.columns.order_by_key(|c| place(c.0));
        self.units.order_by_key(|u| place(u.0));
        self
    }

    /// Writes it as TOML: the text that the option `--map` takes.
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        let pair = |key: &str, value: &str, out: &mut String| {
            let is_bare =
                !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
            if is_bare {
                out.push_str(key)
            } else {
                quote(key, out)
            }
            out.push_str(" = ");
            quote(value, out);
            out.push('\n');
        };
        if !self.rows.is_empty() {
            pair("rows", &self.rows, &mut out);
        }
        if let Some(delimiter) = self.delimiter {
            pair("delimiter", &char::from(delimiter).to_string(), &mut out);
        }
        if !self.zone.is_empty() {
            pair("zone", &self.zone, &mut out);
        }
        for (at, (field, column)) in self.columns.iter().enumerate() {
            out.push_str(if at > 0 { "" } else { "[columns]\n" });
            pair(field.name(), column, &mut out);
        }
        for (at, (field, unit)) in self.units.iter().enumerate() {
            out.push_str(if at > 0 { "" } else { "[units]\n" });
            pair(field.name(), unit.symbol(), &mut out);
        }
        for (at, (word, status)) in self.words.iter().enumerate() {
            out.push_str(if at > 0 { "" } else { "[status]\n" });
            pair(word, status, &mut out);
        }
        out
    }
}

/// A basic string of TOML.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            letter if letter.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out.push('"');
}
