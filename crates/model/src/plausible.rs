//! Finds implausible times: values that mean "never", tasks decades away from the rest, attempts that last for decades,
//! and runs whose times seem to be in another unit.
//!
//! Implausible times become unknown and are reported, so that no picture, total or finding depends on them.

use makespan_format::{Diagnostic, Severity, Status, time::format_rfc3339};

use crate::blocks::Blocks;
use crate::build::RunBuilder;
use crate::{Order as _, StrId, UNKNOWN};

const SECOND: i64 = 1_000_000_000;

/// 2000-01-01, ns since the epoch: programs that record runs write later dates.
const CENTURY: i64 = 946_684_800 * SECOND;

/// Ten years of 365 days, ns: tasks of one run do not lie further apart, nor does a try last longer.
const FAR: i64 = 3_650 * 86_400 * SECOND;

/// One day, and a quarter of an hour, ns: offsets of time zones are multiples of the latter.
const DAY: i64 = 86_400 * SECOND;
const QUARTER: i64 = 900 * SECOND;

/// Returns whether programs write this time, in ns, for "never": the epoch in any zone, -1 in any unit, 1900-01-01,
/// 1899-12-30 (zero in spreadsheets), the largest 32-bit integers in seconds and milliseconds, the end of year 9999 in
/// seconds read as milliseconds, and the largest 64-bit integer.
fn is_never(t: i64) -> bool {
    const NEVER: [i64; 12] = [
        -1,
        -1_000,
        -1_000_000,
        -SECOND,
        -2_208_988_800 * SECOND,
        -2_209_161_600 * SECOND,
        2_147_483_647 * SECOND,
        2_147_483_647 * (SECOND / 1_000),
        4_294_967_295 * SECOND,
        4_294_967_295 * (SECOND / 1_000),
        253_402_300_799 * (SECOND / 1_000),
        i64::MAX,
    ];
    let is_epoch = t.unsigned_abs() <= DAY.unsigned_abs() && t % QUARTER == 0;
    is_epoch || NEVER.contains(&t)
}

/// One complaint: how many tries, and the first task and time.
#[derive(Default)]
struct Found {
    count: u64,
    first: Option<(u32, i64)>,
}

impl Found {
    fn add(&mut self, task: u32, t: i64) {
        self.count += 1;
        self.first.get_or_insert((task, t));
    }
}

/// The code of the finding that lines among those of a run could not be read: an end may have been among them.
pub const UNREADABLE_LINES: &str = "unreadable-line";

impl RunBuilder {
    /// If lines could not be read, a task without an end is not known to be still running.
    pub(crate) fn doubt_running(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        if !diagnostics.iter().any(|d| d.code == UNREADABLE_LINES) {
            return;
        }
        let a = &mut self.attempts;
        let mut found = Found::default();
        for i in 0..a.task.len() {
            let is_open = a.started[i] != UNKNOWN && a.ended[i] == UNKNOWN;
            if is_open && (a.status[i] == Status::Running || !self.said[i]) {
                found.add(a.task[i], a.started[i]);
                (a.status[i], self.said[i]) = (Status::Unknown, true);
            }
        }
        self.say(&found, Severity::Warning, "end-may-be-lost", diagnostics, |task, _| {
            format!(
                "attempts without an end: {}; the end may stand in a line that could not be read, so whether they still run \
                 is not known (first: task {task:?})",
                found.count
            )
        });
    }

    /// Makes implausible times unknown. O(attempts × log).
    pub(crate) fn drop_implausible_times(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        self.drop_nevers(diagnostics);
        self.drop_outliers(diagnostics);
        self.doubt_unit(diagnostics);
    }

    fn say(
        &self,
        found: &Found,
        severity: Severity,
        code: &'static str,
        diagnostics: &mut Vec<Diagnostic>,
        message: impl FnOnce(&str, String) -> String,
    ) {
        let Some((task, t)) = found.first else { return };
        let id = self.tasks.id.get(task as usize).unwrap_or(StrId::EMPTY);
        let message = message(self.strings.get(id), format_rfc3339(t));
        diagnostics.push(Diagnostic::new(severity, code, message).times(found.count));
    }

    /// Values that mean "never", if all other times are of this century.
    fn drop_nevers(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        let a = &mut self.attempts;
        let columns = [&a.queued, &a.started, &a.ended];
        let (mut dated, mut other, mut never) = (0u64, 0u64, 0u64);
        for t in columns.into_iter().flat_map(Blocks::iter).filter(|t| *t != UNKNOWN) {
            match is_never(t) {
                true => never += 1,
                false if t >= CENTURY => dated += 1,
                false => other += 1,
            }
        }
        if never == 0 || dated == 0 || other > 0 {
            return;
        }
        let mut found = Found::default();
        for column in [&mut a.queued, &mut a.started, &mut a.ended] {
            for i in 0..column.len() {
                if column[i] != UNKNOWN && is_never(column[i]) {
                    found.add(a.task[i], column[i]);
                    column[i] = UNKNOWN;
                }
            }
        }
        self.say(&found, Severity::Info, "time-never", diagnostics, |task, t| {
            format!(
                "times that stand for \"never\" among times of this century: {}; they are unknown (first: {t} of task {task:?})",
                found.count
            )
        });
    }

    /// Tasks decades away from the rest, and tries that last for decades.
    fn drop_outliers(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        let a = &mut self.attempts;
        let mut long = Found::default();
        for i in 0..a.task.len() {
            let (start, end) = (a.started[i], a.ended[i]);
            if start != UNKNOWN && end != UNKNOWN && end.saturating_sub(start) > FAR {
                long.add(a.task[i], end);
                a.ended[i] = UNKNOWN;
                if !self.said[i] {
                    (a.status[i], self.said[i]) = (Status::Unknown, true);
                }
            }
        }
        let mut starts: Vec<i64> = (0..a.task.len())
            .map(|i| start_of(a.queued[i], a.started[i], a.ended[i]))
            .filter(|t| *t != UNKNOWN)
            .collect();
        starts.order();
        let mut outside = Found::default();
        if let Some((from, to)) = body(&starts) {
            for i in 0..a.task.len() {
                let before = outside.count;
                for column in [&mut a.queued, &mut a.started, &mut a.ended] {
                    let t = column[i];
                    if t != UNKNOWN && (t < from || t > to) {
                        outside.add(a.task[i], t);
                        column[i] = UNKNOWN;
                    }
                }
                if outside.count > before && !self.said[i] {
                    (a.status[i], self.said[i]) = (Status::Unknown, true);
                }
            }
        }
        self.say(&long, Severity::Warning, "duration-implausible", diagnostics, |task, t| {
            format!(
                "attempts that would last for decades: {}; their ends are unknown (first: task {task:?}, to {t}). A wrong \
                 unit or an underflow is likely; --unit sets the unit",
                long.count
            )
        });
        self.say(&outside, Severity::Warning, "time-implausible", diagnostics, |task, t| {
            format!(
                "times decades away from the rest of the run: {}; they are unknown (first: {t} of task {task:?}). A wrong unit \
                 or a clock that was not set is likely; --unit sets the unit",
                outside.count
            )
        });
    }

    /// Runs that would lie in 1970 and would be of this century in another unit.
    fn doubt_unit(&self, diagnostics: &mut Vec<Diagnostic>) {
        let a = &self.attempts;
        let known =
            || [&a.queued, &a.started, &a.ended].into_iter().flat_map(Blocks::iter).filter(|t| *t != UNKNOWN);
        let (Some(first), Some(last)) = (known().min(), known().max()) else { return };
        if diagnostics.iter().any(|d| d.code == "time-unit-doubtful") {
            return;
        }
        // From 2000 to 2100, counted in this unit.
        let fits = |ns: i64| first >= CENTURY / ns && last <= 4_102_444_800 * SECOND / ns;
        let units =
            [(SECOND, "seconds", "s"), (1_000_000, "milliseconds", "ms"), (1_000, "microseconds", "us")];
        if let Some((ns, name, symbol)) = units.into_iter().find(|(ns, ..)| fits(*ns)) {
            let message = format!(
                "all times lie on the first days of 1970; as {name} they would begin at {}: open the file with --unit \
                 {symbol} to read them so",
                format_rfc3339(first.saturating_mul(ns))
            );
            diagnostics.push(Diagnostic::new(Severity::Warning, "time-unit-doubtful", message));
        }
    }
}

/// The first time that is known of a try.
fn start_of(queued: i64, started: i64, ended: i64) -> i64 {
    [started, queued, ended].into_iter().find(|t| *t != UNKNOWN).unwrap_or(UNKNOWN)
}

/// Returns the plausible range of times, given the sorted starts: the longest sequence within ten years (the latest of
/// equal length), extended by ten years on both sides. `None` if no start is outside.
fn body(starts: &[i64]) -> Option<(i64, i64)> {
    let mut best = (0, 0);
    let mut from = 0;
    for i in 1..=starts.len() {
        if i == starts.len() || starts[i].saturating_sub(starts[i - 1]) > FAR {
            if i - from >= best.1 - best.0 {
                best = (from, i);
            }
            from = i;
        }
    }
    if best.1 - best.0 == starts.len() {
        return None;
    }
    let (first, last) = (starts.get(best.0)?, starts.get(best.1.checked_sub(1)?)?);
    Some((first.saturating_sub(FAR), last.saturating_add(FAR)))
}
