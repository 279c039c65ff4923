//! The entry of a run in a store.

use makespan_format::Status;
use makespan_format::time::format_rfc3339;
use makespan_store::{RunState, Tally};
use serde_json::{Map, Value, json};

/// A run as `makespan list --json` lists it; `docs/cli.md` describes every member.
pub fn run(run: &RunState) -> Value {
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

/// Tasks by status, all statuses in the order of the vocabulary.
fn statuses(tasks: &Tally) -> Value {
    Value::Object(
        Status::ALL.into_iter().map(|s| (s.name().to_owned(), tasks.of(s).into())).collect::<Map<_, _>>(),
    )
}
