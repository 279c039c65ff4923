//! The `makespan` program: reads run files and prints, converts, reports or shows them. It wires and prints; what is
//! computed is computed by the crates below.
//!
//! Exit codes: 0 success (also if a part of the input was ignored, which stderr reports); 1 no run could be read, a run or
//! step does not exist, or the request conflicts with its current state; 2 invalid usage, an output or store that
//! cannot be used, or a damaged run in the store. `run` returns the exit code of its command.

mod alerting;
mod args;
mod check;
mod compare;
mod config;
mod date;
mod dist;
mod export;
mod failure;
mod foreign;
mod formats;
mod keeping;
mod load;
mod manual;
mod mcp;
mod open;
mod origin;
mod output;
mod page;
mod pdf;
mod query;
mod recording;
mod report;
mod schema;
mod serve;
mod site;
mod stats;
mod stored;
mod summary;
mod terminal;
mod walk;
mod zone;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Verb};
use config::Config;
use failure::Failure;

/// The exit code where all went well, but a run that was read is damaged.
const DAMAGED: u8 = 2;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // A closed pipe is no reason to complain.
            let arguments = || std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned());
            let _ = if error.use_stderr() && arguments().any(|arg| output::clean(&arg) != arg) {
                write!(std::io::stderr(), "{}", output::quoting(&error.to_string(), arguments()))
            } else {
                error.print()
            };
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            return ExitCode::from(if code != 0 && is_run() {
                recording::command::OWN_FAILURE
            } else {
                code
            });
        }
    };
    match execute(&args) {
        // What was read is not all there was.
        Ok(ExitCode::SUCCESS) if stored::damage::was_reported() => ExitCode::from(DAMAGED),
        Ok(code) => code,
        Err(failure) => {
            let text = failure.to_string();
            if !text.is_empty() {
                // A failure may quote what a file, a setting or a server says.
                let _ = writeln!(std::io::stderr(), "makespan: {}", output::inert(&text));
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Returns whether the command line, which may be invalid, asks for `run`: whoever executes commands through it
/// must not take its own failure for theirs.
fn is_run() -> bool {
    let mut words = std::env::args_os().skip(1);
    while let Some(word) = words.next() {
        if word == "--store" {
            words.next();
        } else if !word.as_encoded_bytes().starts_with(b"-") {
            return word == "run";
        }
    }
    false
}

fn execute(args: &Args) -> Result<ExitCode, Failure> {
    let store = args.store.as_deref();
    let config = || Config::load(store);
    match &args.verb {
        Verb::Summary(args) => summary::run(args, &config()?),
        Verb::Stats(args) => stats::run(args, &config()?),
        Verb::Compare(args) => compare::run(args, &config()?),
        Verb::Report(args) => report::run(args, &config()?),
        Verb::Site(args) => site::run(args, &config()?),
        Verb::Query(args) => query::run(args, &config()?),
        Verb::Check(args) => return check::run(args, &config()?).map(ExitCode::from),
        Verb::Export(args) => export::run(args, &config()?),
        Verb::Extract(args) => export::extract(args, &config()?),
        Verb::Convert(args) => export::convert(args, &config()?),
        Verb::Draw(args) => export::draw(args),
        Verb::Formats(args) => formats::run(args),
        Verb::Open(args) => open::run(args, &config()?),
        Verb::Mcp(args) => mcp::run(args, store),
        Verb::Alerts(args) => alerting::run(args, &config()?),
        Verb::Lineage(args) => keeping::lineage::run(args, config()?),
        Verb::Monitor(args) => keeping::monitor::run(args, &config()?),
        Verb::Serve(args) => serve::run(args, config()?),
        Verb::Run(args) => return Ok(ExitCode::from(recording::command::run(args, store))),
        Verb::Create(args) => recording::create::run(args, &config()?),
        Verb::Step(args) => recording::step::run(args, &config()?),
        Verb::Metric(args) => recording::note::metric(args, &config()?),
        Verb::Log(args) => recording::note::log(args, &config()?),
        Verb::Finish(args) => recording::finish::run(args, &config()?),
        Verb::List(args) => keeping::list::run(args, &config()?),
        Verb::Status(args) => keeping::status::run(args, &config()?),
        Verb::Metrics(args) => keeping::metrics::run(args, &config()?),
        Verb::Import(args) => keeping::import::run(args, &config()?),
        Verb::Copy(args) => keeping::copy::run(args, &config()?),
        Verb::Pin(args) => keeping::mark::pin(args, true, &config()?),
        Verb::Unpin(args) => keeping::mark::pin(args, false, &config()?),
        Verb::Rm(args) => keeping::mark::remove(args, &config()?),
        Verb::Restore(args) => keeping::mark::restore(args, &config()?),
        Verb::Gc(args) => keeping::gc::run(args, &config()?),
        Verb::Config(args) => config::run(args, store),
        Verb::Completions(args) => manual::completions(args),
        Verb::Man(args) => manual::man(args),
        Verb::Schema(args) => schema::run(args),
    }?;
    Ok(ExitCode::SUCCESS)
}
