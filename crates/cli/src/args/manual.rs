//! Arguments of `makespan completions`, `makespan man` and `makespan schema`.

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
    /// Write Markdown instead of a manual page
    #[arg(long)]
    pub(crate) markdown: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SchemaArgs {
    /// Verb whose --json output to describe, such as `summary` [default: list the verbs]
    #[arg(value_name = "VERB", conflicts_with = "output")]
    pub(crate) verb: Option<String>,
    /// Write the schemas of all verbs to FOLDER
    #[arg(short, long, value_name = "FOLDER")]
    pub(crate) output: Option<PathBuf>,
}
