//! A finding.

use makespan_model::{Run, Severity, Status, TaskId, UNKNOWN};

use super::evidence::{Action, Evidence};

/// Maximum number of tasks that a finding lists; the total number is kept beside them.
const NAMED: usize = 20;

/// The subject of a finding besides its tasks. The views decide where it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The task that shows it best.
    pub task: Option<TaskId>,
    /// The part of time, ns since the epoch.
    pub window: Option<(i64, i64)>,
    /// The step.
    pub step: Option<String>,
    /// The status of the tasks.
    pub status: Option<Status>,
}

impl Subject {
    pub(super) fn task(self, task: Option<TaskId>) -> Subject {
        Subject { task, ..self }
    }

    pub(super) fn window(self, from: i64, to: i64) -> Subject {
        Subject { window: (from < to).then_some((from, to)), ..self }
    }

    pub(super) fn step(self, step: &str) -> Subject {
        Subject { step: Some(step.to_owned()), ..self }
    }
}

/// Something worth a look.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Severity.
    pub severity: Severity,
    /// Evidence.
    pub evidence: Evidence,
    /// The time it is about, ns: never more than the makespan for what delays the run, work for what wastes it, 0 where
    /// neither is known. Orders findings of one severity; it is not a promised saving.
    pub cost: i64,
    /// The tasks it is about, the most telling ones first, 20 at most.
    pub tasks: Vec<TaskId>,
    /// Number of tasks concerned.
    pub concerned: u32,
    /// Other subjects.
    pub subject: Subject,
}

impl Finding {
    pub(super) fn new(severity: Severity, evidence: Evidence, cost: i64, subject: Subject) -> Finding {
        Finding { severity, evidence, cost, tasks: Vec::new(), concerned: 0, subject }
    }

    /// The same about tasks, the most telling ones first.
    pub(super) fn about(mut self, tasks: impl IntoIterator<Item = TaskId>) -> Finding {
        for task in tasks {
            self.concerned += 1;
            if self.tasks.len() < NAMED {
                self.tasks.push(task);
            }
        }
        self
    }

    /// A stable name of the rule in kebab case.
    pub fn code(&self) -> &'static str {
        self.evidence.code()
    }

    /// Returns the suggested action.
    pub fn action(&self) -> Action {
        self.evidence.action()
    }
}

/// Returns the span and the makespan of a run, if the makespan is above 0.
pub(super) fn span(run: &Run) -> Option<(i64, i64, i64)> {
    let (start, end) = run.span()?;
    let makespan = end.saturating_sub(start);
    (makespan > 0).then_some((start, end, makespan))
}

/// The first start of an attempt that has no end, or the end of time: what was executing after it is not known, so that
/// nobody can say of a moment that nothing was.
pub(super) fn known_until(run: &Run) -> i64 {
    let times = run.attempts.started.iter().zip(&run.attempts.ended);
    let open = times.filter(|(s, e)| **s != UNKNOWN && **e == UNKNOWN);
    open.map(|(s, _)| *s).min().unwrap_or(i64::MAX)
}

/// Returns a part of a whole, 0 to 1; 0 if the whole is 0.
pub(super) fn share(part: i64, whole: i64) -> f64 {
    if whole > 0 { part as f64 / whole as f64 } else { 0.0 }
}

/// Worth a warning from a share on, else worth knowing.
pub(super) fn warning_from(limit: f64, share: f64) -> Severity {
    if share >= limit { Severity::Warning } else { Severity::Info }
}
