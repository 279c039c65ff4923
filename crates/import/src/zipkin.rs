//! Zipkin's JSON, version 2: an array of spans, arrays of traces, or spans one a line.
//!
//! The spans become what spans of OpenTelemetry become. A span that client and server share is two tasks, the one of the
//! server within the one of the client.

use std::borrow::Cow;

use makespan_format::EventSink;

use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::otlp::{Attributes, Book, NO_END, Note, Span, emit};
use crate::sniff::{Head, JsonKind};

/// Reads traces of Zipkin.
pub const IMPORTER: Importer = Importer {
    id: "zipkin",
    title: "Zipkin",
    parts: &["spans"],
    how: "\"Download JSON\" on the page of a trace, or `GET /api/v2/trace/ID`",
    lossy: "dependencies (the order of spans is inferred from the times), retries",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let is_span = |has: &dyn Fn(&str) -> bool| {
        has("traceId") && has("id") && ["localEndpoint", "timestamp", "annotations"].iter().any(|k| has(k))
    };
    match shape.root {
        JsonKind::Array if is_span(&|key| shape.first_has(key)) => {
            claim(93, "spans", "an array of spans with traceId, id and localEndpoint")
        }
        JsonKind::Object if shape.more && is_span(&|key| shape.has(key)) => {
            claim(85, "spans", "lines of spans with traceId, id and localEndpoint")
        }
        // An array of traces: the outline shows no keys of what is in it.
        JsonKind::Array if shape.first.is_empty() => {
            let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
            let is_it = has("\"traceId\"") && has("\"localEndpoint\"") && !has("\"resourceSpans\"");
            if is_it { claim(70, "spans", "arrays of spans with traceId and localEndpoint") } else { None }
        }
        _ => None,
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    let mut book = Book::new(options.zone, parts.first().map_or("", |p| &p.source.name));
    for root in pages.iter().flat_map(|file| file.roots()) {
        if root.is_object() {
            take(root, &mut book);
        }
        for element in root.elements() {
            if element.is_array() {
                element.elements().for_each(|span| take(span, &mut book));
            } else {
                take(element, &mut book);
            }
        }
    }
    emit(book, &IMPORTER, "Zipkin", sink);
    report_all(parts, &pages, sink)
}

/// Nanoseconds of a number of microseconds.
fn micros(value: Option<Value<'_, '_>>) -> Option<i64> {
    value.and_then(Value::whole).filter(|t| *t > 0)?.checked_mul(1000)
}

fn take<'a>(value: Value<'_, 'a>, book: &mut Book<'_, 'a>) {
    let (Some(trace), Some(id)) = (value.text_at("traceId"), value.text_at("id")) else {
        return book.tally.warn("bad-record", "records without traceId and id were ignored", || {
            crate::tally::clip(value.get())
        });
    };
    let service = value.at("localEndpoint").and_then(|e| e.at("serviceName"));
    let known = |json: &str| {
        let same = |r: &Attributes<'a>| r.0.first().is_some_and(|(_, v)| v == json);
        book.resources.iter().rev().take(64).position(same).map(|back| book.resources.len() - 1 - back)
    };
    let json = service.map_or("\"\"", |s| s.get());
    let resource = known(json).unwrap_or_else(|| {
        book.resources.push(Attributes(vec![("service.name".into(), Cow::Borrowed(json))]));
        book.resources.len() - 1
    });
    let is_shared = value.at("shared").is_some_and(|s| s.get() == "true");
    let attributes = Attributes::of_object(value.at("tags"));
    let failure = attributes.text(&["error"]).filter(|e| &**e != "false");
    let started = micros(value.at("timestamp"));
    let ended = match micros(value.at("duration")) {
        Some(length) => started.and_then(|s| s.checked_add(length)),
        // What is too short to measure has no duration, or 0.
        None => started.filter(|_| value.at("duration").is_some()),
    };
    let note = |annotation: Value<'_, 'a>| Note {
        t: micros(annotation.at("timestamp")),
        name: annotation.text_at("value").unwrap_or_default(),
        attributes: Attributes::default(),
    };
    let kind = value.text_at("kind").unwrap_or_default().to_ascii_lowercase();
    let parent = value.text_at("parentId").map(Cow::into_owned);
    let span = Span {
        id: if is_shared { format!("{id} (server)") } else { id.clone().into_owned() },
        parent: if is_shared { Some(id.into_owned()) } else { parent },
        name: value.text_at("name").unwrap_or_default(),
        kind: Cow::Owned(kind),
        started,
        ended,
        code: Cow::Borrowed(match (&failure, ended) {
            (Some(_), _) => "error",
            (None, None) => NO_END,
            (None, Some(_)) => "",
        }),
        message: failure.filter(|e| &**e != "true"),
        events: value.list("annotations").map(note).collect(),
        resource,
        attributes,
        ..Span::default()
    };
    book.span(trace.into_owned(), span);
}
