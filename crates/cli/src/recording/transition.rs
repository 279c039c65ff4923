//! What may happen to a step, given what has happened: pure, so that it can be read as a table.

use makespan_format::{Attempt, ErrorInfo, Event, Status, Task};
use makespan_model::{Run, TaskId};

/// A change of the state of a step.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Happening<'a> {
    /// It starts, on this worker; with `anyway` although a step that it depends on is not over.
    Start { worker: &'a str, anyway: bool },
    /// It is so far, 0 to 1.
    Progress(f64),
    /// It ended well.
    Done,
    /// It ended badly.
    Fail(Option<&'a str>),
    /// It is not executed.
    Skip,
}

/// The number of the last attempt of a step, 0 where there was none.
pub(super) fn last_attempt(run: &Run, step: TaskId) -> u32 {
    run.attempts_of(step).next_back().map_or(0, |a| run.attempts.number[a.index()])
}

/// The event that says it, at `now` (ns since the epoch).
///
/// | | pending, queued | running | failed, cancelled, upstream-failed | succeeded, skipped, cached |
/// |---|---|---|---|---|
/// | start | yes | no | the next attempt | no |
/// | progress, done, fail | no | yes | no | no |
/// | skip | yes | no | no | no |
///
/// # Errors
///
/// Why that cannot happen now, as a sentence.
pub(super) fn event<'a>(
    run: &Run,
    step: TaskId,
    happening: &Happening<'a>,
    now: i64,
) -> Result<Event<'a>, String> {
    let status = run.tasks.status[step.index()];
    let name = run.task_id(step);
    let id = name.to_owned();
    if let Some(ended) = run.recorded_status.filter(|s| s.is_terminal()) {
        return Err(format!("the run has already finished as {}", ended.name()));
    }
    let attempt =
        Attempt { task: id.clone().into(), number: last_attempt(run, step).max(1), ..Attempt::default() };
    let waits = matches!(status, Status::Pending | Status::Queued);
    let runs = matches!(status, Status::Running | Status::Retrying);
    let refused = |may: &str| Err(format!("step {name} is {}; only a step that {may}", status.name()));
    match happening {
        Happening::Start { worker, anyway } => {
            let again = matches!(status, Status::Failed | Status::Cancelled | Status::UpstreamFailed);
            if !waits && !again {
                return refused("is pending, failed or was cancelled can start");
            }
            if let Some(reason) = hindrance(run, step).filter(|_| !anyway) {
                return Err(format!("step {name} {reason}; use --anyway to start it regardless"));
            }
            let tried = last_attempt(run, step);
            Ok(Event::Attempt(Attempt {
                number: if again { tried + 1 } else { tried.max(1) },
                started: Some(now),
                worker: Some((*worker).into()),
                status: Some(Status::Running),
                ..attempt
            }))
        }
        Happening::Progress(share) if runs => {
            Ok(Event::Attempt(Attempt { progress: Some(*share), ..attempt }))
        }
        Happening::Done if runs => {
            Ok(Event::Attempt(Attempt { ended: Some(now), status: Some(Status::Succeeded), ..attempt }))
        }
        Happening::Fail(error) if runs => Ok(Event::Attempt(Attempt {
            ended: Some(now),
            status: Some(Status::Failed),
            error: error.map(|message| ErrorInfo { message: message.into(), ..ErrorInfo::default() }),
            ..attempt
        })),
        Happening::Skip if waits => {
            Ok(Event::Task(Task { id: id.into(), status: Some(Status::Skipped), ..Task::default() }))
        }
        Happening::Progress(_) => refused("is running can make progress"),
        Happening::Done | Happening::Fail(_) => refused("is running can end: start it first"),
        Happening::Skip => refused("has not started can be skipped"),
    }
}

/// Returns what a step waits for, among its dependencies.
fn hindrance(run: &Run, step: TaskId) -> Option<String> {
    if run.edges_inferred {
        return None;
    }
    let mut before = run.predecessors.row(step.index()).iter().map(|&p| TaskId(p));
    before.find_map(|p| {
        let status = run.tasks.status[p.index()];
        let well = matches!(status, Status::Succeeded | Status::Cached | Status::Skipped);
        (!well).then(|| format!("depends on {}, which is {}", run.task_id(p), status.name()))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use makespan_format::Status::*;
    use makespan_format::{EventSink as _, RunInfo};
    use makespan_model::RunsBuilder;

    use super::*;

    /// A run of the steps `first` and, depending on it, `second`, in these statuses.
    fn run(first: Status, second: Status, finished: Option<Status>) -> Run {
        let mut fold = RunsBuilder::new();
        let info =
            RunInfo { id: "r".into(), status: finished, infer_edges: Some(false), ..RunInfo::default() };
        fold.event(Event::Run(info));
        for (id, status, after) in [("first", first, vec![]), ("second", second, vec!["first".into()])] {
            fold.event(Event::Task(Task { id: id.into(), after, ..Task::default() }));
            if status != Pending {
                let (number, started) = (1, Some(0));
                let attempt =
                    Attempt { task: id.into(), number, started, status: Some(status), ..Attempt::default() };
                fold.event(Event::Attempt(attempt));
            }
        }
        fold.finish().0.remove(0)
    }

    fn happens(run: &Run, step: &str, happening: &Happening<'static>) -> Result<Event<'static>, String> {
        event(run, run.find_task(step).unwrap(), happening, 5)
    }

    const START: Happening<'_> = Happening::Start { worker: "w", anyway: false };

    #[test]
    fn the_table_of_transitions() {
        let can = |status: Status, happening: &Happening<'static>| {
            happens(&run(status, Pending, None), "first", happening).is_ok()
        };
        for status in Status::ALL {
            let waits = matches!(status, Pending | Queued);
            let runs = matches!(status, Running | Retrying);
            assert_eq!(can(status, &START), waits || matches!(status, Failed | Cancelled | UpstreamFailed));
            for ending in [Happening::Done, Happening::Fail(None), Happening::Progress(0.5)] {
                assert_eq!(can(status, &ending), runs, "{status:?} {ending:?}");
            }
            assert_eq!(can(status, &Happening::Skip), waits, "{status:?}");
        }
    }

    #[test]
    fn a_failed_step_is_retried_as_the_next_attempt() {
        let started = happens(&run(Failed, Pending, None), "first", &START);
        assert!(matches!(started, Ok(Event::Attempt(a)) if a.number == 2 && a.started == Some(5)));
        let started = happens(&run(Pending, Pending, None), "first", &START);
        assert!(matches!(started, Ok(Event::Attempt(a)) if a.number == 1));
    }

    #[test]
    fn a_step_starts_after_its_dependencies() {
        for (first, may) in
            [(Pending, false), (Running, false), (Failed, false), (Succeeded, true), (Skipped, true)]
        {
            let run = run(first, Pending, None);
            assert_eq!(happens(&run, "second", &START).is_ok(), may, "{first:?}");
            assert!(happens(&run, "second", &Happening::Start { worker: "w", anyway: true }).is_ok());
        }
        let message = happens(&run(Running, Pending, None), "second", &START).unwrap_err();
        assert!(message.contains("depends on first, which is running"), "{message}");
    }

    #[test]
    fn a_finished_run_cannot_be_changed() {
        let message = happens(&run(Pending, Pending, Some(Cancelled)), "first", &START).unwrap_err();
        assert!(message.contains("finished as cancelled"), "{message}");
    }
}
