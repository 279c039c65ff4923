//! `makespan status`.

use makespan_format::time::format_rfc3339;
use makespan_format::{Severity, Status};
use makespan_model::{NONE, Run, TaskId, UNKNOWN};
use makespan_scene::duration;
use makespan_server::documents::{Moment, RunDocument, StatusName};
use makespan_store::RunState;
use makespan_views::{Block, Cell, Column, Table, Value};
use schemars::JsonSchema;
use serde::Serialize;

use super::words::{moment, over, status};
use crate::alerting::{RunAlerts, RunAlertsDocument};
use crate::args::OneRunArgs;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{clean, print, print_json};
use crate::page::line;
use crate::stored::{Address, now, run_of, state_of};
use crate::terminal::{Terminal, bar};

/// As many tasks are shown to people; JSON has all.
const TASKS_SHOWN: usize = 200;

/// The document of `makespan status --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct StatusDocument<'a> {
    #[serde(flatten)]
    run: RunDocument<'a>,
    /// `null` if the history of alerts cannot be read.
    alerts: Option<RunAlertsDocument<'a>>,
    steps: Vec<StepStatus<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct StepStatus<'a> {
    step: &'a str,
    name: &'a str,
    #[schemars(with = "StatusName")]
    status: &'static str,
    attempt: Option<u32>,
    progress: Option<f64>,
    #[schemars(with = "Option<Moment>")]
    started: Option<String>,
    #[schemars(with = "Option<Moment>")]
    ended: Option<String>,
    duration_ns: Option<i64>,
    after: Vec<&'a str>,
    error: Option<&'a str>,
    message: Option<&'a str>,
}

/// Prints how a run stands: what is known of it as a whole, and each task.
pub(crate) fn run(args: &OneRunArgs, config: &Config) -> Result<(), Failure> {
    let address = Address::new(config)?;
    let store = address.open_with(args.run())?;
    let state = state_of(&address, &*store, args.run())?;
    let run = run_of(&address, &*store, args.run())?;
    let alerts = RunAlerts::read(&address, &state.id);
    if args.json {
        let steps = in_order(&run).into_iter().map(|t| step(&run, t)).collect();
        return print_json(&StatusDocument {
            run: RunDocument::new(&state),
            alerts: alerts.as_ref().map(RunAlerts::document),
            steps,
        });
    }
    print(&page(&state, &run, alerts.as_ref(), Terminal::of_stdout()))
}

/// The tasks in the order in which they started, those that did not start last; of equals, as they depend.
fn in_order(run: &Run) -> Vec<TaskId> {
    let mut tasks: Vec<TaskId> = run.task_ids().collect();
    tasks.sort_by_key(|&t| first_start(run, t).unwrap_or(i64::MAX));
    tasks
}

fn first_start(run: &Run, task: TaskId) -> Option<i64> {
    run.attempts_of(task).map(|a| run.attempts.started[a.index()]).find(|t| *t != UNKNOWN)
}

/// What is known of the last attempt: how far it is, and what went wrong.
fn last(run: &Run, task: TaskId) -> (Option<f64>, Option<&str>, u32) {
    let Some(a) = run.attempts_of(task).next_back() else { return (None, None, 0) };
    let progress = share(run.attempts.progress[a.index()]);
    let error = Some(run.text(run.attempts.error[a.index()])).filter(|text| !text.is_empty());
    (progress, error, run.attempts.number[a.index()])
}

/// A share as it was written: the model keeps 32 bits, whose shortest digits are those that came in.
pub(crate) fn share(progress: f32) -> Option<f64> {
    if progress >= 0.0 { progress.to_string().parse().ok() } else { None }
}

/// The last line of a task's log.
fn last_line(run: &Run, task: TaskId) -> Option<&str> {
    let logs = &run.logs;
    let own = (0..logs.task.len()).filter(|&i| logs.task[i] != NONE && logs.task[i] as usize == task.index());
    own.max_by_key(|&i| logs.t[i]).map(|i| run.text(logs.text[i]))
}

fn step(run: &Run, task: TaskId) -> StepStatus<'_> {
    let (progress, error, attempt) = last(run, task);
    let interval = run.task_interval(task);
    let after: Vec<&str> = match run.edges_inferred {
        true => Vec::new(),
        false => run.predecessors.row(task.index()).iter().map(|&p| run.task_id(TaskId(p))).collect(),
    };
    StepStatus {
        step: run.task_id(task),
        name: run.task_name(task),
        status: run.tasks.status[task.index()].name(),
        attempt: (attempt > 0).then_some(attempt),
        progress,
        started: first_start(run, task).map(format_rfc3339),
        ended: interval.map(|(_, end)| format_rfc3339(end)),
        duration_ns: interval.map(|(start, end)| end.saturating_sub(start)),
        after,
        error,
        message: last_line(run, task),
    }
}

pub(super) fn page(state: &RunState, run: &Run, alerts: Option<&RunAlerts>, terminal: Terminal) -> String {
    let status = terminal.cell(&status(state.status()));
    let mut out = format!("{}  {status}\n", line(&clean(run.title()), terminal));
    let mut pairs: Vec<(String, Cell)> = Vec::new();
    let mut pair = |name: &str, cell: Cell| pairs.push((name.to_owned(), cell));
    pair("run", Cell::new(&state.id));
    if let Some(workflow) = &state.workflow {
        pair("workflow", Cell::new(workflow));
    }
    for (name, value) in state.all_labels() {
        pair(name, Cell::new(value));
    }
    if let Some(started) = state.started() {
        pair("started", Cell::new(format!("{} UTC", moment(Some(started)))));
        if state.is_active() {
            let so_far = duration(now().saturating_sub(started).max(0));
            pair("makespan", Cell::new(format!("{so_far} so far")));
        } else if let Some(makespan) = state.makespan() {
            pair("makespan", Cell::new(Value::Duration(makespan)));
        }
    }
    if let Some(error) = &state.error {
        pair("error", Cell::new(error));
    }
    if let Some(line) = alerts.and_then(RunAlerts::line) {
        pair("alerts", Cell::new(line));
    }
    if state.pinned {
        pair("pinned", Cell::new("kept until it is unpinned"));
    }
    if let Some(trashed) = state.trashed {
        pair("trash", Cell::new(format!("since {} UTC", moment(Some(trashed)))));
    }
    if run.task_count() > 0 {
        pair("tasks", Cell::new(over(&state.tasks)));
    }
    out.push_str(&terminal.blocks(&[Block::Pairs(pairs)]));
    if run.task_count() > 0 {
        out.push('\n');
        out.push_str(&terminal.table(&table(run)));
    }
    for found in run.diagnostics.iter().filter(|d| d.severity != Severity::Info).take(5) {
        let text = format!("{}: {}", found.severity.name(), found.message);
        out.push_str(&terminal.blocks(&[Block::Note(text)]));
    }
    out
}

fn table(run: &Run) -> Table {
    let columns = vec![
        Column::text("step", "Step"),
        Column::whole("status", "Status"),
        Column::number("attempt", "Attempt"),
        Column::text("progress", ""),
        Column::number("took", "Duration"),
        Column::text("message", "Message"),
    ];
    let mut table = Table::new("", columns);
    let tasks = in_order(run);
    table.left_out = tasks.len().saturating_sub(TASKS_SHOWN);
    for task in tasks.into_iter().take(TASKS_SHOWN) {
        let status = run.tasks.status[task.index()];
        let (progress, error, attempt) = last(run, task);
        let done = |share: f64| format!("{:<10} {:.0}%", bar(share, 10), share * 100.0);
        let took = match (run.task_interval(task), first_start(run, task)) {
            (Some((start, end)), _) => Value::Duration(end.saturating_sub(start)),
            (None, Some(start)) if status == Status::Running => {
                Value::Duration(now().saturating_sub(start).max(0))
            }
            _ => Value::Empty,
        };
        let message = error.or_else(|| last_line(run, task)).unwrap_or_default();
        table.push(vec![
            Cell::new(run.task_name(task)).task(task.0),
            Cell::of_status(status),
            if attempt > 1 { Cell::new(attempt) } else { Cell::default() },
            Cell::new(progress.filter(|_| !status.is_terminal()).map_or_else(String::new, done)),
            Cell::new(took),
            Cell::new(message.lines().next().unwrap_or_default()),
        ]);
    }
    table
}
