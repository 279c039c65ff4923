//! GitLab CI: the jobs of pipelines in responses of the REST API (including retried ones, bridges, and jobs of several
//! pipelines), pipelines, the events of pipelines that a webhook receives, and responses of the GraphQL API about a pipeline.
//!
//! A job becomes a task with its name within its stage; jobs with the same name are its attempts. The REST API reports
//! neither `needs` nor the order of the stages, so dependencies are inferred from the times.

use makespan_model::Order as _;
use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::{Attempt, ErrorInfo, Event, EventSink, Fields, RunInfo, Sample, Status, Task};

use crate::draft::add_labels;
use crate::gather::{Named, as_it_ran, lacks};
use crate::ids::{Again, Ids};
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::outcome::Outcome;
use crate::sniff::{Head, JsonKind};
use crate::tally::Tally;
use crate::times::Clock;

/// Reads responses of GitLab about pipelines.
pub const IMPORTER: Importer = Importer {
    id: "gitlab-ci",
    title: "GitLab CI",
    parts: &["jobs", "pipelines"],
    how: "`glab api \"projects/ID/pipelines/PID/jobs?include_retried=true&per_page=100\" --paginate > jobs.json`; add \
          `glab api projects/ID/pipelines/PID` for the pipeline's own facts",
    lossy: "dependencies between jobs (`needs` and the order of stages are in the configuration; the order is inferred \
            from the times), logs",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let is_job = |has: &dyn Fn(&str) -> bool| {
        has("stage") && has("name") && has("status") && (has("pipeline") || has("allow_failure"))
    };
    let is_pipeline = |has: &dyn Fn(&str) -> bool| {
        has("sha") && has("ref") && has("status") && (has("iid") || has("project_id"))
    };
    let holds = |text: &[u8]| memchr::memmem::find(head.bytes, text).is_some();
    match shape.root {
        JsonKind::Object if shape.has("object_attributes") && shape.inner_has("builds", "stage") => {
            claim(93, "pipelines", "an event of a pipeline with builds")
        }
        JsonKind::Object
            if shape.inner_has("data", "project") && holds(b"\"pipeline") && holds(b"\"stage\"") =>
        {
            claim(85, "pipelines", "a response of the GraphQL API about a pipeline")
        }
        JsonKind::Array if is_job(&|key| shape.first_has(key)) => {
            claim(93, "jobs", "an array of jobs with a stage and a pipeline")
        }
        JsonKind::Object if is_job(&|key| shape.has(key)) => {
            claim(85, "jobs", "a job with a stage and a pipeline")
        }
        JsonKind::Array if is_pipeline(&|key| shape.first_has(key)) => {
            claim(80, "pipelines", "an array of pipelines with sha, ref and iid")
        }
        JsonKind::Object if is_pipeline(&|key| shape.has(key)) => {
            claim(80, "pipelines", "a pipeline with sha, ref and iid")
        }
        _ => None,
    }
}

/// A pipeline and its jobs.
#[derive(Default)]
struct Pipeline<'t, 'a> {
    id: String,
    facts: Option<Value<'t, 'a>>,
    jobs: Vec<Value<'t, 'a>>,
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    let mut pipelines: Named<Pipeline<'_, '_>> = Named::default();
    for (part, file) in parts.iter().zip(&pages) {
        for root in file.roots() {
            let is_one = root.is_object().then_some(root);
            if let Some((facts, jobs)) = nested(root) {
                let id = facts.text_at("id").unwrap_or(Cow::Borrowed(&part.source.name));
                let new = || Pipeline { id: id.clone().into_owned(), ..Pipeline::default() };
                let pipeline = pipelines.entry(&id, new);
                pipeline.facts = Some(facts);
                pipeline.jobs.extend(jobs);
                continue;
            }
            for record in root.elements().chain(is_one).filter(|r| r.is_object()) {
                let of = if part.part == "jobs" { record.at("pipeline") } else { Some(record) };
                let id = of.and_then(|p| p.text_at("id")).or_else(|| record.text_at("pipeline_id"));
                let id = id.unwrap_or(Cow::Borrowed(&part.source.name));
                let new = || Pipeline { id: id.clone().into_owned(), ..Pipeline::default() };
                let pipeline = pipelines.entry(&id, new);
                if part.part == "jobs" {
                    pipeline.jobs.push(record);
                } else {
                    pipeline.facts = Some(record);
                }
            }
        }
    }
    for pipeline in &pipelines.list {
        emit(pipeline, options, sink);
    }
    report_all(parts, &pages, sink)
}

/// A pipeline and its jobs in one text: an event for a webhook, or a response of the GraphQL API.
fn nested<'t, 'a>(root: Value<'t, 'a>) -> Option<(Value<'t, 'a>, Vec<Value<'t, 'a>>)> {
    if let (Some(facts), Some(jobs)) = (root.at("object_attributes"), root.at("builds")) {
        return Some((facts, jobs.elements().collect()));
    }
    let project = root.at("data")?.at("project")?;
    let all = project.at("pipelines").and_then(|list| list.list("nodes").next());
    let facts = project.at("pipeline").or(all)?;
    Some((facts, facts.at("jobs")?.list("nodes").collect()))
}

/// The path of the project in the address of a pipeline: `https://HOST/GROUP/PROJECT/-/pipelines/N`.
fn project_of(url: &str) -> Option<String> {
    let path = url.split_once("://")?.1.split_once('/')?.1;
    let project = path.split_once("/-/pipelines/").or_else(|| path.split_once("/pipelines/"))?.0;
    (!project.is_empty()).then(|| project.to_owned())
}

/// The stage of a job: its name, in responses of the GraphQL API within an object.
fn stage_of<'a>(job: Value<'_, 'a>) -> Option<Cow<'a, str>> {
    let stage = job.at("stage")?;
    stage.text().or_else(|| stage.text_at("name"))
}

fn emit(pipeline: &Pipeline<'_, '_>, options: &Options<'_>, sink: &mut dyn EventSink) {
    let mut clock = Clock::new(Rc::new(options.zone));
    let mut tally = Tally::new();
    // A job holds a short form of its pipeline.
    let facts = pipeline.facts.or_else(|| pipeline.jobs.iter().find_map(|job| job.at("pipeline")));
    let mut info =
        RunInfo { id: Cow::Borrowed(&pipeline.id), source: Some("GitLab CI".into()), ..RunInfo::default() };
    let mut labels = Fields::new();
    if let Some(facts) = facts {
        info.name =
            facts.text_at("name").or_else(|| Some(Cow::Owned(format!("pipeline {}", facts.text_at("id")?))));
        // All pipelines of a project come from one configuration.
        let project = facts.text_at("web_url").and_then(|url| project_of(&url));
        info.workflow = project.map(Cow::Owned).or_else(|| facts.text_at("ref"));
        info.status = clock.status(facts.text_at("status").as_deref(), false);
        info.started =
            facts.any(&["started_at", "startedAt", "created_at", "createdAt"]).and_then(|t| clock.value(t));
        info.ended = facts.any(&["finished_at", "finishedAt"]).and_then(|t| clock.value(t));
        for key in ["iid", "project_id", "source", "ref", "sha", "web_url", "coverage"] {
            if let Some(value) = facts.at(key) {
                labels.raw(key, value.get());
            }
        }
    }
    let both = || facts.into_iter().chain(pipeline.jobs.iter().copied());
    let user = both().find_map(|of| of.at("user")?.text_of(&["username", "name"]));
    let commit = both().find_map(|of| of.at("commit")?.text_of(&["title", "message"]));
    for (key, text) in [("user", user), ("commit_title", commit)] {
        if let Some(text) = text {
            labels.str(key, &text);
        }
    }
    info.labels = labels.finish();
    sink.event(Event::Run(info));
    lacks(&IMPORTER, sink);
    let mut jobs: Vec<Value<'_, '_>> = pipeline.jobs.clone();
    let id = |job: &Value<'_, '_>| job.at("id").and_then(|n| n.whole()).unwrap_or(i64::MAX);
    jobs.order_by_key(id);
    let mut ids = Ids::default();
    let mut tries: Named<Vec<Value<'_, '_>>> = Named::default();
    for job in jobs {
        let name = job.text_at("name").unwrap_or(Cow::Borrowed("(no name)"));
        tries.entry(&name, Vec::new).push(job);
    }
    for tries in &tries.list {
        emit_jobs(tries, &mut ids, &mut clock, sink);
    }
    ids.add_to(&mut tally);
    clock.add_to(&mut tally);
    tally.report(&pipeline.id, sink);
}

type Tried<'t, 'a> = (Attempt<'a>, Value<'t, 'a>);

/// Emits the jobs of one name: a job that is run again keeps it. Jobs that ran at the same time are tasks of their own.
fn emit_jobs(jobs: &[Value<'_, '_>], ids: &mut Ids, clock: &mut Clock<'_>, sink: &mut dyn EventSink) {
    let (mut tries, mut others): (Vec<Tried<'_, '_>>, Vec<Tried<'_, '_>>) = (Vec::new(), Vec::new());
    let mut recorded: Vec<Attempt<'_>> = Vec::new();
    // Jobs stand in the order of their ids.
    let mut before = None;
    for job in jobs {
        let name = job.text_at("name").unwrap_or(Cow::Borrowed("(no name)"));
        let attempt = attempt_of(*job, clock);
        let id = job.at("id").and_then(Value::whole);
        let is_distinct = id.is_some() && id != before;
        let is_known = id.is_some() && id == before;
        before = id;
        if let (true, Some(known), Some((last, _))) = (is_known, recorded.last_mut(), tries.last_mut())
            && known.started == attempt.started
            && (known.ended.is_none() || attempt.ended.is_none())
        {
            // Of a job that was still running in one of the records, the end counts.
            ids.duplicate(&name);
            if known.ended.is_none() {
                (*known, *last) = (attempt.clone(), attempt);
            }
            continue;
        }
        match ids.again(&name, &recorded, &attempt, is_distinct) {
            Again::Duplicate => {}
            Again::Other => {
                ids.other(&name);
                others.push((attempt, *job));
            }
            Again::Next => {
                recorded.push(attempt.clone());
                tries.push((attempt, *job));
            }
        }
    }
    emit_job(None, tries, sink);
    for (number, other) in (2..).zip(others) {
        emit_job(Some(number), vec![other], sink);
    }
}

fn attempt_of<'a>(job: Value<'_, 'a>, clock: &mut Clock<'_>) -> Attempt<'a> {
    let mut outcome = Outcome::default();
    if let Some(word) = job.text_at("status") {
        outcome.word(word);
    }
    let status = outcome.settle(&mut clock.unread);
    let mut attempt = Attempt {
        queued: job.any(&["created_at", "createdAt"]).and_then(|t| clock.value(t)),
        started: job.any(&["started_at", "startedAt"]).and_then(|t| clock.value(t)),
        ended: job.any(&["finished_at", "finishedAt"]).and_then(|t| clock.value(t)),
        worker: job.at("runner").and_then(|r| r.text_of(&["description", "name", "id"])),
        status,
        ..Attempt::default()
    };
    if status == Some(Status::Failed) {
        let reason = job.text_at("failure_reason");
        attempt.error = reason.map(|message| ErrorInfo { message, ..ErrorInfo::default() });
    }
    clock.settle(&mut attempt);
    attempt
}

fn emit_job(place: Option<u32>, tries: Vec<Tried<'_, '_>>, sink: &mut dyn EventSink) {
    let Some((newest, last)) = tries.last() else { return };
    let name = last.text_at("name").unwrap_or(Cow::Borrowed("(no name)"));
    let id = place.map_or(name.clone(), |place| Cow::Owned(format!("{name} #{place}")));
    let mut labels = Fields::new();
    for key in
        ["id", "allow_failure", "tag_list", "coverage", "failure_reason", "web_url", "downstream_pipeline"]
    {
        if let Some(value) = last.at(key).filter(|v| !matches!(v.get(), "[]" | "false")) {
            labels.raw(key, value.get());
        }
    }
    if as_it_ran(newest.clone()).is_none() {
        add_labels(&mut labels, *last, &["created_at", "createdAt"]);
    }
    sink.event(Event::Task(Task {
        id: id.clone(),
        name: Some(name.clone()),
        step: Some(name),
        kind: Some("job".into()),
        parent: stage_of(*last),
        status: newest.status,
        after: last
            .at("needs")
            .into_iter()
            .flat_map(|n| n.list("nodes"))
            .filter_map(|n| n.text_at("name"))
            .collect(),
        labels: labels.finish(),
        ..Task::default()
    }));
    let mut number = 0;
    for (attempt, job) in tries {
        let attempt = as_it_ran(attempt);
        if let Some(attempt) = attempt {
            number += 1;
            sink.event(Event::Attempt(Attempt { task: id.clone(), number, ..attempt }));
        }
        for (key, unit) in [("queued_duration", "s"), ("coverage", "%")] {
            if let Some(value) = job.number_at(key) {
                sink.event(Event::Sample(Sample {
                    task: Some(id.clone()),
                    number: (number > 0).then_some(number),
                    name: key.into(),
                    value,
                    unit: Some(unit.into()),
                    t: None,
                }));
            }
        }
    }
}
