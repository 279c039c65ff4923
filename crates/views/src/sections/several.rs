//! Several runs together.

use std::collections::BTreeMap;

use makespan_analysis::{Facts, RunStatistics, RunsOverview, errors_of_runs};
use makespan_model::{Order as _, Status, UNKNOWN};

use super::failures::error_cell;
use super::{bar, maybe_share};
use crate::findings::finding_name;
use crate::moment::Moments;
use crate::section::{Section, note};
use crate::table::{Cell, Column, Table, duration_cell};

/// Returns the runs of each workflow: how many succeeded, and how long those took.
pub fn runs_by_workflow(overview: &RunsOverview) -> Option<Section> {
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
    let mut table = Table::new("Makespans by workflow", columns);
    for (name, s) in &overview.workflows {
        table.push(workflow(if name.is_empty() { "(unnamed)" } else { name }, s));
    }
    if overview.workflows.len() > 1 {
        table.push(workflow("all", &overview.all));
    }
    let mut section = Section::of_table("workflows", table)?;
    section
        .blocks
        .push(note("Mean and median cover the runs that succeeded; the longest covers all finished runs."));
    Some(section)
}

fn workflow(name: &str, s: &RunStatistics) -> Vec<Cell> {
    let (good, bad) = (s.count(Status::Succeeded), s.count(Status::Failed));
    let mut row = vec![Cell::new(name), Cell::new(s.runs)];
    row.extend([good, bad, s.runs.saturating_sub(good).saturating_sub(bad)].map(Cell::new));
    row.push(Cell::new(maybe_share(s.success_rate())));
    row.extend([s.succeeded.mean, s.succeeded.median, s.ended.max].map(duration_cell));
    row
}

/// Returns the last `rows` runs, one by one in order of time. Cells link to the indices of the runs.
pub fn runs(all: &[&Facts], rows: usize) -> Option<Section> {
    let columns = vec![
        Column::text("run", "Run"),
        Column::text("status", "Status"),
        Column::number("started", "Started, UTC"),
        Column::number("makespan", "Makespan"),
        Column::plot("bar"),
        Column::number("work", "Work"),
        Column::number("waits", "Path waits"),
        Column::number("tasks", "Tasks"),
        Column::number("failed", "Failed"),
    ];
    let mut order: Vec<(usize, &&Facts)> = all.iter().enumerate().collect();
    order.order_by_key(|(_, f)| f.totals().started);
    let before = order.len().saturating_sub(rows);
    let mut table = Table::new(if before > 0 { "Latest runs" } else { "Runs" }, columns);
    let shown = &order[before..];
    let longest = shown.iter().filter_map(|(_, f)| f.totals().makespan).max().unwrap_or(0);
    for (place, facts) in shown {
        let t = facts.totals();
        // The rest of the observed path, minus the time in which something on it was executing.
        let waits =
            facts.observed_path().zip(t.makespan).map(|(p, makespan)| makespan.saturating_sub(p.work()));
        table.push(vec![
            Cell::new(facts.run().title()).exact(facts.run().id.clone()).task(*place as u32),
            t.status.map_or_else(|| Cell::new("unknown"), Cell::of_status),
            Cell::new(Moments::UTC.value(t.started.unwrap_or(UNKNOWN))),
            duration_cell(t.makespan.unwrap_or(UNKNOWN)),
            Cell::new(bar(t.makespan.unwrap_or(0) as f64, longest as f64)),
            duration_cell(t.known_work().unwrap_or(UNKNOWN)),
            duration_cell(waits.unwrap_or(UNKNOWN)),
            Cell::new(t.tasks),
            Cell::new(t.statuses[Status::Failed as usize]),
        ]);
    }
    table.left_out = before;
    Section::of_table("runs", table)
}

/// Returns errors with similar messages, over all runs.
pub fn common_errors(all: &[&Facts], rows: usize) -> Option<Section> {
    let columns = vec![
        Column::number("runs", "Runs"),
        Column::number("attempts", "Attempts"),
        Column::number("tasks", "Tasks"),
        Column::text("error", "Error"),
    ];
    let mut table = Table::new("Errors by message", columns);
    for e in errors_of_runs(all) {
        let mut row: Vec<Cell> = [e.runs, e.attempts, e.tasks].map(Cell::new).to_vec();
        row.push(error_cell(&e.kind, &e.message));
        table.push(row);
    }
    Section::of_table("errors", table.first(rows))
}

/// Returns the number of runs per kind of finding.
pub fn common_findings(all: &[&Facts]) -> Option<Section> {
    let mut runs: BTreeMap<&'static str, usize> = BTreeMap::new();
    for run in all {
        let mut codes: Vec<&'static str> = run.findings().iter().map(|f| f.code()).collect();
        codes.order_by(Ord::cmp);
        codes.dedup();
        for code in codes {
            *runs.entry(code).or_default() += 1;
        }
    }
    let mut order: Vec<(&'static str, usize)> = runs.into_iter().collect();
    order.order_by_key(|o| std::cmp::Reverse(o.1));
    let columns = vec![
        Column::text("finding", "Finding"),
        Column::number("runs", "Runs"),
        Column::plot("bar"),
        Column::text("code", "Code"),
    ];
    let mut table = Table::new("Findings by number of runs", columns);
    for (code, n) in order {
        let part = bar(n as f64, all.len() as f64);
        table.push(vec![Cell::new(finding_name(code)), Cell::new(n), Cell::new(part), Cell::new(code)]);
    }
    Section::of_table("findings", table)
}
