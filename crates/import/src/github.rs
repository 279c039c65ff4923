//! GitHub Actions: jobs and runs as printed by the REST API and `gh` (concatenated pages, arrays of pages, jobs of
//! several runs), and the output of `gh run view --json`, which has the same data in camel case.
//!
//! A job becomes a task, and its steps become tasks within it. Names are the ids, because GitHub's ids change with
//! every attempt. The API does not report `needs`: the order of the jobs is inferred from their times.

use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::{
    Attempt, Diagnostic, ErrorInfo, Event, EventSink, Fields, RunInfo, Severity, Status, Task,
};
use makespan_model::{HashMap, Order as _};

use crate::draft::add_labels;
use crate::gather::{Named, Ordinals, as_it_ran, lacks};
use crate::ids::Ids;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::outcome::Outcome;
use crate::sniff::{Head, JsonKind, Shape};
use crate::tally::Tally;
use crate::times::Clock;

/// Reads responses of GitHub about workflow runs.
pub const IMPORTER: Importer = Importer {
    id: "github-actions",
    title: "GitHub Actions",
    parts: &["jobs", "runs"],
    how: "`gh api repos/OWNER/REPO/actions/runs/ID/jobs?filter=all --paginate > jobs.json`; add \
          `gh api repos/OWNER/REPO/actions/runs/ID > run.json` for the run's own facts",
    lossy: "dependencies between jobs (`needs` is only in the workflow file; the order is inferred from the times), logs",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape: &Shape = &head.shape;
    let is_job = |has: &dyn Fn(&str) -> bool| {
        has("name") && has("steps") && (has("run_id") || has("run_attempt") || has("databaseId"))
            || has("check_run_url") && has("run_id")
    };
    let is_run = |has: &dyn Fn(&str) -> bool| {
        has("run_number") && has("workflow_id") || has("workflowDatabaseId") && has("headSha")
    };
    match shape.root {
        JsonKind::Object if shape.kind("workflow_runs") == Some(JsonKind::Array) => {
            claim(95, "runs", "an object with workflow_runs")
        }
        JsonKind::Object if shape.kind("jobs") == Some(JsonKind::Array) => {
            let inner = |key: &str| shape.inner_has("jobs", key);
            if is_job(&inner) {
                claim(95, "jobs", "an object whose jobs have a run_id and steps")
            } else if shape.has("total_count") && shape.keys.len() == 2 {
                claim(40, "jobs", "an object with total_count and jobs")
            } else {
                None
            }
        }
        JsonKind::Object if is_run(&|key| shape.has(key)) => {
            claim(95, "runs", "an object with run_number and workflow_id")
        }
        JsonKind::Object if is_job(&|key| shape.has(key)) => {
            claim(80, "jobs", "a job with a run_id and steps")
        }
        JsonKind::Array if is_job(&|key| shape.first_has(key)) => {
            claim(95, "jobs", "an array of jobs with a run_id and steps")
        }
        JsonKind::Array if is_run(&|key| shape.first_has(key)) => {
            claim(95, "runs", "an array of objects with run_number and workflow_id")
        }
        JsonKind::Array if shape.first_has("total_count") && shape.first_has("jobs") => {
            claim(80, "jobs", "an array of pages with total_count and jobs")
        }
        JsonKind::Array if shape.first_has("total_count") && shape.first_has("workflow_runs") => {
            claim(80, "runs", "an array of pages with total_count and workflow_runs")
        }
        _ => None,
    }
}

/// A run and its jobs.
#[derive(Default)]
struct Run<'t, 'a> {
    id: String,
    facts: Option<Value<'t, 'a>>,
    jobs: Vec<Value<'t, 'a>>,
    /// How many jobs the API has, if a page reports it.
    total: u64,
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    let mut runs: Named<Run<'_, '_>> = Named::default();
    for (part, file) in parts.iter().zip(&pages) {
        for root in file.roots() {
            if root.is_array() {
                root.elements().for_each(|page| gather(page, &part.source.name, &mut runs));
            } else {
                gather(root, &part.source.name, &mut runs);
            }
        }
    }
    for run in &runs.list {
        emit(run, options, sink);
    }
    report_all(parts, &pages, sink)
}

/// Takes a page, a run or a job.
fn gather<'t, 'a>(page: Value<'t, 'a>, file: &str, runs: &mut Named<Run<'t, 'a>>) {
    let run_of = |id: &str| Run { id: id.to_owned(), ..Run::default() };
    if let Some(list) = page.at("workflow_runs") {
        return list.elements().for_each(|run| gather(run, file, runs));
    }
    let facts = page.any(&["run_number", "workflow_id", "workflowDatabaseId", "workflowName"]);
    let id = page.text_of(&["id", "databaseId"]);
    let own = match id.filter(|_| facts.is_some() && page.at("run_id").is_none()) {
        Some(id) => {
            runs.entry(&id, || run_of(&id)).facts.get_or_insert(page);
            Some(id)
        }
        None => None,
    };
    let total = page.at("total_count").and_then(Value::whole).and_then(|n| u64::try_from(n).ok());
    let mut job = |job: Value<'t, 'a>| {
        let id = job.text_at("run_id").or_else(|| own.clone());
        // `gh run view --json jobs` names no run but in the address of its jobs.
        let id = id.or_else(|| {
            let url = job.text_at("url")?;
            Some(Cow::Owned(url.split("/runs/").nth(1)?.split('/').next()?.to_owned()))
        });
        let id = id.unwrap_or(Cow::Owned(file.to_owned()));
        let run = runs.entry(&id, || run_of(&id));
        run.jobs.push(job);
        run.total = run.total.max(total.unwrap_or(0));
    };
    match page.at("jobs") {
        Some(list) => list.elements().for_each(job),
        None if own.is_none() && page.is_object() => job(page),
        None => {}
    }
}

/// Labels of a run, and of a job.
const RUN_LABELS: &[&str] = &[
    "run_number",
    "run_attempt",
    "event",
    "head_branch",
    "head_sha",
    "path",
    "html_url",
    "updated_at",
    "number",
    "attempt",
    "headBranch",
    "headSha",
    "url",
    "updatedAt",
];
const JOB_LABELS: &[&str] =
    &["id", "databaseId", "labels", "runner_group_name", "html_url", "url", "head_branch"];

fn labels(of: Value<'_, '_>, keys: &[&str]) -> Fields {
    let mut labels = Fields::new();
    for key in keys {
        if let Some(value) = of.at(key).filter(|v| !matches!(v.get(), "\"\"" | "[]")) {
            labels.raw(key, value.get());
        }
    }
    labels
}

/// Labels of a run, with who started it and for which commit, as on its page.
fn run_labels(facts: Value<'_, '_>) -> Fields {
    let mut all = labels(facts, RUN_LABELS);
    let inner = [
        ("actor", "actor", "login"),
        ("triggering_actor", "triggering_actor", "login"),
        ("commit_message", "head_commit", "message"),
        ("repository", "repository", "full_name"),
    ];
    for (label, object, key) in inner {
        if let Some(text) = facts.at(object).and_then(|object| object.text_at(key)) {
            all.str(label, &text);
        }
    }
    let numbers: Vec<_> = facts.list("pull_requests").filter_map(|pull| pull.text_at("number")).collect();
    if !numbers.is_empty() {
        all.str("pull_requests", &numbers.join(", "));
    }
    all
}

fn emit(run: &Run<'_, '_>, options: &Options<'_>, sink: &mut dyn EventSink) {
    let mut clock = Clock::new(Rc::new(options.zone));
    let mut tally = Tally::new();
    let mut info = RunInfo { id: Cow::Borrowed(&run.id), ..RunInfo::default() };
    info.source = Some("GitHub Actions".into());
    if let Some(facts) = run.facts {
        info.name = facts.text_of(&["display_title", "displayTitle"]);
        info.workflow = facts.text_of(&["name", "workflowName"]);
        if facts.at("workflowName").is_some() {
            info.name = info.name.or(facts.text_at("name"));
            info.workflow = facts.text_at("workflowName");
        }
        // That of the first attempt: `run_started_at` moves with each.
        info.started = facts.any(&["created_at", "createdAt"]).and_then(|t| clock.value(t));
        info.status = outcome(facts).settle(&mut clock.unread);
        info.labels = run_labels(facts).finish();
    }
    if info.workflow.is_none() {
        info.workflow = run.jobs.iter().find_map(|job| job.text_at("workflow_name"));
    }
    if info.labels.is_none()
        && let Some(job) = run.jobs.first()
    {
        let mut of_job = labels(*job, &["head_branch", "head_sha"]);
        if let Some(url) = job.text_at("html_url").as_deref().and_then(|url| url.split("/job/").next()) {
            of_job.str("html_url", url);
        }
        info.labels = of_job.finish();
    }
    sink.event(Event::Run(info));
    lacks(&IMPORTER, sink);
    let got = run.jobs.len() as u64;
    if run.total > got {
        let message = format!(
            "{got} of {} jobs are in this file; `gh api --paginate` downloads the other pages too",
            run.total
        );
        sink.diagnostic(Diagnostic::new(Severity::Warning, "pages-missing", message));
    }
    let number = |job: &Value<'_, '_>| {
        let attempt = job.at("run_attempt").and_then(|n| n.whole()).unwrap_or(1);
        u32::try_from(attempt).unwrap_or(1).max(1)
    };
    // Jobs of one name in one attempt are several; the first of them is the first of the next attempt too.
    let mut jobs: Vec<(u32, Value<'_, '_>)> = run.jobs.iter().map(|job| (number(job), *job)).collect();
    let id = |job: &Value<'_, '_>| job.any(&["id", "databaseId"]).and_then(|n| n.whole()).unwrap_or(i64::MAX);
    jobs.order_by_key(|(number, job)| (*number, id(job)));
    let mut names = Ordinals::default();
    let mut of = 0;
    let mut seen: HashMap<String, String> = HashMap::default();
    let mut ids = Ids::default();
    // Of each job of an attempt, the times of its records.
    let mut records: HashMap<(u32, i64), Vec<String>> = HashMap::default();
    for (number, job) in jobs {
        if number != of {
            (of, names) = (number, Ordinals::default());
        }
        let time = |a, b| job.any(&[a, b]).map_or("", |t| t.get());
        let mark = format!("{} {}", time("started_at", "startedAt"), time("completed_at", "completedAt"));
        let name = job.text_at("name").unwrap_or(Cow::Borrowed("(no name)"));
        if id(&job) != i64::MAX {
            let known = records.entry((number, id(&job))).or_default();
            if known.contains(&mark) {
                ids.duplicate(&name);
                continue;
            }
            if !known.is_empty() {
                ids.other(&name);
            }
            known.push(mark.clone());
        }
        let key = names.next(&name);
        // A run's later attempts list again what they did not run again.
        if seen.get(&key) == Some(&mark) && !time("completed_at", "completedAt").is_empty() {
            tally.info(
                "carried-over",
                "jobs of an earlier attempt are listed again by a later attempt",
                || &*key,
            );
            continue;
        }
        seen.insert(key.clone(), mark);
        emit_job(&key, number, job, &mut clock, sink);
    }
    ids.add_to(&mut tally);
    clock.add_to(&mut tally);
    tally.report(&run.id, sink);
}

/// What became of a run, a job or a step: the conclusion, else the status, unless that says only that it is over.
fn outcome<'a>(record: Value<'_, 'a>) -> Outcome<'a> {
    let mut outcome = Outcome::default();
    // `gh` writes an empty text where the API has null.
    let (conclusion, status) = (record.text_at("conclusion"), record.text_at("status"));
    outcome.result(conclusion, status, "completed, without a conclusion");
    outcome
}

fn emit_job(key: &str, number: u32, job: Value<'_, '_>, clock: &mut Clock<'_>, sink: &mut dyn EventSink) {
    let name = job.text_at("name");
    let mut attempt = timed(key, number, job, clock);
    attempt.queued = job.at("created_at").and_then(|t| clock.value(t));
    attempt.worker = job.text_at("runner_name").filter(|name| !name.is_empty());
    // The start of a job that was cancelled while it waited for a runner is the time of the request.
    let had_no_runner = attempt.worker.is_none() && job.list("steps").next().is_none();
    if attempt.status == Some(Status::Cancelled) && had_no_runner {
        attempt.started = None;
    }
    if attempt.status == Some(Status::Failed) {
        let failed = |s: &Value<'_, '_>| outcome(*s).status() == Some(Status::Failed);
        let step = job.list("steps").find(failed).and_then(|s| s.text_at("name"));
        attempt.error = step.map(|step| ErrorInfo {
            message: format!("step {step:?} failed").into(),
            ..ErrorInfo::default()
        });
    }
    let worker = attempt.worker.clone();
    clock.settle(&mut attempt);
    let (status, attempt) = (attempt.status, as_it_ran(attempt));
    let mut all = labels(job, JOB_LABELS);
    if attempt.is_none() {
        add_labels(&mut all, job, &["created_at"]);
    }
    sink.event(Event::Task(Task {
        id: key.into(),
        step: name.clone(),
        name,
        kind: Some("job".into()),
        status,
        labels: all.finish(),
        ..Task::default()
    }));
    if let Some(attempt) = attempt {
        sink.event(Event::Attempt(attempt));
    }
    let mut names = Ordinals::default();
    for step in job.list("steps").filter(|s| s.is_object()) {
        let name = step.text_at("name").unwrap_or(Cow::Borrowed("(no name)"));
        let id = format!("{key} / {}", names.next(&name));
        let mut labels = Fields::new();
        if let Some(place) = step.at("number") {
            labels.raw("number", place.get());
        }
        let mut attempt = timed(&id, number, step, clock);
        attempt.worker.clone_from(&worker);
        clock.settle(&mut attempt);
        sink.event(Event::Task(Task {
            id: Cow::Borrowed(&id),
            step: Some(name.clone()),
            name: Some(name),
            kind: Some("step".into()),
            parent: Some(key.into()),
            status: attempt.status,
            labels: labels.finish(),
            ..Task::default()
        }));
        if let Some(attempt) = as_it_ran(attempt) {
            sink.event(Event::Attempt(attempt));
        }
    }
}

fn timed<'a>(task: &'a str, number: u32, record: Value<'_, 'a>, clock: &mut Clock<'_>) -> Attempt<'a> {
    Attempt {
        task: task.into(),
        number,
        started: record.any(&["started_at", "startedAt"]).and_then(|t| clock.value(t)),
        ended: record.any(&["completed_at", "completedAt"]).and_then(|t| clock.value(t)),
        status: outcome(record).settle(&mut clock.unread),
        ..Attempt::default()
    }
}
