//! `makespan step`.

use makespan_analysis::nearest;
use makespan_format::{Event, Log, Task};
use makespan_model::{Run, TaskId};
use makespan_scene::duration;
use makespan_server::documents::StatusName;
use makespan_store::Store;
use schemars::JsonSchema;
use serde::Serialize;

use super::transition::{Happening, event, last_attempt};
use crate::args::{StepArgs, StepVerb, StepWords};
use crate::config::Config;
use crate::failure::Failure;
use crate::keeping::status::share;
use crate::output::{clean, print, print_json_line};
use crate::stored::{Address, Producer, missing, now, run_of};

/// The document of `--json` of the verbs of `makespan step`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct StepDocument<'a> {
    run: &'a str,
    step: &'a str,
    #[schemars(with = "StatusName")]
    status: &'static str,
    attempt: Option<u32>,
    progress: Option<f64>,
    #[schemars(with = "Option<StatusName>")]
    run_status: Option<&'static str>,
}

/// Records what happens to a step.
pub(crate) fn run(args: &StepArgs, config: &Config) -> Result<(), Failure> {
    let address = Address::new(config)?;
    let worker = machine();
    let (words, happening) = match &args.verb {
        StepVerb::Add { words, after } => {
            return add(&address, &*address.open_with(&words.run)?, words, after);
        }
        StepVerb::Start { words, worker: named, anyway } => {
            (words, Happening::Start { worker: named.as_deref().unwrap_or(&worker), anyway: *anyway })
        }
        StepVerb::Progress { words, share } => (words, Happening::Progress(share.0)),
        StepVerb::Done { words } => (words, Happening::Done),
        StepVerb::Fail { words, error } => (words, Happening::Fail(error.as_deref())),
        StepVerb::Skip { words } => (words, Happening::Skip),
    };
    let store = address.open_with(&words.run)?;
    let before = run_of(&address, &*store, &words.run)?;
    let step = find_step(&before, &words.step)?;
    let now = now();
    let event = event(&before, step, &happening, now).map_err(|why| Failure::Refused(clean(&why)))?;
    let number = match &event {
        Event::Attempt(attempt) => attempt.number,
        _ => 0,
    };
    record(&address, &*store, words, &[event], (number > 0).then_some(number), now)?;
    write(&address, &*store, words)
}

/// The step of that id.
///
/// # Errors
///
/// [`Failure::Refused`] where there is none, with what there is.
pub(super) fn find_step(run: &Run, step: &str) -> Result<TaskId, Failure> {
    run.find_task(step).ok_or_else(|| {
        let all: Vec<&str> = run.task_ids().map(|t| run.task_id(t)).collect();
        let hint = match nearest(step, all.iter().copied()) {
            Some(meant) => format!("did you mean {meant}?"),
            None if all.is_empty() => "it has no steps; add one with `makespan step add`".to_owned(),
            None => format!("its steps are {}", all.join(", ")),
        };
        Failure::Refused(clean(&format!("run {} has no step {step}; {hint}", run.id)))
    })
}

fn add(address: &Address, store: &dyn Store, words: &StepWords, after: &[String]) -> Result<(), Failure> {
    let before = run_of(address, store, &words.run)?;
    if words.step.trim().is_empty() {
        return Err(Failure::Usage("a step must have a name".to_owned()));
    }
    if before.find_task(&words.step).is_some() {
        return Err(Failure::Refused(clean(&format!("run {} already has a step {}", before.id, words.step))));
    }
    for step in after {
        find_step(&before, step)?;
    }
    let task = Task {
        id: words.step.as_str().into(),
        after: after.iter().map(|step| step.as_str().into()).collect(),
        ..Task::default()
    };
    record(address, store, words, &[Event::Task(task)], None, now())?;
    write(address, store, words)
}

/// Writes events and the message, as one.
fn record(
    address: &Address,
    store: &dyn Store,
    words: &StepWords,
    events: &[Event<'_>],
    number: Option<u32>,
    now: i64,
) -> Result<(), Failure> {
    let mut producer = Producer::new(&words.run);
    events.iter().for_each(|event| producer.push(event));
    if let Some(text) = &words.message {
        producer.push(&Event::Log(Log {
            task: Some(words.step.as_str().into()),
            number,
            t: Some(now),
            level: Some("info".into()),
            text: text.as_str().into(),
        }));
    }
    producer.send(store, address.wait()).map(|_| ()).map_err(|error| address.failed(error))
}

/// Says what the store now knows, which another process may have had a part in.
fn write(address: &Address, store: &dyn Store, words: &StepWords) -> Result<(), Failure> {
    let run = run_of(address, store, &words.run)?;
    let Some(step) = run.find_task(&words.step) else { return Err(missing(address, store, &words.run)) };
    let status = run.tasks.status[step.index()];
    let attempt = last_attempt(&run, step);
    let progress = run.attempts_of(step).next_back().and_then(|a| share(run.attempts.progress[a.index()]));
    let run_status = run.status();
    if words.json {
        return print_json_line(&StepDocument {
            run: &run.id,
            step: &words.step,
            status: status.name(),
            attempt: (attempt > 0).then_some(attempt),
            progress,
            run_status: run_status.map(|s| s.name()),
        });
    }
    let mut text = format!("{}: {}", clean(&words.step), status.name());
    if !status.is_terminal()
        && let Some(share) = progress
    {
        text.push_str(&format!(" {:.0}%", share * 100.0));
    }
    if attempt > 1 {
        text.push_str(&format!(", attempt {attempt}"));
    }
    if let Some((start, end)) = run.task_interval(step).filter(|_| status.is_terminal()) {
        text.push_str(&format!(" in {}", duration(end.saturating_sub(start))));
    }
    if let Some(over) = run_status.filter(|s| s.is_terminal()) {
        text.push_str(&format!("; the run has finished: {}", over.name()));
    }
    print(&format!("{text}\n"))
}

/// The name of this machine, as what executes steps.
pub(super) fn machine() -> String {
    #[cfg(unix)]
    let name = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").ok();
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "this machine".to_owned())
}
