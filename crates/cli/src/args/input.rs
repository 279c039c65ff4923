//! What most verbs are given.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::config::setting::Setting;
use crate::config::settings::ZONE;
use crate::zone::NamedZone;

/// The help of an option that is a setting too.
pub(super) fn help<T>(setting: &Setting<T>) -> &'static str {
    setting.meaning.trim_end_matches('.')
}

/// What is read, and how.
#[derive(Debug, ClapArgs)]
pub(crate) struct Input {
    /// Files, folders, archives, or - for standard input
    #[arg(required = true, value_name = "FILES")]
    pub(crate) files: Vec<PathBuf>,
    #[arg(long, value_name = "ZONE", help = help(&ZONE))]
    pub(crate) zone: Option<NamedZone>,
}
