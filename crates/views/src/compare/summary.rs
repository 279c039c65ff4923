//! The comparison of two runs on one page.

use makespan_analysis::compare::{Explanation, step_deltas};

use super::headline::{Headline, figures, headline};
use super::{Pair, parameters, steps, tasks, waterfall};
use crate::section::{Block, Section};

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The result.
    pub headline: Headline,
    /// The rest: figures, parts of the difference, tasks, steps, parameters.
    pub sections: Vec<Section>,
}

/// Maximum number of parts, tasks and steps on the page; the other views show all.
const PARTS: usize = 10;
const TASKS: usize = 10;
const STEPS: usize = 12;

/// Builds the page of two runs, with pictures `wide` px wide. Cells and shapes link to rows of the matching.
pub fn summary(pair: &Pair<'_>, explanation: Option<&Explanation>, wide: f32) -> Summary {
    let mut sections = vec![figures_section(pair)];
    let mut contributions = Vec::new();
    if let Some(explanation) = explanation {
        contributions = waterfall::contributions(pair, explanation);
        if !explanation.parts.is_empty() {
            let bars = waterfall::bars(pair, explanation, PARTS);
            let mut blocks = vec![Block::Picture(waterfall::scene(pair, &bars, wide))];
            blocks.extend(waterfall::notes(pair, explanation).into_iter().map(Block::Note));
            sections.push(Section::new("difference", "Parts of the difference", blocks));
        }
    }
    let order = tasks::order(pair, &contributions, None, tasks::Sort::default());
    if !order.is_empty() {
        let table = tasks::table(pair, &contributions, &order, 0..TASKS);
        sections.push(Section::new("tasks", "Tasks that explain most of it", vec![Block::Table(table)]));
    }
    let all = step_deltas(pair.a, pair.b);
    // If every task is a step of its own, the table of tasks already contains it.
    if all.len() > 1 && all.len() < pair.rows().len() {
        let picture = Block::Picture(steps::scene(pair, &all, STEPS, wide));
        sections.push(Section::new("steps", "Work by step", vec![picture]));
    }
    sections.push(parameters(pair));
    Summary { headline: headline(pair), sections }
}

/// Returns the figures of both runs as a section.
pub fn figures_section(pair: &Pair<'_>) -> Section {
    let table = figures(pair);
    Section::new("figures", table.title.clone(), vec![Block::Table(table)])
}
