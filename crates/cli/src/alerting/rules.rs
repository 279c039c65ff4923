//! Which rules apply, and what the verbs about them have in common.

use std::io::Write as _;

use makespan_alerts::AlertRule;

use crate::config::AlertSettings;
use crate::output::clean;

/// The rules that apply: those of the files, else that a run failed.
pub(super) fn rules(settings: &AlertSettings) -> Vec<AlertRule> {
    if settings.rules.is_empty() { vec![AlertRule::usual()] } else { settings.rules.clone() }
}

/// A warning on stderr.
pub(super) fn warn(text: &str) {
    let _ = writeln!(std::io::stderr(), "makespan: warning: {}", clean(text));
}
