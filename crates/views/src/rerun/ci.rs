//! Forges: GitHub Actions, GitLab CI.

use std::collections::BTreeSet;

use makespan_model::{Run, TaskId};
use serde_json::{Map, Value};

use super::again::{Again, Command, has_failed, member, members, number};
use super::shell::Line;

/// Returns the only job of the tasks: the task itself, or the job that contains a step. `None` if there are several.
fn job(run: &Run, again: &Again) -> Option<TaskId> {
    let of = |task: TaskId| match run.text(run.tasks.kind[task.index()]) {
        "step" => run.parent(task),
        "job" => Some(task),
        _ => None,
    };
    let jobs: BTreeSet<TaskId> = again.tasks(run).take(1_000).filter_map(of).collect();
    if jobs.len() == 1 { jobs.first().copied() } else { None }
}

/// Returns the first of some members that is a web address.
fn address(of: &Map<String, Value>) -> Option<String> {
    ["html_url", "url", "web_url"].iter().find_map(|k| member(of, k)).filter(|a| a.starts_with("https://"))
}

/// `gh run rerun ID` with `--job` for a job, with `--failed` for failed jobs.
pub(super) fn github(run: &Run, again: &Again) -> Vec<Option<Command>> {
    let job = job(run, again).map(|job| members(run, run.tasks.labels[job.index()]));
    let page = job.as_ref().and_then(address).or_else(|| address(&members(run, run.labels)));
    let repository = page.as_deref().and_then(repository);
    let at = |line: Line| match &repository {
        Some(repository) => line.words("--repo").arg(repository),
        None => line,
    };
    let mut made = Vec::new();
    if *again != Again::Failed {
        let id = job.as_ref().and_then(|j| member(j, "databaseId").or_else(|| member(j, "id")));
        if let Some(id) = id.as_deref().and_then(number) {
            let line = Line::new("gh run rerun --job").arg(id);
            made.push(Command::new("Runs this job and the jobs after it again.", at(line)));
        }
    }
    if let Some(id) = number(&run.id).filter(|_| has_failed(run)) {
        let line = Line::new("gh run rerun").arg(id).words("--failed");
        made.push(Command::new("Runs the failed jobs of the run again.", at(line)));
    }
    made
}

/// Returns `HOST/OWNER/REPO` of the address of a run or a job, without the host if it is github.com.
fn repository(page: &str) -> Option<String> {
    let (before, _) = page.strip_prefix("https://")?.split_once("/actions/")?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let is_whole = before.split('/').count() == 3 && before.split('/').all(|part| !part.is_empty());
    let is_api = before.starts_with("api.");
    (is_whole && !is_api && before.chars().all(is_plain))
        .then(|| before.strip_prefix("github.com/").unwrap_or(before).to_owned())
}

/// `glab ci retry ID` for a job; the API for the failed jobs of a pipeline.
pub(super) fn gitlab(run: &Run, again: &Again) -> Vec<Option<Command>> {
    let labels = members(run, run.labels);
    let page = address(&labels);
    let project = page.as_deref().and_then(|page| page.split_once("/-/")).map(|parts| parts.0.to_owned());
    let mut made = Vec::new();
    let job = job(run, again).filter(|_| *again != Again::Failed);
    let id = job.and_then(|job| member(&members(run, run.tasks.labels[job.index()]), "id"));
    if let Some(id) = id.as_deref().and_then(number) {
        let line = Line::new("glab ci retry").arg(id);
        let line = project.iter().fold(line, |line, project| line.words("--repo").arg(project));
        made.push(Command::new("Runs this job again.", line));
    }
    let number_of = member(&labels, "project_id");
    if let (Some(project), Some(pipeline), true) =
        (number_of.as_deref().and_then(number), number(&run.id), has_failed(run))
    {
        let path = format!("projects/{project}/pipelines/{pipeline}/retry");
        let line = Line::new("glab api --method POST").arg(&path);
        made.push(Command::new("Runs the failed and cancelled jobs of the pipeline again.", line));
    }
    made
}
