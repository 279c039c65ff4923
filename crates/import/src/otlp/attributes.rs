//! Attributes as pairs of name and JSON, and their meaning by convention.

use std::borrow::Cow;

use makespan_format::{Fields, write_json_string};

use crate::json::tape::Value;

/// Nested values below this depth stay as they were written.
const DEEPEST: usize = 32;

/// Attributes in their order; values as JSON.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attributes<'a>(pub(crate) Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Attributes<'a> {
    /// A list of `{"key": …, "value": {"stringValue": …}}`, or a plain object.
    pub(crate) fn read(value: Option<Value<'_, 'a>>) -> Attributes<'a> {
        let Some(value) = value else { return Attributes::default() };
        if value.is_object() {
            return Attributes::of_object(Some(value));
        }
        let pair = |entry: Value<'_, 'a>| {
            Some((entry.text_at("key")?, entry.at("value").map_or("null".into(), |v| any_value(v, 0))))
        };
        Attributes(value.elements().filter_map(pair).collect())
    }

    /// A plain object of names and values.
    pub(crate) fn of_object(value: Option<Value<'_, 'a>>) -> Attributes<'a> {
        let members = value.into_iter().flat_map(Value::members);
        Attributes(members.map(|(k, v)| (k, Cow::Borrowed(v.get()))).collect())
    }

    /// The JSON of an attribute.
    fn json(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, v)| &**v)
    }

    /// The first of these attributes that is text and not empty.
    pub(crate) fn text(&self, keys: &[&str]) -> Option<Cow<'a, str>> {
        let text = |key: &&str| {
            let json = self.json(key)?;
            let text = crate::pairs::scalar(json)?;
            Some(Cow::Owned(text.into_owned())).filter(|t: &Cow<'a, str>| !t.is_empty())
        };
        keys.iter().find_map(text)
    }

    /// All as an object; `None` when there are none.
    pub(crate) fn object(&self) -> Option<makespan_format::Json<'static>> {
        let mut fields = Fields::new();
        for (key, json) in &self.0 {
            fields.raw(key, json);
        }
        fields.finish()
    }

    /// All in one line, for logs.
    pub(crate) fn line(&self) -> String {
        let pairs: Vec<String> = self.0.iter().map(|(k, v)| format!("{k}={v}")).collect();
        pairs.join(" ")
    }

    /// Attributes that are measurements: tokens, costs, sizes, counts, durations. With a unit when the name contains one.
    pub(crate) fn measures(&self) -> impl Iterator<Item = (&str, f64, Option<&'static str>)> {
        self.0.iter().filter_map(|(key, json)| {
            let value: f64 = if json.starts_with('"') { return None } else { json.parse().ok()? };
            let last = key.rsplit(['.', '_']).next().unwrap_or(key);
            let is_llm = key.starts_with("gen_ai.usage.") || key.starts_with("llm.token_count.");
            let unit = match last {
                "bytes" | "size" => Some("B"),
                "ms" => Some("ms"),
                "seconds" => Some("s"),
                "usd" => Some("USD"),
                "tokens" | "cost" | "count" | "rows" | "duration" | "latency" => None,
                _ if is_llm => None,
                _ => return None,
            };
            value.is_finite().then_some((&**key, value, unit))
        })
    }

    /// The model or the tool that a span of the GenAI conventions is about.
    pub(crate) fn step(&self) -> Option<Cow<'a, str>> {
        self.text(&[
            "gen_ai.tool.name",
            "tool.name",
            "gen_ai.request.model",
            "gen_ai.response.model",
            "llm.model_name",
            "embedding.model_name",
        ])
    }

    /// What sort of work a span is, where conventions say so.
    pub(crate) fn kind(&self) -> Option<Cow<'a, str>> {
        self.text(&["gen_ai.operation.name", "openinference.span.kind", "traceloop.span.kind"])
    }
}

/// The JSON of an `AnyValue`.
fn any_value<'a>(value: Value<'_, 'a>, depth: usize) -> Cow<'a, str> {
    let Some((key, inner)) = value.members().next() else {
        return Cow::Borrowed(if value.is_object() { "null" } else { value.get() });
    };
    let inner_text = inner.get();
    match &*key {
        "stringValue" | "string_value" | "bytesValue" | "bytes_value" | "boolValue" | "bool_value" => {
            Cow::Borrowed(inner_text)
        }
        "intValue" | "int_value" | "doubleValue" | "double_value" => {
            // 64-bit integers are strings in JSON; NaN and Infinity have to stay ones.
            let bare = inner_text.trim_matches('"');
            let is_number = bare.parse::<f64>().is_ok_and(f64::is_finite) && !bare.starts_with(['+', '.']);
            Cow::Borrowed(if is_number { bare } else { inner_text })
        }
        "arrayValue" | "array_value" if depth < DEEPEST => {
            let values: Vec<Cow<'_, str>> = inner.list("values").map(|v| any_value(v, depth + 1)).collect();
            Cow::Owned(format!("[{}]", values.join(",")))
        }
        "kvlistValue" | "kvlist_value" if depth < DEEPEST => {
            let pair = |entry: Value<'_, 'a>| {
                let mut text = String::new();
                write_json_string(&entry.text_at("key")?, &mut text);
                text.push(':');
                text.push_str(&entry.at("value").map_or("null".into(), |v| any_value(v, depth + 1)));
                Some(text)
            };
            let pairs: Vec<String> = inner.list("values").filter_map(pair).collect();
            Cow::Owned(format!("{{{}}}", pairs.join(",")))
        }
        _ => Cow::Borrowed(value.get()),
    }
}
