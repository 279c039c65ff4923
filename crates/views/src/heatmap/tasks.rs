//! Tasks by measure: how each task compares with the others.

use makespan_model::Order as _;
use std::ops::Range;
use std::sync::Arc;

use makespan_analysis::natural_cmp;
use makespan_model::{Run, TaskId, UNKNOWN};
use makespan_scene::{Role, counted};

use super::options::{Normal, RowOrder, TasksOptions};
use super::order::alike;
use super::{Entry, Fill, Head, Lead, LegendPart, Matrix};
use crate::amount::Unit;
use crate::roles::status_role;
use crate::subject::{Subject, bounds};
use crate::tasks::start_of;

/// Maximum number of values kept: a hundred thousand tasks with eighty measures.
const MOST_CELLS: usize = 8_000_000;
const MOST_COLUMNS: usize = 200;
/// Maximum number of values examined to find the measures in which tasks differ.
const MOST_LOOKS: usize = 100_000_000;

struct Column {
    title: String,
    key: String,
    unit: Unit,
    /// By task; NaN if unknown.
    values: Vec<f64>,
    /// From 0 to 1, by task; NaN if unknown.
    shades: Vec<f32>,
    /// The lowest and the highest value, as text.
    range: String,
}

/// The matrix. It keeps the values of its columns, and gets names from the run.
pub struct Tasks {
    run: Arc<Run>,
    columns: Vec<Column>,
    /// The tasks, in the order of the rows.
    order: Vec<u32>,
    options: TasksOptions,
    notes: Vec<String>,
}

impl Tasks {
    /// Creates the matrix of the counted tasks by the chosen measures. O(m (n + s) log n) for m measures of n tasks
    /// with s samples.
    ///
    /// # Errors
    ///
    /// The reason why there is nothing to show, as a sentence.
    pub fn new(subject: &Subject<'_>, options: &TasksOptions) -> Result<Tasks, String> {
        let run = subject.facts.shared_run();
        let order: Vec<u32> = (0..run.task_count() as u32).filter(|t| subject.counts(*t)).collect();
        if order.is_empty() {
            return Err("No tasks to show.".to_owned());
        }
        let mut notes = Vec::new();
        let mut columns = columns(subject, options, &order, &mut notes);
        if columns.is_empty() {
            return Err("All tasks have the same values in every measure.".to_owned());
        }
        for column in &mut columns {
            column.shades = shades(&column.values, &order, options);
        }
        let mut matrix = Tasks { run, columns, order, options: options.clone(), notes };
        matrix.sort();
        Ok(matrix)
    }

    /// Returns the task of a row.
    pub fn task(&self, row: usize) -> Option<TaskId> {
        self.order.get(row).copied().map(TaskId)
    }

    /// Returns the row of a task; linear.
    pub fn row_of(&self, task: TaskId) -> Option<usize> {
        self.order.iter().position(|t| *t == task.0)
    }

    fn sort(&mut self) {
        let run = &self.run;
        match self.options.order {
            RowOrder::Start => self.order.order_by_key(|&t| {
                let start = start_of(run, TaskId(t));
                (start == UNKNOWN, start, t)
            }),
            RowOrder::Name => self.order.order_by(|&a, &b| {
                let name = |t| run.task_name(TaskId(t));
                natural_cmp(name(a), name(b)).then(a.cmp(&b))
            }),
            RowOrder::Alike => {
                let shades: Vec<&[f32]> = self.columns.iter().map(|c| &c.shades[..]).collect();
                self.order = alike(&shades, &self.order);
            }
            RowOrder::Column => {
                let by = self.columns.iter().find(|c| c.key == self.options.by).or(self.columns.first());
                let Some(values) = by.map(|c| &c.values) else { return };
                let down = self.options.descending;
                self.order.order_by(|&a, &b| {
                    let (x, y) = (values[a as usize], values[b as usize]);
                    let order = if down { y.total_cmp(&x) } else { x.total_cmp(&y) };
                    x.is_nan().cmp(&y.is_nan()).then(order).then(a.cmp(&b))
                });
                return;
            }
        }
        if self.options.descending {
            self.order.reverse();
        }
    }
}

/// Returns the values of the chosen measures, or of those in which tasks differ.
fn columns(
    subject: &Subject<'_>,
    options: &TasksOptions,
    order: &[u32],
    notes: &mut Vec<String>,
) -> Vec<Column> {
    let measures = subject.facts.measures();
    let chosen = !options.columns.is_empty();
    let wanted: Vec<usize> = if chosen {
        options.columns.iter().filter_map(|key| measures.find(key)).collect()
    } else {
        (0..measures.list.len()).collect()
    };
    let tasks = subject.facts.run().task_count().max(1);
    let most = (MOST_CELLS / tasks).clamp(1, MOST_COLUMNS);
    let looks = (MOST_LOOKS / tasks).max(MOST_COLUMNS);
    let (mut columns, mut equal, mut beyond): (Vec<Column>, Vec<String>, usize) = Default::default();
    for (k, at) in wanted.into_iter().enumerate() {
        if columns.len() == most || k >= looks {
            beyond += 1;
            continue;
        }
        let measure = &measures.list[at];
        let values = measures.values(subject.facts, at);
        let unit = Unit::measure(measure);
        let Some((low, high)) = bounds(order.iter().map(|&t| values[t as usize])) else { continue };
        let known = order.iter().filter(|&&t| values[t as usize].is_finite()).count();
        if !chosen && low == high && known == order.len() && order.len() > 1 {
            equal.push(format!("{} ({})", measure.title, unit.text(low)));
            continue;
        }
        // Without retries and containers, the work of a task is its duration.
        if !chosen
            && measure.key == "work"
            && columns.iter().any(|c| c.key == "duration" && same(&c.values, &values))
        {
            continue;
        }
        let range = format!("{} to {}", unit.text(low), unit.text(high));
        let (title, key) = (measure.title.clone(), measure.key.clone());
        columns.push(Column { title, key, unit, values, shades: Vec::new(), range });
    }
    if !equal.is_empty() {
        let more = equal.len().saturating_sub(6);
        equal.truncate(6);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        notes.push(format!("Not shown, the same for every task: {}{more}.", equal.join(", ")));
    }
    if beyond > 0 {
        notes.push(format!("Not shown: {}.", counted(beyond, "more measure")));
    }
    columns
}

fn same(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
}

/// Scales values to 0 to 1. If all are equal, they are in the middle.
fn shades(values: &[f64], rows: &[u32], options: &TasksOptions) -> Vec<f32> {
    let mut out = vec![f32::NAN; values.len()];
    let known: Vec<u32> = rows.iter().copied().filter(|&t| values[t as usize].is_finite()).collect();
    match options.normal {
        Normal::Range => {
            // A value without a logarithm gets the lowest colour.
            let of = |v: f64| if options.log { if v > 0.0 { v.ln() } else { f64::NEG_INFINITY } } else { v };
            let Some((low, high)) = bounds(known.iter().map(|&t| of(values[t as usize]))) else { return out };
            for t in known {
                let v = of(values[t as usize]);
                let part = if high > low { (v - low) / (high - low) } else { 0.5 };
                out[t as usize] = part.clamp(0.0, 1.0) as f32;
            }
        }
        Normal::Rank => {
            let mut sorted = known;
            sorted.order_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]));
            let last = sorted.len().saturating_sub(1).max(1) as f32;
            let mut at = 0;
            for equal in sorted.chunk_by(|a, b| values[*a as usize] == values[*b as usize]) {
                let middle = at as f32 + (equal.len() - 1) as f32 / 2.0;
                let place = if sorted.len() > 1 { middle / last } else { 0.5 };
                equal.iter().for_each(|&t| out[t as usize] = place);
                at += equal.len();
            }
        }
    }
    out
}

impl Matrix for Tasks {
    fn title(&self) -> &str {
        "Tasks by measure"
    }

    fn corner(&self) -> &str {
        "Task"
    }

    fn rows(&self) -> usize {
        self.order.len()
    }

    fn columns(&self) -> usize {
        self.columns.len()
    }

    fn row(&self, row: usize) -> Head {
        let Some(task) = self.task(row) else { return Head::default() };
        let status = status_role(self.run.tasks.status[task.index()]);
        let text = self.run.task_name(task).to_owned();
        let id = self.run.task_id(task);
        let exact = if text == id { text.clone() } else { format!("{text} ({id})") };
        Head { text, status: Some(status), exact }
    }

    fn column(&self, column: usize) -> Head {
        let Some(column) = self.columns.get(column) else { return Head::default() };
        let text = column.unit.titled(&column.title);
        Head { exact: format!("{text} ({})", column.range), text, status: None }
    }

    fn entries(&self, row: usize, columns: Range<usize>) -> Vec<Entry> {
        let Some(task) = self.task(row) else { return Vec::new() };
        let entry = |column: &Column| {
            let (value, shade) = (column.values[task.index()], column.shades[task.index()]);
            if !value.is_finite() {
                return Entry::unknown();
            }
            let role = Role::heat(shade);
            let exact = format!("{} {}", column.title, column.unit.exact(value));
            Entry { fill: Fill::Value(role), text: column.unit.short(value), sign: None, exact }
        };
        self.columns.get(columns).unwrap_or_default().iter().map(entry).collect()
    }

    fn legend(&self) -> Vec<LegendPart> {
        let (low, high) = match self.options.normal {
            Normal::Range => ("lowest", "highest of the column"),
            Normal::Rank => ("lowest", "highest rank in the column"),
        };
        vec![LegendPart::heat(low, high), LegendPart::Unknown]
    }

    fn notes(&self) -> Vec<String> {
        let how = match (self.options.normal, self.options.log) {
            (Normal::Range, false) => {
                "Colours range from the lowest to the highest value of each column; do not compare them across columns."
            }
            (Normal::Range, true) => {
                "Colours range over the logarithm of the values of each column; values of 0 and less have the lowest \
                 colour."
            }
            (Normal::Rank, _) => {
                "Colours show the rank of a value within its column; equal values share a rank."
            }
        };
        std::iter::once(how.to_owned()).chain(self.notes.iter().cloned()).collect()
    }

    fn lead(&self, row: usize, _: usize) -> Option<Lead> {
        self.task(row).map(Lead::Task)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaded(values: &[f64], normal: Normal, log: bool) -> Vec<f32> {
        let rows: Vec<u32> = (0..values.len() as u32).collect();
        shades(values, &rows, &TasksOptions { normal, log, ..TasksOptions::default() })
    }

    #[test]
    fn values_have_positions_within_their_column() {
        assert_eq!(shaded(&[0.0, 5.0, 10.0], Normal::Range, false), [0.0, 0.5, 1.0]);
        assert_eq!(shaded(&[1.0, 10.0, 100.0], Normal::Range, true), [0.0, 0.5, 1.0]);
        assert_eq!(shaded(&[-3.0, 1.0, 0.0, 4.0], Normal::Range, true), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(shaded(&[7.0, 7.0], Normal::Range, false), [0.5, 0.5]);
        // Ranks 0, 1 and 2 shared as 1, 3 of the last 3.
        assert_eq!(shaded(&[1.0, 5.0, 5.0, 900.0], Normal::Rank, false), [0.0, 0.5, 0.5, 1.0]);
        assert_eq!(shaded(&[4.0], Normal::Rank, false), [0.5]);
        let unknown = shaded(&[f64::NAN, 2.0, f64::INFINITY, 4.0], Normal::Range, false);
        assert!(unknown[0].is_nan() && unknown[2].is_nan());
        assert_eq!((unknown[1], unknown[3]), (0.0, 1.0));
    }
}
