//! Converts summaries to rows and back.

use std::collections::BTreeMap;

use makespan_format::Status;

use super::codes::STATUS_CODES;
use super::text::{Cells, Row, Value};
use crate::digest::MetricState;
use crate::{Error, RunState, Stamp, Tally, TaskState, TextKey, key};

/// Returns the number of a status.
pub(super) fn code(status: Status) -> i64 {
    STATUS_CODES.iter().position(|s| *s == status).unwrap_or_default() as i64
}

fn maybe_code(status: Option<Status>) -> Value {
    status.map(code).into()
}

fn labels(labels: &BTreeMap<String, String>) -> Value {
    let mut json = String::from("{");
    for (i, (name, value)) in labels.iter().enumerate() {
        json.push_str(if i == 0 { "" } else { "," });
        makespan_format::write_json_string(name, &mut json);
        json.push(':');
        makespan_format::write_json_string(value, &mut json);
    }
    json.push('}');
    json.as_str().into()
}

fn read_labels(bytes: &[u8]) -> Result<BTreeMap<String, String>, Error> {
    if bytes == b"{}" {
        return Ok(BTreeMap::new());
    }
    serde_json::from_slice(bytes).map_err(|e| Error::corrupt(format!("labels cannot be read: {e}")))
}

/// Returns the row of `makespan_runs`.
pub(super) fn of_run(no: i64, run: &RunState) -> Row {
    let mut row: Row = vec![
        no.into(),
        key(&run.id).into(),
        run.id.as_str().into(),
        run.name.as_deref().into(),
        run.workflow.as_deref().map(key).into(),
        run.workflow.as_deref().into(),
        run.source.as_deref().into(),
        maybe_code(run.status()),
        run.is_active().into(),
        maybe_code(run.recorded_status),
        run.recorded_start.into(),
        run.recorded_end.into(),
        run.first_start.into(),
        run.last_time.into(),
        run.at().into(),
        run.makespan().into(),
        run.error.as_deref().into(),
        labels(&run.labels),
    ];
    row.extend(STATUS_CODES.map(|status| Value::from(run.tasks.of(status))));
    row.extend::<[Value; 12]>([
        run.events.into(),
        run.bytes.into(),
        run.unread.into(),
        run.created.into(),
        run.updated.into(),
        run.disordered.into(),
        run.unsettled.into(),
        labels(&run.marks),
        run.pinned.into(),
        run.trashed.into(),
        run.stamp.producer.into(),
        run.stamp.seq.into(),
    ]);
    row
}

/// Parses a row of `makespan_runs`: number and summary.
pub(super) fn run(row: Row) -> Result<(i64, RunState), Error> {
    let mut cells = Cells::of(row);
    let (no, _key) = (cells.int()?, cells.key()?);
    let mut run = RunState { id: cells.text()?, name: cells.maybe_text()?, ..RunState::default() };
    let _workflow_key = cells.maybe_bytes()?;
    run.workflow = cells.maybe_text()?;
    run.source = cells.maybe_text()?;
    let _derived = (cells.maybe_int()?, cells.int()?);
    run.recorded_status = cells.maybe_status()?;
    run.recorded_start = cells.maybe_int()?;
    run.recorded_end = cells.maybe_int()?;
    run.first_start = cells.maybe_int()?;
    run.last_time = cells.maybe_int()?;
    let _derived = (cells.int()?, cells.maybe_int()?);
    run.error = cells.maybe_text()?;
    run.labels = read_labels(&cells.bytes()?)?;
    let mut tasks = Tally::default();
    for status in STATUS_CODES {
        tasks.0[status as usize] = cells.count()?;
    }
    run.tasks = tasks;
    run.events = cells.count()?;
    run.bytes = cells.count()?;
    run.unread = cells.count()?;
    run.created = cells.int()?;
    run.updated = cells.int()?;
    run.disordered = cells.flag()?;
    run.unsettled = cells.flag()?;
    run.marks = read_labels(&cells.bytes()?)?;
    run.pinned = cells.flag()?;
    run.trashed = cells.maybe_int()?;
    run.stamp = Stamp { producer: cells.int()?, seq: cells.int()? };
    Ok((no, run))
}

/// Returns the row of `makespan_tasks`.
pub(super) fn of_task(no: i64, task_key: TextKey, task: &TaskState) -> Row {
    vec![
        no.into(),
        task_key.into(),
        task.id.as_str().into(),
        task.name.as_deref().into(),
        task.step.as_deref().into(),
        code(task.status).into(),
        maybe_code(task.declared),
        task.attempt.into(),
        task.queued.into(),
        task.started.into(),
        task.ended.into(),
        maybe_code(task.said),
        task.earlier.into(),
        task.error.as_deref().into(),
        task.stamp.producer.into(),
        task.stamp.seq.into(),
    ]
}

/// Parses the columns of a row of `makespan_tasks`, from the first one on.
pub(super) fn task(cells: &mut Cells) -> Result<(TextKey, TaskState), Error> {
    let (_run, key) = (cells.int()?, cells.key()?);
    let status = |s: Option<Status>| s.ok_or_else(|| Error::corrupt("a task without a status"));
    let task = TaskState {
        id: cells.text()?,
        name: cells.maybe_text()?,
        step: cells.maybe_text()?,
        status: status(cells.maybe_status()?)?,
        declared: cells.maybe_status()?,
        attempt: cells.count()?.try_into().unwrap_or(u32::MAX),
        queued: cells.maybe_int()?,
        started: cells.maybe_int()?,
        ended: cells.maybe_int()?,
        said: cells.maybe_status()?,
        earlier: cells.maybe_int()?,
        error: cells.maybe_text()?,
        stamp: Stamp { producer: cells.int()?, seq: cells.int()? },
    };
    Ok((key, task))
}

/// Returns the row of `makespan_metrics`.
pub(super) fn of_metric(no: i64, metric_key: TextKey, metric: &MetricState) -> Row {
    vec![
        no.into(),
        metric_key.into(),
        metric.name.as_str().into(),
        metric.unit.as_deref().into(),
        metric.count.into(),
        metric.mean.into(),
        metric.squares.into(),
        metric.min.into(),
        metric.max.into(),
        metric.latest.into(),
        metric.latest_t.into(),
    ]
}

/// Parses a row of `makespan_metrics`.
pub(super) fn metric(row: Row) -> Result<(TextKey, MetricState), Error> {
    let mut cells = Cells::of(row);
    let (_run, key) = (cells.int()?, cells.key()?);
    let metric = MetricState {
        name: cells.text()?,
        unit: cells.maybe_text()?,
        count: cells.count()?,
        mean: cells.real()?,
        squares: cells.maybe_real()?,
        min: cells.real()?,
        max: cells.real()?,
        latest: cells.real()?,
        latest_t: cells.maybe_int()?,
    };
    Ok((key, metric))
}
