//! A part of the timeline: a span of time in some of its rows. As part of the filter, it applies to every view.

use makespan_model::{AttemptId, Run};
use makespan_scene::{counted, duration};
use serde::{Deserialize, Serialize};

use crate::look::Look;
use crate::moment::Moments;
use crate::timeline::{Index, Lanes};

/// A span of time across some rows of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Area {
    /// Start, ns since the epoch.
    pub from: i64,
    /// End, ns since the epoch; not before the start.
    pub to: i64,
    /// The lanes to which the rows belong.
    pub lanes: Lanes,
    /// First and last place of each stretch of rows ([`Index::place_of`]), ascending; `None` for all rows.
    pub rows: Option<Vec<(u32, u32)>>,
}

impl Area {
    /// Returns whether an attempt is at least partly in the area. `index` is of [`Area::lanes`], in any arrangement.
    /// Attempts without times are in no area.
    pub fn holds(&self, run: &Run, index: &Index, attempt: AttemptId) -> bool {
        let Some(place) = index.place_of(attempt) else { return false };
        let (from, to) = index.span_of(run, attempt);
        let is_inside = self.rows.as_ref().is_none_or(|rows| {
            let at = rows.partition_point(|r| r.1 < place);
            rows.get(at).is_some_and(|r| r.0 <= place)
        });
        is_inside && from <= self.to && to >= self.from
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
        let rows = index.lanes_in(self).map_or(String::new(), |n| format!(" · {}", counted(n, "lane")));
        format!("{} to {} · {length}{rows}", from.text(), to.text())
    }

    /// Encodes the area for a link: `from..to,lanes`, and `,first,last` for each stretch of rows.
    pub(crate) fn encode(&self) -> String {
        let rows = self.rows.iter().flatten().map(|(a, b)| format!(",{a},{b}")).collect::<String>();
        let none = self.rows.as_ref().is_some_and(Vec::is_empty);
        // A comma separates the parts.
        let lanes = self.lanes.name().replace('%', "%25").replace(',', "%2C");
        format!("{}..{},{lanes}{rows}{}", self.from, self.to, if none { ",none" } else { "" })
    }

    /// Parses the output of [`Area::encode`].
    pub(crate) fn decode(text: &str) -> Option<Area> {
        let mut parts = text.split(',');
        let (from, to) = parts.next()?.split_once("..")?;
        let (from, to): (i64, i64) = (from.parse().ok()?, to.parse().ok()?);
        let name = parts.next()?;
        let lanes = Lanes::named(&name.replace("%2C", ",").replace("%25", "%"))?;
        let numbers: Vec<&str> = parts.collect();
        let rows = match numbers.as_slice() {
            [] => None,
            ["none"] => Some(Vec::new()),
            _ => {
                let number = |i: usize| numbers.get(i)?.parse::<u32>().ok();
                let pairs = (0..numbers.len()).step_by(2).map(|i| number(i).zip(number(i + 1)));
                Some(pairs.collect::<Option<Vec<_>>>()?)
            }
        };
        let ascends = |rows: &Vec<(u32, u32)>| {
            rows.iter().all(|r| r.0 <= r.1) && rows.windows(2).all(|pair| pair[0].1 < pair[1].0)
        };
        (from <= to && rows.as_ref().is_none_or(ascends)).then_some(Area { from, to, lanes, rows })
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
            let rows = rows.map(|rows| vec![rows]);
            let area = Area { from: from * S, to: to * S, lanes: Lanes::Worker, rows };
            assert_eq!(Area::decode(&area.encode()), Some(area.clone()));
            let mut mask = vec![true; run.task_count()];
            area.restrict(&run, &index, &mut mask);
            let held = run.task_ids().filter(|t| mask[t.index()]).map(|t| run.task_id(t));
            (held.collect::<Vec<_>>().join(" "), area.words(&run, &index, &Look::default()))
        };
        assert_eq!(of(2, 5, None), ("a b c".to_owned(), "+2 s to +5 s · 3 s".to_owned()));
        assert_eq!(of(2, 5, Some((0, 0))).0, "a b");
        assert_eq!(of(2, 30, Some((1, 1))), ("c d".to_owned(), "+2 s to +30 s · 28 s · 1 lane".to_owned()));
        assert_eq!(of(10, 12, None).0, "");
        for odd in
            ["", "1..", "5..1,worker", "1..2,nope", "1..2,worker,3,1", "1..2,worker,x,1", "1..2,worker,1"]
        {
            assert_eq!(Area::decode(odd), None, "{odd}");
        }
        assert_eq!(Area::decode("1..2,worker,2,3,3,4"), None, "stretches that overlap");
        for rows in [Some(vec![]), Some(vec![(0, 0), (2, 7)]), None] {
            let area = Area { from: -1, to: 2, lanes: Lanes::Nested, rows };
            assert_eq!(Area::decode(&area.encode()), Some(area));
        }
    }
}
