//! CircleCI: the jobs of workflows in responses of its API, with their dependencies.

use std::borrow::Cow;

use makespan_format::{Attempt, EventSink};

use crate::draft::{Draft, Piece, labels};
use crate::gather::Named;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::sniff::{Head, JsonKind};

/// Reads responses of CircleCI about the jobs of a workflow.
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
        emit(id, jobs, options, sink);
    }
    report_all(parts, &pages, sink)
}

fn emit<'a>(run: &str, jobs: &[Value<'_, 'a>], options: &Options<'_>, sink: &mut dyn EventSink) {
    let mut draft = Draft::new(Cow::Owned(run.to_owned()), "CircleCI", options);
    draft.run.workflow = jobs.iter().find_map(|job| job.text_at("project_slug"));
    // The dependencies are recorded, also when there are none.
    draft.run.infer_edges = Some(false);
    for job in jobs {
        let name = job.text_at("name").unwrap_or(Cow::Borrowed("(no name)"));
        let mut piece: Piece<'a> =
            Piece::new(job.text_at("id").unwrap_or_else(|| name.clone()), name.clone());
        let needs = job
            .list("dependencies")
            .chain(job.at("requires").into_iter().flat_map(|r| r.members().map(|m| m.1)));
        piece.task.after = needs.filter_map(Value::text).collect();
        piece.task.step = Some(name);
        piece.task.kind = job.text_at("type");
        piece.task.labels = labels(*job, &["id", "job_number", "approved_by"]);
        let status = draft.clock.status(job.text_at("status").as_deref(), false);
        piece.task.status = status;
        piece.tried(Attempt {
            started: job.at("started_at").and_then(|t| draft.clock.value(t)),
            ended: job.at("stopped_at").and_then(|t| draft.clock.value(t)),
            status,
            ..Attempt::default()
        });
        draft.pieces.push(piece);
    }
    draft.emit(&IMPORTER, sink);
}
