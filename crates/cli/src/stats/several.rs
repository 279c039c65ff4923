//! The statistics of several runs for people.

use std::collections::BTreeMap;

use makespan_analysis::{Facts, RunStatistics, errors_of_runs, steps_of_runs};
use makespan_format::time::format_rfc3339;
use makespan_model::Status;
use makespan_scene::{count, duration, glyph_char};
use makespan_views::{Cell, Column, Table, status_role};

use super::Told;
use super::lists::{BAR, ROWS, percent, rules, section, steps, time};
use super::one::left_out;
use super::trends::tables;
use crate::output::clean;
use crate::paper::{Ink, Paper};

/// How many runs are shown to people one by one: the last ones.
const RUNS: usize = 20;

/// The page of runs.
pub(super) fn page(paper: &Paper, told: &Told<'_>) -> String {
    let all = &told.overview.all;
    let between = all.between.map_or(String::new(), |(first, last)| {
        format!("  started {} to {}", format_rfc3339(first), format_rfc3339(last))
    });
    let mut out =
        format!("{}{between}\n", paper.ink(Ink::Strong, &format!("{} runs", count(u64::from(all.runs)))));
    left_out(paper, told, &mut out);
    if told.runs.is_empty() {
        return out;
    }
    workflows(paper, told, &mut out);
    runs(paper, told, &mut out);
    let facts: Vec<&Facts> = told.runs.iter().map(|r| &r.facts).collect();
    let work = facts.iter().fold(0i64, |sum, f| sum.saturating_add(f.totals().work));
    steps(paper, &steps_of_runs(&facts), work, told.args.step, &mut out);
    errors(paper, &facts, &mut out);
    findings(paper, &facts, &mut out);
    for run in &facts {
        let mut text = String::new();
        rules(paper, run, &told.args.rules, &mut text);
        tables(paper, run, told.args, &mut text);
        if !text.is_empty() {
            out.push_str(&paper.heading(&clean(run.run().title())));
            out.push_str(text.trim_start());
        }
    }
    out
}

fn workflows(paper: &Paper, told: &Told<'_>, out: &mut String) {
    let columns = vec![
        Column::text("workflow", "Workflow"),
        Column::number("runs", "Runs"),
        Column::number("succeeded", "Succeeded"),
        Column::number("failed", "Failed"),
        Column::number("other", "Other"),
        Column::number("rate", "Success"),
        Column::number("mean", "Mean"),
        Column::number("median", "Median"),
        Column::number("longest", "Longest"),
    ];
    let title = "Workflows: makespans of the runs that succeeded, and the longest of all that are over";
    let mut table = Table::new(title, columns);
    for (name, s) in &told.overview.workflows {
        table.push(line(if name.is_empty() { "(no name)" } else { name }, s));
    }
    if told.overview.workflows.len() > 1 {
        table.push(line("all", &told.overview.all));
    }
    section(paper, table, usize::MAX, out);
}

fn line(name: &str, s: &RunStatistics) -> Vec<Cell> {
    let (good, bad) = (s.count(Status::Succeeded), s.count(Status::Failed));
    let mut row = vec![Cell::new(name), Cell::new(count(u64::from(s.runs)))];
    row.extend([good, bad, s.runs - good - bad].map(|n| Cell::new(count(u64::from(n)))));
    row.push(Cell::new(percent(s.success_rate())));
    let times = [s.succeeded.mean, s.succeeded.median, s.ended.max];
    row.extend(times.map(|ns| Cell::new(time(ns))));
    row
}

fn runs(paper: &Paper, told: &Told<'_>, out: &mut String) {
    let columns = vec![
        Column::text("run", "Run"),
        Column::text("status", "Status"),
        // Set like a number, so that it is not cut.
        Column::number("started", "Started"),
        Column::number("makespan", "Makespan"),
        Column::number("bar", ""),
        Column::number("work", "Work"),
        Column::number("waits", "Path waits"),
        Column::number("failed", "Failed"),
    ];
    let mut order: Vec<&Facts> = told.runs.iter().map(|r| &r.facts).collect();
    order.sort_by_key(|f| f.totals().started);
    let shown = &order[order.len().saturating_sub(RUNS)..];
    let last = if shown.len() < order.len() { format!(", the last {}", shown.len()) } else { String::new() };
    let mut table = Table::new(format!("Runs{last}"), columns);
    let longest = shown.iter().filter_map(|f| f.totals().makespan).max().unwrap_or(0).max(1);
    for facts in shown {
        let t = facts.totals();
        let status = t.status.map_or_else(
            || Cell::new("–"),
            |s| Cell::new(format!("{} {}", glyph_char(status_role(s)), s.name())).status(status_role(s)),
        );
        // What is left of the path that ended last, less the time in which something on it ran.
        let waits =
            facts.observed_path().zip(t.makespan).map(|(p, makespan)| makespan.saturating_sub(p.work()));
        table.push(vec![
            Cell::new(facts.run().title()),
            status,
            Cell::new(t.started.map_or_else(|| "–".to_owned(), short_date)),
            Cell::new(t.makespan.map_or_else(|| "–".to_owned(), duration)),
            Cell::new(Paper::bar(t.makespan.unwrap_or(0) as f64 / longest as f64, BAR / 3)),
            Cell::new(duration(t.work)),
            Cell::new(waits.map_or_else(|| "–".to_owned(), duration)),
            Cell::new(count(u64::from(t.statuses[Status::Failed as usize]))),
        ]);
    }
    section(paper, table, RUNS, out);
}

/// Date and time to the minute.
fn short_date(t: i64) -> String {
    format_rfc3339(t).chars().take(16).map(|c| if c == 'T' { ' ' } else { c }).collect()
}

fn errors(paper: &Paper, facts: &[&Facts], out: &mut String) {
    let columns = vec![
        Column::number("runs", "Runs"),
        Column::number("attempts", "Tries"),
        Column::number("tasks", "Tasks"),
        Column::text("error", "Error"),
    ];
    let mut table = Table::new("Errors, alike ones together", columns);
    for e in errors_of_runs(facts) {
        let kind = if e.kind.is_empty() { String::new() } else { format!("{}: ", e.kind) };
        let message = if e.message.is_empty() { "(no message)" } else { &e.message };
        let mut row: Vec<Cell> =
            [e.runs, e.attempts, e.tasks].map(|n| Cell::new(count(u64::from(n)))).to_vec();
        row.push(Cell::new(format!("{kind}{message}")));
        table.push(row);
    }
    section(paper, table, ROWS, out);
}

/// Which findings came in how many runs.
fn findings(paper: &Paper, facts: &[&Facts], out: &mut String) {
    let mut runs: BTreeMap<&str, u64> = BTreeMap::new();
    for run in facts {
        let mut codes: Vec<&str> = run.findings().iter().map(|f| f.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        for code in codes {
            *runs.entry(code).or_default() += 1;
        }
    }
    let mut order: Vec<(&str, u64)> = runs.into_iter().collect();
    order.sort_by_key(|o| std::cmp::Reverse(o.1));
    let columns =
        vec![Column::text("code", "Finding"), Column::number("runs", "Runs"), Column::number("bar", "")];
    let mut table = Table::new("Findings, by how many runs have them", columns);
    for (code, n) in order {
        let bar = Paper::bar(n as f64 / facts.len() as f64, ROWS);
        table.push(vec![Cell::new(code), Cell::new(count(n)), Cell::new(bar)]);
    }
    section(paper, table, usize::MAX, out);
}
