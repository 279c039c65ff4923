//! Places: the position of an attempt that does not depend on the reader's arrangement of lanes.

use makespan_model::{AttemptId, Order as _};

use super::Index;
use super::frame::DrawnArea;
use super::lane::Places;
use crate::area::Area;

/// Sorts ranges and joins those that touch or overlap.
fn joined(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.order();
    let mut all: Vec<(u32, u32)> = Vec::new();
    for (first, last) in ranges {
        match all.last_mut() {
            Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
            _ => all.push((first, last)),
        }
    }
    all
}

/// Returns whether one of the ascending ranges contains all of another.
fn contains(ranges: &[(u32, u32)], (first, last): (u32, u32)) -> bool {
    let at = ranges.partition_point(|r| r.1 < first);
    ranges.get(at).is_some_and(|r| r.0 <= first && last <= r.1)
}

impl Index {
    /// Sets the places of attempts. O(attempts in rows).
    pub(super) fn set_places(&mut self, of: Vec<u32>) {
        let span = |row: u32| {
            let places = self.row(row).iter().map(|a| of[*a as usize]);
            places.fold((u32::MAX, 0), |(first, last), p| (first.min(p), last.max(p)))
        };
        let rows = (0..self.row_count()).map(span).collect();
        self.places = Places { of, rows };
    }

    /// Returns the place of an attempt, which also those in hidden lanes have; `None` if it has no times.
    pub fn place_of(&self, attempt: AttemptId) -> Option<u32> {
        if self.places.of.is_empty() {
            return self.row_of(attempt);
        }
        self.places.of.get(attempt.index()).copied().filter(|p| *p != u32::MAX)
    }

    /// Returns whether a row adds no attempts: it shows only what lanes below it contain, or a task without bars.
    fn adds_none(&self, row: u32) -> bool {
        let lane = self.lane_of_row(row);
        lane.is_some_and(|lane| lane.idle.is_some() || lane.attempts == 0 && self.is_summed(row))
    }

    /// Returns the places of a row if they are one range.
    fn range(&self, row: u32) -> Option<(u32, u32)> {
        if self.places.of.is_empty() {
            return Some((row, row));
        }
        let (first, last) = *self.places.rows.get(row as usize)?;
        let is_whole = first == last || u64::from(last) + 1 == u64::from(first) + self.row(row).len() as u64;
        is_whole.then_some((first, last))
    }

    /// Returns the area of what was drawn over the rows of this index. A row that adds no attempts counts only
    /// if nothing else was drawn over. O(n log n) in the rows, and in the attempts of rows without a range of places.
    pub fn area(&self, drawn: &DrawnArea) -> Area {
        let of_rows = |(first, last): (u32, u32), repeating: bool| {
            let rows = (first..=last.min(self.row_count().saturating_sub(1)))
                .filter(|row| repeating || !self.adds_none(*row));
            let mut ranges = Vec::new();
            for row in rows {
                match self.range(row) {
                    Some(range) => ranges.push(range),
                    None => {
                        let places = self.row(row).iter().filter_map(|a| self.place_of(AttemptId(*a)));
                        ranges.extend(places.map(|p| (p, p)));
                    }
                }
            }
            joined(ranges)
        };
        let all = || (self.hidden > 0).then(|| (0, self.row_count().saturating_sub(1)));
        let rows =
            drawn.rows.or_else(all).map(|rows| match (self.places.of.is_empty(), of_rows(rows, false)) {
                (true, _) => vec![rows],
                (false, ranges) if ranges.is_empty() => of_rows(rows, true),
                (false, ranges) => ranges,
            });
        Area { from: drawn.from, to: drawn.to, lanes: self.kind.clone(), rows }
    }

    /// Returns whether an area covers a row: all that it shows.
    fn is_covered(&self, ranges: &[(u32, u32)], row: u32) -> bool {
        match self.range(row) {
            Some(range) => contains(ranges, range),
            None => {
                let mut places = self.row(row).iter().filter_map(|a| self.place_of(AttemptId(*a)));
                places.all(|p| contains(ranges, (p, p)))
            }
        }
    }

    /// Returns the rows of `within` that an area covers, first and last of each stretch. A row that adds no attempts
    /// belongs to the stretch on both sides of it.
    pub(super) fn covered(&self, area: &Area, within: (u32, u32)) -> Vec<(u32, u32)> {
        let Some(ranges) = area.rows.as_deref().filter(|_| area.lanes == self.kind) else {
            return vec![within];
        };
        let mut all: Vec<(u32, u32)> = Vec::new();
        let mut goes_on = false;
        for row in (within.0..=within.1).filter(|row| !self.adds_none(*row)) {
            let is_covered = self.is_covered(ranges, row);
            match all.last_mut().filter(|_| goes_on && is_covered) {
                Some(stretch) => stretch.1 = row,
                None if is_covered => all.push((row, row)),
                None => {}
            }
            goes_on = is_covered;
        }
        all
    }

    /// Returns the number of lanes of which an area covers a row; `None` if it covers all.
    pub(crate) fn lanes_in(&self, area: &Area) -> Option<usize> {
        let ranges = area.rows.as_deref().filter(|_| area.lanes == self.kind)?;
        let touched = self.lanes.iter().filter(|lane| {
            let mut rows = lane.first_row..lane.first_row + lane.rows;
            rows.any(|row| !self.adds_none(row) && self.is_covered(ranges, row))
        });
        Some(touched.count())
    }

    /// Returns the first row that an area covers.
    pub fn first_row_of(&self, area: &Area) -> Option<u32> {
        let ranges = area.rows.as_deref().filter(|_| area.lanes == self.kind)?;
        (0..self.row_count()).find(|row| !self.adds_none(*row) && self.is_covered(ranges, *row))
    }
}
