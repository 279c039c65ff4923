//! Metrics and alerts, each emitted once: from the database if it has them, otherwise from an API response.

use makespan_format::{Alert, Diagnostic, Event, EventSink, Log, RunInfo, Sample, Severity};
use makespan_model::HashSet;

use super::model::Model;
use crate::pairs::Record;
use crate::times::Clock;

/// A metric or an alert as its source holds it, before it is emitted.
pub(super) struct Note<'a> {
    /// Its own id, by which the same one is known in another file.
    pub(super) id: &'a str,
    /// The workflow it belongs to.
    pub(super) workflow: &'a str,
    /// The step it is about.
    pub(super) step: Option<&'a str>,
    /// When, seconds since the epoch.
    pub(super) timestamp: Option<f64>,
    /// What it is.
    pub(super) what: What<'a>,
}

/// What a [`Note`] notes.
pub(super) enum What<'a> {
    /// A measured value.
    Metric { name: &'a str, value: Option<f64>, unit: &'a str, tags: &'a str },
    /// Something that called for attention.
    Alert { severity: &'a str, message: &'a str, resolved: Option<bool>, metadata: &'a str },
}

/// Emits metrics and alerts and counts what was left out.
pub(super) struct Notes<'m, 's> {
    model: &'m Model,
    sink: &'s mut dyn EventSink,
    /// Ids emitted already; kept only where several files may hold the same ones.
    recorded: Option<HashSet<String>>,
    current: Option<usize>,
    doubled: u64,
    not_numbers: u64,
    first_not_number: String,
    strays: u64,
}

impl<'m, 's> Notes<'m, 's> {
    /// `several`: whether more than one file may hold the same metric or alert.
    pub(super) fn new(model: &'m Model, sink: &'s mut dyn EventSink, several: bool) -> Notes<'m, 's> {
        Notes {
            model,
            sink,
            recorded: several.then(HashSet::default),
            current: None,
            doubled: 0,
            not_numbers: 0,
            first_not_number: String::new(),
            strays: 0,
        }
    }

    /// Emits one.
    pub(super) fn add(&mut self, note: &Note<'_>, clock: &mut Clock<'_>) {
        if let Some(recorded) = &mut self.recorded
            && !note.id.is_empty()
            && !recorded.insert(note.id.to_owned())
        {
            self.doubled += 1;
            return;
        }
        if let What::Metric { name, value: None, .. } = note.what {
            if self.not_numbers == 0 {
                self.first_not_number = name.to_owned();
            }
            self.not_numbers += 1;
            return;
        }
        let Some(at) = self.model.find(note.workflow) else {
            self.strays += 1;
            return;
        };
        if self.current != Some(at) {
            self.current = Some(at);
            let id = self.model.list[at].id.as_str().into();
            self.sink.event(Event::Run(RunInfo { id, ..RunInfo::default() }));
        }
        let task = note.step.filter(|s| !s.is_empty());
        let t = note.timestamp.and_then(|seconds| clock.epoch(seconds));
        match note.what {
            What::Metric { name, value, unit, tags } => {
                let unit = match unit {
                    "" => None,
                    "percent" => Some("%"),
                    "seconds" => Some("s"),
                    other => Some(other),
                };
                self.sink.event(Event::Sample(Sample {
                    task: task.map(Into::into),
                    name: tagged(name, tags).into(),
                    value: value.unwrap_or_default(),
                    unit: unit.map(Into::into),
                    t,
                    ..Sample::default()
                }));
            }
            What::Alert { severity, message, resolved, metadata } => {
                self.sink.event(Event::Alert(Alert {
                    task: task.map(Into::into),
                    t,
                    severity: Some(severity.into()),
                    text: message.into(),
                    resolved,
                }));
                if !matches!(metadata, "" | "{}" | "null") {
                    self.sink.event(Event::Log(Log {
                        task: task.map(Into::into),
                        t,
                        level: Some(severity.into()),
                        text: format!("{message} {metadata}").into(),
                        ..Log::default()
                    }));
                }
            }
        }
    }

    /// Says what was left out.
    pub(super) fn finish(self) {
        if self.doubled > 0 {
            let message = "metrics and alerts that are there several times are taken once, those of the \
                           database before those of answers";
            self.sink
                .diagnostic(Diagnostic::new(Severity::Info, "recorded-twice", message).times(self.doubled));
        }
        if self.not_numbers > 0 {
            let message = format!(
                "metric values that are not finite numbers are ignored, the first in {:?}",
                self.first_not_number
            );
            self.sink.diagnostic(
                Diagnostic::new(Severity::Warning, "metric-not-a-number", message).times(self.not_numbers),
            );
        }
        if self.strays > 0 {
            let message = "metrics and alerts of workflows that are in no file were ignored";
            self.sink
                .diagnostic(Diagnostic::new(Severity::Warning, "stray-records", message).times(self.strays));
        }
    }
}

/// The name of a series: tags distinguish series of one metric, so they are part of it (`memory{host="a"}`).
fn tagged(name: &str, tags: &str) -> String {
    let Some(record) = Record::parse(tags) else { return name.to_owned() };
    let pairs: Vec<String> = record.members().map(|(key, value)| format!("{key}={value}")).collect();
    if pairs.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", pairs.join(",")) }
}

#[cfg(test)]
mod tests {
    use super::tagged;

    #[test]
    fn tags_become_part_of_the_name() {
        assert_eq!(tagged("cpu", "{}"), "cpu");
        assert_eq!(tagged("cpu", "not json"), "cpu");
        assert_eq!(tagged("cpu", r#"{"host": "a", "core": 1}"#), r#"cpu{host="a",core=1}"#);
    }
}
