//! Dagster: the output of `dagster debug export` for a run, with its events and its execution plan.

use std::borrow::Cow;

use makespan_format::{Artifact, Attempt, Direction, ErrorInfo, EventSink, Log, Sample, Status};
use makespan_model::{HashMap, HashSet, Order as _};

use crate::draft::{Draft, Piece, labels};
use crate::gather::Named;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, Unit, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::sniff::{Head, JsonKind};

/// Reads debug exports of Dagster.
pub const IMPORTER: Importer = Importer {
    id: "dagster",
    title: "Dagster",
    parts: &["export"],
    how: "`dagster debug export RUN_ID run.gz`",
    lossy: "workers of steps, resources used",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let has = |key: &str| shape.has(key);
    if shape.root == JsonKind::Object && has("event_list") && (has("pipeline_run") || has("dagster_run")) {
        claim(95, "export", "an object with an event_list and a pipeline_run")
    } else if shape.root == JsonKind::Object && has("event_list") && has("__class__") {
        claim(90, "export", "an object with an event_list and a __class__")
    } else {
        None
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    for (part, file) in parts.iter().zip(&pages) {
        for root in file.roots().filter(|root| root.is_object()) {
            emit(root, &part.source.name, options, sink);
        }
    }
    report_all(parts, &pages, sink)
}

/// The step that a key belongs to: `work` of `work[p3]` and `work[?]`.
fn base(key: &str) -> &str {
    key.split('[').next().unwrap_or(key)
}

fn emit(root: Value<'_, '_>, file: &str, options: &Options<'_>, sink: &mut dyn EventSink) {
    let run = root.any(&["pipeline_run", "dagster_run"]);
    let id = run.and_then(|r| r.text_at("run_id")).unwrap_or_else(|| Cow::Owned(file.to_owned()));
    let mut draft = Draft::new(id, "Dagster", options);
    if let Some(run) = run {
        draft.run.workflow = run.text_of(&["pipeline_name", "job_name"]);
        let status = run.at("status");
        let word = status.and_then(|s| s.text().or_else(|| s.text_at("__enum__")));
        draft.run.status = draft.clock.status(word.as_deref(), false);
        draft.run.labels = labels(run, &["tags", "parent_run_id", "root_run_id", "mode"]);
        draft.run.params = labels(run, &["run_config"]);
    }
    draft.run.infer_edges = Some(false);
    let mut steps: Named<Piece<'_>> = Named::default();
    let mut events: Vec<Value<'_, '_>> = root.list("event_list").collect();
    // Whatever the order of the file; events of one moment keep theirs.
    let time = |event: &Value<'_, '_>| event.number_at("timestamp").map(|seconds| (seconds * 1e6) as i64);
    if !events.is_sorted_by_key(time) {
        events.order_by_cached_key(time);
    }
    for event in events {
        take(event, &mut steps, &mut draft);
    }
    // Steps of the plan by the part of their key that does not depend on the run.
    let plan = root.at("execution_plan_snapshot");
    let mut after: HashMap<String, Vec<String>> = HashMap::default();
    for step in plan.into_iter().flat_map(|p| p.list("steps")) {
        let Some(key) = step.text_at("key") else { continue };
        let handles = step.list("inputs").flat_map(|input| input.list("upstream_output_handles"));
        let before = handles.filter_map(|handle| handle.text_at("step_key")).map(|k| base(&k).to_owned());
        after.entry(base(&key).to_owned()).or_default().extend(before);
        let is_known = key.contains("[?]") && steps.list.iter().any(|p| base(&p.native) == base(&key));
        if !is_known {
            steps.entry(&key, || piece_of(key.clone()));
        }
    }
    link(&mut steps.list, &after);
    let is_over = matches!(draft.run.status, Some(Status::Failed | Status::Succeeded | Status::Cancelled));
    not_reached(&mut steps.list, is_over);
    draft.pieces = steps.list;
    draft.emit(&IMPORTER, sink);
}

fn piece_of(key: Cow<'_, str>) -> Piece<'_> {
    let mut piece = Piece::new(key.clone(), key.clone());
    piece.task.step = Some(Cow::Owned(base(&key).to_owned()));
    piece
}

/// Dependencies between steps as they are between the steps of the plan; a mapped step depends on its own ancestors'
/// instance of the same mapping key, if there is one.
fn link(steps: &mut [Piece<'_>], after: &HashMap<String, Vec<String>>) {
    let mut instances: HashMap<String, Vec<String>> = HashMap::default();
    for piece in steps.iter() {
        instances.entry(base(&piece.native).to_owned()).or_default().push(piece.native.clone().into_owned());
    }
    let natives: HashSet<String> = instances.values().flatten().cloned().collect();
    for piece in steps {
        let mapping = piece.native.get(base(&piece.native).len()..).unwrap_or_default().to_owned();
        for before in after.get(base(&piece.native)).into_iter().flatten() {
            let all = instances.get(before).map(Vec::as_slice).unwrap_or_default();
            let same = format!("{before}{mapping}");
            if all.len() <= 1 || mapping.is_empty() {
                piece.task.after.extend(all.iter().map(|key| Cow::Owned(key.clone())));
            } else if natives.contains(&same) {
                piece.task.after.push(same.into());
            }
        }
    }
}

/// Steps of which nothing was recorded: behind a failure they were not reached, in a run that is over they were left out.
fn not_reached(steps: &mut [Piece<'_>], is_over: bool) {
    let index: HashMap<String, usize> =
        steps.iter().enumerate().map(|(at, p)| (p.native.clone().into_owned(), at)).collect();
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
    for (at, piece) in steps.iter().enumerate() {
        for before in piece.task.after.iter().filter_map(|key| index.get(&**key)) {
            next[*before].push(at);
        }
    }
    let failed = |p: &Piece<'_>| p.tries.last().is_some_and(|a| a.status == Some(Status::Failed));
    let mut open: Vec<usize> = (0..steps.len()).filter(|at| failed(&steps[*at])).collect();
    let mut seen: HashSet<usize> = HashSet::default();
    while let Some(at) = open.pop() {
        for &behind in &next[at] {
            if steps[behind].tries.is_empty() && steps[behind].task.status.is_none() && seen.insert(behind) {
                open.push(behind);
            }
        }
    }
    for (at, piece) in
        steps.iter_mut().enumerate().filter(|(_, p)| p.tries.is_empty() && p.task.status.is_none())
    {
        piece.task.status = Some(match (seen.contains(&at), is_over) {
            (true, _) => Status::UpstreamFailed,
            (false, true) => Status::Skipped,
            (false, false) => Status::Pending,
        });
    }
}

fn take<'a>(event: Value<'_, 'a>, steps: &mut Named<Piece<'a>>, draft: &mut Draft<'_, 'a>) {
    let t = draft.clock.moment(event.at("timestamp"), Unit::Seconds);
    let inner = event.at("dagster_event");
    let data = inner.and_then(|e| e.at("event_specific_data"));
    let key = event.text_at("step_key").or_else(|| inner.and_then(|e| e.text_at("step_key")));
    let kind = inner.and_then(|e| e.text_at("event_type_value")).unwrap_or_default();
    match &*kind {
        "PIPELINE_START" | "RUN_START" => draft.run.started = t,
        "PIPELINE_SUCCESS" | "PIPELINE_FAILURE" | "PIPELINE_CANCELED" | "RUN_SUCCESS" | "RUN_FAILURE"
        | "RUN_CANCELED" => draft.run.ended = t,
        _ => {}
    }
    if inner.is_none()
        && let Some(text) = event.text_at("user_message")
    {
        draft.logs.push(Log { task: key, number: None, t, level: None, text });
        return;
    }
    let Some(key) = key.filter(|k| !k.is_empty()) else { return };
    if !kind.starts_with("STEP_") && !kind.starts_with("ASSET_") {
        return;
    }
    let piece = steps.entry(&key, || piece_of(key.clone()));
    let open = piece.tries.last_mut().filter(|a| a.ended.is_none() && a.started.is_some());
    match (&*kind, open) {
        ("STEP_WORKER_STARTING", _) => piece.tries.push(Attempt { queued: t, ..Attempt::default() }),
        ("STEP_START" | "STEP_RESTARTED", _) => {
            // The process may have been asked for before.
            match piece.tries.last_mut().filter(|a| a.started.is_none()) {
                Some(attempt) => (attempt.started, attempt.status) = (t, Some(Status::Running)),
                None => piece.tries.push(Attempt {
                    started: t,
                    status: Some(Status::Running),
                    ..Attempt::default()
                }),
            }
        }
        ("STEP_SUCCESS" | "STEP_FAILURE" | "STEP_UP_FOR_RETRY", open) => {
            let is_failed = kind != "STEP_SUCCESS";
            let error = data.and_then(|d| d.at("error")).filter(|_| is_failed).map(error_of);
            let status = Some(if is_failed { Status::Failed } else { Status::Succeeded });
            match open {
                Some(attempt) => (attempt.ended, attempt.status, attempt.error) = (t, status, error),
                None => piece.tries.push(Attempt { ended: t, status, error, ..Attempt::default() }),
            }
        }
        ("STEP_SKIPPED", _) => piece.task.status = Some(Status::Skipped),
        ("ASSET_MATERIALIZATION", _) => materialized(data, t, piece),
        _ => {}
    }
}

/// How many causes of an error are followed.
const MOST_CAUSES: usize = 20;

/// The error of a step. What Dagster raises around the code of a user only names the step: the innermost cause is the
/// message, and the stacks of all are the trace, as on the page of a run.
fn error_of<'a>(error: Value<'_, 'a>) -> ErrorInfo<'a> {
    let mut chain = vec![error];
    while let Some(cause) = chain.last().and_then(|e| e.at("cause")).filter(|c| c.is_object()) {
        if chain.len() > MOST_CAUSES {
            break;
        }
        chain.push(cause);
    }
    let mut trace = String::new();
    for (at, error) in chain.iter().enumerate() {
        if at > 0 {
            trace.push_str("The above exception was caused by the following exception:\n");
            trace.push_str(&error.text_at("message").unwrap_or_default());
        }
        trace.extend(error.list("stack").filter_map(Value::text));
    }
    let inner = chain.last().copied().unwrap_or(error);
    let message = inner.text_at("message").unwrap_or_default();
    ErrorInfo {
        message: message.trim_end().to_owned().into(),
        kind: inner.text_at("cls_name"),
        trace: (!trace.is_empty()).then_some(trace.into()),
    }
}

fn materialized<'a>(data: Option<Value<'_, 'a>>, t: Option<i64>, piece: &mut Piece<'a>) {
    let Some(asset) = data.and_then(|d| d.at("materialization")) else { return };
    let path: Vec<_> =
        asset.at("asset_key").into_iter().flat_map(|k| k.list("path")).filter_map(Value::text).collect();
    if !path.is_empty() {
        let (name, direction) = (path.join("/").into(), Direction::Output);
        piece.artifacts.push(Artifact { name, direction, ..Artifact::default() });
    }
    for entry in asset.list("metadata_entries") {
        let value = entry.at("entry_data").and_then(|d| d.number_at("value"));
        if let (Some(name), Some(value)) = (entry.text_at("label"), value) {
            piece.samples.push(Sample { name, value, t, ..Sample::default() });
        }
    }
}
