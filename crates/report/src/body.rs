//! The part that needs no script.

use std::borrow::Cow;
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_model::Run;
use makespan_scene::{counted, glyph_char, visible};
use makespan_views::overview::{Rows, overview_sections};
use makespan_views::{Block, Look, Section, sections, status_role};

use crate::html::Html;
use crate::pictures::WIDTH;
use crate::sections::{self as paint, Runs};
use crate::{Redacted, charts, comparison, pictures};

/// How many runs are written out in full; a report of more names the rest in its data.
const RUNS_WRITTEN: usize = 20;

/// How many runs are listed.
const RUNS_LISTED: usize = 200;

/// How many tasks the table of all tasks holds, and that of the tasks that failed.
const TASKS_WRITTEN: usize = 1_000;
const FAILED_WRITTEN: usize = 200;

/// What fits a page that is read from top to bottom and cannot be asked for more.
const ROWS: Rows = Rows { tasks: 20, findings: 12, errors: 50, steps: 50, recorded: 200, diagnostics: 200 };

const LOOK: Look = Look::PLAIN;

/// The title of a report that was given none.
pub(crate) fn title(runs: &[Arc<Run>]) -> String {
    match runs {
        [] => "No runs".to_owned(),
        [run] => format!("{} · Makespan", clip(run.title())),
        [run, rest @ ..] => {
            format!("{} and {} · Makespan", clip(run.title()), counted(rest.len(), "more run"))
        }
    }
}

fn clip(text: &str) -> String {
    crate::html::clipped(&visible(text), 100)
}

/// Writes everything that can be read without a script.
pub(crate) fn write(page: &mut Html, title: &str, runs: &[Arc<Run>], has_app: bool, redacted: &Redacted) {
    page.open("h1", &[]).name(title).close("h1");
    if has_app {
        page.open("noscript", &[]).open("p", &[("class", "m")]);
        page.text("Scripts are switched off here. What follows is complete without them.");
        page.close("p").close("noscript");
    }
    if redacted.total() > 0 {
        page.open("p", &[]).text(&redacted.sentence()).text(".").close("p");
    }
    let all: Vec<Facts> = runs.iter().map(|run| Facts::new(run.clone())).collect();
    let every: Vec<&Facts> = all.iter().collect();
    if runs.len() > 1 {
        contents(page, &every);
        comparison::write(page, runs);
    }
    charts::of_runs(page, &every);
    for (i, facts) in all.iter().take(RUNS_WRITTEN).enumerate() {
        one_run(page, i + 1, facts, all.len());
    }
    if runs.len() > RUNS_WRITTEN {
        let more = counted(runs.len() - RUNS_WRITTEN, "more run");
        page.element("p", &format!("{more} in the data of this file."));
    }
}

/// All runs in one table, each leading to its part of the page.
fn contents(page: &mut Html, all: &[&Facts]) {
    let Some(section) = sections::runs(all, RUNS_LISTED) else { return };
    for block in &section.blocks {
        if let Block::Table(table) = block {
            paint::table(page, table, Runs(RUNS_WRITTEN));
        }
    }
}

fn one_run(page: &mut Html, number: usize, facts: &Facts, runs: usize) {
    let run = facts.run();
    page.open("article", &[("id", &format!("run-{number}"))]);
    if runs > 1 {
        page.open("h2", &[]).name(run.title()).close("h2");
    }
    let status = run.status().map_or_else(
        || Cow::Borrowed("status unknown"),
        |s| Cow::Owned(format!("{} {}", glyph_char(status_role(s)), s.name())),
    );
    page.open("p", &[]).open("strong", &[]).text(&status).close("strong");
    page.text(" ").name(&run.id).text(" ").open("bdi", &[]);
    page.text(&clip(&sections::subtitle(run, &LOOK))).close("bdi").close("p");
    let all = overview_sections(facts, &LOOK, Some(WIDTH), ROWS);
    // What happened comes first, then the pictures, then where the time went.
    let first = |s: &Section| matches!(&*s.id, "figures" | "statuses" | "failures" | "findings");
    let (what, where_) = all.iter().partition::<Vec<&Section>, _>(|s| first(s));
    let prefix = |s: &Section| format!("{}{number}-", s.id);
    for section in what {
        paint::section(page, section, &prefix(section));
        if section.id == "failures" {
            sections::failed_tasks(facts, FAILED_WRITTEN).iter().for_each(|s| paint::section(page, s, ""));
        }
    }
    pictures::write(page, number, facts);
    for section in where_ {
        paint::section(page, section, &prefix(section));
    }
    charts::of_run(page, number, facts, runs.min(RUNS_WRITTEN));
    tasks(page, facts);
    page.close("article");
}

/// All tasks in the order of their starts.
fn tasks(page: &mut Html, facts: &Facts) {
    let (run, wait) = (facts.run(), &facts.waiting().wait);
    let order = makespan_views::tasks::order(run, wait, None, makespan_views::tasks::Sort::default());
    let table = makespan_views::tasks::table(run, wait, &order, 0..TASKS_WRITTEN, &LOOK);
    if !table.is_empty() {
        page.element("h3", "All tasks");
        paint::table(page, &table, Runs::default());
    }
}
