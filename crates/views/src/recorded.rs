//! Records of a run besides its tasks: alerts and log lines, sorted by time.

use makespan_model::{NONE, Order as _, Run, Severity, UNKNOWN};
use makespan_scene::Role;

use crate::roles::severity_role;

/// The column and row of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row {
    Alert(u32),
    Log(u32),
}

/// An alert, or a line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Time, ns since the epoch; [`UNKNOWN`] if the source does not record it.
    pub t: i64,
    /// Severity.
    pub severity: Severity,
    row: Row,
}

impl Recorded {
    /// Returns all alerts and log lines of the run as a whole, and all alerts and warnings of its tasks, sorted by
    /// time. O(n log n).
    pub fn of(run: &Run) -> Vec<Recorded> {
        let (alerts, logs) = (&run.alerts, &run.logs);
        let mut all: Vec<Recorded> = (0..alerts.task.len())
            .map(|i| Recorded {
                t: alerts.t[i],
                severity: severity_of(run.text(alerts.severity[i]), Severity::Warning),
                row: Row::Alert(i as u32),
            })
            .collect();
        all.extend((0..logs.task.len()).filter_map(|i| {
            let severity = severity_of(run.text(logs.level[i]), Severity::Info);
            let matters = logs.task[i] == NONE || severity != Severity::Info;
            matters.then_some(Recorded { t: logs.t[i], severity, row: Row::Log(i as u32) })
        }));
        all.order_by_key(|e| if e.t == UNKNOWN { i64::MAX } else { e.t });
        all
    }

    /// Returns those with a time, sorted by time.
    pub(crate) fn timed(run: &Run) -> Vec<Recorded> {
        let mut all = Recorded::of(run);
        all.retain(|e| e.t != UNKNOWN);
        all
    }

    /// Returns its task; `None` for the run as a whole.
    pub fn task(&self, run: &Run) -> Option<u32> {
        let task = match self.row {
            Row::Alert(i) => run.alerts.task[i as usize],
            Row::Log(i) => run.logs.task[i as usize],
        };
        (task != NONE).then_some(task)
    }

    /// Returns its text.
    pub fn text<'r>(&self, run: &'r Run) -> &'r str {
        match self.row {
            Row::Alert(i) => run.text(run.alerts.text[i as usize]),
            Row::Log(i) => run.text(run.logs.text[i as usize]),
        }
    }

    /// Returns its severity or level in the words of the source, and whether an alert is resolved.
    pub fn level(&self, run: &Run) -> String {
        match self.row {
            Row::Alert(i) => {
                let word = run.text(run.alerts.severity[i as usize]);
                let word = if word.is_empty() { "alert" } else { word };
                let over = if self.is_over(run) { ", resolved" } else { "" };
                format!("{word}{over}")
            }
            Row::Log(i) => run.text(run.logs.level[i as usize]).to_owned(),
        }
    }

    /// Returns whether it is an alert that the source calls resolved.
    pub fn is_over(&self, run: &Run) -> bool {
        matches!(self.row, Row::Alert(i) if run.alerts.resolved[i as usize] == Some(true))
    }

    /// Returns its colour.
    pub fn role(&self, run: &Run) -> Role {
        if self.is_over(run) { Role::Succeeded } else { severity_role(self.severity) }
    }
}

/// Returns the severity of a source's word: the levels of syslog (RFC 5424) and of the usual logging libraries. An
/// unknown word counts as `other`.
fn severity_of(word: &str, other: Severity) -> Severity {
    let is = |words: &[&str]| words.iter().any(|w| word.eq_ignore_ascii_case(w));
    match () {
        () if is(&["error", "err", "critical", "crit", "fatal", "severe", "panic", "emergency", "emerg"]) => {
            Severity::Error
        }
        () if is(&["warning", "warn"]) => Severity::Warning,
        () if is(&["info", "information", "notice", "debug", "trace", "verbose"]) => Severity::Info,
        () => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_in_the_words_of_logging_libraries() {
        for (word, severity) in [
            ("CRITICAL", Severity::Error),
            ("Warn", Severity::Warning),
            ("debug", Severity::Info),
            ("", Severity::Info),
            ("odd", Severity::Info),
        ] {
            assert_eq!(severity_of(word, Severity::Info), severity, "{word}");
        }
        assert_eq!(severity_of("odd", Severity::Warning), Severity::Warning);
    }
}
