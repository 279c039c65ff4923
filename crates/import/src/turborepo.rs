//! Summaries of Turborepo (`turbo run … --summarize`) and of Nx (`.nx/cache/run.json`): tasks of packages, with what came
//! from the cache. Nx writes the dependencies of its tasks to a file of their own (`nx run-many … --graph=graph.json`).

use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::{
    Attempt, Diagnostic, ErrorInfo, Event, EventSink, Fields, RunInfo, Sample, Severity, Status, Task,
};
use makespan_model::HashMap;

use crate::gather::{Ordinals, emit_plan, lacks};
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::sniff::{Head, JsonKind};
use crate::tally::Tally;
use crate::times::Clock;

/// The parts of this importer that belong together: a run of Nx and the graph of its tasks.
pub(crate) const NX: &str = "nx";
pub(crate) const GRAPH: &str = "nx-graph";

/// Reads summaries of Turborepo and Nx.
pub const IMPORTER: Importer = Importer {
    id: "turborepo",
    title: "Turborepo and Nx",
    parts: &["turbo", NX, GRAPH],
    how: "`turbo run … --summarize` writes `.turbo/runs/ID.json`; Nx keeps its last run in `.nx/cache/run.json`; add the file \
          of `nx run-many … --graph=graph.json` for the dependencies",
    lossy: "workers, retries, queue times; for Nx: dependencies, unless the graph is given",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let inner = |key: &str| shape.inner_has("tasks", key);
    if shape.root != JsonKind::Object {
        None
    } else if shape.has("turboVersion") && shape.has("tasks") {
        claim(94, "turbo", "an object with turboVersion and tasks")
    } else if shape.inner_has("run", "command") && inner("taskId") && inner("cacheStatus") {
        claim(94, NX, "an object with a run and tasks that have a cacheStatus")
    } else if shape.inner_has("tasks", "dependencies")
        && shape.inner_has("tasks", "roots")
        && (shape.has("taskPlans") || shape.has("graph"))
    {
        claim(94, GRAPH, "a graph of Nx with tasks and their dependencies")
    } else {
        None
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    let files = || parts.iter().zip(&pages);
    let graphs: Vec<Graph<'_, '_>> = files()
        .filter(|(part, _)| part.part == GRAPH)
        .flat_map(|(part, file)| file.roots().map(|root| Graph::read(root, &part.source.name)))
        .collect();
    let mut used = vec![false; graphs.len()];
    // Runs of several folders may have one name.
    let mut names = Ordinals::default();
    for (part, file) in files().filter(|(part, _)| part.part != GRAPH) {
        for root in file.roots() {
            let common = |graph: &Graph<'_, '_>| {
                let ids = root.list("tasks").filter_map(|task| task.text_at("taskId"));
                ids.filter(|id| graph.tasks.contains_key(id)).count()
            };
            let best = (0..graphs.len()).filter(|_| part.part == NX).max_by_key(|at| common(&graphs[*at]));
            let best = best.filter(|at| common(&graphs[*at]) > 0);
            if let Some(at) = best {
                used[at] = true;
            }
            let id = names.next(&root.text_at("id").unwrap_or(Cow::Borrowed(&part.source.name)));
            emit(root, part, id, best.map(|at| &graphs[at]), options, sink);
        }
    }
    let is_alone = parts.iter().all(|part| part.part == GRAPH);
    for (graph, _) in graphs.iter().zip(used).filter(|(_, used)| !used) {
        if is_alone {
            emit_graph(graph, sink);
        } else {
            let message = format!("{}: no task of this graph is in a run among the files", graph.file);
            sink.diagnostic(Diagnostic::new(Severity::Info, "not-used", message));
        }
    }
    report_all(parts, &pages, sink)
}

/// A graph of Nx: its tasks and what each depends on.
struct Graph<'t, 'a> {
    file: &'a str,
    order: Vec<Cow<'a, str>>,
    tasks: HashMap<Cow<'a, str>, Value<'t, 'a>>,
}

impl<'t, 'a> Graph<'t, 'a> {
    fn read(root: Value<'t, 'a>, file: &'a str) -> Graph<'t, 'a> {
        let dependencies = root.at("tasks").and_then(|tasks| tasks.at("dependencies"));
        let all: Vec<_> = dependencies.into_iter().flat_map(Value::members).collect();
        Graph {
            file,
            order: all.iter().map(|(id, _)| id.clone()).collect(),
            tasks: all.into_iter().collect(),
        }
    }

    fn before(&self, id: &str) -> Vec<Cow<'a, str>> {
        self.tasks.get(id).into_iter().flat_map(|list| list.elements()).filter_map(Value::text).collect()
    }
}

/// Emits the tasks of a graph without a run as pending tasks.
fn emit_graph(graph: &Graph<'_, '_>, sink: &mut dyn EventSink) {
    let tasks = graph.order.iter().map(|id| Task {
        id: id.clone(),
        step: Some(id.clone()),
        after: graph.before(id),
        ..Task::default()
    });
    emit_plan(graph.file, "Nx", tasks, sink);
}

/// Milliseconds since the epoch, or ISO 8601.
fn time(value: Option<Value<'_, '_>>, clock: &mut Clock<'_>) -> Option<i64> {
    let value = value?;
    match value.whole() {
        Some(ms) => ms.checked_mul(1_000_000).filter(|t| *t > 0),
        None => clock.value(value),
    }
}

fn emit(
    root: Value<'_, '_>,
    part: &ClaimedFile<'_>,
    id: String,
    graph: Option<&Graph<'_, '_>>,
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) {
    let mut clock = Clock::new(Rc::new(options.zone));
    let run = root.any(&["execution", "run"]);
    let exit = run.and_then(|r| r.at("exitCode")).and_then(Value::whole);
    let mut labels = Fields::new();
    for key in ["turboVersion", "monorepo", "envMode", "scm", "user"] {
        if let Some(value) = root.at(key) {
            labels.raw(key, value.get());
        }
    }
    let command = run.and_then(|r| r.text_at("command"));
    let (name, version) = match part.part {
        "turbo" => ("Turborepo", root.text_at("turboVersion")),
        _ => ("Nx", None),
    };
    sink.event(Event::Run(RunInfo {
        id: id.into(),
        name: command.clone(),
        workflow: command,
        source: Some(version.map_or(Cow::Borrowed(name), |v| Cow::Owned(format!("{name} {v}")))),
        status: exit.map(|code| if code == 0 { Status::Succeeded } else { Status::Failed }),
        started: time(run.and_then(|r| r.at("startTime")), &mut clock),
        ended: time(run.and_then(|r| r.at("endTime")), &mut clock),
        labels: labels.finish(),
        infer_edges: (part.part == "turbo" || graph.is_some()).then_some(false),
        ..RunInfo::default()
    }));
    lacks(&IMPORTER, sink);
    for task in root.list("tasks") {
        emit_task(task, graph, &mut clock, sink);
    }
    let mut tally = Tally::new();
    clock.add_to(&mut tally);
    tally.report(&part.source.name, sink);
}

fn emit_task(
    task: Value<'_, '_>,
    graph: Option<&Graph<'_, '_>>,
    clock: &mut Clock<'_>,
    sink: &mut dyn EventSink,
) {
    let Some(id) = task.text_at("taskId") else { return };
    let execution = task.at("execution");
    let cache = task.at("cache");
    let from = execution.unwrap_or(task);
    let exit = from.any(&["exitCode", "status"]).and_then(Value::whole);
    let hit = cache.and_then(|c| c.text_at("status")).or_else(|| task.text_at("cacheStatus"));
    let is_hit = hit
        .as_deref()
        .is_some_and(|h| h == "HIT" || h.ends_with("cache-hit") || h.starts_with("local-cache"));
    let status = match exit {
        Some(0) if is_hit => Some(Status::Cached),
        Some(0) => Some(Status::Succeeded),
        Some(_) => Some(Status::Failed),
        None if execution.is_none() && cache.is_some() => Some(Status::Skipped),
        None if task.text_at("status").is_none() && from.at("endTime").is_some() => {
            Some(clock.unread.word("ended, without an exit code"))
        }
        None => clock.status(task.text_at("status").as_deref(), false),
    };
    let (mut labels, mut params) = (Fields::new(), Fields::new());
    for key in ["package", "projectName", "hash", "directory", "cache", "cacheStatus"] {
        if let Some(value) = task.at(key) {
            labels.raw(key, value.get());
        }
    }
    for key in ["command", "params", "cliArguments"] {
        if let Some(value) = task.at(key).filter(|v| !matches!(v.get(), "[]" | "\"\"")) {
            params.raw(key, value.get());
        }
    }
    let kind = task.text_of(&["task", "target"]);
    sink.event(Event::Task(Task {
        id: id.clone(),
        name: Some(id.clone()),
        step: Some(id.clone()),
        kind,
        parent: task.text_of(&["package", "projectName"]),
        after: match graph {
            Some(graph) => graph.before(&id),
            None => task.list("dependencies").filter_map(Value::text).collect(),
        },
        status,
        labels: labels.finish(),
        params: params.finish(),
    }));
    let error = from.text_at("error").filter(|_| status == Some(Status::Failed));
    let error =
        error.or_else(|| exit.filter(|code| *code != 0).map(|code| Cow::Owned(format!("exit code {code}"))));
    let attempt = Attempt {
        task: id.clone(),
        number: 1,
        started: time(from.at("startTime"), clock),
        ended: time(from.at("endTime"), clock),
        status,
        error: error.map(|message| ErrorInfo { message, ..ErrorInfo::default() }),
        ..Attempt::default()
    };
    if attempt.started.is_some() {
        sink.event(Event::Attempt(attempt));
    }
    if let Some(saved) = cache.and_then(|c| c.number_at("timeSaved")).filter(|ms| *ms > 0.0) {
        sink.event(Event::Sample(Sample {
            task: Some(id),
            number: Some(1),
            name: "time saved".into(),
            value: saved,
            unit: Some("ms".into()),
            t: None,
        }));
    }
}
