//! The waterfall as a table: every part, including those that the picture combines.

use makespan_analysis::compare::Explanation;
use makespan_model::Order as _;

use super::part_words;
use crate::clip::shortened_name;
use crate::compare::Pair;
use crate::compare::delta::word_role;
use crate::table::{Cell, Column, Table};
use crate::value::{Plot, Value};

/// Returns the parts `range` of an explanation, largest first.
pub fn table(pair: &Pair<'_>, explanation: &Explanation, range: std::ops::Range<usize>) -> Table {
    let columns = vec![
        Column::text("name", "Task"),
        Column::text("kind", "Part"),
        Column::number("delta", "Difference"),
        Column::plot("bar"),
        Column::number("share", "Share"),
    ];
    let mut table = Table::new("Parts of the difference", columns);
    let mut parts: Vec<_> = explanation.parts.iter().collect();
    parts.order_by_key(|p| (std::cmp::Reverse(p.delta_ns.unsigned_abs()), p.kind, p.task));
    let end = range.end.min(parts.len());
    // Each bar begins where the previous one ended; all are between the lowest and the highest sum.
    let mut sums = vec![0i128];
    for part in &parts {
        sums.push(sums.last().copied().unwrap_or(0) + i128::from(part.delta_ns));
    }
    let (low, high) = sums.iter().fold((0, 0), |(low, high): (i128, i128), s| (low.min(*s), high.max(*s)));
    let place = |sum: i128| (sum - low) as f64 / (high - low).max(1) as f64;
    for (i, part) in parts.iter().enumerate().take(end).skip(range.start) {
        let bar = Plot::Bar { from: place(sums[i]), to: place(sums[i + 1]) };
        let task = part.task.and_then(|row| Some((row, pair.row(row)?)));
        let both = task.is_some_and(|(_, t)| t.a.is_some() && t.b.is_some());
        let name =
            task.map_or_else(Cell::default, |(row, t)| Cell::new(shortened_name(&pair.name(t))).task(row));
        // For a small difference made of large parts with both signs, percentages mean nothing.
        let share = (part.delta_ns as f64 / explanation.delta_ns as f64 * 100.0).round();
        let share = match share {
            n if n.abs() >= 1_000.0 || !n.is_finite() => String::new(),
            n if n < 0.0 => format!("−{:.0} %", -n),
            n => format!("{:.0} %", n.abs()),
        };
        table.push(vec![
            name,
            Cell::new(part_words(part.kind, part.delta_ns, both)),
            Cell::new(Value::Delta(part.delta_ns)).status(word_role(part.delta_ns.signum() as f32)),
            Cell::new(Value::Plot(bar)).status(word_role(part.delta_ns.signum() as f32)),
            Cell::new(share),
        ]);
    }
    table.left_out = parts.len() - table.rows.len();
    table
}
