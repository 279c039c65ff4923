//! Spans as printed by the Python SDK's `ConsoleSpanExporter`: not OTLP, but often confused with it.

use std::borrow::Cow;

use super::attributes::Attributes;
use super::span::{Book, Note, Span, hex_id};
use crate::json::tape::Value;

pub(super) fn take<'a>(value: Value<'_, 'a>, book: &mut Book<'_, 'a>) {
    let attributes = value.at("resource").and_then(|r| r.at("attributes"));
    book.resources.push(Attributes::read(attributes));
    let id = |of: Option<Value<'_, 'a>>, key: &str| {
        of.and_then(|c| c.text_at(key)).map_or_else(String::new, |id| hex_id(&id))
    };
    let context = value.at("context");
    let status = value.at("status");
    let code = status.and_then(|s| s.text_at("status_code")).unwrap_or_default().to_ascii_lowercase();
    let parent = id(Some(value), "parent_id");
    let note = |event: Value<'_, 'a>, book: &mut Book<'_, 'a>| Note {
        t: event.at("timestamp").and_then(|t| book.clock.value(t)),
        name: event.text_at("name").unwrap_or_default(),
        attributes: Attributes::read(event.at("attributes")),
    };
    let link = |link: Value<'_, 'a>| (id(link.at("context"), "trace_id"), id(link.at("context"), "span_id"));
    let kind = value.text_at("kind").unwrap_or_default();
    let span = Span {
        id: id(context, "span_id"),
        parent: Some(parent).filter(|p| !p.is_empty()),
        name: value.text_at("name").unwrap_or_default(),
        kind: Cow::Owned(kind.trim_start_matches("SpanKind.").to_ascii_lowercase()),
        started: value.at("start_time").and_then(|t| book.clock.value(t)),
        ended: value.at("end_time").and_then(|t| book.clock.value(t)),
        code: Cow::Owned(code),
        message: status.and_then(|s| s.text_at("description")),
        attributes: Attributes::read(value.at("attributes")),
        events: value.list("events").map(|event| note(event, book)).collect(),
        links: value.list("links").map(link).collect(),
        resource: book.resources.len() - 1,
        scope: None,
        ..Span::default()
    };
    book.span(id(context, "trace_id"), span);
}
