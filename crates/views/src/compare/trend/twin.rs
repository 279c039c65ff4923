//! The trend strips as a table: the newest value of each task beside the earlier ones.

use makespan_analysis::compare::{Spread, Trends};
use makespan_scene::counted;

use super::{line, line_count, name, newest};
use crate::amount::Unit;
use crate::compare::{percent, word_role};
use crate::table::{Cell, Column, Table};
use crate::value::{Plot, Value};

/// Returns the columns.
pub fn columns() -> Vec<Column> {
    vec![
        Column::text("name", "Task"),
        Column::number("newest", "Newest"),
        Column::text("status", "Status"),
        Column::number("relative", "Against the median"),
        Column::plot("spread"),
        Column::number("median", "Median before"),
        Column::number("p10", "10 %"),
        Column::number("p90", "90 %"),
        Column::number("values", "Earlier runs"),
        Column::text("changes", "Changes of level"),
    ]
}

/// Returns lines `range` of the strips: the makespan, then the rows in order.
pub fn table(trends: &Trends, order: &[u32], range: std::ops::Range<usize>) -> Table {
    let mut table = Table::new(format!("Tasks over {}", counted(trends.lineup.runs, "run")), columns());
    let unit = Unit::of(trends.quantity);
    let all = line_count(trends, order) as usize;
    let end = range.end.min(all);
    for at in range.start.min(end)..end {
        let Some((row, series)) = line(trends, order, at as u32) else { continue };
        let newest = newest(series).map(|(_, p)| p);
        let value = newest.map(|p| p.value).filter(|v| v.is_finite());
        let number = |v: Option<f64>| v.map_or_else(Cell::default, |v| Cell::new(unit.value(v)));
        let before = series.before.as_ref();
        // A failure is not compared.
        let counted = value.filter(|_| newest.is_some_and(|p| p.counts));
        let relative = counted.zip(before).map_or_else(Cell::default, |(v, b)| {
            // Grey unless it is outside most of the earlier values.
            let by = f32::from(i8::from(v > b.p90) - i8::from(v < b.p10));
            Cell::new(Value::Relative(b.median, v)).status(word_role(by))
        });
        let status = newest.and_then(|p| p.status);
        let status = status.map_or_else(Cell::default, Cell::of_status);
        let changes: Vec<String> = series
            .trend
            .levels
            .windows(2)
            .rev()
            .take(5)
            .map(|pair| format!("run {}: {}", pair[1].first + 1, percent(pair[0].median, pair[1].median)))
            .collect();
        let mut first = Cell::new(name(trends, row));
        if let Some(row) = row {
            first = first.task(row);
        }
        table.push(vec![
            first,
            number(value),
            status,
            relative,
            Cell::new(spread(before, value)),
            number(before.map(|b| b.median)),
            number(before.map(|b| b.p10)),
            number(before.map(|b| b.p90)),
            before.map_or_else(Cell::default, |b| Cell::new(b.values)),
            Cell::new(changes.join(", ")),
        ]);
    }
    table.left_out = all - table.rows.len();
    table
}

/// Returns the earlier values and the newest, on an axis that contains both.
fn spread(before: Option<&Spread>, newest: Option<f64>) -> Value {
    let before = before.map(|b| [b.min, b.p10, b.median, b.p90, b.max]);
    let all = before.into_iter().flatten().chain(newest).filter(|x| x.is_finite());
    let (low, high) = (all.clone().fold(f64::INFINITY, f64::min), all.fold(f64::NEG_INFINITY, f64::max));
    if !(low.is_finite() && high.is_finite()) {
        return Value::Empty;
    }
    let place = |x: f64| if high > low { (x - low) / (high - low) } else { 0.5 };
    Value::Plot(Plot::Spread { before: before.map(|b| b.map(place)), newest: newest.map(place) })
}
