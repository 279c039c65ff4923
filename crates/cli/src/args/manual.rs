//! Arguments of `makespan completions` and `makespan man`.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use clap_complete::Shell;

#[derive(Debug, ClapArgs)]
pub(crate) struct CompletionsArgs {
    /// Shell to print the script for
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ManArgs {
    /// Verb to print the page of, such as `compare` or `step start` [default: makespan itself]
    #[arg(value_name = "VERB", conflicts_with = "output")]
    pub(crate) verb: Vec<String>,
    /// Write the pages of makespan and all its verbs to FOLDER
    #[arg(short, long, value_name = "FOLDER")]
    pub(crate) output: Option<PathBuf>,
}
