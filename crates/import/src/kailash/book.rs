//! The runs in the files, and the events of each.

use std::rc::Rc;

use makespan_format::{Diagnostic, Event, EventSink, RunInfo, Severity, Status};
use makespan_model::HashMap;

use super::joining::join;
use super::plan::Plan;
use super::record::{RunFacts, TaskRow};
use super::run::RunState;
use crate::importer::Zone;
use crate::outcome;
use crate::times::Clock;

/// All runs, in the order met.
pub(super) struct Book<'z> {
    zone: Rc<dyn Zone + 'z>,
    pub(super) runs: Vec<RunState<'z>>,
    by_id: HashMap<String, usize>,
    current: Option<usize>,
    pub(super) plans: Vec<Rc<Plan>>,
}

impl<'z> Book<'z> {
    /// No runs yet.
    pub(super) fn new(zone: Rc<dyn Zone + 'z>) -> Book<'z> {
        Book { zone, runs: Vec::new(), by_id: HashMap::default(), current: None, plans: Vec::new() }
    }

    /// The run of that id.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// Takes what a file says of a run; before its first task is emitted.
    pub(super) fn learn(&mut self, facts: RunFacts) -> usize {
        if let Some(at) = self.find(&facts.id) {
            self.runs[at].facts.merge(facts);
            return at;
        }
        self.by_id.insert(facts.id.clone(), self.runs.len());
        self.runs.push(RunState::new(facts, Clock::new(self.zone.clone())));
        self.runs.len() - 1
    }

    /// The run of that id, created if no file recorded it.
    pub(super) fn run_of_task(&mut self, id: &str, file: &str) -> usize {
        self.find(id).unwrap_or_else(|| {
            let at = self.learn(RunFacts::named(id, file));
            self.runs[at].no_file = true;
            at
        })
    }

    /// Makes a run the one that the next events belong to; the first time with all that is known of it.
    pub(super) fn turn_to(&mut self, at: usize, sink: &mut dyn EventSink) {
        if !self.runs[at].opened {
            self.runs[at].opened = true;
            self.runs[at].plan = self.plan_for(&self.runs[at].facts);
            self.runs[at].open(sink);
        } else if self.current != Some(at) {
            let id = self.runs[at].facts.id.as_str().into();
            sink.event(Event::Run(RunInfo { id, ..RunInfo::default() }));
        }
        self.current = Some(at);
    }

    /// Emits a record as part of a run.
    pub(super) fn task(&mut self, at: usize, row: &TaskRow<'_>, sink: &mut dyn EventSink) {
        self.turn_to(at, sink);
        self.runs[at].task(row, sink);
    }

    /// Emits records, each after the try that it names as the one before.
    pub(super) fn tasks_in_order(&mut self, rows: Vec<(usize, TaskRow<'_>)>, sink: &mut dyn EventSink) {
        let place: HashMap<(usize, &str), usize> =
            rows.iter().enumerate().filter_map(|(i, (run, r))| Some(((*run, r.id.as_deref()?), i))).collect();
        let mut next: Vec<Vec<usize>> = vec![Vec::new(); rows.len()];
        let mut ready = Vec::new();
        for (i, (run, row)) in rows.iter().enumerate() {
            match row.previous.as_deref().and_then(|p| place.get(&(*run, p))) {
                Some(&before) if before != i => next[before].push(i),
                _ => ready.push(i),
            }
        }
        let mut emitted = vec![false; rows.len()];
        // Rows on a cycle of "previous" are reached by no other; they come last, in their order.
        for start in ready.into_iter().chain(0..rows.len()) {
            let mut open = vec![start];
            while let Some(i) = open.pop() {
                if !std::mem::replace(&mut emitted[i], true) {
                    self.task(rows[i].0, &rows[i].1, sink);
                    open.extend(next[i].iter().rev());
                }
            }
        }
    }

    /// The definition of a run's workflow: of several of one name the one whose folder is nearest.
    fn plan_for(&self, facts: &RunFacts) -> Option<Rc<Plan>> {
        let workflow = facts.workflow.as_deref()?;
        let near =
            |plan: &Rc<Plan>| plan.file.bytes().zip(facts.file.bytes()).take_while(|(a, b)| a == b).count();
        let fits = |plan: &&Rc<Plan>| plan.name == workflow || plan.id == workflow;
        self.plans.iter().rev().filter(fits).max_by_key(|p| near(p)).cloned()
    }

    /// Emits what needs all records to be known, and reports what was odd.
    pub(super) fn finish(&mut self, sink: &mut dyn EventSink) {
        for at in 0..self.runs.len() {
            self.turn_to(at, sink);
            self.runs[at].finish(sink);
        }
        let used: Vec<Rc<Plan>> = self.runs.iter().filter_map(|r| r.plan.clone()).collect();
        for i in 0..self.plans.len() {
            let plan = self.plans[i].clone();
            if !used.iter().any(|u| Rc::ptr_eq(u, &plan)) {
                let taken = self.find(&plan.id).is_some() || plan.id.is_empty();
                let id = if taken { plan.file.clone() } else { plan.id.clone() };
                let at = self.learn(RunFacts {
                    workflow: Some(plan.name.clone()),
                    source: Some("Kailash workflow definition"),
                    ..RunFacts::named(&id, &plan.file)
                });
                self.runs[at].opened = true;
                self.runs[at].plan = Some(plan);
                self.runs[at].open(sink);
                self.current = Some(at);
                self.runs[at].finish(sink);
            }
        }
    }
}

impl RunState<'_> {
    fn finish(&mut self, sink: &mut dyn EventSink) {
        self.emit_later_edges(sink);
        if let Some(plan) = self.plan.clone() {
            join(&plan, self, sink);
        }
        let place = self.place();
        let mut say = |count: u64, severity, code, what: &str| {
            if count > 0 {
                sink.diagnostic(Diagnostic::new(severity, code, format!("{place}: {what}")).times(count));
            }
        };
        let c = &self.counts;
        let running = self.facts.status.as_deref().map(outcome::status_of) == Some(Status::Running);
        say(
            u64::from(running && self.facts.ended.is_none()),
            Severity::Warning,
            "no-end",
            "the run is recorded as running and has no end: it still ran when this was written, or its writer stopped",
        );
        say(
            u64::from(self.no_file),
            Severity::Warning,
            "no-run-file",
            "its tasks are here, the run's own record is not: name, status and times of the run are unknown",
        );
        let is_bare = self.tasks.is_empty() && self.plan.is_none() && self.facts.workflow.is_some();
        say(
            u64::from(is_bare && !self.lost),
            Severity::Info,
            "no-tasks",
            "of this run only the summary is here, no record of a task",
        );
        let lost = self.facts.listed.iter().filter(|id| !self.knows(id)).count() as u64;
        say(lost, Severity::Warning, "missing-tasks", "the run names tasks of which no record is here");
        say(
            c.from_index,
            Severity::Info,
            "task-file-missing",
            "tasks are known from the index only, which holds node, status and times",
        );
        say(
            c.twice,
            Severity::Info,
            "recorded-twice",
            "tasks in more than one file or record: the first one is used",
        );
        say(
            c.no_previous,
            Severity::Warning,
            "retry-of-unknown",
            "tries name an earlier try that is not here; they are shown as tasks of their own",
        );
        say(
            c.end_from_duration,
            Severity::Info,
            "end-from-duration",
            "tasks have a start and a duration and no end; the end is their sum, which leaves out what the engine did around the task",
        );
        say(
            c.unmeasured,
            Severity::Info,
            "metrics-not-collected",
            "every processor, memory and I/O figure of these tasks is zero, which the engine writes when it does not measure; they are left out",
        );
        self.clock.report(&place, sink);
    }
}
