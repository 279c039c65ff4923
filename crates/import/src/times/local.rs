//! Local times that a clock showed twice, or not at all.

use std::borrow::Cow;
use std::collections::HashMap;

use makespan_format::Attempt;
use makespan_format::time::SECOND;

use crate::importer::Zone;

const DAY: i64 = 86_400;

/// Finds the offset of local times, and the times that occur twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Local {
    /// The day that was asked for last, and whether its clocks change.
    day: Option<(i64, bool)>,
    /// Times that occur twice: the first occurrence in seconds, and how many later the second one is.
    open: HashMap<i64, i64>,
    /// The latest start that was recorded.
    last_start: Option<i64>,
    /// When tasks ended, near a change of the clocks.
    ends: HashMap<Box<str>, i64>,
    /// How many times occurred twice, and how many did not exist.
    pub(super) twice: u64,
    pub(super) skipped: u64,
}

impl Local {
    /// Seconds east of UTC of a local time; of one that occurs twice those of its first occurrence.
    pub(super) fn offset(&mut self, civil: i64, zone: &(impl Zone + ?Sized)) -> i32 {
        let offset = zone.offset(civil);
        let day = civil.div_euclid(DAY);
        let changes = match self.day {
            Some((known, changes)) if known == day => changes,
            _ => {
                // A zone may be asked of a browser, which takes longer than all the rest.
                let changes = zone.offset((day - 1) * DAY) != zone.offset((day + 2) * DAY);
                self.day = Some((day, changes));
                changes
            }
        };
        if changes {
            self.near_change(civil, offset, zone);
        }
        offset
    }

    /// Looks at a time near a change of the clocks. A zone gives the offset before the change to what occurs twice and
    /// to what does not exist, so that both are those whose offset is another one a change later.
    fn near_change(&mut self, civil: i64, offset: i32, zone: &(impl Zone + ?Sized)) {
        let (before, after) = (zone.offset(civil - DAY), zone.offset(civil + DAY));
        let change = i64::from(before) - i64::from(after);
        if change == 0 || offset != before || zone.offset(civil + change.abs()) != after {
            return;
        }
        if change < 0 {
            self.skipped += 1;
            return;
        }
        self.twice += 1;
        self.open.insert(civil - i64::from(before), change);
    }

    /// See [`Clock::ready`](super::Clock::ready).
    pub(super) fn ready(&self, after: &[Cow<'_, str>]) -> Option<i64> {
        if self.ends.is_empty() {
            return None;
        }
        after.iter().filter_map(|task| self.ends.get(&**task).copied()).max()
    }

    /// Remembers when the last attempt of a task ended, near a change of the clocks.
    pub(super) fn ended(&mut self, task: &str, ended: Option<i64>) {
        if let (Some(end), Some((_, true))) = (ended, self.day) {
            let latest = self.ends.entry(task.into()).or_insert(end);
            *latest = end.max(*latest);
        }
    }

    /// See [`Clock::settle`](super::Clock::settle). What the attempt depends on ended at `ready`.
    pub(super) fn settle(&mut self, attempt: &mut Attempt<'_>, ready: Option<i64>) {
        let open = &self.open;
        // Open times are whole seconds: a fraction of the attempt's does not matter.
        let later = |t: i64| {
            open.get(&t.div_euclid(SECOND)).map(|change| t.saturating_add(change.saturating_mul(SECOND)))
        };
        let not_before = |t: i64, floor: Option<i64>| match floor {
            Some(floor) if t < floor => later(t).filter(|second| *second >= floor).unwrap_or(t),
            _ => t,
        };
        if !open.is_empty() {
            attempt.queued = attempt.queued.map(|t| not_before(t, self.last_start));
            let floor = attempt.queued.or(self.last_start).max(ready);
            attempt.started = attempt.started.map(|t| not_before(t, floor));
            attempt.ended = attempt.ended.map(|t| not_before(t, attempt.started.or(self.last_start)));
        }
        self.last_start = self.last_start.max(attempt.started);
    }
}
