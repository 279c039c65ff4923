//! Additions from a definition to a run: its dependencies, and the nodes that the run never reached.

use std::borrow::Cow;

use makespan_format::{Diagnostic, Event, EventSink, Fields, Json, Severity, Status, Task};
use makespan_model::Order as _;

use super::plan::{Plan, PlanNode};
use super::run::RunState;

/// Adds to a run the dependencies that the definition states, and the nodes that the run never reached.
pub(super) fn join(plan: &Plan, run: &mut RunState<'_>, sink: &mut dyn EventSink) {
    let reached: Vec<Vec<u32>> =
        plan.nodes.iter().map(|n| run.nodes.get(&n.id).cloned().unwrap_or_default()).collect();
    let is_plan_only = run.tasks.is_empty() && run.facts.status.is_none();
    let barred = barred(plan, &reached, run);
    // A node that ran several times (a cycle) is found by time; in between its executions are sorted by end.
    let by_end: Vec<Vec<u32>> = reached
        .iter()
        .map(|tasks| {
            let mut tasks = tasks.clone();
            tasks.order_by_key(|&t| run.tasks[t as usize].ended.unwrap_or(i64::MAX));
            tasks
        })
        .collect();
    let ids: Vec<String> = plan.nodes.iter().map(|n| own_id(&n.id, run)).collect();
    let mut unreached = 0u64;
    for (i, node) in plan.nodes.iter().enumerate() {
        for &task in &reached[i] {
            let started = run.tasks[task as usize].started.unwrap_or(i64::MAX);
            let mut after: Vec<Cow<'_, str>> = Vec::new();
            for &source in &plan.sources[i] {
                match before(&by_end[source], started, run) {
                    Some(on) if on != task && run.add_edge(task, on) => {
                        after.push(run.id_of(on).to_owned().into());
                    }
                    Some(_) => {}
                    None => after.push(ids[source].as_str().into()),
                }
            }
            if !after.is_empty() {
                let id = run.id_of(task).into();
                sink.event(Event::Task(Task { id, after, ..Task::default() }));
            }
        }
        if reached[i].is_empty() {
            unreached += 1;
            let mut after: Vec<Cow<'_, str>> = Vec::new();
            for &source in &plan.sources[i] {
                let on = before(&by_end[source], i64::MAX, run);
                let id: Cow<'_, str> =
                    on.map_or(ids[source].as_str().into(), |t| run.id_of(t).to_owned().into());
                if !after.contains(&id) {
                    after.push(id);
                }
            }
            let status = if barred[i] { Status::UpstreamFailed } else { Status::Pending };
            node.emit(&ids[i], after, status, sink);
        }
    }
    report(plan, run, is_plan_only, unreached, barred.iter().filter(|b| **b).count(), sink);
}

/// Nodes without a task that lie behind a task that failed.
fn barred(plan: &Plan, reached: &[Vec<u32>], run: &RunState<'_>) -> Vec<bool> {
    let mut targets: Vec<Vec<usize>> = vec![Vec::new(); plan.nodes.len()];
    for (target, sources) in plan.sources.iter().enumerate() {
        sources.iter().for_each(|&s| targets[s].push(target));
    }
    let failed = |i: &usize| {
        let last = reached[*i].last().and_then(|&t| run.tasks[t as usize].status);
        last.is_some_and(Status::is_failure)
    };
    let mut open: Vec<usize> = (0..plan.nodes.len()).filter(failed).collect();
    let mut barred = vec![false; plan.nodes.len()];
    while let Some(i) = open.pop() {
        for &target in &targets[i] {
            if reached[target].is_empty() && !barred[target] {
                barred[target] = true;
                open.push(target);
            }
        }
    }
    barred
}

fn report(
    plan: &Plan,
    run: &RunState<'_>,
    plan_only: bool,
    unreached: u64,
    barred: usize,
    sink: &mut dyn EventSink,
) {
    let file = &plan.file;
    let mut say = |count: u64, severity, code, message: String| {
        if count > 0 {
            sink.diagnostic(Diagnostic::new(severity, code, message).times(count));
        }
    };
    if plan_only {
        say(
            1,
            Severity::Info,
            "plan-only",
            format!("{file}: a workflow definition with no run: its tasks are pending"),
        );
    } else {
        let message = format!(
            "{}: nodes of the definition {file} that have no task are shown as pending, {barred} of them behind a \
             failed task as upstream-failed",
            run.place()
        );
        say(unreached, Severity::Info, "not-reached", message);
    }
    let stray: usize =
        run.nodes.iter().filter(|(id, _)| !plan.places.contains_key(*id)).map(|n| n.1.len()).sum();
    let message = format!("{}: tasks of nodes that are not in the definition {file}", run.place());
    say(stray as u64, Severity::Info, "not-in-definition", message);
    let message = format!("{file}: connections that name no node are left out");
    say(plan.unknown_ends, Severity::Warning, "dangling-connection", message);
}

impl PlanNode {
    fn emit(&self, id: &str, after: Vec<Cow<'_, str>>, status: Status, sink: &mut dyn EventSink) {
        let mut labels = Fields::new();
        for (key, value) in [("inputs", &self.inputs), ("position", &self.position)] {
            if let Some(value) = value {
                labels.raw(key, value);
            }
        }
        sink.event(Event::Task(Task {
            id: id.into(),
            name: Some(self.id.as_str().into()),
            step: Some(self.id.as_str().into()),
            kind: self.kind.as_deref().map(Into::into),
            after,
            status: Some(status),
            labels: labels.finish(),
            params: self.config.as_deref().map(Json::from_raw),
            ..Task::default()
        }));
    }
}

/// Id of the task of a node that was not reached: the node's, unless a task of the run has it.
fn own_id(node: &str, run: &RunState<'_>) -> String {
    let mut id = node.to_owned();
    while run.knows(&id) {
        id.push_str(" (planned)");
    }
    id
}

/// Of the executions of a node, sorted by end, the last that ended by `started`; the first where none did.
fn before(by_end: &[u32], started: i64, run: &RunState<'_>) -> Option<u32> {
    let ended = by_end.partition_point(|&t| run.tasks[t as usize].ended.unwrap_or(i64::MAX) <= started);
    by_end.get(ended.saturating_sub(1)).copied()
}
