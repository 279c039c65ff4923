//! The numbers of a run as tables.

use makespan_analysis::Facts;
use makespan_format::time::format_rfc3339;
use makespan_model::{Run, Status, TaskId, UNKNOWN};
use makespan_scene::{count, duration, glyph_char};
use makespan_views::findings::told;
use makespan_views::status_role;

use crate::body::status;
use crate::html::Html;

const CRITICAL_WRITTEN: usize = 40;
const SLOWEST_WRITTEN: usize = 10;
const STEPS_WRITTEN: usize = 50;
const FINDINGS_WRITTEN: usize = 200;

/// From the first start to the last end of a task; empty where that is not known.
pub(crate) fn length(run: &Run, task: TaskId) -> String {
    run.task_interval(task).map_or_else(String::new, |(s, e)| duration(e.saturating_sub(s)))
}

fn known(ns: i64) -> String {
    if ns == UNKNOWN { String::new() } else { duration(ns) }
}

/// What became of the run and what its time is made of.
pub(crate) fn summary(page: &mut Html, facts: &Facts) {
    let (run, totals) = (facts.run(), facts.totals());
    page.element("h3", "Summary").open("table", &[]).open("tbody", &[]);
    let word = totals
        .status
        .map_or_else(|| "not known".to_owned(), |s| format!("{} {}", glyph_char(status_role(s)), s.name()));
    page.fact("Status", &word);
    for (heading, id) in [("Workflow", run.workflow), ("Recorded by", run.source)] {
        if !id.is_empty() {
            page.heading_cell(heading).name_cell(run.text(id)).close("tr");
        }
    }
    page.heading_cell("Run").name_cell(&run.id).close("tr");
    let moment = |t: Option<i64>| t.map_or_else(|| "not known".to_owned(), format_rfc3339);
    page.fact("Started", &moment(totals.started)).fact("Last time known", &moment(totals.ended));
    page.fact("Makespan", &totals.makespan.map_or_else(|| "not known: no times".to_owned(), duration));
    page.fact("Work", &duration(totals.work));
    let concurrency = facts.concurrency();
    let mean = concurrency.mean_running.map_or_else(String::new, |m| format!(", {m:.2} on average"));
    page.fact("At work at once", &format!("{} at most{mean}", concurrency.max_running));
    if let Some(path) = facts.critical_path() {
        let guessed = if path.inferred { ", dependencies inferred from times" } else { "" };
        let tasks = count(path.tasks.len() as u64);
        page.fact("Critical path", &format!("{} over {tasks} tasks{guessed}", duration(path.length)));
    }
    let by_status: Vec<String> = Status::ALL
        .into_iter()
        .filter(|s| totals.statuses[*s as usize] > 0)
        .map(|s| format!("{} {}", count(u64::from(totals.statuses[s as usize])), s.name()))
        .collect();
    let all = count(totals.tasks as u64);
    page.fact("Tasks", &if by_status.is_empty() { all } else { format!("{all}: {}", by_status.join(", ")) });
    page.fact("Attempts", &format!("{}, {} of them retries", count(totals.attempts as u64), totals.retries));
    let edges = match (totals.edges, totals.edges_inferred) {
        (0, 0) => "none".to_owned(),
        (0, n) => format!("{} inferred from times; the source records none", count(n as u64)),
        (n, _) => count(n as u64),
    };
    page.fact("Dependencies", &edges);
    page.end_table();
    if !run.error[0].is_empty() {
        page.open("p", &[]).text("The run as a whole says: ").close("p");
        page.open("pre", &[]).lines(&crate::html::clipped(run.text(run.error[0]), 4096)).close("pre");
    }
}

/// The chain of tasks that took longest.
pub(crate) fn critical_path(page: &mut Html, facts: &Facts) {
    let (run, Some(path)) = (facts.run(), facts.critical_path()) else { return };
    page.element("h3", "Critical path");
    page.table("The chain of tasks that took longest", &["Task", "Status", "#Duration", "#Waited before"]);
    for (&t, &wait) in path.tasks.iter().zip(&path.waits).take(CRITICAL_WRITTEN) {
        page.row().name_cell(run.task_name(t)).cell(&status(run, t)).number_cell(&length(run, t));
        page.number_cell(&if wait > 0 { known(wait) } else { String::new() });
    }
    page.end_table();
    left_out(page, path.tasks.len(), CRITICAL_WRITTEN, "more tasks follow on it");
}

/// The tasks that took longest.
pub(crate) fn slowest(page: &mut Html, facts: &Facts) {
    let run = facts.run();
    let slowest = facts.slowest(SLOWEST_WRITTEN);
    if slowest.len() < 2 {
        return;
    }
    page.element("h3", "Slowest tasks")
        .table("Longest first", &["Task", "Step", "Status", "#Duration", "#Waited"]);
    for t in slowest {
        page.row().name_cell(run.task_name(t)).name_cell(run.task_step(t)).cell(&status(run, t));
        page.number_cell(&length(run, t));
        let wait = facts.waiting().wait.get(t.index()).copied().unwrap_or(UNKNOWN);
        page.number_cell(&known(wait));
    }
    page.end_table();
}

/// What each step took.
pub(crate) fn steps(page: &mut Html, facts: &Facts) {
    let steps = facts.steps();
    // A run whose every task is a step of its own would repeat the table of tasks.
    if steps.is_empty() || steps.len() == facts.run().task_count() {
        return;
    }
    page.element("h3", "Steps");
    page.table(
        "Most work first",
        &["Step", "#Tasks", "#Failed", "#Retried", "#Work", "#Median", "#95 %", "#Longest"],
    );
    for s in steps.iter().take(STEPS_WRITTEN) {
        page.row().name_cell(&s.step);
        for n in [s.tasks, s.failed, s.retried] {
            page.number_cell(&count(u64::from(n)));
        }
        for ns in [s.work, s.median, s.p95, s.max] {
            page.number_cell(&known(ns));
        }
    }
    page.end_table();
    left_out(page, steps.len(), STEPS_WRITTEN, "more steps");
}

/// Where the source's own totals are not ours, and what was found wrong with the input.
pub(crate) fn findings(page: &mut Html, facts: &Facts) {
    let differences = facts.differences();
    if !differences.is_empty() {
        page.element("h3", "Stored totals that its tasks do not bear out");
        page.table("Computed beside stored", &["What", "From the tasks", "Stored in the file"]);
        for d in differences {
            page.row().name_cell(&d.what).name_cell(&d.ours).name_cell(&d.stored);
        }
        page.end_table();
    }
    let found = &facts.run().diagnostics;
    if found.is_empty() {
        return;
    }
    page.element("h3", "About the data");
    page.table("What was met while reading", &["Severity", "What", "#How often"]);
    for d in found.iter().take(FINDINGS_WRITTEN) {
        page.row().cell(d.severity.name()).vouched("<td>");
        page.text(&crate::html::clipped(&d.message, 1000)).text(" (").text(&d.code);
        if let Some(line) = d.line {
            page.text(&format!(", line {line}"));
        }
        if let Some(offset) = d.offset {
            page.text(&format!(", byte {offset}"));
        }
        page.text(")").number_cell(&count(d.count));
    }
    page.end_table();
    left_out(page, found.len(), FINDINGS_WRITTEN, "more findings");
}

/// Says how many rows a table left out, where it did.
pub(crate) fn left_out(page: &mut Html, all: usize, shown: usize, what: &str) {
    if all > shown {
        page.open("p", &[]).text(&format!("{} {what}.", count((all - shown) as u64))).close("p");
    }
}

/// What was found, in words, worst first.
pub(crate) fn found(page: &mut Html, facts: &Facts) {
    const MOST: usize = 12;
    let all = facts.findings();
    if all.is_empty() {
        return;
    }
    page.element("h3", "Findings").vouched("<ul>");
    for finding in all.iter().take(MOST) {
        let words = told(facts.run(), finding);
        page.vouched("<li>")
            .element("strong", &words.title)
            .text(" ")
            .text(&words.text)
            .text(" ")
            .text(words.action)
            .vouched("</li>");
    }
    page.vouched("</ul>");
    if all.len() > MOST {
        let more = count((all.len() - MOST) as u64);
        page.element("p", &format!("{more} more of less weight: `makespan stats` prints all of them."));
    }
}
