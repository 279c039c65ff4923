//! Executions: `<workflow id>.json`.

use std::rc::Rc;

use std::borrow::Cow;

use makespan_format::{
    Alert, Artifact, Attempt, Diagnostic, Event, EventSink, Fields, Json, Log, RunInfo, Severity, Status,
    Task,
};
use makespan_model::{HashMap, HashSet};
use serde_json::value::RawValue;

use super::runs::{Runs, compact, recorded_twice};
use super::series::{Series, id_of};
use crate::json;
use crate::kailash::{Slots, error_info};
use crate::times::Clock;

const EXECUTION: [&str; 10] = [
    "workflow_id",
    "start_time",
    "end_time",
    "success",
    "events",
    "components",
    "results",
    "expert_contributions",
    "optimizer_performances",
    "meta_learner_decisions",
];

/// A component of an execution.
struct Component<'a> {
    name: Cow<'a, str>,
    slots: Slots<'a, 5>,
}

/// What was met more than once and is said once.
#[derive(Default)]
struct Counts {
    repeated: u64,
    bad_records: u64,
    no_exit: u64,
}

/// Emits an execution.
pub(super) fn emit(root: &RawValue, file: &str, runs: &mut Runs<'_>, sink: &mut dyn EventSink) {
    let Some(s) = Slots::read(root, &EXECUTION) else { return };
    let text = |i: usize| s.text(i).map(Cow::into_owned).unwrap_or_default();
    let id = match runs.id(&text(0), file, format!("{} {}", text(1), text(2)), sink) {
        Ok(id) => id,
        Err(known) => return recorded_twice(file, &known, sink),
    };
    let mut clock = Clock::new(Rc::new(runs.zone));
    let success = s.raw(3).and_then(json::flag_of);
    let (started, ended) = (clock.maybe(s.text(1).as_ref()), clock.maybe(s.text(2).as_ref()));
    // `success` is true from the beginning on, so it says something of an execution that has ended only.
    let status = match (s.raw(2).is_some(), success) {
        (false, _) => Some(Status::Running),
        (true, Some(true)) => Some(Status::Succeeded),
        (true, Some(false)) => Some(Status::Failed),
        (true, None) => Some(Status::Unknown),
    };
    let error = s.raw(6).and_then(error_of);
    let mut stored = Fields::new();
    if let Some(success) = s.raw(3) {
        stored.raw("success", success.get());
    }
    sink.event(Event::Run(RunInfo {
        id: id.as_str().into(),
        workflow: runs.workflow(&text(0)),
        status,
        started,
        ended,
        source: Some("MoE event tracking".into()),
        error: error.as_deref().filter(|_| success == Some(false)).map(error_info),
        stored: stored.finish(),
        ..RunInfo::default()
    }));
    let mut counts = Counts::default();
    let mut of_kind = components(s.raw(5), &mut clock, &mut counts, sink);
    of_kind.retain(|_, tasks| tasks.len() == 1);
    if let Some(events) = s.raw(4) {
        json::each_element(events, |event| {
            if !emit_event(event, &of_kind, &mut clock, sink) {
                counts.bad_records += 1;
            }
        });
    }
    if let Some(results) = s.raw(6).filter(|r| r.get() != "{}") {
        let value = Some(Json::from_raw(results.get()));
        sink.event(Event::Artifact(Artifact { name: "results".into(), value, ..Artifact::default() }));
    }
    let mut labels = numbers(&s, file, &mut counts, sink);
    for (key, value) in &s.rest {
        labels.raw(key, value.get());
    }
    if let Some(labels) = labels.finish() {
        let id = id.as_str().into();
        sink.event(Event::Run(RunInfo { id, labels: Some(labels), ..RunInfo::default() }));
    }
    let mut say = |count: u64, severity, code, what: &str| {
        if count > 0 {
            sink.diagnostic(Diagnostic::new(severity, code, format!("{file}: {what}")).times(count));
        }
    };
    say(
        counts.bad_records,
        Severity::Warning,
        "bad-record",
        "records that are not of the expected form are left out",
    );
    say(
        counts.repeated,
        Severity::Info,
        "duplicate-record",
        "records that repeat another record are ignored",
    );
    let no_end = "the execution has no end: it still ran when this was written, or its writer stopped";
    say(u64::from(s.raw(2).is_none()), Severity::Warning, "no-end", no_end);
    if s.raw(2).is_some() {
        say(
            counts.no_exit,
            Severity::Warning,
            "no-exit",
            "components of an execution that has ended have no end",
        );
    }
    clock.report(file, sink);
}

/// Emits the components; ids of their tasks by the name of the component.
fn components<'a>(
    list: Option<&'a RawValue>,
    clock: &mut Clock<'_>,
    counts: &mut Counts,
    sink: &mut dyn EventSink,
) -> HashMap<Cow<'a, str>, Vec<String>> {
    let mut of_kind: HashMap<Cow<'a, str>, Vec<String>> = HashMap::default();
    let mut all: Vec<Component<'a>> = Vec::new();
    let mut seen: HashSet<&str> = HashSet::default();
    for record in list.map(json::elements).unwrap_or_default() {
        // A component has no id: a record that says the same to the microsecond is the same.
        if record.get().contains("_time") && !seen.insert(record.get()) {
            counts.repeated += 1;
            continue;
        }
        match Slots::read(record, &["component", "entry_time", "exit_time", "success", "result"]) {
            Some(slots) => all.push(Component { name: slots.text(0).unwrap_or("other".into()), slots }),
            None => counts.bad_records += 1,
        }
    }
    let mut several: HashMap<&str, u32> = HashMap::default();
    all.iter().for_each(|c| *several.entry(&c.name).or_default() += 1);
    for component in &all {
        let (name, s) = (&component.name, &component.slots);
        let tasks = of_kind.entry(name.clone()).or_default();
        let id = format!("{name}#{}", tasks.len() + 1);
        let shown = if several.get(&**name) == Some(&1) {
            Cow::Borrowed(&**name)
        } else {
            Cow::Owned(format!("{name} #{}", tasks.len() + 1))
        };
        let mut labels = Fields::new();
        s.rest.iter().for_each(|(key, value)| {
            labels.raw(key, value.get());
        });
        sink.event(Event::Task(Task {
            id: id.as_str().into(),
            name: Some(shown),
            step: Some(Cow::Borrowed(name)),
            labels: labels.finish(),
            ..Task::default()
        }));
        let success = s.raw(3).and_then(json::flag_of);
        let (started, ended) = (clock.maybe(s.text(1).as_ref()), clock.maybe(s.text(2).as_ref()));
        counts.no_exit += u64::from(ended.is_none());
        let status = match success {
            Some(false) => Some(Status::Failed),
            _ if s.raw(2).is_none() => Some(Status::Running),
            Some(true) => Some(Status::Succeeded),
            None => Some(Status::Unknown),
        };
        let error = s.raw(4).filter(|_| success == Some(false)).and_then(error_of);
        sink.event(Event::Attempt(Attempt {
            task: id.as_str().into(),
            number: 1,
            started,
            ended,
            status,
            error: error.as_deref().map(error_info),
            ..Attempt::default()
        }));
        if let Some(result) = s.raw(4) {
            sink.event(Event::Artifact(Artifact {
                task: Some(id.as_str().into()),
                name: "result".into(),
                value: Some(Json::from_raw(result.get())),
                ..Artifact::default()
            }));
        }
        tasks.push(id);
    }
    of_kind
}

/// The error that a result holds: there is no other place for it.
fn error_of(result: &RawValue) -> Option<Cow<'_, str>> {
    let mut members = json::members(result);
    id_of(&mut members, "error").filter(|e| !e.is_empty())
}

/// Emits an event as a line of the log, a failed one as an alert too. It belongs to a task only where it names a
/// component that ran once: there is no other link between events and components.
fn emit_event(
    event: &RawValue,
    only_of_kind: &HashMap<Cow<'_, str>, Vec<String>>,
    clock: &mut Clock<'_>,
    sink: &mut dyn EventSink,
) -> bool {
    let names = ["component", "event_type", "timestamp", "details", "success"];
    let Some(e) = Slots::read(event, &names) else { return false };
    let component = e.text(0).unwrap_or_default();
    let task = only_of_kind.get(&component).and_then(|t| t.first()).map(|id| Cow::Borrowed(id.as_str()));
    let what = e.text(1).unwrap_or("event".into());
    let mut text = String::new();
    if task.is_none() && !matches!(&*component, "" | "other") {
        text.push_str(&component);
        text.push_str(": ");
    }
    text.push_str(&what);
    if let Some(details) = e.raw(3).filter(|d| d.get() != "{}") {
        text.push(' ');
        text.push_str(&compact(details));
    }
    for (key, value) in &e.rest {
        text.push_str(&format!(" {key}={}", compact(value)));
    }
    let t = clock.maybe(e.text(2).as_ref());
    let failed = e.raw(4).and_then(json::flag_of) == Some(false);
    if failed {
        let error = e.raw(3).and_then(error_of);
        let said = error.map_or_else(|| what.to_string(), |error| format!("{what}: {error}"));
        sink.event(Event::Alert(Alert {
            task: task.clone(),
            t,
            severity: Some("error".into()),
            text: said.into(),
            resolved: None,
        }));
    }
    let level = Some(if failed { "error" } else { "info" }.into());
    sink.event(Event::Log(Log { task, t, level, text: text.into(), ..Log::default() }));
    true
}

/// Emits what experts, optimizers and the meta learner left; what of it is not a number comes back as labels.
fn numbers(s: &Slots<'_, 10>, file: &str, counts: &mut Counts, sink: &mut dyn EventSink) -> Fields {
    let decisions = s.raw(9).map(json::elements).unwrap_or_default();
    for decision in &decisions {
        let mut members = json::members(decision);
        let id = id_of(&mut members, "selection_id").unwrap_or("decision".into());
        let chosen = id_of(&mut members, "selected_algorithm").unwrap_or("nothing".into());
        let text = format!("meta learner {id} selected {chosen} {}", compact(decision));
        sink.event(Event::Log(Log { level: Some("decision".into()), text: text.into(), ..Log::default() }));
    }
    let mut series = Series::new(sink);
    if let Some(results) = s.raw(6) {
        json::each_member(results, |key, value| {
            series.numbers(&key, value);
        });
    }
    if let Some(experts) = s.raw(7) {
        counts.bad_records += series.experts(experts);
    }
    for record in s.raw(8).map(json::elements).unwrap_or_default() {
        let mut members = json::members(record);
        match id_of(&mut members, "optimizer_id") {
            Some(id) => series.record("optimizer", &id, members),
            None => counts.bad_records += 1,
        }
    }
    for decision in decisions {
        json::each_member(decision, |key, value| match &*key {
            "confidence" => {
                series.numbers("meta_learner.confidence", value);
            }
            "alternatives" => {
                json::each_member(value, |name, value| {
                    series.numbers(&format!("meta_learner.alternatives[{name}]"), value);
                });
            }
            _ => {}
        });
    }
    series.finish(file)
}
