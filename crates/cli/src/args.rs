//! The verbs and their options.

mod alerts;
mod check;
mod export;
mod input;
mod keeping;
mod manual;
mod reading;
mod recording;
mod report;
mod run;
mod server;
mod site;
#[cfg(test)]
mod tests;

use clap::{Parser, Subcommand};

use crate::config::settings::STORE;
pub(crate) use alerts::AlertsArgs;
pub(crate) use check::{CheckArgs, CheckFormat};
pub(crate) use export::{ConvertArgs, DrawArgs, ExportArgs, ExportFormat, ExtractArgs};
pub(crate) use input::Input;
use input::help;
pub(crate) use keeping::*;
pub(crate) use manual::{CompletionsArgs, ManArgs, SchemaArgs};
pub(crate) use reading::*;
pub(crate) use recording::*;
pub(crate) use report::ReportArgs;
pub(crate) use run::RunArgs;
pub(crate) use server::*;
pub(crate) use site::SiteArgs;

/// Record workflow runs and show where their time went
#[derive(Debug, Parser)]
#[command(
    name = "makespan",
    version,
    max_term_width = 100,
    after_help = "\
FILES are run files of any supported format (see `makespan formats`), folders (read recursively; hidden files are \
ignored), archives and compressed files (zip, tar, gzip, zstd, xz, bzip2), Parquet tables, reports written by makespan, - for standard \
input, or ids of runs in the store. A file takes precedence over a run with the same name.

Examples:
  makespan summary nightly.jsonl
  makespan open trace.json
  makespan run --name 'Nightly backup' -- ./backup.sh

Exit codes: 0 success; 1 no run could be read, a run or step does not exist, or the request conflicts with its current \
state; 2 invalid usage, or an output or store that cannot be used. `makespan run` returns the exit code of its command."
)]
pub(crate) struct Args {
    #[arg(long, global = true, value_name = "URL", display_order = 900, help = help(&STORE))]
    pub(crate) store: Option<String>,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// The verbs. The first paragraph of each comment is its short help, all of it the long one.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Write runs to a self-contained HTML report
    ///
    /// The report is one file. It shows the same pictures and tables with and without scripts, loads nothing from the
    /// network, and can be opened by makespan again.
    #[command(after_help = "Example:\n  makespan report nightly.jsonl -o nightly.html")]
    Report(ReportArgs),
    /// Write runs to a static site: an index, a page per run and workflow
    ///
    /// The site works on any static host and below any path, and can be read without scripts. Writing it again writes
    /// only what changed, and removes the pages of runs that are gone.
    #[command(after_help = "\
Examples:
  makespan site runs/ -o public/
  makespan site --store sqlite:runs.db -o public/ --title 'Nightly builds'")]
    Site(SiteArgs),
    /// Show figures, failures and the critical path of runs
    #[command(
        after_help = "Examples:\n  makespan summary nightly.jsonl\n  makespan summary nightly.jsonl --json"
    )]
    Summary(SummaryArgs),
    /// Show statistics of runs and steps, waits by cause, and findings
    #[command(after_help = "\
Examples:
  makespan stats nightly.jsonl --step
  makespan stats runs/ --from 2026-01-05
  makespan stats nightly.jsonl --rule 'makespan <= 10 min' --rule 'failed = 0'")]
    Stats(StatsArgs),
    /// Compare two runs, two sets of runs, or a series of runs
    ///
    /// Two runs: splits the difference between their makespans into parts, and lists the changes of every task. Two
    /// sets (--baseline A… --candidate B…): tests whether a change is more than chance, and reports the smallest change
    /// that could have been detected. Three or more runs: shows when times changed, in order of the runs' starts. If a
    /// file contains several runs, all of them are compared, in their order in the file.
    #[command(after_help = "\
Examples:
  makespan compare monday.jsonl tuesday.jsonl
  makespan compare --baseline before/ --candidate after/
  makespan compare runs/")]
    Compare(CompareArgs),
    /// Check runs against rules and earlier runs
    ///
    /// The exit code is the verdict.
    #[command(after_help = "\
Rules:
  'failed = 0'                       a figure of the run: makespan, total-work, critical-path,
                                     lost-work, tasks, failed, unfinished, retries, success-rate,
                                     max-concurrency, mean-concurrency, utilisation
  'p95 duration <= 30 s'             a measure of its tasks: each, min, max, mean, median, sum or
                                     pN of duration, work, wait, queue, or a recorded metric
  'max memory <= 110 % of baseline'  a limit relative to the median of the baseline

Without --rule, the rules in `check.rules` of makespan.toml apply; without those, 'failed = 0'. With --baseline, runs \
must also not be slower than the baseline. docs/ci.md has examples for CI systems.

Examples:
  makespan check nightly.jsonl --rule 'failed = 0'
  makespan check nightly.jsonl --baseline history/ --rule 'retries <= baseline'

Exit codes: 0 every rule holds; 1 a rule is violated; 2 a rule cannot be judged, or no run could be read.")]
    Check(CheckArgs),
    /// Print tasks matching an expression
    #[command(after_help = "\
Examples:
  makespan query nightly.jsonl 'status:failed'
  makespan query nightly.jsonl 'step:align dur>p95 not critical'
  makespan query nightly.jsonl 'up(report) wait>1m' --ids

docs/query.md lists all fields and functions. Times of day are in the time zone of --zone.

Exit codes: 0 success, even if no task matches; 1 no run could be read; 2 invalid expression.")]
    Query(QueryArgs),
    /// Export runs of files or of the store to another format
    ///
    /// Events of runs in the store are written as they are stored. docs/exports.md describes each format.
    #[command(after_help = "\
Examples:
  makespan export nightly.jsonl -o nightly.md
  makespan export runs/ --format csv --table runs --from 2026-01-01 -o january.csv
  makespan export --store sqlite:runs.db --table runs --from 2026-01-01 -o january.csv
  makespan export nightly-7 --format svg --view timeline -o timeline.svg
  makespan export nightly-7 --table attempts -o attempts.parquet")]
    Export(ExportArgs),
    /// Write the events contained in a report
    ///
    /// A report contains all events of its runs. For other files, use `export --format jsonl`.
    #[command(after_help = "Example:\n  makespan extract report.html -o runs.jsonl")]
    Extract(ExtractArgs),
    /// Former name of `export`, for files only
    #[command(hide = true, after_help = "Example:\n  makespan convert trace.json --to jsonl -o trace.jsonl")]
    Convert(ConvertArgs),
    /// Draw the SVG on standard input as PNG
    ///
    /// The Python package draws its charts with it.
    #[command(hide = true, after_help = "Example:\n  makespan draw -o chart.png < chart.svg")]
    Draw(DrawArgs),
    /// List the supported file formats
    #[command(after_help = "Example:\n  makespan formats")]
    Formats(FormatsArgs),
    /// Open runs in the browser
    ///
    /// Serves the app and the files on 127.0.0.1 only, and opens the browser. Stop it with Ctrl-C.
    #[command(
        after_help = "Examples:\n  makespan open nightly.jsonl\n  makespan open runs/ --port 0 --no-browser"
    )]
    Open(OpenArgs),
    /// Serve the app and a REST interface over the runs of the store
    ///
    /// Listens on this machine only, unless --bind gives another address; --bind requires --tokens or --insecure.
    /// docs/server.md describes the interface, from /api/v1/runs to /metrics.
    #[command(after_help = "Example:\n  makespan serve --port 7979")]
    Serve(ServeArgs),
    /// Serve, list or clear the runs that Graflow recorded
    #[command(
        after_help = "Examples:\n  makespan lineage serve --port 8765\n  makespan lineage status\n  makespan lineage clear --yes"
    )]
    Lineage(LineageArgs),
    /// Show a run in the terminal while it grows
    ///
    /// On a terminal, takes the whole screen; `?` shows the keys. With --once or elsewhere, prints text. Without a run, lists
    /// the active runs.
    #[command(after_help = "Example:\n  makespan monitor nightly-7")]
    Monitor(MonitorArgs),
    /// Let an assistant read runs, by the Model Context Protocol
    ///
    /// Serves on standard input and output. Offers the verbs that read as tools: list, summary, stats, query, compare,
    /// findings and pictures. Reads only files below the given folders and runs of the store. docs/mcp.md shows how to
    /// configure assistants.
    #[command(after_help = "\
Examples:
  makespan mcp runs/
  makespan mcp --store sqlite:runs.db ci-artifacts/ traces/")]
    Mcp(McpArgs),
    /// List alerts, snooze them, or try rules on past runs
    ///
    /// Rules and handlers are defined in makespan.toml and in your own configuration file; docs/alerts.md describes
    /// them. `makespan serve` applies them while runs grow, `makespan run` when its command has ended.
    #[command(after_help = "\
Examples:
  makespan alerts --count 5
  makespan alerts --dry-run runs/
  makespan alerts --snooze late --for 2h")]
    Alerts(AlertsArgs),
    /// Run a command and record it
    ///
    /// Records when the command started and ended, its exit status, the end of its output, and the resources it used.
    /// Its output is passed through unchanged, and signals are forwarded to it.
    #[command(after_help = "\
Examples:
  makespan run -- make -j8
  makespan run --name 'Nightly backup' --label host=db1 -- ./backup.sh --all

Exit codes: the exit code of the command; 128 + N if signal N ended it; 126 if it cannot be executed; 127 if it was not \
found; 125 if the store or an option is invalid, in which case the command was not started.")]
    Run(RunArgs),
    /// Create a run in the store, to record from a script
    ///
    /// The output is the id of the run, on a terminal in a sentence.
    #[command(after_help = "\
Example:
  run=$(makespan create --name 'Nightly build' --steps fetch,build,test)
  makespan step start $run fetch")]
    Create(CreateArgs),
    /// Add, start or end a step of a run
    #[command(after_help = "\
Examples:
  makespan step start $run fetch
  makespan step progress $run fetch 40% --message 'half way'
  makespan step done $run fetch")]
    Step(StepArgs),
    /// Record a measured value
    #[command(after_help = "Example:\n  makespan metric $run memory 512 --unit MB --step build")]
    Metric(MetricArgs),
    /// Record a log line
    #[command(after_help = "\
Examples:
  makespan log $run 'mirror is slow' --level warning
  make 2>&1 | makespan log $run - --step build")]
    Log(LogArgs),
    /// Mark a run as finished
    ///
    /// Steps that have not started become skipped, or upstream-failed if they depend on a step that failed.
    #[command(
        after_help = "Examples:\n  makespan finish $run\n  makespan finish $run --status failed --error 'disk full'"
    )]
    Finish(FinishArgs),
    /// List the runs in the store
    #[command(
        after_help = "Examples:\n  makespan list --active\n  makespan list --workflow etl --status failed --since 7d"
    )]
    List(ListArgs),
    /// Show a run's status
    #[command(after_help = "Example:\n  makespan status nightly-7")]
    Status(OneRunArgs),
    /// Show a run's metrics
    #[command(after_help = "Example:\n  makespan metrics nightly-7 --json")]
    Metrics(OneRunArgs),
    /// Import runs from files into the store
    ///
    /// Runs keep their ids. Events already in the store are not stored again, so a file that has grown can be imported
    /// again.
    #[command(
        after_help = "Examples:\n  makespan import nightly.jsonl\n  makespan import --store file:runs old-runs/"
    )]
    Import(ImportArgs),
    /// Copy runs from one store to another
    ///
    /// Copying again adds only the events that are new. Labels, pins and the trash state are copied too.
    #[command(
        after_help = "Examples:\n  makespan copy --to postgres://me@host/runs\n  makespan copy --from file:runs --to sqlite:runs.db nightly-7"
    )]
    Copy(CopyArgs),
    /// Protect runs from being deleted
    #[command(after_help = "Example:\n  makespan pin nightly-7")]
    Pin(RunsArgs),
    /// Remove the protection set by `pin`
    #[command(after_help = "Example:\n  makespan unpin nightly-7")]
    Unpin(RunsArgs),
    /// Move runs to the trash, or delete them
    ///
    /// Runs in the trash are hidden from all lists except `list --trash`. `restore`, or a new event, takes a run out of
    /// the trash. Pinned runs are never deleted.
    #[command(after_help = "Examples:\n  makespan rm nightly-7\n  makespan rm --for-good nightly-7")]
    Rm(RemoveArgs),
    /// Move runs out of the trash
    #[command(after_help = "Example:\n  makespan restore nightly-7")]
    Restore(RunsArgs),
    /// Delete runs by the retention rules
    ///
    /// Without --yes, only shows what would be deleted. Runs are moved to the trash first, and deleted permanently by a
    /// later `gc` after more than a day. Pinned runs, unfinished runs and runs with an unknown end are always kept. To
    /// delete more than a fifth of all runs, or more than 1,000, --confirm must give their number.
    #[command(after_help = "\
Examples:
  makespan gc --older-than 90d
  makespan gc --older-than 90d --keep-last 5 --keep-failed --yes
  makespan gc --max-size 10GB --archive old-runs/ --yes")]
    Gc(GcArgs),
    /// Show or list settings
    #[command(after_help = "Examples:\n  makespan config show\n  makespan config list")]
    Config(ConfigArgs),
    /// Print a shell completion script
    #[command(after_help = "\
Examples:
  makespan completions bash > ~/.local/share/bash-completion/completions/makespan
  makespan completions zsh > ~/.zfunc/_makespan
  makespan completions fish > ~/.config/fish/completions/makespan.fish")]
    Completions(CompletionsArgs),
    /// Print or write the manual pages
    ///
    /// Prints the page of makespan, or of one verb. With --output, writes all pages to a folder.
    #[command(after_help = "\
Examples:
  makespan man | man -l -
  makespan man compare | man -l -
  makespan man --output ~/.local/share/man/man1")]
    Man(ManArgs),
    /// Print the JSON Schema of a verb's --json output
    ///
    /// Without a verb, lists the verbs that have one. A schema describes exactly what this version prints; later
    /// versions may add members.
    #[command(after_help = "\
Examples:
  makespan schema summary > summary.schema.json
  makespan schema --output schemas/")]
    Schema(SchemaArgs),
}
