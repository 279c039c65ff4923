//! Argo Workflows, and the Argo workflows behind Kubeflow Pipelines v1: the object as JSON or YAML, lists of them,
//! compressed nodes.
//!
//! A node becomes a task, named by its path in the workflow. The children of a `Retry` node are its attempts; step
//! groups only define the order of their contents; the node of the whole workflow is the run.

use std::borrow::Cow;
use std::io::Read as _;
use std::rc::Rc;

use makespan_format::{Attempt, ErrorInfo, Event, EventSink, Fields, RunInfo, Sample, Status, Task};
use makespan_model::{HashMap, HashSet, Order as _};

use crate::gather::{Ordinals, lacks};
use crate::ids::Ids;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::Pages;
use crate::json::tape::Value;
use crate::outcome::Outcome;
use crate::sniff::{Head, JsonKind};
use crate::tally::Tally;
use crate::times::Clock;

/// Reads workflow objects of Argo.
pub const IMPORTER: Importer = Importer {
    id: "argo",
    title: "Argo Workflows",
    parts: &["json", "yaml"],
    how: "`kubectl get workflow NAME -o json` (or `-o yaml`), `argo get NAME -o json`",
    lossy: "fractions of seconds, queue times, logs, metrics except for the estimated use of resources",
    sniff,
    read,
    stream: whole,
};

/// Containers around a node that are looked at.
const DEEPEST: usize = 64;

/// Above so many dependencies between two step groups, each step depends on the one before that ended last.
const MOST_PAIRS: usize = 4096;

/// How large compressed nodes may get.
const MOST_NODES: u64 = 256 << 20;

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    match shape.root {
        JsonKind::Object if shape.value("kind") == Some("Workflow") && has("argoproj.io/") => {
            claim(95, "json", "an object of the kind Workflow of argoproj.io")
        }
        JsonKind::Object
            if shape.inner_has("status", "nodes") || shape.inner_has("status", "compressedNodes") =>
        {
            claim(85, "json", "an object whose status has the nodes of a workflow")
        }
        JsonKind::Object if shape.kind("items") == Some(JsonKind::Array) && has("argoproj.io/") => {
            claim(80, "json", "a list with objects of argoproj.io")
        }
        JsonKind::NotJson if head.text && has("argoproj.io/") && has("kind: Workflow\n") => {
            claim(90, "yaml", "YAML of the kind Workflow of argoproj.io")
        }
        _ => None,
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let texts: Vec<Cow<'_, [u8]>> = parts
        .iter()
        .map(|part| match part.part {
            "yaml" => {
                let text = String::from_utf8_lossy(crate::encoding::without_bom(&part.source.bytes));
                Cow::Owned(crate::yaml::to_json(&text).into_bytes())
            }
            _ => Cow::Borrowed(&*part.source.bytes),
        })
        .collect();
    let pages: Vec<Pages<'_>> = texts.iter().map(|text| Pages::read(text)).collect();
    for (part, file) in parts.iter().zip(&pages) {
        for root in file.roots() {
            let items = root.at("items").filter(|i| i.is_array());
            let is_one = items.is_none();
            for workflow in items.into_iter().flat_map(Value::elements).chain(is_one.then_some(root)) {
                if workflow.at("status").is_some() || workflow.at("metadata").is_some() {
                    emit(workflow, &part.source.name, options, sink);
                }
            }
        }
    }
    crate::json::pages::report_all(parts, &pages, sink)
}

/// The nodes of a workflow that come compressed: base64 of gzip of JSON.
fn inflated(status: Option<Value<'_, '_>>, tally: &mut Tally) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(text) = status.and_then(|s| s.text_at("compressedNodes")) {
        let packed = crate::archive::base64(text.as_bytes()).unwrap_or_default();
        let read = flate2::read::MultiGzDecoder::new(&*packed).take(MOST_NODES).read_to_end(&mut out);
        if read.is_err() {
            tally.warn(
                "archive-damaged",
                "the compressed nodes are damaged; only the readable part was used",
                String::new,
            );
        }
    }
    out
}

/// A node, and what it becomes.
struct Node<'t, 'a> {
    value: Value<'t, 'a>,
    kind: Cow<'a, str>,
    /// The task that it is, or the `Retry` node whose try it is.
    task: Option<usize>,
}

fn emit(workflow: Value<'_, '_>, file: &str, options: &Options<'_>, sink: &mut dyn EventSink) {
    let mut clock = Clock::new(Rc::new(options.zone));
    let mut tally = Tally::new();
    let (metadata, status) = (workflow.at("metadata"), workflow.at("status"));
    let of =
        |value: Option<Value<'_, '_>>, key: &str| value.and_then(|v| v.text_at(key)).map(Cow::into_owned);
    let name = of(metadata, "name").unwrap_or_else(|| file.to_owned());
    let template = workflow.at("spec").and_then(|s| s.at("workflowTemplateRef"));
    let generated = of(metadata, "generateName").map(|n| n.trim_end_matches('-').to_owned());
    let mut info = RunInfo {
        id: of(metadata, "uid").unwrap_or_else(|| name.clone()).into(),
        name: Some(Cow::Borrowed(&name)),
        workflow: of(template, "name").or(generated).map(Cow::Owned),
        source: Some("Argo Workflows".into()),
        ..RunInfo::default()
    };
    let word = of(status, "phase");
    info.status = clock.status(word.as_deref(), false);
    info.started = status.and_then(|s| s.at("startedAt")).and_then(|t| clock.value(t));
    info.ended = status.and_then(|s| s.at("finishedAt")).and_then(|t| clock.value(t));
    info.error = of(status, "message")
        .filter(|_| info.status == Some(Status::Failed))
        .map(|message| ErrorInfo { message: message.into(), ..ErrorInfo::default() });
    let mut labels = Fields::new();
    for (key, of) in [("namespace", metadata), ("labels", metadata), ("resourcesDuration", status)] {
        if let Some(value) = of.and_then(|v| v.at(key)) {
            labels.raw(key, value.get());
        }
    }
    info.labels = labels.finish();
    sink.event(Event::Run(info));
    lacks(&IMPORTER, sink);
    let inflated = inflated(status, &mut tally);
    let inner = Pages::read(&inflated);
    let nodes = status.and_then(|s| s.at("nodes")).or_else(|| inner.roots().next());
    if nodes.is_none() {
        let what = if status.is_some_and(|s| s.at("offloadNodeStatusVersion").is_some()) {
            "the nodes are kept in a database of the server; `argo get NAME -o json` fetches them"
        } else {
            "the workflow has no nodes: it has not started, or is a definition only"
        };
        tally.info("no-nodes", what, || &*name);
    }
    let mut ids = Ids::default();
    emit_nodes(nodes, &name, &mut ids, &mut clock, sink);
    ids.add_to(&mut tally);
    clock.add_to(&mut tally);
    tally.report(&name, sink);
}

/// The number in brackets at the end of the name of a try.
fn number_of(name: &str) -> Option<u32> {
    name.strip_suffix(')')?.rsplit_once('(')?.1.parse().ok()
}

fn emit_nodes(
    nodes: Option<Value<'_, '_>>,
    workflow: &str,
    ids: &mut Ids,
    clock: &mut Clock<'_>,
    sink: &mut dyn EventSink,
) {
    let mut list: Vec<Node<'_, '_>> = Vec::new();
    // A node has one id, and tries have nodes of their own: the same id again is a duplicate or another task.
    let mut index: HashMap<Cow<'_, str>, Vec<usize>> = HashMap::default();
    let mut seen: HashSet<u64> = HashSet::default();
    for (id, value) in nodes.into_iter().flat_map(Value::members) {
        let id = value.text_at("id").unwrap_or(id);
        if !seen.insert(ids.print((&id, value.get()))) {
            ids.duplicate(&id);
            continue;
        }
        let places = index.entry(id.clone()).or_default();
        if !places.is_empty() {
            ids.other(&id);
        }
        places.push(list.len());
        list.push(Node { value, kind: value.text_at("type").unwrap_or(Cow::Borrowed("Pod")), task: None });
    }
    let children = |node: &Node<'_, '_>| -> Vec<usize> {
        node.value.list("children").filter_map(|c| index.get(&*c.text()?)).flatten().copied().collect()
    };
    // Tries belong to the `Retry` node that lists them.
    let mut try_of: HashMap<usize, usize> = HashMap::default();
    for (at, node) in list.iter().enumerate().filter(|(_, n)| n.kind == "Retry") {
        let name = node.value.text_at("name").unwrap_or_default();
        for child in children(node) {
            let tried = list[child].value.text_at("name").unwrap_or_default();
            if tried.starts_with(&*name) && number_of(&tried).is_some() {
                try_of.insert(child, at);
            }
        }
    }
    for at in 0..list.len() {
        let is_root = list[at].value.text_at("name").as_deref() == Some(workflow);
        let is_task =
            list[at].kind != "StepGroup" && !(is_root && children(&list[at]).len() + list.len() > 1);
        list[at].task = is_task.then(|| try_of.get(&at).copied().unwrap_or(at));
    }
    let boundary = |node: &Node<'_, '_>| {
        node.value.text_at("boundaryID").and_then(|id| index.get(&id)?.first().copied())
    };
    // What is in a container that was tried again is tried again with it: its name is that of the first try but for the
    // number of the try.
    let own: Vec<Cow<'_, str>> =
        list.iter().map(|node| node.value.text_at("name").unwrap_or_default()).collect();
    let plain: Vec<Cow<'_, str>> = (0..list.len())
        .map(|at| {
            let mut name = own[at].clone();
            let mut around = boundary(&list[at]);
            for _ in 0..DEEPEST {
                let Some(b) = around else { break };
                if let Some(rest) = try_of.get(&b).and_then(|of| Some((of, name.strip_prefix(&*own[b])?))) {
                    name = Cow::Owned(format!("{}{}", own[*rest.0], rest.1));
                }
                around = boundary(&list[b]);
            }
            name
        })
        .collect();
    // Of each task, the nodes that are tries of it, the first of them itself.
    let mut tried: Vec<Vec<usize>> = vec![Vec::new(); list.len()];
    let mut by_name: HashMap<&str, usize> = HashMap::default();
    for at in 0..list.len() {
        let same = list[at].task.and_then(|_| by_name.get(&*plain[at]).copied());
        let is_inner = plain[at] != own[at];
        let first = same.filter(|first| is_inner || plain[*first] != own[*first]);
        match (list[at].task, first) {
            (Some(task), Some(first)) if task == at => {
                list[at].task = Some(first);
                tried[first].push(at);
            }
            (Some(task), None) if task == at => {
                by_name.insert(&plain[at], at);
                tried[at].push(at);
            }
            _ => {}
        }
    }
    // What was tried as a part of a task that is a try itself belongs to that one's first try.
    for at in 0..list.len() {
        list[at].task = list[at].task.map(|task| list[task].task.unwrap_or(task));
    }
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); list.len()];
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); list.len()];
    for (at, node) in list.iter().enumerate() {
        let Some(task) = node.task else { continue };
        // What a container lists first is in it, what stands outside follows it.
        let is_in = |child: &usize| boundary(&list[*child]) == Some(at) || try_of.contains_key(child);
        for child in children(node).into_iter().filter(|child| !is_in(child)) {
            match list[child].task {
                Some(next) if next != task => after[next].push(task),
                Some(_) => {}
                None => behind[child].push(task),
            }
        }
    }
    for (group, mut before) in behind.into_iter().enumerate().filter(|(_, before)| !before.is_empty()) {
        let (mut open, mut members) = (vec![group], Vec::new());
        let mut seen: HashSet<usize> = open.iter().copied().collect();
        while let Some(next) = open.pop() {
            match list[next].task {
                Some(task) => members.push(task),
                None => open.extend(children(&list[next]).into_iter().filter(|c| seen.insert(*c))),
            }
        }
        if before.len() * members.len() > MOST_PAIRS {
            let end = |at: &usize| list[*at].value.text_at("finishedAt").map(Cow::into_owned);
            before = before.iter().copied().max_by_key(end).into_iter().collect();
        }
        for member in members {
            after[member].extend(before.iter().copied().filter(|before| *before != member));
        }
    }
    // The exit handler starts when everything else is over.
    let exit = format!("{workflow}.onExit");
    if let Some(handler) = list.iter().position(|n| n.value.text_at("name").as_deref() == Some(&*exit)) {
        let is_top = |n: &Node<'_, '_>| {
            boundary(n).is_some_and(|b| list[b].task.is_none() && list[b].kind != "StepGroup")
        };
        let end = |at: &usize| list[*at].value.text_at("finishedAt").map(Cow::into_owned);
        let others =
            (0..list.len()).filter(|at| list[*at].task == Some(*at) && *at != handler && is_top(&list[*at]));
        after[handler].extend(others.max_by_key(end));
    }
    let mut names = Ordinals::default();
    let path = |at: usize, node: &Node<'_, '_>| {
        let name = match &*plain[at] {
            "" => node.value.text_of(&["displayName", "id"]).unwrap_or_default(),
            name => Cow::Borrowed(name),
        };
        let path = name.strip_prefix(workflow).unwrap_or(&name).trim_start_matches('.');
        if path.is_empty() { name.clone().into_owned() } else { path.to_owned() }
    };
    let keys: Vec<String> = list
        .iter()
        .enumerate()
        .map(|(at, node)| if node.task == Some(at) { names.next(&path(at, node)) } else { String::new() })
        .collect();
    let mut tries: HashMap<usize, Vec<(u32, usize)>> = HashMap::default();
    for (child, of) in &try_of {
        let number = number_of(&list[*child].value.text_at("name").unwrap_or_default()).unwrap_or(0);
        tries.entry(*of).or_default().push((number, *child));
    }
    for (at, node) in list.iter().enumerate().filter(|(at, node)| node.task == Some(*at)) {
        after[at].order();
        after[at].dedup();
        let parent = boundary(node).and_then(|b| list[b].task).map(|b| Cow::Borrowed(&*keys[b]));
        let before = after[at].iter().map(|b| Cow::Borrowed(&*keys[*b])).collect();
        // Times of this format sort as text.
        let start = |at: usize| list[at].value.text_at("startedAt").map(Cow::into_owned);
        tried[at].order_by_cached_key(|node| start(*node));
        let last = tried[at].last().map_or(node, |last| &list[*last]);
        emit_task(last, &keys[at], parent, before, clock, sink);
        let mut number = 0;
        for node in &tried[at] {
            let mut all = tries.remove(node).unwrap_or_else(|| vec![(0, *node)]);
            all.order_by(Ord::cmp);
            for (_, of) in all {
                number += 1;
                emit_attempt(&list[of], &keys[at], number, clock, sink);
            }
        }
    }
}

fn status_of(node: &Node<'_, '_>, clock: &mut Clock<'_>) -> Option<Status> {
    let mut outcome = Outcome::default();
    if let Some(word) = node.value.text_at("phase") {
        outcome.word(word);
    }
    if let Some(code) = node.value.at("outputs").and_then(|outputs| outputs.at("exitCode")) {
        outcome.member("exitCode", code.get());
    }
    outcome.settle(&mut clock.unread).or_else(|| node.value.at("startedAt").map(|_| Status::Running))
}

fn emit_task(
    node: &Node<'_, '_>,
    id: &str,
    parent: Option<Cow<'_, str>>,
    after: Vec<Cow<'_, str>>,
    clock: &mut Clock<'_>,
    sink: &mut dyn EventSink,
) {
    let value = node.value;
    let name = value.text_of(&["displayName", "name"]);
    let template = value.at("templateRef").and_then(|r| r.text_at("template"));
    let step = value.text_at("templateName").or(template).or(name.clone());
    let mut params = Fields::new();
    for parameter in value.at("inputs").into_iter().flat_map(|i| i.list("parameters")) {
        if let (Some(name), Some(value)) = (parameter.text_at("name"), parameter.at("value")) {
            params.raw(&name, value.get());
        }
    }
    let mut labels = Fields::new();
    if let Some(message) = value.text_at("message") {
        labels.str("message", &message);
    }
    sink.event(Event::Task(Task {
        id: id.into(),
        name,
        step,
        kind: Some(node.kind.clone()),
        parent,
        after,
        status: status_of(node, clock),
        labels: labels.finish(),
        params: params.finish(),
    }));
}

fn emit_attempt(node: &Node<'_, '_>, id: &str, number: u32, clock: &mut Clock<'_>, sink: &mut dyn EventSink) {
    let value = node.value;
    let status = status_of(node, clock);
    if matches!(status, Some(Status::Skipped | Status::Pending) | None) {
        return;
    }
    let message = value.text_at("message").filter(|_| status == Some(Status::Failed));
    let mut attempt = Attempt {
        task: id.into(),
        number,
        started: value.at("startedAt").and_then(|t| clock.value(t)),
        ended: value.at("finishedAt").and_then(|t| clock.value(t)),
        worker: value.text_at("hostNodeName"),
        status,
        error: message.map(|message| ErrorInfo { message, ..ErrorInfo::default() }),
        ..Attempt::default()
    };
    clock.settle(&mut attempt);
    sink.event(Event::Attempt(attempt));
    for (resource, seconds) in value.at("resourcesDuration").into_iter().flat_map(Value::members) {
        let Some(value) = seconds.number() else { continue };
        sink.event(Event::Sample(Sample {
            task: Some(id.into()),
            number: Some(number),
            name: Cow::Owned(format!("{resource} × time")),
            value,
            unit: Some("s".into()),
            t: None,
        }));
    }
}
