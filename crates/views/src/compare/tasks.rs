//! The table of all tasks of two runs: sorted and filtered as indices; only visible rows are built.

use std::collections::BTreeMap;

use makespan_analysis::compare::{Change, Evidence, Match, MatchedTask};
use makespan_analysis::natural_cmp;
use makespan_model::Order as _;
use makespan_model::{Run, TaskId};
use makespan_scene::counted;
use serde::{Deserialize, Serialize};

use super::delta::{self, word_role};
use super::{Pair, delta_cell};
use crate::clip::shortened_name;
use crate::table::{Cell, Column, Table};
use crate::value::Value;

/// The sort key of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SortKey {
    /// How it was matched.
    Match,
    /// Name; numbers in it by value.
    Name,
    /// Step.
    Step,
    /// Duration in A.
    A,
    /// Duration in B.
    B,
    /// B minus A.
    Delta,
    /// B relative to A.
    Relative,
    /// Absolute contribution to the difference of the makespans; rows without one by the difference of their durations.
    #[default]
    Contribution,
}

impl SortKey {
    /// All keys, in the order of the columns.
    pub const ALL: [SortKey; 8] = [
        SortKey::Match,
        SortKey::Name,
        SortKey::Step,
        SortKey::A,
        SortKey::B,
        SortKey::Delta,
        SortKey::Relative,
        SortKey::Contribution,
    ];

    /// Returns the name in links and of the column.
    pub fn name(self) -> &'static str {
        match self {
            SortKey::Match => "match",
            SortKey::Name => "name",
            SortKey::Step => "step",
            SortKey::A => "a",
            SortKey::B => "b",
            SortKey::Delta => "delta",
            SortKey::Relative => "relative",
            SortKey::Contribution => "contribution",
        }
    }

    /// Returns its title.
    pub fn title(self) -> &'static str {
        match self {
            SortKey::Match => "Match",
            SortKey::Name => "Task",
            SortKey::Step => "Step",
            SortKey::A => "A",
            SortKey::B => "B",
            SortKey::Delta => "Difference",
            SortKey::Relative => "Relative",
            SortKey::Contribution => "Contribution",
        }
    }

    /// Returns its column.
    pub fn column(self) -> Column {
        match self {
            SortKey::Match | SortKey::Name | SortKey::Step => Column::text(self.name(), self.title()),
            _ => Column::number(self.name(), self.title()),
        }
    }
}

/// Order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sort {
    /// The key.
    pub key: SortKey,
    /// Whether the largest come first.
    pub descending: bool,
}

impl Default for Sort {
    /// The largest contribution comes first.
    fn default() -> Sort {
        Sort { key: SortKey::Contribution, descending: true }
    }
}

/// Returns the rows in `mask`, sorted; unknown values come last in either direction. `contribution` is by row, ns,
/// `None` if a row does not contribute to the difference. O(n log n).
pub fn order(pair: &Pair<'_>, contribution: &[Option<i64>], mask: Option<&[bool]>, sort: Sort) -> Vec<u32> {
    let passes = |r: &u32| mask.is_none_or(|m| m.get(*r as usize).copied().unwrap_or(true));
    let mut rows: Vec<u32> = (0..pair.rows().len() as u32).filter(passes).collect();
    let mut by_number = |value: &dyn Fn(&MatchedTask, u32) -> Option<f64>| {
        let values: Vec<Option<f64>> = pair.rows().iter().zip(0..).map(|(t, r)| value(t, r)).collect();
        rows.order_by(|&x, &y| {
            let (x, y) = (values[x as usize], values[y as usize]);
            let order = x.unwrap_or(0.0).total_cmp(&y.unwrap_or(0.0));
            x.is_none().cmp(&y.is_none()).then(if sort.descending { order.reverse() } else { order })
        });
    };
    let apart = |t: &MatchedTask| t.delta_ns.map(|d| d.unsigned_abs() as f64);
    match sort.key {
        SortKey::Match => by_number(&|t, _| Some(f64::from(t.how as u8))),
        SortKey::A => by_number(&|t, _| t.a_ns.map(|ns| ns as f64)),
        SortKey::B => by_number(&|t, _| t.b_ns.map(|ns| ns as f64)),
        SortKey::Delta => by_number(&|t, _| t.delta_ns.map(|ns| ns as f64)),
        SortKey::Relative => by_number(&|t, _| match (t.a_ns, t.b_ns) {
            (Some(a), Some(b)) if a > 0 => Some(b as f64 / a as f64),
            _ => None,
        }),
        SortKey::Contribution => {
            by_number(&|t, _| apart(t));
            by_number(&|_, r| {
                contribution.get(r as usize).copied().flatten().map(|ns| ns.unsigned_abs() as f64)
            });
        }
        SortKey::Name | SortKey::Step => {
            let text = |t: &MatchedTask| match (sort.key, pair.side(t)) {
                (SortKey::Name, Some((run, id))) => run.task_name(id),
                (_, Some((run, id))) => run.task_step(id),
                _ => "",
            };
            rows.order_by(|&x, &y| {
                let (x, y) = (text(&pair.rows()[x as usize]), text(&pair.rows()[y as usize]));
                let order = natural_cmp(x, y);
                x.is_empty().cmp(&y.is_empty()).then(if sort.descending { order.reverse() } else { order })
            });
        }
    }
    rows
}

/// Returns the columns.
pub fn columns() -> Vec<Column> {
    let mut all: Vec<Column> = SortKey::ALL.into_iter().map(SortKey::column).collect();
    all.push(Column::text("changes", "Changes"));
    all
}

/// Returns the cells of one row, as many as [`columns`].
pub fn row(pair: &Pair<'_>, contribution: &[Option<i64>], row: u32) -> Vec<Cell> {
    let Some(task) = pair.row(row) else { return vec![Cell::default(); columns().len()] };
    let share = match contribution.get(row as usize).copied().flatten() {
        Some(ns) => Cell::new(Value::Delta(ns)).status(word_role(ns.signum() as f32)),
        None => Cell::default().exact("not on the path that explains the difference"),
    };
    let relative = Cell::new(delta::relative(task.a_ns, task.b_ns));
    let relative = match pair.strength(task) {
        Some(strength) if !relative.text().is_empty() => relative.status(word_role(strength)),
        _ => relative,
    };
    let step = pair.step(task);
    let name = pair.name(task);
    vec![
        pair.match_cell(task),
        Cell::new(shortened_name(&name)).exact(shortened_name(&task.key)).task(row),
        Cell::new(if step == name { String::new() } else { shortened_name(step) }),
        delta::known_cell(task.a_ns),
        delta::known_cell(task.b_ns),
        delta_cell(task.a_ns, task.b_ns, pair.strength(task)),
        relative,
        share,
        Cell::new(changes(pair, task)),
    ]
}

/// Returns whether a row differs between the runs.
pub fn differs(task: &MatchedTask) -> bool {
    task.how != Match::Same
}

/// Describes what differs between the two tasks of a row.
pub fn changes(pair: &Pair<'_>, task: &MatchedTask) -> String {
    let (Some(a), Some(b)) = (task.a, task.b) else { return String::new() };
    let (in_a, in_b) = (pair.a.run(), pair.b.run());
    let tries = |run: &Run, t: TaskId| run.attempts_of(t).len();
    let mut words = Vec::new();
    if task.how == Match::Renamed
        && let Some(by) = task.by
    {
        words.push(format!("matched by {}", evidence_words(by)));
    }
    for change in &task.changes {
        words.push(match change {
            Change::Duration => "duration".to_owned(),
            Change::Status => {
                let status = |run: &Run, t: TaskId| run.tasks.status[t.index()].name();
                format!("{} → {}", status(in_a, a), status(in_b, b))
            }
            Change::Attempts => format!("{} → {}", tries(in_a, a), counted(tries(in_b, b), "attempt")),
            Change::Step => {
                format!("step {} → {}", shortened_name(in_a.task_step(a)), shortened_name(in_b.task_step(b)))
            }
            Change::Kind => "kind".to_owned(),
            Change::Params => "parameters".to_owned(),
            Change::Dependencies => "dependencies".to_owned(),
        });
    }
    words.join(", ")
}

/// Returns the words for how a task was matched.
fn evidence_words(by: Evidence) -> &'static str {
    match by {
        Evidence::Key => "name",
        Evidence::StepAndParams => "step and parameters",
        Evidence::Neighbourhood => "place in the graph",
    }
}

/// Returns rows `range` of an order as a table.
pub fn table(
    pair: &Pair<'_>,
    contribution: &[Option<i64>],
    order: &[u32],
    range: std::ops::Range<usize>,
) -> Table {
    let mut table = Table::new("Tasks of both runs", columns());
    let end = range.end.min(order.len());
    for &r in &order[range.start.min(end)..end] {
        table.push(row(pair, contribution, r));
    }
    table.left_out = order.len() - table.rows.len();
    table
}

/// Makes the names of rows unique by adding keys to equal ones. For tables that are shown as a whole.
pub fn with_distinct_names(mut table: Table) -> Table {
    let Some(at) = table.columns.iter().position(|c| c.key == SortKey::Name.name()) else { return table };
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let name = |row: &[Cell]| row.get(at).map_or_else(String::new, |cell| cell.text().into_owned());
    table.rows.iter().for_each(|row| *seen.entry(name(row)).or_default() += 1);
    for row in &mut table.rows {
        let shared = seen.get(&name(row)).is_some_and(|n| *n > 1);
        if let Some(cell) = row.get_mut(at).filter(|_| shared) {
            let text = cell.text().into_owned();
            let key = cell.exact.clone();
            cell.value = Value::Text(if key.contains(&text) { key } else { format!("{text} [{key}]") });
        }
    }
    table
}
