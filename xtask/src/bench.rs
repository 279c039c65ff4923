//! `cargo xtask bench`: runs the benchmarks of the crates, the page and the reports.
//!
//! Every example whose name starts with `bench` or `measure` is a benchmark: run without arguments, it prints JSON
//! objects, one per line; any other output is passed to standard error. The result on standard output is one JSON array
//! of all objects, each with the `package` and the `bench` that it came from. Arguments select benchmarks: `cargo xtask
//! bench store` runs those whose package or name contains the word. `page` is the page in a browser, `report` the
//! files of reports. `--large` measures for longer or with more: the page and open runs with a million tasks, a server for
//! ten minutes and with 30 kills.

mod page;
mod report;
mod results;

use serde_json::Value;

use crate::outcome::Outcome;
use crate::process::{cargo, run_lines, stage};
use crate::workspace::{Example, Workspace};
use results::Bench;

const NAMES: [&str; 2] = ["bench", "measure"];

/// Runs all benchmarks, or those selected by words, one after another, built with full optimisation.
///
/// # Errors
///
/// Fails if a benchmark fails, or none is selected.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Outcome {
    let (flags, words): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|word| word.starts_with('-'));
    let is_wanted = |text: &str| words.is_empty() || words.iter().any(|word| text.contains(word.as_str()));
    let is_bench = |example: &&Example| {
        NAMES.iter().any(|name| example.name.starts_with(name))
            && (is_wanted(&example.package) || is_wanted(&example.name))
    };
    let mut bench = Bench::default();
    for example in workspace.examples.iter().filter(is_bench) {
        stage(&format!("{}: {}", example.package, example.name), || {
            let mut command = cargo();
            command.args([
                "run",
                "--quiet",
                "--release",
                "--all-features",
                "--package",
                &example.package,
                "--example",
                &example.name,
            ]);
            // Others take paths.
            if example.name.starts_with(NAMES[0]) {
                command.arg("--").args(&flags);
            }
            run_lines(command.current_dir(&workspace.root), |line| bench.of(line, example))
        })?;
    }
    if is_wanted("page") {
        page::run(workspace, flags.iter().any(|flag| *flag == "--large"), &mut bench)?;
    }
    if is_wanted("report") {
        report::run(workspace, &mut bench)?;
    }
    if bench.results.is_empty() {
        return Err("no benchmark matches, or none printed a measurement".to_owned());
    }
    println!("{}", Value::Array(bench.results));
    Ok(())
}
