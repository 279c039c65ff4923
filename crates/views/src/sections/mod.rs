//! The facts of runs as sections. Each function returns one section, or `None` if there is nothing to show, with a
//! limited number of rows per table; the page, the report, the summary and the statistics are selections of them.

mod area;
mod bounds;
mod data;
mod failures;
mod figures;
mod losses;
mod origin;
mod path;
mod progress;
mod recorded;
mod several;
mod trend;
mod waits;
mod work;

pub use area::area;
pub use bounds::bounds;
pub use data::{diagnostics, differences, given, rules};
pub use failures::{failed_tasks, failures, found};
pub use figures::{figures, statuses};
pub use losses::{requests, retries, stragglers};
pub use origin::{is_simulated, subtitle};
pub use path::{composition, critical_path};
pub use progress::progress;
pub use recorded::recorded;
pub use several::{common_errors, common_findings, runs, runs_by_workflow};
pub use trend::{Metered, trend};
pub use waits::{longest_waits, waiting};
pub use work::{slowest, step_spread, steps, workers};

use makespan_model::{Run, TaskId};

use crate::table::{Cell, Column};
use crate::value::{Plot, Value};

/// Returns a part relative to a whole; empty if the whole is 0.
fn part(part: i64, whole: i64) -> Value {
    if whole > 0 { Value::Share(part as f64 / whole as f64) } else { Value::Empty }
}

/// Returns a share, or empty if it is unknown.
fn maybe_share(share: Option<f64>) -> Value {
    share.filter(|s| s.is_finite()).map_or(Value::Empty, Value::Share)
}

/// Returns the same as a bar.
fn bar(part: f64, whole: f64) -> Value {
    let share = if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 };
    Value::Plot(Plot::Bar { from: 0.0, to: share })
}

/// Returns a task, by its name.
fn named(run: &Run, task: TaskId) -> Cell {
    Cell::new(run.task_name(task)).exact(run.task_id(task)).task(task.0)
}

/// Returns the columns of a breakdown: label, bar, time and share.
fn breakdown(what: &'static str, time: &'static str) -> Vec<Column> {
    vec![
        Column::text("what", what),
        Column::plot("bar"),
        Column::number("time", time),
        Column::number("share", "Share"),
    ]
}

/// Returns the rows of a breakdown that are not zero.
fn parts(rows: &[(&str, i64)]) -> Vec<Vec<Cell>> {
    let whole = rows.iter().fold(0i64, |sum, r| sum.saturating_add(r.1));
    let shown = rows.iter().filter(|r| r.1 > 0);
    shown
        .map(|(what, ns)| {
            vec![
                Cell::new(*what),
                Cell::new(bar(*ns as f64, whole as f64)),
                Cell::new(Value::Duration(*ns)),
                Cell::new(part(*ns, whole)),
            ]
        })
        .collect()
}
