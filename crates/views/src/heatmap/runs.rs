//! Tasks by run: status and duration of the same task from run to run.

use makespan_model::Order as _;
use std::ops::Range;
use std::sync::Arc;

use makespan_analysis::{Facts, Quantity};
use makespan_model::{Run, Status, TaskId, UNKNOWN, quantile};
use makespan_scene::{Role, civil, counted, timestamp, visible};

use super::options::{LineOrder, RunColour, RunsOptions};
use super::{Entry, Fill, Head, Lead, LegendPart, Matrix};
use crate::amount::Unit;
use crate::chart::{by_start, start_of};
use crate::look::{Look, TimeMode};
use crate::roles::status_role;
use crate::subject::bounds;

/// The same task in each run: its title, and its task id by run.
pub type LinedUp = (String, Vec<Option<TaskId>>);

/// The matrix. Cells are looked up when they become visible.
pub struct Runs {
    runs: Vec<Arc<Run>>,
    rows: Vec<LinedUp>,
    /// The runs in the order of the columns.
    columns: Vec<usize>,
    /// The rows in their order.
    order: Vec<usize>,
    /// Median duration of each row, in the given order, ns; NaN if fewer than two are known.
    medians: Vec<f64>,
    /// Minimum and maximum of all durations above 0, ns.
    range: Option<(f64, f64)>,
    most_attempts: usize,
    /// The heads of the columns.
    heads: Vec<Head>,
    /// Which statuses occur, by `Status as usize`.
    seen: [bool; Status::COUNT],
    colour: RunColour,
}

/// Returns the task of a row in a run; `None` if the run has no such task.
fn task_in(runs: &[Arc<Run>], tasks: &[Option<TaskId>], run: usize) -> Option<TaskId> {
    let task = (*tasks.get(run)?)?;
    (task.index() < runs.get(run)?.task_count()).then_some(task)
}

/// Returns the duration of a task, ns.
fn duration(run: &Run, task: TaskId) -> Option<f64> {
    run.task_interval(task).map(|(s, e)| e.saturating_sub(s) as f64)
}

impl Runs {
    /// Creates the matrix, with the runs by start from left to right. Each row contains a task by run, in the order of
    /// `runs`. O(cells log runs).
    ///
    /// # Errors
    ///
    /// The reason why there is nothing to show, as a sentence.
    pub fn new(
        facts: &[&Facts],
        rows: Vec<LinedUp>,
        look: &Look,
        options: RunsOptions,
    ) -> Result<Runs, String> {
        if facts.len() < 2 {
            return Err("Open at least two runs to compare their tasks.".to_owned());
        }
        if rows.is_empty() {
            return Err("The open runs have no task in common.".to_owned());
        }
        let columns = by_start(facts);
        let runs: Vec<Arc<Run>> = facts.iter().map(|facts| facts.shared_run()).collect();
        let mut medians = Vec::with_capacity(rows.len());
        let mut seen = [false; Status::COUNT];
        let (mut range, mut most_attempts): (Option<(f64, f64)>, usize) = (None, 1);
        for (_, tasks) in &rows {
            let there = || (0..runs.len()).filter_map(|run| Some((&*runs[run], task_in(&runs, tasks, run)?)));
            let mut known: Vec<f64> = there().filter_map(|(run, task)| duration(run, task)).collect();
            known.order_by(f64::total_cmp);
            medians.push(median(&known));
            let positive = bounds(known.into_iter().filter(|d| *d > 0.0));
            range = bounds([range, positive].into_iter().flatten().flat_map(|(a, b)| [a, b]));
            there().for_each(|(run, task)| seen[run.tasks.status[task.index()] as usize] = true);
            let attempts = there().map(|(run, task)| run.attempts_of(task).len()).max();
            most_attempts = most_attempts.max(attempts.unwrap_or(0));
        }
        let offset = if look.time == TimeMode::Local { look.offset } else { 0 };
        let order = (0..rows.len()).collect();
        let heads = heads(facts, &columns, offset);
        let colour = options.colour;
        let mut matrix =
            Runs { runs, rows, columns, order, medians, range, most_attempts, heads, seen, colour };
        matrix.sort(options.order);
        Ok(matrix)
    }

    fn sort(&mut self, order: LineOrder) {
        match order {
            LineOrder::Given => {}
            LineOrder::Failed => {
                let failed = |row: &usize| {
                    let tasks = &self.rows[*row].1;
                    let failed = |run: &usize| {
                        let task = task_in(&self.runs, tasks, *run);
                        task.is_some_and(|t| self.runs[*run].tasks.status[t.index()].is_failure())
                    };
                    std::cmp::Reverse((0..self.runs.len()).filter(failed).count())
                };
                let mut rows = self.order.clone();
                rows.order_by_cached_key(failed);
                self.order = rows;
            }
            LineOrder::Change => {
                let change = |row: usize| {
                    let latest = self.columns.iter().rev().find_map(|&run| {
                        let task = task_in(&self.runs, &self.rows[row].1, run)?;
                        duration(&self.runs[run], task)
                    });
                    let ratio = latest.map_or(f64::NAN, |d| (d / self.medians[row]).ln().abs());
                    // What cannot be compared comes last.
                    if ratio.is_nan() { -1.0 } else { ratio }
                };
                let changes: Vec<f64> = (0..self.rows.len()).map(change).collect();
                self.order.order_by(|&a, &b| changes[b].total_cmp(&changes[a]));
            }
        }
    }

    /// Returns the run and the task of a cell.
    fn at(&self, row: usize, column: usize) -> Option<(usize, TaskId)> {
        let run = *self.columns.get(column)?;
        let (_, tasks) = self.rows.get(*self.order.get(row)?)?;
        task_in(&self.runs, tasks, run).map(|task| (run, task))
    }

    fn entry(&self, row: usize, column: usize) -> Entry {
        let Some((run, task)) = self.at(row, column) else { return Entry::nothing("not in this run") };
        let run = &self.runs[run];
        let status = run.tasks.status[task.index()];
        let length = duration(run, task);
        let attempts = run.attempts_of(task).len();
        let unit = Unit::of(Quantity::Time);
        let ratio = length.map_or(f64::NAN, |d| d / self.medians[self.order[row]]);
        let change = ratio.is_finite().then(|| percent(ratio));
        let mut exact = status.name().to_owned();
        match length {
            Some(length) => exact.push_str(&format!(", {}", unit.exact(length))),
            None => exact.push_str(", duration unknown"),
        }
        exact.extend(change.as_ref().map(|change| format!(", {change} relative to the median of the row")));
        if attempts > 1 {
            exact.push_str(&format!(", {}", counted(attempts, "attempt")));
        }
        // A failure has its sign, whatever the colours mean.
        let sign = (self.colour == RunColour::Status || status.is_failure()).then(|| status_role(status));
        let value = |role, text: String| Entry { fill: Fill::Value(role), text, sign, exact: exact.clone() };
        match self.colour {
            RunColour::Status => value(status_role(status), String::new()),
            RunColour::Attempts if attempts == 0 => {
                Entry { fill: Fill::Nothing, ..value(Role::Panel, String::new()) }
            }
            RunColour::Attempts => {
                let part = (attempts - 1) as f32 / (self.most_attempts - 1).max(1) as f32;
                value(Role::heat(part * 0.999), attempts.to_string())
            }
            RunColour::Duration => match length {
                Some(length) => value(Role::heat(self.shade(length)), unit.short(length)),
                None => Entry { exact, sign, ..Entry::unknown() },
            },
            RunColour::Change => match change {
                // The ends of the scale are double and half of the median.
                Some(change) => value(Role::diverge(ratio.log2() as f32), change),
                None => Entry { exact, sign, ..Entry::unknown() },
            },
        }
    }

    /// Returns the position of a duration among all, by its logarithm.
    fn shade(&self, length: f64) -> f32 {
        let Some((low, high)) = self.range.filter(|(low, high)| low < high) else { return 0.5 };
        ((length.max(low) / low).ln() / (high / low).ln()) as f32
    }
}

/// Returns the column headers: when each run started, as exactly as needed to distinguish them; its title if unknown.
fn heads(runs: &[&Facts], columns: &[usize], offset: i32) -> Vec<Head> {
    let short: Vec<String> = columns.iter().map(|&run| written(runs[run], offset, false)).collect();
    let mut sorted: Vec<&String> = short.iter().collect();
    sorted.order_by(Ord::cmp);
    let seconds = sorted.windows(2).any(|pair| pair[0] == pair[1]);
    let head = |&run: &usize| {
        let (start, title) = (start_of(runs[run]), visible(runs[run].run().title()).into_owned());
        let status = runs[run].run().status();
        let said = status.map_or("status unknown", |s: Status| s.name());
        let when = if start == UNKNOWN { "start unknown".to_owned() } else { timestamp(start, offset) };
        let exact = format!("{title}\n{said}, {when}");
        Head { text: written(runs[run], offset, seconds), status: status.map(status_role), exact }
    };
    columns.iter().map(head).collect()
}

fn written(facts: &Facts, offset: i32, seconds: bool) -> String {
    let start = start_of(facts);
    if start == UNKNOWN {
        return visible(facts.run().title()).into_owned();
    }
    let at = civil(start, offset);
    let seconds = if seconds { format!(":{:02}", at.second) } else { String::new() };
    format!("{:02}-{:02} {:02}:{:02}{seconds}", at.month, at.day, at.hour, at.minute)
}

/// Returns the median of ascending values; NaN for a single one.
fn median(sorted: &[f64]) -> f64 {
    quantile(sorted, 0.5).filter(|_| sorted.len() > 1).unwrap_or(f64::NAN)
}

/// Formats a ratio as a change: "+12 %", "−50 %", or "×3.2" if a percentage would need many digits.
fn percent(ratio: f64) -> String {
    if ratio >= 3.0 {
        return format!("×{}", crate::amount::compact((ratio * 10.0).round() / 10.0));
    }
    let change = ((ratio - 1.0) * 100.0).round();
    if change == 0.0 { "±0 %".to_owned() } else { format!("{change:+} %").replace('-', "−") }
}

impl Matrix for Runs {
    fn title(&self) -> &str {
        match self.colour {
            RunColour::Status => "Tasks by run: status",
            RunColour::Duration => "Tasks by run: duration",
            RunColour::Change => "Tasks by run: change of duration",
            RunColour::Attempts => "Tasks by run: attempts",
        }
    }

    fn corner(&self) -> &str {
        "Task"
    }

    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn columns(&self) -> usize {
        self.columns.len()
    }

    fn row(&self, row: usize) -> Head {
        let title = self.order.get(row).and_then(|r| self.rows.get(*r)).map(|r| r.0.clone());
        Head { text: title.unwrap_or_default(), ..Head::default() }
    }

    fn column(&self, column: usize) -> Head {
        self.heads.get(column).cloned().unwrap_or_default()
    }

    fn entries(&self, row: usize, columns: Range<usize>) -> Vec<Entry> {
        columns.map(|column| self.entry(row, column)).collect()
    }

    fn legend(&self) -> Vec<LegendPart> {
        let unit = Unit::of(Quantity::Time);
        let mut parts = match self.colour {
            RunColour::Status => {
                let seen = Status::ALL.into_iter().filter(|s| self.seen[*s as usize]);
                seen.map(|s| LegendPart::Patch { role: status_role(s), text: s.name().to_owned() }).collect()
            }
            RunColour::Duration => match self.range {
                Some((low, high)) => {
                    vec![LegendPart::heat(unit.text(low), unit.text(high)), LegendPart::Unknown]
                }
                None => vec![LegendPart::Unknown],
            },
            RunColour::Change => {
                vec![LegendPart::diverge("half", "±8 %", "twice the median of the row"), LegendPart::Unknown]
            }
            RunColour::Attempts if self.most_attempts == 1 => {
                vec![LegendPart::Patch { role: Role::heat(0.0), text: "1 attempt".to_owned() }]
            }
            RunColour::Attempts => vec![LegendPart::heat("1", counted(self.most_attempts, "attempt"))],
        };
        parts.push(LegendPart::Nothing("not in this run".to_owned()));
        parts
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = vec!["Runs are ordered by start.".to_owned()];
        if self.colour == RunColour::Duration {
            notes.push("Colours use a logarithmic scale.".to_owned());
        }
        notes
    }

    fn lead(&self, row: usize, column: usize) -> Option<Lead> {
        self.at(row, column).map(|(run, task)| Lead::TaskOfRun(run, task))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_formatted_for_people() {
        let said: Vec<String> =
            [1.0, 1.004, 1.12, 0.5, 2.0, 3.24, 1e9, 0.0].into_iter().map(percent).collect();
        assert_eq!(said, ["±0 %", "±0 %", "+12 %", "−50 %", "+100 %", "×3.2", "×1 G", "−100 %"]);
        assert!(median(&[5.0]).is_nan());
        assert_eq!((median(&[1.0, 2.0, 9.0]), median(&[1.0, 2.0])), (2.0, 1.5));
    }
}
