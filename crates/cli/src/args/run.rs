//! Options of `makespan run`.

use std::ffi::OsString;

use clap::Args as ClapArgs;

use super::input::help;
use super::recording::Label;
use crate::config::setting::Size;
use crate::config::settings::{RUN_SAMPLE, RUN_TAIL, WORKFLOW};
use crate::date::Length;

#[derive(Debug, ClapArgs)]
pub(crate) struct RunArgs {
    /// Display name of the run [default: the name of the command]
    #[arg(long)]
    pub(crate) name: Option<String>,
    #[arg(long, help = help(&WORKFLOW))]
    pub(crate) workflow: Option<String>,
    /// Label of the run (repeatable)
    #[arg(long = "label", value_name = "NAME=VALUE")]
    pub(crate) labels: Vec<Label>,
    /// Id of the run, not yet in the store [default: made from the name and the time]
    #[arg(long)]
    pub(crate) id: Option<String>,
    #[arg(long, value_name = "LENGTH", help = help(&RUN_SAMPLE))]
    pub(crate) sample: Option<Length>,
    #[arg(long, value_name = "BYTES", help = help(&RUN_TAIL))]
    pub(crate) tail: Option<Size>,
    /// Give the command pipes instead of a pseudo-terminal, even if the output goes to a terminal
    #[arg(long)]
    pub(crate) no_tty: bool,
    /// Print the id of the run to stderr before the command starts, and its result afterwards
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Command to run, with its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}
