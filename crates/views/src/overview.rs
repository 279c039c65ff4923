//! The overview of a run on one page: figures, the critical path as a strip, failures, and where the time went.

use makespan_analysis::Facts;
use makespan_model::Status;
use makespan_scene::visible;

use crate::chart::concurrency_plot;
use crate::look::Look;
use crate::section::{Block, Section};
use crate::sections;

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// Title of the run.
    pub title: String,
    /// Workflow, source and times in a line.
    pub subtitle: String,
    /// Status, in the words of the vocabulary.
    pub status: Option<Status>,
    /// Everything else, figures first.
    pub sections: Vec<Section>,
}

/// Maximum numbers of rows on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// Tasks of the critical path, slowest tasks, longest waits.
    pub tasks: usize,
    /// Findings.
    pub findings: usize,
    /// Groups of errors.
    pub errors: usize,
    /// Steps and workers.
    pub steps: usize,
    /// Alerts and log lines.
    pub recorded: usize,
    /// Diagnostics.
    pub diagnostics: usize,
}

impl Rows {
    /// For a page on a screen.
    pub const PAGE: Rows =
        Rows { tasks: 5, findings: 8, errors: 10, steps: 12, recorded: 20, diagnostics: usize::MAX };
}

/// Builds the page of a run, with pictures `wide` px wide.
pub fn overview(facts: &Facts, look: &Look, wide: f32) -> Overview {
    let run = facts.run();
    Overview {
        title: visible(run.title()).into_owned(),
        subtitle: sections::subtitle(run, look),
        status: run.status(),
        sections: overview_sections(facts, look, Some(wide), Rows::PAGE),
    }
}

/// Builds the sections of the page of a run, with pictures if a width in px is given.
pub fn overview_sections(facts: &Facts, look: &Look, wide: Option<f32>, rows: Rows) -> Vec<Section> {
    let run = facts.run();
    let mut all = vec![sections::figures(facts), sections::statuses(facts, wide)];
    all.extend(sections::failures(facts, look, rows.errors));
    all.extend(sections::found(facts, rows.findings));
    all.extend(sections::recorded(run, look, rows.recorded));
    all.extend(sections::critical_path(facts, look, wide, rows.tasks));
    if !facts.concurrency().t.is_empty() {
        let plot = concurrency_plot(facts.concurrency(), run.span().unwrap_or((0, 1)), look);
        all.push(Section::new("concurrency", "Concurrency", vec![Block::Chart(Box::new(plot.unheaded()))]));
    }
    all.extend(sections::waiting(facts, rows.tasks));
    all.extend(sections::bounds(facts));
    all.extend(sections::slowest(facts, look, rows.tasks));
    // If every task is a step of its own, the steps would repeat the tasks.
    let steps = facts.steps();
    if steps.len() > 1 && steps.len() < run.task_count() {
        all.extend(sections::steps(steps, facts.totals().work, rows.steps));
    }
    all.extend(sections::workers(facts, rows.steps));
    all.extend(sections::differences(facts));
    all.extend(sections::given(run));
    all.push(sections::diagnostics(run, rows.diagnostics).unwrap_or_else(|| {
        let text = "No problems were found in this file, and nothing had to be inferred.";
        Section::new("diagnostics", "Data quality", vec![Block::Note(text.to_owned())])
    }));
    all
}
