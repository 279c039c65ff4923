//! `cargo xtask bench`: measures what the crates measure of themselves, the page and the reports.
//!
//! Every example whose name starts with `bench` or `measure` is a benchmark: run without arguments, it prints JSON
//! objects, one per line, and everything else it prints passes through to standard error. Standard output gets one
//! JSON array of all objects, each with the `package` and the `bench` that it came from. Words choose: with
//! `cargo xtask bench store` only the benchmarks whose package or name holds the word run. `page` is the page in a
//! browser (`--large`: with a million tasks too), `report` the files that reports are.

mod page;
mod report;

use serde_json::Value;

use crate::outcome::Outcome;
use crate::process::{cargo, run_lines, stage};
use crate::workspace::{Example, Workspace};

const NAMES: [&str; 2] = ["bench", "measure"];

/// What was measured so far.
#[derive(Default)]
struct Bench {
    results: Vec<Value>,
}

impl Bench {
    /// Keeps a measurement of the root package and shows it at once.
    fn keep(&mut self, name: &str, value: Value) {
        self.line(name, &value.to_string());
    }

    /// Keeps a line of the root package that is a measurement; passes any other on.
    fn line(&mut self, name: &str, line: &str) {
        self.of(line, &Example { package: "makespan".into(), name: name.into() });
    }

    fn of(&mut self, line: &str, example: &Example) {
        eprintln!("{line}");
        self.results.extend(measurement(line, example));
    }
}

/// Runs all benchmarks, or those of some words, one after another, built with full optimisation.
///
/// # Errors
///
/// When a benchmark fails, or there is none.
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

/// The JSON object on a line, signed with where it came from; nothing when the line is not an object.
fn measurement(line: &str, example: &Example) -> Option<Value> {
    let Ok(Value::Object(mut object)) = serde_json::from_str(line) else { return None };
    object.insert("package".to_owned(), example.package.clone().into());
    object.insert("bench".to_owned(), example.name.clone().into());
    Some(Value::Object(object))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_signed_and_other_lines_are_not_measurements() {
        let example = Example { package: "p".into(), name: "measure".into() };
        let value = measurement(r#"{"ms":3.5}"#, &example).expect("an object");
        assert_eq!(value, serde_json::json!({"ms": 3.5, "package": "p", "bench": "measure"}));
        assert_eq!(measurement("warming up", &example), None);
        assert_eq!(measurement("[1]", &example), None);
    }
}
