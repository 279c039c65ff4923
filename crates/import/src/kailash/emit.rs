//! Converts a task record to its events.

use makespan_model::Order as _;
use std::borrow::Cow;

use makespan_format::{
    Artifact, Attempt, Direction, Event, EventSink, Fields, Json, Log, Sample, Status, Task,
};
use makespan_model::StrId;
use serde_json::value::RawValue;

use super::metrics::{Metrics, name_and_unit};
use super::record::{TaskRow, error_info, nanos};
use super::run::RunState;
use crate::json;
use crate::outcome;

/// Labels that this importer makes itself; a member of the metadata of such a name is emitted as `metadata.…`.
const OWN_LABELS: [&str; 5] = ["task_id", "created_at", "ended_at", "inputs", "status"];

/// Times, status and number of a try.
struct Try {
    number: u32,
    started: Option<i64>,
    ended: Option<i64>,
    status: Option<Status>,
}

impl RunState<'_> {
    /// Emits a record: of a task that is new, or of another try of one that is known.
    pub(super) fn task(&mut self, row: &TaskRow<'_>, sink: &mut dyn EventSink) {
        let node = row.node.as_deref().or(row.id.as_deref()).unwrap_or_default();
        let id: Cow<'_, str> = match &row.id {
            Some(id) => Cow::Borrowed(&**id),
            None => Cow::Owned(self.free_id(node)),
        };
        let (own, recorded) = self.name(&id);
        if let Some(at) = recorded {
            self.counts.twice += 1;
            self.late_metrics(own, at, row, sink);
            return;
        }
        let known = row.previous.as_deref().and_then(|p| self.task_of(p));
        self.counts.no_previous += u64::from(row.previous.is_some() && known.is_none());
        let at = known.unwrap_or(self.tasks.len() as u32);
        let one = self.try_of(row, at, known.is_some());
        let id = own;
        self.record_task(id, at);
        if known.is_some() {
            self.numbers.insert((at, one.number));
        }
        let has_attempt = known.is_some()
            || one.started.is_some()
            || !matches!(
                one.status,
                Some(
                    Status::Pending
                        | Status::Queued
                        | Status::Skipped
                        | Status::Cancelled
                        | Status::UpstreamFailed
                )
            );
        if known.is_none() {
            self.add(id, one.number, !has_attempt);
            match self.nodes.get_mut(node) {
                Some(tasks) => tasks.push(at),
                None => {
                    self.nodes.insert(node.to_owned(), vec![at]);
                }
            }
        }
        let recorded = &mut self.tasks[at as usize];
        (recorded.started, recorded.ended, recorded.status) = (one.started, one.ended, one.status);
        recorded.tries = recorded.tries.max(one.number);
        let declared = recorded.declared;
        let on = self.new_edges(at, &row.dependencies, known.is_none());
        let none = Metrics::default();
        let metrics = row.metrics.as_ref().unwrap_or(&none);
        self.counts.unmeasured += u64::from(metrics.not_collected);
        if row.metrics.is_none() {
            self.unmeasured.insert(id, (one.number, one.ended));
        }
        let queued = self.clock.maybe(row.created.as_ref());
        let queued = queued.filter(|q| one.started.is_some_and(|s| *q <= s));
        let labels = self.labels(row, metrics, queued.is_some(), has_attempt, known.is_some());
        let task_id = self.id_of(at);
        let after: Vec<Cow<'_, str>> = on.iter().map(|&on| Cow::Borrowed(self.id_of(on))).collect();

        if known.is_none() {
            let plan_node = self.plan.as_ref().and_then(|p| p.node(node));
            let parent = row.metadata.as_deref().and_then(parent_of);
            let parent = parent.map(|p| self.task_of(&p).map_or(p, |group| self.id_of(group).into()));
            sink.event(Event::Task(Task {
                id: task_id.into(),
                name: Some(node.into()),
                step: Some(node.into()),
                kind: row.kind.as_deref().map(Into::into),
                parent,
                after,
                status: one.status.filter(|_| !has_attempt),
                labels,
                params: plan_node.and_then(|n| n.config.as_deref()).map(Json::from_raw),
            }));
        } else {
            emit_retry(task_id, &one, after, declared, labels, sink);
        }
        if has_attempt {
            sink.event(Event::Attempt(Attempt {
                task: task_id.into(),
                number: one.number,
                queued,
                started: one.started,
                ended: one.ended,
                worker: row.worker.as_deref().map(Into::into),
                status: one.status,
                progress: None,
                error: row.error.as_deref().map(error_info),
            }));
        } else if let Some(error) = row.error.as_deref() {
            sink.event(Event::Log(Log {
                task: Some(task_id.into()),
                level: Some("error".into()),
                text: error.into(),
                ..Log::default()
            }));
        }
        emit_values(row, task_id, sink);
        let is_timed = one.started.is_some() && one.ended.is_some();
        emit_metrics(metrics, task_id, has_attempt.then_some(one.number), one.ended, is_timed, sink);
    }

    /// Emits the metrics of a record whose try another file records without them.
    #[inline(never)]
    fn late_metrics(&mut self, id: StrId, at: u32, row: &TaskRow<'_>, sink: &mut dyn EventSink) {
        let Some(metrics) = &row.metrics else { return };
        let Some((number, ended)) = self.unmeasured.remove(&id) else {
            return;
        };
        self.counts.unmeasured += u64::from(metrics.not_collected);
        emit_metrics(metrics, self.id_of(at), Some(number), ended, ended.is_some(), sink);
    }

    /// Id of a record that has none: its node, with a number where there are several.
    #[inline(never)]
    fn free_id(&mut self, node: &str) -> String {
        let mut last = self.numbered.get(node).copied().unwrap_or_default();
        loop {
            last += 1;
            let id = if last == 1 { node.to_owned() } else { format!("{node}#{last}") };
            if !self.knows(&id) {
                self.numbered.insert(node.to_owned(), last);
                return id;
            }
        }
    }

    #[inline(never)]
    fn try_of(&mut self, row: &TaskRow<'_>, at: u32, is_retry: bool) -> Try {
        let has_error = row.error.as_deref().is_some_and(|e| !e.is_empty());
        let mut status = self.clock.status(row.status.as_deref(), has_error);
        if status == Some(Status::Succeeded) && row.metadata.as_deref().is_some_and(is_skipped) {
            status = Some(Status::Skipped);
        }
        let started = self.clock.maybe(row.started.as_ref());
        let mut ended = self.clock.maybe(row.ended.as_ref());
        if let (Some(start), None, Some(seconds)) = (started, ended, row.duration)
            && status.is_some_and(Status::is_terminal)
        {
            ended = Some(start.saturating_add(nanos(seconds)));
            self.counts.end_from_duration += 1;
        }
        let (tries, first) = self.tasks.get(at as usize).map_or((0, 0), |t| (t.tries, t.first));
        let number = match row.number.filter(|n| *n != first && !self.numbers.contains(&(at, *n))) {
            Some(number) => number,
            None if is_retry => tries.saturating_add(1),
            None => 1,
        };
        Try { number, started, ended, status }
    }

    /// What the task depends on, without what was emitted before; ids that are not known wait for the end.
    #[inline(never)]
    fn new_edges(&mut self, at: u32, dependencies: &[Cow<'_, str>], is_first: bool) -> Vec<u32> {
        let mut after = Vec::with_capacity(dependencies.len());
        for id in dependencies {
            match self.task_of(id) {
                // A try that depends on the one before says what its number says.
                Some(on) if on == at => {}
                Some(on) if is_first || self.add_edge(at, on) => after.push(on),
                Some(_) => {}
                None => self.later.push((at, id.clone().into_owned())),
            }
        }
        if is_first {
            self.first_edges(&mut after);
        }
        after
    }

    /// Emits the dependencies on tasks that came after those that depend on them.
    pub(super) fn emit_later_edges(&mut self, sink: &mut dyn EventSink) {
        let mut later = std::mem::take(&mut self.later);
        later.order_by_key(|l| l.0);
        for of_one in later.chunk_by(|a, b| a.0 == b.0) {
            let at = of_one[0].0;
            let mut after: Vec<Cow<'_, str>> = Vec::new();
            for (_, id) in of_one {
                match self.task_of(id) {
                    Some(on) if on != at && self.add_edge(at, on) => {
                        after.push(self.id_of(on).to_owned().into());
                    }
                    Some(_) => {}
                    None => after.push(id.as_str().into()),
                }
            }
            if !after.is_empty() {
                let id = self.id_of(at).into();
                sink.event(Event::Task(Task { id, after, ..Task::default() }));
            }
        }
    }

    #[inline(never)]
    fn labels(
        &self,
        row: &TaskRow<'_>,
        metrics: &Metrics<'_>,
        queued: bool,
        has_attempt: bool,
        is_retry: bool,
    ) -> Option<Json<'static>> {
        let mut labels = Fields::new();
        if let (true, Some(id)) = (is_retry, &row.id) {
            labels.str("task_id", id);
        }
        if let Some(metadata) = row.metadata.as_deref() {
            let is_object = json::each_member(metadata, |key, value| {
                if value.get() == "null" || key == "parent_task" {
                    return;
                }
                if OWN_LABELS.contains(&&*key) {
                    labels.raw(&format!("metadata.{key}"), value.get());
                } else {
                    labels.raw(&key, value.get());
                }
            });
            if !is_object {
                labels.raw("metadata", metadata.get());
            }
        }
        for (key, value) in &metrics.words {
            labels.raw(&format!("metrics.{key}"), value);
        }
        if let (false, Some(created)) = (queued, &row.created) {
            labels.str("created_at", created);
        }
        if let (false, Some(ended)) = (has_attempt, &row.ended) {
            labels.str("ended_at", ended);
        }
        if let Some(word) = row.status.as_deref().filter(|w| outcome::read(w).is_none()) {
            labels.str("status", word);
        }
        let node = row.node.as_deref().unwrap_or_default();
        let inputs = self.plan.as_ref().and_then(|p| p.node(node)).and_then(|n| n.inputs.as_deref());
        if let (false, Some(inputs)) = (is_retry, inputs) {
            labels.raw("inputs", inputs);
        }
        for (key, value) in &row.rest {
            labels.raw(key, value.get());
        }
        labels.finish()
    }
}

/// Whether the metadata say that a node was passed over, which the engine records as completed.
fn is_skipped(metadata: &RawValue) -> bool {
    let mut skipped = false;
    json::each_member(metadata, |key, value| {
        skipped |= key == "skipped" && json::flag_of(value) == Some(true)
    });
    skipped
}

/// The task that contains this one: an iteration of a cycle names the cycle's own task.
fn parent_of(metadata: &RawValue) -> Option<Cow<'_, str>> {
    let mut parent = None;
    json::each_member(metadata, |key, value| {
        if key == "parent_task" {
            parent = json::text_of(value);
        }
    });
    parent
}

/// Emits what a further try adds to its task. A task has one set of labels, that of its first try.
#[cold]
fn emit_retry(
    task: &str,
    one: &Try,
    after: Vec<Cow<'_, str>>,
    declared: bool,
    labels: Option<Json<'_>>,
    sink: &mut dyn EventSink,
) {
    if !after.is_empty() || declared {
        sink.event(Event::Task(Task {
            id: task.into(),
            after,
            status: one.status.filter(|_| declared),
            ..Task::default()
        }));
    }
    if let Some(labels) = labels {
        sink.event(Event::Log(Log {
            task: Some(task.into()),
            number: Some(one.number),
            level: Some("metadata".into()),
            text: labels.as_str().into(),
            ..Log::default()
        }));
    }
}

#[inline(never)]
fn emit_values(row: &TaskRow<'_>, task: &str, sink: &mut dyn EventSink) {
    let values = [
        ("input_data", Direction::Input, &row.input),
        ("result", Direction::Output, &row.result),
        ("output_data", Direction::Output, &row.output),
    ];
    for (name, direction, value) in values {
        if let Some(value) = value {
            sink.event(Event::Artifact(Artifact {
                task: Some(task.into()),
                name: name.into(),
                direction,
                value: Some(Json::from_raw(value.get())),
                ..Artifact::default()
            }));
        }
    }
}

/// Emits samples. The engine writes a duration of zero if it did not measure: not if the times give one.
#[inline(never)]
fn emit_metrics(
    metrics: &Metrics<'_>,
    task: &str,
    number: Option<u32>,
    t: Option<i64>,
    is_timed: bool,
    sink: &mut dyn EventSink,
) {
    for (name, value) in &metrics.numbers {
        if name == "duration" && *value == 0.0 && is_timed {
            continue;
        }
        let (name, unit) = name_and_unit(name);
        let (name, unit, value) = (name.into(), unit.map(Into::into), *value);
        sink.event(Event::Sample(Sample { task: Some(task.into()), number, name, value, unit, t }));
    }
}
