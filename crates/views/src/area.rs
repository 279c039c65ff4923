//! A part of the timeline: a span of time in some of its rows. As part of the filter, it applies to every view.

use makespan_model::{AttemptId, Run};
use makespan_scene::{counted, duration};
use serde::{Deserialize, Serialize};

use crate::look::Look;
use crate::moment::Moments;
use crate::timeline::{Arrangement, Index, Lanes};

/// A span of time across some rows of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Area {
    /// Start, ns since the epoch.
    pub from: i64,
    /// End, ns since the epoch; not before the start.
    pub to: i64,
    /// The lanes to which the rows belong.
    pub lanes: Lanes,
    /// First and last row; `None` for all rows.
    pub rows: Option<(u32, u32)>,
}

impl Area {
    /// Returns whether an attempt is at least partly in the area. `index` is that of [`Area::lanes`]. Attempts without
    /// times are in no area.
    pub fn holds(&self, run: &Run, index: &Index, attempt: AttemptId) -> bool {
        let Some(row) = index.row_of(attempt) else { return false };
        let (from, to) = index.span_of(run, attempt);
        let inside = self.rows.is_none_or(|(first, last)| (first..=last).contains(&row));
        inside && from <= self.to && to >= self.from
    }

    /// Returns the area in the form that a view can keep: its rows refer to lanes in their default order with none
    /// hidden. For any other arrangement it covers all rows.
    #[must_use]
    pub fn among(self, arrangement: &Arrangement) -> Area {
        let is_natural = arrangement.is_natural() && self.lanes != Lanes::Nested;
        Area { rows: self.rows.filter(|_| is_natural), ..self }
    }

    /// Clears the flags in `mask` (one per task) of tasks that have no attempt in the area. O(attempts).
    pub fn restrict(&self, run: &Run, index: &Index, mask: &mut [bool]) {
        for task in run.task_ids().filter(|t| mask[t.index()]).collect::<Vec<_>>() {
            mask[task.index()] = run.attempts_of(task).any(|a| self.holds(run, index, a));
        }
    }

    /// Describes the area: its times, its length, its lanes.
    pub fn words(&self, run: &Run, index: &Index, look: &Look) -> String {
        let moments = Moments::new(run, look);
        let (from, to) = (moments.short(self.from), moments.short(self.to));
        let length = duration(self.to.saturating_sub(self.from));
        let rows = self.rows.map_or(String::new(), |(first, last)| {
            let lane = |row: u32| index.lanes.partition_point(|l| l.first_row + l.rows <= row);
            let (a, b) = (lane(first), lane(last).min(index.lanes.len().saturating_sub(1)));
            format!(" · {}", counted(b.saturating_sub(a) + 1, "lane"))
        });
        format!("{} to {} · {length}{rows}", from.text(), to.text())
    }

    /// Encodes the area for a link: `from..to`, and with rows `,lanes,first,last`.
    pub(crate) fn encode(&self) -> String {
        let rows = self.rows.map_or(String::new(), |(a, b)| format!(",{a},{b}"));
        format!("{}..{},{}{rows}", self.from, self.to, self.lanes.name())
    }

    /// Parses the output of [`Area::encode`].
    pub(crate) fn decode(text: &str) -> Option<Area> {
        let mut parts = text.split(',');
        let (from, to) = parts.next()?.split_once("..")?;
        let (from, to) = (from.parse().ok()?, to.parse().ok()?);
        let name = parts.next()?;
        let lanes = Lanes::ALL.into_iter().find(|l| l.name() == name)?;
        let rows = match (parts.next(), parts.next()) {
            (Some(a), Some(b)) => Some((a.parse().ok()?, b.parse().ok()?)),
            _ => None,
        };
        let ascends = from <= to && rows.is_none_or(|(a, b): (u32, u32)| a <= b);
        ascends.then_some(Area { from, to, lanes, rows })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_area_contains_partly_overlapping_attempts() {
        let run =
            makespan_model::notation::run("a 0..4 w1\nb 4..9 w1\nc 1..3 w2\nd 20..21 w2\ne - -").unwrap();
        let index = Index::new(&run, Lanes::Worker);
        const S: i64 = 1_000_000_000;
        let of = |from: i64, to: i64, rows: Option<(u32, u32)>| {
            let area = Area { from: from * S, to: to * S, lanes: Lanes::Worker, rows };
            assert_eq!(Area::decode(&area.encode()), Some(area));
            let mut mask = vec![true; run.task_count()];
            area.restrict(&run, &index, &mut mask);
            let held = run.task_ids().filter(|t| mask[t.index()]).map(|t| run.task_id(t));
            (held.collect::<Vec<_>>().join(" "), area.words(&run, &index, &Look::default()))
        };
        assert_eq!(of(2, 5, None), ("a b c".to_owned(), "+2 s to +5 s · 3 s".to_owned()));
        assert_eq!(of(2, 5, Some((0, 0))).0, "a b");
        assert_eq!(of(2, 30, Some((1, 1))), ("c d".to_owned(), "+2 s to +30 s · 28 s · 1 lane".to_owned()));
        assert_eq!(of(10, 12, None).0, "");
        for odd in ["", "1..", "5..1,worker", "1..2,nope", "1..2,worker,3,1", "1..2,worker,x,1"] {
            assert_eq!(Area::decode(odd), None, "{odd}");
        }
    }
}
