//! The options of the verbs that read runs and print or show them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args as ClapArgs;
use makespan_analysis::Rule;
use makespan_import::{Mapping, Unit};

use super::input::{self, Input, help};
use crate::config::settings::{OPEN_PORT, ZONE};
use crate::date::{Date, Length};
use crate::zone::NamedZone;

#[derive(Debug, ClapArgs)]
pub(crate) struct SummaryArgs {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Print JSON (described in docs/summary.md)
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct StatsArgs {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Include only runs that started at or after DATE: 2026-01-05, or a date with a time
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<Date>,
    /// Include only runs that started before DATE; a date without a time includes that day
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<Date>,
    /// Show all statistics of every step
    #[arg(long)]
    pub(crate) step: bool,
    /// Rule to check each run against, such as 'makespan <= 10 min' or 'p95 duration < 30 s' (repeatable)
    #[arg(long = "rule", value_name = "RULE", value_parser = Rule::parse)]
    pub(crate) rules: Vec<Rule>,
    /// Show the metric NAME over time (repeatable)
    #[arg(long = "metric", value_name = "NAME")]
    pub(crate) metrics: Vec<String>,
    /// Length of the intervals for --metric, such as 500 ms, 10 s or 5 min [default: 1/20 of the run]
    #[arg(long, value_name = "LENGTH")]
    pub(crate) every: Option<Length>,
    /// Print JSON (described in docs/stats.md)
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CompareArgs {
    /// Runs to compare, baseline first: files, folders, archives, ids of runs, or - for standard input
    #[arg(value_name = "FILES", required_unless_present = "baseline", conflicts_with_all = ["baseline", "candidate"])]
    pub(crate) files: Vec<PathBuf>,
    /// Runs of the baseline set
    #[arg(long, num_args = 1.., value_name = "FILES", requires = "candidate")]
    pub(crate) baseline: Vec<PathBuf>,
    /// Runs of the candidate set
    #[arg(long, num_args = 1.., value_name = "FILES", requires = "baseline")]
    pub(crate) candidate: Vec<PathBuf>,
    #[arg(long, value_name = "ZONE", help = help(&ZONE))]
    pub(crate) zone: Option<NamedZone>,
    #[arg(long, value_name = "UNIT", value_parser = input::unit, help = input::UNIT_HELP)]
    pub(crate) unit: Option<Unit>,
    #[arg(long, value_name = "FILE", value_parser = input::mapping, help = input::MAP_HELP)]
    pub(crate) map: Option<Mapping>,
    /// Print JSON (described in docs/compare.md)
    #[arg(long)]
    pub(crate) json: bool,
    /// Measure of tasks to compare: duration, work, wait, queue, or the name of a recorded metric
    #[arg(long, default_value = "duration", value_name = "KEY")]
    pub(crate) metric: String,
    /// Maximum number of rows per table
    #[arg(long, default_value_t = 12, value_name = "N")]
    pub(crate) top: usize,
    /// Show all rows, including unchanged tasks
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, ClapArgs)]
#[command(override_usage = "makespan query [OPTIONS] <FILES>... <EXPRESSION>")]
pub(crate) struct QueryArgs {
    /// Files, folders, archives, ids of runs, or - for standard input, followed by the expression
    // One list, so that options may come anywhere: the expression is its last word.
    #[arg(required = true, value_name = "FILES… EXPRESSION")]
    pub(crate) words: Vec<OsString>,
    #[arg(long, value_name = "ZONE", help = help(&ZONE))]
    pub(crate) zone: Option<NamedZone>,
    #[arg(long, value_name = "UNIT", value_parser = input::unit, help = input::UNIT_HELP)]
    pub(crate) unit: Option<Unit>,
    #[arg(long, value_name = "FILE", value_parser = input::mapping, help = input::MAP_HELP)]
    pub(crate) map: Option<Mapping>,
    /// Query only the Nth run of several, counted from 1
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<usize>,
    /// Print one JSON object per run and line (described in docs/query.md)
    #[arg(long)]
    pub(crate) json: bool,
    /// Print only ids, one per line
    #[arg(long, conflicts_with = "json")]
    pub(crate) ids: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct FormatsArgs {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct OpenArgs {
    /// Files, folders, archives, ids of runs, or - for standard input [default: none; choose files in the app]
    #[arg(value_name = "FILES")]
    pub(crate) files: Vec<PathBuf>,
    #[arg(long, help = help(&OPEN_PORT))]
    pub(crate) port: Option<u16>,
    /// Print the address without opening a browser
    #[arg(long)]
    pub(crate) no_browser: bool,
}
