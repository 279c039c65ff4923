//! Values of earlier runs of a workflow that rules compare with.

use std::collections::BTreeMap;

use makespan_analysis::{Facts, judge as judge_figure};
use makespan_format::Status;
use makespan_model::quantile;

use crate::rule::{AlertRule, Condition, RunLimit};

/// Values of earlier runs. Its size does not depend on the size of the runs.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    /// For each rule, by name, its figure in each run.
    figures: BTreeMap<String, Vec<makespan_analysis::Judged>>,
    /// For each step, the durations of the attempts that succeeded, ns, unordered.
    steps: BTreeMap<String, Vec<i64>>,
}

impl Baseline {
    /// Adds a finished run. O(attempts), plus the cost of the figures.
    pub fn add(&mut self, rules: &[AlertRule], earlier: &Facts) {
        let mut steps_wanted = false;
        for rule in rules.iter().filter(|rule| rule.condition.needs_baseline()) {
            match &rule.condition {
                Condition::Figure(gate) => {
                    let found = judge_figure(earlier, gate.rule());
                    self.figures.entry(rule.name.clone()).or_default().push(found);
                }
                _ => steps_wanted = true,
            }
        }
        if !steps_wanted {
            return;
        }
        let run = earlier.run();
        for task in run.task_ids() {
            for attempt in run.attempts_of(task) {
                if run.attempts.status[attempt.index()] == Status::Succeeded
                    && let Some((start, end)) = run.interval(attempt)
                {
                    let step = self.steps.entry(run.task_step(task).to_owned()).or_default();
                    step.push(end.saturating_sub(start));
                }
            }
        }
    }

    /// Returns the values of a rule's figure in the runs.
    pub(crate) fn figures(&self, rule: &AlertRule) -> &[makespan_analysis::Judged] {
        self.figures.get(&rule.name).map_or(&[], Vec::as_slice)
    }

    /// Returns how long a task of a step may run, ns; `None` if earlier runs have no such task. O(n log n).
    pub(crate) fn limit(&self, limit: RunLimit, step: &str) -> Option<i64> {
        let of = |part: f64| {
            let mut known: Vec<f64> = self.steps.get(step)?.iter().map(|ns| *ns as f64).collect();
            known.sort_by(f64::total_cmp);
            quantile(&known, part)
        };
        match limit {
            RunLimit::Length(ns) => Some(ns),
            RunLimit::Share(share) => of(0.5).map(|median| (median * share) as i64),
            RunLimit::Percentile(p) => of(p / 100.0).map(|ns| ns as i64),
        }
    }
}
