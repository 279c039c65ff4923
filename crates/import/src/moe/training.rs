//! Training records: `<optimizer>_<date>.json`.

use makespan_format::{Diagnostic, Event, EventSink, Fields, RunInfo, Severity};
use serde_json::value::RawValue;

use super::runs::{Runs, recorded_twice};
use super::series::Series;
use crate::json;
use crate::kailash::Slots;

const RECORD: [&str; 5] = ["workflow_id", "timestamp", "metrics", "parameters", "expert_contributions"];

/// Emits a training record: a run without tasks and times, its series by iteration.
pub(super) fn emit(root: &RawValue, file: &str, runs: &mut Runs<'_>, sink: &mut dyn EventSink) {
    let Some(s) = Slots::read(root, &RECORD) else { return };
    let text = |i: usize| s.text(i).map(|t| t.into_owned()).unwrap_or_default();
    let id = match runs.id(&text(0), file, text(1), sink) {
        Ok(id) => id,
        Err(known) => return recorded_twice(file, &known, sink),
    };
    sink.event(Event::Run(RunInfo {
        id: id.as_str().into(),
        workflow: runs.workflow(&text(0)),
        source: Some("MoE training record".into()),
        ..RunInfo::default()
    }));
    let mut series = Series::new(sink);
    let (mut labels, mut params) = (Fields::new(), Fields::new());
    if let Some(timestamp) = s.raw(1) {
        labels.raw("timestamp", timestamp.get());
    }
    if let Some(metrics) = s.raw(2) {
        json::each_member(metrics, |name, value| {
            if !series.numbers(&name, value) {
                labels.raw(&format!("metrics.{name}"), value.get());
            }
        });
    }
    if let Some(parameters) = s.raw(3) {
        json::each_member(parameters, |name, value| {
            let is_list = value.get().starts_with('[');
            if !(is_list && series.numbers(&format!("parameters.{name}"), value)) {
                params.raw(&name, value.get());
            }
        });
    }
    let bad = s.raw(4).map_or(0, |list| series.experts(list));
    let words = series.finish(file).finish();
    for (key, value) in &s.rest {
        labels.raw(key, value.get());
    }
    if let Some(words) = words {
        labels.raw("expert_contributions", words.as_str());
    }
    sink.event(Event::Run(RunInfo {
        id: id.as_str().into(),
        labels: labels.finish(),
        params: params.finish(),
        ..RunInfo::default()
    }));
    if bad > 0 {
        let message = format!("{file}: records that are not of the expected form are left out");
        sink.diagnostic(Diagnostic::new(Severity::Warning, "bad-record", message).times(bad));
    }
    let message = format!(
        "{file}: a training record holds neither tasks nor times of its iterations; its series are in the order of \
         the file"
    );
    sink.diagnostic(Diagnostic::new(Severity::Info, "no-times", message));
}
