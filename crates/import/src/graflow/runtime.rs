//! The runtime graph exported by a tracer: nodes with times, and the order in which they were started.

use makespan_format::{
    Artifact, Attempt, Diagnostic, ErrorInfo, Event, EventSink, Fields, Json, RunInfo, Severity, Status, Task,
};
use makespan_model::HashMap;
use serde_json::value::RawValue;
use std::rc::Rc;

use super::outline::Outline;
use super::runs::{InGraphTry, RecordedRun, Runs, step_of};
use crate::importer::{Source, Zone};
use crate::json;
use crate::pairs::{Labels, Record, info, items, scalar, warn};
use crate::times::Clock;

/// Members of a node that have their place.
const NODE: [&str; 5] = ["id", "status", "start_time", "end_time", "metadata"];

/// Metadata of a root that have their place.
const ROOT: [&str; 7] = ["type", "start_node", "max_steps", "steps", "output", "error", "error_type"];

struct Node<'a> {
    id: String,
    record: Record<'a>,
    metadata: Record<'a>,
    trace: bool,
}

/// One run within a graph: its root and the tasks started after it, each with how often.
#[derive(Default)]
struct Segment {
    root: Option<usize>,
    tasks: Vec<(usize, u32)>,
}

/// Reads one export. Fails only where the file holds no graph at all.
pub(super) fn read(
    source: &Source,
    zone: &dyn Zone,
    runs: &mut Runs,
    sink: &mut dyn EventSink,
) -> Result<(), String> {
    let file = source.name.as_str();
    let mut scratch = Vec::new();
    let (root, mended) =
        json::parse::<Record<'_>>(&source.bytes, &mut scratch).map_err(|e| format!("{file}: {e}"))?;
    mended.report(file, sink);
    let (nodes, lost) = nodes(&root);
    if lost > 0 {
        let message = format!("{file}: nodes that are not objects or have no id are ignored");
        sink.diagnostic(Diagnostic::new(Severity::Warning, "bad-record", message).times(lost));
    }
    let index: HashMap<&str, usize> = nodes.iter().enumerate().map(|(i, n)| (n.id.as_str(), i)).collect();
    let order = root.raw("execution_order").map(items).unwrap_or_default();
    let segments = segments(&nodes, &index, &order);
    // A node is replaced when its id is used again, so its times belong to the last run that started it.
    let mut last = vec![0usize; nodes.len()];
    for (s, segment) in segments.iter().enumerate() {
        for (node, _) in &segment.tasks {
            last[*node] = s;
        }
    }
    let relations = relations(&root, &nodes, &index);
    for (s, segment) in segments.iter().enumerate() {
        let mut clock = Clock::new(Rc::new(zone));
        let run = Run { file, nodes: &nodes, segment, last: &last, place: s, relations: &relations };
        run.emit(&mut clock, runs, sink);
    }
    Ok(())
}

fn nodes<'a>(root: &Record<'a>) -> (Vec<Node<'a>>, u64) {
    let mut lost = 0;
    let mut all = Vec::new();
    for raw in root.raw("nodes").map(items).unwrap_or_default() {
        let node = Record::parse(raw.get()).and_then(|record| {
            let id = record.text("id")?.into_owned();
            let metadata = record.record("metadata").unwrap_or_default();
            let trace = metadata.text("type").as_deref() == Some("trace");
            Some(Node { id, record, metadata, trace })
        });
        match node {
            Some(node) => all.push(node),
            None => lost += 1,
        }
    }
    (all, lost)
}

fn segments(nodes: &[Node<'_>], index: &HashMap<&str, usize>, order: &[&RawValue]) -> Vec<Segment> {
    let mut all: Vec<Segment> = Vec::new();
    let mut seen = vec![false; nodes.len()];
    let mut place: HashMap<usize, usize> = HashMap::default();
    let mut visit = |node: usize, seen: &mut Vec<bool>| {
        seen[node] = true;
        if nodes[node].trace {
            place.clear();
            all.push(Segment { root: Some(node), tasks: Vec::new() });
            return;
        }
        if all.is_empty() {
            all.push(Segment::default());
        }
        let Some(segment) = all.last_mut() else { return };
        let at = *place.entry(node).or_insert_with(|| {
            segment.tasks.push((node, 0));
            segment.tasks.len() - 1
        });
        segment.tasks[at].1 += 1;
    };
    // An order that names tasks only leaves out the one trace that they all belong to.
    let mut traces = (0..nodes.len()).filter(|node| nodes[*node].trace);
    let of = |raw: &&RawValue| scalar(raw.get()).and_then(|id| index.get(id.as_ref()).copied());
    let order: Vec<usize> = order.iter().filter_map(of).collect();
    if let (Some(trace), None) = (traces.next(), traces.next())
        && !order.contains(&trace)
    {
        visit(trace, &mut seen);
    }
    for node in order {
        visit(node, &mut seen);
    }
    // Without an order, or with one that was cut, the nodes stand in the order of their first start.
    for node in 0..nodes.len() {
        if !seen[node] {
            visit(node, &mut seen);
        }
    }
    all
}

/// Recorded relations by the node they lead to: its parent, and what it came after.
fn relations<'a>(
    root: &Record<'a>,
    nodes: &[Node<'_>],
    index: &HashMap<&str, usize>,
) -> HashMap<usize, (Option<usize>, Vec<usize>)> {
    let mut all: HashMap<usize, (Option<usize>, Vec<usize>)> = HashMap::default();
    for raw in root.raw("edges").map(items).unwrap_or_default() {
        let Some(edge) = Record::parse(raw.get()) else { continue };
        let end = |key: &str| edge.text(key).and_then(|id| index.get(id.as_ref()).copied());
        let (Some(from), Some(to)) = (end("source"), end("target")) else { continue };
        if nodes[from].trace || nodes[to].trace || from == to {
            continue;
        }
        let entry = all.entry(to).or_default();
        match edge.text("relation").as_deref() {
            Some("parent-child" | "parallel-member") => entry.0 = entry.0.or(Some(from)),
            _ => entry.1.push(from),
        }
    }
    all
}

struct Run<'r, 'a> {
    file: &'r str,
    nodes: &'r [Node<'a>],
    segment: &'r Segment,
    last: &'r [usize],
    place: usize,
    relations: &'r HashMap<usize, (Option<usize>, Vec<usize>)>,
}

impl Run<'_, '_> {
    fn emit(&self, clock: &mut Clock<'_>, runs: &mut Runs, sink: &mut dyn EventSink) {
        let root = self.segment.root.map(|r| &self.nodes[r]);
        let id = root.map_or_else(|| format!("runtime graph {}", self.file), |r| r.id.clone());
        let at = runs.open(&id, self.file);
        if let Some(root) = root {
            for key in ["trace_id", "session_id"] {
                runs.list[at].trace.extend(root.metadata.text(key).map(|t| t.into_owned()));
            }
        }
        let started = root.and_then(|r| clock.iso_of(&r.record, "start_time"));
        let ended = root.and_then(|r| clock.iso_of(&r.record, "end_time"));
        let trace = root.and_then(|r| r.metadata.text("trace_id"));
        if let (None, Some(started), Some(trace)) = (runs.list[at].graph.text, started, trace) {
            runs.list[at].graph.text = runs.texts.join(at, &id, &trace, started);
        }
        let status = root.and_then(|r| clock.status_of(&r.record, "status", false));
        let graph = &mut runs.list[at].graph;
        (graph.started, graph.ended) = (started.or(graph.started), ended.or(graph.ended));
        self.emit_run(root, status, [started, ended], &mut runs.list[at], sink);
        let text = runs.list[at].graph.text.and_then(|text| runs.texts.list.get(text));
        let mut counts = Counts::default();
        for &(node, times) in &self.segment.tasks {
            let known = !runs.list[at].tasks.insert(self.nodes[node].id.clone());
            if known && self.last[node] != self.place {
                // Another export of the same run was taken before the node was replaced, and records it.
                continue;
            }
            self.emit_task((node, times), (status, text), clock, &mut counts, &mut runs.list[at], sink);
        }
        let whose = format!("{}: run {id}", self.file);
        let has_end = ended.is_some() || text.is_some_and(|text| text.has_end);
        counts.report(&whose, root.is_some() && !has_end, sink);
        if root.is_none() {
            warn(
                sink,
                "no-root",
                format!("{whose}: no node is of type trace, the nodes are taken as one run"),
            );
        }
        clock.report(&whose, sink);
    }

    fn emit_run(
        &self,
        root: Option<&Node<'_>>,
        status: Option<Status>,
        [started, ended]: [Option<i64>; 2],
        emitted: &mut RecordedRun,
        sink: &mut dyn EventSink,
    ) {
        let (mut labels, mut params, mut stored) = (Labels::default(), Labels::default(), Labels::default());
        let mut output = None;
        if let Some(root) = root {
            let meta = &root.metadata;
            for (key, value) in meta.members().filter(|(key, _)| !ROOT.contains(key)) {
                labels.raw(key, value);
            }
            for (key, value) in root.record.members().filter(|(key, _)| !NODE.contains(key)) {
                labels.raw(key, value);
            }
            for key in ["start_node", "max_steps"] {
                params.raw(key, meta.raw(key).unwrap_or("null"));
            }
            stored.raw("steps", meta.raw("steps").unwrap_or("null"));
            stored.text("status", root.record.text("status").as_deref());
            output = meta.raw("output");
        }
        let error = root.and_then(|r| error_of(&r.metadata));
        sink.event(Event::Run(RunInfo {
            id: emitted.run.as_str().into(),
            status,
            started,
            ended,
            source: Some("Graflow runtime graph".into()),
            error,
            labels: labels.fields().finish(),
            params: params.fields().finish(),
            stored: stored.fields().finish(),
            ..RunInfo::default()
        }));
        (emitted.labels, emitted.params, emitted.stored) = (labels, params, stored);
        if let Some(output) = output {
            emit_output(None, output, sink);
        }
    }

    fn emit_task(
        &self,
        (node, times): (usize, u32),
        (run, text): (Option<Status>, Option<&Outline>),
        clock: &mut Clock<'_>,
        counts: &mut Counts,
        emitted: &mut RecordedRun,
        sink: &mut dyn EventSink,
    ) {
        let Node { id, record, metadata, .. } = &self.nodes[node];
        let mine = self.last[node] == self.place;
        let (mut labels, step) = (Fields::new(), step_of(id));
        let mut status = None;
        let printed = text.and_then(|text| text.tries.get(id)).map(Vec::as_slice).unwrap_or_default();
        if mine {
            metadata.rest(&["type", "task_type", "output", "error", "error_type"], &mut labels);
            record.rest(&NODE, &mut labels);
            if text.is_some() {
                emitted.graph.labels.insert(id.clone(), labels.clone());
            }
        } else if printed.is_empty() {
            counts.replaced += 1;
            labels.int("attempts", i64::from(times));
            // The run can only have come to its end if they did.
            status = run.filter(|s| *s == Status::Succeeded);
        }
        let relation = self.relations.get(&node);
        let name = |n: &usize| self.nodes[*n].id.as_str().into();
        sink.event(Event::Task(Task {
            id: id.as_str().into(),
            step: Some(step.into()),
            kind: metadata.text("task_type").filter(|_| mine),
            parent: relation.and_then(|r| r.0.as_ref().map(name)),
            after: relation.map(|r| r.1.iter().map(name).collect()).unwrap_or_default(),
            status,
            labels: labels.finish(),
            ..Task::default()
        }));
        if !mine {
            return;
        }
        let known = clock.status_of(record, "status", metadata.filled("error").is_some());
        let ended = clock.iso_of(record, "end_time");
        let started = clock.iso_of(record, "start_time");
        let number = text.map_or(times, |text| text.number(id, times, started)).max(1);
        // The try itself may be among those that are printed.
        let own = (number as usize).checked_sub(1).and_then(|at| printed.get(at));
        let lost = (number as usize - 1).saturating_sub(printed.len() - usize::from(own.is_some()));
        counts.repeated += u64::from(lost > 0);
        counts.lost += lost as u64;
        counts.failed += u64::from(known == Some(Status::Failed));
        let has_end = ended.is_some() || own.is_some_and(|own| own.has_end);
        counts.open += u64::from(known == Some(Status::Running) && !has_end);
        let error = error_of(metadata);
        if text.is_some() {
            let (has_status, has_error) = (known.is_some(), error.is_some());
            let recorded_try = InGraphTry { started, ended, has_status, has_error };
            emitted.graph.tries.insert((id.clone(), number), recorded_try);
        }
        sink.event(Event::Attempt(Attempt {
            task: id.as_str().into(),
            number,
            started,
            ended,
            status: known,
            error,
            ..Attempt::default()
        }));
        if let Some(output) = metadata.raw("output") {
            emit_output(Some(id), output, sink);
        }
    }
}

#[derive(Default)]
struct Counts {
    repeated: u64,
    lost: u64,
    replaced: u64,
    failed: u64,
    open: u64,
}

impl Counts {
    fn report(&self, whose: &str, unfinished: bool, sink: &mut dyn EventSink) {
        if self.lost > 0 {
            let message = format!(
                "{whose}: {} tasks were tried more than once; times and errors of the earlier attempts are not in \
                 this format",
                self.repeated
            );
            sink.diagnostic(Diagnostic::new(Severity::Info, "attempts-lost", message).times(self.lost));
        }
        if self.replaced > 0 {
            let message = format!(
                "{whose}: its tasks were replaced by a later run in the same tracer; when they ran is lost, and \
                 that they succeeded is concluded from the run"
            );
            sink.diagnostic(
                Diagnostic::new(Severity::Warning, "times-replaced", message).times(self.replaced),
            );
        }
        if self.open > 0 {
            let message = format!("{whose}: tasks are running without an end");
            sink.diagnostic(Diagnostic::new(Severity::Info, "running-without-end", message).times(self.open));
        }
        if unfinished {
            let why = if self.failed > 0 { "a task failed" } else { "it failed, was cancelled or goes on" };
            let message = format!(
                "{whose} has no end: this tracer closes only runs that succeed, and {why}; it stays as recorded"
            );
            info(sink, "never-ended", message);
        }
    }
}

fn error_of<'a>(metadata: &Record<'a>) -> Option<ErrorInfo<'a>> {
    let message = metadata.text("error")?;
    Some(ErrorInfo { message, kind: metadata.filled("error_type"), trace: None })
}

fn emit_output(task: Option<&str>, output: &str, sink: &mut dyn EventSink) {
    sink.event(Event::Artifact(Artifact {
        task: task.map(Into::into),
        name: "output".into(),
        value: Some(Json::from_raw(output)),
        ..Artifact::default()
    }));
}
