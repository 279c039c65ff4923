//! OpenTelemetry: OTLP as JSON (one object, or one a line) and as protobuf, answers of Tempo, and what the Python SDK's
//! `ConsoleSpanExporter` prints.
//!
//! A trace is a run and a span a task within its parent. Where writers differ all forms are read: ids in hex or base64,
//! 64-bit integers as strings or numbers, enumerations by number or name, `instrumentationLibrarySpans` for `scopeSpans`,
//! names in snake case. Spans of the GenAI conventions (also OpenInference's) have the model or the tool as their step,
//! tokens and costs as metrics.

mod attributes;
mod console;
mod emit;
mod json;
mod proto;
mod request;
mod span;
mod unspanned;

use makespan_format::EventSink;

use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::{Pages, read_all, report_all};
use crate::sniff::{Head, JsonKind};
pub(crate) use attributes::Attributes;
pub(crate) use emit::emit;
use json::{LOGS, METRICS, SPANS};
pub use request::{Encoding, Taken, take_request};
pub use span::Signal;
pub(crate) use span::{Book, NO_END, Note, Span};

/// Reads what OpenTelemetry exporters write.
pub const IMPORTER: Importer = Importer {
    id: "otlp",
    title: "OpenTelemetry traces",
    parts: &["otlp", "console", "protobuf"],
    how: "the collector's `file` exporter, an SDK's OTLP JSON file exporter, or `GET /api/traces/ID` of Tempo",
    lossy: "dependencies except for span links (the order of spans is inferred from the times), retries, queue times",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let is_list = |key: &&&str| shape.kind(key) == Some(JsonKind::Array);
    let inner = |list: &str, key: &str| shape.inner_has(list, key);
    match shape.root {
        JsonKind::Object if SPANS[..2].iter().any(|k| is_list(&k)) => {
            claim(95, "otlp", "an object, or lines of objects, with resourceSpans")
        }
        JsonKind::Object if LOGS.iter().chain(METRICS).any(|k| is_list(&k)) => {
            claim(90, "otlp", "an object, or lines of objects, with resourceLogs or resourceMetrics")
        }
        JsonKind::Object if inner("batches", "resource") => {
            claim(90, "otlp", "an object whose batches have a resource, as Tempo answers")
        }
        JsonKind::Object if inner("trace", "resourceSpans") || inner("trace", "batches") => {
            claim(90, "otlp", "an object whose trace has resourceSpans, as Tempo answers")
        }
        JsonKind::Object if inner("context", "trace_id") && shape.has("start_time") => {
            claim(92, "console", "spans as the Python SDK prints them, with a context and its trace_id")
        }
        JsonKind::Array if shape.first_has("resourceSpans") => {
            claim(90, "otlp", "an array of objects with resourceSpans")
        }
        JsonKind::Array if shape.first_has("resource") && shape.first_has("scopeSpans") => {
            claim(90, "otlp", "an array of resources with scopeSpans")
        }
        _ if !head.text && proto::looks_like(head.bytes) => {
            claim(75, "protobuf", "a protobuf message of a resource and its spans")
        }
        _ => None,
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let (binary, text): (Vec<ClaimedFile<'_>>, Vec<_>) = parts.iter().partition(|p| p.part == "protobuf");
    let pages: Vec<Pages<'_>> = read_all(&text);
    let mut book = Book::new(options.zone, parts.first().map_or("", |p| &p.source.name));
    for (part, file) in text.iter().zip(&pages) {
        for root in file.roots() {
            match part.part {
                "console" => console::take(root, &mut book),
                _ if root.is_array() => root.elements().for_each(|root| json::take(root, &mut book)),
                _ => json::take(root, &mut book),
            }
        }
    }
    let mut failures = Vec::new();
    for part in &binary {
        failures.extend(proto::take(&part.source.bytes, &part.source.name, &mut book).err());
    }
    emit(book, &IMPORTER, "OpenTelemetry", sink);
    let first = failures.first().cloned();
    for failure in failures.into_iter().skip(usize::from(text.is_empty())) {
        crate::pairs::warn(sink, "unreadable", failure.to_string());
    }
    match first {
        Some(failure) if text.is_empty() => Err(failure),
        _ if text.is_empty() => Ok(()),
        _ => report_all(&text, &pages, sink),
    }
}
