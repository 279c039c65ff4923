//! The comparison for people: the sections of the views, as a page of a terminal.

use makespan_analysis::Facts;
use makespan_analysis::compare::{Trends, Verdicts, explain, matching};
use makespan_views::compare::{
    Pair, figures_section, headline, measured, parameters, statistics, tasks, trend, waterfall,
};
use makespan_views::{Block, Section, sections};

use super::compared::Layout;
use crate::output::clean;
use crate::page::line;

/// Parts of a difference that have a bar of their own.
const PARTS: usize = 12;
/// How many runs are listed: the last ones.
const RUNS: usize = 20;

/// Two runs.
pub(super) fn pair(a: &Facts, b: &Facts, layout: &Layout<'_>) -> String {
    let (terminal, rows) = (layout.terminal, layout.rows());
    let matching = matching(a, b);
    let pair = Pair::new(a, b, &matching);
    let answer = headline(&pair);
    let explanation = explain(a, b, &matching);
    let mut all = vec![figures_section(&pair)];
    let mut contributions = Vec::new();
    if let Some(explanation) = explanation.as_ref().filter(|e| !e.parts.is_empty()) {
        contributions = waterfall::contributions(&pair, explanation);
        let table = waterfall::table(&pair, explanation, 0..PARTS.max(layout.top).min(rows.max(PARTS)));
        let mut blocks = vec![Block::Table(table)];
        blocks.extend(waterfall::notes(&pair, explanation).into_iter().map(Block::Note));
        all.push(Section::new("difference", "Parts of the difference", blocks));
    }
    if layout.metric == "duration" {
        let is_shown: Vec<bool> = pair.rows().iter().map(|t| layout.all || tasks::differs(t)).collect();
        let order = tasks::order(&pair, &contributions, Some(&is_shown), tasks::Sort::default());
        let table = tasks::with_distinct_names(tasks::table(&pair, &contributions, &order, 0..rows));
        all.extend(Section::of_table("tasks", table));
    } else {
        all.extend(measured(&pair, layout.metric, layout.all, rows));
    }
    all.push(parameters(&pair));
    let head = line(&clean(&answer.subtitle), terminal);
    format!("{head}\n\n{}{}", terminal.blocks(&answer.section().blocks), terminal.sections(&all))
}

/// A set of runs against another.
pub(super) fn sets(found: &Verdicts, layout: &Layout<'_>) -> String {
    let answer = statistics::answer(found);
    let title = format!("Tasks by {}", clean(&found.measure));
    let table = statistics::table(found, 0..layout.rows().saturating_add(1));
    let tasks = Section::new("tasks", title, vec![Block::Table(table)]);
    layout.terminal.blocks(&answer.blocks) + &layout.terminal.section(&tasks)
}

/// Many runs in order of time.
pub(super) fn series(runs: &[&Facts], found: &Trends, layout: &Layout<'_>) -> String {
    let answer = trend::answer(found);
    let mut all: Vec<Section> =
        sections::runs(runs, if layout.all { usize::MAX } else { RUNS.max(layout.top) })
            .into_iter()
            .collect();
    let order = trend::order(found, None);
    let table = trend::table(found, &order, 0..layout.rows().saturating_add(1));
    let title = format!("Tasks by {}", clean(&found.measure));
    all.push(Section::new("tasks", title, vec![Block::Table(table)]));
    layout.terminal.blocks(&answer.blocks) + &layout.terminal.sections(&all)
}
