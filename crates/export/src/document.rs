//! Events as one JSON document, which reads back as the same runs.

use makespan_format::{VERSION, write_json_string};
use serde::Deserialize as _;

/// Writes the document of runs, each with its id and its events, one per line (`docs/events.md` describes them). A line
/// that is not JSON is written as a string.
pub fn document<'a>(runs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = format!("{{\"makespan\":{VERSION},\"runs\":[");
    for (number, (id, lines)) in runs.enumerate() {
        out.push_str(if number > 0 { ",\n{\"run\":" } else { "\n{\"run\":" });
        write_json_string(id, &mut out);
        out.push_str(",\"events\":[");
        for (i, line) in lines.lines().filter(|l| !l.is_empty()).enumerate() {
            out.push_str(if i > 0 { ",\n" } else { "\n" });
            // Stores keep lines as they came, also those that are not JSON.
            match is_json(line) {
                true => out.push_str(line),
                false => write_json_string(line, &mut out),
            }
        }
        out.push_str("\n]}");
    }
    out.push_str("\n]}\n");
    out
}

/// Returns whether a line is exactly one JSON value.
fn is_json(line: &str) -> bool {
    let mut reader = serde_json::Deserializer::from_str(line);
    serde::de::IgnoredAny::deserialize(&mut reader).is_ok() && reader.end().is_ok()
}
