//! What benchmarks print.

use serde_json::Value;

use crate::workspace::Example;

/// What was measured so far.
#[derive(Default)]
pub(super) struct Bench {
    pub(super) results: Vec<Value>,
}

impl Bench {
    /// Keeps a measurement of the root package and shows it at once.
    pub(super) fn keep(&mut self, name: &str, value: Value) {
        self.line(name, &value.to_string());
    }

    /// Keeps a line of the root package that is a measurement; passes any other on.
    pub(super) fn line(&mut self, name: &str, line: &str) {
        self.of(line, &Example { package: "makespan".into(), name: name.into() });
    }

    pub(super) fn of(&mut self, line: &str, example: &Example) {
        eprintln!("{line}");
        self.results.extend(measurement(line, example));
    }
}

/// The JSON object on a line, signed with where it came from; nothing when the line is not an object.
fn measurement(line: &str, example: &Example) -> Option<Value> {
    let Ok(Value::Object(mut object)) = serde_json::from_str(line) else { return None };
    object.insert("package".to_owned(), example.package.clone().into());
    object.insert("bench".to_owned(), example.name.clone().into());
    Some(Value::Object(object))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_signed_and_other_lines_are_not_measurements() {
        let example = Example { package: "p".into(), name: "measure".into() };
        let value = measurement(r#"{"ms":3.5}"#, &example).expect("an object");
        assert_eq!(value, serde_json::json!({"ms": 3.5, "package": "p", "bench": "measure"}));
        assert_eq!(measurement("warming up", &example), None);
        assert_eq!(measurement("[1]", &example), None);
    }
}
