//! All facts about one run, each computed when first asked for.

use std::cell::OnceCell;
use std::sync::Arc;

use makespan_model::{Run, TaskId};

use crate::bounds::bounds_with;
use crate::causes::{causes_with, wait_pieces_with};
use crate::near_critical::near_critical_with;
use crate::observed::observed_path_with;
use crate::retries::retries_with;
use crate::slots::Slots;
use crate::slowest::{own_times_of, slowest_with};
use crate::steps::steps_with;
use crate::totals::totals_with;
use crate::utilisation::utilisation_with;
use crate::workers::workers_with;
use crate::*;

/// A run and its facts: every fact is computed when it is first needed, and kept.
#[derive(Debug)]
pub struct Facts {
    run: Arc<Run>,
    totals: OnceCell<Totals>,
    busy: OnceCell<Busy>,
    concurrency: OnceCell<Concurrency>,
    critical_path: OnceCell<Option<CriticalPath>>,
    slack: OnceCell<Slack>,
    waiting: OnceCell<Waiting>,
    steps: OnceCell<Vec<StepStat>>,
    workers: OnceCell<Vec<WorkerUse>>,
    errors: OnceCell<Errors>,
    differences: OnceCell<Vec<Difference>>,
    measures: OnceCell<Measures>,
    slots: OnceCell<Slots>,
    observed_path: OnceCell<Option<ObservedPath>>,
    bounds: OnceCell<Option<Bounds>>,
    utilisation: OnceCell<Utilisation>,
    causes: OnceCell<Causes>,
    stragglers: OnceCell<Vec<Straggler>>,
    retries: OnceCell<Retries>,
    requests: OnceCell<Requests>,
    gates: OnceCell<Gates>,
    is_trace: OnceCell<bool>,
    pub(crate) findings: OnceCell<Vec<Finding>>,
}

impl Facts {
    /// The facts about a run; computes nothing yet.
    pub fn new(run: Arc<Run>) -> Facts {
        Facts {
            run,
            totals: OnceCell::new(),
            busy: OnceCell::new(),
            concurrency: OnceCell::new(),
            critical_path: OnceCell::new(),
            slack: OnceCell::new(),
            waiting: OnceCell::new(),
            steps: OnceCell::new(),
            workers: OnceCell::new(),
            errors: OnceCell::new(),
            differences: OnceCell::new(),
            measures: OnceCell::new(),
            slots: OnceCell::new(),
            observed_path: OnceCell::new(),
            bounds: OnceCell::new(),
            utilisation: OnceCell::new(),
            causes: OnceCell::new(),
            stragglers: OnceCell::new(),
            retries: OnceCell::new(),
            requests: OnceCell::new(),
            gates: OnceCell::new(),
            is_trace: OnceCell::new(),
            findings: OnceCell::new(),
        }
    }

    /// Returns the run, for callers that keep it.
    pub fn shared_run(&self) -> Arc<Run> {
        Arc::clone(&self.run)
    }

    /// The run.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// See [`totals()`].
    pub fn totals(&self) -> &Totals {
        self.totals.get_or_init(|| totals_with(&self.run, self.busy()))
    }

    /// See [`busy()`].
    pub fn busy(&self) -> &Busy {
        self.busy.get_or_init(|| busy(&self.run))
    }

    /// See [`concurrency()`].
    pub fn concurrency(&self) -> &Concurrency {
        self.concurrency.get_or_init(|| concurrency(&self.run, self.busy()))
    }

    /// See [`critical_path()`].
    pub fn critical_path(&self) -> Option<&CriticalPath> {
        self.critical_path.get_or_init(|| critical_path(&self.run)).as_ref()
    }

    /// See [`slack()`].
    pub fn slack(&self) -> &Slack {
        self.slack.get_or_init(|| slack(&self.run))
    }

    /// See [`waiting()`].
    pub fn waiting(&self) -> &Waiting {
        self.waiting.get_or_init(|| waiting(&self.run))
    }

    /// See [`steps()`].
    pub fn steps(&self) -> &[StepStat] {
        self.steps.get_or_init(|| steps_with([(&*self.run, self.busy(), self.critical_path())]))
    }

    /// See [`workers()`].
    pub fn workers(&self) -> &[WorkerUse] {
        self.workers.get_or_init(|| workers_with(&self.run, self.busy()))
    }

    /// See [`errors()`].
    pub fn errors(&self) -> &Errors {
        self.errors.get_or_init(|| errors(&self.run))
    }

    /// See [`differences()`].
    pub fn differences(&self) -> &[Difference] {
        self.differences.get_or_init(|| differences(&self.run, self.totals()))
    }

    /// See [`measures()`].
    pub fn measures(&self) -> &Measures {
        self.measures.get_or_init(|| measures(&self.run))
    }

    fn slots(&self) -> &Slots {
        self.slots.get_or_init(|| Slots::new(&self.run, self.busy()))
    }

    /// See [`observed_path()`].
    pub fn observed_path(&self) -> Option<&ObservedPath> {
        let path = || observed_path_with(&self.run, self.busy(), self.slots());
        self.observed_path.get_or_init(path).as_ref()
    }

    /// See [`near_critical()`]; not kept.
    pub fn near_critical(&self, k: usize) -> Vec<NearCritical> {
        near_critical_with(&self.run, self.critical_path(), k)
    }

    /// See [`bounds()`].
    pub fn bounds(&self) -> Option<&Bounds> {
        let bounds =
            || bounds_with(&self.run, self.busy(), self.concurrency(), self.critical_path(), self.slots());
        self.bounds.get_or_init(bounds).as_ref()
    }

    /// See [`utilisation()`].
    pub fn utilisation(&self) -> &Utilisation {
        self.utilisation.get_or_init(|| utilisation_with(&self.run, self.busy()))
    }

    /// See [`causes()`].
    pub fn causes(&self) -> &Causes {
        self.causes.get_or_init(|| causes_with(&self.run, self.waiting(), self.slots()))
    }

    /// Returns what a task waited for, in order of time: without gaps from the earliest moment at which it could have
    /// been ready to its first start, and between its attempts; see [`causes()`]. Empty if nothing is known. Not
    /// cached.
    pub fn wait_pieces(&self, task: TaskId) -> Vec<WaitPiece> {
        wait_pieces_with(&self.run, self.waiting(), self.causes(), self.slots(), task)
    }

    /// See [`stragglers()`].
    pub fn stragglers(&self) -> &[Straggler] {
        self.stragglers.get_or_init(|| stragglers(&self.run))
    }

    /// See [`retries()`].
    pub fn retries(&self) -> &Retries {
        self.retries.get_or_init(|| retries_with(&self.run, self.busy(), self.waiting()))
    }

    /// See [`requests()`].
    pub fn requests(&self) -> &Requests {
        self.requests.get_or_init(|| requests(&self.run, self.measures()))
    }

    /// See [`gates()`].
    pub fn gates(&self) -> &Gates {
        self.gates.get_or_init(|| gates(&self.run))
    }

    /// See [`slowest()`]; not kept.
    pub fn slowest(&self, n: usize) -> Vec<TaskId> {
        slowest_with(&self.run, self.busy(), n)
    }

    /// By task the time in which it was executing itself, ns, of a run in which tasks contain others; none of any other. Not
    /// kept.
    pub fn own_times(&self) -> Option<Vec<i64>> {
        own_times_of(&self.run, self.busy())
    }

    /// See [`is_trace()`].
    pub fn is_trace(&self) -> bool {
        *self.is_trace.get_or_init(|| is_trace(&self.run))
    }

    /// See [`upstream()`]; not kept.
    pub fn upstream(&self, task: TaskId) -> Vec<bool> {
        upstream(&self.run, task)
    }

    /// See [`downstream()`]; not kept.
    pub fn downstream(&self, task: TaskId) -> Vec<bool> {
        downstream(&self.run, task)
    }
}
