//! Traces of Langfuse, as downloaded from its pages: `trace` and `observations`.
//!
//! Observations are read like spans of OpenTelemetry: generations have their model as the step, tokens and costs as
//! metrics.

use std::borrow::Cow;

use makespan_format::EventSink;

use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::otlp::{Attributes, Book, Span, emit};
use crate::sniff::{Head, JsonKind};

/// Reads traces of Langfuse.
pub const IMPORTER: Importer = Importer {
    id: "langfuse",
    title: "Langfuse",
    parts: &["trace"],
    how: "\"Download trace as JSON\" on the page of a trace, or `GET /api/public/traces/ID`",
    lossy: "dependencies (the order of observations is inferred from the times), retries, queue times",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let inner = |key: &str| shape.inner_has("observations", key);
    match shape.root {
        JsonKind::Object if inner("traceId") && inner("startTime") => {
            claim(93, "trace", "an object whose observations have a traceId and a startTime")
        }
        JsonKind::Array
            if ["traceId", "startTime", "parentObservationId"].iter().all(|k| shape.first_has(k)) =>
        {
            claim(90, "trace", "an array of observations with traceId and parentObservationId")
        }
        _ => None,
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    let mut book = Book::new(options.zone, parts.first().map_or("", |p| &p.source.name));
    for root in pages.iter().flat_map(|file| file.roots()) {
        // The trace itself has the name, and may be nested or be the object around the observations.
        let trace = root.at("trace").unwrap_or(root);
        let name = trace.at("name").map_or("\"Langfuse\"", Value::get);
        let mut resource = vec![("service.name".into(), Cow::Borrowed(name))];
        for key in ["userId", "sessionId", "environment", "release", "tags", "input", "output"] {
            if let Some(value) = trace.at(key).filter(|_| trace.is_object()) {
                resource.push((key.into(), Cow::Borrowed(value.get())));
            }
        }
        book.resources.push(Attributes(resource));
        let list = if root.is_array() { Some(root) } else { root.at("observations") };
        for observation in list.into_iter().flat_map(Value::elements) {
            take(observation, &mut book);
        }
    }
    emit(book, &IMPORTER, "Langfuse", sink);
    report_all(parts, &pages, sink)
}

fn take<'a>(value: Value<'_, 'a>, book: &mut Book<'_, 'a>) {
    let mut attributes: Vec<(Cow<'a, str>, Cow<'a, str>)> = Vec::new();
    let known = [("type", "openinference.span.kind"), ("model", "gen_ai.request.model")];
    for (key, name) in known {
        if let Some(value) = value.at(key) {
            attributes.push((name.into(), Cow::Borrowed(value.get())));
        }
    }
    for (key, count) in value.at("usageDetails").into_iter().flat_map(Value::members) {
        attributes.push((Cow::Owned(format!("gen_ai.usage.{key}_tokens")), Cow::Borrowed(count.get())));
    }
    if let Some(cost) = value.any(&["totalCost", "calculatedTotalCost"]).filter(|c| c.get() != "0") {
        let number = cost.get().trim_matches('"');
        attributes.push(("gen_ai.usage.cost_usd".into(), Cow::Borrowed(number)));
    }
    for key in ["input", "output", "modelParameters", "metadata", "level"] {
        if let Some(value) = value.at(key) {
            attributes.push((key.into(), Cow::Borrowed(value.get())));
        }
    }
    let attributes = Attributes(attributes);
    let is_error = value.text_at("level").as_deref() == Some("ERROR");
    let started = value.at("startTime").and_then(|t| book.clock.value(t));
    let ended = value.at("endTime").and_then(|t| book.clock.value(t));
    // An event is a moment.
    let is_event = value.text_at("type").as_deref() == Some("EVENT");
    let span = Span {
        id: value.text_at("id").map_or_else(String::new, Cow::into_owned),
        parent: value.text_at("parentObservationId").map(Cow::into_owned),
        name: value.text_at("name").unwrap_or_default(),
        started,
        ended: ended.or(started.filter(|_| is_event)),
        code: Cow::Borrowed(if is_error { "error" } else { "" }),
        message: value.text_at("statusMessage"),
        resource: book.resources.len() - 1,
        attributes,
        ..Span::default()
    };
    book.span(value.text_at("traceId").map_or_else(String::new, Cow::into_owned), span);
}
