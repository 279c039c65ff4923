//! Runs in the responses, collected by execution and emitted once.

use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::{
    Artifact, Attempt, ErrorInfo, Event, EventSink, Fields, RunInfo, Status, Task, time::SECOND,
};
use makespan_model::{HashMap, HashSet, Order as _};

use crate::importer::Zone;
use crate::outcome;
use crate::pairs::{Labels, Record, info, items, warn};
use crate::tally::clip;
use crate::times::Clock;

const EXECUTION: [&str; 8] = [
    "execution_id",
    "workflow_name",
    "start_time",
    "end_time",
    "status",
    "total_tasks",
    "completed_tasks",
    "failed_tasks",
];

/// One execution of a task.
#[derive(Default)]
pub(super) struct Try {
    id: String,
    started: Option<i64>,
    ended: Option<i64>,
    status: Option<Status>,
    duration: Option<f64>,
    size: Option<f64>,
    error: Option<String>,
    labels: Labels,
}

impl Try {
    /// Reads a task execution.
    pub(super) fn read(record: &Record<'_>, id: &str, clock: &mut Clock<'_>) -> Try {
        const KNOWN: [&str; 9] = [
            "task_id",
            "execution_id",
            "start_time",
            "end_time",
            "status",
            "duration",
            "result_size",
            "error_message",
            "metadata",
        ];
        let mut labels = Labels::default();
        let metadata = record.record("metadata").unwrap_or_default();
        for (key, value) in record.members().filter(|(k, _)| !KNOWN.contains(k)).chain(metadata.members()) {
            labels.raw(key, value);
        }
        Try {
            id: id.to_owned(),
            started: clock.iso_of(record, "start_time"),
            ended: clock.iso_of(record, "end_time"),
            status: clock.status_of(record, "status", record.filled("error_message").is_some()),
            duration: record.number("duration"),
            size: record.number("result_size"),
            error: record.filled("error_message").map(Cow::into_owned),
            labels,
        }
    }
}

#[derive(Default)]
struct Node {
    id: String,
    kind: Option<String>,
    status: Option<Status>,
    after: Vec<String>,
    known: HashSet<String>,
    labels: Labels,
    tries: Vec<Try>,
}

#[derive(Default)]
struct Run {
    id: String,
    name: Option<String>,
    word: Option<String>,
    started: Option<i64>,
    ended: Option<i64>,
    totals: [Option<f64>; 3],
    labels: Labels,
    nodes: Vec<Node>,
    index: HashMap<String, usize>,
    files: Vec<String>,
    graphs: usize,
}

impl Run {
    fn node(&mut self, id: &str) -> &mut Node {
        let at = *self.index.entry(id.to_owned()).or_insert_with(|| {
            self.nodes.push(Node { id: id.to_owned(), ..Node::default() });
            self.nodes.len() - 1
        });
        &mut self.nodes[at]
    }

    fn recorded_by(&mut self, file: &str) {
        if !self.files.iter().any(|f| f == file) {
            self.files.push(file.to_owned());
        }
    }
}

/// All executions that the answers record.
pub(super) struct Lineage<'z> {
    clock: Clock<'z>,
    runs: Vec<Run>,
    index: HashMap<String, usize>,
    /// Places of the task executions among those of their task, by id.
    tries: HashMap<String, usize>,
    summaries: Vec<(String, Vec<(String, f64)>)>,
}

impl<'z> Lineage<'z> {
    /// Nothing yet.
    pub(super) fn new(zone: &'z dyn Zone) -> Lineage<'z> {
        Lineage {
            clock: Clock::new(Rc::new(zone)),
            runs: Vec::new(),
            index: HashMap::default(),
            tries: HashMap::default(),
            summaries: Vec::new(),
        }
    }

    /// Reads the times.
    pub(super) fn clock(&mut self) -> &mut Clock<'z> {
        &mut self.clock
    }

    fn run(&mut self, id: &str, file: &str) -> &mut Run {
        let at = *self.index.entry(id.to_owned()).or_insert_with(|| {
            self.runs.push(Run { id: id.to_owned(), ..Run::default() });
            self.runs.len() - 1
        });
        self.runs[at].recorded_by(file);
        &mut self.runs[at]
    }

    /// Adds what an answer says of a run; a later answer counts.
    pub(super) fn execution(&mut self, record: &Record<'_>, file: &str) {
        let id =
            record.filled("execution_id").map_or_else(|| format!("execution in {file}"), Cow::into_owned);
        let started = self.clock.iso_of(record, "start_time");
        let ended = self.clock.iso_of(record, "end_time");
        let run = self.run(&id, file);
        run.name = record.filled("workflow_name").map(Cow::into_owned).or(run.name.take());
        run.word = record.filled("status").map(Cow::into_owned).or(run.word.take());
        run.started = started.or(run.started);
        run.ended = ended.or(run.ended);
        for (total, key) in run.totals.iter_mut().zip(["total_tasks", "completed_tasks", "failed_tasks"]) {
            *total = record.number(key).or(*total);
        }
        for (key, value) in record.members().filter(|(k, _)| !EXECUTION.contains(k)) {
            run.labels.set(key, value);
        }
    }

    /// Adds an execution of a task; of two answers about the same one the one that knows its end counts.
    pub(super) fn attempt(&mut self, run: &str, task: &str, entry: Try, file: &str) {
        // An id names its run and task, but a damaged file may use one for two.
        let key = format!("{run}\0{task}\0{}", entry.id);
        let known = self.tries.get(&key).copied().filter(|_| !entry.id.is_empty());
        let node = self.run(run, file).node(task);
        match known.and_then(|at| node.tries.get_mut(at)) {
            Some(known) if known.ended.is_some() && entry.ended.is_none() => {}
            Some(known) => *known = entry,
            None => {
                node.tries.push(entry);
                let at = node.tries.len() - 1;
                self.tries.insert(key, at);
            }
        }
    }

    /// Adds the current graph to the run it belongs to: the one its nodes name, else the last that began before it.
    pub(super) fn graph(&mut self, root: &Record<'_>, file: &str) {
        let raw = root.raw("nodes").map(items).unwrap_or_default();
        let nodes: Vec<(String, Record<'_>)> = raw
            .into_iter()
            .filter_map(|raw| Record::parse(raw.get()))
            .filter_map(|node| {
                Some((node.filled("id")?.into_owned(), node.record("data").unwrap_or_default()))
            })
            .collect();
        let named = nodes.iter().find_map(|(id, data)| {
            let execution = data.filled("current_execution")?;
            owner(&execution, id).map(str::to_owned)
        });
        let created = nodes.iter().filter_map(|(_, data)| self.clock.iso_of(data, "created_at")).min();
        let run = named.or_else(|| {
            let began = self.runs.iter().filter(|r| r.started.is_some() && r.started <= created);
            began.max_by_key(|r| r.started).map(|r| r.id.clone())
        });
        let id = run.unwrap_or_else(|| format!("graph {file}"));
        let statuses: Vec<Option<Status>> =
            nodes.iter().map(|(_, data)| self.clock.status_of(data, "status", false)).collect();
        let run = self.run(&id, file);
        run.graphs += 1;
        for ((id, data), status) in nodes.iter().zip(statuses) {
            let node = run.node(id);
            node.kind = data.filled("task_type").map(Cow::into_owned).or(node.kind.take());
            node.status = status.or(node.status);
            for (key, value) in data.members() {
                if !["task_type", "status"].contains(&key) {
                    node.labels.set(key, value);
                }
            }
        }
        for edge in root.raw("edges").map(items).unwrap_or_default() {
            let Some(edge) = Record::parse(edge.get()) else { continue };
            if let (Some(from), Some(to)) = (edge.filled("source"), edge.filled("target")) {
                let node = run.node(&to);
                if node.known.insert(from.clone().into_owned()) {
                    node.after.push(from.into_owned());
                }
            }
        }
    }

    /// Adds a summary over all executions.
    pub(super) fn summary(&mut self, root: &Record<'_>, file: &str) {
        let figures = root.members().filter_map(|(k, _)| root.number(k).map(|v| (k.to_owned(), v))).collect();
        self.summaries.push((file.to_owned(), figures));
    }

    /// Emits everything; false when there was no run.
    pub(super) fn emit(mut self, sink: &mut dyn EventSink) -> bool {
        let alone = self.runs.len() == 1;
        if self.runs.is_empty() && !self.summaries.is_empty() {
            self.run("all executions", "").name = Some("summary of all executions".to_owned());
        }
        let last = self.summaries.last();
        for run in &mut self.runs {
            let figures = last.filter(|_| alone || run.id == "all executions").map(|(_, f)| f.as_slice());
            run.emit(figures.unwrap_or_default(), sink);
        }
        if let Some((file, figures)) = last.filter(|_| !alone) {
            let text: Vec<String> = figures.iter().map(|(k, v)| format!("{k} {v}")).collect();
            let message =
                format!("{file}: figures over all executions, not of a single run: {}", text.join(", "));
            info(sink, "summary-of-all", message);
        }
        let file = self.runs.first().and_then(|r| r.files.first()).map_or("lineage", String::as_str);
        self.clock.report(file, sink);
        !self.runs.is_empty()
    }
}

impl Run {
    fn emit(&mut self, summary: &[(String, f64)], sink: &mut dyn EventSink) {
        let known = self.word.as_deref().map(outcome::status_of);
        let closed = known.is_some_and(Status::is_terminal);
        let mut stored = Fields::new();
        if let Some(word) = &self.word {
            stored.str("status", word);
        }
        for (key, total) in ["tasks", "succeeded", "failed"].iter().zip(self.totals) {
            if let Some(total) = total {
                stored.num(key, total);
            }
        }
        for (key, value) in summary {
            stored.num(&format!("summary.{key}"), *value);
        }
        sink.event(Event::Run(RunInfo {
            id: self.id.as_str().into(),
            name: self.name.as_deref().map(Into::into),
            workflow: self.name.as_deref().map(Into::into),
            status: known.filter(|_| closed),
            started: self.started,
            ended: self.ended,
            source: Some("Graflow lineage".into()),
            labels: self.labels.fields().finish(),
            stored: stored.finish(),
            ..RunInfo::default()
        }));
        let mut untimed = 0u64;
        let mut differing = 0u64;
        for node in &mut self.nodes {
            node.tries.order_by_key(|t| t.started.unwrap_or(i64::MAX));
            untimed += u64::from(node.tries.is_empty() && node.status.is_some_and(|s| s != Status::Pending));
            differing += node.emit(sink);
        }
        let file = self.files.first().map_or("", String::as_str);
        let whose = format!("{file}: run {:?}", self.name.as_deref().unwrap_or(&self.id));
        if self.word.is_some() && !closed {
            let message = format!(
                "{whose} says {:?}, which this interface never changes; its status and end are those of its tasks",
                clip(self.word.as_deref().unwrap_or_default())
            );
            info(sink, "never-ended", message);
        }
        if self.files.len() > 1 {
            let message = format!(
                "{whose} is in {} API responses ({}): they are one run, and the latest state is used",
                self.files.len(),
                self.files.join(", ")
            );
            info(sink, "merged-sources", message);
        }
        if untimed > 0 {
            let message = format!(
                "{whose}: {untimed} tasks are known from the graph only, which does not say when they ran"
            );
            info(sink, "no-times", message);
        }
        if self.graphs == 0 && !self.nodes.is_empty() {
            info(
                sink,
                "no-edges",
                format!("{whose}: no current graph of this run is here, so no dependencies"),
            );
        }
        if differing > 0 {
            let message = format!("{whose}: {differing} stored durations differ from end minus start");
            warn(sink, "stale-totals", message);
        }
    }
}

impl Node {
    /// Emits the task and its attempts; gives how many stored durations are not what the times say.
    fn emit(&self, sink: &mut dyn EventSink) -> u64 {
        let mut labels = Labels::default();
        // Attempts say it better, and a graph keeps the error of one that was repeated.
        let said = |key: &str| {
            !self.tries.is_empty() && ["current_execution", "error", "last_duration"].contains(&key)
        };
        for (key, value) in self.labels.iter().filter(|(key, _)| !said(key)) {
            labels.raw(key, value);
        }
        for (key, value) in self.tries.iter().flat_map(|t| t.labels.iter()) {
            labels.set(key, value);
        }
        let ids: Vec<String> = self.tries.iter().filter(|t| !t.id.is_empty()).map(|t| quote(&t.id)).collect();
        labels.raw("execution_ids", &format!("[{}]", ids.join(",")));
        sink.event(Event::Task(Task {
            id: self.id.as_str().into(),
            kind: self.kind.as_deref().map(Into::into),
            step: Some(self.id.as_str().into()),
            after: self.after.iter().map(|id| id.as_str().into()).collect(),
            status: self.status.filter(|_| self.tries.is_empty()),
            labels: labels.fields().finish(),
            ..Task::default()
        }));
        let mut differing = 0;
        for (i, entry) in self.tries.iter().enumerate() {
            if let (Some(a), Some(b), Some(duration)) = (entry.started, entry.ended, entry.duration) {
                let stored = (duration * SECOND as f64) as i64;
                differing += u64::from(b.saturating_sub(a).abs_diff(stored) > 1_000_000);
            }
            sink.event(Event::Attempt(Attempt {
                task: self.id.as_str().into(),
                number: i as u32 + 1,
                started: entry.started,
                ended: entry.ended,
                status: entry.status,
                error: entry.error.as_deref().map(|message| ErrorInfo {
                    message: message.into(),
                    kind: None,
                    trace: None,
                }),
                ..Attempt::default()
            }));
        }
        if let Some(size) = self.tries.iter().rev().find_map(|t| t.size) {
            sink.event(Event::Artifact(Artifact {
                task: Some(self.id.as_str().into()),
                name: "result".into(),
                size: Some(size as i64),
                ..Artifact::default()
            }));
        }
        differing
    }
}

fn quote(text: &str) -> String {
    let mut out = String::new();
    makespan_format::write_json_string(text, &mut out);
    out
}

/// The run that a task execution belongs to: its id is `run_task_1a2b3c4d`, and both may hold underscores.
pub(super) fn owner<'a>(execution: &'a str, task: &str) -> Option<&'a str> {
    let (rest, _) = execution.rsplit_once('_')?;
    rest.strip_suffix(task)?.strip_suffix('_').filter(|run| !run.is_empty())
}

#[cfg(test)]
mod tests {
    use super::owner;

    #[test]
    fn the_run_id_is_the_part_before_the_task() {
        assert_eq!(owner("7d91-x_clean_α_8f99c0e5", "clean_α"), Some("7d91-x"));
        assert_eq!(owner("7d91-x_clean_8f99c0e5", "other"), None);
        assert_eq!(owner("_a_8f99c0e5", "a"), None);
    }
}
