//! `makespan stats`.

mod json;
mod one;
mod run_json;
mod several;
mod statistics;
mod step_json;
mod trends;

use makespan_analysis::{DateRange, Facts, RunFigures, run_statistics};

use crate::args::StatsArgs;
use crate::config::Config;
use crate::failure::Failure;
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
    let runs = loaded
        .into_iter()
        .zip(&figures)
        .filter(|(_, figures)| within(figures))
        .map(|(Loaded { run, format }, _)| Counted { facts: Facts::new(run), format })
        .collect();
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
