//! A metric over time.

use makespan_analysis::{Facts, Scope, Trend, trend as trend_of};
use makespan_scene::{duration, visible};

use super::bar;
use crate::amount::Unit;
use crate::section::Section;
use crate::table::{Cell, Column, Table};
use crate::value::Value;

/// Default number of intervals of a run.
const PARTS: i64 = 20;

/// A metric of the run as a whole and of its tasks, in intervals.
pub struct Metered<'a> {
    /// Its name.
    pub metric: &'a str,
    /// Its values in each interval.
    pub trend: Trend,
}

impl<'a> Metered<'a> {
    /// Computes a metric in intervals of `every` ns, by default a twentieth of the makespan; `None` if the run has no
    /// such metric.
    pub fn new(facts: &Facts, metric: &'a str, every: Option<i64>) -> Option<Metered<'a>> {
        let every = every.unwrap_or_else(|| facts.totals().makespan.unwrap_or(0) / PARTS);
        trend_of(facts.run(), metric, Scope::All, every).map(|trend| Metered { metric, trend })
    }
}

/// Returns the metric interval by interval.
pub fn trend(facts: &Facts, metered: &Metered<'_>, rows: usize) -> Option<Section> {
    let Metered { metric, trend } = metered;
    let start = facts.run().span().map(|s| s.0);
    let unit = Unit { quantity: trend.quantity, name: trend.unit.clone() };
    let slope = trend.slope.map_or(String::new(), |s| format!(", {} per second", unit.signed(s)));
    let columns = vec![
        Column::number("after", "Start"),
        Column::number("samples", "Samples"),
        Column::number("mean", "Mean"),
        Column::plot("bar"),
        Column::number("min", "Lowest"),
        Column::number("max", "Highest"),
        Column::number("last", "Last"),
    ];
    let title = format!("{} every {}{slope}", visible(metric), duration(trend.interval));
    let mut table = Table::new(title, columns);
    let top = trend.bins.iter().map(|b| b.mean()).fold(0.0, f64::max);
    for b in &trend.bins {
        table.push(vec![
            Cell::new(Value::Time { t: b.from, since: Some(start.unwrap_or(b.from)), offset: 0 }),
            Cell::new(b.samples),
            Cell::new(unit.value(b.mean())),
            Cell::new(bar(b.mean(), top)),
            Cell::new(unit.value(b.min)),
            Cell::new(unit.value(b.max)),
            Cell::new(unit.value(b.last)),
        ]);
    }
    Section::of_table("trend", table.first(rows))
}
