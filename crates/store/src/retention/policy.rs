//! Retention rules.

use makespan_format::time::SECOND;

use crate::RunState;

pub(super) const DAY: i64 = 86_400 * SECOND;
/// Time for which a run stays in the trash before it is deleted permanently, ns.
pub const IN_TRASH: i64 = DAY;
/// 1990-01-01 in ns since the epoch: an earlier end comes from a clock that was not set.
const EARLIEST: i64 = 631_152_000 * SECOND;
/// Maximum distance of an end in the future, ns: the clocks of machines differ.
const LATEST: i64 = DAY;

/// Retention rules. Runs that are pinned, active, or without a plausible end are always kept; without `older_than`,
/// `keep_last` and `max_size` all runs are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Minimum age of runs to remove, since their end, ns.
    pub older_than: Option<i64>,
    /// Keeps this number of most recent runs of each workflow, by [`RunState::at`]. Without a rule about age or size,
    /// all other runs are removed.
    pub keep_last: Option<u64>,
    /// Removes the runs that ended first until the lines of all runs have at most this size ([`RunState::bytes`]).
    pub max_size: Option<u64>,
    /// Whether to keep failed runs.
    pub keep_failed: bool,
}

/// The reason for removing a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It ended this long ago, ns.
    Age(i64),
    /// This number of runs of its workflow are more recent.
    Count(u64),
    /// The size limit is exceeded.
    Size,
}

/// Why a run is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// It is pinned.
    Pinned,
    /// It has not finished.
    Active,
    /// Its end is unknown or implausible.
    Undated,
    /// It failed, and failed runs are kept.
    Failed,
    /// It is among the most recent runs of its workflow.
    Last,
    /// No rule removes it.
    Wanted,
}

impl Kept {
    /// Returns a stable name, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Kept::Pinned => "pinned",
            Kept::Active => "active",
            Kept::Undated => "undated",
            Kept::Failed => "failed",
            Kept::Last => "last",
            Kept::Wanted => "wanted",
        }
    }
}

impl Policy {
    /// Returns how long ago a run ended at `now`, ns, if the policy permits its removal; otherwise the reason for
    /// keeping it. `later` is the number of more recent runs of its workflow.
    pub(super) fn age(&self, run: &RunState, later: u64, now: i64) -> Result<i64, Kept> {
        if run.pinned {
            return Err(Kept::Pinned);
        }
        if run.is_active() {
            return Err(Kept::Active);
        }
        let plausible = EARLIEST..=now.saturating_add(LATEST);
        let ended = run.ended().filter(|ended| plausible.contains(ended)).ok_or(Kept::Undated)?;
        if self.keep_failed && run.status().is_some_and(|status| status.is_failure()) {
            return Err(Kept::Failed);
        }
        if self.keep_last.is_some_and(|last| later < last) {
            return Err(Kept::Last);
        }
        Ok(now.saturating_sub(ended))
    }

    /// Returns the reason for removing a run that may be removed, regardless of the size limit.
    pub(super) fn reason(&self, age: i64, later: u64) -> Option<Reason> {
        if self.older_than.is_some_and(|most| age > most) {
            return Some(Reason::Age(age));
        }
        let is_alone = self.older_than.is_none() && self.max_size.is_none();
        (self.keep_last.is_some() && is_alone).then_some(Reason::Count(later))
    }
}
