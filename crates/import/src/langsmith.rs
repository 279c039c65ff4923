//! Runs of LangSmith, from its API and its exports: spans of chains, models and tools.
//!
//! They are read like spans of OpenTelemetry: calls of models have their model as the step, tokens and costs as
//! metrics.

use std::borrow::Cow;

use makespan_format::{EventSink, Status};
use makespan_model::HashMap;

use crate::draft::records;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::otlp::{Attributes, Book, Span, emit};
use crate::sniff::Head;

/// Reads runs of LangSmith.
pub const IMPORTER: Importer = Importer {
    id: "langsmith",
    title: "LangSmith",
    parts: &["runs"],
    how: "`client.list_runs(trace_id=ID)` written as JSON or JSON lines, or `POST /api/v1/runs/query`",
    lossy: "dependencies (the order of runs is inferred from the times), retries, queue times",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let keys = ["run_type", "start_time", "trace_id"];
    let inner = |of: &str| keys.iter().all(|key| shape.inner_has(of, key));
    if shape.record_has(&keys) || inner("runs") {
        claim(93, "runs", "runs with run_type, start_time and trace_id")
    } else if shape.record_has(&["run_type", "start_time", "dotted_order"]) {
        claim(92, "runs", "runs with run_type and dotted_order")
    } else if inner("post") || (shape.has("patch") && shape.inner_has("patch", "dotted_order")) {
        claim(92, "runs", "batches of runs, in the lists post and patch")
    } else {
        None
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    let mut book = Book::new(options.zone, parts.first().map_or("", |p| &p.source.name));
    book.resources.push(Attributes(vec![("service.name".into(), Cow::Borrowed("\"LangSmith\""))]));
    let mut sent = Sent::default();
    for root in pages.iter().flat_map(|file| file.roots()) {
        let lists = ["post", "patch"].map(|list| root.at(list).filter(|list| list.is_array()));
        for run in lists.iter().flatten().flat_map(|list| list.elements()).filter(|run| run.is_object()) {
            sent.add(run);
        }
        if lists.iter().any(Option::is_some) {
            continue;
        }
        // A run may carry its children within it; they are taken level by level.
        let mut level = records(root, &["runs"]);
        while !level.is_empty() {
            let mut next = Vec::new();
            for run in level {
                next.extend(run.list("child_runs").filter(|c| c.is_object()));
                take(&[run], &mut book);
            }
            level = next;
        }
    }
    for run in &sent.runs {
        take(run, &mut book);
    }
    emit(book, &IMPORTER, "LangSmith", sink);
    report_all(parts, &pages, sink)
}

/// Runs as programs send them to LangSmith: `post` when they start, `patch` when they end. A batch may hold one without the
/// other, and several batches follow each other.
#[derive(Default)]
struct Sent<'v, 'a> {
    /// The records of each run, in the order of the file.
    runs: Vec<Vec<Value<'v, 'a>>>,
    places: HashMap<String, usize>,
}

impl<'v, 'a> Sent<'v, 'a> {
    fn add(&mut self, run: Value<'v, 'a>) {
        let id = run.text_at("id").unwrap_or_default().into_owned();
        let place = *self.places.entry(id).or_insert(self.runs.len());
        match self.runs.get_mut(place) {
            Some(records) => records.push(run),
            None => self.runs.push(vec![run]),
        }
    }
}

/// One run, from one or several records.
#[derive(Clone, Copy)]
struct Record<'r, 'v, 'a>(&'r [Value<'v, 'a>]);

impl<'r, 'v, 'a> Record<'r, 'v, 'a> {
    /// The member of the last record that has it.
    fn at(self, key: &str) -> Option<Value<'v, 'a>> {
        self.0.iter().rev().find_map(|record| record.at(key).filter(|value| value.get() != "null"))
    }

    fn text_at(self, key: &str) -> Option<Cow<'a, str>> {
        self.0.iter().rev().find_map(|record| record.text_at(key))
    }
}

fn take<'a>(records: &[Value<'_, 'a>], book: &mut Book<'_, 'a>) {
    let run = Record(records);
    let id = run.text_at("id").unwrap_or_default();
    // `…Z` and the id of each ancestor, outermost first.
    let root =
        run.text_at("dotted_order").and_then(|o| Some(o.split('.').next()?.split_once('Z')?.1.to_owned()));
    let trace =
        run.text_at("trace_id").map(Cow::into_owned).or(root).unwrap_or_else(|| id.clone().into_owned());
    let mut attributes: Vec<(Cow<'a, str>, Cow<'a, str>)> = Vec::new();
    let metadata = run.at("extra").and_then(|e| e.at("metadata"));
    let known = [
        ("run_type", "openinference.span.kind"),
        ("prompt_tokens", "gen_ai.usage.input_tokens"),
        ("completion_tokens", "gen_ai.usage.output_tokens"),
        ("total_cost", "gen_ai.usage.cost_usd"),
    ];
    for (key, name) in known {
        if let Some(value) = run.at(key).filter(|v| v.get() != "0") {
            let text = if key == "run_type" { value.get() } else { value.get().trim_matches('"') };
            attributes.push((name.into(), Cow::Borrowed(text)));
        }
    }
    if let Some(model) = metadata.and_then(|m| m.at("ls_model_name")) {
        attributes.push(("gen_ai.request.model".into(), Cow::Borrowed(model.get())));
    }
    for key in ["inputs", "outputs", "tags", "feedback_stats", "session_name"] {
        if let Some(value) = run.at(key) {
            attributes.push((key.into(), Cow::Borrowed(value.get())));
        }
    }
    if let Some(metadata) = metadata {
        attributes.push(("metadata".into(), Cow::Borrowed(metadata.get())));
    }
    let error = run.text_at("error").filter(|text| !text.is_empty());
    let word = run.text_at("status").unwrap_or_default();
    // `error` is null in runs that ended well, also of versions that write no status.
    let has_error_member = records.iter().flat_map(|r| r.members()).any(|(key, _)| key == "error");
    let code = match crate::outcome::read(&word) {
        _ if error.is_some() => Cow::Borrowed("error"),
        Some(Status::Failed) => Cow::Borrowed("error"),
        Some(Status::Succeeded) => Cow::Borrowed("ok"),
        Some(Status::Running | Status::Pending | Status::Queued) => Cow::Borrowed(""),
        None if word.is_empty() && has_error_member => Cow::Borrowed(""),
        None if word.is_empty() => Cow::Borrowed("no status"),
        _ => word,
    };
    let started = run.at("start_time").and_then(|t| book.clock.value(t));
    let ended = run.at("end_time").and_then(|t| book.clock.value(t));
    let span = Span {
        id: id.into_owned(),
        parent: run.text_at("parent_run_id").map(Cow::into_owned),
        name: run.text_at("name").unwrap_or_default(),
        started,
        ended,
        code,
        message: error,
        resource: book.resources.len() - 1,
        attributes: Attributes(attributes),
        ..Span::default()
    };
    book.span(trace, span);
}
