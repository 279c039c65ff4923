//! OpenLineage: events of job runs, one per line, in an array, or one per file. Events with the same run id form a
//! task; the run is the outermost parent. Datasets give the dependencies: a task depends on the last writer of what it
//! reads.

mod request;

use std::borrow::Cow;

use makespan_format::{Artifact, Attempt, Direction, ErrorInfo, EventSink, Fields, Json, Status};
use makespan_model::{HashMap, HashSet};

use crate::draft::{Draft, Piece, add_labels, records};
use crate::gather::Named;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, Unit, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::sniff::Head;
pub use request::{Lineage, Lineages, Taken};

/// Reads events of OpenLineage.
pub const IMPORTER: Importer = Importer {
    id: "openlineage",
    title: "OpenLineage",
    parts: &["events"],
    how: "events of the transports `file` and `console`, or those received by a backend, one per line",
    lossy: "retries, queue times, workers, dependencies except through datasets",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    if shape.record_has(&["run", "job", "eventType"]) && shape.record_has(&["eventTime"])
        || shape.inner_has("run", "runId") && shape.inner_has("job", "namespace")
    {
        claim(92, "events", "events with a run, a job and an eventType")
    } else {
        None
    }
}

/// The events of one run of a job.
#[derive(Default)]
struct Job<'t, 'a> {
    id: String,
    name: Cow<'a, str>,
    namespace: Cow<'a, str>,
    parent: Option<String>,
    root: Option<String>,
    started: Option<i64>,
    ended: Option<i64>,
    status: Option<Status>,
    error: Option<ErrorInfo<'a>>,
    facets: Option<Value<'t, 'a>>,
    /// Names and directions of datasets, each once.
    data: Vec<(Direction, String)>,
    seen: HashSet<(bool, String)>,
}

/// Run and job together: programs that were not given an id write the same one everywhere.
fn id_of(run: Option<Value<'_, '_>>, job: Option<Value<'_, '_>>) -> Option<String> {
    let run = run?.text_at("runId")?;
    let of = |key: &str| job.and_then(|j| j.text_at(key)).unwrap_or_default();
    Some(format!("{run} {} {}", of("namespace"), of("name")))
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    let first = parts.first().map_or("", |p| p.source.name.as_str());
    let mut draft = Draft::new(Cow::Borrowed(first), "OpenLineage", options);
    let mut jobs: Named<Job<'_, '_>> = Named::default();
    for event in pages.iter().flat_map(|file| file.roots()).flat_map(|root| records(root, &["events"])) {
        take(event, &mut jobs, &mut draft);
    }
    // The outermost parent of each is its run; a job without one is a run of its own only if it has children.
    let index: HashMap<&str, usize> =
        jobs.list.iter().enumerate().map(|(at, j)| (j.id.as_str(), at)).collect();
    let mut runs: Named<(String, Vec<usize>)> = Named::default();
    for (at, job) in jobs.list.iter().enumerate() {
        let mut top = at;
        let mut steps = 0;
        while let Some(up) =
            jobs.list[top].parent.as_deref().and_then(|p| index.get(p)).filter(|_| steps < 64)
        {
            (top, steps) = (*up, steps + 1);
        }
        let outer = &jobs.list[top];
        let root = job.root.as_ref().or(outer.root.as_ref()).or(outer.parent.as_ref());
        let has_children = steps > 0;
        let of = root.filter(|r| !index.contains_key(r.as_str())).unwrap_or(&outer.id);
        let is_alone = !has_children && outer.parent.is_none();
        let key = if is_alone { "" } else { of.as_str() };
        runs.entry(key, || (key.to_owned(), Vec::new())).1.push(at);
    }
    // What stands alone joins the run that it leads, else all of it is one run.
    let mut leading: Vec<usize> = Vec::new();
    if let Some(alone) = runs.list.iter().position(|r| r.0.is_empty()) {
        leading = std::mem::take(&mut runs.list[alone].1);
    }
    let mut rest = Vec::new();
    for at in leading {
        match runs.entry_of(&jobs.list[at].id) {
            Some(run) => run.1.insert(0, at),
            None => rest.push(at),
        }
    }
    if !rest.is_empty() {
        runs.list.push((first.to_owned(), rest));
    }
    let common = draft;
    let mut shared = Some((common.clock, common.tally));
    for (id, members) in runs.list.iter().filter(|run| !run.1.is_empty()) {
        let run_id = id.split(' ').next().filter(|id| !id.is_empty() && !id.contains('{')).unwrap_or(first);
        let mut draft = Draft::new(Cow::Borrowed(run_id), "OpenLineage", options);
        if let Some((clock, tally)) = shared.take() {
            (draft.clock, draft.tally) = (clock, tally);
        }
        emit(id, members, &jobs.list, draft, sink);
    }
    report_all(parts, &pages, sink)
}

fn take<'t, 'a>(event: Value<'t, 'a>, jobs: &mut Named<Job<'t, 'a>>, draft: &mut Draft<'_, '_>) {
    let (run, job) = (event.at("run"), event.at("job"));
    let Some(id) = id_of(run, job) else {
        draft.tally.warn("no-run-id", "events without a run id were ignored", String::new);
        return;
    };
    let facets = run.and_then(|r| r.at("facets"));
    let known = jobs.entry(&id, || Job { id: id.clone(), ..Job::default() });
    known.name = job.and_then(|j| j.text_at("name")).unwrap_or_default();
    known.namespace = job.and_then(|j| j.text_at("namespace")).unwrap_or_default();
    known.facets = facets.or(known.facets);
    if let Some(parent) = facets.and_then(|f| f.any(&["parent", "parentRun"])) {
        known.parent = id_of(parent.at("run"), parent.at("job")).filter(|p| *p != id);
        known.root = parent.at("root").and_then(|r| id_of(r.at("run"), r.at("job")));
    }
    let t = draft.clock.moment(event.at("eventTime"), Unit::Seconds);
    let word = event.text_at("eventType").unwrap_or_default().to_uppercase();
    let status = match word.as_str() {
        "START" | "RUNNING" => Some(Status::Running),
        "COMPLETE" => Some(Status::Succeeded),
        "FAIL" => Some(Status::Failed),
        "ABORT" => Some(Status::Cancelled),
        "OTHER" | "" => None,
        word => draft.clock.status(Some(word), false),
    };
    match status {
        Some(Status::Running) => known.started = [known.started, t].into_iter().flatten().min(),
        Some(_) => known.ended = [known.ended, t].into_iter().flatten().max(),
        None => {}
    }
    // Events may arrive in any order: what ends a run counts more than what says that it is under way.
    let is_over = |s: Option<Status>| s.is_some_and(|s| s != Status::Running);
    if status.is_some() && (is_over(status) || !is_over(known.status)) {
        known.status = status;
    }
    if let Some(error) = facets.and_then(|f| f.at("errorMessage")) {
        let message = error.text_at("message").unwrap_or_default();
        known.error = Some(ErrorInfo { message, kind: None, trace: error.text_at("stackTrace") });
    }
    for (key, direction) in [("inputs", Direction::Input), ("outputs", Direction::Output)] {
        for data in event.list(key) {
            let of = |key: &str| data.text_at(key).unwrap_or_default();
            let name = format!("{}/{}", of("namespace"), of("name"));
            if known.seen.insert((direction == Direction::Input, name.clone())) {
                known.data.push((direction, name));
            }
        }
    }
}

/// What the facets of a run say, and one label more, as labels of its task.
fn facet_labels(facets: Option<Value<'_, '_>>, more: Option<(&str, &str)>) -> Option<Json<'static>> {
    let mut fields = Fields::new();
    if let Some(facets) = facets {
        add_labels(&mut fields, facets, &["processing_engine", "nominalTime", "dbt_version"]);
    }
    if let Some((name, value)) = more {
        fields.str(name, value);
    }
    fields.finish()
}

fn emit<'a>(
    id: &str,
    members: &[usize],
    jobs: &'a [Job<'_, 'a>],
    mut draft: Draft<'_, 'a>,
    sink: &mut dyn EventSink,
) {
    // Who wrote each dataset, and when it was done.
    let mut writers: HashMap<&str, Vec<(i64, usize)>> = HashMap::default();
    let within: HashSet<&str> = members.iter().map(|at| jobs[*at].id.as_str()).collect();
    for &at in members {
        let job = &jobs[at];
        for (_, name) in job.data.iter().filter(|d| d.0 == Direction::Output) {
            writers.entry(name).or_default().push((job.ended.or(job.started).unwrap_or(i64::MIN), at));
        }
    }
    writers.values_mut().for_each(|list| list.sort_unstable());
    let mut any_edge = false;
    for &at in members {
        let job = &jobs[at];
        if job.id == id {
            draft.run.workflow = Some(job.name.clone());
            draft.run.status = job.status;
            (draft.run.started, draft.run.ended) = (job.started, job.ended);
        }
        let mut piece = Piece::new(job.id.as_str(), job.name.clone());
        piece.task.step = Some(job.name.clone());
        piece.task.parent = job.parent.as_deref().filter(|p| within.contains(p)).map(Cow::Borrowed);
        piece.task.kind = Some(job.namespace.clone()).filter(|n| !n.is_empty());
        piece.task.labels = facet_labels(job.facets, None);
        for (direction, name) in &job.data {
            piece.artifacts.push(Artifact {
                name: name.as_str().into(),
                direction: *direction,
                ..Artifact::default()
            });
            if *direction == Direction::Input
                && let Some(list) = writers.get(name.as_str())
            {
                let end = list.partition_point(|w| w.0 <= job.started.unwrap_or(i64::MAX));
                if let Some((_, before)) = list[..end].iter().rev().find(|w| w.1 != at) {
                    piece.task.after.push(jobs[*before].id.as_str().into());
                    any_edge = true;
                }
            }
        }
        piece.task.status = job.status.or(Some(Status::Unknown));
        piece.tried(Attempt {
            started: job.started,
            ended: job.ended,
            status: job.status,
            error: job.error.clone().filter(|_| job.status == Some(Status::Failed)),
            ..Attempt::default()
        });
        draft.pieces.push(piece);
    }
    draft.run.infer_edges = any_edge.then_some(false);
    draft.emit(&IMPORTER, sink);
}
