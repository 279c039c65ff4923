//! The logs of task instances: their lines, and the exceptions in them, which are in no other response of the API.

use std::borrow::Cow;

use makespan_format::{ErrorInfo, Event, EventSink, Log};
use makespan_model::HashMap;

use super::gather::{Book, Run};
use crate::json::tape::Value;
use crate::times::Clock;

/// The exceptions in the logs of a run, by task instance and try.
pub(super) type Errors<'a> = HashMap<(String, u32), ErrorInfo<'a>>;

/// Finds the exceptions in the logs of a run: of a log the last line that has the details of one, and of its chain the
/// first, which ended the task; the others are its causes.
pub(super) fn errors<'a>(run: &Run<'_, '_>, book: &Book<'_, 'a>) -> Errors<'a> {
    let mut all = Errors::default();
    for lines in &book.logs {
        let Some((id, Some(number))) = owner(run, lines) else { continue };
        let detail = lines.iter().rev().find_map(|line| line.list("error_detail").next());
        let Some(detail) = detail else { continue };
        let trace: Vec<String> = detail
            .list("frames")
            .map(|frame| {
                let of = |key: &str| frame.text_at(key).unwrap_or_default();
                format!("  File \"{}\", line {}, in {}", of("filename"), of("lineno"), of("name"))
            })
            .collect();
        let error = ErrorInfo {
            message: detail.text_at("exc_value").unwrap_or_default(),
            kind: detail.text_at("exc_type"),
            trace: (!trace.is_empty()).then(|| trace.join("\n").into()),
        };
        all.insert((id, number), error);
    }
    all
}

/// The task instance and the try that a log of this run is of.
fn owner(run: &Run<'_, '_>, lines: &[Value<'_, '_>]) -> Option<(String, Option<u32>)> {
    let naming = lines.iter().find(|l| l.at("task_id").is_some() && l.at("run_id").is_some())?;
    let of_dag = naming.text_at("dag_id").is_none_or(|dag| dag == run.dag);
    if !of_dag || naming.text_at("run_id").is_none_or(|name| name != run.name) {
        return None;
    }
    let task = naming.text_at("task_id")?;
    let index = naming.at("map_index").and_then(|i| i.whole()).filter(|i| *i >= 0);
    let id = index.map_or_else(|| task.clone().into_owned(), |i| format!("{task}[{i}]"));
    Some((id, naming.at("try_number").and_then(|n| n.whole()).and_then(|n| u32::try_from(n).ok())))
}

/// Emits the logs that name this run; one line of a log names the task of all.
pub(super) fn emit_logs(
    run: &Run<'_, '_>,
    book: &Book<'_, '_>,
    clock: &mut Clock<'_>,
    sink: &mut dyn EventSink,
) {
    for lines in &book.logs {
        let Some((id, number)) = owner(run, lines) else { continue };
        for line in lines {
            let Some(text) = line.text_at("event") else { continue };
            sink.event(Event::Log(Log {
                task: Some(Cow::Borrowed(&id)),
                number,
                t: line.at("timestamp").and_then(|t| clock.value(t)),
                level: line.text_at("level"),
                text,
            }));
        }
    }
}
