//! Reads the JSON objects that a run keeps as text: parameters and labels.

use crate::Order as _;
use std::borrow::Cow;

use serde_json::Value;

/// The members of a JSON object with their values as JSON, in order of their names. Objects within it are taken apart,
/// with a point between the names; arrays are values. Empty where the text is not an object, or nests deeper than 128.
///
/// ```
/// let found = makespan_model::members(r#"{"lr": 0.1, "data": {"rows": 7, "tags": ["a"]}}"#);
/// let shown: Vec<String> = found.iter().map(|(name, value)| format!("{name}={value}")).collect();
/// assert_eq!(shown, ["data.rows=7", "data.tags=[\"a\"]", "lr=0.1"]);
/// ```
pub fn members(json: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    if json.is_empty() {
        return out;
    }
    let Ok(Value::Object(whole)) = serde_json::from_str(json) else { return out };
    let mut open: Vec<(String, Value)> = whole.into_iter().rev().collect();
    while let Some((name, value)) = open.pop() {
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                open.extend(inner.into_iter().rev().map(|(key, value)| (format!("{name}.{key}"), value)));
            }
            other => out.push((name, other.to_string())),
        }
    }
    out.order_by(Ord::cmp);
    out
}

/// A JSON value as people write it: a string without its quotation marks and escapes, anything else as it is.
///
/// ```
/// assert_eq!(makespan_model::plain(r#""a\"b""#), "a\"b");
/// assert_eq!(makespan_model::plain("[1]"), "[1]");
/// ```
pub fn plain(json: &str) -> Cow<'_, str> {
    let text = if json.starts_with('"') { serde_json::from_str(json).ok() } else { None };
    text.map_or(Cow::Borrowed(json), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_other_than_objects_have_no_members() {
        for text in ["", "[1]", "7", "{", "null"] {
            assert_eq!(members(text), [], "{text}");
        }
        let deep = format!("{}1{}", "{\"a\":".repeat(500), "}".repeat(500));
        assert_eq!(members(&deep), []);
        assert_eq!(members(r#"{"a":{}}"#), [("a".to_owned(), "{}".to_owned())]);
    }
}
