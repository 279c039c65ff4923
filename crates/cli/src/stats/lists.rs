//! Tables that pages of statistics are made of.

use std::fmt::Write as _;

use makespan_analysis::{Facts, Rule, StepStat, Verdict, judge};
use makespan_model::{Run, Severity, TaskId, UNKNOWN};
use makespan_scene::{count, duration};
use makespan_views::amount::Unit;
use makespan_views::findings::told;
use makespan_views::{Cell, Column, Table};

use crate::output::clean;
use crate::paper::{Ink, Paper};

/// How many rows of a table are shown to people.
pub(super) const ROWS: usize = 10;
/// Cells of a bar.
pub(super) const BAR: usize = 20;

/// A duration, or a dash where it is not known.
pub(super) fn time(ns: i64) -> String {
    if ns == UNKNOWN { "–".to_owned() } else { duration(ns) }
}

/// A share of 0 to 1, or a dash.
pub(super) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |s| format!("{:.0} %", s * 100.0))
}

/// A part of a whole.
pub(super) fn part(ns: i64, whole: i64) -> f64 {
    if whole > 0 { ns as f64 / whole as f64 } else { 0.0 }
}

/// A task, by its name.
pub(super) fn named(run: &Run, task: TaskId) -> Cell {
    Cell::new(run.task_name(task))
}

/// Prints a table under a heading, its first rows only.
pub(super) fn section(paper: &Paper, mut table: Table, rows: usize, out: &mut String) {
    if table.is_empty() {
        return;
    }
    table.left_out += table.rows.len().saturating_sub(rows);
    table.rows.truncate(rows);
    out.push_str(&paper.heading(&table.title));
    out.push_str(&paper.table(&table));
}

/// The table of steps: the largest ones, or all of them with all that is known.
pub(super) fn steps(paper: &Paper, steps: &[StepStat], work: i64, full: bool, out: &mut String) {
    let columns = vec![
        Column::text("step", "Step"),
        Column::number("tasks", "Tasks"),
        Column::number("failed", "Failed"),
        Column::number("work", "Work"),
        Column::number("share", ""),
        Column::number("mean", "Mean"),
        Column::number("median", "Median"),
        Column::number("p95", "P95"),
        Column::number("max", "Longest"),
    ];
    let mut table = Table::new("Steps", columns);
    for s in steps {
        let mut row = vec![
            Cell::new(&s.step),
            Cell::new(count(u64::from(s.tasks))),
            Cell::new(count(u64::from(s.failed))),
            Cell::new(duration(s.work)),
            Cell::new(Paper::bar(part(s.work, work), BAR / 2)),
        ];
        row.extend([s.mean, s.median, s.p95, s.max].map(|ns| Cell::new(time(ns))));
        table.push(row);
    }
    section(paper, table, if full { usize::MAX } else { ROWS }, out);
    if !full {
        return;
    }
    let columns = vec![
        Column::text("step", "Step"),
        Column::number("deviation", "Std dev"),
        Column::number("min", "Shortest"),
        Column::number("p75", "P75"),
        Column::number("p90", "P90"),
        Column::number("p99", "P99"),
        Column::number("rate", "Failures"),
        Column::number("retried", "Retried"),
        Column::number("critical", "Critical"),
    ];
    let mut table =
        Table::new("Steps: how their durations are spread, and their part of the critical path", columns);
    for s in steps {
        let mut row = vec![Cell::new(&s.step)];
        row.extend([s.deviation, s.min, s.p75, s.p90, s.p99].map(|ns| Cell::new(time(ns))));
        row.push(Cell::new(percent(s.failure_rate())));
        row.push(Cell::new(count(u64::from(s.retried))));
        row.push(Cell::new(duration(s.critical)));
        table.push(row);
    }
    section(paper, table, usize::MAX, out);
}

pub(super) fn stragglers(paper: &Paper, facts: &Facts, out: &mut String) {
    let columns = vec![
        Column::text("task", "Task"),
        Column::text("step", "Step"),
        Column::number("took", "Took"),
        Column::number("median", "Median"),
        Column::number("peers", "Of"),
    ];
    let mut table = Table::new("Slow against their step", columns);
    for s in facts.stragglers() {
        table.push(vec![
            named(facts.run(), s.task),
            Cell::new(facts.run().task_step(s.task)),
            Cell::new(duration(s.duration)),
            Cell::new(duration(s.median)),
            Cell::new(count(u64::from(s.peers))),
        ]);
    }
    section(paper, table, ROWS, out);
}

pub(super) fn retries(paper: &Paper, facts: &Facts, out: &mut String) {
    let columns = vec![
        Column::text("task", "Task"),
        Column::number("attempts", "Tries"),
        Column::number("lost", "Work lost"),
        Column::number("backoff", "Between"),
        Column::number("delay", "Later by"),
    ];
    let r = facts.retries();
    let mut title = format!("Failed attempts: {} of work lost", duration(r.lost));
    if r.retried > 0 {
        let between = duration(r.backoff);
        let _ = write!(
            title,
            ", {between} between tries; {} of {} retried tasks succeeded",
            r.recovered, r.retried
        );
    }
    let mut table = Table::new(title, columns);
    for t in &r.tasks {
        let mut row = vec![named(facts.run(), t.task), Cell::new(count(u64::from(t.attempts)))];
        row.extend([t.lost, t.backoff, t.delay].map(|ns| Cell::new(time(ns))));
        table.push(row);
    }
    section(paper, table, ROWS, out);
}

pub(super) fn requests(paper: &Paper, facts: &Facts, out: &mut String) {
    let columns = vec![
        Column::text("what", ""),
        Column::number("bar", ""),
        Column::number("used", "Used"),
        Column::number("tasks", "Tasks"),
    ];
    let mut table = Table::new("Used of what was requested, by the time it was held", columns);
    let requests = facts.requests();
    for (what, waste) in [("processors", requests.cpus), ("memory", requests.memory)] {
        if let Some(waste) = waste {
            table.push(vec![
                Cell::new(what),
                Cell::new(Paper::bar(waste.share().unwrap_or(0.0), BAR)),
                Cell::new(percent(waste.share())),
                Cell::new(count(u64::from(waste.tasks))),
            ]);
        }
    }
    section(paper, table, ROWS, out);
}

pub(super) fn errors(paper: &Paper, facts: &Facts, out: &mut String) {
    let columns = vec![
        Column::number("attempts", "Tries"),
        Column::number("tasks", "Tasks"),
        Column::text("error", "Error"),
        Column::text("first", "First in"),
    ];
    let mut table = Table::new("Errors, alike ones together", columns);
    for g in &facts.errors().groups {
        let kind = if g.kind.is_empty() { String::new() } else { format!("{}: ", g.kind) };
        let message = if g.message.is_empty() { "(no message)" } else { &g.message };
        table.push(vec![
            Cell::new(count(u64::from(g.attempts))),
            Cell::new(count(g.tasks.len() as u64)),
            Cell::new(format!("{kind}{message}")),
            g.tasks.first().map_or_else(Cell::default, |t| named(facts.run(), *t)),
        ]);
    }
    section(paper, table, ROWS, out);
}

/// What became of the rules.
pub(super) fn rules(paper: &Paper, facts: &Facts, rules: &[Rule], out: &mut String) {
    if rules.is_empty() {
        return;
    }
    out.push_str(&paper.heading("Rules"));
    for rule in rules {
        let judged = judge(facts, rule);
        let ink = match judged.verdict {
            Verdict::Ok => Ink::Good,
            Verdict::Violated => Ink::Bad,
            Verdict::Unknown => Ink::Warning,
        };
        let verdict = paper.ink(ink, &format!("{:<8}", judged.verdict.name()));
        let task = judged.task.map_or(String::new(), |t| format!(", of {}", clean(facts.run().task_name(t))));
        let value = Unit::of(judged.quantity).text(judged.value);
        let _ = writeln!(out, "  {verdict}  {}: {value}{task}", clean(&rule.to_string()));
    }
}

/// Findings in words.
pub(super) fn findings(paper: &Paper, facts: &Facts, out: &mut String) {
    let all = facts.findings();
    if all.is_empty() {
        return;
    }
    out.push_str(&paper.heading("Findings"));
    for finding in all {
        let words = told(facts.run(), finding);
        let (ink, sign) = match finding.severity {
            Severity::Error => (Ink::Bad, "✗"),
            Severity::Warning => (Ink::Warning, "!"),
            Severity::Info => (Ink::Muted, "·"),
        };
        let code = paper.ink(Ink::Muted, &format!("[{}]", finding.code()));
        let _ = writeln!(out, "  {} {}  {code}", paper.ink(ink, sign), words.title);
        out.push_str(&paper.paragraph(&format!("{} {}", words.text, words.action), 4));
    }
}
