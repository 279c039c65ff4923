//! `makespan create`.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _};

use makespan_format::{Event, Fields, RunInfo, Status, Task};
use makespan_scene::counted;
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::{CreateArgs, Label};
use crate::config::Config;
use crate::config::settings::WORKFLOW;
use crate::failure::Failure;
use crate::output::{clean, print, print_json_line};
use crate::stored::{Address, Producer, known, new_run_id, now};

/// The document of `makespan create --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CreatedDocument<'a> {
    run: &'a str,
    name: &'a str,
    steps: Vec<&'a str>,
}

/// Makes a run and prints its id: on a terminal as the last word of a sentence.
pub(crate) fn run(args: &CreateArgs, config: &Config) -> Result<(), Failure> {
    let steps = steps(&args.steps)?;
    let address = Address::new(config)?;
    let store = address.open()?;
    let now = now();
    let id = run_id(args.id.as_deref(), &args.name, now)?;
    if known(&address, &*store, &id)?.is_some() {
        return Err(Failure::Refused(format!("run {} already exists in {}", clean(&id), address.shown())));
    }
    let workflow = args.workflow.clone().map_or_else(|| config.get(&WORKFLOW), |w| Ok(Some(w)))?;
    let mut producer = Producer::new(&id);
    producer.push(&Event::Run(RunInfo {
        id: id.as_str().into(),
        name: Some(args.name.as_str().into()),
        workflow: workflow.map(Into::into),
        // Without steps nothing else shows that it is under way.
        status: steps.is_empty().then_some(Status::Running),
        started: Some(now),
        source: Some(source().into()),
        labels: labels(&args.labels, args.description.as_deref()).finish(),
        infer_edges: Some(false),
        ..RunInfo::default()
    }));
    let mut before = None;
    for step in &steps {
        let after = before.filter(|_| !args.parallel);
        producer.push(&Event::Task(Task {
            id: (*step).into(),
            after: after.map(|step: &str| step.into()).into_iter().collect(),
            ..Task::default()
        }));
        before = Some(*step);
    }
    producer.send(&*store, address.wait()).map_err(|error| address.failed(error))?;
    if args.json {
        return print_json_line(&CreatedDocument { run: &id, name: &args.name, steps });
    }
    if !io::stdout().is_terminal() {
        // For `run=$(makespan create …)`.
        return print(&format!("{id}\n"));
    }
    let count = match steps.len() {
        0 => String::new(),
        n => format!(" with {}", counted(n, "step")),
    };
    print(&format!("{}{count}: {id}\n", clean(&args.name)))
}

/// Who records: this program.
pub(super) fn source() -> String {
    format!("makespan {}", env!("CARGO_PKG_VERSION"))
}

/// The id that was asked for, or one made from the name.
///
/// # Errors
///
/// [`Failure::Usage`] for an id that is not one word: it could not be distinguished from the words around it.
pub(super) fn run_id(asked: Option<&str>, name: &str, now: i64) -> Result<String, Failure> {
    match asked {
        None => Ok(new_run_id(name, now)),
        Some(id) if id.is_empty() || id.contains(|c: char| c.is_whitespace() || c.is_control()) => {
            Err(Failure::Usage("the id of a run must be one word".to_owned()))
        }
        Some(id) => Ok(id.to_owned()),
    }
}

/// Labels as JSON; of two of one name the last one counts.
pub(super) fn labels(given: &[Label], description: Option<&str>) -> Fields {
    let mut labels = Fields::new();
    if let Some(text) = description {
        labels.str("description", text);
    }
    for (i, label) in given.iter().enumerate() {
        if !given[i + 1..].iter().any(|later| later.name == label.name) {
            labels.str(&label.name, &label.value);
        }
    }
    labels
}

/// The names of steps, without the spaces around them.
fn steps(given: &[String]) -> Result<Vec<&str>, Failure> {
    let mut seen = BTreeSet::new();
    let mut steps = Vec::new();
    for step in given.iter().map(|step| step.trim()) {
        if step.is_empty() {
            return Err(Failure::Usage("--steps: a step must have a name".to_owned()));
        }
        if !seen.insert(step) {
            return Err(Failure::Usage(format!("--steps: duplicate step {}", clean(step))));
        }
        steps.push(step);
    }
    Ok(steps)
}
