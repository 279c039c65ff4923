//! Airflow: responses of its REST API (v1 of Airflow 2, v2 of Airflow 3) about DAG runs, task instances, their tries
//! and the tasks of a DAG; the data of the Gantt chart of its user interface; and `airflow tasks states-for-dag-run -o
//! json`.
//!
//! Responses are combined by DAG and run. A task instance becomes a task with the id `task_id`, a mapped one
//! `task_id[3]`; a task group contains it; the dependencies come from the tasks of the DAG, which do not name the DAG
//! and are matched by their ids.

mod emit;
mod gather;
mod logs;

use makespan_format::EventSink;

use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::sniff::{Head, JsonKind};

/// Reads responses of Airflow.
pub const IMPORTER: Importer = Importer {
    id: "airflow",
    title: "Airflow",
    parts: &["task-instances", "dag-runs", "tasks", "logs", "other"],
    how: "`GET /api/v2/dags/DAG/dagRuns/RUN/taskInstances?limit=100` (`/api/v1` in Airflow 2); add `…/dagRuns/RUN`, \
          `/api/v2/dags/DAG/tasks` for the dependencies, `…/taskInstances/TASK/tries`; or \
          `airflow tasks states-for-dag-run -o json DAG RUN`",
    lossy: "metrics; dependencies without the response of `tasks`; earlier attempts without the responses of `tries`",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let all = |keys: &[&str]| keys.iter().all(|k| shape.has(k));
    let inner = |list: &str, keys: &[&str]| keys.iter().all(|k| shape.inner_has(list, k));
    let first = |keys: &[&str]| keys.iter().all(|k| shape.first_has(k));
    match shape.root {
        JsonKind::Object if inner("task_instances", &["task_id"]) => {
            claim(95, "task-instances", "an object whose task_instances have a task_id")
        }
        JsonKind::Object if all(&["task_instances", "total_entries"]) => {
            claim(70, "task-instances", "an object with task_instances and total_entries")
        }
        JsonKind::Object if shape.kind("dag_runs") == Some(JsonKind::Array) => {
            claim(95, "dag-runs", "an object with dag_runs")
        }
        JsonKind::Object if all(&["task_id", "dag_id", "try_number"]) => {
            claim(92, "task-instances", "a task instance with dag_id, task_id and try_number")
        }
        JsonKind::Object if all(&["dag_run_id", "dag_id", "state"]) => {
            claim(92, "dag-runs", "a DAG run with dag_id, dag_run_id and state")
        }
        JsonKind::Object if inner("tasks", &["task_id", "downstream_task_ids"]) => {
            claim(95, "tasks", "an object whose tasks have downstream_task_ids")
        }
        JsonKind::Object if inner("content", &["event"]) && shape.has("continuation_token") => {
            claim(85, "logs", "an object whose content has events, with a continuation_token")
        }
        JsonKind::Object if inner("edges", &["source_id", "target_id"]) && shape.has("nodes") => {
            claim(80, "other", "the structure of a DAG, with nodes and edges")
        }
        JsonKind::Object if all(&["dag_id", "fileloc"]) => {
            claim(80, "other", "a DAG with dag_id and fileloc")
        }
        JsonKind::Array if first(&["dag_id", "task_id", "state"]) => {
            claim(92, "task-instances", "an array of objects with dag_id, task_id and state")
        }
        JsonKind::Array if first(&["dag_id", "dag_run_id", "state"]) => {
            claim(90, "dag-runs", "an array of DAG runs")
        }
        JsonKind::Array if first(&["dag_id", "run_id", "state"]) => {
            claim(85, "dag-runs", "an array of DAG runs, as airflow dags list-runs prints them")
        }
        JsonKind::Array if first(&["task_id", "downstream_task_ids"]) => {
            claim(90, "tasks", "an array of tasks with downstream_task_ids")
        }
        JsonKind::Array if first(&["task_instances"]) => {
            claim(80, "task-instances", "an array of pages with task_instances")
        }
        _ => None,
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    let mut book = gather::Book::default();
    for (part, file) in parts.iter().zip(&pages) {
        for root in file.roots() {
            book.take(root, part.part, &part.source.name);
        }
    }
    emit::emit(&book, &IMPORTER, options, sink);
    report_all(parts, &pages, sink)
}
