//! The verbs and their options.

mod check;
mod export;
mod input;
mod keeping;
mod recording;
mod run;
mod server;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use makespan_analysis::Rule;
use makespan_import::Unit;

use crate::config::settings::{OPEN_PORT, STORE, ZONE};
use crate::date::{Date, Length};
use crate::zone::NamedZone;
pub(crate) use check::{CheckArgs, CheckFormat};
pub(crate) use export::{ConvertArgs, ExportArgs, ExportFormat, ExtractArgs};
pub(crate) use input::Input;
use input::help;
pub(crate) use keeping::*;
pub(crate) use recording::*;
pub(crate) use run::RunArgs;
pub(crate) use server::*;

/// See what the time of a workflow run went into.
#[derive(Debug, Parser)]
#[command(
    name = "makespan",
    version,
    after_help = "\
FILES are run files of any known format (see `makespan formats`), folders (read whole, hidden files left out), archives \
(gzip, zip), reports made by this program, - for standard input, or ids of runs that are kept in the store (a file of that \
name comes first).

Exit codes: 0 ok, 1 no run could be read, or what was asked for is not there or cannot happen now, 2 wrong usage, or a \
place or store that cannot be used. `run` returns the exit code of its command."
)]
pub(crate) struct Args {
    #[arg(long, global = true, value_name = "URL", help = help(&STORE))]
    pub(crate) store: Option<String>,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Write one HTML file that shows the runs, offline, with or without scripts
    Report(ReportArgs),
    /// Print what the runs took and what went wrong
    Summary(SummaryArgs),
    /// Print statistics of runs, of their steps, and what their time went into
    Stats(StatsArgs),
    /// Compare two runs, two sets of runs, or many in a row
    Compare(CompareArgs),
    /// Check runs against rules and earlier runs; the exit code is the verdict
    Check(CheckArgs),
    /// Print the tasks that an expression means, such as 'status:failed dur>10s'
    Query(QueryArgs),
    /// Write runs of files or of the store in another format: Markdown, CSV, SVG, Mermaid, DOT, traces, events
    Export(ExportArgs),
    /// Write the events within a report
    Extract(ExtractArgs),
    /// The former name of export for files
    #[command(hide = true)]
    Convert(ConvertArgs),
    /// List the formats that can be read
    Formats(FormatsArgs),
    /// Show the runs in the browser, served from this machine to this machine only
    Open(OpenArgs),
    /// Serve the app and a REST interface over the runs of the store
    Serve(ServeArgs),
    /// Show a run in the terminal while it grows, or the runs that go on
    Monitor(MonitorArgs),
    /// Execute a command and record what became of it
    Run(RunArgs),
    /// Make a run in the store, for scripts that say what happens in it
    Create(CreateArgs),
    /// Say what happens to a step of a run
    Step(StepArgs),
    /// Record a measured value
    Metric(MetricArgs),
    /// Record a line of a log
    Log(LogArgs),
    /// Say that a run is over
    Finish(FinishArgs),
    /// List the runs of the store
    List(ListArgs),
    /// Print how a run of the store stands
    Status(OneRunArgs),
    /// Print what was measured in a run of the store
    Metrics(OneRunArgs),
    /// Bring the runs of files into the store
    Import(ImportArgs),
    /// Copy runs from one store into another
    Copy(CopyArgs),
    /// Keep runs of the store from being removed
    Pin(RunsArgs),
    /// Let runs be removed again
    Unpin(RunsArgs),
    /// Put runs of the store into the trash
    Rm(RemoveArgs),
    /// Take runs out of the trash
    Restore(RunsArgs),
    /// Let go of runs that need not be kept
    Gc(GcArgs),
    /// Print what is configured, and what can be
    Config(ConfigArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) input: Input,
    /// The HTML file to write, - for standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Title of the page [default: made from the runs]
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Replace secrets by [redacted]: the default (docs/reports.md describes what is found)
    #[arg(long, conflicts_with = "no_redact")]
    pub(crate) redact: bool,
    /// Keep secrets
    #[arg(long)]
    pub(crate) no_redact: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SummaryArgs {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Print JSON (docs/summary.md describes it)
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct StatsArgs {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Only runs that started then or later: 2026-01-05, or with a time
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<Date>,
    /// Only runs that started before that moment, or on that day or before it
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<Date>,
    /// Print all that is known of every step
    #[arg(long)]
    pub(crate) step: bool,
    /// Hold each run against a rule, such as 'makespan <= 10 min' or 'p95 duration < 30 s'; may be given several times
    #[arg(long = "rule", value_name = "RULE", value_parser = Rule::parse)]
    pub(crate) rules: Vec<Rule>,
    /// Print a metric over time, by its name; may be given several times
    #[arg(long = "metric", value_name = "NAME")]
    pub(crate) metrics: Vec<String>,
    /// How long each interval of these is: 500 ms, 10 s, 5 min [default: a twentieth of the run]
    #[arg(long, value_name = "LENGTH")]
    pub(crate) every: Option<Length>,
    /// Print JSON (docs/stats.md describes it)
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Two runs are taken apart: what the difference of their makespans is made of, and what became of every task. Two sets \
(--baseline A… --candidate B…) are tested: how sure a change is, and what could have been seen. Three runs or more in a \
row, in order of their starts, show when something changed. A file may hold several runs; they count in order.")]
pub(crate) struct CompareArgs {
    /// The runs, the baseline first: files, folders, archives, or - for standard input
    #[arg(value_name = "FILES", required_unless_present = "baseline", conflicts_with_all = ["baseline", "candidate"])]
    pub(crate) files: Vec<PathBuf>,
    /// Runs to compare with
    #[arg(long, num_args = 1.., value_name = "FILES", requires = "candidate")]
    pub(crate) baseline: Vec<PathBuf>,
    /// Runs that may have changed
    #[arg(long, num_args = 1.., value_name = "FILES", requires = "baseline")]
    pub(crate) candidate: Vec<PathBuf>,
    #[arg(long, value_name = "ZONE", help = help(&ZONE))]
    pub(crate) zone: Option<NamedZone>,
    #[arg(long, value_name = "UNIT", value_parser = input::unit, help = input::UNIT_HELP)]
    pub(crate) unit: Option<Unit>,
    /// Print JSON (docs/compare.md describes it)
    #[arg(long)]
    pub(crate) json: bool,
    /// What to compare of tasks: duration, work, wait, queue, or a metric of the runs
    #[arg(long, default_value = "duration", value_name = "KEY")]
    pub(crate) metric: String,
    /// Rows of a table
    #[arg(long, default_value_t = 12, value_name = "N")]
    pub(crate) top: usize,
    /// All rows, also of what is the same
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, ClapArgs)]
#[command(override_usage = "makespan query [OPTIONS] <FILES>... <EXPRESSION>")]
#[command(after_help = "\
Examples:
  makespan query nightly.jsonl 'status:failed'
  makespan query nightly.jsonl 'step:align dur>p95 not critical'
  makespan query nightly.jsonl 'up(report) wait>1m' --ids
docs/query.md has all fields and functions. Times of day are those of --zone.

Exit codes: 0 ok, also where no task is meant, 1 no run could be read, 2 the expression is wrong.")]
pub(crate) struct QueryArgs {
    /// Files, folders, archives, or - for standard input; then which tasks are meant
    // One list, so that options may stand anywhere: what is meant is its last word.
    #[arg(required = true, value_name = "FILES… EXPRESSION")]
    pub(crate) words: Vec<OsString>,
    #[arg(long, value_name = "ZONE", help = help(&ZONE))]
    pub(crate) zone: Option<NamedZone>,
    #[arg(long, value_name = "UNIT", value_parser = input::unit, help = input::UNIT_HELP)]
    pub(crate) unit: Option<Unit>,
    /// Ask one run of several, the first being 1
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<usize>,
    /// Print JSON, one line a run (docs/query.md describes it)
    #[arg(long)]
    pub(crate) json: bool,
    /// Print ids only, one a line
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
    /// Files, folders, archives, or - for standard input; without any, the page asks for them
    #[arg(value_name = "FILES")]
    pub(crate) files: Vec<PathBuf>,
    #[arg(long, help = help(&OPEN_PORT))]
    pub(crate) port: Option<u16>,
    /// Print the address only
    #[arg(long)]
    pub(crate) no_browser: bool,
}
