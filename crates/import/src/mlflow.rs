//! MLflow: the runs of an experiment in responses of its API, and histories of metrics.
//!
//! An experiment is a run; each of its MLflow runs is a task, within the run in which it is nested.

use makespan_model::Order as _;
use std::borrow::Cow;

use makespan_format::{Attempt, EventSink, Fields, Sample};

use crate::draft::{Draft, Piece, labels, records};
use crate::gather::Named;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, Unit, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::sniff::Head;

/// Reads runs of MLflow.
pub const IMPORTER: Importer = Importer {
    id: "mlflow",
    title: "MLflow",
    parts: &["runs", "metrics"],
    how: "`curl -X POST HOST/api/2.0/mlflow/runs/search -d '{\"experiment_ids\":[\"1\"]}' > runs.json`; add \
          `metrics/get-history?run_id=…&metric_key=…`",
    lossy: "dependencies (the order of runs is inferred from the times), retries, queue times, workers, errors",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
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
    let pages = read_all(parts);
    let mut experiments: Named<(String, Vec<Value<'_, '_>>)> = Named::default();
    let mut metrics: Vec<(&str, Value<'_, '_>)> = Vec::new();
    for (part, file) in parts.iter().zip(&pages) {
        for root in file.roots() {
            if part.part == "metrics" {
                metrics.extend(root.list("metrics").map(|m| (part.source.name.as_str(), m)));
                continue;
            }
            for run in records(root.at("run").unwrap_or(root), &["runs"]) {
                let id = run.at("info").and_then(|i| i.text_at("experiment_id"));
                let id = id.map_or_else(|| part.source.name.clone(), |id| format!("experiment {id}"));
                experiments.entry(&id, || (id.clone(), Vec::new())).1.push(run);
            }
        }
    }
    let mut histories: Named<Vec<Value<'_, '_>>> = Named::default();
    let mut strays: Named<(String, Vec<Value<'_, '_>>)> = Named::default();
    let known: makespan_model::HashSet<_> = experiments
        .list
        .iter()
        .flat_map(|e| &e.1)
        .filter_map(|run| run.at("info")?.text_at("run_id"))
        .collect();
    for (file, metric) in metrics {
        match metric.text_at("run_id").filter(|id| known.contains(id)) {
            Some(id) => histories.entry(&id, Vec::new).push(metric),
            None => strays.entry(file, || (file.to_owned(), Vec::new())).1.push(metric),
        }
    }
    strays.list.retain(|(_, metrics)| {
        let mut ends = experiments.list.iter().flat_map(|e| &e.1).filter(|run| ends_with(**run, metrics));
        let (Some(run), None) = (ends.next(), ends.next()) else { return true };
        let Some(id) = run.at("info").and_then(|info| info.text_at("run_id")) else { return true };
        let history = histories.entry(&id, Vec::new);
        // A history of one metric leaves the others as they are.
        history.extend(metrics);
        false
    });
    for (id, runs) in &experiments.list {
        emit(id, runs, &histories, options, sink);
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
    report_all(parts, &pages, sink)
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
    id: &'a str,
    runs: &[Value<'_, 'a>],
    histories: &Named<Vec<Value<'_, 'a>>>,
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) {
    let mut draft = Draft::new(Cow::Borrowed(id), "MLflow", options);
    draft.run.workflow = Some(Cow::Borrowed(id));
    // Answers begin with the newest run.
    let mut runs = runs.to_vec();
    runs.order_by_numbers(|run| {
        let start = run.at("info").and_then(|i| i.at("start_time")).and_then(Value::whole);
        start.unwrap_or(i64::MAX)
    });
    for run in runs {
        let Some(info) = run.at("info") else { continue };
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
