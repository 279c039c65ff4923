//! `makespan metrics`.

use makespan_format::time::format_rfc3339;
use makespan_server::documents::Moment;
use makespan_store::MetricState;
use makespan_views::{Cell, Column, Table};
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::OneRunArgs;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{clean, print, print_json};
use crate::stored::{Address, damage, state_of};
use crate::terminal::Terminal;

/// The document of `makespan metrics --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct MetricsDocument<'a> {
    run: &'a str,
    metrics: Vec<MetricJson<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Metric")]
struct MetricJson<'a> {
    name: &'a str,
    unit: Option<&'a str>,
    count: u64,
    latest: Option<f64>,
    #[schemars(with = "Option<Moment>")]
    latest_time: Option<String>,
    mean: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
    deviation: Option<f64>,
}

/// Prints what was measured in a run: of each metric how often, the latest value, and how the values are spread.
pub(crate) fn run(args: &OneRunArgs, config: &Config) -> Result<(), Failure> {
    let address = Address::new(config)?;
    let store = address.open_with(args.run())?;
    state_of(&address, &*store, args.run())?;
    damage::check(&address, &*store, args.run())?;
    let metrics = store.metrics(args.run()).map_err(|error| address.failed(error))?;
    if args.json {
        let metrics = metrics.iter().map(metric).collect();
        return print_json(&MetricsDocument { run: args.run(), metrics });
    }
    if metrics.is_empty() {
        return print(&format!("no metrics in {}\n", clean(args.run())));
    }
    print(&Terminal::of_stdout().table(&table(&metrics)))
}

fn metric(metric: &MetricState) -> MetricJson<'_> {
    MetricJson {
        name: &metric.name,
        unit: metric.unit.as_deref(),
        count: metric.count,
        latest: known(metric.latest),
        latest_time: metric.latest_t.map(format_rfc3339),
        mean: known(metric.mean),
        min: known(metric.min),
        max: known(metric.max),
        deviation: metric.deviation(),
    }
}

/// A number of JSON, which knows neither infinities nor NaN.
fn known(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite())
}

fn table(metrics: &[MetricState]) -> Table {
    let columns = vec![
        Column::whole("name", "Metric"),
        Column::text("unit", "Unit"),
        Column::number("count", "Count"),
        Column::number("latest", "Latest"),
        Column::number("mean", "Mean"),
        Column::number("deviation", "Deviation"),
        Column::number("min", "Min"),
        Column::number("max", "Max"),
    ];
    let mut table = Table::new("", columns);
    for metric in metrics {
        table.push(vec![
            Cell::new(&metric.name),
            Cell::new(metric.unit.clone().unwrap_or_default()),
            Cell::new(metric.count),
            Cell::new(short(metric.latest)),
            Cell::new(short(metric.mean)),
            Cell::new(metric.deviation().map_or_else(|| "–".to_owned(), short)),
            Cell::new(short(metric.min)),
            Cell::new(short(metric.max)),
        ]);
    }
    table
}

/// A number with six digits that count, for people.
fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = value.abs().log10().floor();
    if !(-4.0..15.0).contains(&magnitude) {
        return format!("{value:.5e}");
    }
    let places = (5.0 - magnitude).clamp(0.0, 9.0) as usize;
    let text = format!("{value:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn numbers_show_their_significant_digits() {
        for (value, text) in [
            (0.0, "0"),
            (5.0, "5"),
            (2.138_089_935, "2.13809"),
            (-0.001_234_567, "-0.00123457"),
            (1_234_567.8, "1234568"),
            (1e300, "1.00000e300"),
            (1e-9, "1.00000e-9"),
        ] {
            assert_eq!(short(value), text);
        }
    }
}
