//! Engines that work on files: dbt, Nextflow, Snakemake.

use std::collections::BTreeSet;

use makespan_model::{Direction, Run, TaskId};

use super::again::{Again, Command, has_failed, is_uuid, member, members, number};
use super::shell::Line;
use crate::graph::ALL_HOPS;

/// Maximum number of dbt nodes in a command.
const MOST: usize = 60;

/// `dbt retry` exists since this version (docs.getdbt.com, reference/commands/retry).
const RETRY: (u32, u32) = (1, 6);

/// `dbt run --select`, or `dbt build` if not all nodes are models; `dbt retry` for failed nodes.
pub(super) fn dbt(run: &Run, again: &Again) -> Vec<Option<Command>> {
    let mut made = Vec::new();
    if *again == Again::Failed {
        if !has_failed(run) {
            return made;
        }
        if version(run.text(run.source)).is_some_and(|v| v >= RETRY) {
            let about = "Repeats the last dbt command from where it failed; needs its target folder.";
            return vec![Command::new(about, Line::new("dbt retry"))];
        }
    }
    let Some((verb, names)) = nodes(run, again) else { return made };
    let select = |about: &'static str, before: &str, after: &str| {
        let all: Vec<String> = names.iter().map(|name| format!("{before}{name}{after}")).collect();
        Command::new(about, Line::new(verb).words("--select").args(all.iter().map(String::as_str)))
    };
    match *again {
        Again::Around { task, up, down, .. } if up > 0 || down > 0 => {
            let hops = |n: u32| if n == ALL_HOPS { String::new() } else { n.to_string() };
            let before = if up == 0 { String::new() } else { format!("{}+", hops(up)) };
            let after = if down == 0 { String::new() } else { format!("+{}", hops(down)) };
            let name = run.task_name(TaskId(task));
            let line = Line::new("dbt build --select").arg(&format!("{before}{name}{after}"));
            made.push(is_name(name).then(|| Command::new("Builds the nodes in focus.", line)).flatten());
        }
        Again::Failed => made.push(select("Builds the failed nodes and everything after them.", "", "+")),
        _ => {
            made.push(select("Builds only this.", "", ""));
            made.push(select("Builds this and everything after it.", "", "+"));
        }
    }
    made
}

/// Returns the names of tasks in a selection, and the command that builds them. `None` if there are none, too many, or
/// one whose name has a meaning in the syntax of selections.
fn nodes<'a>(run: &'a Run, again: &'a Again) -> Option<(&'static str, BTreeSet<&'a str>)> {
    let mut names = BTreeSet::new();
    let mut only_models = true;
    for task in again.tasks(run) {
        let kind = run.text(run.tasks.kind[task.index()]);
        let kind = kind.split(' ').next().unwrap_or_default();
        if !matches!(kind, "model" | "seed" | "snapshot" | "test" | "unit_test") {
            continue;
        }
        only_models &= kind == "model";
        let name = run.task_name(task);
        if !is_name(name) || names.len() == MOST {
            return None;
        }
        names.insert(name);
    }
    (!names.is_empty()).then_some((if only_models { "dbt run" } else { "dbt build" }, names))
}

/// Returns whether a name contains none of dbt's syntax characters, such as `+`, `@`, `*`, `:` and `,`.
fn is_name(name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.starts_with(is_word) && name.chars().all(|c| is_word(c) || c == '.' || c == '-')
}

/// Returns the first two numbers of the version after the name of a source.
fn version(source: &str) -> Option<(u32, u32)> {
    let mut parts = source.split_once(' ')?.1.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// `nextflow run … -resume`, if the run records what was launched.
pub(super) fn nextflow(run: &Run) -> Vec<Option<Command>> {
    let workflow = run.text(run.workflow);
    if workflow.is_empty() {
        return Vec::new();
    }
    let line = Line::new("nextflow run").arg(workflow).words("-resume");
    // The id of a session is a UUID; other ids are file names.
    let line = if is_uuid(&run.id) { line.arg(&run.id) } else { line };
    let about =
        "Runs the tasks that are not in the cache of that session; add the parameters of the first launch.";
    vec![Command::new(about, line)]
}

/// `snakemake --force` for files, `--forcerun` for rules.
pub(super) fn snakemake(run: &Run, again: &Again) -> Vec<Option<Command>> {
    let cores = member(&members(run, run.labels), "cores").filter(|c| number(c).is_some());
    let line = || Line::new("snakemake --cores").arg(cores.as_deref().unwrap_or("all"));
    if *again == Again::Failed {
        let about = "Makes missing and incomplete files.";
        let line = line().words("--rerun-incomplete");
        return if has_failed(run) { vec![Command::new(about, line)] } else { Vec::new() };
    }
    let rules: BTreeSet<&str> =
        again.tasks(run).map(|t| run.task_step(t)).filter(|rule| !rule.is_empty()).collect();
    let mut made = Vec::new();
    let mut tasks = again.tasks(run);
    if let (Some(task), None) = (tasks.next(), tasks.next()) {
        let a = &run.artifacts;
        let of = a.task.partition_point(|t| *t < task.0)..a.task.partition_point(|t| *t <= task.0);
        let outputs = of.filter(|i| a.direction[*i] == Direction::Output).map(|i| run.text(a.name[i]));
        // One of its files is enough, because a job makes all of them.
        if let Some(file) = outputs.into_iter().next() {
            made.push(Command::new("Makes the output of this job again.", line().words("--force").arg(file)));
        }
    }
    let is_rule = |rule: &&str| rule.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !rules.is_empty() && rules.iter().all(is_rule) {
        let about = "Runs all jobs of the rule again, and the jobs that depend on them.";
        made.push(Command::new(about, line().words("--forcerun").args(rules)));
    }
    made
}
