//! What the pages of all verbs begin with.

use makespan_analysis::Facts;
use makespan_views::{Cell, Look, sections};

use crate::output::clean;
use crate::terminal::{Ink, Terminal};

/// The name of a run with its status, and below what it is of.
pub(crate) fn head(facts: &Facts, format: &str, terminal: Terminal) -> String {
    let run = facts.run();
    let status = facts.totals().status.map_or_else(|| Cell::new("? unknown"), Cell::of_status);
    let status = terminal.cell(&status);
    let room = terminal.width.saturating_sub(18).max(20);
    let title = terminal.ink(Ink::Strong, &terminal.clip(&clean(run.title()), room));
    let about = sections::subtitle(run, &Look::PLAIN);
    let about = if about.is_empty() { format!("{format} file") } else { format!("{format} file · {about}") };
    format!("{title}  {status}\n{}", terminal.paragraph(&clean(&about), 2))
}

/// The beginning of a line that does not fit.
pub(crate) fn line(text: &str, terminal: Terminal) -> String {
    terminal.clip(text, terminal.width)
}
