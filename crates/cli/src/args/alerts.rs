//! Options of `makespan alerts`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::date::Length;
use crate::zone::NamedZone;

#[derive(Debug, ClapArgs)]
pub(crate) struct AlertsArgs {
    /// Runs to apply the rules to with --dry-run: files, folders, archives, or ids of runs [default: the newest 100 runs of
    /// the store]
    #[arg(value_name = "RUNS", requires = "dry_run")]
    pub(crate) files: Vec<PathBuf>,
    /// List at most N alerts, the newest first
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) count: usize,
    /// Include only alerts that are firing
    #[arg(long)]
    pub(crate) firing: bool,
    /// Include only alerts of this run
    #[arg(long, value_name = "ID", visible_alias = "workflow-id")]
    pub(crate) run: Option<String>,
    /// Show what the configured rules would find in RUNS; nothing is recorded and nobody is notified
    #[arg(long, conflicts_with_all = ["snooze", "test"])]
    pub(crate) dry_run: bool,
    /// Time zone of times without one (only with --dry-run)
    #[arg(long, value_name = "ZONE", requires = "dry_run")]
    pub(crate) zone: Option<NamedZone>,
    /// Suspend notifications for this rule; with --run, only for that run
    #[arg(long, value_name = "RULE", conflicts_with = "test")]
    pub(crate) snooze: Option<String>,
    /// Length of the snooze, such as 30 min or 2h [default: 1 h]
    #[arg(long = "for", value_name = "LENGTH", requires = "snooze")]
    pub(crate) length: Option<Length>,
    /// End a snooze of this rule
    #[arg(long, value_name = "RULE", conflicts_with_all = ["snooze", "test", "dry_run"])]
    pub(crate) unsnooze: Option<String>,
    /// Send a test notification to this handler and print the outcome
    #[arg(long, value_name = "HANDLER")]
    pub(crate) test: Option<String>,
    /// Print JSON (described in docs/alerts.md)
    #[arg(long)]
    pub(crate) json: bool,
}
