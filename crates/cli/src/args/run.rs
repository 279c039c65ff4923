//! Options of `makespan run`.

use std::ffi::OsString;

use clap::Args as ClapArgs;

use super::input::help;
use super::recording::Label;
use crate::config::setting::Size;
use crate::config::settings::{RUN_SAMPLE, RUN_TAIL, WORKFLOW};
use crate::date::Length;

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
The command's output passes through as it comes, signals are handed on, and its exit code is returned: that of the \
command, 128 + N where signal N ended it, 126 where it cannot be executed, 127 where there is none, 125 where the store \
or an option is wrong, in which case nothing was executed.")]
pub(crate) struct RunArgs {
    /// What people call the run [default: the name of the command]
    #[arg(long)]
    pub(crate) name: Option<String>,
    #[arg(long, help = help(&WORKFLOW))]
    pub(crate) workflow: Option<String>,
    /// A label to find the run by; may be given several times
    #[arg(long = "label", value_name = "NAME=VALUE")]
    pub(crate) labels: Vec<Label>,
    /// Id of the run, one that the store does not have [default: made from the name and the time]
    #[arg(long)]
    pub(crate) id: Option<String>,
    #[arg(long, value_name = "LENGTH", help = help(&RUN_SAMPLE))]
    pub(crate) sample: Option<Length>,
    #[arg(long, value_name = "BYTES", help = help(&RUN_TAIL))]
    pub(crate) tail: Option<Size>,
    /// Give the command pipes instead of a pseudo-terminal where the output goes to a terminal
    #[arg(long)]
    pub(crate) no_tty: bool,
    /// Say the id of the run on stderr before the command starts, and how it ended after
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}
