//! MLflow: the runs of an experiment in responses of its API, histories of metrics, its folder `mlruns`, and its database.
//!
//! An experiment is a run; each of its MLflow runs is a task, within the run in which it is nested.

mod database;
mod folder;
mod written;

use makespan_model::Order as _;
use std::borrow::Cow;

use makespan_format::{Attempt, Diagnostic, EventSink, Fields, Sample, Severity};

use crate::draft::{Draft, Piece, labels, records};
use crate::gather::Named;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, Unit, claim, whole};
use crate::json::pages::Pages;
use crate::json::tape::Value;
use crate::sniff::Head;
use written::Experiments;

/// Reads runs of MLflow.
pub const IMPORTER: Importer = Importer {
    id: "mlflow",
    title: "MLflow",
    parts: &["runs", "metrics", folder::META, folder::EXPERIMENT, folder::VALUE, database::DATABASE],
    how: "the folder `mlruns`, or `mlflow.db`; or `curl -X POST HOST/api/2.0/mlflow/runs/search -d '{\"experiment_ids\":[\"1\"]}' > runs.json`; add \
          `metrics/get-history?run_id=…&metric_key=…`",
    lossy: "dependencies (the order of runs is inferred from the times), retries, queue times, workers, errors",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    if let Some(claim) = folder::sniff(head).or_else(|| database::sniff(head)) {
        return Some(claim);
    }
    let shape = &head.shape;
    let inner = |key: &str, all: &[&str]| all.iter().all(|k| shape.inner_has(key, k));
    if inner("runs", &["info", "data"])
        || shape.record_has(&["info", "data"]) && inner("info", &["run_id", "status"])
    {
        claim(90, "runs", "runs with info and data")
    } else if inner("run", &["info", "data"]) {
        claim(90, "runs", "a run with info and data")
    } else if inner("metrics", &["key", "value", "timestamp", "step"]) {
        claim(88, "metrics", "metrics with key, value, timestamp and step")
    } else {
        None
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let is_answer = |part: &&ClaimedFile<'_>| matches!(part.part, "runs" | "metrics");
    let mut kept = Experiments::default();
    let lost = folder::read(parts, &mut kept);
    let mut broken = Vec::new();
    let mut errors = Vec::new();
    for part in parts.iter().filter(|part| part.part == database::DATABASE) {
        let name = part.source.name.as_str();
        let log =
            parts.iter().find(|log| log.part == "wal" && log.source.name.strip_suffix("-wal") == Some(name));
        match database::read(&part.source.bytes, log.map(|log| &*log.source.bytes), name, &mut kept) {
            Ok(found) => broken.extend(found),
            Err(error) => errors.push(error),
        }
    }
    let made = kept.answers();
    let pages: Vec<Pages<'_>> = parts
        .iter()
        .filter(is_answer)
        .map(|part| Pages::read(&part.source.bytes))
        .chain(made.iter().map(|answer| Pages::read(answer.as_bytes())))
        .collect();
    let names = parts.iter().filter(is_answer).map(|part| (part.source.name.as_str(), part.part));
    let names: Vec<(&str, &str)> = names.chain([("MLflow", "runs"), ("MLflow", "metrics")]).collect();
    let mut experiments: Named<Experiment<'_, '_>> = Named::default();
    let mut metrics: Vec<(&str, Value<'_, '_>)> = Vec::new();
    for ((name, part), file) in names.iter().zip(&pages) {
        for root in file.roots() {
            if *part == "metrics" {
                metrics.extend(root.list("metrics").map(|m| (*name, m)));
                continue;
            }
            for run in records(root.at("run").unwrap_or(root), &["runs"]) {
                let native = run.at("info").and_then(|i| i.text_at("experiment_id"));
                let title = native.as_deref().and_then(|id| kept.name_of(id)).map(str::to_owned);
                let id = native.map_or_else(|| (*name).to_owned(), |id| format!("experiment {id}"));
                experiments
                    .entry(&id, || Experiment { title, id: id.clone(), runs: Vec::new() })
                    .runs
                    .push(run);
            }
        }
    }
    let mut histories: Named<Vec<Value<'_, '_>>> = Named::default();
    let mut strays: Named<(String, Vec<Value<'_, '_>>)> = Named::default();
    let known: makespan_model::HashSet<_> = experiments
        .list
        .iter()
        .flat_map(|e| &e.runs)
        .filter_map(|run| run.at("info")?.text_at("run_id"))
        .collect();
    for (file, metric) in metrics {
        match metric.text_at("run_id").filter(|id| known.contains(id)) {
            Some(id) => histories.entry(&id, Vec::new).push(metric),
            None => strays.entry(file, || (file.to_owned(), Vec::new())).1.push(metric),
        }
    }
    strays.list.retain(|(_, metrics)| {
        let mut ends = experiments.list.iter().flat_map(|e| &e.runs).filter(|run| ends_with(**run, metrics));
        let (Some(run), None) = (ends.next(), ends.next()) else { return true };
        let Some(id) = run.at("info").and_then(|info| info.text_at("run_id")) else { return true };
        let history = histories.entry(&id, Vec::new);
        // A history of one metric leaves the others as they are.
        history.extend(metrics);
        false
    });
    for experiment in &experiments.list {
        emit(experiment, &histories, options, sink);
    }
    // A history that does not say of which run it is stands alone.
    for (file, metrics) in &strays.list {
        let mut draft = Draft::new(Cow::Borrowed(file.as_str()), "MLflow", options);
        let mut piece = Piece::new("run", "run");
        history(metrics, &mut piece, &mut draft);
        draft.pieces.push(piece);
        draft.tally.info(
            "unknown-run",
            "metrics do not contain the id of their run; they are shown as a run of their own",
            String::new,
        );
        draft.emit(&IMPORTER, sink);
    }
    let mut warn = |code, message| sink.diagnostic(Diagnostic::new(Severity::Warning, code, message));
    if lost > 0 {
        let message =
            format!("parameters, metrics and tags whose run is not among the files were ignored: {lost}");
        warn("unknown-run", message);
    }
    if kept.odd > 0 {
        warn("bad-value", format!("values of metrics that are not numbers were ignored: {}", kept.odd));
    }
    broken.into_iter().for_each(|message| warn("broken-table", message));
    for ((name, _), file) in names.iter().zip(&pages).take(pages.len() - made.len()) {
        if let Err(error) = file.report(name, sink) {
            errors.push(error);
        }
    }
    match errors.pop() {
        Some(error) if experiments.list.is_empty() => Err(error),
        Some(error) => {
            for error in errors.iter().chain([&error]) {
                sink.diagnostic(Diagnostic::new(Severity::Error, "unreadable", error.to_string()));
            }
            Ok(())
        }
        None if experiments.list.is_empty() && is_folder(parts) => {
            Err(ReadError::broken("no run of MLflow is among these files; open the folder `mlruns`"))
        }
        None => Ok(()),
    }
}

/// Returns whether all files are parts of a folder of MLflow.
fn is_folder(parts: &[ClaimedFile<'_>]) -> bool {
    parts.iter().all(|part| matches!(part.part, folder::META | folder::EXPERIMENT | folder::VALUE))
}

/// The runs of an experiment.
struct Experiment<'t, 'a> {
    id: String,
    /// Its name, if it is known.
    title: Option<String>,
    runs: Vec<Value<'t, 'a>>,
}

/// Returns whether the last value of a history without the id of its run is the value that this run has.
fn ends_with(run: Value<'_, '_>, history: &[Value<'_, '_>]) -> bool {
    let place = |metric: &&Value<'_, '_>| metric.at("step").and_then(Value::whole).unwrap_or(0);
    let Some(last) = history.iter().max_by_key(place) else { return false };
    let values = pairs(run.at("data").and_then(|data| data.at("metrics")));
    let own = last.text_at("key").and_then(|key| values.iter().find(|(name, _)| *name == key));
    own.and_then(|(_, value)| value.number()).is_some_and(|value| last.number_at("value") == Some(value))
}

/// Names and values, written as an object or as a list of `key` and `value`.
fn pairs<'t, 'a>(value: Option<Value<'t, 'a>>) -> Vec<(Cow<'a, str>, Value<'t, 'a>)> {
    let Some(value) = value else { return Vec::new() };
    let listed = value.elements().filter_map(|pair| Some((pair.text_at("key")?, pair.at("value")?)));
    value.members().chain(listed).collect()
}

fn fields(pairs: &[(Cow<'_, str>, Value<'_, '_>)]) -> Fields {
    let mut fields = Fields::new();
    for (key, value) in pairs {
        fields.raw(key, value.get());
    }
    fields
}

fn emit<'a>(
    experiment: &'a Experiment<'_, 'a>,
    histories: &Named<Vec<Value<'_, 'a>>>,
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) {
    let id = experiment.id.as_str();
    let mut draft = Draft::new(Cow::Borrowed(id), "MLflow", options);
    let title = experiment.title.as_deref();
    draft.run.name = title.map(Cow::Borrowed);
    draft.run.workflow = Some(Cow::Borrowed(title.unwrap_or(id)));
    // Answers begin with the newest run.
    let mut runs = experiment.runs.clone();
    runs.order_by_numbers(|run| {
        let start = run.at("info").and_then(|i| i.at("start_time")).and_then(Value::whole);
        start.unwrap_or(i64::MAX)
    });
    for run in runs {
        let Some(info) = run.at("info") else { continue };
        if info.text_at("lifecycle_stage").as_deref() == Some("deleted") {
            draft.tally.count(Severity::Info, "deleted", "runs that were deleted are not shown", 1);
            continue;
        }
        let data = run.at("data");
        let native = info.text_of(&["run_id", "run_uuid"]).unwrap_or_default();
        let tags = pairs(data.and_then(|d| d.at("tags")));
        let tag = |name: &str| tags.iter().find(|t| t.0 == name).and_then(|t| t.1.text());
        let name =
            info.text_at("run_name").or_else(|| tag("mlflow.runName")).unwrap_or_else(|| native.clone());
        let mut piece = Piece::new(native.clone(), name);
        piece.task.kind = tag("mlflow.source.type").map(|kind| kind.to_lowercase().into());
        piece.task.parent = tag("mlflow.parentRunId");
        let mut labels = labels(info, &["run_id", "lifecycle_stage", "user_id"]);
        if let Some(tags) = fields(&tags).finish() {
            let mut all = Fields::new();
            all.str("run_id", &native).raw("tags", tags.as_str());
            labels = all.finish();
        }
        piece.task.labels = labels;
        piece.task.params = fields(&pairs(data.and_then(|d| d.at("params")))).finish();
        let status = draft.clock.status(info.text_at("status").as_deref(), false);
        let started = draft.clock.moment(info.at("start_time"), Unit::Milliseconds);
        let ended = draft.clock.moment(info.at("end_time"), Unit::Milliseconds);
        piece.task.status = status;
        piece.tried(Attempt { started, ended, status, ..Attempt::default() });
        if let Some(metrics) = histories.get(&native) {
            history(metrics, &mut piece, &mut draft);
        }
        let listed: Vec<_> = piece.samples.iter().map(|sample| sample.name.clone()).collect();
        for (key, value) in pairs(data.and_then(|d| d.at("metrics"))) {
            if !listed.contains(&key) {
                piece.sample(key, value.number(), None);
            }
        }
        draft.pieces.push(piece);
    }
    draft.emit(&IMPORTER, sink);
}

fn history<'a>(metrics: &[Value<'_, 'a>], piece: &mut Piece<'a>, draft: &mut Draft<'_, 'a>) {
    for metric in metrics {
        let t = draft.clock.moment(metric.at("timestamp"), Unit::Milliseconds);
        if let (Some(name), Some(value)) = (metric.text_at("key"), metric.number_at("value")) {
            piece.samples.push(Sample { name, value, t, ..Sample::default() });
        }
    }
}
