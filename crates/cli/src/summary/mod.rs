//! `makespan summary`.

mod text;

use makespan_analysis::Facts;
use makespan_server::documents::{Summarised, summary};

use crate::args::SummaryArgs;
use crate::config::Config;
use crate::failure::Failure;
use crate::load::load;
use crate::output::{inert_json, print};
use crate::terminal::Terminal;

/// Prints what the runs took and what went wrong, for people or for programs.
pub(crate) fn run(args: &SummaryArgs, config: &Config) -> Result<(), Failure> {
    let loaded = load(&args.input, config)?;
    if args.json {
        let runs: Vec<Summarised<'_>> =
            loaded.iter().map(|one| Summarised { run: one.run.clone(), format: one.format }).collect();
        let json = summary(&runs);
        return print(&format!("{}\n", inert_json(&json)));
    }
    let terminal = Terminal::of_stdout();
    let pages: Vec<String> =
        loaded.iter().map(|one| text::page(&Facts::new(one.run.clone()), one.format, terminal)).collect();
    print(&pages.join("\n"))
}
