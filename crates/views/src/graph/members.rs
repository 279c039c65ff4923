//! Everything known about a group of tasks, in sections.

use makespan_analysis::Facts;
use makespan_format::time::SECOND;
use makespan_model::{Order as _, Status, TaskId, UNKNOWN};
use makespan_scene::count;

use super::node::{Spread, length, statuses};
use crate::amount::share;
use crate::look::Look;
use crate::moment::Moments;
use crate::rerun::{Again, rerun};
use crate::section::{Block, Section};
use crate::table::{Cell, Column, Table, duration_cell};
use crate::tasks::start_of;

/// Maximum number of members that a panel lists.
const MOST: usize = 200;

/// Returns what the panel beside the graph shows about a group: counts, times and its members, failed and longest
/// first.
pub fn group_details(facts: &Facts, tasks: &[u32], look: &Look) -> Vec<Section> {
    let run = facts.run();
    let moments = &Moments::new(run, look);
    let mut pairs = vec![("Tasks".to_owned(), Cell::new(count(tasks.len() as u64)))];
    let of = statuses(run, tasks);
    for status in Status::ALL.into_iter().filter(|s| of[*s as usize] > 0) {
        let part = f64::from(of[status as usize]) / tasks.len().max(1) as f64;
        let words = format!("{} ({})", count(u64::from(of[status as usize])), share(part));
        pairs.push((status.name().to_owned(), Cell::new(words).status(crate::roles::status_role(status))));
    }
    let intervals = || tasks.iter().filter_map(|&t| run.task_interval(TaskId(t)));
    let start = tasks.iter().map(|&t| start_of(run, TaskId(t))).filter(|t| *t != UNKNOWN).min();
    let end = intervals().map(|(_, e)| e).max();
    pairs.push(("First start".to_owned(), moments.cell(start.unwrap_or(UNKNOWN))));
    pairs.push(("Last end".to_owned(), moments.cell(end.unwrap_or(UNKNOWN))));
    let lengths = || tasks.iter().filter_map(|&t| length(run, t));
    if let Some(spread) = Spread::of(run, tasks) {
        pairs.push(("Shortest".to_owned(), duration_cell(lengths().min().unwrap_or(UNKNOWN))));
        pairs.push(("10th percentile".to_owned(), duration_cell(spread.low)));
        pairs.push(("Median".to_owned(), duration_cell(spread.median)));
        pairs.push(("90th percentile".to_owned(), duration_cell(spread.high)));
        pairs.push(("Longest".to_owned(), duration_cell(lengths().max().unwrap_or(UNKNOWN))));
        let work = lengths().fold(0i64, i64::saturating_add);
        pairs.push(("Sum of durations".to_owned(), duration_cell(work)));
        if let Some((s, e)) = start.zip(end).filter(|(s, e)| e.saturating_sub(*s) >= SECOND / 1_000) {
            let mean = work as f64 / e.saturating_sub(s).max(1) as f64;
            pairs.push(("Mean concurrency".to_owned(), Cell::new(format!("{mean:.1}"))));
        }
    }
    let summary = Section::new("summary", "Summary", vec![Block::Pairs(pairs)]);
    let again = rerun(run, &Again::Tasks(tasks.to_vec()));
    std::iter::once(summary).chain(again).chain([members(facts, tasks)]).collect()
}

fn members(facts: &Facts, tasks: &[u32]) -> Section {
    let run = facts.run();
    let columns = vec![
        Column::text("name", "Task"),
        Column::text("status", "Status"),
        Column::number("duration", "Duration"),
    ];
    let mut table = Table::new("Members", columns);
    let mut order = tasks.to_vec();
    let rank = |t: &u32| {
        let ok = !run.tasks.status[*t as usize].is_failure();
        (ok, std::cmp::Reverse(length(run, *t)), *t)
    };
    order.order_by_cached_key(rank);
    for &t in order.iter().take(MOST) {
        let status = run.tasks.status[t as usize];
        let name = Cell::new(run.task_name(TaskId(t))).exact(run.task_id(TaskId(t))).task(t);
        table.push(vec![name, Cell::of_status(status), duration_cell(length(run, t).unwrap_or(UNKNOWN))]);
    }
    table.left_out = tasks.len() - table.rows.len();
    Section::new("members", "Members", vec![Block::Table(table)])
}
