//! Arguments that most verbs share.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use makespan_import::{Mapping, Unit};

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

/// The help of FILES where none stands for the whole store.
pub(super) const FILES_OR_STORE: &str =
    "Files, folders, archives, ids of runs, or - for standard input [default: all runs of the store]";

/// The files to read, and how.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Input {
    /// Files, folders, archives, ids of runs, or - for standard input
    #[arg(required = true, value_name = "FILES")]
    pub(crate) files: Vec<PathBuf>,
    #[arg(long, value_name = "ZONE", help = help(&ZONE))]
    pub(crate) zone: Option<NamedZone>,
    #[arg(long, value_name = "UNIT", value_parser = unit, help = UNIT_HELP)]
    pub(crate) unit: Option<Unit>,
    #[arg(long, value_name = "FILE", value_parser = mapping, help = MAP_HELP)]
    pub(crate) map: Option<Mapping>,
}

/// The help of `--map`.
pub(super) const MAP_HELP: &str =
    "File that maps the columns of tables (CSV, TSV, JSON) to fields (see docs/tables.md)";

/// The maximum length of a mapping, in bytes.
const LONGEST_MAPPING: u64 = 1 << 20;

/// Reads the file of `--map`.
pub(super) fn mapping(path: &str) -> Result<Mapping, String> {
    let length = std::fs::metadata(path).map_err(|e| e.to_string())?.len();
    if length > LONGEST_MAPPING {
        return Err("the file is longer than 1 MiB; a mapping must be shorter".to_owned());
    }
    let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
    Mapping::parse(&text)
}

/// The help of `--unit`.
pub(super) const UNIT_HELP: &str = "Unit of times that are bare numbers: s, ms, us, or ns";

/// Parses `--unit`.
pub(super) fn unit(text: &str) -> Result<Unit, String> {
    Unit::parse(text).ok_or_else(|| "write s, ms, us, or ns".to_owned())
}
