//! The part that needs no script.

use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_model::{Run, TaskId};
use makespan_scene::{count, duration, glyph_char, visible};
use makespan_views::status_role;

use crate::html::Html;
use crate::{Redacted, charts, comparison, facts, failures, pictures};

/// How many runs are written out in full; a report of more names the rest in its data.
const RUNS_WRITTEN: usize = 20;

/// How many tasks the table of all tasks holds.
const TASKS_WRITTEN: usize = 1_000;

/// The title of a report that was given none.
pub(crate) fn title(runs: &[Arc<Run>]) -> String {
    match runs {
        [] => "No runs".to_owned(),
        [run] => format!("{} · Makespan", clip(run.title())),
        [run, rest @ ..] => format!("{} and {} more runs · Makespan", clip(run.title()), rest.len()),
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
    if runs.len() > 1 {
        contents(page, runs);
        comparison::write(page, runs);
    }
    let all: Vec<Facts> = runs.iter().map(|run| Facts::new(run.clone())).collect();
    charts::of_runs(page, &all.iter().collect::<Vec<_>>());
    for (i, facts) in all.iter().take(RUNS_WRITTEN).enumerate() {
        one_run(page, i + 1, facts, all.len());
    }
    if runs.len() > RUNS_WRITTEN {
        let more = count((runs.len() - RUNS_WRITTEN) as u64);
        page.open("p", &[]).text(&format!("{more} more runs are in the data of this file.")).close("p");
    }
}

/// All runs in one table, each leading to its section.
fn contents(page: &mut Html, runs: &[Arc<Run>]) {
    page.table("Runs", &["Run", "Status", "#Makespan", "#Tasks"]);
    for (i, run) in runs.iter().enumerate() {
        page.row().vouched("<td>");
        if i < RUNS_WRITTEN {
            page.open("a", &[("href", &format!("#run-{}", i + 1))]).name(run.title()).vouched("</a>");
        } else {
            page.name(run.title());
        }
        let span = run.span().map(|(s, e)| e.saturating_sub(s));
        page.cell(run.status().map_or("not known", |s| s.name()));
        page.number_cell(&span.map_or_else(String::new, duration))
            .number_cell(&count(run.task_count() as u64));
    }
    page.end_table();
}

fn one_run(page: &mut Html, number: usize, facts: &Facts, runs: usize) {
    let run = facts.run();
    page.open("article", &[("id", &format!("run-{number}"))]);
    if runs > 1 {
        page.open("h2", &[]).name(run.title()).close("h2");
    }
    facts::summary(page, facts);
    failures::write(page, facts);
    facts::found(page, facts);
    pictures::write(page, number, facts);
    facts::critical_path(page, facts);
    facts::slowest(page, facts);
    facts::steps(page, facts);
    charts::of_run(page, number, facts, runs.min(RUNS_WRITTEN));
    tasks(page, run);
    facts::findings(page, facts);
    page.close("article");
}

/// All tasks, in the order of what depends on what.
fn tasks(page: &mut Html, run: &Run) {
    let shown = run.task_count().min(TASKS_WRITTEN);
    if shown == 0 {
        return;
    }
    page.element("h3", "All tasks");
    let origin = run.extent().map_or(0, |e| e.0);
    page.table(
        "Tasks, each after those it depends on",
        &["Task", "Step", "Status", "#Start", "#Duration", "#Tries", "Worker"],
    );
    for t in run.task_ids().take(shown) {
        let start = makespan_views::tasks::start_of(run, t);
        let last = run.attempts_of(t).next_back();
        page.row().name_cell(run.task_name(t));
        page.name_cell(if run.task_step(t) == run.task_name(t) { "" } else { run.task_step(t) });
        page.cell(&status(run, t));
        let since = if start == makespan_model::UNKNOWN {
            String::new()
        } else {
            format!("+{}", duration(start.saturating_sub(origin)))
        };
        page.number_cell(&since).number_cell(&facts::length(run, t));
        page.number_cell(&run.attempts_of(t).len().to_string());
        page.name_cell(last.map_or("", |a| run.text(run.attempts.worker[a.index()])));
    }
    page.end_table();
    if run.task_count() > shown {
        let more = count((run.task_count() - shown) as u64);
        page.open("p", &[]).text(&format!("{more} more tasks are in the data of this file.")).close("p");
    }
}

/// Sign and name of a task's status.
pub(crate) fn status(run: &Run, task: TaskId) -> String {
    let status = run.tasks.status[task.index()];
    format!("{} {}", glyph_char(status_role(status)), status.name())
}
