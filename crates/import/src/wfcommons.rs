//! WfFormat of WfCommons, versions 1.0 to 1.5: recorded workflows for research.
//!
//! They hold no start times (`executedAt` of a task, which the schema allows, is read where it is there): each task is
//! shown as starting when the last one before it ended, which is said. Nor do they hold how a task ended.

use std::borrow::Cow;

use makespan_format::{
    Artifact, Attempt, Diagnostic, Direction, Event, EventSink, Fields, RunInfo, Sample, Severity, Status,
    Task,
};
use makespan_model::{HashMap, HashSet, Order as _};

use crate::gather::{Ordinals, lacks};
use crate::ids::{Fan, Ids};
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::sniff::{Head, JsonKind};
use crate::tally::Tally;
use crate::times::spelled::civil;

/// Reads WfFormat.
pub const IMPORTER: Importer = Importer {
    id: "wfcommons",
    title: "WfCommons",
    parts: &["instance"],
    how: "an instance of WfCommons (WfInstances), or what its converters make of the logs of Pegasus, Makeflow and Nextflow",
    lossy: "start times (a schedule is simulated from runtimes and dependencies), outcomes, retries, queue times",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    if shape.root != JsonKind::Object || shape.kind("workflow") != Some(JsonKind::Object) {
        return None;
    }
    if shape.has("schemaVersion") {
        claim(92, "instance", "an object with schemaVersion and workflow")
    } else if shape.inner_has("workflow", "tasks") && shape.inner_has("workflow", "executedAt") {
        claim(75, "instance", "a workflow with tasks and executedAt")
    } else {
        None
    }
}

fn read(
    parts: &[ClaimedFile<'_>],
    _options: &Options<'_>,
    sink: &mut dyn EventSink,
) -> Result<(), ReadError> {
    let pages = read_all(parts);
    for (part, file) in parts.iter().zip(&pages) {
        for root in file.roots() {
            if let Some(workflow) = root.at("workflow") {
                emit(root, workflow, &part.source.name, sink);
            }
        }
    }
    report_all(parts, &pages, sink)
}

/// A task: what the specification and what the execution says of it.
struct Spec<'t, 'a> {
    id: Cow<'a, str>,
    value: Value<'t, 'a>,
    ran: Value<'t, 'a>,
    before: Vec<usize>,
    runtime: i64,
}

/// ISO 8601, also in its basic form (`20200402T001711+0000`).
fn moment(text: &str) -> Option<i64> {
    civil(text)?.to_ns(0)
}

fn seconds(value: Value<'_, '_>, keys: &[&str]) -> Option<i64> {
    let ns = value.any(keys)?.number()? * 1e9;
    (ns.abs() < 9.2e18).then(|| ns.round() as i64)
}

fn emit(root: Value<'_, '_>, workflow: Value<'_, '_>, file: &str, sink: &mut dyn EventSink) {
    let execution = workflow.at("execution").unwrap_or(workflow);
    let specification = workflow.at("specification").unwrap_or(workflow);
    let name = root.text_at("name");
    let executed = execution.text_at("executedAt").or_else(|| workflow.text_at("executedAt"));
    let origin = executed.as_deref().and_then(moment);
    let makespan = seconds(execution, &["makespanInSeconds", "makespan"]);
    let (mut labels, mut stored) = (Fields::new(), Fields::new());
    for key in ["description", "schemaVersion", "author", "runtimeSystem", "wms"] {
        if let Some(value) = root.at(key) {
            labels.raw(key, value.get());
        }
    }
    if let Some(machines) = execution.at("machines") {
        labels.raw("machines", machines.get());
    }
    if let Some(makespan) = makespan {
        stored.int("makespan_ns", makespan);
    }
    let system = root.any(&["runtimeSystem", "wms"]).and_then(|s| s.text_at("name"));
    sink.event(Event::Run(RunInfo {
        id: workflow.text_at("runName").or_else(|| name.clone()).unwrap_or(Cow::Borrowed(file)),
        workflow: name,
        source: Some(system.map_or("WfCommons".into(), |s| Cow::Owned(format!("WfCommons, {s}")))),
        started: origin,
        labels: labels.finish(),
        stored: stored.finish(),
        infer_edges: Some(false),
        ..RunInfo::default()
    }));
    lacks(&IMPORTER, sink);
    if origin.is_none() {
        let message = "the file has no readable date; times count from 0";
        sink.diagnostic(Diagnostic::new(Severity::Info, "relative-times", message));
    }
    let mut tally = Tally::new();
    let specs = specs(specification, execution, &mut tally);
    tally.report(file, sink);
    let (starts, simulated) = schedule(&specs, origin.unwrap_or(0));
    if simulated > 0 {
        let message = "start times are simulated: each task starts when its last dependency has ended";
        sink.diagnostic(Diagnostic::new(Severity::Warning, "simulated-times", message).times(simulated));
    }
    let mut sizes: HashMap<Cow<'_, str>, i64> = HashMap::default();
    for file in specification.list("files") {
        if let (Some(id), Some(size)) = (file.text_at("id"), file.at("sizeInBytes").and_then(Value::whole)) {
            sizes.insert(id, size);
        }
    }
    for (at, spec) in specs.iter().enumerate() {
        let before = spec.before.iter().map(|b| specs[*b].id.clone()).collect();
        emit_task(spec, before, starts[at], sink);
        emit_files(spec, &sizes, sink);
    }
}

fn specs<'t, 'a>(
    specification: Value<'t, 'a>,
    execution: Value<'t, 'a>,
    tally: &mut Tally,
) -> Vec<Spec<'t, 'a>> {
    let mut ran: HashMap<Cow<'a, str>, Vec<Value<'t, 'a>>> = HashMap::default();
    for value in execution.list("tasks") {
        if let Some(id) = value.text_of(&["id", "name"]) {
            ran.entry(id).or_default().push(value);
        }
    }
    let mut specs: Vec<Spec<'t, 'a>> = Vec::new();
    let mut place: HashMap<Cow<'a, str>, Vec<usize>> = HashMap::default();
    let mut names = Ordinals::default();
    // A record that is the same to the letter is a duplicate. Tries are not recorded, so all others are tasks.
    let (mut ids, mut seen) = (Ids::default(), HashSet::default());
    // Older versions call the list `jobs`, and refer to tasks by name.
    let list = specification.any(&["tasks", "jobs"]);
    let mut by_name: HashMap<Cow<'a, str>, usize> = HashMap::default();
    for value in list.into_iter().flat_map(Value::elements) {
        let Some(id) = value.text_of(&["id", "name"]) else { continue };
        if !seen.insert(ids.print((&id, value.get()))) {
            ids.duplicate(&id);
            continue;
        }
        let mut of = ran.remove(&id).unwrap_or_default();
        if let (true, Some(name)) = (of.is_empty(), value.text_at("name")) {
            of = ran.get(&name).cloned().unwrap_or_default();
        }
        if of.is_empty() {
            of.push(value);
        }
        for ran in of {
            // What describes the task itself was looked at above.
            if ran.get() != value.get() && !seen.insert(ids.print((&id, ran.get()))) {
                ids.duplicate(&id);
                continue;
            }
            if place.contains_key(&id) {
                ids.other(&id);
            }
            place.entry(id.clone()).or_default().push(specs.len());
            if let Some(name) = value.text_at("name") {
                by_name.entry(name).or_insert(specs.len());
            }
            let runtime = seconds(ran, &["runtimeInSeconds", "runtime"]).unwrap_or(0).max(0);
            let id = Cow::Owned(names.next(&id));
            specs.push(Spec { id, value, ran, before: Vec::new(), runtime });
        }
    }
    ids.add_to(tally);
    let mut fan = Fan::default();
    for at in 0..specs.len() {
        let value = specs[at].value;
        let mut found = |key: &str| -> Vec<usize> {
            let mut all = Vec::new();
            for id in value.list(key).filter_map(Value::text) {
                match (place.get(&id), by_name.get(&id)) {
                    (Some(places), _) => all.extend_from_slice(fan.take(places)),
                    (None, Some(place)) => all.push(*place),
                    (None, None) => {}
                }
            }
            all
        };
        let (parents, children) = (found("parents"), found("children"));
        specs[at].before.extend(parents);
        children.into_iter().for_each(|child| specs[child].before.push(at));
    }
    fan.add_to(tally);
    for (at, spec) in specs.iter_mut().enumerate() {
        spec.before.order();
        spec.before.dedup();
        spec.before.retain(|before| *before != at);
    }
    specs
}

/// When each task started: as recorded, else when the last one before it ended; and for how many that is so. O(n + e).
fn schedule(specs: &[Spec<'_, '_>], origin: i64) -> (Vec<i64>, u64) {
    let mut waiting: Vec<usize> = specs.iter().map(|s| s.before.len()).collect();
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); specs.len()];
    for (at, spec) in specs.iter().enumerate() {
        spec.before.iter().for_each(|before| after[*before].push(at));
    }
    let mut starts = vec![origin; specs.len()];
    let mut simulated = 0;
    let mut ready: Vec<usize> = (0..specs.len()).filter(|at| waiting[*at] == 0).collect();
    while let Some(at) = ready.pop() {
        match specs[at].ran.text_at("executedAt").as_deref().and_then(moment) {
            Some(recorded) => starts[at] = recorded,
            None => simulated += 1,
        }
        let end = starts[at].saturating_add(specs[at].runtime);
        for next in &after[at] {
            starts[*next] = starts[*next].max(end);
            waiting[*next] -= 1;
            if waiting[*next] == 0 {
                ready.push(*next);
            }
        }
    }
    (starts, simulated)
}

/// The name of a task without the number that it has.
fn step_of(name: &str) -> &str {
    let cut = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if cut.len() == name.len() {
        return name;
    }
    let cut = cut.strip_suffix("_ID").or_else(|| cut.strip_suffix('_')).unwrap_or(cut);
    if cut.is_empty() { name } else { cut }
}

fn emit_task(spec: &Spec<'_, '_>, after: Vec<Cow<'_, str>>, started: i64, sink: &mut dyn EventSink) {
    let name = spec.value.text_at("name").unwrap_or_else(|| spec.id.clone());
    let mut params = Fields::new();
    if let Some(command) = spec.ran.at("command") {
        params.raw("command", command.get());
    }
    sink.event(Event::Task(Task {
        id: spec.id.clone(),
        step: Some(Cow::Owned(step_of(&name).to_owned())),
        name: Some(name),
        kind: spec.value.text_of(&["type", "category"]),
        after,
        status: Some(Status::Unknown),
        params: params.finish(),
        ..Task::default()
    }));
    let machine = spec.ran.list("machines").next().and_then(Value::text);
    sink.event(Event::Attempt(Attempt {
        task: spec.id.clone(),
        number: 1,
        started: Some(started),
        ended: Some(started.saturating_add(spec.runtime)),
        worker: machine.or_else(|| spec.ran.text_at("machine")),
        status: Some(Status::Unknown),
        ..Attempt::default()
    }));
    let measures = [
        ("avgCPU", Some("%"), 1.0),
        ("coreCount", None, 1.0),
        ("cores", None, 1.0),
        ("readBytes", Some("B"), 1.0),
        ("writtenBytes", Some("B"), 1.0),
        ("memoryInBytes", Some("B"), 1.0),
        // KB before version 1.5.
        ("memory", Some("B"), 1024.0),
        ("energy", Some("kWh"), 1.0),
        ("avgPower", Some("W"), 1.0),
        ("priority", None, 1.0),
    ];
    for (key, unit, factor) in measures {
        if let Some(value) = spec.ran.number_at(key) {
            sink.event(Event::Sample(Sample {
                task: Some(spec.id.clone()),
                number: Some(1),
                name: key.into(),
                value: value * factor,
                unit: unit.map(Cow::Borrowed),
                t: None,
            }));
        }
    }
}

fn emit_files(spec: &Spec<'_, '_>, sizes: &HashMap<Cow<'_, str>, i64>, sink: &mut dyn EventSink) {
    let mut file = |name: Option<Cow<'_, str>>, direction: Direction, size: Option<i64>| {
        if let Some(name) = name {
            let size = size.or_else(|| sizes.get(&*name).copied());
            sink.event(Event::Artifact(Artifact {
                task: Some(spec.id.clone()),
                name,
                direction,
                size,
                ..Artifact::default()
            }));
        }
    };
    spec.value.list("inputFiles").for_each(|f| file(f.text(), Direction::Input, None));
    spec.value.list("outputFiles").for_each(|f| file(f.text(), Direction::Output, None));
    for entry in spec.value.list("files") {
        let direction = if entry.text_at("link").as_deref() == Some("input") {
            Direction::Input
        } else {
            Direction::Output
        };
        let size = entry.any(&["sizeInBytes", "size"]).and_then(|s| s.whole());
        file(entry.text_of(&["name", "id"]), direction, size);
    }
}
