//! Jaeger's JSON, from its user interface and its API: `data` with traces, or a single trace.
//!
//! Its spans are read like those of OpenTelemetry.

use std::borrow::Cow;

use makespan_format::EventSink;
use makespan_model::HashMap;

use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::otlp::{Attributes, Book, NO_END, Note, Span, emit};
use crate::sniff::{Head, JsonKind};

/// Reads traces of Jaeger.
pub const IMPORTER: Importer = Importer {
    id: "jaeger",
    title: "Jaeger",
    parts: &["traces"],
    how: "\"Download JSON\" on the page of a trace, or `GET /api/traces/ID`",
    lossy: "dependencies except for FOLLOWS_FROM references (the order of spans is inferred from the times), retries",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    let is_span = has("\"operationName\"") && (has("\"spanID\"") || has("\"spanId\""));
    match shape.root {
        JsonKind::Object if is_span && shape.inner_has("data", "spans") => {
            claim(94, "traces", "an object whose data has spans with an operationName")
        }
        JsonKind::Object if is_span && shape.kind("spans") == Some(JsonKind::Array) => {
            claim(92, "traces", "a trace whose spans have an operationName")
        }
        JsonKind::Array if is_span && shape.first_has("spans") && shape.first_has("processes") => {
            claim(90, "traces", "an array of traces with spans and processes")
        }
        _ => None,
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    let mut book = Book::new(options.zone, parts.first().map_or("", |p| &p.source.name));
    for root in pages.iter().flat_map(|file| file.roots()) {
        let data = root.at("data").unwrap_or(root);
        if data.is_array() {
            data.elements().for_each(|trace| take(trace, &mut book));
        } else {
            take(data, &mut book);
        }
    }
    emit(book, &IMPORTER, "Jaeger", sink);
    report_all(parts, &pages, sink)
}

/// Tags: a list of `{"key": …, "type": …, "value": …}`.
fn tags<'a>(list: Option<Value<'_, 'a>>) -> Attributes<'a> {
    let pair = |tag: Value<'_, 'a>| Some((tag.text_at("key")?, Cow::Borrowed(tag.at("value")?.get())));
    Attributes(list.into_iter().flat_map(Value::elements).filter_map(pair).collect())
}

/// Nanoseconds of a number of microseconds.
fn micros(value: Option<Value<'_, '_>>) -> Option<i64> {
    value.and_then(Value::whole)?.checked_mul(1000)
}

fn take<'a>(trace: Value<'_, 'a>, book: &mut Book<'_, 'a>) {
    let mut processes: HashMap<Cow<'a, str>, usize> = HashMap::default();
    let process = |value: Value<'_, 'a>, book: &mut Book<'_, 'a>| {
        let mut attributes = tags(value.at("tags"));
        if let Some(name) = value.at("serviceName") {
            attributes.0.insert(0, ("service.name".into(), Cow::Borrowed(name.get())));
        }
        book.resources.push(attributes);
        book.resources.len() - 1
    };
    for (id, value) in trace.at("processes").into_iter().flat_map(Value::members) {
        let at = process(value, book);
        processes.insert(id, at);
    }
    let of_trace = trace.text_of(&["traceID", "traceId"]).unwrap_or_default();
    for value in trace.list("spans") {
        let own = value.at("process").map(|value| process(value, book));
        let known = value.text_at("processID").and_then(|id| processes.get(&id).copied());
        let resource = own.or(known).unwrap_or(usize::MAX);
        span(value, &of_trace, resource, book);
    }
}

fn span<'a>(value: Value<'_, 'a>, of_trace: &str, resource: usize, book: &mut Book<'_, 'a>) {
    const SPAN: &[&str] = &["spanID", "spanId"];
    const TRACE: &[&str] = &["traceID", "traceId"];
    let trace = value.text_of(TRACE).map_or_else(|| of_trace.to_owned(), Cow::into_owned);
    let mut parent = value.text_of(&["parentSpanID", "parentSpanId"]).map(Cow::into_owned);
    let mut links = Vec::new();
    for reference in value.list("references") {
        let id = reference.text_of(SPAN).map_or_else(String::new, Cow::into_owned);
        let of = reference.text_of(TRACE).map_or_else(|| trace.clone(), Cow::into_owned);
        match reference.text_at("refType").as_deref() {
            Some("FOLLOWS_FROM") => links.push((of, id)),
            _ if of == trace => parent = parent.or(Some(id)),
            _ => links.push((of, id)),
        }
    }
    let attributes = tags(value.at("tags"));
    let flag = attributes.text(&["error"]).is_some_and(|e| !matches!(&*e, "false" | "0"));
    let code = match attributes.text(&["otel.status_code"]) {
        _ if flag => Cow::Borrowed("error"),
        Some(code) => Cow::Owned(code.to_ascii_lowercase()),
        None => Cow::Borrowed(""),
    };
    let started = micros(value.at("startTime"));
    let ended =
        started.zip(micros(value.at("duration"))).and_then(|(start, length)| start.checked_add(length));
    // A span is reported when it is over.
    let code = if ended.is_none() && code.is_empty() { Cow::Borrowed(NO_END) } else { code };
    let note = |log: Value<'_, 'a>| {
        let attributes = tags(log.at("fields"));
        let name = attributes.text(&["event", "message"]).unwrap_or(Cow::Borrowed("log"));
        Note { t: micros(log.at("timestamp")), name, attributes }
    };
    let span = Span {
        id: value.text_of(SPAN).map_or_else(String::new, Cow::into_owned),
        parent,
        name: value.text_at("operationName").unwrap_or_default(),
        kind: attributes.text(&["span.kind"]).unwrap_or_default(),
        started,
        ended,
        code,
        message: attributes.text(&["otel.status_description", "error.message"]),
        scope: attributes.text(&["otel.scope.name", "otel.library.name"]),
        events: value.list("logs").map(note).collect(),
        links,
        resource,
        attributes,
        ..Span::default()
    };
    book.span(trace, span);
}
