//! The kinds of files, by their titles.

use makespan_format::{Diagnostic, EventSink, Severity};

pub(super) const EXPORT: &str = "export";
pub(super) const RUN_FILE: &str = "run file";
pub(super) const TASK_FILE: &str = "task file";
pub(super) const TASK_METRICS: &str = "task metrics";
pub(super) const INDEX: &str = "index";
pub(super) const DEFINITION: &str = "workflow definition";
pub(super) const REPORT: &str = "report";
pub(super) const LIVE: &str = "live metrics";
pub(super) const RUN_LIST: &str = "run list";
pub(super) const TASK_LIST: &str = "task list";
pub(super) const MONITOR: &str = "monitor status";
pub(super) const NO_RUN: &str = "no run inside";
pub(super) const DATABASE: &str = "database";
pub(super) const DUMP: &str = "database dump";

/// Reports records of a file that were left out.
pub(super) fn bad_record(file: &str, count: u64, what: &str, sink: &mut dyn EventSink) {
    if count > 0 {
        let message = format!("{file}: invalid records were ignored, expected {what}");
        sink.diagnostic(Diagnostic::new(Severity::Warning, "bad-record", message).times(count));
    }
}
