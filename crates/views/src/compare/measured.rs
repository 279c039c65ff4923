//! Tasks of two runs by a measure other than their duration.

use makespan_analysis::compare::measure_delta;
use makespan_model::Order as _;
use makespan_scene::visible;

use super::Pair;
use super::delta::word_role;
use crate::amount::Unit;
use crate::clip::shortened_name;
use crate::section::{Section, note};
use crate::table::{Cell, Column, Table};
use crate::value::Value;

/// Returns the tasks sorted by the difference of a measure, largest first; unchanged tasks are included only if `all`
/// is set. `None` unless both runs have the measure in the same unit. O(n log n).
pub fn measured(pair: &Pair<'_>, key: &str, all: bool, rows: usize) -> Option<Section> {
    let found = measure_delta(pair.a, pair.b, pair.matching, key)?;
    let unit = Unit { quantity: found.quantity, name: found.unit.clone() };
    let values = |facts: &makespan_analysis::Facts| {
        let measures = facts.measures();
        measures.find(key).map_or_else(Vec::new, |at| measures.values(facts, at))
    };
    let (of_a, of_b) = (values(pair.a), values(pair.b));
    let size = |row: &u32| found.deltas.get(*row as usize).copied().filter(|d| d.is_finite()).map(f64::abs);
    let mut order: Vec<u32> = (0..pair.rows().len() as u32).collect();
    order.retain(|row| all || size(row).is_some_and(|d| d > 0.0));
    order.order_by(|x, y| size(y).unwrap_or(-1.0).total_cmp(&size(x).unwrap_or(-1.0)).then(x.cmp(y)));
    let columns = vec![
        Column::text("match", "Match"),
        Column::text("name", "Task"),
        Column::number("a", "A"),
        Column::number("b", "B"),
        Column::number("delta", "Difference"),
        Column::number("relative", "Relative"),
    ];
    let title = format!("Tasks by {}", visible(&found.title).to_lowercase());
    let mut table = Table::new(title.clone(), columns);
    for &row in order.iter().take(rows) {
        let Some(task) = pair.row(row) else { continue };
        let value = |column: &[f64], t: Option<makespan_model::TaskId>| {
            t.and_then(|t| column.get(t.index()).copied()).unwrap_or(f64::NAN)
        };
        let (x, y) = (value(&of_a, task.a), value(&of_b, task.b));
        let by = y - x;
        let role = word_role(if by.is_nan() { 0.0 } else { by as f32 });
        table.push(vec![
            pair.match_cell(task),
            Cell::new(shortened_name(&pair.name(task))).exact(shortened_name(&task.key)).task(row),
            Cell::new(unit.value(x)),
            Cell::new(unit.value(y)),
            Cell::new(unit.delta(by)).status(role),
            Cell::new(if by.is_finite() { Value::Relative(x, y) } else { Value::Empty }),
        ]);
    }
    table.left_out = order.len() - table.rows.len();
    if table.is_empty() {
        return Some(Section::new("tasks", title, vec![note("No task differs in this measure.")]));
    }
    Section::of_table("tasks", table)
}
