//! CircleCI: the jobs of workflows as its API answers them, with their dependencies.

use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::{Attempt, Event, EventSink, Fields, RunInfo, Status, Task};
use makespan_model::HashMap;

use crate::gather::{Named, Ordinals, lacks};
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::sniff::{Head, JsonKind};
use crate::tally::Tally;
use crate::times::Clock;

/// Reads what CircleCI answers about the jobs of a workflow.
pub const IMPORTER: Importer = Importer {
    id: "circleci",
    title: "CircleCI",
    parts: &["jobs"],
    how: "`curl -H \"Circle-Token: …\" https://circleci.com/api/v2/workflow/ID/job > jobs.json`",
    lossy: "the steps of jobs, retries, queue times, logs, the workflow's name",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let is_job = |has: &dyn Fn(&str) -> bool| has("dependencies") && has("project_slug") && has("status");
    match shape.root {
        JsonKind::Object if is_job(&|key| shape.inner_has("items", key)) => {
            claim(93, "jobs", "an object whose items have dependencies and a project_slug")
        }
        JsonKind::Array if is_job(&|key| shape.first_has(key)) => {
            claim(93, "jobs", "an array of jobs with dependencies and a project_slug")
        }
        _ => None,
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    // A list may hold jobs of several workflows, which it seldom names: those of one file are a run.
    let mut runs: Named<(String, Vec<Value<'_, '_>>)> = Named::default();
    for (part, file) in parts.iter().zip(&pages) {
        for root in file.roots() {
            let list = if root.is_array() { Some(root) } else { root.at("items") };
            for job in list.into_iter().flat_map(Value::elements).filter(|j| j.is_object()) {
                let id = job.text_at("workflow_id").unwrap_or(Cow::Borrowed(&part.source.name));
                runs.entry(&id, || (id.clone().into_owned(), Vec::new())).1.push(job);
            }
        }
    }
    for (id, jobs) in &runs.list {
        tell(id, jobs, options, sink);
    }
    report_all(parts, &pages, sink)
}

fn tell(run: &str, jobs: &[Value<'_, '_>], options: &Options<'_>, sink: &mut dyn EventSink) {
    let mut clock = Clock::new(Rc::new(options.zone));
    let mut tally = Tally::new();
    sink.event(Event::Run(RunInfo {
        id: run.into(),
        workflow: jobs.iter().find_map(|job| job.text_at("project_slug")),
        source: Some("CircleCI".into()),
        // The dependencies are recorded, also when there are none.
        infer_edges: Some(false),
        ..RunInfo::default()
    }));
    lacks(&IMPORTER, sink);
    let mut names = Ordinals::default();
    let mut keys: HashMap<Cow<'_, str>, String> = HashMap::default();
    for job in jobs {
        let key = names.next(job.text_at("name").as_deref().unwrap_or("(no name)"));
        keys.insert(job.text_at("id").unwrap_or_else(|| Cow::Owned(key.clone())), key);
    }
    let mut names = Ordinals::default();
    for job in jobs {
        let name = job.text_at("name").unwrap_or(Cow::Borrowed("(no name)"));
        let key = names.next(&name);
        let mut labels = Fields::new();
        for label in ["id", "job_number", "approved_by"] {
            if let Some(value) = job.at(label) {
                labels.raw(label, value.get());
            }
        }
        let needs = job
            .list("dependencies")
            .chain(job.at("requires").into_iter().flat_map(|r| r.members().map(|m| m.1)));
        let after = needs.filter_map(Value::text).map(|id| match keys.get(&id) {
            Some(key) => Cow::Borrowed(key.as_str()),
            None => id,
        });
        let status = clock.status(job.text_at("status").as_deref(), false);
        sink.event(Event::Task(Task {
            id: Cow::Borrowed(&key),
            step: Some(name.clone()),
            name: Some(name),
            kind: job.text_at("type"),
            after: after.collect(),
            status,
            labels: labels.finish(),
            ..Task::default()
        }));
        if job.at("started_at").is_none() && status != Some(Status::Failed) {
            continue;
        }
        let mut attempt = Attempt {
            task: Cow::Borrowed(&key),
            number: 1,
            started: job.at("started_at").and_then(|t| clock.value(t)),
            ended: job.at("stopped_at").and_then(|t| clock.value(t)),
            status,
            ..Attempt::default()
        };
        clock.settle(&mut attempt);
        sink.event(Event::Attempt(attempt));
    }
    clock.tell(&mut tally);
    tally.report(run, sink);
}
