//! Tekton: pipeline runs and task runs, as objects of Kubernetes in JSON or YAML, alone or in lists.

use std::borrow::Cow;

use makespan_format::{Attempt, ErrorInfo, EventSink, Status};
use makespan_model::{HashMap, HashSet};

use crate::draft::{Draft, Piece, labels, records};
use crate::gather::Named;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, Unit, claim, whole};
use crate::json::pages::{Pages, report_all};
use crate::json::tape::Value;
use crate::sniff::{Head, JsonKind};

/// Reads pipeline runs and task runs of Tekton.
pub const IMPORTER: Importer = Importer {
    id: "tekton",
    title: "Tekton",
    parts: &["json", "yaml"],
    how: "`kubectl get pipelinerun NAME -o json > run.json` and `kubectl get taskrun -l tekton.dev/pipelineRun=NAME -o json > \
          tasks.json`; give both",
    lossy: "steps of tasks, logs, queue times",
    sniff,
    read,
    stream: whole,
};

/// Dependencies of the tasks under `finally` beyond this are left out: each of them waits for all others.
const MOST_EDGES: usize = 1_000_000;

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    let is_run = |kind: Option<&str>| {
        matches!(kind, Some("PipelineRun" | "TaskRun" | "PipelineRunList" | "TaskRunList"))
    };
    match shape.root {
        JsonKind::Object if is_run(shape.value("kind")) && has("tekton.dev/") => {
            claim(94, "json", "an object of kind PipelineRun or TaskRun of tekton.dev")
        }
        // Exports of controllers leave apiVersion and kind out.
        JsonKind::Object
            if shape.inner_has("spec", "pipelineRef") && shape.inner_has("status", "conditions")
                || shape.inner_has("status", "pipelineSpec") =>
        {
            claim(88, "json", "an object whose status has a pipelineSpec")
        }
        JsonKind::Object if shape.kind("items") == Some(JsonKind::Array) && has("tekton.dev/") => {
            claim(80, "json", "a list with objects of tekton.dev")
        }
        JsonKind::NotJson
            if head.text && has("tekton.dev/") && (has("kind: PipelineRun\n") || has("kind: TaskRun\n")) =>
        {
            claim(90, "yaml", "YAML of the kind PipelineRun or TaskRun of tekton.dev")
        }
        _ => None,
    }
}

/// A pipeline run and the task runs that belong to it, by the name of their task.
#[derive(Default)]
struct Pipeline<'t, 'a> {
    name: Cow<'a, str>,
    facts: Option<Value<'t, 'a>>,
    tasks: Named<(Cow<'a, str>, Value<'t, 'a>)>,
}

impl<'t, 'a> Pipeline<'t, 'a> {
    fn add(&mut self, task: Cow<'a, str>, run: Value<'t, 'a>) {
        self.tasks.entry(&task, || (task.clone(), run));
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
    let mut runs: Named<Pipeline<'_, '_>> = Named::default();
    for (part, file) in parts.iter().zip(&pages) {
        for object in file.roots().flat_map(|root| records(root, &["items"])) {
            let metadata = object.at("metadata");
            let name = metadata.and_then(|m| m.text_at("name")).unwrap_or(Cow::Borrowed(&part.source.name));
            let marks = metadata.and_then(|m| m.at("labels"));
            let mark = |key: &str| marks.and_then(|m| m.text_at(key));
            let is_task = object.text_at("kind").as_deref() == Some("TaskRun");
            let of = if is_task {
                mark("tekton.dev/pipelineRun").unwrap_or_else(|| name.clone())
            } else {
                name.clone()
            };
            let run = runs.entry(&of, || Pipeline { name: of.clone(), ..Pipeline::default() });
            if is_task {
                run.add(mark("tekton.dev/pipelineTask").unwrap_or(name), object);
                continue;
            }
            run.facts = Some(object);
            // Up to v1beta1 the task runs are embedded.
            let embedded = object.at("status").and_then(|s| s.at("taskRuns"));
            for (id, task) in embedded.into_iter().flat_map(Value::members) {
                run.add(task.text_at("pipelineTaskName").unwrap_or(id), task);
            }
        }
    }
    for run in &runs.list {
        emit(run, options, sink);
    }
    report_all(parts, &pages, sink)
}

/// What the condition `Succeeded` says, and its message.
fn condition<'a>(
    status: Option<Value<'_, 'a>>,
    draft: &mut Draft<'_, '_>,
) -> (Option<Status>, Option<Cow<'a, str>>) {
    let Some(status) = status else { return (None, None) };
    let Some(found) = status.list("conditions").find(|c| c.text_at("type").as_deref() == Some("Succeeded"))
    else {
        return (None, None);
    };
    let reason = found.text_at("reason").unwrap_or_default();
    let status = match found.text_at("status").as_deref() {
        _ if reason.contains("Cancel") => Some(Status::Cancelled),
        Some("True") => Some(Status::Succeeded),
        Some("False") => Some(Status::Failed),
        Some("Unknown") if reason.contains("Pending") => Some(Status::Pending),
        Some("Unknown") => Some(Status::Running),
        word => draft.clock.status(word.or(Some(&reason)), false),
    };
    (status, found.text_at("message").or(Some(reason)))
}

fn attempt<'a>(status: Option<Value<'_, 'a>>, draft: &mut Draft<'_, '_>) -> Attempt<'a> {
    let (outcome, message) = condition(status, draft);
    let mut moment = |key: &str| draft.clock.moment(status.and_then(|s| s.at(key)), Unit::Seconds);
    let (started, ended) = (moment("startTime"), moment("completionTime"));
    let error = message.filter(|_| outcome == Some(Status::Failed));
    Attempt {
        started,
        ended,
        status: outcome,
        error: error.map(|message| ErrorInfo { message, ..ErrorInfo::default() }),
        worker: status.and_then(|s| s.text_at("podName")),
        ..Attempt::default()
    }
}

fn emit<'a>(run: &Pipeline<'_, 'a>, options: &Options<'_>, sink: &mut dyn EventSink) {
    let mut draft = Draft::new(run.name.clone(), "Tekton", options);
    let status = run.facts.and_then(|f| f.at("status"));
    let spec = run.facts.and_then(|f| f.at("spec"));
    if let Some(facts) = run.facts {
        let whole = attempt(status, &mut draft);
        (draft.run.started, draft.run.ended) = (whole.started, whole.ended);
        (draft.run.status, draft.run.error) = (whole.status, whole.error);
        draft.run.workflow = spec.and_then(|s| s.at("pipelineRef")).and_then(|p| p.text_at("name"));
        draft.run.params = spec.and_then(|s| labels(s, &["params"]));
        draft.run.labels = facts.at("metadata").and_then(|m| labels(m, &["uid", "namespace", "labels"]));
    }
    let pipeline =
        status.and_then(|s| s.at("pipelineSpec")).or_else(|| spec.and_then(|s| s.at("pipelineSpec")));
    draft.run.infer_edges = pipeline.map(|_| false);
    let skipped: HashMap<_, _> = status
        .into_iter()
        .flat_map(|s| s.list("skippedTasks"))
        .filter_map(|s| Some((s.text_at("name")?, s.text_at("reason"))))
        .collect();
    let mut defined: HashSet<Cow<'a, str>> = HashSet::default();
    let mut needed: HashSet<Cow<'a, str>> = HashSet::default();
    let main = draft.pieces.len();
    for key in ["tasks", "finally"] {
        let leaves: Vec<Cow<'a, str>> = match key {
            "tasks" => Vec::new(),
            // What stands under `finally` waits for all tasks: for those that no other waits for.
            _ => draft.pieces[main..]
                .iter()
                .map(|p| p.native.clone())
                .filter(|n| !needed.contains(n))
                .collect(),
        };
        let number = pipeline.map_or(0, |p| p.list(key).count());
        let leaves = if leaves.len().saturating_mul(number) > MOST_EDGES { Vec::new() } else { leaves };
        for task in pipeline.into_iter().flat_map(|p| p.list(key)) {
            let Some(name) = task.text_at("name") else { continue };
            if !defined.insert(name.clone()) {
                continue;
            }
            let mut piece = Piece::new(name.clone(), name.clone());
            piece.task.kind = Some(if key == "finally" { "finally" } else { "task" }.into());
            piece.task.step =
                task.at("taskRef").and_then(|t| t.text_at("name")).or_else(|| Some(name.clone()));
            piece.task.after =
                task.list("runAfter").filter_map(Value::text).chain(references(task)).collect();
            needed.extend(piece.task.after.iter().cloned());
            piece.task.after.extend(leaves.iter().cloned());
            match run.tasks.get(&name) {
                Some((_, task_run)) => tried(*task_run, &mut piece, &mut draft),
                None if skipped.contains_key(&name) => piece.task.status = Some(Status::Skipped),
                // The task runs were not given, or have not been created.
                None => {
                    piece.task.status = Some(if status.is_some() { Status::Unknown } else { Status::Pending })
                }
            }
            draft.pieces.push(piece);
        }
    }
    for (name, task_run) in run.tasks.list.iter().filter(|(name, _)| !defined.contains(name)) {
        let mut piece = Piece::new(name.clone(), name.clone());
        tried(*task_run, &mut piece, &mut draft);
        draft.pieces.push(piece);
    }
    if run.tasks.list.is_empty() && status.is_some_and(|s| s.at("childReferences").is_some()) {
        let what =
            "the task runs are not in the file: get them with `kubectl get taskrun -o json` and open both";
        draft.tally.warn("no-task-runs", what, String::new);
    }
    draft.emit(&IMPORTER, sink);
}

/// Tasks whose results a task uses: `$(tasks.NAME.results.x)`.
fn references<'a>(task: Value<'_, 'a>) -> impl Iterator<Item = Cow<'a, str>> {
    let text = task.get();
    memchr::memmem::find_iter(text.as_bytes(), b"$(tasks.")
        .filter_map(|at| text.get(at + 8..)?.split(['.', ')']).next())
        .map(Cow::Borrowed)
        .collect::<Vec<_>>()
        .into_iter()
}

fn tried<'a>(task_run: Value<'_, 'a>, piece: &mut Piece<'a>, draft: &mut Draft<'_, 'a>) {
    let status = task_run.at("status");
    for earlier in status.into_iter().flat_map(|s| s.list("retriesStatus")) {
        let attempt = attempt(Some(earlier), draft);
        piece.tries.push(attempt);
    }
    let last = attempt(status, draft);
    piece.task.status = last.status;
    piece.tried(last);
    piece.task.params = task_run.at("spec").and_then(|s| labels(s, &["params"]));
}
