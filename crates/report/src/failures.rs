//! What failed, and why: grouped, then task by task.

use makespan_analysis::{ErrorGroup, Facts};
use makespan_model::{AttemptId, Run, TaskId};
use makespan_scene::count;

use crate::body::status;
use crate::facts::left_out;
use crate::html::{Html, clipped};

const GROUPS_WRITTEN: usize = 50;
const NAMES_WRITTEN: usize = 10;
const FAILED_WRITTEN: usize = 200;
/// How much of a traceback is shown, in characters; its end says most.
const TRACE: usize = 3_000;

pub(crate) fn write(page: &mut Html, facts: &Facts) {
    let (run, errors) = (facts.run(), facts.errors());
    let Some(first) = errors.first else { return };
    page.element("h3", "Failures");
    page.open("p", &[])
        .text("Look first at ")
        .open("strong", &[])
        .name(run.task_name(first))
        .vouched("</strong>");
    let failed = last_failure(run, first);
    if let Some(line) = failed.and_then(|a| first_line(run, a)) {
        page.text(": ").name(line);
    }
    page.close("p");
    if let Some(trace) = failed.map(|a| run.text(run.attempts.trace[a.index()])).filter(|t| !t.is_empty()) {
        page.open("pre", &[]).lines(&tail(trace)).close("pre");
    }
    groups(page, run, &errors.groups);
    tasks(page, run);
}

fn groups(page: &mut Html, run: &Run, groups: &[ErrorGroup]) {
    page.table("Errors that say the same", &["Error", "#Attempts", "#Tasks", "In"]);
    for g in groups.iter().take(GROUPS_WRITTEN) {
        page.row().vouched("<td>");
        if !g.kind.is_empty() {
            page.name(&g.kind).text(": ");
        }
        page.name(if g.message.is_empty() { "(no message)" } else { &g.message });
        page.number_cell(&count(u64::from(g.attempts)))
            .number_cell(&count(g.tasks.len() as u64))
            .vouched("<td>");
        for (i, &t) in g.tasks.iter().take(NAMES_WRITTEN).enumerate() {
            page.text(if i > 0 { ", " } else { "" }).name(run.task_name(t));
        }
        if g.tasks.len() > NAMES_WRITTEN {
            page.text(" …");
        }
    }
    page.end_table();
    left_out(page, groups.len(), GROUPS_WRITTEN, "more kinds of errors");
}

/// Every task that did not recover.
fn tasks(page: &mut Html, run: &Run) {
    let failed: Vec<TaskId> = run.task_ids().filter(|t| run.tasks.status[t.index()].is_failure()).collect();
    if failed.is_empty() {
        return;
    }
    page.table("Tasks that failed", &["Task", "Status", "Error"]);
    for &t in failed.iter().take(FAILED_WRITTEN) {
        page.row().name_cell(run.task_name(t)).cell(&status(run, t));
        page.name_cell(last_failure(run, t).and_then(|a| first_line(run, a)).unwrap_or(""));
    }
    page.end_table();
    left_out(page, failed.len(), FAILED_WRITTEN, "more failed tasks");
}

/// The last attempt of a task that says why it failed.
fn last_failure(run: &Run, task: TaskId) -> Option<AttemptId> {
    let a = &run.attempts;
    run.attempts_of(task).rev().find(|i| !a.error[i.index()].is_empty() || !a.trace[i.index()].is_empty())
}

fn first_line(run: &Run, attempt: AttemptId) -> Option<&str> {
    run.text(run.attempts.error[attempt.index()]).lines().map(str::trim).find(|l| !l.is_empty())
}

/// The end of a long text, its beginning said to be left out.
fn tail(text: &str) -> String {
    let all = text.chars().count();
    if all <= TRACE {
        return clipped(text, TRACE);
    }
    let from = text.char_indices().nth(all - TRACE).map_or(0, |(at, _)| at);
    format!("… ({} characters before)\n{}", all - TRACE, &text[from..])
}
