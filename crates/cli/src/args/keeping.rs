//! Options of the verbs about runs that are kept.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args as ClapArgs, Subcommand};
use makespan_analysis::nearest;
use makespan_format::Status;
use makespan_store::Cursor;

use super::input::{Input, help};
use crate::config::setting::Size;
use crate::config::settings::{GC_KEEP_LAST, GC_MAX_SIZE, GC_OLDER_THAN, LIST_LIMIT, status_words};
use crate::date::{Date, Length};
use crate::zone::NamedZone;

/// A status by its name.
pub(crate) fn status(text: &str) -> Result<Status, String> {
    Status::parse(text).ok_or_else(|| match nearest(text, Status::ALL.map(Status::name)) {
        Some(meant) => format!("did you mean {meant}?"),
        None => format!("valid statuses: {}", status_words()),
    })
}

/// A time in the past: a date, or how long ago.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Since {
    /// That day or moment.
    Date(Date),
    /// So long before now.
    Ago(Length),
}

impl FromStr for Since {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Since, &'static str> {
        let date = text.parse().map(Since::Date);
        date.or_else(|_| text.parse().map(Since::Ago)).map_err(
            |_: &str| "write a date such as 2026-01-05 or 2026-01-05T08:00:00Z, or how long ago: 12 h, 7 d",
        )
    }
}

impl Since {
    /// The moment, ns since the epoch.
    pub(crate) fn moment(self, zone: &NamedZone, now: i64) -> i64 {
        match self {
            Since::Date(date) => date.start(zone),
            Since::Ago(length) => now.saturating_sub(length.0),
        }
    }
}

/// A label that runs must have: its name, and its value if one is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LabelFilter(pub(crate) String, pub(crate) Option<String>);

impl FromStr for LabelFilter {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<LabelFilter, &'static str> {
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        if name.is_empty() {
            return Err("write name=value, or the name of a label that runs must have");
        }
        Ok(LabelFilter(name.to_owned(), value.map(str::to_owned)))
    }
}

/// Which runs of the store.
#[derive(Debug, Default, ClapArgs)]
pub(crate) struct Which {
    /// Include only runs that have not finished
    #[arg(long)]
    pub(crate) active: bool,
    /// Include only runs of this workflow
    #[arg(long)]
    pub(crate) workflow: Option<String>,
    /// Include only runs with this status (repeatable)
    #[arg(long = "status", value_name = "STATUS", value_parser = status)]
    pub(crate) statuses: Vec<Status>,
    /// Include only runs that started at or after TIME: a date, or an age such as 12h or 7d
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<Since>,
    /// Include only runs that started before TIME
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<Since>,
    /// Include only runs with this label: NAME or NAME=VALUE (repeatable)
    #[arg(long = "label", value_name = "LABEL")]
    pub(crate) labels: Vec<LabelFilter>,
    /// Include only pinned runs
    #[arg(long)]
    pub(crate) pinned: bool,
    /// List the runs in the trash instead
    #[arg(long)]
    pub(crate) trash: bool,
    /// Time zone of dates without one
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<NamedZone>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) which: Which,
    #[arg(long, value_name = "N", help = help(&LIST_LIMIT))]
    pub(crate) limit: Option<u64>,
    /// Continue after this cursor, as printed with the previous page
    #[arg(long, value_name = "CURSOR")]
    pub(crate) after: Option<Cursor>,
    /// List the oldest runs first
    #[arg(long)]
    pub(crate) oldest: bool,
    /// Print only ids, one per line
    #[arg(long, conflicts_with = "json")]
    pub(crate) ids: bool,
    /// Print JSON (described in docs/cli.md)
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct OneRunArgs {
    /// Id of the run
    #[arg(required_unless_present = "workflow_id")]
    run: Option<String>,
    /// The same, as MoneyPrinterTurbo's monitor names it
    #[arg(long, value_name = "ID", conflicts_with = "run")]
    workflow_id: Option<String>,
    /// Print JSON (described in docs/cli.md)
    #[arg(long)]
    pub(crate) json: bool,
}

impl OneRunArgs {
    /// Returns the id of the run.
    pub(crate) fn run(&self) -> &str {
        self.run.as_deref().or(self.workflow_id.as_deref()).unwrap_or_default()
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RunsArgs {
    /// Ids of the runs
    #[arg(required = true, value_name = "RUN")]
    pub(crate) runs: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RemoveArgs {
    /// Ids of the runs
    #[arg(required = true, value_name = "RUN")]
    pub(crate) runs: Vec<String>,
    /// Delete the runs permanently instead of moving them to the trash
    #[arg(long)]
    pub(crate) for_good: bool,
    /// Remove runs even if they have not finished
    #[arg(long)]
    pub(crate) force: bool,
    /// Include damaged runs
    #[arg(long)]
    pub(crate) damaged: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Print JSON (described in docs/cli.md)
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CopyArgs {
    /// Ids of the runs [default: all runs, including those in the trash]
    #[arg(value_name = "RUN")]
    pub(crate) runs: Vec<String>,
    /// Store to copy from [default: the configured store]
    #[arg(long, value_name = "URL")]
    pub(crate) from: Option<String>,
    /// Store to copy to
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,
    /// Include damaged runs
    #[arg(long)]
    pub(crate) damaged: bool,
    /// Print JSON (described in docs/cli.md)
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct GcArgs {
    #[arg(long, value_name = "LENGTH", help = help(&GC_OLDER_THAN))]
    pub(crate) older_than: Option<Length>,
    #[arg(long, value_name = "N", help = help(&GC_KEEP_LAST))]
    pub(crate) keep_last: Option<u64>,
    #[arg(long, value_name = "BYTES", help = help(&GC_MAX_SIZE))]
    pub(crate) max_size: Option<Size>,
    /// Keep failed runs
    #[arg(long)]
    pub(crate) keep_failed: bool,
    /// Write each run to a file in FOLDER before it is removed
    #[arg(long, value_name = "FOLDER")]
    pub(crate) archive: Option<PathBuf>,
    /// Remove the runs instead of only showing them
    #[arg(long)]
    pub(crate) yes: bool,
    /// Confirm a large removal: remove the runs only if exactly N would be removed
    #[arg(long, value_name = "N")]
    pub(crate) confirm: Option<usize>,
    /// Include damaged runs
    #[arg(long)]
    pub(crate) damaged: bool,
    /// Print JSON (described in docs/cli.md)
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Show the value of each setting and where it comes from
    #[command(after_help = "Example:\n  makespan config show --json")]
    Show {
        /// Print JSON (described in docs/cli.md)
        #[arg(long)]
        json: bool,
    },
    /// Trust the makespan.toml of a folder
    ///
    /// A trusted file may name stores on other machines and outside the folder, and handlers of alerts. If the file
    /// changes, it has to be trusted again.
    #[command(after_help = "Example:\n  makespan config trust")]
    Trust {
        /// Folder to trust [default: the nearest one with a makespan.toml, from the working directory up]
        #[arg(value_name = "DIR", conflicts_with = "list")]
        folder: Option<PathBuf>,
        /// Print the trusted folders instead
        #[arg(long)]
        list: bool,
    },
    /// Stop trusting a folder
    #[command(after_help = "Example:\n  makespan config untrust projects/shop")]
    Untrust {
        /// Folder to stop trusting [default: the nearest one with a makespan.toml, from the working directory up]
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// List all settings with their defaults and meanings
    #[command(after_help = "Example:\n  makespan config list")]
    List {
        /// Print a Markdown table
        #[arg(long)]
        markdown: bool,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) verb: ConfigVerb,
}
