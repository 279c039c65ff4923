//! JSON Schemas of documents, made from the types that write them.

use std::borrow::Cow;

use makespan_format::Status;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The schema of a moment in documents: RFC 3339.
pub enum Moment {}

impl JsonSchema for Moment {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// The schema of a status in documents: one of the names of the vocabulary.
pub enum StatusName {}

impl JsonSchema for StatusName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Status".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Status::ALL.map(Status::name) })
    }
}

/// The number of each status, all statuses in the order of the vocabulary.
#[derive(Clone, Copy, Debug)]
pub struct Statuses(pub [u64; Status::COUNT]);

impl Serialize for Statuses {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Status::ALL.into_iter().map(|s| (s.name(), self.0[s as usize])))
    }
}

impl JsonSchema for Statuses {
    fn schema_name() -> Cow<'static, str> {
        "Statuses".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names = Status::ALL.map(Status::name);
        let count = || serde_json::json!({ "type": "integer", "minimum": 0 });
        let members: serde_json::Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), count())).collect();
        json_schema!({ "type": "object", "properties": members, "required": names })
    }
}

/// Closes every object whose members are known: a member that the schema does not name is an error. Drops formats of
/// numbers, which the standard does not define and strict validators refuse.
#[derive(Clone)]
struct Closed;

impl Transform for Closed {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        if schema.get("format").is_some_and(|format| format != "date-time") {
            schema.remove("format");
        }
        if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
            schema.insert("additionalProperties".to_owned(), false.into());
        }
    }
}

/// The JSON Schema (draft 2020-12) of a document as this version writes it: all members that are always present are
/// required, and there are no others.
///
/// `title` names the document; `description` says where its members are described.
pub fn schema<T: JsonSchema>(title: &str, description: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with_transform(Closed);
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema.insert("description".to_owned(), description.into());
    schema.to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, JsonSchema)]
    struct Outer {
        #[serde(flatten)]
        inner: Inner,
        name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<u32>,
    }

    #[derive(Serialize, JsonSchema)]
    struct Inner {
        #[schemars(with = "Option<StatusName>")]
        status: Option<&'static str>,
        #[schemars(with = "Moment")]
        at: String,
    }

    #[test]
    fn objects_are_closed_and_what_is_always_present_is_required() {
        let schema = schema::<Outer>("outer", "a test");
        assert_eq!(schema["additionalProperties"], false, "{schema}");
        assert_eq!(schema["title"], "outer");
        let mut required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        required.sort_unstable();
        assert_eq!(required, ["at", "name", "status"], "{schema}");
        let status = &schema["properties"]["status"];
        assert_eq!(status["type"], serde_json::json!(["string", "null"]), "{schema}");
        assert_eq!(status["enum"].as_array().map(Vec::len), Some(Status::COUNT + 1), "{schema}");
        assert_eq!(schema["properties"]["at"]["format"], "date-time");
        assert_eq!(schema["properties"]["next"]["type"], serde_json::json!(["integer", "null"]));
        assert!(schema["properties"]["next"].get("format").is_none(), "{schema}");
    }
}
