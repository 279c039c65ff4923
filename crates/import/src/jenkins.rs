//! Jenkins: a pipeline run as the stage view describes it (`wfapi`), the nodes of Blue Ocean, and builds of a job.

use makespan_model::Order as _;
use std::borrow::Cow;

use makespan_format::{Attempt, ErrorInfo, EventSink, Status};

use crate::draft::{Draft, Piece, labels, records};
use crate::gather::Named;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, Unit, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::sniff::{Head, JsonKind};

/// Reads responses of Jenkins about builds.
pub const IMPORTER: Importer = Importer {
    id: "jenkins",
    title: "Jenkins",
    parts: &["stages", "nodes", "builds"],
    how: "`curl JENKINS/job/NAME/N/wfapi/describe > run.json`; with Blue Ocean \
          `curl JENKINS/blue/rest/organizations/jenkins/pipelines/NAME/runs/N/nodes/ > nodes.json`",
    lossy: "retries, agents of most stages; in the stage view: which stages are parallel (the order is inferred from the times)",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    if shape.record_has(&["startTimeMillis", "durationMillis", "status"])
        || shape.root == JsonKind::Object && shape.inner_has("stages", "startTimeMillis")
    {
        claim(93, "stages", "stages with startTimeMillis and durationMillis")
    } else if shape.record_has(&["durationInMillis", "state", "result"]) && shape.record_has(&["displayName"])
    {
        claim(93, "nodes", "nodes with durationInMillis, state and result")
    } else if shape.record_has(&["number", "result", "timestamp", "duration"])
        || shape.root == JsonKind::Object
            && ["number", "result", "timestamp", "duration"].iter().all(|k| shape.inner_has("builds", k))
    {
        claim(85, "builds", "builds with number, result and timestamp")
    } else {
        None
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    for (part, file) in parts.iter().zip(&pages) {
        let name = part.source.name.as_str();
        match part.part {
            "stages" => {
                // A run with its stages, an array of runs, or stages alone: of several runs, distinguished by their links.
                let mut runs: Named<(String, Option<Value<'_, '_>>, Vec<Value<'_, '_>>)> = Named::default();
                for record in file.roots().flat_map(|root| records(root, &[])) {
                    let (id, run) = match record.at("stages") {
                        Some(_) => (run_of(record), Some(record)),
                        None => (run_of(record), None),
                    };
                    let id = id.unwrap_or_else(|| name.to_owned());
                    let entry = runs.entry(&id, || (id.clone(), run, Vec::new()));
                    if run.is_some() { entry.2.extend(record.list("stages")) } else { entry.2.push(record) }
                }
                for (id, run, stages) in &runs.list {
                    emit_stages(id, *run, stages, options, sink);
                }
            }
            "nodes" => {
                let nodes: Vec<_> = file.roots().flat_map(|root| records(root, &[])).collect();
                emit_nodes(name, &nodes, options, sink);
            }
            _ => {
                let builds: Vec<_> = file.roots().flat_map(|root| records(root, &["builds"])).collect();
                emit_builds(name, &builds, options, sink);
            }
        }
    }
    report_all(parts, &pages, sink)
}

/// `/job/NAME/N` of the link of a run or a stage.
fn run_of(record: Value<'_, '_>) -> Option<String> {
    let href = record.at("_links")?.at("self")?.text_at("href")?;
    let run = href.split("/execution/").next()?.split("/wfapi").next()?;
    Some(run.trim_matches('/').to_owned())
}

/// Start and end of a record that holds its start and its duration in milliseconds.
fn span<'a>(record: Value<'_, '_>, keys: [&str; 2], draft: &mut Draft<'_, 'a>) -> (Option<i64>, Option<i64>) {
    let started = draft.clock.moment(record.at(keys[0]), Unit::Milliseconds);
    let lasted = record.number_at(keys[1]).filter(|ms| {
        let is_duration = (0.0..9e12).contains(ms);
        if !is_duration {
            let what = "durations below 0 or longer than centuries are unknown";
            draft.tally.warn("bad-duration", what, || ms.to_string());
        }
        is_duration
    });
    let ended = started.and_then(|s| s.checked_add((lasted? * 1e6).round() as i64));
    (started, ended)
}

/// A part of an address as people wrote it: `%20` is a space. What is not valid UTF-8 then stays as it is.
fn unescaped(path: &str) -> String {
    let mut out = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|d| std::str::from_utf8(d).ok());
        match digits.filter(|_| *first == b'%').and_then(|d| u8::from_str_radix(d, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                rest = &behind[2..];
            }
            None => {
                out.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| path.to_owned())
}

/// The status of a word; what has not ended has no end.
fn status_of(word: Option<Cow<'_, str>>, draft: &mut Draft<'_, '_>) -> Option<Status> {
    match word.as_deref() {
        Some("NOT_EXECUTED" | "NOT_BUILT") => Some(Status::Skipped),
        Some("PAUSED_PENDING_INPUT") => Some(Status::Running),
        Some("IN_PROGRESS") => Some(Status::Running),
        word => draft.clock.status(word, false),
    }
}

fn tried<'a>(
    piece: &mut Piece<'a>,
    status: Option<Status>,
    (started, ended): (Option<i64>, Option<i64>),
    error: Option<ErrorInfo<'a>>,
) {
    piece.task.status = status;
    if status == Some(Status::Skipped) {
        return;
    }
    let ended = ended.filter(|_| status != Some(Status::Running));
    piece.tried(Attempt { started, ended, status, error, ..Attempt::default() });
}

fn emit_stages(
    id: &str,
    run: Option<Value<'_, '_>>,
    stages: &[Value<'_, '_>],
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) {
    let mut draft = Draft::new(Cow::Borrowed(id), "Jenkins", options);
    if let Some(run) = run {
        draft.run.name = run.text_at("name");
        draft.run.status = status_of(run.text_at("status"), &mut draft);
        draft.run.started = draft.clock.moment(run.at("startTimeMillis"), Unit::Milliseconds);
        draft.run.ended = draft.clock.moment(run.at("endTimeMillis"), Unit::Milliseconds);
    }
    // `job/NAME/N`
    let path = id.rsplit_once('/').filter(|(_, n)| n.bytes().all(|b| b.is_ascii_digit()));
    if let Some((job, number)) = path {
        let job = unescaped(&job.trim_start_matches("job/").replace("/job/", "/"));
        // Jenkins' own title of a build; the API of the stage view has `#N` alone.
        if draft.run.name.as_deref().is_none_or(|name| name == format!("#{number}")) {
            draft.run.name = Some(format!("{job} #{number}").into());
        }
        draft.run.workflow = Some(job.into());
    }
    for stage in stages {
        let name = stage.text_at("name").unwrap_or(Cow::Borrowed("(no name)"));
        let mut piece = Piece::new(stage.text_at("id").unwrap_or_default(), name.clone());
        piece.task.step = Some(name);
        piece.task.kind = Some("stage".into());
        piece.task.labels = labels(*stage, &["id", "execNode", "parameterDescription"]);
        let status = status_of(stage.text_at("status"), &mut draft);
        let times = span(*stage, ["startTimeMillis", "durationMillis"], &mut draft);
        let error = stage.at("error").filter(|_| status == Some(Status::Failed)).map(|error| ErrorInfo {
            message: error.text_at("message").unwrap_or_default(),
            kind: error.text_at("type"),
            trace: None,
        });
        tried(&mut piece, status, times, error);
        let paused = stage.number_at("pauseDurationMillis").filter(|ms| *ms > 0.0);
        piece.sample("paused", paused.map(|ms| ms / 1e3), Some("s"));
        draft.pieces.push(piece);
    }
    draft.emit(&IMPORTER, sink);
}

fn emit_nodes(file: &str, nodes: &[Value<'_, '_>], options: &Options<'_>, sink: &mut dyn EventSink) {
    let mut draft = Draft::new(Cow::Borrowed(file), "Jenkins Blue Ocean", options);
    draft.run.infer_edges = Some(false);
    let mut after: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::new();
    for node in nodes {
        let name = node.text_at("displayName").unwrap_or(Cow::Borrowed("(no name)"));
        let id = node.text_at("id").unwrap_or_default();
        let mut piece = Piece::new(id.clone(), name.clone());
        piece.task.step = Some(name);
        piece.task.kind = node.text_at("type").map(|kind| kind.to_lowercase().into());
        // A parallel branch stands within the stage before it, which lasts as long as its branches.
        if node.text_at("type").as_deref() == Some("PARALLEL") {
            piece.task.parent = node.text_at("firstParent");
        }
        after.extend(node.list("edges").filter_map(|e| Some((e.text_at("id")?, id.clone()))));
        let status = match node.text_at("result").filter(|word| word != "UNKNOWN") {
            None if node.text_at("state").is_some_and(|state| state == "FINISHED") => {
                Some(draft.clock.unread.word("FINISHED, without a result"))
            }
            result => status_of(result.or_else(|| node.text_at("state")), &mut draft),
        };
        let times = span(*node, ["startTime", "durationInMillis"], &mut draft);
        tried(&mut piece, status, times, None);
        draft.pieces.push(piece);
    }
    let index: makespan_model::HashMap<Cow<'_, str>, usize> =
        draft.pieces.iter().enumerate().map(|(at, p)| (p.native.clone(), at)).collect();
    for (to, from) in after {
        let Some(&at) = index.get(&to) else { continue };
        // What a stage contains does not wait for the stage.
        if draft.pieces[at].task.parent.as_ref() != Some(&from) {
            draft.pieces[at].task.after.push(from);
        }
    }
    draft.emit(&IMPORTER, sink);
}

/// Builds of a job, the oldest first, are tasks of one run: each holds only its own start and end.
fn emit_builds(file: &str, builds: &[Value<'_, '_>], options: &Options<'_>, sink: &mut dyn EventSink) {
    let mut draft = Draft::new(Cow::Borrowed(file), "Jenkins", options);
    let mut builds = builds.to_vec();
    builds.order_by_numbers(|b| b.at("number").and_then(Value::whole).unwrap_or(i64::MAX));
    for build in builds {
        let number = build.text_at("number").unwrap_or_default();
        let name = build.text_at("fullDisplayName").unwrap_or_else(|| Cow::Owned(format!("#{number}")));
        let step =
            name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(['#', ' ']).to_owned();
        let mut piece = Piece::new(number, name);
        piece.task.step = Some(step).filter(|s| !s.is_empty()).map(Cow::Owned);
        piece.task.kind = Some("build".into());
        piece.task.labels = labels(build, &["number", "url", "builtOn", "estimatedDuration"]);
        let is_building = build.text_at("building").as_deref() == Some("true");
        let status = match build.text_at("result") {
            None if is_building => Some(Status::Running),
            None if build.at("building").is_some() => Some(draft.clock.unread.word("over, without a result")),
            result => status_of(result, &mut draft),
        };
        let times = span(build, ["timestamp", "duration"], &mut draft);
        tried(&mut piece, status, times, None);
        draft.pieces.push(piece);
    }
    draft.emit(&IMPORTER, sink);
}
