//! All facts about one run, each computed when first asked for.

use std::cell::OnceCell;
use std::sync::Arc;

use makespan_model::{Run, TaskId};

use crate::steps::steps_with;
use crate::totals::totals_with;
use crate::workers::workers_with;
use crate::*;

/// A run and what is known about it: every fact is computed when it is first asked for and kept.
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
        }
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
        self.steps.get_or_init(|| steps_with(&self.run, self.busy()))
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

    /// See [`slowest()`]; not kept.
    pub fn slowest(&self, n: usize) -> Vec<TaskId> {
        slowest(&self.run, n)
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
