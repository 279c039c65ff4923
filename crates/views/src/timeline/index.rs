//! The row of each attempt, and the bars at several resolutions.

use makespan_model::{AttemptId, Order as _, Run, Status, TaskId, UNKNOWN};
use makespan_scene::Folds;

use super::arranged::Arrangement;
use super::gaps::{Foldable, Gaps, foldable};
use super::grouped::{grouped, natural_rows, rearranged};
use super::lane::{Lane, Lanes, Members, PlacedLane, Places, Summed, Sums, interval, united};
use super::level::{Level, merged};
use super::nest::{nested, task_key};
use crate::recorded::Recorded;

/// If attempts are still running, this fraction (1/N) of the known time is added at the end.
const OPEN_ROOM: i64 = 40;

/// A bar as the picture draws it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slice {
    /// Start, ns since the epoch.
    pub start: i64,
    /// End, ns since the epoch.
    pub end: i64,
    /// First attempt.
    pub attempt: AttemptId,
    /// Number of attempts drawn as this bar.
    pub count: u32,
    /// Filled fraction, 0 to 1.
    pub density: f32,
    /// The most important status of its attempts.
    pub status: Status,
    /// The most frequent status of its attempts.
    pub usual: Status,
    /// Number of its attempts that failed.
    pub failed: u32,
}

/// The lanes of a run, prepared for drawing at any zoom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Index {
    /// The lanes, top to bottom.
    pub lanes: Vec<Lane>,
    /// First and last time, ns since the epoch.
    pub extent: (i64, i64),
    /// Number of attempts without a start, which are in no lane.
    pub untimed: usize,
    /// Alerts and log lines with a time, sorted by time.
    pub marks: Vec<Recorded>,
    /// The grouping; [`Lanes::Auto`] if unknown.
    pub kind: Lanes,
    /// Number of hidden lanes.
    pub hidden: usize,
    foldable: Foldable,
    /// Summary rows, ascending.
    summed: Vec<Summed>,
    levels: Vec<Level>,
    row_of: Vec<u32>,
    /// Tasks whose lanes have no bars, ascending, and the row of each.
    idle: Vec<(u32, u32)>,
    pub(super) places: Places,
}

/// Returns the first and last time of the axis. If attempts are still running, some time is added at the end, so that
/// the bar of the latest one is visible.
fn shown_extent(run: &Run) -> (i64, i64) {
    let (from, to) = run.extent().unwrap_or((0, 0));
    let (started, ended) = (&run.attempts.started, &run.attempts.ended);
    let goes_on = started.iter().zip(ended).any(|(s, e)| *s != UNKNOWN && *e == UNKNOWN);
    let room = if goes_on { to.saturating_sub(from) / OPEN_ROOM } else { 0 };
    (from, to.saturating_add(room))
}

/// Returns the number of attempts without a time at which they began or were queued.
#[inline(never)]
fn untimed(run: &Run) -> usize {
    let times = run.attempts.started.iter().zip(&run.attempts.queued);
    times.filter(|(started, queued)| **started == UNKNOWN && **queued == UNKNOWN).count()
}

/// Returns the spans of the attempts that have times.
#[inline(never)]
fn spans(run: &Run, extent: (i64, i64)) -> Vec<(i64, i64)> {
    (0..run.attempt_count()).filter_map(|a| interval(run, a, extent)).collect()
}

impl Index {
    /// Packs the attempts of a run into rows. O(n log n), once per run and grouping.
    pub fn new(run: &Run, lanes: Lanes) -> Index {
        Index::arranged(run, lanes, &Arrangement::default())
    }

    /// Returns the lanes for a picture that cannot be scrolled: those that suit the run if they need at most `most` rows,
    /// otherwise workers, which need the fewest.
    pub fn still(run: &Run, most: u32) -> Index {
        let index = Index::new(run, Lanes::Auto);
        let fits = index.row_count() <= most || index.kind == Lanes::Worker;
        if fits { index } else { Index::new(run, Lanes::Worker) }
    }

    /// Does the same with the reader's arrangement.
    pub fn arranged(run: &Run, lanes: Lanes, arrangement: &Arrangement) -> Index {
        let extent = shown_extent(run);
        let kind = lanes.for_run(run);
        let placed = |members: Members| PlacedLane::packed(run, members, extent, None);
        let mut index = match kind {
            Lanes::Nested => {
                let (lanes, places) = nested(run, extent, arrangement);
                let mut index = Index::placed(run, lanes);
                index.set_places(places);
                index
            }
            _ if arrangement.is_natural() => {
                Index::placed(run, grouped(run, &kind, extent).into_iter().map(placed))
            }
            _ => {
                let all: Vec<PlacedLane> = grouped(run, &kind, extent).into_iter().map(placed).collect();
                let places = natural_rows(run, &all);
                let mut index = Index::placed(run, rearranged(run, &kind, arrangement, all));
                index.set_places(places);
                index
            }
        };
        (index.kind, index.hidden, index.foldable) =
            (kind, arrangement.hidden.len(), foldable(extent, spans(run, extent)));
        index
    }

    /// Returns the key of a lane in links.
    pub fn key(&self, run: &Run, lane: usize) -> Option<String> {
        let lane = self.lanes.get(lane)?;
        match (&lane.head, &self.kind) {
            (Some(head), _) => Some(head.key.clone()),
            (None, Lanes::Task) => {
                let first = || self.attempts(lane).next().map(|a| run.attempts.task[a.index()]);
                Some(task_key(run, lane.idle.or_else(first)?))
            }
            _ => Some(lane.name.clone()),
        }
    }

    /// Returns the lane with this key. O(lanes).
    pub fn lane_of_key(&self, run: &Run, key: &str) -> Option<usize> {
        (0..self.lanes.len()).find(|i| self.key(run, *i).as_deref() == Some(key))
    }

    /// Returns the number of gaps that are worth folding.
    pub fn gap_count(&self) -> usize {
        self.foldable.count()
    }

    /// Returns the gaps that an axis folds.
    pub fn folds(&self, gaps: Gaps) -> Folds {
        self.foldable.chosen(gaps)
    }

    /// Creates an index of attempts with given rows; attempts in no lane have no row, and lanes without rows are
    /// omitted.
    pub(crate) fn placed(run: &Run, lanes: impl IntoIterator<Item = PlacedLane>) -> Index {
        let extent = shown_extent(run);
        let mut index = Index { extent, row_of: vec![u32::MAX; run.attempt_count()], ..Index::default() };
        let mut base = Level { resolution: 1, rows: vec![0], ..Level::default() };
        let has_times = run.extent().is_some();
        for lane in lanes {
            // Without any times there is nothing to place tasks in.
            if lane.count == 0 || !has_times {
                continue;
            }
            let first_row = base.rows.len() as u32 - 1;
            let mut attempts = lane.timed.len() as u32;
            if lane.sums == Sums::No {
                base.push_rows(&lane, &run.attempts.status, first_row, &mut index.row_of);
            }
            let PlacedLane { name, timed, count, head, sums, idle, .. } = lane;
            if sums != Sums::No {
                base.push_summed(&timed, |a| run.attempts.status[a as usize]);
                base.rows.push(base.start.len() as u32);
                let members: Vec<u32> = timed.iter().map(|t| t.2).collect();
                if sums == Sums::Own {
                    // A pinned lane above shows some of them as bars of their own.
                    for &a in &members {
                        let row = &mut index.row_of[a as usize];
                        *row = if *row == u32::MAX { first_row } else { *row };
                    }
                } else {
                    attempts = 0;
                }
                let failed = timed.iter().filter(|t| run.attempts.status[t.2 as usize].is_failure()).copied();
                index.summed.push(Summed { row: first_row, members, failed: united(failed) });
            }
            index.idle.extend(idle.map(|task| (task, first_row)));
            index.lanes.push(Lane { name, first_row, rows: count, attempts, head, idle });
        }
        index.idle.order();
        index.untimed = untimed(run);
        index.marks = Recorded::timed(run);
        index.levels.push(base);
        index.coarsen();
        index
    }

    /// Adds levels, each at least twice as coarse, if they save at least a fifth of the bars.
    #[inline(never)]
    fn coarsen(&mut self) {
        let span = self.extent.1.saturating_sub(self.extent.0).max(1) as u64;
        let top = 63 - span.leading_zeros();
        // Nothing merges below the length of the shortest bar.
        let base = &self.levels[0];
        let shortest =
            base.start.iter().zip(&base.end).map(|(s, e)| e.saturating_sub(*s).max(1)).min().unwrap_or(1);
        let mut bits = top.saturating_sub(32).max(63 - (shortest as u64).leading_zeros());
        while bits + 4 < top {
            let Some(last) = self.levels.last() else { return };
            if last.start.len() < 256 {
                return;
            }
            let next = merged(last, 1i64 << bits);
            if next.start.len() * 5 <= last.start.len() * 4 {
                self.levels.push(next);
            }
            bits += 1;
        }
    }

    /// Returns the number of rows in all lanes.
    pub fn row_count(&self) -> u32 {
        self.levels.first().map_or(0, |l| l.rows.len() as u32 - 1)
    }

    /// Returns the row of an attempt; `None` if it has no times.
    pub fn row_of(&self, attempt: AttemptId) -> Option<u32> {
        self.row_of.get(attempt.index()).copied().filter(|r| *r != u32::MAX)
    }

    /// Returns the start and end of an attempt's bar, ns since the epoch: from its start, or if unknown from when it
    /// was queued, to its end, or to the end of the shown time.
    pub fn span_of(&self, run: &Run, attempt: AttemptId) -> (i64, i64) {
        let (a, i) = (&run.attempts, attempt.index());
        let from = if a.started[i] != UNKNOWN { a.started[i] } else { a.queued[i] };
        let to = if a.ended[i] != UNKNOWN { a.ended[i] } else { self.extent.1 };
        (from, to.max(from))
    }

    /// Returns the lane of a row.
    pub fn lane_of_row(&self, row: u32) -> Option<&Lane> {
        self.lanes.get(self.lanes.partition_point(|l| l.first_row + l.rows <= row))
    }

    /// Iterates over the bars of one row within a window, at a resolution of `ns_per_px`: at most a few per pixel,
    /// however many attempts there are.
    pub fn slices(&self, row: u32, window: (i64, i64), ns_per_px: f64) -> impl Iterator<Item = Slice> + '_ {
        let fine = self.levels.partition_point(|l| l.resolution as f64 <= ns_per_px.max(1.0));
        let level = &self.levels[fine.saturating_sub(1).min(self.levels.len() - 1)];
        let row = row as usize;
        let (from, to) = match (level.rows.get(row), level.rows.get(row + 1)) {
            (Some(&a), Some(&b)) => (a as usize, b as usize),
            _ => (0, 0),
        };
        // Bars of a row do not overlap, so both their starts and their ends ascend.
        let first = from + level.end[from..to].partition_point(|e| *e < window.0);
        let last = from + level.start[from..to].partition_point(|s| *s <= window.1);
        (first..last.max(first)).map(move |i| {
            let width = level.end[i].saturating_sub(level.start[i]).max(1);
            Slice {
                start: level.start[i],
                end: level.end[i],
                attempt: AttemptId(level.attempt[i]),
                count: level.count[i],
                density: (level.busy[i] as f64 / width as f64).clamp(0.0, 1.0) as f32,
                status: level.status[i],
                usual: level.usual[i],
                failed: level.failed[i],
            }
        })
    }

    /// Returns the attempts of a summary row.
    fn summed(&self, row: u32) -> Option<&Summed> {
        self.summed.binary_search_by_key(&row, |s| s.row).ok().map(|at| &self.summed[at])
    }

    /// Iterates over the stretches of a summary row within a window in which attempts failed, with the first of these:
    /// at most one per pixel.
    pub(super) fn failures(
        &self,
        row: u32,
        window: (i64, i64),
        ns_per_px: f64,
    ) -> impl Iterator<Item = (i64, i64, AttemptId)> + '_ {
        let failed = self.summed(row).map_or(&[][..], |s| &s.failed);
        let mut at = failed.partition_point(|f| f.1 < window.0);
        let near = ns_per_px as i64;
        std::iter::from_fn(move || {
            let (start, end, attempt) = failed.get(at).filter(|f| f.0 <= window.1)?;
            let next = failed.partition_point(|f| f.0 <= start.saturating_add(near)).max(at + 1);
            let end = failed.get(next - 1).map_or(*end, |f| f.1);
            at = next;
            Some((*start, end, AttemptId(*attempt)))
        })
    }

    /// Returns whether a row is a summary.
    pub(super) fn is_summed(&self, row: u32) -> bool {
        self.summed(row).is_some()
    }

    /// Returns the attempts of a row, ascending by start.
    pub(super) fn row(&self, row: u32) -> &[u32] {
        let bars = || {
            let level = self.levels.first()?;
            let (from, to) = (*level.rows.get(row as usize)?, *level.rows.get(row as usize + 1)?);
            level.attempt.get(from as usize..to as usize)
        };
        self.summed(row).map(|s| &s.members[..]).or_else(bars).unwrap_or_default()
    }

    /// Iterates over the timed attempts of a lane from top to bottom, each row in order of time.
    pub fn attempts(&self, lane: &Lane) -> impl Iterator<Item = AttemptId> + '_ {
        let rows = if lane.attempts == 0 { 0..0 } else { lane.first_row..lane.first_row + lane.rows };
        rows.flat_map(|row| self.row(row)).map(|a| AttemptId(*a))
    }

    /// Returns the next or previous attempt in the same row.
    pub fn neighbour(&self, attempt: AttemptId, forward: bool) -> Option<AttemptId> {
        let row = self.row(self.row_of(attempt)?);
        let at = row.iter().position(|a| *a == attempt.0)?;
        let next = if forward { at + 1 } else { at.checked_sub(1)? };
        row.get(next).map(|a| AttemptId(*a))
    }

    /// The attempt of a row that lies nearest to a moment: of those that overlap, the one that started last.
    pub fn nearest(&self, run: &Run, row: u32, t: i64) -> Option<AttemptId> {
        let row = self.row(row);
        let span = |a: u32| self.span_of(run, AttemptId(a));
        let at = row.partition_point(|a| span(*a).0 <= t);
        let candidates = [at.checked_sub(1), Some(at)].into_iter().flatten().filter_map(|i| row.get(i));
        let distance = |a: u32| {
            let (start, end) = span(a);
            start.saturating_sub(t).max(t.saturating_sub(end)).max(0)
        };
        candidates.min_by_key(|a| distance(**a)).map(|a| AttemptId(*a))
    }

    /// Returns the row of the first attempt of a task that has one, or that of its lane if it has no bars.
    pub fn row_of_task(&self, run: &Run, task: TaskId) -> Option<u32> {
        run.attempts_of(task).find_map(|a| self.row_of(a)).or_else(|| self.idle_row(task))
    }

    /// Returns the row of a task that has a lane but no bars.
    pub fn idle_row(&self, task: TaskId) -> Option<u32> {
        self.idle.binary_search_by_key(&task.0, |one| one.0).ok().map(|at| self.idle[at].1)
    }

    /// Returns the task of a row: the one whose lane it is, otherwise that of the attempt nearest to a moment.
    pub fn task_at(&self, run: &Run, row: u32, t: i64) -> Option<TaskId> {
        let idle = self.lane_of_row(row).and_then(|lane| lane.idle);
        let nearest = || self.nearest(run, row, t).map(|a| run.attempts.task[a.index()]);
        idle.or_else(nearest).map(TaskId)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lanes_by_worker_step_and_status() {
        let run = makespan_model::notation::run(
            "a 0..4 w10 step=s\nb 1..3 w10 step=s\nc 0..2 w2 step=t failed\nd - -",
        )
        .unwrap();
        let check = |lanes| -> Vec<(String, u32)> {
            Index::new(&run, lanes).lanes.into_iter().map(|l| (l.name, l.rows)).collect()
        };
        assert_eq!(check(Lanes::Worker), [("w2".to_owned(), 1), ("w10".to_owned(), 2)]);
        assert_eq!(check(Lanes::Step), [("s".to_owned(), 2), ("t".to_owned(), 1)]);
        assert_eq!(check(Lanes::Status), [("succeeded".to_owned(), 2), ("failed".to_owned(), 1)]);
        let index = Index::new(&run, Lanes::Worker);
        let a = index.nearest(&run, 1, 0).unwrap();
        assert_eq!(run.task_id(TaskId(run.attempts.task[a.index()])), "a");
    }

    #[test]
    fn bars_are_bounded_by_pixels_and_none_is_lost() {
        let mut text = String::new();
        for i in 0..20_000 {
            let failed = if i == 12_345 { "failed" } else { "" };
            text.push_str(&format!(
                "t{i} {}.{:03}..{}.{:03} w {failed}\n",
                i / 10,
                i % 10 * 100,
                i / 10,
                i % 10 * 100 + 50
            ));
        }
        let run = makespan_model::notation::run(&text).unwrap();
        let index = Index::new(&run, Lanes::Worker);
        let span = (index.extent.1 - index.extent.0) as f64;
        for width in [200.0, 1000.0, 3000.0] {
            let slices: Vec<Slice> = index.slices(0, index.extent, span / width).collect();
            assert!(slices.len() as f64 <= width * 2.0 + 2.0, "{} bars on {width} px", slices.len());
            assert_eq!(slices.iter().map(|s| s.count).sum::<u32>(), 20_000);
            assert_eq!(slices.iter().filter(|s| s.status == Status::Failed).count(), 1);
        }
    }

    #[test]
    fn lanes_suit_the_run_unless_they_are_chosen() {
        let of = |text: &str| makespan_model::notation::run(text).unwrap();
        assert_eq!(Lanes::Auto.for_run(&of("a 0..1 w1")), Lanes::Task);
        assert_eq!(Lanes::Auto.for_run(&of("a 0..1 w1\nb 1..2 w2\nc 3..4 w1")), Lanes::Worker);
        assert_eq!(
            Lanes::Auto.for_run(&of("job 0..9 w1\na 0..5 w1 in=job\nb 5..9 w2 in=job")),
            Lanes::Nested
        );
        let plain = of("b 1..2 - a\na 0..9\nc 1..3 - a");
        assert_eq!(Lanes::Auto.for_run(&plain), Lanes::Task);
        assert_eq!(Lanes::Step.for_run(&plain), Lanes::Step);
        let index = Index::new(&plain, Lanes::Auto);
        assert_eq!(index.lanes.iter().map(|l| l.name.as_str()).collect::<Vec<_>>(), ["a", "c", "b"]);
        let many: String = (0..301).map(|i| format!("t{i} 0..1 - step=s\n")).collect();
        assert_eq!(Lanes::Auto.for_run(&of(&many)), Lanes::Step);
    }

    #[test]
    fn tasks_that_never_ran_have_rows_after_what_they_depend_on() {
        let text = "a 0..4\nb 4..9 - a\nskip - - a skipped\nlater - - skip\nalone - -";
        let run = makespan_model::notation::run(text).unwrap();
        let index = Index::new(&run, Lanes::Task);
        let names: Vec<&str> = index.lanes.iter().map(|l| l.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "skip", "later", "alone"]);
        let skip = run.find_task("skip").unwrap();
        assert_eq!((index.row_of_task(&run, skip), index.task_at(&run, 2, 0)), (Some(2), Some(skip)));
        assert_eq!(index.key(&run, 2).as_deref(), Some("t:skip"));
        let nested = Index::new(&run, Lanes::Nested);
        assert_eq!(nested.lanes.iter().filter(|l| l.idle.is_some()).count(), 3);
        let untimed = makespan_model::notation::run("a - -\nb - - - a").unwrap();
        assert_eq!(Index::new(&untimed, Lanes::Task).row_count(), 0);
    }

    #[test]
    fn a_running_attempt_that_started_last_has_a_bar() {
        let run = makespan_model::notation::run("a 0..40 w1\nb 40.. w2").unwrap();
        let index = Index::new(&run, Lanes::Worker);
        assert_eq!(index.extent, (0, 41_000_000_000));
        let b = index.slices(1, index.extent, 1.0).next().unwrap();
        assert_eq!((b.start, b.end), (40_000_000_000, 41_000_000_000));
    }
}
