//! Events to columns. Nothing is checked here but what costs nothing; `finish` does the rest.

use std::borrow::Cow;

use crate::seeded::HashMap;
use makespan_format::{Attempt, ErrorInfo, Event, EventSink, Json, RunInfo, Severity, Status, Task};

use crate::blocks::Blocks;
use crate::columns::*;
use crate::strings::Interner;
use crate::{Diagnostic, NONE, Run, StrId, UNKNOWN};

/// Folds a stream of events into runs, in the order in which the runs appear. Finishing a clone gives the complete runs
/// as they are now, and folding continues; [`preview`](RunsBuilder::preview) is cheaper and contains less.
#[derive(Clone, Debug)]
pub struct RunsBuilder {
    /// Boxed one by one, so that growing the list copies no run, and each is freed when it is frozen.
    #[allow(clippy::vec_box)]
    pub(crate) runs: Vec<Box<RunBuilder>>,
    by_id: HashMap<String, usize>,
    /// The run that events belong to; `None` while they belong to a run that is left out.
    current: Option<usize>,
    /// Findings that came before any run.
    early: Vec<Diagnostic>,
    /// Records of runs, and other events, that were left out because a limit was reached.
    left_out: (u64, u64),
    most: usize,
}

impl Default for RunsBuilder {
    fn default() -> RunsBuilder {
        RunsBuilder::at_most(MOST_RUNS)
    }
}

/// Maximum number of runs: each takes about five kilobytes even if it is short, and a few megabytes of input can name
/// millions.
pub const MOST_RUNS: usize = 200_000;

impl RunsBuilder {
    /// No runs yet.
    pub fn new() -> RunsBuilder {
        RunsBuilder::default()
    }

    /// No runs yet, and never more than `most`.
    pub fn at_most(most: usize) -> RunsBuilder {
        RunsBuilder {
            runs: Vec::new(),
            by_id: HashMap::default(),
            current: None,
            early: Vec::new(),
            left_out: (0, 0),
            most,
        }
    }

    /// Applies the next event. Runs beyond the limit are only counted.
    pub fn apply(&mut self, event: &Event<'_>) {
        if let Event::Run(info) = event {
            self.current = self.open(&info.id);
            match self.current {
                Some(at) => self.runs[at].info(info),
                None => self.left_out.0 += 1,
            }
            return;
        }
        if self.runs.is_empty() {
            if let Event::Diagnostic(d) = event {
                self.early.push(d.clone());
                return;
            }
            self.current = self.open("run");
        }
        match self.current {
            Some(at) => self.runs[at].apply(event),
            None => self.left_out.1 += 1,
        }
    }

    fn open(&mut self, id: &str) -> Option<usize> {
        if let Some(&at) = self.by_id.get(id) {
            return Some(at);
        }
        if self.runs.len() == self.most {
            return None;
        }
        let mut builder = RunBuilder { id: id.to_owned(), ..RunBuilder::default() };
        builder.diagnostics.append(&mut self.early);
        self.runs.push(Box::new(builder));
        self.by_id.insert(id.to_owned(), self.runs.len() - 1);
        Some(self.runs.len() - 1)
    }

    /// Reports what was left out, as a diagnostic of the first run.
    fn tell_left_out(&mut self) {
        let (runs, events) = self.left_out;
        if runs > 0 {
            let message = format!(
                "only the first {} runs are kept; {runs} records of other runs and {events} other events are left out. \
                 Open fewer files at once",
                self.runs.len()
            );
            let found = Diagnostic::new(Severity::Error, "runs-left-out", message).times(runs);
            match self.runs.first_mut() {
                Some(first) => first.diagnostics.push(found),
                None => self.early.push(found),
            }
        }
    }

    /// Returns the number of tasks declared so far, in all runs.
    pub fn task_count(&self) -> usize {
        self.runs.iter().map(|r| r.tasks.id.len()).sum()
    }

    /// Checks, sorts and freezes. The second part is what was found before any run was opened.
    pub fn finish(mut self) -> (Vec<Run>, Vec<Diagnostic>) {
        self.tell_left_out();
        (self.runs.into_iter().map(|run| run.finish()).collect(), self.early)
    }
}

impl EventSink for RunsBuilder {
    fn event(&mut self, event: Event<'_>) {
        self.apply(&event);
    }
}

/// Adds a `run` event.
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

#[derive(Clone, Debug, Default)]
pub(crate) struct RunBuilder {
    pub(crate) id: String,
    pub(crate) info: Info,
    pub(crate) strings: Interner,
    /// The column `group` holds the id of the container until `finish` finds out what that is.
    pub(crate) tasks: GrowingTasks,
    /// (task, id of its dependency), in the order of occurrence.
    pub(crate) after: Blocks<(u32, StrId)>,
    pub(crate) attempts: GrowingAttempts,
    /// Whether an event stated the status of the attempt.
    pub(crate) said: Blocks<bool>,
    pub(crate) samples: GrowingSamples,
    pub(crate) logs: GrowingLogs,
    pub(crate) alerts: GrowingAlerts,
    pub(crate) artifacts: GrowingArtifacts,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Task of an id, by `StrId`.
    pub(crate) task_of: Blocks<u32>,
    pub(crate) first_try: Blocks<u32>,
    pub(crate) later_tries: HashMap<(u32, u32), u32>,
    pub(crate) undeclared: u64,
    pub(crate) declared: Blocks<bool>,
    /// The task of the event before and its id: most events are about the same one.
    pub(crate) last_task: (String, u32),
    pub(crate) recent: Recent,
}

/// The last interned string of each field: most fields repeat the value of the previous task, and comparing is faster
/// than a lookup.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recent {
    name: StrId,
    step: StrId,
    kind: StrId,
    worker: StrId,
    labels: StrId,
    /// Names and units of samples, and the place of the last: programs measure the same things of each task, in one
    /// order.
    samples: Vec<RecentSample>,
    sample: usize,
}

/// The name and the unit of a sample.
#[derive(Clone, Debug)]
struct RecentSample {
    name: String,
    unit: String,
    ids: (StrId, StrId),
}

/// Number of sample names that are remembered.
const RECENT_SAMPLES: usize = 32;

/// Returns the rank of a status in the life of an attempt; a status of lower rank never replaces one of higher rank.
fn progressed(status: Status) -> u8 {
    match status {
        Status::Pending => 0,
        Status::Queued => 1,
        Status::Running | Status::Retrying => 2,
        _ => 3,
    }
}

impl RunBuilder {
    fn text(&mut self, text: Option<&Cow<'_, str>>) -> StrId {
        text.map_or(StrId::EMPTY, |t| self.strings.intern(t))
    }

    fn put(&mut self, slot: StrId, text: Option<&Cow<'_, str>>) -> StrId {
        text.map_or(slot, |t| self.strings.intern(t))
    }

    /// The same for a field whose last value is known.
    fn repeat(&mut self, slot: StrId, text: Option<&str>, last: StrId) -> StrId {
        match text {
            None => slot,
            Some(text) if self.strings.get(last) == text => last,
            Some(text) => self.strings.intern(text),
        }
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
        if self.last_task.0 != id || id.is_empty() {
            let task = self.task_with(id);
            self.last_task.0.clear();
            self.last_task.0.push_str(id);
            self.last_task.1 = task;
        }
        let task = self.last_task.1;
        if declares && !self.declared[task as usize] {
            self.declared[task as usize] = true;
            self.undeclared -= 1;
        }
        task
    }

    fn task_with(&mut self, id: &str) -> u32 {
        let id = self.strings.intern(id);
        let slot = id.0 as usize;
        while self.task_of.len() <= slot {
            self.task_of.push(NONE);
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
            self.first_try.push(NONE);
            self.declared.push(false);
            self.undeclared += 1;
        }
        self.task_of[slot]
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
        let worker = self.repeat(self.attempts.worker[at], e.worker.as_deref(), self.recent.worker);
        self.recent.worker = worker;
        if e.error.is_some() {
            let slots = [self.attempts.error[at], self.attempts.error_kind[at], self.attempts.trace[at]];
            let [error, kind, trace] = self.error(slots, e.error.as_ref());
            let a = &mut self.attempts;
            (a.error[at], a.error_kind[at], a.trace[at]) = (error, kind, trace);
        }
        let a = &mut self.attempts;
        a.worker[at] = worker;
        a.queued[at] = e.queued.unwrap_or(a.queued[at]);
        a.started[at] = e.started.unwrap_or(a.started[at]);
        a.ended[at] = e.ended.unwrap_or(a.ended[at]);
        if let Some(status) = e.status {
            // Lines come in any order: that it started, read after that it ended, takes nothing back.
            if !self.said[at] || progressed(status) >= progressed(a.status[at]) {
                a.status[at] = status;
            }
            self.said[at] = true;
        }
        if let Some(p) = e.progress.filter(|p| p.is_finite()) {
            a.progress[at] = p.clamp(0.0, 1.0) as f32;
        }
    }

    fn apply_task(&mut self, e: &Task<'_>) {
        let t = self.task(&e.id, true);
        let i = t as usize;
        if e.name.is_some() {
            let name = self.repeat(self.tasks.name[i], e.name.as_deref(), self.recent.name);
            (self.tasks.name[i], self.recent.name) = (name, name);
        }
        if e.step.is_some() {
            let step = self.repeat(self.tasks.step[i], e.step.as_deref(), self.recent.step);
            (self.tasks.step[i], self.recent.step) = (step, step);
        }
        if e.kind.is_some() {
            let kind = self.repeat(self.tasks.kind[i], e.kind.as_deref(), self.recent.kind);
            (self.tasks.kind[i], self.recent.kind) = (kind, kind);
        }
        if e.parent.is_some() {
            self.tasks.group[i] = self.put(self.tasks.group[i], e.parent.as_ref());
        }
        if e.status.is_some() {
            self.tasks.declared[i] = e.status;
        }
        if let Some(labels) = &e.labels {
            let labels = self.repeat(StrId::EMPTY, Some(labels.as_str()), self.recent.labels);
            (self.tasks.labels[i], self.recent.labels) = (labels, labels);
        }
        if e.params.is_some() {
            self.tasks.params[i] = self.json(self.tasks.params[i], e.params.as_ref());
        }
        for id in &e.after {
            let id = self.strings.intern(id);
            self.after.push((t, id));
        }
    }

    /// The ids of the name and the unit of a sample.
    fn sample_name(&mut self, name: &str, unit: &str) -> (StrId, StrId) {
        let known = &self.recent.samples;
        let next = if self.recent.sample + 1 < known.len() { self.recent.sample + 1 } else { 0 };
        if let Some(found) = known.get(next).filter(|k| k.name == name && k.unit == unit) {
            self.recent.sample = next;
            return found.ids;
        }
        let ids = (self.strings.intern(name), self.strings.intern(unit));
        match self.recent.samples.iter().position(|known| known.ids == ids) {
            Some(at) => self.recent.sample = at,
            None if self.recent.samples.len() < RECENT_SAMPLES => {
                self.recent.sample = self.recent.samples.len();
                let (name, unit) = (name.to_owned(), unit.to_owned());
                self.recent.samples.push(RecentSample { name, unit, ids });
            }
            None => {}
        }
        ids
    }

    fn owner(&mut self, task: Option<&Cow<'_, str>>) -> u32 {
        task.map_or(NONE, |id| self.task(id, false))
    }

    fn apply(&mut self, event: &Event<'_>) {
        match event {
            Event::Run(info) => self.info(info),
            Event::Task(e) => self.apply_task(e),
            Event::Attempt(e) => self.apply_attempt(e),
            Event::Sample(e) if e.value.is_finite() => {
                let task = self.owner(e.task.as_ref());
                let (name, unit) = self.sample_name(&e.name, e.unit.as_deref().unwrap_or_default());
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
