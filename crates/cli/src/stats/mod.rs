//! `makespan stats`.

mod json;
mod one;
mod run_json;
mod several;
mod statistics;
mod step_json;
mod trends;

use std::collections::BTreeMap;
use std::io::Write as _;

use makespan_analysis::{DateRange, Facts, RunFigures, run_statistics};
use makespan_model::UNKNOWN;

use crate::args::StatsArgs;
use crate::config::Config;
use crate::failure::Failure;
use crate::foreign::clean;
use crate::load::{Loaded, load};
use crate::output::{inert_json, print};
use crate::terminal::Terminal;
pub(crate) use json::StatsDocument;
use statistics::{Counted, Statistics};

/// Prints statistics of the runs, of their steps, and what their time went into, for people or for programs.
pub(crate) fn run(args: &StatsArgs, config: &Config) -> Result<(), Failure> {
    let loaded = load(&args.input, config)?;
    let zone = &config.zone(args.input.zone.as_ref())?;
    let range = DateRange { from: args.from.map(|d| d.start(zone)), to: args.to.map(|d| d.end(zone)) };
    let figures: Vec<RunFigures> = loaded.iter().map(|l| RunFigures::of(&l.run)).collect();
    let overview = run_statistics(&figures, range);
    let within = |f: &RunFigures| range.is_open() || f.started.is_some_and(|t| range.contains(t));
    let runs: Vec<Counted> = loaded
        .into_iter()
        .zip(&figures)
        .filter(|(_, figures)| within(figures))
        .map(|(Loaded { run, format }, _)| Counted { facts: Facts::new(run), format })
        .collect();
    check_metrics(&runs, &args.metrics)?;
    let statistics = Statistics { args, range, overview, runs };
    if args.json {
        return print(&format!("{}\n", inert_json(&json::document(&statistics))));
    }
    let terminal = Terminal::of_stdout();
    let text = match &statistics.runs[..] {
        [one] => one::page(terminal, one, &statistics),
        _ => several::page(terminal, &statistics),
    };
    print(&text)
}

/// Checks that each metric is in a run, and notes on standard error those whose samples have no times: they cannot be shown
/// over time, and the rest of the statistics does not depend on them.
///
/// # Errors
///
/// [`Failure::Metric`] if no run has a metric. A selection without runs has every metric.
fn check_metrics(runs: &[Counted], metrics: &[String]) -> Result<(), Failure> {
    if metrics.is_empty() || runs.is_empty() {
        return Ok(());
    }
    let mut timed: BTreeMap<&str, bool> = BTreeMap::new();
    for run in runs.iter().map(|counted| counted.facts.run()) {
        for (name, t) in run.samples.name.iter().zip(&run.samples.t) {
            *timed.entry(run.text(*name)).or_default() |= *t != UNKNOWN;
        }
    }
    for metric in metrics {
        match timed.get(metric.as_str()) {
            Some(true) => {}
            Some(false) => {
                let metric = clean(metric);
                let text =
                    format!("no sample of the metric {metric} has a time, so it is not shown over time");
                let _ = writeln!(std::io::stderr(), "makespan: {text}");
            }
            None => return Err(Failure::metric(metric, &timed.into_keys().collect())),
        }
    }
    Ok(())
}
