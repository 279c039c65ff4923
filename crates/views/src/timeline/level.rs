//! Bars at one resolution, and merging them for the next coarser one.

use makespan_model::{Order as _, Status};

use super::lane::PlacedLane;

/// Bars at one resolution, row by row in order of time; shorter ones are merged.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Level {
    pub(super) resolution: i64,
    pub(super) rows: Vec<u32>,
    pub(super) start: Vec<i64>,
    pub(super) end: Vec<i64>,
    /// First attempt of the bar.
    pub(super) attempt: Vec<u32>,
    /// Number of its attempts.
    pub(super) count: Vec<u32>,
    /// Busy time within it, for its density.
    pub(super) busy: Vec<i64>,
    /// The most important status of its attempts.
    pub(super) status: Vec<Status>,
    /// The most frequent status of its attempts.
    pub(super) usual: Vec<Status>,
    /// Number of failed attempts.
    pub(super) failed: Vec<u32>,
    /// The lead of `usual` (the majority vote of Boyer and Moore, 1991, over merged bars).
    pub(super) lead: Vec<u32>,
}

impl Level {
    /// Adds the attempts of a lane row by row, and notes their rows, counted from `first_row`.
    #[inline(never)]
    pub(super) fn push_rows(
        &mut self,
        lane: &PlacedLane,
        statuses: &[Status],
        first_row: u32,
        row_of: &mut [u32],
    ) {
        let mut by_row: Vec<u32> = (0..lane.timed.len() as u32).collect();
        by_row.order_by_numbers(|&i| lane.rows[i as usize]);
        let mut row = 0;
        for i in by_row {
            while row < lane.rows[i as usize] {
                self.rows.push(self.start.len() as u32);
                row += 1;
            }
            let one = lane.timed[i as usize];
            row_of[one.2 as usize] = first_row + row;
            self.push_attempt(one, statuses[one.2 as usize]);
        }
        (row..lane.count).for_each(|_| self.rows.push(self.start.len() as u32));
    }

    /// Adds one attempt as a separate bar.
    #[inline(never)]
    pub(super) fn push_attempt(&mut self, (start, end, attempt): (i64, i64, u32), status: Status) {
        self.start.push(start);
        self.end.push(end);
        self.attempt.push(attempt);
        self.count.push(1);
        self.busy.push(end.saturating_sub(start));
        self.status.push(status);
        self.usual.push(status);
        self.failed.push(u32::from(status.is_failure()));
        self.lead.push(1);
    }

    /// Adds a bar of another level.
    #[inline(never)]
    fn push(&mut self, from: &Level, i: usize) {
        self.start.push(from.start[i]);
        self.end.push(from.end[i]);
        self.attempt.push(from.attempt[i]);
        self.count.push(from.count[i]);
        self.busy.push(from.busy[i]);
        self.status.push(from.status[i]);
        self.usual.push(from.usual[i]);
        self.failed.push(from.failed[i]);
        self.lead.push(from.lead[i]);
    }

    /// Merges another bar of `from` into a bar, except its times.
    #[inline(never)]
    fn join(&mut self, at: usize, from: &Level, i: usize) {
        self.count[at] += from.count[i];
        self.failed[at] += from.failed[i];
        if self.usual[at] == from.usual[i] {
            self.lead[at] += from.lead[i];
        } else if self.lead[at] >= from.lead[i] {
            self.lead[at] -= from.lead[i];
        } else {
            (self.usual[at], self.lead[at]) = (from.usual[i], from.lead[i] - self.lead[at]);
        }
        if weight(from.status[i]) > weight(self.status[at]) {
            self.status[at] = from.status[i];
            self.attempt[at] = from.attempt[i];
        }
    }

    /// Adds attempts of one row, ascending by start; overlapping ones become one bar.
    pub(super) fn push_summed(&mut self, timed: &[(i64, i64, u32)], status: impl Fn(u32) -> Status) {
        let begin = self.start.len();
        for &(start, end, attempt) in timed {
            let last = self.start.len().wrapping_sub(1);
            if self.start.len() > begin && start < self.end[last] {
                let mut one = Level::default();
                one.push_attempt((start, end, attempt), status(attempt));
                self.busy[last] = self.busy[last].saturating_add(end.saturating_sub(self.end[last]).max(0));
                self.end[last] = self.end[last].max(end);
                self.join(last, &one, 0);
            } else {
                self.push_attempt((start, end, attempt), status(attempt));
            }
        }
    }
}

/// Returns the importance of a status when several share a bar: failures must always stay visible.
fn weight(status: Status) -> u8 {
    match status {
        Status::Failed => 10,
        Status::UpstreamFailed => 9,
        Status::Cancelled => 8,
        Status::Unknown => 7,
        Status::Retrying => 6,
        Status::Running => 5,
        Status::Queued => 4,
        Status::Pending => 3,
        Status::Succeeded => 2,
        Status::Cached => 1,
        Status::Skipped => 0,
    }
}

/// Merges neighbours of a row that are shorter than the resolution and closer than it, up to four times the resolution
/// long, so that merged bars still show density and failures.
#[inline(never)]
pub(super) fn merged(from: &Level, resolution: i64) -> Level {
    let mut to = Level { resolution, rows: vec![0], ..Level::default() };
    for row in 0..from.rows.len() - 1 {
        let begin = to.start.len();
        for i in from.rows[row] as usize..from.rows[row + 1] as usize {
            let (s, e) = (from.start[i], from.end[i]);
            let last = to.start.len().wrapping_sub(1);
            let joins = to.start.len() > begin
                && s.saturating_sub(to.end[last]) < resolution
                && e.saturating_sub(s) < resolution
                && (to.count[last] > 1 || to.end[last].saturating_sub(to.start[last]) < resolution)
                && e.saturating_sub(to.start[last]) < resolution * 4;
            if joins {
                to.end[last] = e;
                to.busy[last] = to.busy[last].saturating_add(from.busy[i]);
                to.join(last, from, i);
            } else {
                to.push(from, i);
            }
        }
        to.rows.push(to.start.len() as u32);
    }
    to
}
