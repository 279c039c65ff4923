//! The verbs and their options.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::zone::NamedZone;

/// See what the time of a workflow run went into.
#[derive(Debug, Parser)]
#[command(
    name = "makespan",
    version,
    after_help = "\
FILES are run files of any known format (see `makespan formats`), folders (read whole, hidden files left out), archives \
(gzip, zip), reports made by this program, or - for standard input.

Exit codes: 0 ok, 1 no run could be read, 2 wrong usage or a place that cannot be written."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Write one HTML file that shows the runs, offline, with or without scripts
    Report(ReportArgs),
    /// Print what the runs took and what went wrong
    Summary(SummaryArgs),
    /// Write the runs in a format of this program
    Convert(ConvertArgs),
    /// List the formats that can be read
    Formats(FormatsArgs),
    /// Show the runs in the browser, served from this machine to this machine only
    Open(OpenArgs),
}

/// What is read, and how.
#[derive(Debug, ClapArgs)]
pub(crate) struct Input {
    /// Files, folders, archives, or - for standard input
    #[arg(required = true, value_name = "FILES")]
    pub(crate) files: Vec<PathBuf>,
    /// Zone of times that name none: UTC, local, +02:00 or a name such as Europe/Berlin
    #[arg(long, default_value = "UTC", value_name = "ZONE")]
    pub(crate) zone: NamedZone,
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
    /// Keep values that look like secrets
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

/// A format of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// Events as JSON Lines: everything that is known of the runs
    Jsonl,
    /// The text notation: one line a try, for people
    Text,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ConvertArgs {
    #[command(flatten)]
    pub(crate) input: Input,
    /// What to write
    #[arg(long, value_enum)]
    pub(crate) to: Target,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
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
    /// Port on 127.0.0.1, 0 for any free one
    #[arg(long, default_value_t = 7878)]
    pub(crate) port: u16,
    /// Print the address only
    #[arg(long)]
    pub(crate) no_browser: bool,
}
