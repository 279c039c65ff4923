//! `makespan monitor`: runs of the store while they grow. On a terminal it takes the whole screen and listens to keys;
//! elsewhere it prints text.

mod gantt;
mod inks;
mod paint;
mod plain;
mod reader;
mod screen;
mod state;
#[cfg(test)]
mod tests;

use std::io::{self, IsTerminal as _};

use crate::args::MonitorArgs;
use crate::config::Config;
use crate::failure::Failure;
use crate::stored::Address;

/// Shows how a run stands, or which runs are active, until the run has finished or the user quits.
pub(crate) fn run(args: &MonitorArgs, config: &Config) -> Result<(), Failure> {
    let address = Address::new(config)?;
    let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    let has_screen = io::stdout().is_terminal() && io::stdin().is_terminal() && !is_dumb;
    if args.once || !has_screen { plain::run(args, &address) } else { screen::run(args, &address) }
}
