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
pub(crate) use text::page;

/// So much text is printed at a time.
const PRINTED_BYTES: usize = 64 << 10;

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
    // Files may hold a million runs: their pages are never in memory together.
    let mut pages = String::new();
    for (place, one) in loaded.iter().enumerate() {
        if place > 0 {
            pages.push('\n');
        }
        pages.push_str(&text::page(&Facts::new(one.run.clone()), one.format, terminal));
        if pages.len() > PRINTED_BYTES {
            // A page ends with a line break, so that no line is cut.
            print(&pages)?;
            pages.clear();
        }
    }
    print(&pages)
}
