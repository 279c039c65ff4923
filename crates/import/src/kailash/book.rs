//! The runs that the files tell of, and the events of each.

use std::rc::Rc;

use foldhash::{HashMap, HashSet};
use makespan_format::{Diagnostic, Event, EventSink, Fields, RunInfo, Severity, Status};
use makespan_model::{Interner, NONE, StrId};

use super::plan::Plan;
use super::record::{RunFacts, TaskRow, error_info};
use crate::importer::Zone;
use crate::outcome;
use crate::tally::clip;
use crate::times::Clock;

/// A task that was told.
#[derive(Debug)]
pub(super) struct ToldTask {
    /// Its id, among those of the run.
    id: StrId,
    /// Highest number of a try, and the number of the first.
    pub(super) tries: u32,
    pub(super) first: u32,
    /// Where what it depends on begins in [`Edges`].
    edges: u32,
    /// Times of its last try, where known.
    pub(super) started: Option<i64>,
    pub(super) ended: Option<i64>,
    pub(super) status: Option<Status>,
    /// Whether its status was declared because it had no try.
    pub(super) declared: bool,
}

/// Dependencies that were told.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// What each task depends on by its first record, sorted.
    first: Vec<u32>,
    /// The others: task, and what it depends on.
    more: HashSet<(u32, u32)>,
}

/// A run while it is told.
#[derive(Debug)]
pub(super) struct RunState<'z> {
    pub(super) facts: RunFacts,
    pub(super) clock: Clock<'z>,
    pub(super) plan: Option<Rc<Plan>>,
    pub(super) tasks: Vec<ToldTask>,
    /// The ids of all tries, and the task of each.
    ids: Interner,
    task_of: Vec<u32>,
    /// Tasks of a node, in the order told.
    pub(super) nodes: HashMap<String, Vec<u32>>,
    /// Highest number given to a record of a node that had no id.
    pub(super) numbered: HashMap<String, usize>,
    edges: Edges,
    /// Dependencies on ids that were not known yet.
    pub(super) later: Vec<(u32, String)>,
    /// Numbers taken by further tries of a task.
    pub(super) numbers: HashSet<(u32, u32)>,
    /// Tries that were told without metrics, which another record of them may have.
    pub(super) unmeasured: HashMap<StrId, (u32, Option<i64>)>,
    pub(super) counts: Counts,
    /// Whether no file told of the run itself.
    pub(super) no_file: bool,
    /// Whether it was said why its tasks are not here.
    pub(super) lost: bool,
    opened: bool,
}

/// What was met more than once and is said once.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) twice: u64,
    pub(super) unmeasured: u64,
    pub(super) no_previous: u64,
    pub(super) end_from_duration: u64,
    pub(super) from_index: u64,
}

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

    /// Takes what a file says of a run; before its first task is told.
    pub(super) fn learn(&mut self, facts: RunFacts) -> usize {
        if let Some(at) = self.find(&facts.id) {
            self.runs[at].facts.merge(facts);
            return at;
        }
        self.by_id.insert(facts.id.clone(), self.runs.len());
        self.runs.push(RunState {
            facts,
            clock: Clock::new(self.zone.clone()),
            plan: None,
            tasks: Vec::new(),
            ids: Interner::default(),
            task_of: vec![NONE],
            nodes: HashMap::default(),
            numbered: HashMap::default(),
            edges: Edges::default(),
            later: Vec::new(),
            numbers: HashSet::default(),
            unmeasured: HashMap::default(),
            counts: Counts::default(),
            no_file: false,
            lost: false,
            opened: false,
        });
        self.runs.len() - 1
    }

    /// The run of that id, made where no file told of it.
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

    /// Tells a record as part of a run.
    pub(super) fn task(&mut self, at: usize, row: &TaskRow<'_>, sink: &mut dyn EventSink) {
        self.turn_to(at, sink);
        self.runs[at].task(row, sink);
    }

    /// Tells records, each after the try that it names as the one before.
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
        let mut told = vec![false; rows.len()];
        // Rows on a cycle of "previous" are reached by no other; they come last, in their order.
        for start in ready.into_iter().chain(0..rows.len()) {
            let mut open = vec![start];
            while let Some(i) = open.pop() {
                if !std::mem::replace(&mut told[i], true) {
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

    /// Tells what can only be told when all records are known, and what was odd.
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
    /// Whether a record of that id was told.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.task_of(id).is_some()
    }

    /// The task of the record of that id.
    pub(super) fn task_of(&self, id: &str) -> Option<u32> {
        let id = self.ids.find(id)?;
        self.task_of.get(id.0 as usize).copied().filter(|t| *t != NONE)
    }

    /// The id of a task.
    pub(super) fn id_of(&self, task: u32) -> &str {
        self.tasks.get(task as usize).map_or("", |t| self.ids.get(t.id))
    }

    /// The ids of all records that were told.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        (1..self.ids.len() as u32).map(|id| self.ids.get(StrId(id)))
    }

    /// The id of a record as the run knows it, and the task that a record of that id told of.
    pub(super) fn name(&mut self, id: &str) -> (StrId, Option<u32>) {
        let id = self.ids.intern(id);
        if self.task_of.len() < self.ids.len() {
            self.task_of.push(NONE);
        }
        (id, self.task_of.get(id.0 as usize).copied().filter(|t| *t != NONE))
    }

    /// Notes of which task the record of that id tells.
    pub(super) fn tells_of(&mut self, id: StrId, task: u32) {
        if let Some(slot) = self.task_of.get_mut(id.0 as usize) {
            *slot = task;
        }
    }

    /// Adds the task whose record got that id.
    pub(super) fn add(&mut self, id: StrId, number: u32, declared: bool) {
        let edges = self.edges.first.len() as u32;
        if self.tasks.len() == self.tasks.capacity() {
            // By a quarter: doubling what holds millions is most of the memory for a moment.
            self.tasks.reserve_exact(self.tasks.len() / 4 + 1024);
        }
        self.tasks.push(ToldTask {
            id,
            tries: 0,
            first: number,
            edges,
            started: None,
            ended: None,
            status: None,
            declared,
        });
    }

    /// Notes what the task that was added last depends on; those that are told now, each once.
    pub(super) fn first_edges(&mut self, on: &mut Vec<u32>) {
        let mut sorted = on.clone();
        sorted.sort_unstable();
        sorted.dedup();
        if sorted.len() < on.len() {
            let mut seen = HashSet::default();
            on.retain(|task| seen.insert(*task));
        }
        self.edges.first.append(&mut sorted);
    }

    /// Notes a dependency; whether it is new.
    pub(super) fn add_edge(&mut self, task: u32, on: u32) -> bool {
        let place = |task: usize| self.tasks.get(task).map(|t| t.edges as usize);
        let all = &self.edges.first;
        let range = place(task as usize).unwrap_or(all.len())..place(task as usize + 1).unwrap_or(all.len());
        let is_known = all.get(range).is_some_and(|known| known.binary_search(&on).is_ok());
        !is_known && self.edges.more.insert((task, on))
    }

    /// How messages call the run.
    pub(super) fn place(&self) -> String {
        format!("{} (run {})", self.facts.file, clip(&self.facts.id))
    }

    fn open(&mut self, sink: &mut dyn EventSink) {
        let facts = &self.facts;
        let started = self.clock.maybe(facts.started.as_ref());
        let ended = self.clock.maybe(facts.ended.as_ref());
        let mut all = facts.labels.clone();
        if let Some(plan) = &self.plan {
            plan.labels.iter().for_each(|(key, value)| all.add(key, value));
        }
        let (mut labels, mut stored) = (Fields::new(), Fields::new());
        all.iter().for_each(|(key, value)| {
            labels.raw(key, value);
        });
        if let Some(status) = &facts.status {
            stored.str("status", status);
        }
        facts.stored.iter().filter(|(key, _)| key != "status").for_each(|(key, value)| {
            stored.raw(key, value);
        });
        sink.event(Event::Run(RunInfo {
            id: facts.id.as_str().into(),
            name: facts.name.as_deref().map(Into::into),
            workflow: facts.workflow.as_deref().map(Into::into),
            status: facts.status.as_deref().map(outcome::status_of),
            started,
            ended,
            source: Some(facts.source.unwrap_or("Kailash").into()),
            error: facts.error.as_deref().map(error_info),
            labels: labels.finish(),
            params: facts.params.as_deref().map(makespan_format::Json::from_raw),
            stored: stored.finish(),
            infer_edges: None,
        }));
    }

    fn finish(&mut self, sink: &mut dyn EventSink) {
        self.tell_later_edges(sink);
        if let Some(plan) = self.plan.clone() {
            plan.join(self, sink);
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
            "told-twice",
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
