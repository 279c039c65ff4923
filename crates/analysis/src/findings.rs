//! What is worth a look, found by rules: data only, no prose.

mod evidence;
mod record;
mod resources;
mod tasks;
mod time;
mod waits;

use std::cmp::Reverse;

use makespan_model::Order as _;
use makespan_model::{Run, Severity, Status, TaskId, UNKNOWN};

pub use evidence::{Action, Evidence};

use crate::Facts;

/// How many tasks a finding names at most; how many it is about is told beside them.
const NAMED: usize = 20;

/// A way of looking at a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sight {
    /// All in one page.
    #[default]
    Overview,
    /// Attempts over time.
    Timeline,
    /// The same, a lane for each worker.
    Workers,
    /// Tasks and what they depend on.
    Graph,
    /// Tasks in rows.
    Table,
}

/// Where a finding can be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// How to look.
    pub sight: Sight,
    /// The task to select.
    pub task: Option<TaskId>,
    /// The part of time to show, ns since the epoch.
    pub window: Option<(i64, i64)>,
    /// Only tasks of this step.
    pub step: Option<String>,
    /// Only tasks of this status.
    pub status: Option<Status>,
    /// Whether to mark the critical path.
    pub critical: bool,
}

impl Place {
    fn new(sight: Sight) -> Place {
        Place { sight, ..Place::default() }
    }

    fn task(self, task: Option<TaskId>) -> Place {
        Place { task, ..self }
    }

    fn window(self, from: i64, to: i64) -> Place {
        Place { window: (from < to).then_some((from, to)), ..self }
    }

    fn step(self, step: &str) -> Place {
        Place { step: Some(step.to_owned()), ..self }
    }
}

/// Something worth a look.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What was found.
    pub evidence: Evidence,
    /// The time it is about, ns: never more than the makespan for what delays the run, work for what wastes it, 0 where
    /// neither can be told. Orders findings of one severity, and promises no saving.
    pub cost: i64,
    /// The tasks it is about, the most telling ones first, 20 at most.
    pub tasks: Vec<TaskId>,
    /// How many tasks it is about.
    pub concerned: u32,
    /// Where to see it.
    pub place: Place,
}

impl Finding {
    fn new(severity: Severity, evidence: Evidence, cost: i64, place: Place) -> Finding {
        Finding { severity, evidence, cost, tasks: Vec::new(), concerned: 0, place }
    }

    /// The same about tasks, the most telling ones first.
    fn about(mut self, tasks: impl IntoIterator<Item = TaskId>) -> Finding {
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

    /// What may be done about it.
    pub fn action(&self) -> Action {
        self.evidence.action()
    }
}

/// The findings about a run, worst first: by severity, then by the time they are about, then by code.
///
/// Each rule says in its own comment what it looks for and from where on it speaks; most speak from a share of the
/// makespan on, since what takes no time is no concern. Rules that rest on dependencies say so where those are inferred,
/// or keep silent. What all facts cost, O((n + a) log n + e).
pub fn findings(facts: &Facts) -> Vec<Finding> {
    let mut out = Vec::new();
    time::find(facts, &mut out);
    tasks::find(facts, &mut out);
    waits::find(facts, &mut out);
    resources::find(facts, &mut out);
    record::find(facts, &mut out);
    out.order_by(|a, b| {
        let order = |f: &Finding| (Reverse(f.severity), Reverse(f.cost));
        order(a).cmp(&order(b)).then_with(|| a.code().cmp(b.code()))
    });
    out
}

/// The span and the makespan of a run, where that is above 0.
fn span(run: &Run) -> Option<(i64, i64, i64)> {
    let (start, end) = run.span()?;
    let makespan = end.saturating_sub(start);
    (makespan > 0).then_some((start, end, makespan))
}

/// The first start of an attempt that has no end, or the end of time: what was at work after it is not known, so that
/// nobody can say of a moment that nothing was.
fn known_until(run: &Run) -> i64 {
    let times = run.attempts.started.iter().zip(&run.attempts.ended);
    let open = times.filter(|(s, e)| **s != UNKNOWN && **e == UNKNOWN);
    open.map(|(s, _)| *s).min().unwrap_or(i64::MAX)
}

/// A part of a whole, 0 to 1; 0 where there is no whole.
fn share(part: i64, whole: i64) -> f64 {
    if whole > 0 { part as f64 / whole as f64 } else { 0.0 }
}

/// Worth a warning from a share on, else worth knowing.
fn warning_from(limit: f64, share: f64) -> Severity {
    if share >= limit { Severity::Warning } else { Severity::Info }
}
