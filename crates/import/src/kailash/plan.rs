//! Workflow definitions: the only files of Kailash that hold the edges of a run nobody annotated.

use makespan_model::Order as _;
use std::borrow::Cow;

use foldhash::HashMap;
use makespan_format::{Diagnostic, Event, EventSink, Fields, Json, Severity, Status, Task};
use serde_json::value::RawValue;

use super::book::RunState;
use super::record::Slots;
use crate::json;

/// A node of a definition.
#[derive(Debug, Default)]
pub(super) struct PlanNode {
    pub(super) id: String,
    kind: Option<String>,
    /// Its configuration, JSON.
    pub(super) config: Option<String>,
    /// Which output feeds each of its inputs, a JSON object.
    pub(super) inputs: Option<String>,
    position: Option<String>,
}

/// A workflow definition.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) file: String,
    pub(super) id: String,
    pub(super) name: String,
    /// Name and JSON.
    pub(super) labels: Vec<(String, String)>,
    nodes: Vec<PlanNode>,
    places: HashMap<String, usize>,
    /// Nodes that each node depends on.
    sources: Vec<Vec<usize>>,
    unknown_ends: u64,
}

const DEFINITION: [&str; 8] =
    ["workflow_id", "name", "description", "version", "author", "metadata", "nodes", "connections"];

impl Plan {
    /// The definition that `raw` is.
    pub(super) fn from_json(raw: &RawValue, file: &str) -> Option<Plan> {
        let s = Slots::read(raw, &DEFINITION)?;
        let id = s.text(0).map(Cow::into_owned).unwrap_or_default();
        let name = s.text(1).map_or_else(|| id.clone(), Cow::into_owned);
        let mut plan = Plan { file: file.to_owned(), id, name, ..Plan::default() };
        for (i, key) in
            [(0, "workflow_id"), (2, "description"), (3, "version"), (4, "author"), (5, "workflow_metadata")]
        {
            if let Some(value) = s.raw(i).filter(|v| !matches!(v.get(), "\"\"" | "{}")) {
                plan.labels.push((key.to_owned(), value.get().to_owned()));
            }
        }
        plan.labels.extend(s.rest.iter().map(|(key, value)| (key.to_string(), value.get().to_owned())));
        json::each_member(s.raw(6)?, |id, node| {
            let n = Slots::read(node, &["node_id", "node_type", "config", "position"]);
            let keep = |i: usize| n.as_ref().and_then(|n| n.raw(i)).map(|v| v.get().to_owned());
            plan.places.insert(id.clone().into_owned(), plan.nodes.len());
            plan.nodes.push(PlanNode {
                id: id.into_owned(),
                kind: n.as_ref().and_then(|n| n.text(1)).map(Cow::into_owned),
                config: keep(2).filter(|c| c.starts_with('{') && c != "{}"),
                inputs: None,
                position: keep(3),
            });
        });
        plan.sources = vec![Vec::new(); plan.nodes.len()];
        let mut inputs: Vec<Fields> = plan.nodes.iter().map(|_| Fields::new()).collect();
        json::each_element(s.raw(7)?, |connection| {
            let c = Slots::read(connection, &["source_node", "source_output", "target_node", "target_input"]);
            let end =
                |i: usize| c.as_ref().and_then(|c| c.text(i)).and_then(|id| plan.places.get(&*id).copied());
            let (Some(source), Some(target)) = (end(0), end(2)) else {
                plan.unknown_ends += 1;
                return;
            };
            plan.sources[target].push(source);
            let port = |i: usize| c.as_ref().and_then(|c| c.text(i)).unwrap_or_default();
            inputs[target].str(&port(3), &format!("{}.{}", plan.nodes[source].id, port(1)));
        });
        for (node, inputs) in plan.nodes.iter_mut().zip(inputs) {
            node.inputs = inputs.finish().map(|json| json.as_str().to_owned());
        }
        Some(plan)
    }

    /// The node of that id.
    pub(super) fn node(&self, id: &str) -> Option<&PlanNode> {
        self.places.get(id).map(|&i| &self.nodes[i])
    }

    /// Adds to a run the dependencies that the definition states, and the nodes that the run never reached.
    pub(super) fn join(&self, run: &mut RunState<'_>, sink: &mut dyn EventSink) {
        let reached: Vec<Vec<u32>> =
            self.nodes.iter().map(|n| run.nodes.get(&n.id).cloned().unwrap_or_default()).collect();
        let is_plan_only = run.tasks.is_empty() && run.facts.status.is_none();
        let barred = self.barred(&reached, run);
        // A node that ran several times (a cycle) is found by time; in between its executions are sorted by end.
        let by_end: Vec<Vec<u32>> = reached
            .iter()
            .map(|tasks| {
                let mut tasks = tasks.clone();
                tasks.order_by_key(|&t| run.tasks[t as usize].ended.unwrap_or(i64::MAX));
                tasks
            })
            .collect();
        let ids: Vec<String> = self.nodes.iter().map(|n| own_id(&n.id, run)).collect();
        let mut unreached = 0u64;
        for (i, node) in self.nodes.iter().enumerate() {
            for &task in &reached[i] {
                let started = run.tasks[task as usize].started.unwrap_or(i64::MAX);
                let mut after: Vec<Cow<'_, str>> = Vec::new();
                for &source in &self.sources[i] {
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
                for &source in &self.sources[i] {
                    let on = before(&by_end[source], i64::MAX, run);
                    let id: Cow<'_, str> =
                        on.map_or(ids[source].as_str().into(), |t| run.id_of(t).to_owned().into());
                    if !after.contains(&id) {
                        after.push(id);
                    }
                }
                let status = if barred[i] { Status::UpstreamFailed } else { Status::Pending };
                node.tell(&ids[i], after, status, sink);
            }
        }
        self.report(run, is_plan_only, unreached, barred.iter().filter(|b| **b).count(), sink);
    }

    /// Nodes without a task that lie behind a task that failed.
    fn barred(&self, reached: &[Vec<u32>], run: &RunState<'_>) -> Vec<bool> {
        let mut targets: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (target, sources) in self.sources.iter().enumerate() {
            sources.iter().for_each(|&s| targets[s].push(target));
        }
        let failed = |i: &usize| {
            let last = reached[*i].last().and_then(|&t| run.tasks[t as usize].status);
            last.is_some_and(Status::is_failure)
        };
        let mut open: Vec<usize> = (0..self.nodes.len()).filter(failed).collect();
        let mut barred = vec![false; self.nodes.len()];
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
        &self,
        run: &RunState<'_>,
        plan_only: bool,
        unreached: u64,
        barred: usize,
        sink: &mut dyn EventSink,
    ) {
        let file = &self.file;
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
            run.nodes.iter().filter(|(id, _)| !self.places.contains_key(*id)).map(|n| n.1.len()).sum();
        let message = format!("{}: tasks of nodes that are not in the definition {file}", run.place());
        say(stray as u64, Severity::Info, "not-in-definition", message);
        let message = format!("{file}: connections that name no node are left out");
        say(self.unknown_ends, Severity::Warning, "dangling-connection", message);
    }
}

impl PlanNode {
    fn tell(&self, id: &str, after: Vec<Cow<'_, str>>, status: Status, sink: &mut dyn EventSink) {
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
