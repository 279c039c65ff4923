//! OTLP as JSON.

use std::borrow::Cow;

use super::attributes::Attributes;
use super::span::{Book, NO_END, Note, Point, Record, Span, hex_id};
use crate::json::tape::Value;
use crate::unit::Unit;

/// Members that hold what resources sent.
pub(super) const SPANS: &[&str] = &["resourceSpans", "resource_spans", "batches"];
pub(super) const LOGS: &[&str] = &["resourceLogs", "resource_logs"];
pub(super) const METRICS: &[&str] = &["resourceMetrics", "resource_metrics"];

/// Takes what one request, one line or one answer holds.
pub(super) fn take<'a>(root: Value<'_, 'a>, book: &mut Book<'_, 'a>) {
    let root = root.at("trace").filter(|t| t.is_object()).unwrap_or(root);
    let resources = |keys: &[&str]| root.any(keys).into_iter().flat_map(Value::elements);
    // An array of resources stands for itself.
    let bare = root.any(&["scopeSpans", "instrumentationLibrarySpans"]).map(|_| root);
    for resource in resources(SPANS).chain(bare) {
        let at = of_resource(resource, book);
        for scope in lists(resource, &["scopeSpans", "instrumentationLibrarySpans", "scope_spans"]) {
            let name = scope.any(&["scope", "instrumentationLibrary"]).and_then(|s| s.text_at("name"));
            for value in scope.list("spans") {
                span(value, at, name.clone(), book);
            }
        }
    }
    for resource in resources(LOGS) {
        let at = of_resource(resource, book);
        for scope in lists(resource, &["scopeLogs", "instrumentationLibraryLogs", "scope_logs"]) {
            for value in lists(scope, &["logRecords", "logs", "log_records"]) {
                record(value, at, book);
            }
        }
    }
    for resource in resources(METRICS) {
        let at = of_resource(resource, book);
        for scope in lists(resource, &["scopeMetrics", "instrumentationLibraryMetrics", "scope_metrics"]) {
            for value in scope.list("metrics") {
                metric(value, at, book);
            }
        }
    }
}

fn lists<'t, 'a>(of: Value<'t, 'a>, keys: &[&str]) -> impl Iterator<Item = Value<'t, 'a>> {
    of.any(keys).into_iter().flat_map(Value::elements)
}

fn of_resource<'a>(resource: Value<'_, 'a>, book: &mut Book<'_, 'a>) -> usize {
    let attributes = resource.at("resource").and_then(|r| r.at("attributes"));
    book.resources.push(Attributes::read(attributes));
    book.resources.len() - 1
}

/// Reads a time within a span, in nanoseconds unless the user set another unit; 0 is not a time.
fn nanos(value: Option<Value<'_, '_>>, unit: Option<Unit>) -> Option<i64> {
    let whole = value.and_then(Value::whole).filter(|t| *t > 0)?;
    whole.checked_mul(unit.map_or(1, Unit::ns))
}

fn id(value: Value<'_, '_>, keys: &[&str]) -> String {
    value.text_of(keys).map_or_else(String::new, |id| hex_id(&id))
}

const TRACE: &[&str] = &["traceId", "trace_id"];
const SPAN: &[&str] = &["spanId", "span_id"];

fn span<'a>(value: Value<'_, 'a>, resource: usize, scope: Option<Cow<'a, str>>, book: &mut Book<'_, 'a>) {
    let status = value.at("status");
    let code = status.and_then(|s| s.text_at("code")).unwrap_or_default();
    let code = match code.strip_prefix("STATUS_CODE_") {
        Some(word) => Cow::Owned(word.to_ascii_lowercase()),
        None => code,
    };
    let kind = value.text_at("kind").unwrap_or_default();
    let kind = match &*kind {
        "1" => Cow::Borrowed("internal"),
        "2" => Cow::Borrowed("server"),
        "3" => Cow::Borrowed("client"),
        "4" => Cow::Borrowed("producer"),
        "5" => Cow::Borrowed("consumer"),
        "0" => Cow::Borrowed(""),
        word => Cow::Owned(word.trim_start_matches("SPAN_KIND_").to_ascii_lowercase()),
    };
    let dropped = ["droppedAttributesCount", "droppedEventsCount", "droppedLinksCount"];
    let dropped = dropped.iter().filter_map(|k| value.at(k).and_then(Value::whole)).filter(|n| *n > 0).sum();
    let parent = id(value, &["parentSpanId", "parent_span_id"]);
    let unit = book.clock.unit();
    let started = value.any(&["startTimeUnixNano", "start_time_unix_nano"]);
    let started = book.clock.moment(started, Unit::Nanoseconds);
    let bad = book.clock.bad_times();
    let ended = book.clock.moment(value.any(&["endTimeUnixNano", "end_time_unix_nano"]), Unit::Nanoseconds);
    // An unreadable end does not mean that the span is still running.
    let is_unread = book.clock.bad_times() > bad;
    let code = if is_unread && !matches!(&*code, "2" | "error") { Cow::Borrowed(NO_END) } else { code };
    let note = |event: Value<'_, 'a>| Note {
        t: nanos(event.any(&["timeUnixNano", "time_unix_nano"]), unit),
        name: event.text_at("name").unwrap_or_default(),
        attributes: Attributes::read(event.at("attributes")),
    };
    let span = Span {
        id: id(value, SPAN),
        parent: Some(parent).filter(|p| !p.is_empty()),
        name: value.text_at("name").unwrap_or_default(),
        kind,
        started,
        ended,
        code,
        message: status.and_then(|s| s.text_at("message")),
        attributes: Attributes::read(value.at("attributes")),
        events: value.list("events").map(note).collect(),
        links: value.list("links").map(|l| (id(l, TRACE), id(l, SPAN))).collect(),
        resource,
        scope,
        dropped,
        ..Span::default()
    };
    book.span(id(value, TRACE), span);
}

fn record<'a>(value: Value<'_, 'a>, resource: usize, book: &mut Book<'_, 'a>) {
    let body = value.at("body").map(|body| Attributes::read(Some(body)));
    let text = value.at("body").and_then(|b| b.text_of(&["stringValue", "string_value"]));
    let text = text.or_else(|| body.map(|b| Cow::Owned(b.line()))).unwrap_or_default();
    let times = ["timeUnixNano", "time_unix_nano", "observedTimeUnixNano", "observed_time_unix_nano"];
    book.logs.push(Record {
        trace: id(value, TRACE),
        span: id(value, SPAN),
        t: times.iter().find_map(|key| nanos(value.at(key), book.clock.unit())),
        level: value.text_of(&["severityText", "severity_text", "severityNumber", "severity_number"]),
        text,
        resource,
    });
}

fn metric<'a>(value: Value<'_, 'a>, resource: usize, book: &mut Book<'_, 'a>) {
    let name = value.text_at("name").unwrap_or_default();
    let unit = value.text_at("unit");
    let kinds = ["gauge", "sum", "histogram", "summary", "exponentialHistogram", "exponential_histogram"];
    for kind in kinds {
        for point in value.at(kind).into_iter().flat_map(|k| lists(k, &["dataPoints", "data_points"])) {
            let t = nanos(point.any(&["timeUnixNano", "time_unix_nano"]), book.clock.unit());
            let mut add = |suffix: &str, number: Option<f64>| {
                if let Some(value) = number {
                    let name =
                        if suffix.is_empty() { name.clone() } else { Cow::Owned(format!("{name}.{suffix}")) };
                    let unit = unit.clone().filter(|_| suffix != "count");
                    book.points.push(Point { name, unit, t, value, resource });
                }
            };
            let number = |keys: &[&str]| point.any(keys).and_then(Value::number);
            add("", number(&["asDouble", "asInt", "as_double", "as_int"]));
            if !matches!(kind, "gauge" | "sum") {
                add("sum", number(&["sum"]));
                add("count", number(&["count"]));
            }
        }
    }
}
