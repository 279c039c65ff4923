//! Metrics over time.

use makespan_analysis::{Facts, Scope, Trend, trend};
use makespan_format::time::format_rfc3339;
use makespan_scene::{count, duration};
use makespan_views::amount::Unit;
use makespan_views::{Cell, Column, Table};
use serde::Serialize;

use super::lists::section;
use crate::args::StatsArgs;
use crate::output::clean;
use crate::paper::Paper;

/// Into how many intervals a run is parted where nobody says how long they are.
const PARTS: i64 = 20;
/// How many intervals are shown to people.
const SHOWN: usize = 40;
const BAR: usize = 16;

#[derive(Serialize)]
pub(super) struct TrendJson<'a> {
    metric: &'a str,
    quantity: &'static str,
    unit: String,
    interval_ns: i64,
    slope_per_second: Option<f64>,
    untimed: u32,
    unlike: u32,
    bins: Vec<BinJson>,
}

#[derive(Serialize)]
struct BinJson {
    from: String,
    samples: u32,
    mean: f64,
    min: f64,
    max: f64,
    sum: f64,
    last: f64,
}

/// The metrics that are asked for and that the run holds, of the run as a whole and of its tasks.
fn asked<'a>(facts: &Facts, args: &'a StatsArgs) -> Vec<(&'a str, Trend)> {
    let makespan = facts.totals().makespan.unwrap_or(0);
    let every = args.every.map_or(makespan / PARTS, |length| length.0);
    let one = |name: &'a String| trend(facts.run(), name, Scope::All, every).map(|t| (name.as_str(), t));
    args.metrics.iter().filter_map(one).collect()
}

/// The same for programs.
pub(super) fn json<'a>(facts: &Facts, args: &'a StatsArgs) -> Vec<TrendJson<'a>> {
    let one = |(metric, trend): (&'a str, Trend)| TrendJson {
        metric,
        quantity: match trend.quantity {
            makespan_analysis::Quantity::Time => "time",
            makespan_analysis::Quantity::Bytes => "bytes",
            makespan_analysis::Quantity::Percent => "percent",
            makespan_analysis::Quantity::Count => "count",
            makespan_analysis::Quantity::Number => "number",
        },
        unit: trend.unit,
        interval_ns: trend.interval,
        slope_per_second: trend.slope,
        untimed: trend.untimed,
        unlike: trend.unlike,
        bins: trend
            .bins
            .iter()
            .map(|b| BinJson {
                from: format_rfc3339(b.from),
                samples: b.samples,
                mean: b.mean(),
                min: b.min,
                max: b.max,
                sum: b.sum,
                last: b.last,
            })
            .collect(),
    };
    asked(facts, args).into_iter().map(one).collect()
}

/// The same for people: a table for each metric.
pub(super) fn tables(paper: &Paper, facts: &Facts, args: &StatsArgs, out: &mut String) {
    let start = facts.run().span().map(|s| s.0);
    for (metric, trend) in asked(facts, args) {
        let unit = Unit { quantity: trend.quantity, name: trend.unit.clone() };
        let slope = trend.slope.map_or(String::new(), |s| {
            let sign = if s > 0.0 { "+" } else { "" };
            format!(", {sign}{} a second", unit.text(s))
        });
        let columns = vec![
            Column::number("after", "From the start"),
            Column::number("samples", "Samples"),
            Column::number("mean", "Mean"),
            Column::number("bar", ""),
            Column::number("min", "Lowest"),
            Column::number("max", "Highest"),
            Column::number("last", "Last"),
        ];
        let mut table =
            Table::new(format!("{} every {}{slope}", clean(metric), duration(trend.interval)), columns);
        let top = trend.bins.iter().map(|b| b.mean()).fold(0.0, f64::max);
        for b in &trend.bins {
            let after = b.from.saturating_sub(start.unwrap_or(b.from));
            table.push(vec![
                Cell::new(duration(after)),
                Cell::new(count(u64::from(b.samples))),
                Cell::new(unit.text(b.mean())),
                Cell::new(Paper::bar(b.mean() / top, BAR)),
                Cell::new(unit.text(b.min)),
                Cell::new(unit.text(b.max)),
                Cell::new(unit.text(b.last)),
            ]);
        }
        section(paper, table, SHOWN, out);
    }
}
