//! Two or more runs of one workflow held against each other: what a reader of several runs asks first.

use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_analysis::compare::{explain, matching, trends, verdicts};
use makespan_model::Run;
use makespan_scene::count;
use makespan_views::compare::{
    Pair, figures_table, headline, parameters, statistics, tasks, trend, waterfall,
};
use makespan_views::details::Block;
use makespan_views::{Align, Look, Table};

use crate::html::Html;
use crate::pictures::picture;

/// Width of the pictures, px.
const WIDTH: f32 = 1160.0;
/// How many workflows are compared, and how many runs of each: the newest.
const WORKFLOWS: usize = 5;
const RUNS: usize = 100;
/// How many rows a table holds, and how many parts a picture.
const ROWS: usize = 50;
const PARTS: usize = 10;
const LINES: u32 = 12;
/// So many runs on each side say something of a change.
const SIDE: usize = 3;

/// The comparisons that the runs of a report allow: for each workflow of which there are several runs the oldest beside
/// the newest, and of many the earlier half against the later.
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

/// The runs by workflow, those of which there are at least two, each in order of time. Where each run is of a workflow
/// of its own, as where a source has no better name for it than that of the run, all are held against each other: that
/// they have little in common is then said.
fn groups(runs: &[Arc<Run>]) -> Vec<Vec<Arc<Run>>> {
    let mut groups: Vec<Vec<Arc<Run>>> = Vec::new();
    for run in runs {
        let alike = |group: &&mut Vec<Arc<Run>>| {
            group.first().is_some_and(|other| other.text(other.workflow) == run.text(run.workflow))
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(Arc::clone(run)),
            None => groups.push(vec![Arc::clone(run)]),
        }
    }
    if groups.len() == runs.len() {
        groups = vec![runs.to_vec()];
    }
    groups.retain(|group| group.len() > 1);
    for group in &mut groups {
        // Runs without times keep their place at the end.
        group.sort_by_key(|run| run.span().map_or(i64::MAX, |s| s.0));
    }
    groups
}

/// One run beside one other.
fn two(page: &mut Html, number: usize, a: &Facts, b: &Facts) {
    let matching = matching(a, b);
    let pair = Pair::new(a, b, &matching);
    let answer = headline(&pair);
    page.open("p", &[]).open("strong", &[]).text(&answer.title).close("strong").close("p");
    page.open("p", &[]).text("A is ").name(a.run().title()).text(", B is ").name(b.run().title());
    page.text(".").close("p");
    for note in &answer.notes {
        page.element("p", note);
    }
    rows(page, &figures_table(&answer.figures));
    let explanation = explain(a, b, &matching).filter(|e| !e.parts.is_empty());
    let mut contributions = Vec::new();
    if let Some(explanation) = &explanation {
        contributions = waterfall::contributions(&pair, explanation);
        page.element("h3", "What the difference is made of");
        let bars = waterfall::bars(&pair, explanation, PARTS);
        picture(page, waterfall::scene(&pair, &bars, WIDTH), &format!("w{number}-"));
        for note in waterfall::notes(&pair, explanation) {
            page.element("p", &note);
        }
        rows(page, &waterfall::table(&pair, explanation, 0..ROWS));
    }
    page.element("h3", "Tasks of both runs");
    let order = tasks::order(&pair, &contributions, None, tasks::Sort::default());
    rows(page, &tasks::table(&pair, &contributions, &order, 0..ROWS));
    let told = parameters(&pair);
    page.element("h3", &told.title);
    for block in &told.blocks {
        match block {
            Block::Table(table) => rows(page, table),
            Block::Note(note) => {
                page.element("p", note);
            }
            _ => {}
        }
    }
}

/// Several against several, and all in a row.
fn several(page: &mut Html, number: usize, facts: &[Facts]) {
    let all: Vec<&Facts> = facts.iter().collect();
    if all.len() >= 2 * SIDE {
        let (before, after) = all.split_at(all.len() / 2);
        if let Some(found) = verdicts(before, after, "duration") {
            page.element("h3", "The earlier half of the runs against the later");
            page.open("p", &[])
                .open("strong", &[])
                .text(&statistics::title(&found))
                .close("strong")
                .close("p");
            for note in statistics::notes(&found) {
                page.element("p", &note);
            }
            let frame = statistics::frame(&found, WIDTH, LINES);
            picture(page, statistics::scene(&found, &Look::default(), &frame), &format!("s{number}-"));
            rows(page, &statistics::table(&found, 0..ROWS));
        }
    }
    if all.len() > 2
        && let Some(found) = trends(&all, "duration")
    {
        page.element("h3", "All runs in a row");
        let order = trend::order(&found, None);
        let frame = trend::frame(&found, &order, WIDTH, LINES);
        picture(page, trend::scene(&found, &order, &Look::default(), None, &frame), &format!("r{number}-"));
        rows(page, &trend::table(&found, &order, 0..ROWS));
    }
}

/// A table of the views. All that it says is taken for foreign, though most of it is ours.
fn rows(page: &mut Html, table: &Table) {
    if table.rows.is_empty() {
        return;
    }
    let heads: Vec<String> = table
        .columns
        .iter()
        .map(|c| if c.align == Align::Right { format!("#{}", c.title) } else { c.title.to_string() })
        .collect();
    page.table(&table.title, &heads.iter().map(String::as_str).collect::<Vec<_>>());
    for row in table.rows.iter().take(ROWS) {
        page.row();
        for (cell, column) in row.iter().zip(&table.columns) {
            match column.align {
                Align::Right => page.number_cell(&cell.text),
                Align::Left => page.name_cell(&cell.text),
            };
        }
    }
    page.end_table();
    let more = table.left_out + table.rows.len().saturating_sub(ROWS);
    if more > 0 {
        page.open("p", &[]).text(&format!("{} more rows.", count(more as u64))).close("p");
    }
}
