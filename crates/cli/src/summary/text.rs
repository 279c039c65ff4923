//! The summary for people: what happened, what failed, what took longest.

use makespan_analysis::Facts;
use makespan_views::overview::Rows;
use makespan_views::{Look, sections};

use crate::page::head;
use crate::terminal::Terminal;

/// What fits a screen or two.
const ROWS: Rows = Rows { tasks: 5, findings: 3, errors: 8, steps: 10, recorded: 6, diagnostics: 12 };
/// Tasks of the critical path.
const PATH: usize = 12;

/// The summary of one run.
pub(crate) fn page(facts: &Facts, format: &str, terminal: Terminal) -> String {
    let (run, look) = (facts.run(), &Look::PLAIN);
    let mut all = vec![sections::figures(facts), sections::statuses(facts, None)];
    all.extend(sections::failures(facts, look, ROWS.errors));
    all.extend(sections::found(facts, ROWS.findings));
    all.extend(sections::recorded(run, look, ROWS.recorded));
    all.extend(sections::critical_path(facts, look, None, PATH));
    all.extend(sections::slowest(facts, look, ROWS.tasks));
    all.extend(sections::differences(facts));
    all.extend(sections::diagnostics(run, ROWS.diagnostics));
    head(facts, format, terminal) + &terminal.sections(&all)
}
