//! Arguments that most verbs share.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use makespan_import::Unit;

use crate::config::setting::Setting;
use crate::config::settings::ZONE;
use crate::zone::NamedZone;

/// Returns the help of an option that is also a setting, with its default.
pub(super) fn help<T>(setting: &Setting<T>) -> String {
    let meaning = setting.meaning.trim_end_matches('.');
    match setting.default.unwrap_or(setting.default_words) {
        "none" | "" => meaning.to_owned(),
        default => format!("{meaning} [default: {default}]"),
    }
}

/// The files to read, and how.
#[derive(Debug, ClapArgs)]
pub(crate) struct Input {
    /// Files, folders, archives, ids of runs, or - for standard input
    #[arg(required = true, value_name = "FILES")]
    pub(crate) files: Vec<PathBuf>,
    #[arg(long, value_name = "ZONE", help = help(&ZONE))]
    pub(crate) zone: Option<NamedZone>,
    #[arg(long, value_name = "UNIT", value_parser = unit, help = UNIT_HELP)]
    pub(crate) unit: Option<Unit>,
}

/// The help of `--unit`.
pub(super) const UNIT_HELP: &str = "Unit of times that are bare numbers: s, ms, us, or ns";

/// Parses `--unit`.
pub(super) fn unit(text: &str) -> Result<Unit, String> {
    Unit::parse(text).ok_or_else(|| "write s, ms, us, or ns".to_owned())
}
