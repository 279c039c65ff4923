//! The Trace Event format of Chrome's tracing (Google, "Trace Event Format", 2016), which Bazel, PyTorch, viztracer,
//! clang, Ray, nx, turbo and many others write too.
//!
//! A slice (`X`, or `B` with its `E`; `b` with its `e` for asynchronous ones) becomes a task: its name is the step, the
//! enclosing slice of the same thread is the parent, its thread is the worker. Flows (`s`, `t`, `f`, and slices with a
//! `bind_id`) become dependencies between the slices they bind to. Counters become samples; instants become logs or
//! alerts; names of processes and threads become workers. Records of Makespan's own export contain the original events,
//! which are read instead.
//!
//! Of a profile of Bazel, the components of the critical path become dependencies between the actions, and so does the
//! action graph (`bazel aquery --output=jsonproto`, or `--execution_log_json_file`) that is opened with it.

mod actions;
mod arguments;
mod bazel;
mod emit;
mod flow;
mod nest;
mod record;
mod trace;
mod tracks;

use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::{Diagnostic, Event, EventSink, RunInfo, Severity, Status, Task};
use makespan_model::HashMap;

use crate::importer::{Claim, ClaimedFile, FileReader, Importer, Options, ReadError, Zone, read_each};
use crate::json::document::Document;
use crate::json::pages::{Pages, report_all};
use crate::sniff::{Head, JsonKind};
use crate::tally::Tally;
use actions::ActionGraph;

/// The kinds of files of a Bazel build, which are read together: its profile, and its actions with their files.
pub(crate) const PROFILE: &str = "Bazel profile";
pub(crate) const ACTIONS: &str = "Bazel action graph";

/// The importer of Chrome traces.
pub const CHROME_TRACE: Importer = Importer {
    id: "chrome-trace",
    title: "Chrome trace",
    parts: &["trace", PROFILE, ACTIONS],
    how: "chrome://tracing, `bazel build --profile` (open `bazel aquery --output=jsonproto` with it), torch.profiler, \
          viztracer, `clang -ftime-trace`, nx, turbo, Ray",
    lossy: "retries; dependencies, unless flow events or the launches of GPU kernels were recorded; often the date",
    sniff,
    read,
    stream,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let claim = |score, reason| Some(Claim { score, part: "trace", reason });
    match shape.root {
        JsonKind::Object
            if shape.inner_has("artifacts", "pathFragmentId")
                || shape.inner_has("actions", "primaryOutputId") =>
        {
            Some(Claim { score: 90, part: ACTIONS, reason: "artifacts and actions of `bazel aquery`" })
        }
        JsonKind::Object if shape.record_has(&["commandArgs", "listedOutputs"]) => {
            Some(Claim { score: 90, part: ACTIONS, reason: "spawns with commandArgs and listedOutputs" })
        }
        JsonKind::Object
            if shape.kind("traceEvents") == Some(JsonKind::Array)
                && shape.inner_has("otherData", "build_id") =>
        {
            Some(Claim { score: 95, part: PROFILE, reason: "traceEvents of a build with a build_id" })
        }
        JsonKind::Object if shape.kind("traceEvents") == Some(JsonKind::Array) => {
            if shape.inner_has("traceEvents", "ph") {
                claim(95, "an object whose `traceEvents` have a phase `ph`")
            } else {
                claim(60, "an object with an array `traceEvents`")
            }
        }
        JsonKind::Array
            if shape.first_has("ph") && ["ts", "pid", "name"].iter().any(|k| shape.first_has(k)) =>
        {
            claim(90, "an array of objects with a phase `ph`")
        }
        _ => None,
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let (graphs, traces): (Vec<_>, Vec<_>) = parts.iter().copied().partition(|part| part.part == ACTIONS);
    if graphs.is_empty() {
        return read_each(&CHROME_TRACE, parts, options, sink);
    }
    let mut graph = ActionGraph::default();
    let pages: Vec<Pages<'_>> = graphs.iter().map(|part| Pages::read(&part.source.bytes)).collect();
    let mut files = HashMap::default();
    for root in pages.iter().flat_map(Pages::roots) {
        if root.at("listedOutputs").is_some() {
            graph.add_spawn(root, &mut files);
        } else {
            graph.add_answer(root);
        }
    }
    let graph = Rc::new(graph);
    let (mut is_any, mut failure) = (false, None);
    for part in &traces {
        let mut trace = trace::Trace::new(&part.source.name, options.zone.unit());
        trace.bazel.graph = Some(Rc::clone(&graph));
        let mut document = Box::new(Document::new(trace));
        FileReader::push(&mut *document, &part.source.bytes, sink);
        match FileReader::finish(document, sink) {
            Ok(()) => is_any = true,
            Err(error) => failure = Some(error),
        }
    }
    if traces.is_empty() {
        if !graph.actions.is_empty() {
            emit_graph(&graph, &graphs[0].source.name, sink);
        }
        return report_all(&graphs, &pages, sink);
    }
    // One verdict is for all of them: what is wrong with some is reported beside what came of the others.
    failure = failure.or(report_all(&graphs, &pages, sink).err());
    match failure {
        Some(error) if !is_any => return Err(error),
        Some(error) => sink.diagnostic(Diagnostic::new(Severity::Error, "unreadable", error.to_string())),
        None => {}
    }
    Ok(())
}

/// Emits the actions of a build of which no profile is there.
fn emit_graph(graph: &ActionGraph, file: &str, sink: &mut dyn EventSink) {
    sink.event(Event::Run(RunInfo {
        id: file.into(),
        source: Some("Bazel action graph".into()),
        infer_edges: Some(false),
        ..RunInfo::default()
    }));
    let message = format!(
        "{file}: the actions of a build without its times; open the profile that `bazel build --profile` wrote with it"
    );
    sink.diagnostic(Diagnostic::new(Severity::Info, "no-results", message));
    let id = |at: u32| format!("action {}", at + 1);
    let (mut visits, mut thinned) = (graph.visits(), 0);
    for (at, action) in (0u32..).zip(&graph.actions) {
        let name = graph.output(action).filter(|path| !path.is_empty()).unwrap_or(&action.target);
        let mut before = graph.before(at, &mut visits);
        thinned += u64::from(before.len() > bazel::MOST_INPUTS);
        before.truncate(bazel::MOST_INPUTS);
        sink.event(Event::Task(Task {
            id: id(at).into(),
            name: Some(name.into()).filter(|name: &Cow<'_, str>| !name.is_empty()),
            step: Some(action.mnemonic.as_str().into()).filter(|step: &Cow<'_, str>| !step.is_empty()),
            kind: Some("action".into()),
            after: before.into_iter().map(|before| id(before).into()).collect(),
            status: Some(Status::Pending),
            ..Task::default()
        }));
    }
    let mut tally = Tally::new();
    let what = "actions are drawn as depending on some of their inputs, not on all of them";
    tally.count(Severity::Info, "edges-thinned", what, thinned + visits.cut_short);
    tally.report(file, sink);
}

fn stream<'z>(
    head: &Head<'_>,
    part: &'static str,
    zone: &Rc<dyn Zone + 'z>,
) -> Option<Box<dyn FileReader + 'z>> {
    if part == ACTIONS {
        return None;
    }
    Some(Box::new(Document::new(trace::Trace::new(head.name, zone.unit()))))
}

impl FileReader for Document<trace::Trace> {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn EventSink) {
        Document::push(self, bytes, sink);
    }

    fn finish(self: Box<Self>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
        // An event that the file stops within is not worth showing without its time or its end.
        let (mut trace, mut ending) = Document::finish(*self, false, sink);
        if !ending.half && !trace.items.is_empty() {
            // The format allows the closing brackets to be absent.
            ending.mended.truncated_at = None;
        }
        let name = trace.name.clone();
        ending.report(&name, trace.is_own || !trace.items.is_empty(), sink)?;
        if trace.is_own && trace.items.is_empty() {
            trace.tally.report(&name, sink);
            return Ok(());
        }
        let slices = nest::slices(&mut trace);
        let after = flow::edges(&mut trace, &slices);
        emit::emit(trace, &slices, &after, sink);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
