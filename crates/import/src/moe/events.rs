//! The event list of the framework: `events.json`.

use std::rc::Rc;

use std::borrow::Cow;

use makespan_format::{
    Alert, Attempt, Diagnostic, ErrorInfo, Event, EventSink, Log, RunInfo, Severity, Status, Task,
};
use makespan_model::HashMap;
use serde_json::value::RawValue;

use super::runs::{Runs, compact, recorded_twice};
use crate::json;
use crate::kailash::{Slots, error_info};
use crate::times::Clock;

/// What an event says of a stage, by the end of its type.
enum Mark {
    Start,
    End(Status),
}

/// The stage and what happened to it: `EXPERT_TRAINING_STARTED`.
fn stage_of(kind: &str) -> Option<(String, Mark)> {
    let (stage, end) = kind.rsplit_once('_')?;
    let mark = match end.to_ascii_uppercase().as_str() {
        "STARTED" => Mark::Start,
        "COMPLETED" => Mark::End(Status::Succeeded),
        "FAILED" | "ERROR" => Mark::End(Status::Failed),
        _ => return None,
    };
    (!stage.is_empty()).then(|| (stage.to_ascii_lowercase(), mark))
}

/// Emits an event list as one run: it mixes the events of many runs and names none.
pub(super) fn emit(root: &RawValue, file: &str, runs: &mut Runs<'_>, sink: &mut dyn EventSink) {
    let id = match runs.id("", file, String::new(), sink) {
        Ok(id) => id,
        Err(known) => return recorded_twice(file, &known, sink),
    };
    sink.event(Event::Run(RunInfo {
        id: id.as_str().into(),
        name: Some(id.as_str().into()),
        source: Some("MoE event list".into()),
        ..RunInfo::default()
    }));
    let mut clock = Clock::new(Rc::new(runs.zone));
    // Stages that have begun and not ended: the tasks, by stage and by whom the event names.
    let mut open: HashMap<(String, String), Vec<String>> = HashMap::default();
    let mut tasks: HashMap<String, u32> = HashMap::default();
    let (mut bad, mut initialized, mut unstarted) = (0u64, 0u64, 0u64);
    json::each_element(root, |event| {
        let Some(e) = Slots::read(event, &["type", "timestamp", "data"]) else {
            bad += 1;
            return;
        };
        let kind = e.text(0).unwrap_or("EVENT".into());
        let t = clock.maybe(e.text(1).as_ref());
        let t = clock.in_order(t);
        initialized += u64::from(kind == "PIPELINE_INITIALIZED");
        let data = e.raw(2).map(json::members).unwrap_or_default();
        let of = |key: &str| data.iter().find(|(k, _)| k == key).and_then(|(_, v)| json::text_of(v));
        let mut task = None;
        let mut failure = None;
        if let Some((stage, mark)) = stage_of(&kind) {
            let who = ["expert", "expert_id", "name", "id"]
                .into_iter()
                .find_map(of)
                .unwrap_or_default()
                .into_owned();
            let key = (stage.clone(), who);
            let mut declare = |sink: &mut dyn EventSink| {
                let count = tasks.entry(stage.clone()).or_default();
                *count += 1;
                let id = format!("{stage}#{count}");
                let shown = if key.1.is_empty() { stage.clone() } else { format!("{stage} {}", key.1) };
                sink.event(Event::Task(Task {
                    id: id.as_str().into(),
                    name: Some(shown.into()),
                    step: Some(stage.as_str().into()),
                    ..Task::default()
                }));
                id
            };
            let number = 1;
            match mark {
                Mark::Start => {
                    let id = declare(sink);
                    let status = Some(Status::Running);
                    let attempt = Attempt {
                        task: id.as_str().into(),
                        number,
                        started: t,
                        status,
                        ..Attempt::default()
                    };
                    sink.event(Event::Attempt(attempt));
                    open.entry(key).or_default().push(id.clone());
                    task = Some(id);
                }
                Mark::End(status) => {
                    let id = open.get_mut(&key).and_then(Vec::pop).unwrap_or_else(|| {
                        unstarted += 1;
                        declare(sink)
                    });
                    let said = of("error").or_else(|| of("message"));
                    let failed = status == Status::Failed;
                    let message = said.as_deref().unwrap_or(&kind);
                    let error: Option<ErrorInfo<'_>> = failed.then(|| error_info(message));
                    failure = failed.then(|| message.to_owned());
                    let status = Some(status);
                    let attempt = Attempt {
                        task: id.as_str().into(),
                        number,
                        ended: t,
                        status,
                        error,
                        ..Attempt::default()
                    };
                    sink.event(Event::Attempt(attempt));
                    task = Some(id);
                }
            }
        }
        let task = task.as_deref().map(Cow::Borrowed);
        if let Some(message) = failure {
            let (severity, text) = (Some("error".into()), message.into());
            sink.event(Event::Alert(Alert { task: task.clone(), t, severity, text, resolved: None }));
        }
        let mut text = kind.into_owned();
        for value in e.raw(2).into_iter().filter(|d| d.get() != "{}") {
            text.push(' ');
            text.push_str(&compact(value));
        }
        for (key, value) in &e.rest {
            text.push_str(&format!(" {key}={}", compact(value)));
        }
        let level = Some(if task.is_some() { "stage" } else { "event" }.into());
        sink.event(Event::Log(Log { task, t, level, text: text.into(), ..Log::default() }));
    });
    let mut say = |count: u64, severity, code, what: &str| {
        if count > 0 {
            sink.diagnostic(Diagnostic::new(severity, code, format!("{file}: {what}")).times(count));
        }
    };
    let mixed = "the list mixes the events of all runs and names none of them; it is shown as one run, its stages as tasks (the count is that of initialised pipelines)";
    say(initialized.max(1), Severity::Info, "mixed-runs", mixed);
    say(unstarted, Severity::Info, "no-start", "stages have an end and no start");
    let unended: usize = open.values().map(Vec::len).sum();
    say(unended as u64, Severity::Info, "no-end", "stages have a start and no end");
    say(bad, Severity::Warning, "bad-record", "elements that are not events are ignored");
    clock.report(file, sink);
}
