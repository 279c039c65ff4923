//! `cargo xtask bench`: measures what the crates measure of themselves.
//!
//! Every example whose name starts with `bench` or `measure` is a benchmark: run without arguments, it prints JSON
//! objects, one per line, and whatever else it says passes through to standard error. Standard output gets one JSON
//! array of all objects, each with the `package` and the `bench` that it came from. Where a word is given, as in
//! `cargo xtask bench store`, only the benchmarks whose package or name holds it run; that of the page in a browser is
//! called `page`.

use serde_json::Value;

use crate::outcome::Outcome;
use crate::process::{cargo, run_lines, stage};
use crate::workspace::{Example, Workspace};
use crate::{build, demo, test, tools};

const NAMES: [&str; 2] = ["bench", "measure"];

/// Runs all benchmarks, or those of some words, one after another, built with full optimisation.
///
/// # Errors
///
/// When a benchmark fails, or there is none.
pub(crate) fn run(workspace: &Workspace, words: &[String]) -> Outcome {
    let is_wanted = |text: &str| words.is_empty() || words.iter().any(|word| text.contains(word.as_str()));
    let is_bench = |example: &&Example| {
        NAMES.iter().any(|name| example.name.starts_with(name))
            && (is_wanted(&example.package) || is_wanted(&example.name))
    };
    let mut results = Vec::new();
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
            run_lines(command.current_dir(&workspace.root), |line| match measurement(line, example) {
                Some(value) => results.push(value),
                None => eprintln!("{line}"),
            })
        })?;
    }
    if is_wanted("page") {
        in_the_browser(workspace, &mut results)?;
    }
    if results.is_empty() {
        return Err("no benchmark said anything".to_owned());
    }
    println!("{}", Value::Array(results));
    Ok(())
}

/// Measures the page in Chromium.
fn in_the_browser(workspace: &Workspace, results: &mut Vec<Value>) -> Outcome {
    build::run(workspace, false)?;
    let program = stage("program", || demo::program(workspace))?;
    let browsers = stage("browsers", tools::browsers)?;
    let page = Example { package: "makespan".into(), name: "speed".into() };
    stage("the page in Chromium", || {
        let mut command = test::browser_test(workspace, "speed", &browsers, &program);
        command.env("MAKESPAN_BENCH", "1");
        run_lines(&mut command, |line| match measurement(line, &page) {
            Some(value) => results.push(value),
            None => eprintln!("{line}"),
        })
    })
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
