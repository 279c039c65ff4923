//! The `makespan` program: reads run files and prints, converts, reports or shows them. It wires and prints; what is
//! computed is computed by the crates below.
//!
//! Exit codes: 0 ok (also where a part of the input was left out, which stderr tells), 1 no run could be read, 2 the
//! command or its output place is wrong.

mod args;
mod compare;
mod convert;
mod date;
mod dist;
mod failure;
mod formats;
mod load;
mod open;
mod origin;
mod output;
mod paper;
mod query;
mod report;
mod serve;
mod stats;
mod summary;
mod terminal;
mod walk;
mod zone;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Verb};

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // A closed pipe is no reason to complain.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let result = match args.verb {
        Verb::Summary(args) => summary::run(&args),
        Verb::Stats(args) => stats::run(&args),
        Verb::Compare(args) => compare::run(&args),
        Verb::Report(args) => report::run(&args),
        Verb::Query(args) => query::run(&args),
        Verb::Convert(args) => convert::run(&args),
        Verb::Formats(args) => formats::run(&args),
        Verb::Open(args) => open::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let text = failure.to_string();
            if !text.is_empty() {
                let _ = writeln!(std::io::stderr(), "makespan: {text}");
            }
            ExitCode::from(failure.exit_code())
        }
    }
}
