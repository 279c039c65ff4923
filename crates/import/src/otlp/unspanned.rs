//! Log records of traces whose spans are not in the files.

use std::borrow::Cow;

use makespan_format::{Diagnostic, Event, EventSink, RunInfo, Severity, Status, Task};
use makespan_model::HashSet;

use super::attributes::Attributes;
use super::span::{Book, log, service};
use crate::gather::{Named, lacks};
use crate::importer::Importer;

/// Emits a run for each trace of these records and a task for each of its spans, of which only the log is known. Returns
/// the records of no trace.
pub(super) fn emit(
    book: &Book<'_, '_>,
    records: Vec<usize>,
    importer: &Importer,
    source: &'static str,
    sink: &mut dyn EventSink,
) -> Vec<usize> {
    let is_id = |id: &str| id.bytes().any(|byte| byte != b'0');
    let mut traces: Named<Vec<usize>> = Named::default();
    let mut others = Vec::new();
    for at in records {
        match book.logs[at].trace.as_str() {
            trace if is_id(trace) => traces.entry(trace, Vec::new).push(at),
            _ => others.push(at),
        }
    }
    for records in &traces.list {
        let Some(first) = records.first().map(|at| &book.logs[*at]) else { continue };
        let resource = book.resources.get(first.resource);
        sink.event(Event::Run(RunInfo {
            id: Cow::Borrowed(&first.trace),
            workflow: resource.and_then(service),
            source: Some(source.into()),
            labels: resource.and_then(Attributes::object),
            infer_edges: Some(false),
            ..RunInfo::default()
        }));
        lacks(importer, sink);
        let message = "the files contain log records of this trace and none of its spans: names, times and outcomes of \
                       its tasks are not known";
        sink.diagnostic(Diagnostic::new(Severity::Warning, "no-spans", message.to_owned()));
        let mut seen: HashSet<&str> = HashSet::default();
        for record in records.iter().map(|at| &book.logs[*at]) {
            let span = Some(record.span.as_str()).filter(|span| is_id(span));
            if let Some(id) = span.filter(|span| seen.insert(span)) {
                sink.event(Event::Task(Task {
                    id: id.into(),
                    name: Some(format!("span {id}").into()),
                    kind: Some("span".into()),
                    status: Some(Status::Unknown),
                    ..Task::default()
                }));
            }
            sink.event(log(record, span));
        }
    }
    others
}
