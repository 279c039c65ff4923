//! Events to columns. Nothing is checked here but what costs nothing; `finish` does the rest.

use std::borrow::Cow;

use makespan_format::{Attempt, ErrorInfo, Event, EventSink, Json, RunInfo, Status};
use rustc_hash::FxHashMap;

use crate::columns::*;
use crate::strings::Interner;
use crate::{Diagnostic, NONE, Run, StrId, UNKNOWN};

/// Folds a stream of events into the runs it tells of, in the order in which they appear.
#[derive(Debug, Default)]
pub struct RunsBuilder {
    pub(crate) runs: Vec<RunBuilder>,
    by_id: FxHashMap<String, usize>,
    current: usize,
    /// Findings that came before any run.
    early: Vec<Diagnostic>,
}

impl RunsBuilder {
    /// No runs yet.
    pub fn new() -> RunsBuilder {
        RunsBuilder::default()
    }

    /// Takes the next event.
    pub fn apply(&mut self, event: &Event<'_>) {
        if let Event::Run(info) = event {
            self.current = self.open(&info.id);
            self.runs[self.current].info(info);
            return;
        }
        if self.runs.is_empty() {
            if let Event::Diagnostic(d) = event {
                self.early.push(d.clone());
                return;
            }
            self.current = self.open("run");
        }
        self.runs[self.current].apply(event);
    }

    fn open(&mut self, id: &str) -> usize {
        if let Some(&at) = self.by_id.get(id) {
            return at;
        }
        let mut builder = RunBuilder { id: id.to_owned(), ..RunBuilder::default() };
        builder.diagnostics.append(&mut self.early);
        self.runs.push(builder);
        self.by_id.insert(id.to_owned(), self.runs.len() - 1);
        self.runs.len() - 1
    }

    /// How many tasks have been declared so far, in all runs.
    pub fn task_count(&self) -> usize {
        self.runs.iter().map(|r| r.tasks.id.len()).sum()
    }

    /// Checks, sorts and freezes. The second part is what was found before any run was opened.
    pub fn finish(self) -> (Vec<Run>, Vec<Diagnostic>) {
        (self.runs.into_iter().map(RunBuilder::finish).collect(), self.early)
    }
}

impl EventSink for RunsBuilder {
    fn event(&mut self, event: Event<'_>) {
        self.apply(&event);
    }
}

/// What the run event said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Info {
    pub(crate) name: StrId,
    pub(crate) workflow: StrId,
    pub(crate) source: StrId,
    pub(crate) status: Option<Status>,
    pub(crate) started: Option<i64>,
    pub(crate) ended: Option<i64>,
    pub(crate) error: [StrId; 3],
    pub(crate) labels: StrId,
    pub(crate) params: StrId,
    pub(crate) stored: StrId,
    pub(crate) infer_edges: Option<bool>,
}

#[derive(Debug, Default)]
pub(crate) struct RunBuilder {
    pub(crate) id: String,
    pub(crate) info: Info,
    pub(crate) strings: Interner,
    pub(crate) tasks: Tasks,
    /// Parent of each task, by its id.
    pub(crate) parents: Vec<StrId>,
    /// (task, id of what it depends on), in the order met.
    pub(crate) after: Vec<(u32, StrId)>,
    pub(crate) attempts: Attempts,
    /// Whether the attempt's status was said.
    pub(crate) said: Vec<bool>,
    pub(crate) samples: Samples,
    pub(crate) logs: Logs,
    pub(crate) alerts: Alerts,
    pub(crate) artifacts: Artifacts,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Task of an id, by `StrId`.
    pub(crate) task_of: Vec<u32>,
    pub(crate) first_try: Vec<u32>,
    pub(crate) later_tries: FxHashMap<(u32, u32), u32>,
    pub(crate) undeclared: u64,
    pub(crate) declared: Vec<bool>,
}

impl RunBuilder {
    fn text(&mut self, text: Option<&Cow<'_, str>>) -> StrId {
        text.map_or(StrId::EMPTY, |t| self.strings.intern(t))
    }

    fn put(&mut self, slot: StrId, text: Option<&Cow<'_, str>>) -> StrId {
        text.map_or(slot, |t| self.strings.intern(t))
    }

    fn json(&mut self, slot: StrId, json: Option<&Json<'_>>) -> StrId {
        json.map_or(slot, |j| self.strings.intern(j.as_str()))
    }

    fn error(&mut self, slots: [StrId; 3], error: Option<&ErrorInfo<'_>>) -> [StrId; 3] {
        let Some(e) = error else { return slots };
        [
            self.put(slots[0], Some(&e.message)),
            self.put(slots[1], e.kind.as_ref()),
            self.put(slots[2], e.trace.as_ref()),
        ]
    }

    fn info(&mut self, info: &RunInfo<'_>) {
        self.info.name = self.put(self.info.name, info.name.as_ref());
        self.info.workflow = self.put(self.info.workflow, info.workflow.as_ref());
        self.info.source = self.put(self.info.source, info.source.as_ref());
        self.info.status = info.status.or(self.info.status);
        self.info.started = info.started.or(self.info.started);
        self.info.ended = info.ended.or(self.info.ended);
        self.info.error = self.error(self.info.error, info.error.as_ref());
        self.info.labels = self.json(self.info.labels, info.labels.as_ref());
        self.info.params = self.json(self.info.params, info.params.as_ref());
        self.info.stored = self.json(self.info.stored, info.stored.as_ref());
        self.info.infer_edges = info.infer_edges.or(self.info.infer_edges);
    }

    fn task(&mut self, id: &str, declares: bool) -> u32 {
        let id = self.strings.intern(id);
        let slot = id.0 as usize;
        if slot >= self.task_of.len() {
            self.task_of.resize((slot + 1).max(self.task_of.len() * 2), NONE);
        }
        if self.task_of[slot] == NONE {
            self.task_of[slot] = self.tasks.id.len() as u32;
            let t = &mut self.tasks;
            t.id.push(id);
            t.name.push(StrId::EMPTY);
            t.step.push(StrId::EMPTY);
            t.kind.push(StrId::EMPTY);
            t.parent.push(NONE);
            t.group.push(StrId::EMPTY);
            t.status.push(Status::Pending);
            t.declared.push(None);
            t.labels.push(StrId::EMPTY);
            t.params.push(StrId::EMPTY);
            self.parents.push(StrId::EMPTY);
            self.first_try.push(NONE);
            self.declared.push(false);
            self.undeclared += 1;
        }
        let task = self.task_of[slot];
        if declares && !self.declared[task as usize] {
            self.declared[task as usize] = true;
            self.undeclared -= 1;
        }
        task
    }

    fn attempt(&mut self, task: u32, number: u32) -> usize {
        let fresh = self.attempts.task.len() as u32;
        let at = if number == 1 {
            let slot = &mut self.first_try[task as usize];
            if *slot == NONE {
                *slot = fresh;
            }
            *slot
        } else {
            *self.later_tries.entry((task, number)).or_insert(fresh)
        };
        if at == fresh {
            let a = &mut self.attempts;
            a.task.push(task);
            a.number.push(number);
            a.queued.push(UNKNOWN);
            a.started.push(UNKNOWN);
            a.ended.push(UNKNOWN);
            a.worker.push(StrId::EMPTY);
            a.status.push(Status::Pending);
            a.progress.push(-1.0);
            a.error.push(StrId::EMPTY);
            a.error_kind.push(StrId::EMPTY);
            a.trace.push(StrId::EMPTY);
            self.said.push(false);
        }
        at as usize
    }

    fn apply_attempt(&mut self, e: &Attempt<'_>) {
        let task = self.task(&e.task, false);
        let at = self.attempt(task, e.number);
        let worker = self.put(self.attempts.worker[at], e.worker.as_ref());
        let slots = [self.attempts.error[at], self.attempts.error_kind[at], self.attempts.trace[at]];
        let [error, kind, trace] = self.error(slots, e.error.as_ref());
        let a = &mut self.attempts;
        a.queued[at] = e.queued.unwrap_or(a.queued[at]);
        a.started[at] = e.started.unwrap_or(a.started[at]);
        a.ended[at] = e.ended.unwrap_or(a.ended[at]);
        if let Some(status) = e.status {
            a.status[at] = status;
            self.said[at] = true;
        }
        if let Some(p) = e.progress.filter(|p| p.is_finite()) {
            a.progress[at] = p.clamp(0.0, 1.0) as f32;
        }
        (a.worker[at], a.error[at], a.error_kind[at], a.trace[at]) = (worker, error, kind, trace);
    }

    fn owner(&mut self, task: Option<&Cow<'_, str>>) -> u32 {
        task.map_or(NONE, |id| self.task(id, false))
    }

    fn apply(&mut self, event: &Event<'_>) {
        match event {
            Event::Run(info) => self.info(info),
            Event::Task(e) => {
                let t = self.task(&e.id, true);
                let i = t as usize;
                self.tasks.name[i] = self.put(self.tasks.name[i], e.name.as_ref());
                self.tasks.step[i] = self.put(self.tasks.step[i], e.step.as_ref());
                self.tasks.kind[i] = self.put(self.tasks.kind[i], e.kind.as_ref());
                self.parents[i] = self.put(self.parents[i], e.parent.as_ref());
                self.tasks.declared[i] = e.status.or(self.tasks.declared[i]);
                self.tasks.labels[i] = self.json(self.tasks.labels[i], e.labels.as_ref());
                self.tasks.params[i] = self.json(self.tasks.params[i], e.params.as_ref());
                for id in &e.after {
                    let id = self.strings.intern(id);
                    self.after.push((t, id));
                }
            }
            Event::Attempt(e) => self.apply_attempt(e),
            Event::Sample(e) if e.value.is_finite() => {
                let task = self.owner(e.task.as_ref());
                let (name, unit) = (self.strings.intern(&e.name), self.text(e.unit.as_ref()));
                let s = &mut self.samples;
                s.task.push(task);
                s.number.push(e.number.unwrap_or(0));
                s.name.push(name);
                s.unit.push(unit);
                s.value.push(e.value);
                s.t.push(e.t.unwrap_or(UNKNOWN));
            }
            Event::Sample(_) => {}
            Event::Log(e) => {
                let task = self.owner(e.task.as_ref());
                let (level, text) = (self.text(e.level.as_ref()), self.strings.intern(&e.text));
                let l = &mut self.logs;
                l.task.push(task);
                l.number.push(e.number.unwrap_or(0));
                l.t.push(e.t.unwrap_or(UNKNOWN));
                l.level.push(level);
                l.text.push(text);
            }
            Event::Alert(e) => {
                let task = self.owner(e.task.as_ref());
                let (severity, text) = (self.text(e.severity.as_ref()), self.strings.intern(&e.text));
                let a = &mut self.alerts;
                a.task.push(task);
                a.t.push(e.t.unwrap_or(UNKNOWN));
                a.severity.push(severity);
                a.text.push(text);
                a.resolved.push(e.resolved);
            }
            Event::Artifact(e) => {
                let task = self.owner(e.task.as_ref());
                let (name, uri) = (self.strings.intern(&e.name), self.text(e.uri.as_ref()));
                let value = self.json(StrId::EMPTY, e.value.as_ref());
                let a = &mut self.artifacts;
                a.task.push(task);
                a.name.push(name);
                a.direction.push(e.direction);
                a.uri.push(uri);
                a.size.push(e.size.filter(|s| *s >= 0).unwrap_or(-1));
                a.value.push(value);
            }
            Event::Diagnostic(d) => self.diagnostics.push(d.clone()),
        }
    }
}
