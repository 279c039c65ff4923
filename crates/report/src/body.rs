//! The part of the page that needs no scripts.

use std::borrow::Cow;
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_model::Run;
use makespan_scene::{counted, glyph_char, visible};
use makespan_views::overview::{Rows, overview_sections};
use makespan_views::{Block, Look, Markers, Section, ViewState, sections, status_role};

use crate::html::Html;
use crate::pictures::WIDTH;
use crate::sections::{self as paint, Leads};
use crate::{Options, Part, Redacted, charts, comparison, notes, pictures, seen};

/// Maximum number of runs shown in full; a larger report shows the others only as data.
const RUNS_WRITTEN: usize = 20;

/// Maximum number of runs listed.
const RUNS_LISTED: usize = 200;

/// Maximum number of rows in the table of all tasks, and in that of failed tasks.
const TASKS_WRITTEN: usize = 1_000;
const FAILED_WRITTEN: usize = 200;

/// Limits for a page that is read from top to bottom and cannot load more.
const ROWS: Rows = Rows { tasks: 20, findings: 12, errors: 50, steps: 50, recorded: 200, diagnostics: 200 };

const LOOK: Look = Look::PLAIN;

/// Returns the title of a report if none was given.
pub(crate) fn title(runs: &[Arc<Run>]) -> String {
    match runs {
        [] => "No runs".to_owned(),
        [run] => format!("{} · Makespan", clip(run.title())),
        [run, rest @ ..] => {
            format!("{} and {} · Makespan", clip(run.title()), counted(rest.len(), "more run"))
        }
    }
}

/// Returns a name cut to a length that fits a title.
pub(crate) fn clip(text: &str) -> String {
    crate::html::clipped(&visible(text), 100)
}

/// Writes everything that can be read without scripts.
pub(crate) fn write(
    page: &mut Html,
    title: &str,
    runs: &[Arc<Run>],
    has_app: bool,
    options: &Options,
    view: Option<&ViewState>,
    redacted: &Redacted,
) {
    page.open("h1", &[]).name(title).close("h1");
    if has_app {
        page.open("noscript", &[]).open("p", &[("class", "m")]);
        page.text("Scripts are disabled. This page is complete without them.");
        page.close("p").close("noscript");
    }
    if redacted.total() > 0 {
        page.open("p", &[]).text(&redacted.sentence()).text(".").close("p");
    }
    let all: Vec<Facts> = runs.iter().map(|run| Facts::new(run.clone())).collect();
    let every: Vec<&Facts> = all.iter().collect();
    let notes = options.notes.as_deref().filter(|notes| !notes.trim().is_empty());
    contents(page, &options.parts, runs.len(), notes.is_some());
    if let Some(notes) = notes {
        notes::write(page, notes);
    }
    if runs.len() > 1 {
        page.open("div", &[("id", "runs")]);
        list(page, &every);
        page.close("div");
    }
    if runs.len() > 1 && options.parts.contains(&Part::Comparison) {
        page.open("div", &[("id", Part::Comparison.name())]);
        comparison::write(page, runs);
        charts::of_runs(page, &every);
        page.close("div");
    }
    let markers = view.map(|v| v.markers.clone()).unwrap_or_default();
    for (i, facts) in all.iter().take(RUNS_WRITTEN).enumerate() {
        one_run(page, i + 1, facts, all.len(), &options.parts, &markers);
    }
    if runs.len() > RUNS_WRITTEN {
        let more = counted(runs.len() - RUNS_WRITTEN, "more run");
        page.element("p", &format!("{more} in the data of this file."));
    }
}

/// Writes the contents of the page with links: the parts of one run, or the runs of several.
fn contents(page: &mut Html, parts: &[Part], runs: usize, has_notes: bool) {
    let mut places: Vec<(&str, String)> = Vec::new();
    places.extend(has_notes.then(|| ("Notes", "#notes".to_owned())));
    if runs > 1 {
        places.push(("Runs", "#runs".to_owned()));
        let compares = parts.contains(&Part::Comparison);
        places.extend(compares.then(|| (Part::Comparison.title(), format!("#{}", Part::Comparison.name()))));
        places.push(("First run", "#run-1".to_owned()));
    } else if runs == 1 {
        let shown = Part::ALL.into_iter().filter(|part| *part != Part::Comparison && parts.contains(part));
        places.extend(shown.map(|part| (part.title(), format!("#{}", place(1, part)))));
    }
    page.open("nav", &[("aria-label", "Contents")]);
    for (title, address) in &places {
        page.open("a", &[("href", address)]).text(title).vouched("</a> ");
    }
    page.close("nav");
}

/// The id of a part of a run.
fn place(number: usize, part: Part) -> String {
    format!("run-{number}-{}", part.name())
}

/// Writes all runs in one table, each linked to its part of the page.
fn list(page: &mut Html, all: &[&Facts]) {
    let Some(section) = sections::runs(all, RUNS_LISTED) else { return };
    for block in &section.blocks {
        if let Block::Table(table) = block {
            paint::table(page, table, Leads::Parts(RUNS_WRITTEN));
        }
    }
}

/// Writes one run, as a part of a page about `runs` runs.
pub(crate) fn one_run(
    page: &mut Html,
    number: usize,
    facts: &Facts,
    runs: usize,
    parts: &[Part],
    markers: &Markers,
) {
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
    seen::markers(page, number.saturating_sub(1), run, markers);
    let all = overview_sections(facts, &LOOK, Some(WIDTH), ROWS);
    let prefix = |s: &Section| format!("{}{number}-", s.id);
    // What happened comes first, then the pictures, then where the time went.
    for part in Part::ALL.into_iter().filter(|part| *part != Part::Comparison && parts.contains(part)) {
        page.open("div", &[("id", &place(number, part))]);
        match part {
            Part::Timeline => pictures::time(page, number, facts, markers),
            Part::Graph => pictures::dependencies(page, number, facts),
            Part::Charts => charts::of_run(page, number, facts, runs.min(RUNS_WRITTEN)),
            Part::Tasks => tasks(page, facts),
            _ => {
                for section in all.iter().filter(|s| Part::of_section(&s.id) == part) {
                    paint::section(page, section, &prefix(section));
                    if section.id == "failures" {
                        let failed = sections::failed_tasks(facts, FAILED_WRITTEN);
                        failed.iter().for_each(|s| paint::section(page, s, ""));
                    }
                }
            }
        }
        page.close("div");
    }
    page.close("article");
}

/// Writes all tasks in order of their starts.
fn tasks(page: &mut Html, facts: &Facts) {
    let order = makespan_views::tasks::order(facts, None, &makespan_views::tasks::Sort::default());
    let table = makespan_views::tasks::table(facts, &order, 0..TASKS_WRITTEN, &LOOK);
    if !table.is_empty() {
        page.element("h3", "All tasks");
        paint::table(page, &table, Leads::Nowhere);
    }
}
