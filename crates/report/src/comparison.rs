//! The comparison of two or more runs of one workflow.

use std::collections::BTreeMap;
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_analysis::compare::{explain, matching, trends, verdicts};
use makespan_model::{Order as _, Run};
use makespan_views::compare::{
    Pair, figures_section, headline, parameters, statistics, tasks, trend, waterfall,
};
use makespan_views::{Block, Look, Section};

use crate::html::Html;
use crate::pictures::WIDTH;
use crate::sections::{self as paint, Leads};

/// Maximum number of workflows compared, and of runs of each (the newest).
const WORKFLOWS: usize = 5;
const RUNS: usize = 100;
/// Maximum number of rows in a table, and of parts in a picture.
const ROWS: usize = 50;
const PARTS: usize = 10;
const LINES: u32 = 12;
/// Minimum number of runs on each side for a statistical comparison.
const SIDE: usize = 3;

/// Writes the comparisons that the runs of a report allow: for each workflow with several runs, the oldest with the newest,
/// and if there are many, the earlier half with the later half.
pub(crate) fn write(page: &mut Html, runs: &[Arc<Run>]) {
    let groups = groups(runs);
    let many = groups.len() > 1;
    for (i, group) in groups.iter().take(WORKFLOWS).enumerate() {
        let facts: Vec<Facts> =
            group[group.len().saturating_sub(RUNS)..].iter().map(|run| Facts::new(Arc::clone(run))).collect();
        let [first, .., last] = facts.as_slice() else { continue };
        page.open("article", &[("id", &format!("comparison-{}", i + 1))]);
        page.open("h2", &[]).text("Comparison");
        if many {
            page.text(" of ").name(first.run().text(first.run().workflow));
        }
        page.close("h2");
        two(page, i + 1, first, last);
        several(page, i + 1, &facts);
        page.close("article");
    }
}

/// Returns the runs by workflow, for workflows with at least two, each in order of time. If every run has a workflow of its
/// own, as when a source has no better name than that of the run, all are compared with each other; the page then states
/// that they have few tasks in common.
fn groups(runs: &[Arc<Run>]) -> Vec<Vec<Arc<Run>>> {
    let mut groups: Vec<Vec<Arc<Run>>> = Vec::new();
    // A file may hold a hundred thousand runs, each of a workflow of its own.
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for run in runs {
        let place = *places.entry(run.text(run.workflow)).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Vec::new());
        }
        groups[place].push(Arc::clone(run));
    }
    if groups.len() == runs.len() {
        groups = vec![runs.to_vec()];
    }
    groups.retain(|group| group.len() > 1);
    for group in &mut groups {
        // Runs without times keep their place at the end.
        group.order_by_numbers(|run| run.span().map_or(i64::MAX, |s| s.0));
    }
    groups
}

/// Writes the comparison of two runs.
fn two(page: &mut Html, number: usize, a: &Facts, b: &Facts) {
    let matching = matching(a, b);
    let pair = Pair::new(a, b, &matching);
    let answer = headline(&pair);
    page.open("p", &[]).open("bdi", &[]).text(&answer.subtitle).close("bdi").close("p");
    paint::blocks(page, &answer.section().blocks, "");
    paint::section(page, &figures_section(&pair), "");
    let explanation = explain(a, b, &matching).filter(|e| !e.parts.is_empty());
    let mut contributions = Vec::new();
    if let Some(explanation) = &explanation {
        contributions = waterfall::contributions(&pair, explanation);
        let bars = waterfall::bars(&pair, explanation, PARTS);
        let mut blocks = vec![Block::Picture(waterfall::scene(&pair, &bars, WIDTH))];
        blocks.extend(waterfall::notes(&pair, explanation).into_iter().map(Block::Note));
        blocks.push(Block::Table(waterfall::table(&pair, explanation, 0..ROWS)));
        let section = Section::new("difference", "Parts of the difference", blocks);
        paint::section(page, &section, &format!("w{number}-"));
    }
    page.element("h3", "Tasks of both runs");
    let order = tasks::order(&pair, &contributions, None, tasks::Sort::default());
    paint::table(page, &tasks::table(&pair, &contributions, &order, 0..ROWS), Leads::Nowhere);
    paint::section(page, &parameters(&pair), "");
}

/// Writes the comparison of two sets, and the series of all runs.
fn several(page: &mut Html, number: usize, facts: &[Facts]) {
    let all: Vec<&Facts> = facts.iter().collect();
    if all.len() >= 2 * SIDE {
        let (before, after) = all.split_at(all.len() / 2);
        if let Some(found) = verdicts(before, after, "duration") {
            let mut blocks = statistics::answer(&found).blocks;
            let frame = statistics::frame(&found, WIDTH, LINES);
            blocks.push(Block::Picture(statistics::scene(&found, &Look::default(), &frame)));
            blocks.push(Block::Table(statistics::table(&found, 0..ROWS)));
            let section = Section::new("halves", "Earlier and later half of the runs", blocks);
            paint::section(page, &section, &format!("s{number}-"));
        }
    }
    if all.len() > 2
        && let Some(found) = trends(&all, "duration")
    {
        let order = trend::order(&found, None);
        let frame = trend::frame(&found, &order, WIDTH, LINES);
        let scene = trend::scene(&found, &order, &Look::default(), None, &frame);
        let blocks = vec![Block::Picture(scene), Block::Table(trend::table(&found, &order, 0..ROWS))];
        paint::section(
            page,
            &Section::new("trend", "All runs in order of time", blocks),
            &format!("r{number}-"),
        );
    }
}
