//! A run under construction: its tasks, their ids, and their dependencies.

use std::rc::Rc;

use makespan_format::{Event, EventSink, Fields, RunInfo, Status};
use makespan_model::{HashMap, HashSet, Interner, NONE, Order as _, StrId};

use super::plan::Plan;
use super::record::{RunFacts, error_info};
use crate::outcome;
use crate::tally::clip;
use crate::times::Clock;

/// A task that was read.
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

/// Dependencies that were read.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// What each task depends on by its first record, sorted.
    first: Vec<u32>,
    /// The others: task, and what it depends on.
    more: HashSet<(u32, u32)>,
}

/// A run while it is read.
#[derive(Debug)]
pub(super) struct RunState<'z> {
    pub(super) facts: RunFacts,
    pub(super) clock: Clock<'z>,
    pub(super) plan: Option<Rc<Plan>>,
    pub(super) tasks: Vec<ToldTask>,
    /// The ids of all tries, and the task of each.
    ids: Interner,
    task_of: Vec<u32>,
    /// Tasks of a node, in the order read.
    pub(super) nodes: HashMap<String, Vec<u32>>,
    /// Highest number given to a record of a node that had no id.
    pub(super) numbered: HashMap<String, usize>,
    edges: Edges,
    /// Dependencies on ids that were not known yet.
    pub(super) later: Vec<(u32, String)>,
    /// Numbers taken by further tries of a task.
    pub(super) numbers: HashSet<(u32, u32)>,
    /// Tries that were read without metrics, which another record of them may have.
    pub(super) unmeasured: HashMap<StrId, (u32, Option<i64>)>,
    pub(super) counts: Counts,
    /// Whether no file recorded the run itself.
    pub(super) no_file: bool,
    /// Whether it was said why its tasks are not here.
    pub(super) lost: bool,
    pub(super) opened: bool,
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

impl<'z> RunState<'z> {
    /// A run of which nothing was read yet.
    pub(super) fn new(facts: RunFacts, clock: Clock<'z>) -> RunState<'z> {
        RunState {
            facts,
            clock,
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
        }
    }
}

impl RunState<'_> {
    /// Whether a record of that id was read.
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

    /// The ids of all records that were read.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        (1..self.ids.len() as u32).map(|id| self.ids.get(StrId(id)))
    }

    /// The id of a record as the run knows it, and the task that a record of that id belongs to.
    pub(super) fn name(&mut self, id: &str) -> (StrId, Option<u32>) {
        let id = self.ids.intern(id);
        if self.task_of.len() < self.ids.len() {
            self.task_of.push(NONE);
        }
        (id, self.task_of.get(id.0 as usize).copied().filter(|t| *t != NONE))
    }

    /// Notes of which task the record of that id is.
    pub(super) fn record_task(&mut self, id: StrId, task: u32) {
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

    /// Notes what the task that was added last depends on; those that are new, each once.
    pub(super) fn first_edges(&mut self, on: &mut Vec<u32>) {
        if on.is_sorted_by(|a, b| a < b) {
            self.edges.first.extend_from_slice(on);
            return;
        }
        let mut sorted = on.clone();
        sorted.order();
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

    /// Emits the run itself.
    pub(super) fn open(&mut self, sink: &mut dyn EventSink) {
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
}
