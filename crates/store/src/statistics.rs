//! Statistics of many runs.

use std::collections::BTreeMap;

use makespan_format::Status;

use crate::{RunState, Tally};

/// Nanoseconds per day.
pub(crate) const DAY: i64 = 86_400_000_000_000;

/// The property by which runs are grouped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// All runs in one group.
    #[default]
    All,
    /// By workflow; runs without one form a group of their own.
    Workflow,
    /// By the UTC day of [`RunState::at`].
    Day,
}

/// The common property of a group of runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// None: the group contains all runs.
    All,
    /// The workflow.
    Workflow(Option<String>),
    /// The day, counted from 1970-01-01.
    Day(i64),
}

/// Number of runs per status in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// The group.
    pub group: Group,
    /// Number of runs per status.
    pub runs: Tally,
    /// Number of runs without a known status.
    pub unknown: u64,
}

impl Counts {
    pub(crate) fn new(group: Group) -> Counts {
        Counts { group, runs: Tally::default(), unknown: 0 }
    }

    /// Returns the number of runs.
    pub fn total(&self) -> u64 {
        self.runs.total() + self.unknown
    }

    /// Returns the fraction of finished runs (any final status) that succeeded or were cached, 0 to 1; `None` if no run
    /// has finished.
    pub fn success_rate(&self) -> Option<f64> {
        let sum = |fits: fn(Status) -> bool| -> u64 {
            Status::ALL.into_iter().filter(|s| fits(*s)).map(|s| self.runs.of(s)).sum()
        };
        let over = sum(Status::is_terminal);
        (over > 0).then(|| sum(|s| matches!(s, Status::Succeeded | Status::Cached)) as f64 / over as f64)
    }

    /// Counts runs, for back ends that hold them in memory. The groups are sorted.
    pub fn of<'r>(grouping: Grouping, runs: impl Iterator<Item = &'r RunState>) -> Vec<Counts> {
        let mut groups: BTreeMap<Group, Counts> = BTreeMap::new();
        for run in runs {
            let group = match grouping {
                Grouping::All => Group::All,
                Grouping::Workflow => Group::Workflow(run.workflow.clone()),
                Grouping::Day => Group::Day(run.at().div_euclid(DAY)),
            };
            let counts = groups.entry(group.clone()).or_insert_with(|| Counts::new(group));
            match run.status() {
                Some(status) => counts.runs.add(status),
                None => counts.unknown += 1,
            }
        }
        groups.into_values().collect()
    }
}

/// Distribution of the makespans of finished runs with known times, in ns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Durations {
    /// Number of runs.
    pub runs: u64,
    /// The shortest.
    pub min: i64,
    /// The mean, rounded down.
    pub mean: i64,
    /// The median: the value at position ⌈n/2⌉ of the sorted makespans (nearest rank).
    pub median: i64,
    /// The 95th percentile: the value at position ⌈0.95 n⌉ of the sorted makespans.
    pub p95: i64,
    /// The longest.
    pub max: i64,
}

impl Durations {
    /// Returns the index, from 0, of the nearest rank for `percent` among `count` sorted values.
    pub fn rank(count: u64, percent: u64) -> u64 {
        (u128::from(count) * u128::from(percent)).div_ceil(100).saturating_sub(1) as u64
    }

    /// Computes the distribution, for back ends that hold runs in memory; `None` if no finished run has known times.
    pub fn of<'r>(runs: impl Iterator<Item = &'r RunState>) -> Option<Durations> {
        let mut all: Vec<i64> = runs.filter_map(RunState::makespan).collect();
        all.sort_unstable();
        let count = all.len() as u64;
        let at = |percent| all.get(Durations::rank(count, percent) as usize).copied();
        let sum: i128 = all.iter().map(|&d| i128::from(d)).sum();
        Some(Durations {
            runs: count,
            min: *all.first()?,
            mean: (sum / i128::from(count)) as i64,
            median: at(50)?,
            p95: at(95)?,
            max: *all.last()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_ranks() {
        assert_eq!([1, 2, 3, 4, 100].map(|n| Durations::rank(n, 50)), [0, 0, 1, 1, 49]);
        assert_eq!([1, 10, 20, 100, 101].map(|n| Durations::rank(n, 95)), [0, 9, 18, 94, 95]);
        assert_eq!(Durations::rank(u64::MAX, 95), 17_524_406_870_024_074_034);
    }

    #[test]
    fn without_finished_runs_the_success_rate_is_unknown() {
        let mut counts = Counts::new(Group::All);
        counts.runs.add(Status::Running);
        assert_eq!(counts.success_rate(), None);
        counts.runs.add(Status::Succeeded);
        counts.runs.add(Status::Cached);
        counts.runs.add(Status::Failed);
        counts.runs.add(Status::Cancelled);
        assert_eq!(counts.success_rate(), Some(0.5));
    }
}
