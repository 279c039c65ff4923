//! Which attempt lies in which row, and the same at coarser and coarser resolutions.

use makespan_analysis::natural_cmp;
use makespan_layout::lanes::pack;
use makespan_model::{AttemptId, HashMap, Order as _, Run, Status, StrId, TaskId, UNKNOWN};
use serde::{Deserialize, Serialize};

use crate::recorded::Recorded;

/// What the lane of attempts without a worker is called.
pub(crate) const UNNAMED: &str = "(unknown worker)";

/// Most tasks that have a lane each without being asked for: about ten screens of them.
const MOST_TASK_LANES: usize = 300;

/// The part of the time that is known which is added behind it where attempts go on: one in so many.
const OPEN_ROOM: i64 = 40;

/// What a lane stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Lanes {
    /// Those that suit the run ([`Lanes::for_run`]).
    #[default]
    Auto,
    /// One lane a task.
    Task,
    /// What executed it: one lane a worker.
    Worker,
    /// The kind of work: one lane a step.
    Step,
    /// What became of it.
    Status,
}

impl Lanes {
    /// All that people choose from, in the order in which the key goes through them.
    pub const ALL: [Lanes; 4] = [Lanes::Task, Lanes::Worker, Lanes::Step, Lanes::Status];

    /// The lanes themselves: workers where the run names any, else its tasks while they can be scrolled through, else
    /// its steps.
    pub fn for_run(self, run: &Run) -> Lanes {
        match self {
            Lanes::Auto if run.attempts.worker.iter().any(|w| !w.is_empty()) => Lanes::Worker,
            Lanes::Auto if run.task_count() <= MOST_TASK_LANES => Lanes::Task,
            Lanes::Auto => Lanes::Step,
            chosen => chosen,
        }
    }

    /// The name in links.
    pub fn name(self) -> &'static str {
        match self {
            Lanes::Auto => "auto",
            Lanes::Task => "task",
            Lanes::Worker => "worker",
            Lanes::Step => "step",
            Lanes::Status => "status",
        }
    }
}

/// One lane: `rows` rows from `first_row` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// What people read.
    pub name: String,
    /// First row.
    pub first_row: u32,
    /// How many rows its overlapping attempts need.
    pub rows: u32,
    /// How many attempts it holds.
    pub attempts: u32,
}

/// Bars of one resolution, row by row in the order of time; those shorter than the resolution are merged.
#[derive(Clone, Debug, Default, PartialEq)]
struct Level {
    resolution: i64,
    rows: Vec<u32>,
    start: Vec<i64>,
    end: Vec<i64>,
    /// First attempt of the bar.
    attempt: Vec<u32>,
    /// How many attempts it holds.
    count: Vec<u32>,
    /// Time at work within it, for how dense it is.
    busy: Vec<i64>,
    /// The status that matters most of those within.
    status: Vec<Status>,
    /// The status that most of those within have.
    usual: Vec<Status>,
    /// By how much it leads (the majority vote of Boyer and Moore, 1991, over merged bars).
    lead: Vec<u32>,
}

/// A bar as the picture draws it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slice {
    /// Start, ns since the epoch.
    pub start: i64,
    /// End, ns since the epoch.
    pub end: i64,
    /// First attempt.
    pub attempt: AttemptId,
    /// How many attempts are drawn as this one bar.
    pub count: u32,
    /// Part of it that is filled, 0 to 1.
    pub density: f32,
    /// The status that matters most of those within.
    pub status: Status,
    /// The status that most of those within have.
    pub usual: Status,
}

/// The lanes of a run, ready to be drawn at any zoom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Index {
    /// The lanes, top to bottom.
    pub lanes: Vec<Lane>,
    /// First and last moment of anything, ns since the epoch.
    pub extent: (i64, i64),
    /// How many attempts have no start and are in no lane.
    pub untimed: usize,
    /// Alerts and log lines with a time, in the order of time.
    pub marks: Vec<Recorded>,
    levels: Vec<Level>,
    row_of: Vec<u32>,
}

/// How much a status matters when several share a bar: failures must never drown.
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

/// A lane whose attempts have their rows.
pub(crate) struct PlacedLane {
    /// What people read.
    pub(crate) name: String,
    /// Start, end and index of its attempts, as [`timed`] gives them.
    pub(crate) timed: Vec<(i64, i64, u32)>,
    /// The row of each within the lane; those of one row must not overlap.
    pub(crate) rows: Vec<u32>,
    /// How many rows the lane has.
    pub(crate) count: u32,
}

/// Start, end and index of those attempts that have times, in the order of their starts; an open end reaches to the
/// last moment known. The longer of two that start together comes first, so that a containing slice lies above its
/// contents.
pub(crate) fn timed(run: &Run, attempts: &[u32], extent: (i64, i64)) -> Vec<(i64, i64, u32)> {
    let mut timed: Vec<(i64, i64, u32)> =
        attempts.iter().filter_map(|&a| interval(run, a as usize, extent).map(|(s, e)| (s, e, a))).collect();
    timed.sort_unstable_by_key(|&(s, e, a)| (s, std::cmp::Reverse(e), a));
    timed
}

/// Start and end of an attempt on the axis: an open end reaches to the last moment known.
fn interval(run: &Run, a: usize, extent: (i64, i64)) -> Option<(i64, i64)> {
    let (queued, started, ended) = (run.attempts.queued[a], run.attempts.started[a], run.attempts.ended[a]);
    let from = if started != UNKNOWN { started } else { queued };
    let to = if ended != UNKNOWN { ended } else { extent.1 };
    (from != UNKNOWN).then_some((from, to.max(from)))
}

/// First and last moment of the axis. Where attempts go on, a little of the time after the last moment known belongs to
/// it, so that what began last has a bar that can be seen.
fn shown_extent(run: &Run) -> (i64, i64) {
    let (from, to) = run.extent().unwrap_or((0, 0));
    let (started, ended) = (&run.attempts.started, &run.attempts.ended);
    let goes_on = started.iter().zip(ended).any(|(s, e)| *s != UNKNOWN && *e == UNKNOWN);
    let room = if goes_on { to.saturating_sub(from) / OPEN_ROOM } else { 0 };
    (from, to.saturating_add(room))
}

/// The attempts of each lane, with the name of the lane, in the order of the lanes.
pub(crate) fn grouped(run: &Run, lanes: Lanes) -> Vec<(String, Vec<u32>)> {
    let attempts = 0..run.attempt_count() as u32;
    let lanes = lanes.for_run(run);
    if lanes == Lanes::Task {
        return by_task(run);
    }
    if lanes == Lanes::Status {
        let mut groups: Vec<(String, Vec<u32>)> =
            Status::ALL.iter().map(|s| (s.name().to_owned(), Vec::new())).collect();
        attempts.for_each(|a| groups[run.attempts.status[a as usize] as usize].1.push(a));
        groups.retain(|g| !g.1.is_empty());
        return groups;
    }
    let key = |a: u32| -> StrId {
        let task = run.attempts.task[a as usize] as usize;
        match lanes {
            Lanes::Worker => run.attempts.worker[a as usize],
            _ if !run.tasks.step[task].is_empty() => run.tasks.step[task],
            _ if !run.tasks.name[task].is_empty() => run.tasks.name[task],
            _ => run.tasks.id[task],
        }
    };
    let mut of: HashMap<StrId, usize> = HashMap::default();
    let mut groups: Vec<(StrId, Vec<u32>)> = Vec::new();
    for a in attempts {
        let at = *of.entry(key(a)).or_insert_with(|| {
            groups.push((key(a), Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(a);
    }
    let first_start = |members: &[u32]| {
        members.iter().map(|&a| run.attempts.started[a as usize]).filter(|t| *t != UNKNOWN).min()
    };
    match lanes {
        // Workers are found by name; steps tell a story, so they stand in the order in which they began.
        Lanes::Worker => groups.order_by(|a, b| {
            let (x, y) = (run.text(a.0), run.text(b.0));
            x.is_empty().cmp(&y.is_empty()).then_with(|| natural_cmp(x, y))
        }),
        _ => groups.order_by_cached_key(|g| (first_start(&g.1).unwrap_or(i64::MAX), g.0)),
    }
    let name = |id: StrId| if id.is_empty() { UNNAMED.to_owned() } else { run.text(id).to_owned() };
    groups.into_iter().map(|(id, members)| (name(id), members)).collect()
}

/// A lane for each task that has attempts, in the order of their first starts; of two that start together the longer
/// comes first, so that what contains others stands above them.
fn by_task(run: &Run) -> Vec<(String, Vec<u32>)> {
    let mut tasks: Vec<TaskId> = run.task_ids().filter(|t| run.attempts_of(*t).len() > 0).collect();
    tasks.sort_by_cached_key(|t| {
        let (start, end) = run.task_interval(*t).unwrap_or((i64::MAX, i64::MAX));
        (start, std::cmp::Reverse(end), t.0)
    });
    let members = |t: TaskId| run.attempts_of(t).map(|a| a.0).collect();
    tasks.into_iter().map(|t| (run.task_name(t).to_owned(), members(t))).collect()
}

impl Index {
    /// Packs the attempts of a run into rows. O(n log n) once for a run and a choice of lanes.
    pub fn new(run: &Run, lanes: Lanes) -> Index {
        let extent = shown_extent(run);
        let placed = grouped(run, lanes).into_iter().map(|(name, members)| {
            let timed = timed(run, &members, extent);
            let (rows, count) = pack(&timed.iter().map(|&(s, e, _)| (s, e)).collect::<Vec<_>>());
            PlacedLane { name, timed, rows, count }
        });
        Index::placed(run, placed)
    }

    /// The index of attempts that have their rows already; attempts that are in no lane have no row, nor has a lane
    /// of no rows a place.
    pub(crate) fn placed(run: &Run, lanes: impl IntoIterator<Item = PlacedLane>) -> Index {
        let extent = shown_extent(run);
        let mut index = Index { extent, row_of: vec![u32::MAX; run.attempt_count()], ..Index::default() };
        let mut base = Level { resolution: 1, rows: vec![0], ..Level::default() };
        for PlacedLane { name, timed, rows, count } in lanes {
            if count == 0 {
                continue;
            }
            let first_row = base.rows.len() as u32 - 1;
            let mut by_row: Vec<u32> = (0..timed.len() as u32).collect();
            by_row.sort_by_key(|&i| rows[i as usize]);
            let mut row = 0;
            for &i in &by_row {
                while row < rows[i as usize] {
                    base.rows.push(base.start.len() as u32);
                    row += 1;
                }
                let (s, e, a) = timed[i as usize];
                index.row_of[a as usize] = first_row + row;
                base.start.push(s);
                base.end.push(e);
                base.attempt.push(a);
                base.count.push(1);
                base.busy.push(e.saturating_sub(s));
                base.status.push(run.attempts.status[a as usize]);
                base.usual.push(run.attempts.status[a as usize]);
                base.lead.push(1);
            }
            while row < count {
                base.rows.push(base.start.len() as u32);
                row += 1;
            }
            index.lanes.push(Lane { name, first_row, rows: count, attempts: timed.len() as u32 });
        }
        index.untimed = run.attempt_count() - base.start.len();
        index.marks = Recorded::timed(run);
        index.levels.push(base);
        index.coarsen();
        index
    }

    /// Adds levels, each at least twice as coarse, where they save at least a fifth of the bars.
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

    /// Number of rows in all lanes.
    pub fn row_count(&self) -> u32 {
        self.levels.first().map_or(0, |l| l.rows.len() as u32 - 1)
    }

    /// Row of an attempt; `None` where it has no times.
    pub fn row_of(&self, attempt: AttemptId) -> Option<u32> {
        self.row_of.get(attempt.index()).copied().filter(|r| *r != u32::MAX)
    }

    /// Begin and end of the bar of an attempt, ns since the epoch: from its start, or where that is not known from when it
    /// was queued, to its end, or to the end of what is shown.
    pub fn span_of(&self, run: &Run, attempt: AttemptId) -> (i64, i64) {
        let (a, i) = (&run.attempts, attempt.index());
        let from = if a.started[i] != UNKNOWN { a.started[i] } else { a.queued[i] };
        let to = if a.ended[i] != UNKNOWN { a.ended[i] } else { self.extent.1 };
        (from, to.max(from))
    }

    /// The lane that holds a row.
    pub fn lane_of_row(&self, row: u32) -> Option<&Lane> {
        self.lanes.get(self.lanes.partition_point(|l| l.first_row + l.rows <= row))
    }

    /// Bars of one row within a window, at a resolution of `ns_per_px`: at most a few per pixel however many
    /// attempts there are.
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
            }
        })
    }

    /// The timed attempts of a lane from top to bottom, each row in the order of time.
    pub fn attempts(&self, lane: &Lane) -> impl Iterator<Item = AttemptId> + '_ {
        let range = match self.levels.first() {
            Some(l) => {
                l.rows[lane.first_row as usize] as usize
                    ..l.rows[(lane.first_row + lane.rows) as usize] as usize
            }
            None => 0..0,
        };
        range.map(|i| AttemptId(self.levels[0].attempt[i]))
    }

    /// The attempt after (or before) one in its row.
    pub fn neighbour(&self, attempt: AttemptId, forward: bool) -> Option<AttemptId> {
        let level = self.levels.first()?;
        let row = self.row_of(attempt)? as usize;
        let (from, to) = (level.rows[row] as usize, level.rows[row + 1] as usize);
        let at = level.attempt[from..to].iter().position(|a| *a == attempt.0)?;
        let next = if forward { at + 1 } else { at.checked_sub(1)? };
        level.attempt[from..to].get(next).map(|a| AttemptId(*a))
    }

    /// The attempt of a row that lies nearest to a moment.
    pub fn nearest(&self, row: u32, t: i64) -> Option<AttemptId> {
        let level = self.levels.first()?;
        let (from, to) =
            (*level.rows.get(row as usize)? as usize, *level.rows.get(row as usize + 1)? as usize);
        let at = from + level.start[from..to].partition_point(|s| *s <= t);
        let candidates = [at.checked_sub(1).filter(|i| *i >= from), Some(at).filter(|i| *i < to)];
        let distance = |i: usize| level.start[i].saturating_sub(t).max(t.saturating_sub(level.end[i])).max(0);
        candidates.into_iter().flatten().min_by_key(|&i| distance(i)).map(|i| AttemptId(level.attempt[i]))
    }

    /// The first attempt of a task that has a row.
    pub fn row_of_task(&self, run: &Run, task: TaskId) -> Option<u32> {
        run.attempts_of(task).find_map(|a| self.row_of(a))
    }
}

/// Neighbours of a row that are shorter than the resolution and closer than it become one bar, up to four times the
/// resolution long, so that what is merged still shows where it is dense and where something failed.
fn merged(from: &Level, resolution: i64) -> Level {
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
                to.count[last] += from.count[i];
                to.busy[last] = to.busy[last].saturating_add(from.busy[i]);
                if to.usual[last] == from.usual[i] {
                    to.lead[last] += from.lead[i];
                } else if to.lead[last] >= from.lead[i] {
                    to.lead[last] -= from.lead[i];
                } else {
                    (to.usual[last], to.lead[last]) = (from.usual[i], from.lead[i] - to.lead[last]);
                }
                if weight(from.status[i]) > weight(to.status[last]) {
                    to.status[last] = from.status[i];
                    to.attempt[last] = from.attempt[i];
                }
            } else {
                to.start.push(s);
                to.end.push(e);
                to.attempt.push(from.attempt[i]);
                to.count.push(from.count[i]);
                to.busy.push(from.busy[i]);
                to.status.push(from.status[i]);
                to.usual.push(from.usual[i]);
                to.lead.push(from.lead[i]);
            }
        }
        to.rows.push(to.start.len() as u32);
    }
    to
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
        let a = index.nearest(1, 0).unwrap();
        assert_eq!(run.task_id(TaskId(run.attempts.task[a.index()])), "a");
    }

    #[test]
    fn a_screen_never_gets_more_bars_than_pixels_allow_and_none_is_lost() {
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
        assert_eq!(Lanes::Auto.for_run(&of("a 0..1 w1")), Lanes::Worker);
        let plain = of("b 1..2 - a\na 0..9\nc 1..3 - a");
        assert_eq!(Lanes::Auto.for_run(&plain), Lanes::Task);
        assert_eq!(Lanes::Step.for_run(&plain), Lanes::Step);
        let index = Index::new(&plain, Lanes::Auto);
        assert_eq!(index.lanes.iter().map(|l| l.name.as_str()).collect::<Vec<_>>(), ["a", "c", "b"]);
        let many: String = (0..301).map(|i| format!("t{i} 0..1 - step=s\n")).collect();
        assert_eq!(Lanes::Auto.for_run(&of(&many)), Lanes::Step);
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
