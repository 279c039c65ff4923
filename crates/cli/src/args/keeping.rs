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
        None => format!("there are {}", status_words()),
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

/// A label that runs have: its name, and its value where one is asked for.
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
    /// Runs that are not over
    #[arg(long)]
    pub(crate) active: bool,
    /// Runs of this workflow
    #[arg(long)]
    pub(crate) workflow: Option<String>,
    /// Runs of this status; may be given several times
    #[arg(long = "status", value_name = "STATUS", value_parser = status)]
    pub(crate) statuses: Vec<Status>,
    /// Runs that started then or later: a date, or how long ago (12 h, 7 d)
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<Since>,
    /// Runs that started before then
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<Since>,
    /// Runs with this label: a name, or name=value; may be given several times
    #[arg(long = "label", value_name = "LABEL")]
    pub(crate) labels: Vec<LabelFilter>,
    /// Runs that are pinned
    #[arg(long)]
    pub(crate) pinned: bool,
    /// The runs in the trash instead of the others
    #[arg(long)]
    pub(crate) trash: bool,
    /// Zone of dates that name none
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<NamedZone>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) which: Which,
    #[arg(long, value_name = "N", help = help(&LIST_LIMIT))]
    pub(crate) limit: Option<u64>,
    /// Go on behind this place, which the list before said
    #[arg(long, value_name = "CURSOR")]
    pub(crate) after: Option<Cursor>,
    /// The earliest first
    #[arg(long)]
    pub(crate) oldest: bool,
    /// Print ids only, one a line
    #[arg(long, conflicts_with = "json")]
    pub(crate) ids: bool,
    /// Print JSON (docs/cli.md describes it)
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct OneRunArgs {
    /// Id of the run
    pub(crate) run: String,
    /// Print JSON (docs/cli.md describes it)
    #[arg(long)]
    pub(crate) json: bool,
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
#[command(after_help = "\
A run in the trash is in no list but `list --trash`, `restore` takes it out again, and so does anything that happens in \
it. Pinned runs are not removed.")]
pub(crate) struct RemoveArgs {
    /// Ids of the runs
    #[arg(required = true, value_name = "RUN")]
    pub(crate) runs: Vec<String>,
    /// Remove them for good instead of putting them into the trash
    #[arg(long)]
    pub(crate) for_good: bool,
    /// Although they are not over
    #[arg(long)]
    pub(crate) force: bool,
    /// Also runs of which a part is damaged
    #[arg(long)]
    pub(crate) damaged: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Runs keep their ids. What the store has of a run already is not stored again, so that a file can be imported twice, or \
again when it has grown.")]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Print JSON (docs/cli.md describes it)
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Events keep their senders and numbers, so that copying twice doubles nothing, and copying again later brings what is new. \
Labels, pins and the trash are copied too.")]
pub(crate) struct CopyArgs {
    /// Ids of the runs [default: all of them, also those in the trash]
    #[arg(value_name = "RUN")]
    pub(crate) runs: Vec<String>,
    /// The store to copy from [default: the one that is configured]
    #[arg(long, value_name = "URL")]
    pub(crate) from: Option<String>,
    /// The store to copy into
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,
    /// Also runs of which a part is damaged
    #[arg(long)]
    pub(crate) damaged: bool,
    /// Print JSON (docs/cli.md describes it)
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Without --yes it only shows what would go. Runs go into the trash, from which `restore` takes them out, and those that \
have been there for more than a day are removed for good. Runs that are pinned, not over, or whose end is not known are \
always kept. Where more than a fifth of all runs would go, or more than 1,000, --confirm has to say how many.")]
pub(crate) struct GcArgs {
    #[arg(long, value_name = "LENGTH", help = help(&GC_OLDER_THAN))]
    pub(crate) older_than: Option<Length>,
    #[arg(long, value_name = "N", help = help(&GC_KEEP_LAST))]
    pub(crate) keep_last: Option<u64>,
    #[arg(long, value_name = "BYTES", help = help(&GC_MAX_SIZE))]
    pub(crate) max_size: Option<Size>,
    /// Failed runs are kept
    #[arg(long)]
    pub(crate) keep_failed: bool,
    /// Write the events of each run that goes to a file in this folder first
    #[arg(long, value_name = "FOLDER")]
    pub(crate) archive: Option<PathBuf>,
    /// Do it
    #[arg(long)]
    pub(crate) yes: bool,
    /// Do it, if that many runs go
    #[arg(long, value_name = "N")]
    pub(crate) confirm: Option<usize>,
    /// Also runs of which a part is damaged
    #[arg(long)]
    pub(crate) damaged: bool,
    /// Print JSON (docs/cli.md describes it)
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Print each setting, its value and where that came from
    Show {
        /// Print JSON (docs/cli.md describes it)
        #[arg(long)]
        json: bool,
    },
    /// Let the makespan.toml of a folder name stores on other machines and outside the folder
    ///
    /// The folder is remembered with the content of the file: after a change it has to be trusted again.
    Trust {
        /// The folder [default: the nearest one with a makespan.toml, from the working directory up]
        #[arg(value_name = "DIR", conflicts_with = "list")]
        folder: Option<PathBuf>,
        /// Print the trusted folders instead
        #[arg(long)]
        list: bool,
    },
    /// Take back the trust in a folder
    Untrust {
        /// The folder [default: the nearest one with a makespan.toml, from the working directory up]
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Print what there is to set
    List {
        /// As a table in Markdown
        #[arg(long)]
        markdown: bool,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) verb: ConfigVerb,
}
