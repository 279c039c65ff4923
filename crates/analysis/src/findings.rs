//! Findings: facts worth attention, found by rules. Data only, no text.

mod evidence;
mod finding;
mod record;
mod resources;
mod tasks;
mod time;
mod waits;

use makespan_model::Order as _;
use std::cmp::Reverse;

pub use evidence::{Action, Evidence};
pub use finding::{Finding, Subject};

use crate::facts::Facts;

/// The findings about a run, worst first: by severity, then by the time they are about, then by code.
///
/// The comment of each rule defines what it looks for and its threshold; most thresholds are a share of the makespan,
/// because short times do not matter. Rules that depend on dependencies mark inferred ones, or are skipped for them.
/// Costs what all facts cost, O((n + a) log n + e).
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

impl Facts {
    /// See [`findings()`].
    pub fn findings(&self) -> &[Finding] {
        self.findings.get_or_init(|| findings(self))
    }
}
