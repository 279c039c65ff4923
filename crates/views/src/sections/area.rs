//! Contents of a selected area of the timeline.

use std::collections::HashMap;

use makespan_analysis::Facts;
use makespan_format::clip_chars;
use makespan_model::{AttemptId, Order as _, Status, TaskId, quantile};
use makespan_scene::{count, counted, duration};

use super::{maybe_share, named};
use crate::amount::plain;
use crate::area::Area;
use crate::clip::shortened;
use crate::section::{Block, Figure, Section, note};
use crate::table::{Cell, Column, Table, duration_cell};
use crate::timeline::Index;
use crate::value::Value;

/// Maximum length of the prefix of error messages by which errors are grouped, characters.
const MESSAGE: usize = 200;

/// An attempt within the area.
struct Held {
    attempt: AttemptId,
    task: TaskId,
    /// The part of it within the area, ns since the epoch.
    from: i64,
    to: i64,
    /// Its total duration, ns.
    length: i64,
}

/// Returns count, work, concurrency, percentiles of duration, steps, statuses and errors of the attempts that are at
/// least partly in an area and whose tasks are in `mask` (one flag per task; empty for all). Work is the part within
/// the area; durations are of whole attempts. O(n log n) in attempts; `rows` limits each table.
pub fn area(facts: &Facts, index: &Index, area: &Area, mask: &[bool], rows: usize) -> Vec<Section> {
    let run = facts.run();
    let passes = |t: TaskId| mask.is_empty() || mask.get(t.index()).copied().unwrap_or(false);
    let mut held = Vec::new();
    for i in 0..run.attempt_count() {
        let attempt = AttemptId(i as u32);
        let task = TaskId(run.attempts.task[i]);
        if passes(task) && area.holds(run, index, attempt) {
            let (start, end) = index.span_of(run, attempt);
            let (from, to) = (start.max(area.from), end.min(area.to));
            held.push(Held { attempt, task, from, to: to.max(from), length: end.saturating_sub(start) });
        }
    }
    if held.is_empty() {
        let block = note("No attempt lies within the selected area.");
        return vec![Section::new("area", "Selected area", vec![block])];
    }
    let mut sections = vec![Section::new("figures", "Selected area", vec![figures(facts, area, &held)])];
    sections.extend(Section::of_table("area-steps", by_step(facts, &held, rows)));
    sections.extend(Section::of_table("area-statuses", by_status(facts, &held)));
    sections.extend(Section::of_table("area-errors", errors(facts, &held, rows)));
    sections
}

fn figures(facts: &Facts, area: &Area, held: &[Held]) -> Block {
    let run = facts.run();
    let span = area.to.saturating_sub(area.from);
    let work = held.iter().fold(0i64, |sum, h| sum.saturating_add(h.to.saturating_sub(h.from)));
    let mut lengths: Vec<i64> = held.iter().map(|h| h.length).collect();
    lengths.order();
    let mut tasks: Vec<TaskId> = held.iter().map(|h| h.task).collect();
    tasks.order();
    tasks.dedup();
    let failed = held.iter().filter(|h| run.attempts.status[h.attempt.index()].is_failure()).count();
    let at = |p: f64| quantile(&lengths, p).unwrap_or_default();
    let mean = (span > 0).then(|| work as f64 / span as f64);
    let figure = |label: &'static str, value: Cell, note: String| Figure { label: label.into(), value, note };
    Block::Figures(vec![
        figure("Attempts", Cell::new(held.len()), format!("of {}", counted(tasks.len(), "task"))),
        figure("Work", duration_cell(work), format!("within {}", duration(span))),
        figure(
            "Concurrency",
            Cell::new(mean.map_or(Value::Empty, Value::Number)),
            format!("mean; at most {}", count(u64::from(most_at_once(held)))),
        ),
        figure(
            "Duration, median",
            duration_cell(at(0.5)),
            format!("90 % {} · 99 % {} · max {}", duration(at(0.9)), duration(at(0.99)), duration(at(1.0))),
        ),
        figure("Failed", Cell::new(failed), share_of(failed, held.len())),
    ])
}

fn share_of(some: usize, all: usize) -> String {
    match some {
        0 => String::new(),
        _ => format!("{} % of attempts", plain((some as f64 / all as f64 * 1000.0).round() / 10.0)),
    }
}

/// Returns the maximum number of attempts at the same time. An attempt that ends when another begins does not overlap
/// it.
fn most_at_once(held: &[Held]) -> u32 {
    let mut changes: Vec<(i64, i32)> = held.iter().flat_map(|h| [(h.from, 1), (h.to, -1)]).collect();
    changes.order();
    let (mut now, mut most) = (0i32, 0i32);
    for (_, by) in changes {
        now += by;
        most = most.max(now);
    }
    most.max(1) as u32
}

fn by_step(facts: &Facts, held: &[Held], rows: usize) -> Table {
    let run = facts.run();
    let mut groups: HashMap<&str, (Vec<i64>, i64, usize)> = HashMap::new();
    for h in held {
        let group = groups.entry(run.task_step(h.task)).or_default();
        group.0.push(h.length);
        group.1 = group.1.saturating_add(h.to.saturating_sub(h.from));
        group.2 += usize::from(run.attempts.status[h.attempt.index()].is_failure());
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.order_by(|a, b| b.1.1.cmp(&a.1.1).then_with(|| a.0.cmp(b.0)));
    let whole = groups.iter().fold(0i64, |sum, g| sum.saturating_add(g.1.1));
    let columns = vec![
        Column::text("step", "Step"),
        Column::number("attempts", "Attempts"),
        Column::number("work", "Work"),
        Column::number("share", "Share"),
        Column::number("median", "Median"),
        Column::number("p90", "90 %"),
        Column::number("failed", "Failed"),
    ];
    let mut table = Table::new("By step", columns);
    table.left_out = groups.len().saturating_sub(rows);
    for (step, (mut lengths, work, failed)) in groups.into_iter().take(rows) {
        lengths.order();
        let at = |p: f64| quantile(&lengths, p).unwrap_or_default();
        let share = (whole > 0).then(|| work as f64 / whole as f64);
        table.push(vec![
            Cell::new(shortened(step, 60)).exact(step),
            Cell::new(lengths.len()),
            duration_cell(work),
            Cell::new(maybe_share(share)),
            duration_cell(at(0.5)),
            duration_cell(at(0.9)),
            Cell::new(failed),
        ]);
    }
    table
}

fn by_status(facts: &Facts, held: &[Held]) -> Table {
    let run = facts.run();
    let columns = vec![
        Column::text("status", "Status"),
        Column::number("attempts", "Attempts"),
        Column::number("work", "Work"),
    ];
    let mut table = Table::new("By status", columns);
    for status in Status::ALL {
        let of = || held.iter().filter(|h| run.attempts.status[h.attempt.index()] == status);
        let attempts = of().count();
        if attempts > 0 {
            let work = of().fold(0i64, |sum, h| sum.saturating_add(h.to.saturating_sub(h.from)));
            table.push(vec![Cell::of_status(status), Cell::new(attempts), duration_cell(work)]);
        }
    }
    table
}

fn errors(facts: &Facts, held: &[Held], rows: usize) -> Table {
    let run = facts.run();
    let mut groups: HashMap<&str, (usize, TaskId)> = HashMap::new();
    for h in held.iter().filter(|h| run.attempts.status[h.attempt.index()].is_failure()) {
        let message = run.text(run.attempts.error[h.attempt.index()]);
        let key = clip_chars(message.lines().next().unwrap_or_default(), MESSAGE);
        groups.entry(key).or_insert((0, h.task)).0 += 1;
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.order_by(|a, b| b.1.0.cmp(&a.1.0).then_with(|| a.0.cmp(b.0)));
    let columns = vec![
        Column::number("attempts", "Attempts"),
        Column::text("error", "Error"),
        Column::text("example", "First in"),
    ];
    let mut table = Table::new("Errors", columns);
    table.left_out = groups.len().saturating_sub(rows);
    for (message, (attempts, first)) in groups.into_iter().take(rows) {
        let shown = if message.is_empty() { "(no message)" } else { message };
        table.push(vec![Cell::new(attempts), Cell::new(shown), named(run, first)]);
    }
    table
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::sync::Arc;

    use super::*;
    use crate::timeline::Lanes;

    #[test]
    fn an_area_is_summed_up() {
        let run = makespan_model::notation::run(
            "a 0..4 w1 step=s\nb 4..10 w1 step=s failed\nc 1..3 w2 step=t\nd 20..21 w2 step=t",
        )
        .unwrap();
        let facts = Facts::new(Arc::new(run));
        let index = Index::new(facts.run(), Lanes::Worker);
        let chosen = Area { from: 2_000_000_000, to: 6_000_000_000, lanes: Lanes::Worker, rows: None };
        let text =
            |mask: &[bool]| -> Vec<String> {
                let mut out = Vec::new();
                for block in area(&facts, &index, &chosen, mask, 10).into_iter().flat_map(|s| s.blocks) {
                    match block {
                        Block::Figures(all) => out.extend(
                            all.iter().map(|f| format!("{}: {} {}", f.label, f.value.text(), f.note)),
                        ),
                        Block::Table(table) => out.extend(table.rows.iter().map(|row| {
                            row.iter().map(|c| c.text().into_owned()).collect::<Vec<_>>().join(" ")
                        })),
                        Block::Note(text) => out.push(text),
                        _ => panic!("no such block"),
                    }
                }
                out
            };
        assert_eq!(
            text(&[]),
            [
                "Attempts: 3 of 3 tasks",
                "Work: 5 s within 4 s",
                "Concurrency: 1.25 mean; at most 2",
                "Duration, median: 4 s 90 % 5.6 s · 99 % 5.96 s · max 6 s",
                "Failed: 1 33.3 % of attempts",
                "s 2 4 s 80 % 5 s 5.8 s 1",
                "t 1 1 s 20 % 2 s 2 s 0",
                "succeeded 2 3 s",
                "failed 1 2 s",
                "1 (no message) b",
            ]
        );
        assert_eq!(text(&[false, false, false, true]), ["No attempt lies within the selected area."]);
    }
}
