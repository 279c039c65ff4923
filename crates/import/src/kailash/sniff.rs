//! Detects the kind of a Kailash file.

use crate::importer::{Claim, claim};
use crate::sniff::{Head, JsonKind, Shape};
use crate::sqlite::Database;

use super::parts::{
    DATABASE, DEFINITION, DUMP, EXPORT, INDEX, LIVE, MONITOR, NO_RUN, REPORT, RUN_FILE, RUN_LIST, TASK_FILE,
    TASK_LIST, TASK_METRICS,
};

/// Judges by the tables of a database and by the names in a JSON text.
pub(super) fn sniff(head: &Head<'_>) -> Option<Claim> {
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    if Database::is_sqlite(head.bytes) {
        // The schema of a database that has grown lies anywhere in it, its rows then begin before it.
        let rows = || has("NODE_EXECUTED") || has("WORKFLOW_STARTED") || has("enterprise_features");
        return if has("workflow_runs") && (has("audit_events") || has("task_runs")) {
            claim(92, DATABASE, "SQLite with the tables workflow_runs and tasks")
        } else if has("workflow_runs") && has("node_id") {
            claim(60, DATABASE, "SQLite with a table workflow_runs and columns node_id")
        } else if rows() {
            claim(60, DATABASE, "SQLite with audit events of nodes or metadata of a runtime")
        } else {
            None
        };
    }
    if !head.text {
        return None;
    }
    match head.shape.root {
        JsonKind::Object => of_object(&head.shape, &has),
        JsonKind::Array => of_array(&head.shape),
        _ if has("CREATE TABLE workflow_runs")
            && (has("CREATE TABLE task_runs") || has("CREATE TABLE audit_events")) =>
        {
            claim(80, DUMP, "SQL that creates the tables of a tracking database")
        }
        _ => None,
    }
}

fn of_object(shape: &Shape, has: &dyn Fn(&str) -> bool) -> Option<Claim> {
    let all = |keys: &[&str]| keys.iter().all(|k| shape.has(k));
    let is = |key: &str, kind: JsonKind| shape.kind(key) == Some(kind);
    let inner = |key: &str, keys: &[&str]| keys.iter().all(|k| shape.inner_has(key, k));
    if is("run", JsonKind::Object)
        && is("tasks", JsonKind::Array)
        && (inner("run", &["run_id"]) || inner("tasks", &["task_id", "node_id"]))
    {
        return claim(95, EXPORT, "an object with run and tasks");
    }
    // The tasks may begin beyond what was looked at.
    if inner("run", &["run_id", "workflow_name"]) && !shape.complete && !shape.has("tasks") {
        return claim(85, EXPORT, "an object with run, cut off before its tasks");
    }
    if all(&["task_id", "node_id"]) && (all(&["run_id"]) || all(&["node_type"])) {
        return claim(95, TASK_FILE, "an object with task_id, node_id and run_id");
    }
    if all(&["run_id", "workflow_name"]) {
        return if is("tasks", JsonKind::Array) {
            claim(95, RUN_FILE, "an object with run_id, workflow_name and tasks")
        } else if all(&["status"]) {
            claim(90, RUN_LIST, "an object with run_id, workflow_name and status")
        } else {
            None
        };
    }
    if is("tasks", JsonKind::Object) && is("runs", JsonKind::Object) && shape.keys.len() == 2 {
        return claim(75, INDEX, "an object with tasks and runs by id");
    }
    if is("nodes", JsonKind::Object) && is("connections", JsonKind::Array) {
        let sure = inner("connections", &["source_node", "target_node"]) || all(&["workflow_id"]);
        return claim(if sure { 93 } else { 50 }, DEFINITION, "an object with nodes by id and connections");
    }
    if is("run_info", JsonKind::Object) && is("summary", JsonKind::Object) {
        return claim(95, REPORT, "an object with run_info and summary");
    }
    if all(&["current_metrics", "history"]) || all(&["active_tasks", "completed_tasks", "avg_task_duration"])
    {
        return claim(92, LIVE, "an object with counts of active and completed tasks");
    }
    if all(&["custom_metrics"]) && (all(&["cpu_usage"]) || all(&["memory_usage_mb"])) {
        return claim(85, TASK_METRICS, "an object with cpu_usage and custom_metrics");
    }
    for list in ["runs", "items", "data", "results"] {
        if is(list, JsonKind::Array) && inner(list, &["run_id", "workflow_name", "status"]) {
            return claim(88, RUN_LIST, "an envelope around objects with run_id and workflow_name");
        }
    }
    for list in ["tasks", "items", "data", "results"] {
        if is(list, JsonKind::Array) && inner(list, &["node_id", "node_type", "status"]) {
            return claim(88, TASK_LIST, "an envelope around objects with node_id and node_type");
        }
    }
    if all(&["monitoring", "websocket_connections"]) || (shape.keys.len() == 2 && all(&["status", "run_id"]))
    {
        return claim(70, MONITOR, "the state of the dashboard's monitor");
    }
    let generating = all(&["status", "filename", "download_url"])
        && shape.value("download_url").is_some_and(|v| v.contains("/reports/download/"));
    if generating || (all(&["openapi", "paths"]) && has("Kailash Dashboard API")) {
        return claim(60, NO_RUN, "an answer of the dashboard's API");
    }
    None
}

fn of_array(shape: &Shape) -> Option<Claim> {
    let all = |keys: &[&str]| keys.iter().all(|k| shape.first_has(k));
    if all(&["node_id", "node_type", "status"]) {
        claim(92, TASK_LIST, "an array of objects with node_id, node_type and status")
    } else if all(&["run_id", "workflow_name", "status"]) {
        claim(92, RUN_LIST, "an array of objects with run_id, workflow_name and status")
    } else if all(&["active_tasks", "completed_tasks", "avg_task_duration"]) {
        claim(90, LIVE, "an array of counts of active and completed tasks")
    } else {
        None
    }
}
