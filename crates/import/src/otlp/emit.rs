//! Traces as runs.

use std::borrow::Cow;
use std::collections::BTreeMap;

use makespan_format::time::format_rfc3339;
use makespan_format::{
    Alert, Attempt, Diagnostic, ErrorInfo, Event, EventSink, Fields, Log, RunInfo, Sample, Severity, Status,
    Task,
};
use makespan_model::HashMap;

use super::attributes::Attributes;
use super::span::{Book, NO_END, Note, Point, Span, Trace, log, service};
use super::unspanned;
use crate::gather::lacks;
use crate::ids::Fan;
use crate::importer::Importer;
use crate::outcome::{Outcome, Unread};
use crate::tally::Tally;

/// The beginning of the id of a run of what belongs to no trace. Ids of traces are hexadecimal.
const LOOSE: &str = "telemetry of ";
/// The longest name of a service that becomes a part of the id of a run, characters.
const LONGEST_SERVICE: usize = 80;

/// Emits all traces; `source` is who recorded them, `importer` says what they lack.
pub(crate) fn emit(
    mut book: Book<'_, '_>,
    importer: &Importer,
    source: &'static str,
    sink: &mut dyn EventSink,
) {
    book.settle_ids();
    let mut by_trace: HashMap<&str, Vec<usize>> = HashMap::default();
    let mut loose = Vec::new();
    for (at, record) in book.logs.iter().enumerate() {
        match book.traces.get(&record.trace) {
            Some(_) => by_trace.entry(&record.trace).or_default().push(at),
            None => loose.push(at),
        }
    }
    let loose = unspanned::emit(&book, loose, importer, source, sink);
    for trace in &book.traces.list {
        emit_trace(trace, &book.resources, source, Extent::Whole, sink);
        lacks(importer, sink);
        emit_spans(trace, &book.resources, Extent::Whole, sink);
        for at in by_trace.get(&*trace.id).into_iter().flatten() {
            let record = &book.logs[*at];
            let task = Some(record.span.as_str()).filter(|span| trace.index.contains_key(*span));
            sink.event(log(record, task));
        }
    }
    if book.traces.list.len() != 1 && (!loose.is_empty() || !book.points.is_empty()) {
        // What belongs to no trace is a run of its own, unless there is one trace only.
        let service = book.resources.iter().find_map(service);
        let id = format!("logs and metrics of {}", service.as_deref().unwrap_or(book.file));
        sink.event(Event::Run(RunInfo { id: id.into(), source: Some(source.into()), ..RunInfo::default() }));
        let message = "log records and metrics of no trace are shown as a run without tasks";
        sink.diagnostic(Diagnostic::new(Severity::Info, "no-tasks", message.to_owned()));
    }
    for at in loose {
        sink.event(log(&book.logs[at], None));
    }
    for point in &book.points {
        sink.event(sample(point));
    }
    book.clock.add_to(&mut book.tally);
    book.tally.report(book.file, sink);
}

/// Whether all that is known of a trace is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// It is.
    Whole,
    /// Spans may have come before, and may follow.
    Part,
}

/// Emits parts of traces, without saying what is missing of them.
pub(super) fn emit_part(book: &mut Book<'_, '_>, sink: &mut dyn EventSink) {
    book.settle_ids();
    const SOURCE: &str = "OpenTelemetry";
    for trace in &book.traces.list {
        emit_trace(trace, &book.resources, SOURCE, Extent::Part, sink);
        emit_spans(trace, &book.resources, Extent::Part, sink);
    }
    // Of one run after the other, so that a run is named once.
    let mut runs: BTreeMap<String, Vec<Event<'_>>> = BTreeMap::new();
    let loose = |resource: usize, t: Option<i64>| {
        let service = book.resources.get(resource).and_then(service).unwrap_or(Cow::Borrowed("unknown"));
        // It becomes a part of an id.
        let service: String = service.chars().filter(|c| !c.is_control()).take(LONGEST_SERVICE).collect();
        match t.map(format_rfc3339) {
            Some(time) => format!("{LOOSE}{service} {}", time.get(..10).unwrap_or(&time)),
            None => format!("{LOOSE}{service}"),
        }
    };
    for record in &book.logs {
        let (run, task) = match record.trace.as_str() {
            "" => (loose(record.resource, record.t), None),
            trace => (trace.to_owned(), Some(record.span.as_str()).filter(|span| !span.is_empty())),
        };
        runs.entry(run).or_default().push(log(record, task));
    }
    for point in &book.points {
        runs.entry(loose(point.resource, point.t)).or_default().push(sample(point));
    }
    for (id, events) in runs {
        // What belongs to no trace never ends; a run of unknown status is not one that goes on.
        let status = id.starts_with(LOOSE).then_some(Status::Unknown);
        let source = Some(SOURCE.into());
        sink.event(Event::Run(RunInfo { id: id.into(), source, status, ..RunInfo::default() }));
        events.into_iter().for_each(|event| sink.event(event));
    }
}

fn sample<'r>(point: &'r Point<'_>) -> Event<'r> {
    Event::Sample(Sample {
        name: Cow::Borrowed(&point.name),
        unit: point.unit.as_deref().map(Cow::Borrowed),
        value: point.value,
        t: point.t,
        ..Sample::default()
    })
}

fn emit_trace(
    trace: &Trace<'_>,
    resources: &[Attributes<'_>],
    source: &'static str,
    extent: Extent,
    sink: &mut dyn EventSink,
) {
    let is_known = |parent: &Option<String>| parent.as_ref().is_some_and(|p| trace.index.contains_key(p));
    let roots = trace.spans.iter().filter(|s| !is_known(&s.parent));
    // The span that began first, one without any parent before those whose parent is missing.
    let first = |s: &&Span<'_>| (s.parent.is_some(), s.started.unwrap_or(i64::MAX));
    let root = roots.min_by_key(first).or(trace.spans.first());
    // In a part, only a span without a parent is known to be the root; the others would rename the run each time.
    let root = root.filter(|span| extent == Extent::Whole || span.parent.is_none());
    let resource = root.and_then(|r| resources.get(r.resource));
    sink.event(Event::Run(RunInfo {
        id: Cow::Borrowed(&trace.id),
        name: root.map(|r| Cow::Borrowed(&*r.name)).filter(|n| !n.is_empty()),
        workflow: resource.and_then(service),
        source: Some(source.into()),
        labels: resource.and_then(Attributes::object),
        ..RunInfo::default()
    }));
}

fn emit_spans(trace: &Trace<'_>, resources: &[Attributes<'_>], extent: Extent, sink: &mut dyn EventSink) {
    let mut tally = Tally::new();
    let mut fan = Fan::default();
    for span in &trace.spans {
        emit_span(span, trace, resources.get(span.resource), extent, (&mut tally, &mut fan), sink);
    }
    fan.add_to(&mut tally);
    tally.report(&trace.id, sink);
}

fn emit_span(
    span: &Span<'_>,
    trace: &Trace<'_>,
    resource: Option<&Attributes<'_>>,
    extent: Extent,
    (tally, fan): (&mut Tally, &mut Fan),
    sink: &mut dyn EventSink,
) {
    let parent = span.parent.as_deref().filter(|p| {
        let is_known = extent == Extent::Part || trace.index.contains_key(*p);
        if !is_known {
            let what = "spans whose parent is not in the files are shown at the top level";
            tally.info("parent-missing", what, || &*span.name);
        }
        is_known
    });
    let mut after: Vec<Cow<'_, str>> = Vec::new();
    for (of, id) in &span.links {
        if (*of == trace.id || of.is_empty()) && (extent == Extent::Part || trace.index.contains_key(id)) {
            match trace.several.get(id) {
                Some(all) => after.extend(fan.take(all).iter().map(|id| Cow::Borrowed(id.as_str()))),
                None => after.push(Cow::Borrowed(id)),
            }
        } else {
            tally.info("link-elsewhere", "span links to other traces are not drawn", || &**id);
        }
    }
    tally.count(
        Severity::Info,
        "dropped",
        "attributes, events and links that the exporter dropped",
        span.dropped as u64,
    );
    let mut labels = Fields::new();
    let service = resource.and_then(service);
    for (key, value) in [("service", service.as_deref()), ("scope", span.scope.as_deref())] {
        if let Some(value) = value {
            labels.str(key, value);
        }
    }
    let name = if span.name.is_empty() { "(no name)" } else { &span.name };
    let kind = span.attributes.kind().or(Some(span.kind.clone()).filter(|k| !k.is_empty()));
    sink.event(Event::Task(Task {
        id: Cow::Borrowed(&span.id),
        name: Some(Cow::Borrowed(name)),
        step: Some(span.attributes.step().unwrap_or(Cow::Borrowed(name))),
        kind,
        parent: parent.map(Cow::Borrowed),
        after,
        status: None,
        labels: labels.finish(),
        params: span.attributes.object(),
    }));
    let outcome = outcome_of(span);
    let status = match (&*span.code, span.ended) {
        ("2" | "error", _) => Status::Failed,
        (NO_END, _) => Status::Unknown,
        // The specification: validated to have completed successfully.
        ("1" | "ok", None) => Status::Succeeded,
        (_, None) => Status::Running,
        ("" | "0" | "unset" | "1" | "ok", _) => {
            let mut unread = Unread::default();
            let status = outcome.settle(&mut unread).unwrap_or(Status::Succeeded);
            unread.add_to(tally);
            status
        }
        (word, _) => {
            tally.warn("unknown-status", "unknown status codes; the outcome is shown as unknown", || word);
            Status::Unknown
        }
    };
    let exception = span.events.iter().rfind(|e| e.name == "exception");
    let error =
        (status == Status::Failed).then(|| error(span, exception).or_else(|| outcome.into_error())).flatten();
    let number = span.number.max(1);
    sink.event(Event::Attempt(Attempt {
        task: Cow::Borrowed(&span.id),
        number,
        started: span.started,
        ended: span.ended,
        worker: span.attributes.text(&["thread.name"]).or(service),
        status: Some(status),
        error,
        ..Attempt::default()
    }));
    for (name, value, unit) in span.attributes.measures() {
        sink.event(Event::Sample(Sample {
            task: Some(Cow::Borrowed(&span.id)),
            number: Some(number),
            name: Cow::Borrowed(name),
            value,
            unit: unit.map(Cow::Borrowed),
            t: None,
        }));
    }
    for note in &span.events {
        sink.event(emit_note(note, &span.id));
    }
}

/// Status codes of gRPC that are an error of the server: unknown, deadline exceeded, unimplemented, internal, unavailable
/// and data loss (OpenTelemetry semantic conventions for gRPC).
const GRPC_SERVER_ERRORS: [f64; 6] = [2.0, 4.0, 12.0, 13.0, 14.0, 15.0];

/// Returns the outcome in the attributes of a span. The semantic conventions set `error.type` and `error` only on failed
/// operations, and let HTTP codes from 500 on, for clients from 400 on, mean an error. A span with status OK may have
/// handled such an error, but not a failed exit code or pipeline.
fn outcome_of<'s>(span: &'s Span<'_>) -> Outcome<'s> {
    let mut outcome = Outcome::default();
    let is_ok = matches!(&*span.code, "1" | "ok");
    for (key, json) in &span.attributes.0 {
        let last = key.rsplit('.').next().unwrap_or(key);
        let number = || json.trim_matches('"').parse::<f64>().ok();
        match &**key {
            "error" if !is_ok => {
                outcome.member(key, json);
            }
            "error.type" if !is_ok && !matches!(&**json, "null" | "\"\"") => outcome.add(Status::Failed),
            "cicd.pipeline.result" | "cicd.pipeline.task.run.result" => {
                outcome.member("conclusion", json);
            }
            "http.response.status_code" | "http.status_code" if !is_ok => {
                let limit = if span.kind == "client" { 400.0 } else { 500.0 };
                if number().is_some_and(|code| (limit..600.0).contains(&code)) {
                    outcome.add(Status::Failed);
                }
            }
            "rpc.grpc.status_code" if !is_ok => {
                let is_error = match number() {
                    Some(code) if span.kind == "client" => code != 0.0,
                    Some(code) => GRPC_SERVER_ERRORS.contains(&code),
                    None => false,
                };
                if is_error {
                    outcome.add(Status::Failed);
                }
            }
            "process.exit.code" => {
                outcome.member("exitcode", json);
            }
            _ if matches!(last, "exit_code" | "exitcode" | "exitCode" | "exit_status" | "return_code") => {
                outcome.member("exitcode", json);
            }
            _ => {}
        }
    }
    outcome
}

fn error<'s>(span: &'s Span<'_>, exception: Option<&'s Note<'_>>) -> Option<ErrorInfo<'s>> {
    let of = |key: &str| exception.and_then(|e| e.attributes.text(&[key]));
    let message = span.message.clone().or_else(|| of("exception.message"));
    let kind = of("exception.type").or_else(|| span.attributes.text(&["error.type"]));
    let trace = of("exception.stacktrace");
    let is_any = message.is_some() || kind.is_some() || trace.is_some();
    is_any.then(|| ErrorInfo { message: message.or(kind.clone()).unwrap_or_default(), kind, trace })
}

fn emit_note<'s>(note: &'s Note<'_>, task: &'s str) -> Event<'s> {
    let attributes = note.attributes.line();
    let text = if attributes.is_empty() {
        Cow::Borrowed(&*note.name)
    } else {
        Cow::Owned(format!("{} {attributes}", note.name))
    };
    let task = Some(Cow::Borrowed(task));
    if note.name == "exception" {
        return Event::Alert(Alert {
            task,
            t: note.t,
            severity: Some("exception".into()),
            text,
            resolved: None,
        });
    }
    Event::Log(Log { task, number: None, t: note.t, level: None, text })
}
