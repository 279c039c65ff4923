//! `cargo xtask test`: runs all checks and prints one summary at the end.
//!
//! After a stage fails, the later ones still run, unless they depend on its output. The last line is `N passed, N
//! failed, N skipped`, after the reasons for skipping; a stage without tests of its own (format, lints, builds) counts
//! as one failure if it fails.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::outcome::Outcome;
use crate::process::{self, cargo, run_lines, seconds, stage};
use crate::tally::Tally;
use crate::tools::{self, Browsers, WASM_TARGET};
use crate::workspace::{Workspace, files_under};
use crate::{build, docs, package, python, trunk};

/// Tests that other stages run: four drive a browser, need the built app and run one after another; one is compiled for
/// wasm.
const OTHERWISE: [&str; 5] = ["accessibility", "browser", "shots", "speed", "wasm"];
/// The stores that are not built by default.
const EVERY_STORE: [&str; 2] = [
    "--features",
    "makespan-store/postgres,makespan-store/mysql,makespan-store/redis,makespan-store/mongodb",
];

/// Tests print why they skip something, and libtest hides the output of passing tests by default.
const SHOW: [&str; 2] = ["--", "--show-output"];

/// Runs all stages.
///
/// # Errors
///
/// Fails if anything failed, or no test ran at all.
pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let start = Instant::now();
    let mut sum = Sum::default();

    sum.check("format", || process::run(at(workspace).args(["fmt", "--all", "--check"])));
    let lints = ["--", "--deny", "warnings"];
    sum.check("lints", || {
        let mut command = at(workspace);
        process::run(command.args(["clippy", "--workspace", "--all-targets"]).args(EVERY_STORE).args(lints))
    });
    sum.check("lints for wasm", || {
        tools::wasm_target(workspace)?;
        process::run(
            at(workspace).args(["clippy", "--package", "makespan", "--target", WASM_TARGET]).args(lints),
        )
    });

    sum.tests("dependencies", |tally| dependencies(workspace, tally));
    sum.tests("documentation", |tally| docs::test(workspace, tally));
    let built = sum.check("app", || build::run(workspace, false).map(drop));
    if built {
        sum.tests("trunk builds the same page", |tally| trunk::test(workspace, tally));
    }
    let tests = test_names(workspace);
    let compiled = sum.check("compile the tests", || {
        process::run(at(workspace).args(["test", "--workspace", "--no-run"]).args(EVERY_STORE).args(&tests))
    });
    if compiled {
        sum.tests("tests", |tally| native_tests(workspace, &tests, tally));
    }

    // Cargo has built the program for the tests of the command line, with `dist/` inside it.
    let program = package::compiled(workspace);
    let program = compiled.then_some(program);
    sum.tests("tests of the Python package", |tally| python::test(workspace, program.as_deref(), tally));
    let mut browsers = None;
    sum.check("browsers", || {
        browsers = Some(tools::browsers()?);
        Ok(())
    });
    if let Some(browsers) = &browsers {
        sum.tests("tests in wasm", |tally| wasm_tests(workspace, browsers, tally));
        if let (Some(program), true, true) =
            (&program, built, workspace.root.join("tests/browser/main.rs").is_file())
        {
            sum.tests("tests in the browser", |tally| {
                counted(&mut browser_test(workspace, "browser", browsers, Some(program)), tally)
            });
            sum.tests("tests of accessibility", |tally| {
                let mut command = browser_test(workspace, "accessibility", browsers, Some(program));
                match tools::axe() {
                    Ok(script) => drop(command.env("MAKESPAN_AXE", script)),
                    Err(why) => eprintln!("  going on without axe-core: {why}"),
                }
                counted(&mut command, tally)
            });
        }
    }
    if let (Some(program), true) = (&program, built) {
        sum.tests("tests of the packages", |tally| package::test(workspace, program, tally));
    }
    sum.close(start)
}

/// Checks the licences and origins of all dependencies against `deny.toml`. Known vulnerabilities are left to
/// `cargo deny check`, which downloads their database.
fn dependencies(workspace: &Workspace, tally: &mut Tally) -> Outcome {
    let Some(program) = tools::which("cargo-deny") else {
        tally.skip("licences of dependencies: cargo-deny is missing (cargo install cargo-deny)");
        return Ok(());
    };
    let mut command = Command::new(program);
    command.current_dir(&workspace.root).args(["--offline", "--workspace", "--all-features"]);
    process::run(command.args(["--log-level", "error", "check", "bans", "licenses", "sources"]))?;
    tally.passed += 1;
    Ok(())
}

/// Runs all tests outside the browser in one command for the whole workspace: for another selection of packages, cargo
/// compiles the dependencies again with other features.
fn native_tests(workspace: &Workspace, tests: &[String], tally: &mut Tally) -> Outcome {
    tools::servers();
    let python = tools::python();
    tools::document_server(&python);
    let mut both = Ok(());
    for what in [tests, &["--doc".to_owned()]] {
        let mut command = at(workspace);
        command.args(["test", "--workspace", "--no-fail-fast"]).args(EVERY_STORE).args(what).args(SHOW);
        command.env("MAKESPAN_OTEL_PYTHON", &python).env("MAKESPAN_PANDAS_PYTHON", &python);
        both = both.and(counted(&mut command, tally));
    }
    both
}

/// Returns the command that runs one of the root package's browser tests, with the environment it needs.
pub(crate) fn browser_test(
    workspace: &Workspace,
    name: &str,
    browsers: &Browsers,
    program: Option<&Path>,
) -> Command {
    let mut command = at(workspace);
    command.args(["test", "--workspace"]).args(EVERY_STORE);
    command.args(["--test", name, "--", "--test-threads=1", "--nocapture"]);
    command.env("MAKESPAN_DIST", workspace.dist());
    if let Some(program) = program {
        command.env("MAKESPAN_BIN", program);
    }
    browsers.tell(&mut command);
    command
}

/// The results of the stages so far.
#[derive(Default)]
struct Sum {
    tally: Tally,
    failed_stages: Vec<String>,
    /// The stages and their durations.
    times: Vec<(String, Duration)>,
}

impl Sum {
    /// Runs a stage without tests of its own. Returns whether it succeeded.
    fn check(&mut self, name: &str, work: impl FnOnce() -> Outcome) -> bool {
        self.tests(name, |_| work())
    }

    /// Runs a stage whose tests are counted. Returns whether it succeeded.
    fn tests(&mut self, name: &str, work: impl FnOnce(&mut Tally) -> Outcome) -> bool {
        let mut tally = Tally::default();
        let start = Instant::now();
        let outcome = stage(name, || work(&mut tally));
        self.times.push((name.to_owned(), start.elapsed()));
        if let Err(why) = &outcome {
            eprintln!("  {why}");
            self.failed_stages.push(name.to_owned());
            tally.failed = tally.failed.max(1);
        }
        self.tally.add(tally);
        outcome.is_ok()
    }

    fn close(self, start: Instant) -> Outcome {
        let verdict = if !self.failed_stages.is_empty() {
            Err(format!("failed: {}", self.failed_stages.join(", ")))
        } else if self.tally.failed > 0 || self.tally.passed == 0 {
            Err("no test ran".to_owned())
        } else {
            Ok(())
        };
        println!("\nall stages took {}", seconds(start.elapsed()));
        for (name, elapsed) in &self.times {
            println!("{:>12}  {name}", seconds(*elapsed));
        }
        for line in self.tally.failures() {
            println!("{line}");
        }
        for (reason, count) in self.tally.reasons() {
            println!("SKIPPED {count}: {reason}");
        }
        println!("{}", self.tally);
        verdict
    }
}

fn at(workspace: &Workspace) -> Command {
    let mut command = cargo();
    command.current_dir(&workspace.root);
    command
}

/// Runs tests, prints their output as it arrives, and counts them.
fn counted(command: &mut Command, tally: &mut Tally) -> Outcome {
    run_lines(command, |line| {
        println!("{line}");
        tally.read(line);
    })
}

/// Returns the arguments that select the tests outside the browser: the code of every package and their integration tests.
fn test_names(workspace: &Workspace) -> Vec<String> {
    let mut folders = vec![workspace.root.join("tests")];
    let crates = std::fs::read_dir(workspace.root.join("crates")).into_iter().flatten().flatten();
    folders.extend(crates.map(|entry| entry.path().join("tests")));
    let files = folders.iter().flat_map(|folder| files_under(folder));
    let names: BTreeSet<String> = files.filter_map(|path| test_name(&path)).collect();
    let native = names.into_iter().filter(|name| !OTHERWISE.contains(&name.as_str()));
    let all = ["--lib", "--bins", "--examples"].map(str::to_owned).into_iter();
    all.chain(native.flat_map(|name| ["--test".to_owned(), name])).collect()
}

/// Returns the name of the test that cargo makes of a file below `tests`: a file, or a folder with a `main.rs`; other
/// files are parts of these.
fn test_name(path: &Path) -> Option<String> {
    let is_folder = path.file_name()? == "main.rs";
    let name = if is_folder { path.parent()? } else { path };
    let is_test = path.extension()? == "rs" && name.components().count() == 1;
    is_test.then(|| Some(name.file_stem()?.to_str()?.to_owned()))?
}

fn wasm_tests(workspace: &Workspace, browsers: &Browsers, tally: &mut Tally) -> Outcome {
    let runner = tools::wasm_bindgen(workspace)?.join("wasm-bindgen-test-runner");
    let options = workspace.target.join("xtask/webdriver.json");
    let arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
    let capabilities = serde_json::json!({
        "goog:chromeOptions": { "binary": browsers.chromium, "args": arguments },
    });
    crate::workspace::write_if_changed(&options, capabilities.to_string().as_bytes())?;

    let mut command = at(workspace);
    command.args(["test", "--package", "makespan-views", "--test", "wasm", "--target", WASM_TARGET]);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", options);
    command.env("CHROMEDRIVER", &browsers.chromedriver);
    counted(&mut command, tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_stage_counts_even_without_a_test() {
        let mut sum = Sum::default();
        assert!(sum.tests("good", |tally| {
            tally.read("test result: ok. 5 passed; 0 failed; 0 ignored");
            Ok(())
        }));
        assert!(!sum.check("bad", || Err("why".to_owned())));
        assert_eq!(sum.tally.to_string(), "5 passed, 1 failed, 0 skipped");
        assert!(sum.close(Instant::now()).is_err_and(|why| why == "failed: bad"));
    }

    #[test]
    fn every_test_is_found_also_in_a_folder() {
        let names = ["browser.rs", "tidy/main.rs", "tidy/words.rs", "support/mod.rs", "support/floor.html"];
        let found: Vec<String> = names.iter().filter_map(|name| test_name(Path::new(name))).collect();
        assert_eq!(found, ["browser", "tidy"]);
        let tests = test_names(&Workspace::find().expect("this workspace"));
        for name in ["tidy", "contract", "answers"] {
            assert!(tests.iter().any(|test| test == name), "{name} is not run");
        }
        assert!(!tests.iter().any(|test| test == "browser"), "the browser has a stage of its own");
    }

    #[test]
    fn zero_tests_are_not_a_success() {
        assert!(Sum::default().close(Instant::now()).is_err());
    }
}
