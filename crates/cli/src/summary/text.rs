//! The summary for people: a page of a terminal.

use std::fmt::Write as _;

use makespan_analysis::Facts;
use makespan_format::time::format_rfc3339;
use makespan_model::{Run, Status, TaskId};
use makespan_scene::{count, duration, glyph_char};
use makespan_views::status_role;

use crate::output::clean;

const PATH_SHOWN: usize = 12;
const GROUPS_SHOWN: usize = 8;
const SLOWEST_SHOWN: usize = 5;
const FINDINGS_SHOWN: usize = 12;

/// Appends the summary of one run.
pub(super) fn write(facts: &Facts, format: &str, out: &mut String) {
    let (run, totals) = (facts.run(), facts.totals());
    let status = totals.status.map_or_else(|| "? status not known".to_owned(), with_sign);
    let _ = writeln!(out, "{}  {status}", clean(run.title()));
    let source = run.text(run.source);
    let by = if source.is_empty() { String::new() } else { format!(", {}", clean(source)) };
    line(out, "format", &format!("{format}{by}"));
    if let (Some(from), Some(to)) = (totals.started, totals.ended) {
        line(out, "time", &format!("{} to {}", format_rfc3339(from), format_rfc3339(to)));
    }
    let concurrency = facts.concurrency();
    let mean = concurrency.mean_running.map_or_else(String::new, |m| format!(", {m:.2} on average"));
    line(out, "makespan", &totals.makespan.map_or_else(|| "not known: no times".to_owned(), duration));
    line(out, "work", &duration(totals.work));
    line(out, "at once", &format!("{} at most{mean}", concurrency.max_running));
    line(out, "tasks", &tasks(facts));
    line(out, "edges", &edges(totals.edges, totals.edges_inferred));
    critical_path(facts, out);
    failures(facts, out);
    slowest(facts, out);
    data(facts, out);
}

fn line(out: &mut String, heading: &str, text: &str) {
    let _ = writeln!(out, "  {heading:<10} {text}");
}

fn with_sign(status: Status) -> String {
    format!("{} {}", glyph_char(status_role(status)), status.name())
}

fn name(run: &Run, task: TaskId) -> String {
    let name = clean(run.task_name(task));
    if name.chars().count() > 60 { name.chars().take(59).chain(['…']).collect() } else { name }
}

fn length(run: &Run, task: TaskId) -> String {
    run.task_interval(task).map_or_else(|| "–".to_owned(), |(s, e)| duration(e.saturating_sub(s)))
}

fn tasks(facts: &Facts) -> String {
    let totals = facts.totals();
    let mut text = count(totals.tasks as u64);
    let mut gap = ": ";
    for s in Status::ALL.into_iter().filter(|s| totals.statuses[*s as usize] > 0) {
        let _ = write!(text, "{gap}{} {}", count(u64::from(totals.statuses[s as usize])), s.name());
        gap = ", ";
    }
    let retries = if totals.retries > 0 { format!(", {} retries", totals.retries) } else { String::new() };
    let _ = write!(text, " ({} attempts{retries})", count(totals.attempts as u64));
    text
}

fn edges(recorded: usize, inferred: usize) -> String {
    match (recorded, inferred) {
        (0, 0) => "none".to_owned(),
        (0, n) => format!("{} inferred from times, none recorded", count(n as u64)),
        (n, _) => count(n as u64),
    }
}

fn critical_path(facts: &Facts, out: &mut String) {
    let (run, Some(path)) = (facts.run(), facts.critical_path()) else { return };
    let _ = writeln!(
        out,
        "\n  critical path {} over {} {}",
        duration(path.length),
        count(path.tasks.len() as u64),
        if path.tasks.len() == 1 { "task" } else { "tasks" }
    );
    // The middle of a long path says least.
    let skip = path.tasks.len().saturating_sub(PATH_SHOWN);
    let before = if skip > 0 { PATH_SHOWN / 2 } else { path.tasks.len() };
    for (i, (&t, &wait)) in path.tasks.iter().zip(&path.waits).enumerate() {
        if i == before {
            let _ = writeln!(out, "  {:>12}  {} more", "…", count(skip as u64));
        }
        if (before..before + skip).contains(&i) {
            continue;
        }
        let waited = if wait > 0 { format!("  after {} of waiting", duration(wait)) } else { String::new() };
        let _ = writeln!(out, "  {:>12}  {}{waited}", length(run, t), name(run, t));
    }
}

fn failures(facts: &Facts, out: &mut String) {
    let (run, errors) = (facts.run(), facts.errors());
    if let Some(first) = errors.first {
        let _ = writeln!(out, "\n  first failure {}", name(run, first));
    }
    for g in errors.groups.iter().take(GROUPS_SHOWN) {
        let kind = if g.kind.is_empty() { String::new() } else { format!("{}: ", clean(&g.kind)) };
        let message = if g.message.is_empty() { "(no message)".to_owned() } else { clean(&g.message) };
        let tasks = g.tasks.len();
        let _ = writeln!(out, "  {:>12}  {kind}{message}", format!("{}×", g.attempts.max(1)));
        let more = if tasks > 1 { format!(" and {} more tasks", tasks - 1) } else { String::new() };
        if let Some(&t) = g.tasks.first() {
            let _ = writeln!(out, "  {:>12}  in {}{more}", "", name(run, t));
        }
    }
    if errors.groups.len() > GROUPS_SHOWN {
        let _ = writeln!(out, "  {:>12}  {} more kinds of errors", "…", errors.groups.len() - GROUPS_SHOWN);
    }
}

fn slowest(facts: &Facts, out: &mut String) {
    let (run, slowest) = (facts.run(), facts.slowest(SLOWEST_SHOWN));
    if slowest.is_empty() {
        return;
    }
    out.push_str("\n  slowest tasks\n");
    for t in slowest {
        let _ = writeln!(out, "  {:>12}  {}", length(run, t), name(run, t));
    }
}

fn data(facts: &Facts, out: &mut String) {
    let differences = facts.differences();
    if !differences.is_empty() {
        out.push_str("\n  stored in the file, and not borne out by its tasks\n");
        for d in differences {
            let (what, ours, stored) = (clean(&d.what), clean(&d.ours), clean(&d.stored));
            let _ = writeln!(out, "  {what:>12}  stored {stored}, computed {ours}");
        }
    }
    let found = &facts.run().diagnostics;
    if !found.is_empty() {
        out.push_str("\n  about the data\n");
    }
    for d in found.iter().take(FINDINGS_SHOWN) {
        let times = if d.count > 1 { format!(" ({}×)", count(d.count)) } else { String::new() };
        let place = match (d.line, d.offset) {
            (Some(line), _) => format!(" (line {line})"),
            (None, Some(offset)) => format!(" (byte {offset})"),
            (None, None) => String::new(),
        };
        let _ = writeln!(
            out,
            "  {:>12}  {}{place}{times} [{}]",
            d.severity.name(),
            clean(&d.message),
            clean(&d.code)
        );
    }
    if found.len() > FINDINGS_SHOWN {
        let _ = writeln!(out, "  {:>12}  {} more findings", "…", found.len() - FINDINGS_SHOWN);
    }
}
