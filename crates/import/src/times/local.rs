//! Local times that a clock showed twice, or not at all.

use makespan_format::Attempt;
use makespan_format::time::SECOND;

use crate::importer::Zone;

const DAY: i64 = 86_400;

/// Finds the offset of local times, and the times that occur twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Local {
    /// The day that was asked for last, and whether its clocks change.
    day: Option<(i64, bool)>,
    /// Times that occur twice and wait for [`Local::settle`]: the first occurrence and the second, ns.
    open: Vec<(i64, i64)>,
    /// The latest start that was recorded.
    last_start: Option<i64>,
    /// How many times occurred twice, and how many did not exist.
    pub(super) twice: u64,
    pub(super) skipped: u64,
}

/// More than that wait for nobody.
const MOST_OPEN: usize = 16;

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
        let first = (civil - i64::from(before)).saturating_mul(SECOND);
        if self.open.len() < MOST_OPEN {
            self.open.push((first, change.saturating_mul(SECOND)));
        }
    }

    /// See [`Clock::settle`](super::Clock::settle).
    pub(super) fn settle(&mut self, attempt: &mut Attempt<'_>) {
        let open = std::mem::take(&mut self.open);
        // Open times are whole seconds: a fraction of the attempt's does not matter.
        let later = |t: i64| {
            let found = open.iter().find(|(first, _)| (0..SECOND).contains(&t.saturating_sub(*first)));
            found.map(|(_, change)| t.saturating_add(*change))
        };
        let not_before = |t: i64, floor: Option<i64>| match floor {
            Some(floor) if t < floor => later(t).filter(|second| *second >= floor).unwrap_or(t),
            _ => t,
        };
        if !open.is_empty() {
            attempt.queued = attempt.queued.map(|t| not_before(t, self.last_start));
            let floor = attempt.queued.or(self.last_start);
            attempt.started = attempt.started.map(|t| not_before(t, floor));
            attempt.ended = attempt.ended.map(|t| not_before(t, attempt.started.or(self.last_start)));
        }
        self.last_start = self.last_start.max(attempt.started);
    }
}
