//! Prefect: flow runs, task runs, their states, logs and graphs as its API answers them.
//!
//! A flow run is a run, a task run a task. The states of a task run, given beside it, are its attempts; without them only
//! the first start and the last end are known.

use std::borrow::Cow;

use makespan_format::{Attempt, ErrorInfo, EventSink, Fields, Log, Status};
use makespan_model::{HashMap, HashSet, Order as _};

use crate::draft::{Draft, Piece, add_labels, labels, records};
use crate::gather::Named;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::sniff::{Head, JsonKind};

/// Reads what Prefect answers about flow runs.
pub const IMPORTER: Importer = Importer {
    id: "prefect",
    title: "Prefect",
    parts: &["task runs", "flow runs", "states", "logs", "graph"],
    how: "`curl -X POST API/task_runs/filter -H 'Content-Type: application/json' -d '{\"flow_runs\":{\"id\":{\"any_\":[\"ID\"]}}}'`; \
          add `flow_runs/filter`, `task_run_states/?task_run_id=ID` for the attempts, and `logs/filter`",
    lossy: "workers of tasks; earlier attempts, unless the states are given",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let has = |keys: &[&str]| shape.record_has(keys);
    if has(&["task_key", "dynamic_key", "flow_run_id"]) {
        claim(94, "task runs", "task runs with a task_key and a dynamic_key")
    } else if has(&["flow_id", "state_type"]) && (has(&["parent_task_run_id"]) || has(&["run_count"])) {
        claim(94, "flow runs", "flow runs with a flow_id and a state_type")
    } else if has(&["type", "timestamp", "state_details"]) {
        claim(92, "states", "states with a type and state_details")
    } else if has(&["flow_run_id", "task_run_id", "level", "message"]) {
        claim(92, "logs", "log records with flow_run_id and task_run_id")
    } else if shape.root == JsonKind::Object && shape.has("root_node_ids") && shape.has("nodes") {
        claim(92, "graph", "a graph of a flow run with root_node_ids")
    } else {
        None
    }
}

type Records<'t, 'a> = Vec<Value<'t, 'a>>;

#[derive(Default)]
struct Flow<'t, 'a> {
    id: Cow<'a, str>,
    facts: Option<Value<'t, 'a>>,
    tasks: Records<'t, 'a>,
    logs: Records<'t, 'a>,
    /// States by the task run that had them.
    states: HashMap<Cow<'a, str>, Records<'t, 'a>>,
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    let mut flows: Named<Flow<'_, '_>> = Named::default();
    let mut graphs = Vec::new();
    for (part, file) in parts.iter().zip(&pages) {
        for record in file.roots().flat_map(|root| records(root, &[])) {
            let details = record.at("state_details");
            let id = match part.part {
                "flow runs" => record.text_at("id"),
                "states" => details.and_then(|d| d.text_at("flow_run_id")),
                _ => record.text_at("flow_run_id"),
            };
            if part.part == "graph" {
                graphs.push((part.source.name.as_str(), record));
                continue;
            }
            let id = id.unwrap_or(Cow::Borrowed(&part.source.name));
            let flow = flows.entry(&id, || Flow { id: id.clone(), ..Flow::default() });
            match part.part {
                "flow runs" => flow.facts = Some(record),
                "task runs" => flow.tasks.push(record),
                "logs" => flow.logs.push(record),
                _ => {
                    if let Some(task) = details.and_then(|d| d.text_at("task_run_id")) {
                        flow.states.entry(task).or_default().push(record);
                    }
                }
            }
        }
    }
    for flow in &mut flows.list {
        emit(flow, options, sink);
    }
    for (name, graph) in graphs {
        emit_graph(name, graph, &flows, options, sink);
    }
    report_all(parts, &pages, sink)
}

fn emit<'a>(flow: &mut Flow<'_, 'a>, options: &Options<'_>, sink: &mut dyn EventSink) {
    let mut states = std::mem::take(&mut flow.states);
    let mut draft = Draft::new(flow.id.clone(), "Prefect", options);
    if let Some(facts) = flow.facts {
        draft.run.name = facts.text_at("name");
        draft.run.workflow = facts.at("labels").and_then(|l| l.text_at("prefect.flow.name"));
        let of_log =
            || flow.logs.iter().filter_map(|log| log.text_at("message")).find_map(|text| flow_name(&text));
        draft.run.workflow = draft.run.workflow.take().or_else(|| of_log().map(Cow::Owned));
        draft.run.workflow = draft.run.workflow.take().or_else(|| facts.text_at("flow_id"));
        draft.run.status = state(facts, &mut draft);
        draft.run.started = draft.clock.moment(facts.at("start_time"), crate::Unit::Seconds);
        draft.run.ended = draft.clock.moment(facts.at("end_time"), crate::Unit::Seconds);
        draft.run.params = labels(facts, &["parameters"]);
        let keys =
            ["tags", "deployment_id", "work_pool_name", "parent_task_run_id", "flow_version", "flow_id"];
        let mut all = Fields::new();
        add_labels(&mut all, facts, &keys);
        if let Some(text) = facts.at("state").and_then(|state| state.text_at("message")) {
            all.str("message", &text);
        }
        draft.run.labels = all.finish();
    }
    // The order in which they were created is the same in the next run, their names are not.
    let mut tasks = flow.tasks.clone();
    tasks.order_by_cached_key(|task| {
        (task.text_of(&["expected_start_time", "created"]), task.text_at("name"), task.text_at("id"))
    });
    for task in tasks {
        let id = task.text_at("id").unwrap_or_default();
        let mut piece = Piece::new(id.clone(), step(task));
        piece.task.step = Some(piece.task.id.clone());
        piece.task.name = task.text_at("name");
        piece.task.kind = Some("task".into());
        piece.task.labels = labels(
            task,
            &["id", "task_key", "dynamic_key", "tags", "cache_key", "run_count", "task_version"],
        );
        let inputs = task.at("task_inputs").into_iter().flat_map(Value::members);
        piece.task.after =
            inputs.flat_map(|(_, list)| list.elements()).filter_map(|input| input.text_at("id")).collect();
        let status = state(task, &mut draft);
        let own = states.remove(&id);
        match own {
            Some(own) => attempts(own, &mut piece, &mut draft),
            None => {
                let queued = draft.clock.moment(task.at("expected_start_time"), crate::Unit::Seconds);
                let started = draft.clock.moment(task.at("start_time"), crate::Unit::Seconds);
                let ended = draft.clock.moment(task.at("end_time"), crate::Unit::Seconds);
                let attempt = Attempt {
                    queued,
                    started,
                    ended,
                    status,
                    error: error(task.at("state"), status),
                    ..Attempt::default()
                };
                piece.tried(attempt);
                if task.number_at("run_count").is_some_and(|n| n > 1.0) {
                    let what = "tasks were retried, but the states with their attempts are not in the files; each is shown as one attempt";
                    draft.tally.info("attempts-merged", what, || id);
                }
            }
        }
        piece.task.status = status;
        draft.pieces.push(piece);
    }
    // States of tasks that were not given.
    let mut rest: Vec<(Cow<'a, str>, Records<'_, 'a>)> = states.into_iter().collect();
    rest.order_by(|a, b| a.0.cmp(&b.0));
    for (id, own) in rest {
        let mut piece = Piece::new(id.clone(), id);
        attempts(own, &mut piece, &mut draft);
        draft.pieces.push(piece);
    }
    for piece in &mut draft.pieces {
        let failed = piece.tries.last_mut().and_then(|attempt| attempt.error.as_mut());
        if let Some(error) = failed.filter(|error| error.trace.is_none()) {
            let own =
                flow.logs.iter().filter(|log| log.text_at("task_run_id").as_ref() == Some(&piece.native));
            error.trace =
                own.filter_map(|log| log.text_at("message")).rfind(|text| text.contains("Traceback ("));
        }
    }
    // Tasks of which only log records are given: they ran, and nothing says how they ended.
    let mut known: HashSet<Cow<'_, str>> = draft.pieces.iter().map(|piece| piece.native.clone()).collect();
    for id in flow.logs.iter().filter_map(|log| log.text_at("task_run_id")) {
        if known.insert(id.clone()) {
            let mut piece = Piece::new(id.clone(), id);
            piece.task.status = Some(Status::Unknown);
            draft.pieces.push(piece);
        }
    }
    for log in &flow.logs {
        let level = log.number_at("level").map(|level| match level as i64 {
            ..=19 => "debug",
            20..=29 => "info",
            30..=39 => "warning",
            _ => "error",
        });
        let t = draft.clock.moment(log.at("timestamp"), crate::Unit::Seconds);
        draft.logs.push(Log {
            task: log.text_at("task_run_id"),
            t,
            level: level.map(Cow::Borrowed),
            text: log.text_at("message").unwrap_or_default(),
            number: None,
        });
    }
    draft.emit(&IMPORTER, sink);
}

/// The name of the flow in the first line of its log: `Beginning flow run 'RUN' for flow 'NAME'`. No other answer has it.
fn flow_name(message: &str) -> Option<String> {
    let rest = message
        .strip_prefix("Beginning flow run '")
        .or_else(|| message.strip_prefix("Beginning subflow run '"))?;
    let (_, name) = rest.split_once("' for flow '")?;
    name.strip_suffix('\'').filter(|name| !name.is_empty()).map(str::to_owned)
}

/// The name of the task without what is random in it.
fn step<'a>(task: Value<'_, 'a>) -> Cow<'a, str> {
    let name = task.text_at("name").unwrap_or_default();
    let dynamic = task.text_at("dynamic_key").unwrap_or_default();
    match name.rsplit_once('-') {
        Some((step, suffix)) if !step.is_empty() && dynamic.starts_with(suffix) => {
            Cow::Owned(step.to_owned())
        }
        _ if name.is_empty() => task.text_at("task_key").unwrap_or(Cow::Borrowed("(no name)")),
        _ => name,
    }
}

fn state(record: Value<'_, '_>, draft: &mut Draft<'_, '_>) -> Option<Status> {
    let name = record.text_of(&["state_name", "name"]);
    let kind = record.text_of(&["state_type", "type"]);
    // The name says more than the type, but can be anything.
    match name.as_deref() {
        Some("NotReady") => Some(Status::UpstreamFailed),
        Some("Cached") => Some(Status::Cached),
        Some("Retrying" | "AwaitingRetry" | "Late") => draft.clock.status(name.as_deref(), false),
        _ => draft.clock.status(kind.as_deref(), false),
    }
}

fn error<'a>(state: Option<Value<'_, 'a>>, status: Option<Status>) -> Option<ErrorInfo<'a>> {
    let message = state?.text_at("message").filter(|_| status == Some(Status::Failed))?;
    Some(ErrorInfo { message, ..ErrorInfo::default() })
}

/// States in their order, as attempts: each `RUNNING` begins one.
fn attempts<'a>(mut states: Records<'_, 'a>, piece: &mut Piece<'a>, draft: &mut Draft<'_, 'a>) {
    states.order_by_cached_key(|state| state.text_at("timestamp"));
    let mut queued = None;
    for record in states {
        let t = draft.clock.moment(record.at("timestamp"), crate::Unit::Seconds);
        let kind = record.text_at("type").unwrap_or_default();
        let status = state(record, draft);
        let open = piece.tries.last_mut().filter(|a| a.ended.is_none());
        match (&*kind, open) {
            ("RUNNING", None) => {
                let running = Some(Status::Running);
                piece.tries.push(Attempt { queued, started: t, status: running, ..Attempt::default() });
                queued = None;
            }
            ("RUNNING" | "PENDING", _) => queued = queued.or(t),
            ("SCHEDULED", Some(attempt)) => {
                // What is scheduled once more has failed.
                attempt.ended = t;
                attempt.status = Some(Status::Failed);
                queued = t;
            }
            ("SCHEDULED", None) => queued = queued.or(t),
            (_, Some(attempt)) => {
                attempt.ended = t;
                attempt.status = status;
                attempt.error = error(Some(record), status);
            }
            (_, None) => piece.tried(Attempt { status, ended: t, ..Attempt::default() }),
        }
        piece.task.status = status;
    }
}

/// A graph alone; beside the task runs it says nothing new.
fn emit_graph(
    name: &str,
    graph: Value<'_, '_>,
    flows: &Named<Flow<'_, '_>>,
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) {
    let nodes: Vec<_> = graph
        .list("nodes")
        .filter_map(|pair| Some((pair.elements().next()?.text()?, pair.elements().nth(1)?)))
        .collect();
    let tasks = flows.list.iter().flat_map(|flow| &flow.tasks);
    let ids: makespan_model::HashSet<_> = tasks.filter_map(|task| task.text_at("id")).collect();
    if !nodes.is_empty() && nodes.iter().all(|(id, _)| ids.contains(id)) {
        return;
    }
    let mut draft = Draft::new(name.into(), "Prefect", options);
    draft.run.infer_edges = Some(false);
    draft.run.started = draft.clock.moment(graph.at("start_time"), crate::Unit::Seconds);
    draft.run.ended = draft.clock.moment(graph.at("end_time"), crate::Unit::Seconds);
    for (id, node) in nodes {
        let label = node.text_at("label").unwrap_or_else(|| id.clone());
        let mut piece = Piece::new(id, label);
        piece.task.kind = node.text_at("kind");
        piece.task.parent = node.list("encapsulating").find_map(|outer| outer.text_at("id"));
        piece.task.after = node.list("parents").filter_map(|before| before.text_at("id")).collect();
        let status = draft.clock.status(node.text_at("state_type").as_deref(), false);
        let started = draft.clock.moment(node.at("start_time"), crate::Unit::Seconds);
        let ended = draft.clock.moment(node.at("end_time"), crate::Unit::Seconds);
        piece.task.status = status;
        piece.tried(Attempt { started, ended, status, ..Attempt::default() });
        draft.pieces.push(piece);
    }
    draft.emit(&IMPORTER, sink);
}
