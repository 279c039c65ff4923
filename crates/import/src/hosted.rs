//! Pipelines of hosted CI services: Buildkite's builds, the timeline of Azure Pipelines, the steps of Bitbucket
//! Pipelines.

use std::borrow::Cow;

use makespan_format::{Attempt, ErrorInfo, EventSink, Status};
use makespan_model::{HashMap, Order as _};

use crate::draft::{Draft, Piece, labels, records};
use crate::gather::Named;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, Unit, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::outcome::Outcome;
use crate::sniff::{Head, JsonKind};

/// Reads builds of Buildkite.
pub const BUILDKITE: Importer = Importer {
    id: "buildkite",
    title: "Buildkite",
    parts: &["builds"],
    how: "`curl -H \"Authorization: Bearer …\" https://api.buildkite.com/v2/organizations/ORG/pipelines/NAME/builds/N > build.json`",
    lossy: "dependencies between jobs (the order is inferred from the times), logs",
    sniff: sniff_buildkite,
    read: read_buildkite,
    stream: whole,
};

/// Reads timelines of Azure Pipelines.
pub const AZURE: Importer = Importer {
    id: "azure-pipelines",
    title: "Azure Pipelines",
    parts: &["timeline"],
    how: "`az devops invoke --area build --resource timeline --route-parameters project=NAME buildId=N > timeline.json`",
    lossy: "dependencies between stages and jobs (the order is inferred from the times), earlier attempts, queue times, logs",
    sniff: sniff_azure,
    read: read_azure,
    stream: whole,
};

/// Reads steps of Bitbucket Pipelines.
pub const BITBUCKET: Importer = Importer {
    id: "bitbucket",
    title: "Bitbucket Pipelines",
    parts: &["steps"],
    how: "`curl -u USER https://api.bitbucket.org/2.0/repositories/ORG/REPO/pipelines/UUID/steps/ > steps.json`",
    lossy: "dependencies between steps (the order is inferred from the times), queue times, workers, logs",
    sniff: sniff_bitbucket,
    read: read_bitbucket,
    stream: whole,
};

fn failed<'a>(status: Option<Status>, message: Option<Cow<'a, str>>) -> Option<ErrorInfo<'a>> {
    let message = message.filter(|_| status == Some(Status::Failed))?;
    Some(ErrorInfo { message, ..ErrorInfo::default() })
}

fn sniff_buildkite(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let is_build = shape.record_has(&["jobs", "pipeline", "state", "number"]);
    // The first job may be one that waits for others or for a person, which runs no command.
    let has = |needle: &[u8]| memchr::memmem::find(head.bytes, needle).is_some();
    let is_job = shape.root != JsonKind::Object
        || shape.inner_has("jobs", "exit_status")
        || shape.inner_has("jobs", "step_key")
        || shape.inner_has("jobs", "type") && (has(b"\"exit_status\"") || has(b"\"step_key\""));
    if is_build && is_job { claim(92, "builds", "a build with jobs, a pipeline and a state") } else { None }
}

fn read_buildkite(
    parts: &[ClaimedFile<'_>],
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) -> Result<(), ReadError> {
    let pages = read_all(parts);
    for (part, file) in parts.iter().zip(&pages) {
        for build in file.roots().flat_map(|root| records(root, &[])) {
            let id = build.text_at("id").unwrap_or(Cow::Borrowed(&part.source.name));
            let mut draft = Draft::new(id, "Buildkite", options);
            let number = build.text_at("number").map(|n| format!("build {n}"));
            draft.run.name = build.text_at("message").or(number.map(Cow::Owned));
            draft.run.workflow = build.at("pipeline").and_then(|p| p.text_of(&["slug", "name"]));
            draft.run.status = buildkite_status(build, &mut draft);
            draft.run.started = draft.clock.moment(build.at("started_at"), Unit::Seconds);
            draft.run.ended = draft.clock.moment(build.at("finished_at"), Unit::Seconds);
            draft.run.labels = labels(build, &["number", "branch", "commit", "source", "web_url"]);
            // A job that was retried is an attempt of the one that took its place.
            let mut jobs: Named<Piece<'_>> = Named::default();
            for job in build.list("jobs") {
                buildkite_job(job, &mut jobs, &mut draft);
            }
            draft.pieces = jobs.list;
            draft.emit(&BUILDKITE, sink);
        }
    }
    report_all(parts, &pages, sink)
}

fn buildkite_status(record: Value<'_, '_>, draft: &mut Draft<'_, '_>) -> Option<Status> {
    match record.text_at("state").as_deref() {
        // `broken`: its dependencies made it impossible; `unblocked`: somebody let it pass.
        Some("broken" | "waiting_failed" | "blocked_failed" | "unblocked_failed") => {
            Some(Status::UpstreamFailed)
        }
        Some("unblocked") => Some(Status::Succeeded),
        Some("not_run") => Some(Status::Skipped),
        Some("assigned" | "accepted" | "limited" | "limiting") => Some(Status::Queued),
        word => draft.clock.status(word, false),
    }
}

fn buildkite_job<'a>(job: Value<'_, 'a>, jobs: &mut Named<Piece<'a>>, draft: &mut Draft<'_, 'a>) {
    let kind = job.text_at("type").unwrap_or_default();
    let name = job.text_of(&["name", "label", "step_key"]).unwrap_or_else(|| kind.clone());
    let index = job.text_at("parallel_group_index");
    let key: Cow<'a, str> = match &index {
        Some(index) => Cow::Owned(format!("{name} [{index}]")),
        None => name.clone(),
    };
    // A step has one job, but for retries and parallel jobs.
    let step = job.at("step").and_then(|s| s.text_at("id"));
    let id = job.text_at("id").unwrap_or_default();
    let of = match step {
        Some(step) => format!("{step} {}", index.unwrap_or_default()),
        None => id.clone().into_owned(),
    };
    let of =
        job.text_at("retry_source_job_id").filter(|_| jobs.get(&of).is_none()).map_or(of, Cow::into_owned);
    let piece = jobs.entry(&of, || Piece::new(id, key));
    piece.task.step = Some(name);
    piece.task.kind = Some(kind.clone());
    piece.task.parent = job.text_at("group_key");
    piece.task.labels =
        labels(job, &["id", "step_key", "agent_query_rules", "soft_failed", "web_url", "priority"]);
    piece.task.params = labels(job, &["command"]);
    let mut outcome = Outcome::default();
    let code = job.at("exit_status").and_then(Value::whole);
    match (buildkite_status(job, draft), code) {
        // The state of jobs of any outcome, in some versions.
        (Some(Status::Succeeded), Some(code)) => outcome.exit_code(code),
        (Some(Status::Succeeded), None)
            if job.text_at("state").as_deref() == Some("finished") && kind == "script" =>
        {
            outcome.missing("finished, without an exit status");
        }
        (Some(status), _) => outcome.add(status),
        (None, _) => {}
    }
    let status = outcome.settle(&mut draft.clock.unread);
    let mut moment = |keys: &[&str]| draft.clock.moment(job.any(keys), Unit::Seconds);
    let queued = moment(&["runnable_at", "scheduled_at", "created_at"]);
    let (started, ended) = (moment(&["started_at"]), moment(&["finished_at"]));
    let exit = job.text_at("exit_status").map(|code| Cow::Owned(format!("exit code {code}")));
    piece.task.status = status;
    piece.tried(Attempt {
        queued: queued.filter(|_| started.is_some()),
        started,
        ended: ended.filter(|_| started.is_some()),
        status,
        worker: job.at("agent").and_then(|a| a.text_of(&["name", "hostname"])),
        error: failed(status, exit),
        ..Attempt::default()
    });
}

fn sniff_azure(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let keys = ["parentId", "previousAttempts", "state", "result"];
    let listed = keys.iter().all(|key| shape.inner_has("records", key));
    if listed || shape.root == JsonKind::Array && shape.record_has(&keys) {
        claim(93, "timeline", "records with parentId and previousAttempts")
    } else {
        None
    }
}

fn read_azure(
    parts: &[ClaimedFile<'_>],
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) -> Result<(), ReadError> {
    let pages = read_all(parts);
    for (part, file) in parts.iter().zip(&pages) {
        let mut draft = Draft::new(Cow::Borrowed(part.source.name.as_str()), "Azure Pipelines", options);
        let mut all: Vec<_> = file.roots().flat_map(|root| records(root, &["records"])).collect();
        all.order_by_numbers(|record| record.at("order").and_then(Value::whole).unwrap_or(i64::MAX));
        for record in all {
            let name = record.text_at("name").unwrap_or(Cow::Borrowed("(no name)"));
            let mut piece = Piece::new(record.text_at("id").unwrap_or_default(), name.clone());
            piece.task.step = Some(name);
            piece.task.kind = record.text_at("type").map(|kind| kind.to_lowercase().into());
            piece.task.parent = record.text_at("parentId");
            piece.task.labels =
                labels(record, &["identifier", "refName", "attempt", "errorCount", "warningCount", "task"]);
            let mut outcome = Outcome::default();
            match record.text_at("result") {
                Some(word) if word == "abandoned" => outcome.add(Status::Cancelled),
                result => outcome.result(result, record.text_at("state"), "completed, without a result"),
            }
            let status = outcome.settle(&mut draft.clock.unread);
            let mut issues = record.list("issues").filter(|i| i.text_at("type").is_none_or(|t| t == "error"));
            let message = issues.next().and_then(|issue| issue.text_at("message"));
            let started = draft.clock.moment(record.at("startTime"), Unit::Seconds);
            let ended = draft.clock.moment(record.at("finishTime"), Unit::Seconds);
            piece.task.status = status;
            if status != Some(Status::Skipped) {
                piece.tried(Attempt {
                    number: record
                        .at("attempt")
                        .and_then(Value::whole)
                        .and_then(|n| u32::try_from(n).ok())
                        .unwrap_or(0),
                    started,
                    ended,
                    status,
                    worker: record.text_at("workerName"),
                    error: failed(status, message),
                    ..Attempt::default()
                });
            }
            draft.pieces.push(piece);
        }
        draft.emit(&AZURE, sink);
    }
    report_all(parts, &pages, sink)
}

fn sniff_bitbucket(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    let is_step =
        |has: &dyn Fn(&str) -> bool| has("uuid") && has("state") && (has("started_on") || has("pipeline"));
    let listed = shape.root == JsonKind::Object && is_step(&|key| shape.inner_has("values", key));
    let alone = shape.root == JsonKind::Array && is_step(&|key| shape.first_has(key));
    if (listed || alone)
        && (has("pipeline_step") || has("\"setup_commands\"") || has("\"build_seconds_used\""))
    {
        claim(92, "steps", "steps of a pipeline with uuid, state and started_on")
    } else {
        None
    }
}

fn read_bitbucket(
    parts: &[ClaimedFile<'_>],
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) -> Result<(), ReadError> {
    let pages = read_all(parts);
    let mut runs: Named<(String, Vec<Value<'_, '_>>)> = Named::default();
    for (part, file) in parts.iter().zip(&pages) {
        for step in file.roots().flat_map(|root| records(root, &["values"])) {
            let id = step
                .at("pipeline")
                .and_then(|p| p.text_at("uuid"))
                .unwrap_or(Cow::Borrowed(&part.source.name));
            runs.entry(&id, || (id.clone().into_owned(), Vec::new())).1.push(step);
        }
    }
    for (id, steps) in &mut runs.list {
        steps.order_by_numbers(|step| step.at("run_number").and_then(Value::whole).unwrap_or(1));
        let mut draft = Draft::new(Cow::Borrowed(id.as_str()), "Bitbucket Pipelines", options);
        let mut tasks: Named<Piece<'_>> = Named::default();
        // Which task the last step of each name is of.
        let mut newest: HashMap<Cow<'_, str>, Cow<'_, str>> = HashMap::default();
        for step in steps {
            let name = step.text_at("name").unwrap_or(Cow::Borrowed("(no name)"));
            let uuid = step.text_at("uuid").unwrap_or_default();
            let run = step.at("run_number").and_then(Value::whole).unwrap_or(1);
            // A step that is run again has the same name and the next number.
            let earlier = newest.get(&name).filter(|_| run > 1).cloned();
            let of = earlier.unwrap_or_else(|| uuid.clone());
            newest.insert(name.clone(), of.clone());
            let piece = tasks.entry(&of, || Piece::new(uuid, name.clone()));
            piece.task.step = Some(name);
            piece.task.kind = Some("step".into());
            piece.task.labels = labels(*step, &["uuid", "trigger", "image", "max_time"]);
            let state = step.at("state");
            let result = state.and_then(|s| s.at("result"));
            // A step that waits has a stage too, which says for what it waits.
            let is_waiting = state.and_then(|s| s.text_at("name")).as_deref() == Some("PENDING");
            let stage = state.and_then(|s| s.at("stage")).filter(|_| !is_waiting);
            let mut outcome = Outcome::default();
            match result.and_then(|r| r.text_at("name")) {
                Some(word) if word == "STOPPED" => outcome.add(Status::Cancelled),
                result => {
                    let word = stage.or(state).and_then(|s| s.text_at("name"));
                    outcome.result(result, word, "COMPLETED, without a result");
                }
            }
            let status = outcome.settle(&mut draft.clock.unread);
            let error = result.and_then(|r| r.at("error")).and_then(|e| e.text_of(&["message", "key"]));
            let started = draft.clock.moment(step.at("started_on"), Unit::Seconds);
            let ended = draft.clock.moment(step.at("completed_on"), Unit::Seconds);
            piece.task.status = status;
            piece.tried(Attempt {
                started,
                ended,
                status,
                error: failed(status, error),
                ..Attempt::default()
            });
            piece.sample("build_seconds_used", step.number_at("build_seconds_used"), Some("s"));
        }
        draft.pieces = tasks.list;
        draft.emit(&BITBUCKET, sink);
    }
    report_all(parts, &pages, sink)
}
