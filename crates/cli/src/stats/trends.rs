//! Metrics over time, for programs.

use makespan_analysis::Facts;
use makespan_format::time::format_rfc3339;
use makespan_server::documents::Moment;
use makespan_views::sections::Metered;
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::StatsArgs;

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Trend")]
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

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Bin")]
struct BinJson {
    #[schemars(with = "Moment")]
    from: String,
    samples: u32,
    mean: f64,
    min: f64,
    max: f64,
    sum: f64,
    last: f64,
}

/// The metrics that were asked for and that the run has.
pub(super) fn json<'a>(facts: &Facts, args: &'a StatsArgs) -> Vec<TrendJson<'a>> {
    let every = args.every.map(|length| length.0);
    let metered = args.metrics.iter().filter_map(|name| Metered::new(facts, name, every));
    let one = |Metered { metric, trend }: Metered<'a>| TrendJson {
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
    metered.map(one).collect()
}
