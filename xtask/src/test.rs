//! `cargo xtask test`: everything that can be checked, and one sum at the end.
//!
//! A stage that fails does not keep the later ones from running, unless they stand on what it makes. The last line is
//! `N passed, N failed, N skipped`, after the reasons why something was skipped; a stage without tests of its own (format, lints, builds) counts as one failure when it fails.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::outcome::Outcome;
use crate::process::{self, cargo, run_lines, seconds, stage};
use crate::tally::Tally;
use crate::tools::{self, Browsers, WASM_TARGET};
use crate::workspace::{Workspace, files_under};
use crate::{build, docs, package, python, trunk};

/// Tests of the root package that drive a browser: they need a built app and run one after another.
const IN_BROWSER: [&str; 3] = ["browser", "shots", "speed"];
/// With the stores that are left out where nobody asks for them.
const EVERY_STORE: [&str; 2] = [
    "--features",
    "makespan-store/postgres,makespan-store/mysql,makespan-store/redis,makespan-store/mongodb",
];

/// Tests print why they skip something, and libtest keeps what a test printed to itself unless it failed.
const SHOW: [&str; 2] = ["--", "--show-output"];

/// Runs all stages.
///
/// # Errors
///
/// When anything failed, or no test ran at all.
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

    sum.tests("documentation", |tally| docs::test(workspace, tally));
    let built = sum.check("app", || build::run(workspace, false).map(drop));
    if built {
        sum.tests("trunk builds the same page", |tally| trunk::test(workspace, tally));
    }
    sum.tests("tests of the crates", |tally| {
        tools::servers();
        let python = tools::python();
        tools::document_server(&python);
        let mut command = at(workspace);
        command.args(["test", "--workspace", "--exclude", "makespan", "--no-fail-fast"]);
        command.env("MAKESPAN_OTEL_PYTHON", &python).env("MAKESPAN_PANDAS_PYTHON", &python);
        counted(command.args(EVERY_STORE).args(SHOW), tally)
    });
    sum.tests("tests of the app", |tally| {
        let mut command = at(workspace);
        command.args(["test", "--package", "makespan", "--lib", "--bins", "--no-fail-fast"]);
        for name in root_tests(workspace).iter().filter(|name| !IN_BROWSER.contains(&name.as_str())) {
            command.args(["--test", name]);
        }
        counted(command.args(SHOW), tally)
    });

    let mut program = None;
    sum.check("program", || {
        program = Some(package::for_tests(workspace)?);
        Ok(())
    });
    sum.tests("tests of the Python package", |tally| python::test(workspace, program.as_deref(), tally));
    if let (Some(program), true) = (&program, built) {
        sum.tests("tests of the packages", |tally| package::test(workspace, program, tally));
    }
    let mut browsers = None;
    sum.check("browsers", || {
        browsers = Some(tools::browsers()?);
        Ok(())
    });
    if let Some(browsers) = &browsers {
        sum.tests("tests in wasm", |tally| wasm_tests(workspace, browsers, tally));
        if let (Some(program), true, true) =
            (&program, built, root_tests(workspace).iter().any(|name| name == "browser"))
        {
            sum.tests("tests in the browser", |tally| {
                counted(&mut browser_test(workspace, "browser", browsers, Some(program)), tally)
            });
        }
    }
    sum.close(start)
}

/// The command that runs one of the root package's browser tests, with all it needs in its environment.
pub(crate) fn browser_test(
    workspace: &Workspace,
    name: &str,
    browsers: &Browsers,
    program: Option<&Path>,
) -> Command {
    let mut command = at(workspace);
    command.args(["test", "--package", "makespan", "--test", name, "--", "--test-threads=1", "--nocapture"]);
    command.env("MAKESPAN_DIST", workspace.dist());
    if let Some(program) = program {
        command.env("MAKESPAN_BIN", program);
    }
    browsers.tell(&mut command);
    command
}

/// What the stages brought so far.
#[derive(Default)]
struct Sum {
    tally: Tally,
    failed_stages: Vec<String>,
}

impl Sum {
    /// A stage without tests of its own. Answers whether it went well.
    fn check(&mut self, name: &str, work: impl FnOnce() -> Outcome) -> bool {
        self.tests(name, |_| work())
    }

    /// A stage whose tests are counted.
    fn tests(&mut self, name: &str, work: impl FnOnce(&mut Tally) -> Outcome) -> bool {
        let mut tally = Tally::default();
        let outcome = stage(name, || work(&mut tally));
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
        eprintln!("\nall stages took {}", seconds(start.elapsed()));
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

/// Runs tests, shows their output as it comes, and counts.
fn counted(command: &mut Command, tally: &mut Tally) -> Outcome {
    run_lines(command, |line| {
        println!("{line}");
        tally.read(line);
    })
}

/// Names of the root package's integration tests.
fn root_tests(workspace: &Workspace) -> Vec<String> {
    let files = files_under(&workspace.root.join("tests"));
    files.iter().filter_map(|path| test_name(path)).collect()
}

/// The test that cargo makes of a file below `tests`: a file, or a folder with a `main.rs`; other files are parts of these.
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
    fn every_test_of_the_root_package_is_found_also_in_a_folder() {
        let names = ["browser.rs", "tidy/main.rs", "tidy/words.rs", "support/mod.rs", "support/floor.html"];
        let found: Vec<String> = names.iter().filter_map(|name| test_name(Path::new(name))).collect();
        assert_eq!(found, ["browser", "tidy"]);
        let workspace = Workspace::find().expect("this workspace");
        assert!(root_tests(&workspace).iter().any(|name| name == "tidy"), "the rules are not run");
    }

    #[test]
    fn zero_tests_are_not_a_success() {
        assert!(Sum::default().close(Instant::now()).is_err());
    }
}
