//! Numbers and findings as people say them.

use makespan_analysis::Quantity;
use makespan_analysis::compare::{Caveat, Change, Evidence, PartKind, Side};
use makespan_format::time::format_rfc3339;
use makespan_scene::{Role, bytes, count, duration};

/// A measure as it is written.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) quantity: Quantity,
    /// Of a plain number.
    pub(super) name: String,
}

impl Unit {
    /// A number; "–" for none.
    pub(super) fn amount(&self, value: f64) -> String {
        if !value.is_finite() {
            return "–".to_owned();
        }
        match self.quantity {
            Quantity::Time => duration(value.round() as i64),
            Quantity::Bytes => bytes(value),
            Quantity::Percent => format!("{} %", decimal(value)),
            Quantity::Count if value.fract() == 0.0 && value.abs() < 1e15 => {
                let sign = if value < 0.0 { "−" } else { "" };
                format!("{sign}{}", count(value.abs() as u64))
            }
            Quantity::Count | Quantity::Number => {
                format!("{} {}", decimal(value), self.name).trim_end().to_owned()
            }
        }
    }

    /// A difference, with its sign.
    pub(super) fn signed(&self, value: f64) -> String {
        let text = self.amount(value);
        if value > 0.0 { format!("+{text}") } else { text }
    }

    /// What JSON calls the unit.
    pub(super) fn code(&self) -> &str {
        match self.quantity {
            Quantity::Time => "ns",
            Quantity::Bytes => "bytes",
            Quantity::Percent => "percent",
            Quantity::Count => "count",
            Quantity::Number => &self.name,
        }
    }
}

/// A number with three significant digits.
fn decimal(value: f64) -> String {
    let text = match value.abs() {
        x if x >= 1e6 || (x > 0.0 && x < 1e-3) => format!("{value:.2e}"),
        x if x >= 100.0 => format!("{value:.0}"),
        x if x >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    };
    text.replace('-', "−")
}

/// A difference of times in ns.
pub(super) fn delta(ns: i64) -> String {
    if ns > 0 { format!("+{}", duration(ns)) } else { duration(ns) }
}

/// A change from one number to another, in hundredths, or as a factor where it is large.
pub(super) fn relative(from: f64, to: f64) -> String {
    if !(from > 0.0 && to.is_finite()) {
        return String::new();
    }
    let share = (to - from) / from * 100.0;
    if to / from >= 10.0 {
        return format!("×{:.0}", to / from);
    }
    let sign = if share < 0.0 { "−" } else { "+" };
    let digits = if share.abs() < 9.95 { 1 } else { 0 };
    format!("{sign}{:.digits$} %", share.abs())
}

/// The role of a difference: less, more, or neither.
pub(super) fn role(difference: f64) -> Role {
    if difference > 0.0 {
        Role::More
    } else if difference < 0.0 {
        Role::Less
    } else {
        Role::Text
    }
}

/// What a caveat says.
pub(super) fn caveat(caveat: Caveat) -> String {
    let run = |side: Side| if side == Side::A { "A" } else { "B" };
    match caveat {
        Caveat::Failed(side) => format!("{} failed: what it left undone makes it no faster", run(side)),
        Caveat::Cancelled(side) => format!("{} was stopped from outside", run(side)),
        Caveat::Unfinished(side) => format!("{} was not over when it was recorded", run(side)),
        Caveat::NoMakespan(side) => format!("{} has no times", run(side)),
        Caveat::NoTasks(side) => format!("{} has no tasks", run(side)),
        Caveat::LittleInCommon => "less than half of the tasks are in both runs".to_owned(),
        Caveat::NotExecuted(side, n) => {
            let other = run(if side == Side::A { Side::B } else { Side::A });
            format!(
                "{} took {} from a cache or skipped them, which {other} executed",
                run(side),
                tasks(n as usize)
            )
        }
        Caveat::ParamsDiffer => "the runs were given different parameters".to_owned(),
        Caveat::EdgesInferred(side) => {
            format!("the dependencies of {} were inferred from times, and so was its path", run(side))
        }
    }
}

/// A moment to the second, UTC.
pub(super) fn moment(ns: i64) -> String {
    let text = format_rfc3339(ns);
    match text.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => text,
    }
}

/// A number of tasks.
pub(super) fn tasks(n: usize) -> String {
    format!("{} {}", count(n as u64), if n == 1 { "task" } else { "tasks" })
}

/// A number of runs.
pub(super) fn runs(n: usize) -> String {
    format!("{n} {}", if n == 1 { "run" } else { "runs" })
}

/// What a part of a difference is called, given the name of its task and whether both runs have that.
pub(super) fn part(kind: PartKind, task: &str, both: bool) -> String {
    match kind {
        PartKind::Task => task.to_owned(),
        PartKind::New if both => format!("{task} (not executed in A)"),
        PartKind::Gone if both => format!("{task} (not executed in B)"),
        PartKind::New => format!("{task} (new)"),
        PartKind::Gone => format!("{task} (gone)"),
        PartKind::Retries => format!("{task} (retries)"),
        PartKind::Dependency => "waiting to start, though ready".to_owned(),
        PartKind::Slot => "waiting for a worker".to_owned(),
        PartKind::Queue => "waiting in a queue".to_owned(),
        PartKind::PathSwitch => "other tasks on the path".to_owned(),
        PartKind::Remainder => "not recorded".to_owned(),
    }
}

/// How a renamed task was found.
pub(super) fn evidence(by: Evidence) -> &'static str {
    match by {
        Evidence::Key => "by its name",
        Evidence::StepAndParams => "by its step and parameters",
        Evidence::Neighbourhood => "by its place in the graph",
    }
}

/// What differs between two tasks; the duration stands in columns of its own.
pub(super) fn changes(changes: &[Change]) -> String {
    let names = changes.iter().filter(|c| **c != Change::Duration).map(|c| c.name());
    names.collect::<Vec<&str>>().join(", ")
}
