//! How runs of a store are written: in tables, and as JSON.

use makespan_format::Status;
use makespan_format::time::format_rfc3339;
use makespan_scene::count;
use makespan_store::{RunState, Tally};
use makespan_views::Cell;
use serde_json::{Map, Value, json};

/// A status, which may be unknown.
pub(super) fn status(status: Option<Status>) -> Cell {
    status.map_or_else(|| Cell::new("? unknown"), Cell::of_status)
}

/// How many tasks are over, of how many.
pub(super) fn over(tasks: &Tally) -> String {
    let over: u64 = Status::ALL.into_iter().filter(|s| s.is_terminal()).map(|s| tasks.of(s)).sum();
    match tasks.total() {
        0 => "–".to_owned(),
        all if over == all => count(all),
        all => format!("{} of {}", count(over), count(all)),
    }
}

/// A time in UTC, to the second.
pub(super) fn moment(ns: Option<i64>) -> String {
    ns.map_or_else(
        || "–".to_owned(),
        |ns| format_rfc3339(ns - ns.rem_euclid(1_000_000_000)).replace('T', " ").replace('Z', ""),
    )
}

/// Tasks by status, all eleven in the order of the vocabulary.
fn statuses(tasks: &Tally) -> Value {
    Value::Object(
        Status::ALL.into_iter().map(|s| (s.name().to_owned(), tasks.of(s).into())).collect::<Map<_, _>>(),
    )
}

/// A run for programs; `docs/cli.md` describes every member.
pub(super) fn run_json(run: &RunState) -> Value {
    let time = |ns: Option<i64>| ns.map(format_rfc3339);
    json!({
        "run": run.id,
        "name": run.name,
        "workflow": run.workflow,
        "source": run.source,
        "status": run.status().map(Status::name),
        "active": run.is_active(),
        "started": time(run.started()),
        "ended": time(run.ended()),
        "makespan_ns": run.makespan(),
        "error": run.error,
        "tasks": run.tasks.total(),
        "statuses": statuses(&run.tasks),
        "labels": run.all_labels(),
        "events": run.events,
        "bytes": run.bytes,
        "created": format_rfc3339(run.created),
        "updated": format_rfc3339(run.updated),
        "pinned": run.pinned,
        "trashed": time(run.trashed),
    })
}
