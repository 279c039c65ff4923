//! Engines that run as services: Airflow, Argo Workflows, Prefect, Tekton.

use makespan_model::Run;

use super::again::{Again, Command, has_failed, is_uuid, member, members, steps};
use super::shell::Line;

/// `airflow tasks clear DAG -t REGEX -s DATE -e DATE`. It clears all runs between two dates, so there is no command if
/// the logical date of the run is not recorded.
pub(super) fn airflow(run: &Run, again: &Again) -> Vec<Option<Command>> {
    let recorded = member(&members(run, run.labels), "logical_date");
    let name = run.text(run.name);
    let Some(date) = recorded.as_deref().or(Some(name)).filter(|date| is_moment(date)) else {
        return Vec::new();
    };
    let dag = run.text(run.workflow);
    let line = |words: &'static str, tasks: Option<&str>| {
        let mut line = Line::new("airflow tasks clear").arg(dag);
        if let Some(tasks) = tasks {
            line = line.words("-t").arg(tasks);
        }
        line.words("-s").arg(date).words("-e").arg(date).words(words)
    };
    if *again == Again::Failed {
        let about = "Clears the failed tasks of this run, so that they run again.";
        return if has_failed(run) {
            vec![Command::new(about, line("--only-failed", None))]
        } else {
            Vec::new()
        };
    }
    let names: Vec<String> = steps(run, again.tasks(run)).into_iter().map(escaped).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let regex = match names.as_slice() {
        [one] => format!("^{one}$"),
        several => format!("^({})$", several.join("|")),
    };
    vec![Command::new("Clears these tasks and everything after them.", line("--downstream", Some(&regex)))]
}

/// Returns whether a text is an ISO 8601 time, the only accepted form of a date in a command.
fn is_moment(text: &str) -> bool {
    let digits = |range: std::ops::Range<usize>| {
        text.get(range).is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit()))
    };
    let is_part = |b: u8| b.is_ascii_digit() || b"TZ:.+-".contains(&b);
    digits(0..4)
        && digits(5..7)
        && digits(8..10)
        && text.as_bytes().get(10) == Some(&b'T')
        && text.bytes().all(is_part)
}

/// Escapes a text as a Python regular expression that matches only this text.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if !c.is_alphanumeric() && c != '_' && c != '-' {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// `argo retry NAME`, for a failed workflow.
pub(super) fn argo(run: &Run, again: &Again) -> Vec<Option<Command>> {
    if !has_failed(run) || run.name.is_empty() {
        return Vec::new();
    }
    let labels = members(run, run.labels);
    let line = || {
        let line = Line::new("argo retry").arg(run.text(run.name));
        match member(&labels, "namespace") {
            Some(namespace) => line.words("--namespace").arg(&namespace),
            None => line,
        }
    };
    let mut made = Vec::new();
    let mut tasks = again.tasks(run);
    if let (Some(task), None, true) = (tasks.next(), tasks.next(), *again != Again::Failed) {
        let name = run.task_name(task);
        // A comma, an equals sign or a backslash is syntax of the selector.
        if !name.contains([',', '=', '\\', '!']) {
            let about = "Retries the workflow; nodes of this name run again even if they succeeded.";
            let node = format!("displayName={name}");
            let line = line().words("--restart-successful --node-field-selector").arg(&node);
            made.push(Command::new(about, line));
        }
    }
    made.push(Command::new("Retries the failed nodes of the workflow.", line()));
    made
}

/// `prefect flow-run retry ID`.
pub(super) fn prefect(run: &Run) -> Vec<Option<Command>> {
    if !is_uuid(&run.id) {
        return Vec::new();
    }
    let about = "Retries the flow run; a flow without a deployment also needs --entrypoint.";
    vec![Command::new(about, Line::new("prefect flow-run retry").arg(&run.id))]
}

/// `tkn pipeline start NAME --use-pipelinerun RUN`.
pub(super) fn tekton(run: &Run) -> Vec<Option<Command>> {
    let pipeline = run.text(run.workflow);
    let Some(namespace) = member(&members(run, run.labels), "namespace").filter(|_| !pipeline.is_empty())
    else {
        return Vec::new();
    };
    let line = Line::new("tkn pipeline start").arg(pipeline).words("--use-pipelinerun").arg(&run.id);
    let line = line.words("--namespace").arg(&namespace);
    vec![Command::new("Starts the pipeline again with the parameters of this run.", line)]
}
