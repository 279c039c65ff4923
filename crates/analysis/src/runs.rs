//! Statistics of many runs.

use makespan_model::Order as _;
use makespan_model::{Run, Status};

use crate::{Distribution, natural_cmp};

/// The values of one run that count in statistics of many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFigures {
    /// Its workflow, or if unknown its name; empty if neither is known.
    pub workflow: String,
    /// Its status; see [`Run::status`].
    pub status: Option<Status>,
    /// First start, ns since the epoch.
    pub started: Option<i64>,
    /// From its first start to its last end, ns: never a sum over its tasks.
    pub makespan: Option<i64>,
}

impl RunFigures {
    /// The figures of a run. O(n + a).
    pub fn of(run: &Run) -> RunFigures {
        let name = if run.workflow.is_empty() { run.name } else { run.workflow };
        let span = run.span();
        RunFigures {
            workflow: run.text(name).to_owned(),
            status: run.status(),
            started: span.map(|s| s.0),
            makespan: span.map(|(s, e)| e.saturating_sub(s)),
        }
    }
}

/// A range of dates, half open; an end that is absent is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateRange {
    /// ns since the epoch, the first moment within.
    pub from: Option<i64>,
    /// ns since the epoch, the first moment after.
    pub to: Option<i64>,
}

impl DateRange {
    /// Whether it holds a moment.
    pub fn contains(&self, t: i64) -> bool {
        self.from.is_none_or(|from| from <= t) && self.to.is_none_or(|to| t < to)
    }

    /// Whether it holds all moments.
    pub fn is_open(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }
}

/// Statistics of runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunStatistics {
    /// Number of runs.
    pub runs: u32,
    /// Number of runs per status, by `Status as usize`.
    pub statuses: [u32; Status::COUNT],
    /// Number of runs with an unknown status.
    pub unknown: u32,
    /// Makespans of those that succeeded. This and the two below hold only runs that are over and have times.
    pub succeeded: Distribution,
    /// Makespans of those that failed: a run that fails early is short for that reason, so they are kept apart.
    pub failed: Distribution,
    /// Makespans of all that are over, however they ended.
    pub ended: Distribution,
    /// The longest of all that are over, by index among the runs given, the first of equal ones.
    pub longest: Option<usize>,
    /// First start of the earliest and of the latest of them, ns since the epoch.
    pub between: Option<(i64, i64)>,
}

impl RunStatistics {
    /// Returns the number of runs with a status.
    pub fn count(&self, status: Status) -> u32 {
        self.statuses[status as usize]
    }

    /// Returns succeeded runs divided by succeeded and failed runs, 0 to 1; `None` if there are none. Cancelled,
    /// skipped, running and unknown runs do not count.
    pub fn success_rate(&self) -> Option<f64> {
        let [succeeded, failed] = [Status::Succeeded, Status::Failed].map(|s| self.count(s));
        let ended = succeeded.saturating_add(failed);
        (ended > 0).then(|| f64::from(succeeded) / f64::from(ended))
    }
}

/// Statistics of runs, all together and by workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunsOverview {
    /// Statistics of all runs in the range.
    pub all: RunStatistics,
    /// Statistics per workflow, in natural order of their names.
    pub workflows: Vec<(String, RunStatistics)>,
    /// Runs that started outside of the range.
    pub outside: u32,
    /// Runs left out because they have no start and so are in no range.
    pub undated: u32,
}

/// The statistics of the runs that started within a range of dates. Durations are makespans; those of runs that failed
/// are never mixed with those of runs that succeeded. O(r log r).
pub fn run_statistics(runs: &[RunFigures], range: DateRange) -> RunsOverview {
    let mut out = RunsOverview::default();
    let mut within: Vec<usize> = Vec::with_capacity(runs.len());
    for (i, run) in runs.iter().enumerate() {
        match run.started {
            _ if range.is_open() => within.push(i),
            None => out.undated += 1,
            Some(t) if range.contains(t) => within.push(i),
            Some(_) => out.outside += 1,
        }
    }
    out.all = statistics(runs, &within);
    within.order_by(|a, b| natural_cmp(&runs[*a].workflow, &runs[*b].workflow));
    out.workflows = within
        .chunk_by(|a, b| runs[*a].workflow == runs[*b].workflow)
        .map(|mine| (runs[mine[0]].workflow.clone(), statistics(runs, mine)))
        .collect();
    out
}

fn statistics(runs: &[RunFigures], within: &[usize]) -> RunStatistics {
    let mut out = RunStatistics { runs: within.len() as u32, ..RunStatistics::default() };
    // (makespan, status, index)
    let mut over: Vec<(i64, Status, usize)> = Vec::new();
    for &i in within {
        let run = &runs[i];
        match run.status {
            None => out.unknown += 1,
            Some(status) => out.statuses[status as usize] += 1,
        }
        if let (Some(status), Some(makespan)) = (run.status.filter(|s| s.is_terminal()), run.makespan) {
            over.push((makespan, status, i));
        }
        if let Some(t) = run.started {
            let (first, last) = out.between.unwrap_or((t, t));
            out.between = Some((first.min(t), last.max(t)));
        }
    }
    over.order_by(Ord::cmp);
    let of = |is: fn(Status) -> bool| {
        let some: Vec<i64> = over.iter().filter(|o| is(o.1)).map(|o| o.0).collect();
        Distribution::of(&some)
    };
    out.succeeded = of(|s| s == Status::Succeeded);
    out.failed = of(|s| s == Status::Failed);
    out.ended = of(|_| true);
    out.longest = over.iter().filter(|o| o.0 == out.ended.max).map(|o| o.2).min();
    out
}
