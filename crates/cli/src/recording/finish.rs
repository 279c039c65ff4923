//! `makespan finish`.

use makespan_format::{Attempt, ErrorInfo, Event, RunInfo, Status, Task};
use makespan_model::{Run, TaskId};
use makespan_server::documents::StatusName;
use schemars::JsonSchema;
use serde::Serialize;

use super::transition::last_attempt;
use crate::args::{Ending, FinishArgs};
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{clean, print, print_json_line};
use crate::stored::{Address, Producer, now, run_of};

/// The document of `makespan finish --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct FinishDocument<'a> {
    run: &'a str,
    #[schemars(with = "StatusName")]
    status: &'static str,
}

/// Ends a run: nothing more will be recorded.
pub(crate) fn run(args: &FinishArgs, config: &Config) -> Result<(), Failure> {
    let address = Address::new(config)?;
    let store = address.open_with(&args.run)?;
    let before = run_of(&address, &*store, &args.run)?;
    let now = now();
    let status = ending(&before, args).map_err(|why| Failure::Refused(clean(&why)))?;
    let mut producer = Producer::new(&args.run);
    let below = below_failures(&before);
    for task in before.task_ids() {
        if let Some(event) = last_event(&before, task, below[task.index()], status, now) {
            producer.push(&event);
        }
    }
    producer.push(&Event::Run(RunInfo {
        id: args.run.as_str().into(),
        status: Some(status),
        ended: Some(now),
        error: args.error.as_deref().map(|text| ErrorInfo { message: text.into(), ..ErrorInfo::default() }),
        ..RunInfo::default()
    }));
    producer.send(&*store, address.wait()).map_err(|error| address.failed(error))?;
    if args.json {
        return print_json_line(&FinishDocument { run: &args.run, status: status.name() });
    }
    print(&format!("{}: {}\n", clean(&args.run), status.name()))
}

/// How the run ended.
///
/// # Errors
///
/// Why it cannot have ended so: its steps say otherwise.
fn ending(run: &Run, args: &FinishArgs) -> Result<Status, String> {
    if let Some(ended) = run.recorded_status.filter(|s| s.is_terminal()) {
        return Err(format!("run {} was finished already, as {}", run.id, ended.name()));
    }
    let status = |ending: Ending| match ending {
        Ending::Succeeded => Status::Succeeded,
        Ending::Failed => Status::Failed,
        Ending::Cancelled => Status::Cancelled,
    };
    let steps = || run.task_ids().map(|t| (run.task_id(t), run.tasks.status[t.index()]));
    let failed = steps().find(|(_, status)| status.is_failure());
    let asked = args.status.map(status).or_else(|| args.error.as_ref().map(|_| Status::Failed));
    let status = asked.unwrap_or(if failed.is_some() { Status::Failed } else { Status::Succeeded });
    if status != Status::Succeeded {
        return Ok(status);
    }
    if let Some((step, status)) = failed {
        return Err(format!("run {} cannot have succeeded: step {step} is {}", run.id, status.name()));
    }
    if let Some((step, _)) = steps().find(|(_, s)| matches!(s, Status::Running | Status::Retrying)) {
        let hint = "end it first, or finish with --status failed or cancelled";
        return Err(format!("step {step} of run {} is running: {hint}", run.id));
    }
    Ok(status)
}

/// What becomes of a step that is not over when its run is: one that runs is cancelled; one that waits is
/// upstream-failed where something it depends on failed, cancelled where the run is, and else skipped.
fn last_event<'a>(
    run: &Run,
    step: TaskId,
    below_failure: bool,
    ended: Status,
    now: i64,
) -> Option<Event<'a>> {
    let id = run.task_id(step).to_owned();
    match run.tasks.status[step.index()] {
        Status::Running | Status::Retrying => Some(Event::Attempt(Attempt {
            task: id.into(),
            number: last_attempt(run, step).max(1),
            ended: Some(now),
            status: Some(Status::Cancelled),
            ..Attempt::default()
        })),
        Status::Pending | Status::Queued => {
            let status = match ended {
                _ if below_failure => Status::UpstreamFailed,
                Status::Cancelled => Status::Cancelled,
                _ => Status::Skipped,
            };
            Some(Event::Task(Task { id: id.into(), status: Some(status), ..Task::default() }))
        }
        _ => None,
    }
}

/// Of each step, whether something that it depends on, near or far, went wrong. O(n + e): tasks stand in topological
/// order.
fn below_failures(run: &Run) -> Vec<bool> {
    let mut below = vec![false; run.task_count()];
    for task in run.task_ids() {
        let mut before = run.predecessors.row(task.index()).iter().map(|&p| p as usize);
        below[task.index()] = before.any(|p| below[p] || run.tasks.status[p].is_failure());
    }
    below
}
