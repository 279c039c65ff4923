//! Data read and written: bytes, operations, and bytes over the network.

use makespan_analysis::{Quantity, Standard, natural_cmp};
use makespan_model::{HashMap, Order as _, TaskId};
use makespan_scene::{Role, count};

use super::picture::MOST_ROWS;
use super::plot::{Bar, Key, Plot};
use super::{Axis, Chart, Choice, Kind, Picture, Subject};
use crate::amount::Unit;
use crate::subject::{bounds, sane};
use crate::table::{Cell, Column, Table};

/// Maximum number of tasks with a row each; with more, each step has a row.
const MOST_TASKS: usize = 16;
/// Number of rows shown.
const TOP: usize = 24;

/// Two related measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pair {
    /// Bytes read from and written to disks.
    #[default]
    Bytes,
    /// Read and write operations.
    Operations,
    /// Bytes received and sent over the network.
    Network,
}

impl Pair {
    /// All pairs.
    pub const ALL: [Pair; 3] = [Pair::Bytes, Pair::Operations, Pair::Network];

    /// Returns its name in links.
    pub fn name(self) -> &'static str {
        match self {
            Pair::Bytes => "bytes",
            Pair::Operations => "operations",
            Pair::Network => "network",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Pair::Bytes => "Bytes read and written",
            Pair::Operations => "Read and write operations",
            Pair::Network => "Bytes received and sent",
        }
    }

    fn missing(self) -> &'static str {
        match self {
            Pair::Bytes => "This file records no bytes read or written.",
            Pair::Operations => "No read or write operations recorded in this file.",
            Pair::Network => "No network traffic recorded in this file.",
        }
    }

    fn sides(self) -> [(Standard, &'static str, Role); 2] {
        let (a, b, names) = match self {
            Pair::Bytes => (Standard::BytesRead, Standard::BytesWritten, ["read", "written"]),
            Pair::Operations => (Standard::Reads, Standard::Writes, ["read", "wrote"]),
            Pair::Network => (Standard::NetReceived, Standard::NetSent, ["received", "sent"]),
        };
        [(a, names[0], Role::Category4), (b, names[1], Role::Category0)]
    }

    /// Returns the known values of each side, by task.
    fn values(self, subject: &Subject<'_>) -> [Vec<(u32, f64)>; 2] {
        let measures = subject.facts.measures();
        self.sides()
            .map(|(standard, ..)| measures.standard(standard).map(|m| subject.values(m)).unwrap_or_default())
    }

    fn unit(self) -> Unit {
        Unit::of(if self == Pair::Operations { Quantity::Count } else { Quantity::Bytes })
    }
}

pub(super) fn list(subject: &Subject<'_>, out: &mut Vec<Chart>) {
    for pair in Pair::ALL {
        let values: Vec<f64> = pair.values(subject).iter().flatten().map(|v| v.1).collect();
        let chart = Chart::new(Kind::InputOutput, pair.name(), pair.title());
        let nothing = values.iter().all(|v| *v == 0.0);
        let why = if values.is_empty() { pair.missing() } else { "All values in this file are 0." };
        out.push(chart.missing_if(nothing, why));
    }
}

/// A row: its name, its task if it is one, and the sum of each side, `None` if unknown.
struct Row {
    name: String,
    task: Option<u32>,
    sums: [Option<f64>; 2],
}

pub(super) fn picture(subject: &Subject<'_>, choice: &Choice) -> Result<Picture, String> {
    let pair = Pair::ALL.into_iter().find(|p| p.name() == choice.of).unwrap_or_default();
    let (mut rows, by_step) = rows(subject, pair);
    if rows.is_empty() {
        return Err(pair.missing().to_owned());
    }
    let total = |row: &Row| row.sums.iter().flatten().sum::<f64>();
    if by_step || rows.len() > TOP {
        rows.order_by(|a, b| total(b).total_cmp(&total(a)).then_with(|| natural_cmp(&a.name, &b.name)));
    }
    let unit = pair.unit();
    let title = format!("{} by {}", pair.title(), if by_step { "step" } else { "task" });
    let mut twin = Table::new(
        title.clone(),
        vec![
            Column::text("name", if by_step { "Step" } else { "Task" }),
            Column::number("first", pair.sides()[0].1),
            Column::number("second", pair.sides()[1].1),
        ],
    );
    let cell = |v: Option<f64>| {
        v.map_or_else(|| Cell::new("").exact("unknown"), |v| Cell::new(unit.text(v)).exact(unit.exact(v)))
    };
    for row in rows.iter().take(MOST_ROWS) {
        let name = Cell { task: row.task, ..Cell::new(row.name.clone()) };
        twin.push(vec![name, cell(row.sums[0]), cell(row.sums[1])]);
    }
    twin.left_out = rows.len() - twin.rows.len();

    let left_out = rows.len().saturating_sub(TOP);
    rows.truncate(TOP);
    let bounds = bounds(rows.iter().flat_map(|r| r.sums.into_iter().flatten()));
    let x = Axis::from_zero(String::new(), unit.clone(), bounds);
    let mut plot = Plot::new(title, x, Axis::named(rows.iter().map(|r| r.name.clone()).collect()));
    for (i, row) in rows.iter().enumerate() {
        for (k, (_, side, role)) in pair.sides().into_iter().enumerate() {
            let Some(value) = row.sums[k] else { continue };
            let top = i as f64 + 0.1 + 0.4 * k as f64;
            plot.bars.push(Bar {
                x: (0.0, value),
                y: (top, top + 0.38),
                role,
                label: unit.short(value),
                tip: format!("{}\n{side} {}", row.name, unit.exact(value)),
                task: row.task,
                marked: row.task.is_some() && row.task == subject.look.selected,
            });
        }
    }
    plot.legend =
        pair.sides().map(|(_, side, role)| Key { role, shape: None, text: side.to_owned() }).to_vec();
    if by_step {
        plot.notes.push("Sums over the tasks of each step.".to_owned());
    }
    if left_out > 0 {
        plot.notes.push(format!("… and {} more.", count(left_out as u64)));
    }
    Ok(Picture::plot(plot, twin))
}

/// Returns a row per task, or per step if there are many tasks.
fn rows(subject: &Subject<'_>, pair: Pair) -> (Vec<Row>, bool) {
    let (run, sides) = (subject.facts.run(), pair.values(subject));
    let mut tasks: Vec<u32> = sides.iter().flatten().map(|v| v.0).collect();
    tasks.order();
    tasks.dedup();
    let by_step = tasks.len() > MOST_TASKS;
    let mut place: HashMap<&str, usize> = HashMap::default();
    let mut rows: Vec<Row> = Vec::new();
    let mut row_of: HashMap<u32, usize> = HashMap::default();
    for &t in &tasks {
        let new = |rows: &mut Vec<Row>, name: &str, task| {
            rows.push(Row { name: name.to_owned(), task, sums: [None; 2] });
            rows.len() - 1
        };
        let at = if by_step {
            let step = run.task_step(TaskId(t));
            *place.entry(step).or_insert_with(|| new(&mut rows, step, None))
        } else {
            new(&mut rows, run.task_name(TaskId(t)), Some(t))
        };
        row_of.insert(t, at);
    }
    for (k, side) in sides.iter().enumerate() {
        for (t, v) in side {
            let sum = &mut rows[row_of[t]].sums[k];
            *sum = Some(sane(sum.unwrap_or(0.0) + v));
        }
    }
    (rows, by_step)
}
