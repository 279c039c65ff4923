//! The statistics of one run for people: pages of a terminal.

use std::fmt::Write as _;

use makespan_analysis::{Cause, CauseSums, Facts, SegmentKind, SlotCount};
use makespan_format::time::format_rfc3339;
use makespan_model::TaskId;
use makespan_scene::{count, duration, glyph_char};
use makespan_views::{Cell, Column, Table, status_role};

use super::lists::{
    BAR, ROWS, errors, findings, named, part, percent, requests, retries, rules, section, steps, stragglers,
};
use super::trends::tables;
use super::{Counted, Told};
use crate::output::clean;
use crate::paper::{Ink, Paper};

/// The page of a run.
pub(super) fn page(paper: &Paper, run: &Counted, told: &Told<'_>) -> String {
    let facts = &run.facts;
    let mut out = head(paper, facts, run.format);
    left_out(paper, told, &mut out);
    bounds(paper, facts, &mut out);
    path(paper, facts, &mut out);
    waiting(paper, facts, &mut out);
    steps(paper, facts.steps(), facts.totals().work, told.args.step, &mut out);
    stragglers(paper, facts, &mut out);
    retries(paper, facts, &mut out);
    requests(paper, facts, &mut out);
    errors(paper, facts, &mut out);
    tables(paper, facts, told.args, &mut out);
    rules(paper, facts, &told.args.rules, &mut out);
    findings(paper, facts, &mut out);
    out
}

/// What the range of dates leaves out.
pub(super) fn left_out(paper: &Paper, told: &Told<'_>, out: &mut String) {
    let (outside, undated) = (told.overview.outside, told.overview.undated);
    if outside + undated > 0 {
        let no_date = if undated > 0 { format!(", {undated} without a date") } else { String::new() };
        let text = format!("left out: {outside} outside of the range{no_date}");
        let _ = writeln!(out, "  {}", paper.ink(Ink::Muted, &text));
    }
}

fn head(paper: &Paper, facts: &Facts, format: &str) -> String {
    let (run, totals) = (facts.run(), facts.totals());
    let mut status = Cell::new("status not known");
    if let Some(s) = totals.status {
        status = Cell::new(format!("{} {}", glyph_char(status_role(s)), s.name())).status(status_role(s));
    }
    let mut table = Table::new("", vec![Column::text("what", ""), Column::text("value", "")]);
    let mut line = |what: &str, value: String| table.push(vec![Cell::new(what), Cell::new(value)]);
    if let (Some(from), Some(to)) = (totals.started, totals.ended) {
        line("time", format!("{} to {}", format_rfc3339(from), format_rfc3339(to)));
    }
    line("makespan", totals.makespan.map_or_else(|| "not known: no times".to_owned(), duration));
    line("work", duration(totals.work));
    let retries = if totals.retries > 0 {
        format!(", {} retries", count(totals.retries as u64))
    } else {
        String::new()
    };
    line(
        "tasks",
        format!("{} in {} steps{retries}", count(totals.tasks as u64), count(facts.steps().len() as u64)),
    );
    line("format", format.to_owned());
    let title = paper.ink(Ink::Strong, &clean(run.title()));
    format!("{title}  {}\n{}", paper.status(&status), paper.table(&table))
}

fn bounds(paper: &Paper, facts: &Facts, out: &mut String) {
    let Some(b) = facts.bounds() else { return };
    let guess = if b.inferred { ": a guess, its dependencies are inferred from times" } else { "" };
    let mut table = Table::new(
        format!("How short it could have been{guess}"),
        vec![Column::text("what", ""), Column::number("time", ""), Column::text("why", "")],
    );
    let mut line = |what: String, ns: i64, why: String| {
        table.push(vec![Cell::new(what), Cell::new(duration(ns)), Cell::new(why)]);
    };
    let slots = |n: f64| format!("{n:.0} slot{}", if n == 1.0 { "" } else { "s" });
    line("as it ran".to_owned(), b.makespan, format!("{:.2} attempts at work on average", b.parallelism));
    let enough = slots(b.max_speedup.ceil());
    line(
        "with any number of slots".to_owned(),
        b.critical_path,
        format!("the critical path: more than {enough} gain nothing"),
    );
    let from = match b.slots_from {
        SlotCount::Workers => "as the workers had",
        SlotCount::Concurrency => "as were in use at once",
    };
    let most = format!("at least; without idle slots {} at most", duration(b.at_most));
    line(format!("on {}, {from}", slots(f64::from(b.slots))), b.at_least, most);
    let serial =
        b.serial_share.map_or(String::new(), |s| format!("; serial share {:.0} % (Karp-Flatt)", s * 100.0));
    line(
        "one at a time".to_owned(),
        b.alone,
        format!("{} of the slots used{serial}", percent(Some(b.efficiency))),
    );
    if b.idle > 0 {
        line("nothing at work".to_owned(), b.idle, String::new());
    }
    section(paper, table, ROWS, out);
}

fn bars(title: &str, rows: &[(&str, i64)]) -> Table {
    let columns = vec![
        Column::text("what", ""),
        Column::number("bar", ""),
        Column::number("time", ""),
        Column::number("share", ""),
    ];
    let mut table = Table::new(title, columns);
    let whole = rows.iter().fold(0i64, |sum, r| sum.saturating_add(r.1));
    for (what, ns) in rows.iter().filter(|r| r.1 > 0) {
        let share = part(*ns, whole);
        table.push(vec![
            Cell::new(*what),
            Cell::new(Paper::bar(share, BAR)),
            Cell::new(duration(*ns)),
            Cell::new(format!("{:.1} %", share * 100.0)),
        ]);
    }
    table
}

fn path(paper: &Paper, facts: &Facts, out: &mut String) {
    let Some(path) = facts.observed_path() else { return };
    let mut sums = [0i64; 6];
    for s in &path.segments {
        let at = match s.kind {
            SegmentKind::Run => 0,
            SegmentKind::Dependency => 1,
            SegmentKind::Slot { .. } => 2,
            SegmentKind::Queue => 3,
            SegmentKind::Backoff => 4,
            SegmentKind::Unknown => 5,
        };
        sums[at] = sums[at].saturating_add(s.length());
    }
    let names = [
        "at work",
        "between an end and the next start",
        "between a slot freed and the next start",
        "in a queue",
        "between tries",
        "waiting, reason not known",
    ];
    let rows: Vec<(&str, i64)> = names.into_iter().zip(sums).collect();
    let guess = if path.inferred { " (dependencies inferred from times)" } else { "" };
    section(
        paper,
        bars(&format!("What the makespan went into, along the path that ended last{guess}"), &rows),
        ROWS,
        out,
    );
    let columns = vec![
        Column::text("task", "Task"),
        Column::number("after", "From the start"),
        Column::number("time", "Took"),
        Column::text("what", ""),
    ];
    let mut table = Table::new("", columns);
    let mut largest: Vec<_> = path.segments.iter().collect();
    largest.sort_by_key(|s| (-s.length(), s.from));
    let start = facts.run().span().map_or(0, |s| s.0);
    for s in largest.into_iter().take(ROWS) {
        let what = match s.kind {
            SegmentKind::Run => "",
            SegmentKind::Dependency => "released, not started",
            SegmentKind::Slot { .. } => "slot freed, not started",
            SegmentKind::Queue => "in a queue",
            SegmentKind::Backoff => "between tries",
            SegmentKind::Unknown => "waited, reason not known",
        };
        table.push(vec![
            named(facts.run(), s.task),
            Cell::new(duration(s.from.saturating_sub(start))),
            Cell::new(duration(s.length())),
            Cell::new(what),
        ]);
    }
    table.left_out = path.segments.len().saturating_sub(ROWS);
    table.title = "Its longest parts".to_owned();
    section(paper, table, ROWS, out);
}

fn waiting(paper: &Paper, facts: &Facts, out: &mut String) {
    let causes = facts.causes();
    let CauseSums { dependency, slot, queue, backoff, unknown } = causes.sums;
    let rows = [
        ("not ready: a predecessor", dependency),
        ("ready: no slot", slot),
        ("ready: queue or scheduler", queue),
        ("between tries", backoff),
        ("ready: reason not known", unknown),
    ];
    let guess = if facts.run().edges_inferred { " (dependencies inferred from times)" } else { "" };
    let title = format!("What tasks waited for, summed over all of them{guess}");
    section(paper, bars(&title, &rows), ROWS, out);
    longest_waits(paper, facts, out);
    let columns = vec![
        Column::text("task", "Task"),
        Column::number("dependents", "Dependents waited"),
        Column::number("slot", "For its slot"),
    ];
    let mut table = Table::new("Who made others wait", columns);
    for c in &causes.culprits {
        table.push(vec![
            named(facts.run(), c.task),
            Cell::new(duration(c.dependency)),
            Cell::new(duration(c.slot)),
        ]);
    }
    section(paper, table, ROWS / 2, out);
}

/// The tasks that waited longest once they were ready, and what for most of that time.
fn longest_waits(paper: &Paper, facts: &Facts, out: &mut String) {
    let (run, waits) = (facts.run(), &facts.waiting().wait);
    let mut order: Vec<TaskId> = run.task_ids().filter(|t| waits[t.index()] > 0).collect();
    order.sort_by_key(|t| (-waits[t.index()], *t));
    let columns = vec![
        Column::text("task", "Task"),
        Column::number("wait", "Waited"),
        Column::number("most", "Longest piece"),
        Column::text("cause", "What for"),
    ];
    let mut table = Table::new("Who waited longest, once ready", columns);
    table.left_out = order.len().saturating_sub(ROWS / 2);
    for t in order.into_iter().take(ROWS / 2) {
        let ready = facts.wait_pieces(t).into_iter().filter(|p| !matches!(p.cause, Cause::Dependency(_)));
        let Some(most) = ready.max_by_key(|p| (p.to.saturating_sub(p.from), -p.from)) else { continue };
        let cause = match most.cause {
            Cause::Slot(holder) => {
                let holder = TaskId(run.attempts.task[holder.index()]);
                format!("the slot of {}", run.task_name(holder))
            }
            Cause::Queue => "the queue or the scheduler".to_owned(),
            Cause::Backoff => "another try".to_owned(),
            Cause::Dependency(_) | Cause::Unknown => "not known".to_owned(),
        };
        table.push(vec![
            named(run, t),
            Cell::new(duration(waits[t.index()])),
            Cell::new(duration(most.to.saturating_sub(most.from))),
            Cell::new(cause),
        ]);
    }
    section(paper, table, ROWS, out);
}
