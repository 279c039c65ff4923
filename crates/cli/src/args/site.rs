//! Options of `makespan site`.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use makespan_import::Unit;

use super::input::{FILES_OR_STORE, UNIT_HELP, help, unit};
use crate::config::settings::ZONE;
use crate::zone::NamedZone;

#[derive(Debug, ClapArgs)]
pub(crate) struct SiteArgs {
    #[arg(value_name = "FILES", help = FILES_OR_STORE)]
    pub(crate) files: Vec<PathBuf>,
    #[arg(long, value_name = "ZONE", help = help(&ZONE))]
    pub(crate) zone: Option<NamedZone>,
    #[arg(long, value_name = "UNIT", value_parser = unit, help = UNIT_HELP)]
    pub(crate) unit: Option<Unit>,
    /// Folder to write
    #[arg(short, long, value_name = "FOLDER")]
    pub(crate) output: PathBuf,
    /// Title of the index
    #[arg(long, default_value = "Workflow runs")]
    pub(crate) title: String,
    /// Include values that look like secrets (see docs/reports.md)
    #[arg(long)]
    pub(crate) no_redact: bool,
}
