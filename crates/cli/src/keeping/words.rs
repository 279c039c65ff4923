//! How runs of a store are written in tables.

use makespan_format::Status;
use makespan_format::time::format_rfc3339;
use makespan_scene::count;
use makespan_store::Tally;
use makespan_views::Cell;

/// A status, which may be unknown.
pub(super) fn status(status: Option<Status>) -> Cell {
    status.map_or_else(|| Cell::new("? unknown"), Cell::of_status)
}

/// Returns the number of finished tasks, of all.
pub(super) fn over(tasks: &Tally) -> String {
    let over: u64 = Status::ALL.into_iter().filter(|s| s.is_terminal()).map(|s| tasks.of(s)).sum();
    match tasks.total() {
        0 => "–".to_owned(),
        all if over == all => count(all),
        all => format!("{} of {}", count(over), count(all)),
    }
}

/// A time in UTC, to the second.
pub(crate) fn moment(ns: Option<i64>) -> String {
    ns.map_or_else(
        || "–".to_owned(),
        |ns| format_rfc3339(ns - ns.rem_euclid(1_000_000_000)).replace('T', " ").replace('Z', ""),
    )
}
