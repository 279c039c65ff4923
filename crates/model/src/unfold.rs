//! The way back: a run as the events that make it.

use std::borrow::Cow;

use makespan_format::{
    Alert, Artifact, Attempt, ErrorInfo, Event, EventSink, Json, Log, RunInfo, Sample, Task, write_line,
};

use crate::{NONE, Order as _, Run, StrId, TaskId, UNKNOWN};

impl Run {
    fn cow(&self, id: StrId) -> Option<Cow<'_, str>> {
        (!id.is_empty()).then(|| Cow::Borrowed(self.text(id)))
    }

    fn json(&self, id: StrId) -> Option<Json<'_>> {
        (!id.is_empty()).then(|| Json::from_raw(self.text(id)))
    }

    fn error_info(&self, [message, kind, trace]: [StrId; 3]) -> Option<ErrorInfo<'_>> {
        if message.is_empty() && kind.is_empty() && trace.is_empty() {
            return None;
        }
        Some(ErrorInfo {
            message: self.cow(message).unwrap_or_default(),
            kind: self.cow(kind),
            trace: self.cow(trace),
        })
    }

    fn owner(&self, task: u32) -> Option<Cow<'_, str>> {
        (task != NONE).then(|| Cow::Borrowed(self.task_id(TaskId(task))))
    }

    /// Hands over the events that make this run: the run, each task with its attempts, samples, logs, alerts and
    /// artifacts, what belongs to the run as a whole, and the diagnostics.
    pub fn events(&self, sink: &mut dyn EventSink) {
        let known = |t: i64| (t != UNKNOWN).then_some(t);
        sink.event(Event::Run(RunInfo {
            id: Cow::Borrowed(&self.id),
            name: self.cow(self.name),
            workflow: self.cow(self.workflow),
            status: self.recorded_status,
            started: known(self.recorded_start),
            ended: known(self.recorded_end),
            source: self.cow(self.source),
            error: self.error_info(self.error),
            labels: self.json(self.labels),
            params: self.json(self.params),
            stored: self.json(self.stored),
            infer_edges: self.infer_edges,
        }));
        let mut cut_into: Vec<(u32, u32)> = self.cut.iter().map(|&(a, b)| (b, a)).collect();
        cut_into.order();
        for t in self.task_ids() {
            self.task_event(t, &cut_into, sink);
        }
        for t in self.task_ids() {
            self.attempt_events(t, sink);
        }
        for i in 0..self.samples.task.len() {
            self.sample_event(i, sink);
        }
        for i in 0..self.logs.task.len() {
            self.log_event(i, sink);
        }
        for i in 0..self.alerts.task.len() {
            self.alert_event(i, sink);
        }
        for i in 0..self.artifacts.task.len() {
            self.artifact_event(i, sink);
        }
        for d in &self.diagnostics {
            sink.event(Event::Diagnostic(d.clone()));
        }
    }

    /// Passes on the events of one task: the record that the details show.
    pub fn events_of(&self, task: TaskId, sink: &mut dyn EventSink) {
        let cut: Vec<(u32, u32)> = self.cut.iter().filter(|e| e.1 == task.0).map(|&(a, b)| (b, a)).collect();
        self.task_event(task, &cut, sink);
        self.attempt_events(task, sink);
        let range = |column: &[u32]| {
            column.partition_point(|t| *t < task.0)..column.partition_point(|t| *t <= task.0)
        };
        range(&self.samples.task).for_each(|i| self.sample_event(i, sink));
        range(&self.logs.task).for_each(|i| self.log_event(i, sink));
        range(&self.alerts.task).for_each(|i| self.alert_event(i, sink));
        range(&self.artifacts.task).for_each(|i| self.artifact_event(i, sink));
    }

    fn task_event(&self, t: TaskId, cut_into: &[(u32, u32)], sink: &mut dyn EventSink) {
        let i = t.index();
        let mut after: Vec<Cow<'_, str>> = Vec::new();
        if !self.edges_inferred {
            after.extend(self.predecessors.row(i).iter().map(|&p| Cow::Borrowed(self.task_id(TaskId(p)))));
        }
        let from = cut_into.partition_point(|e| e.0 < t.0);
        let cut = cut_into[from..].iter().take_while(|e| e.0 == t.0);
        after.extend(cut.map(|&(_, p)| Cow::Borrowed(self.task_id(TaskId(p)))));
        let parent = self.parent(t).map_or(self.tasks.group[i], |p| self.tasks.id[p.index()]);
        sink.event(Event::Task(Task {
            id: Cow::Borrowed(self.task_id(t)),
            name: self.cow(self.tasks.name[i]),
            step: self.cow(self.tasks.step[i]),
            kind: self.cow(self.tasks.kind[i]),
            parent: self.cow(parent),
            after,
            status: self.tasks.declared[i],
            labels: self.json(self.tasks.labels[i]),
            params: self.json(self.tasks.params[i]),
        }));
    }

    fn attempt_events(&self, t: TaskId, sink: &mut dyn EventSink) {
        let known = |t: i64| (t != UNKNOWN).then_some(t);
        let a = &self.attempts;
        for at in self.attempts_of(t) {
            let i = at.index();
            sink.event(Event::Attempt(Attempt {
                task: Cow::Borrowed(self.task_id(t)),
                number: a.number[i],
                queued: known(a.queued[i]),
                started: known(a.started[i]),
                ended: known(a.ended[i]),
                worker: self.cow(a.worker[i]),
                status: Some(a.status[i]),
                progress: (a.progress[i] >= 0.0).then(|| f64::from(a.progress[i])),
                error: self.error_info([a.error[i], a.error_kind[i], a.trace[i]]),
            }));
        }
    }

    fn sample_event(&self, i: usize, sink: &mut dyn EventSink) {
        let s = &self.samples;
        sink.event(Event::Sample(Sample {
            task: self.owner(s.task[i]),
            number: (s.number[i] > 0).then_some(s.number[i]),
            name: Cow::Borrowed(self.text(s.name[i])),
            value: s.value[i],
            unit: self.cow(s.unit[i]),
            t: (s.t[i] != UNKNOWN).then_some(s.t[i]),
        }));
    }

    fn log_event(&self, i: usize, sink: &mut dyn EventSink) {
        let l = &self.logs;
        sink.event(Event::Log(Log {
            task: self.owner(l.task[i]),
            number: (l.number[i] > 0).then_some(l.number[i]),
            t: (l.t[i] != UNKNOWN).then_some(l.t[i]),
            level: self.cow(l.level[i]),
            text: Cow::Borrowed(self.text(l.text[i])),
        }));
    }

    fn alert_event(&self, i: usize, sink: &mut dyn EventSink) {
        let a = &self.alerts;
        sink.event(Event::Alert(Alert {
            task: self.owner(a.task[i]),
            t: (a.t[i] != UNKNOWN).then_some(a.t[i]),
            severity: self.cow(a.severity[i]),
            text: Cow::Borrowed(self.text(a.text[i])),
            resolved: a.resolved[i],
        }));
    }

    fn artifact_event(&self, i: usize, sink: &mut dyn EventSink) {
        let a = &self.artifacts;
        sink.event(Event::Artifact(Artifact {
            task: self.owner(a.task[i]),
            name: Cow::Borrowed(self.text(a.name[i])),
            direction: a.direction[i],
            uri: self.cow(a.uri[i]),
            size: (a.size[i] >= 0).then_some(a.size[i]),
            value: self.json(a.value[i]),
        }));
    }

    /// The run as JSON Lines, its export and the payload of a report.
    pub fn to_jsonl(&self) -> String {
        struct Lines(String);
        impl EventSink for Lines {
            fn event(&mut self, event: Event<'_>) {
                write_line(&event, &mut self.0);
            }
        }
        let mut lines = Lines(String::new());
        self.events(&mut lines);
        lines.0
    }
}
