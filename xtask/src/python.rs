//! The tests of the Python package, in `sdk/python`.

use std::path::Path;
use std::process::Command;

use crate::outcome::Outcome;
use crate::process;
use crate::tally::Tally;
use crate::tools;
use crate::workspace::Workspace;

/// Runs them with the program that opens what the package writes. Without `python3` they are skipped with a message,
/// which is not a failure.
pub(crate) fn test(workspace: &Workspace, program: Option<&Path>, tally: &mut Tally) -> Outcome {
    let python = tools::python();
    if process::capture(Command::new(&python).arg("--version")).is_err() {
        println!("SKIPPED: there is no python3, so nothing of sdk/python is tested");
        return Ok(());
    }
    let mut command = Command::new(&python);
    command.args(["-m", "tests"]).current_dir(workspace.root.join("sdk/python"));
    if let Some(program) = program {
        command.env("MAKESPAN_BIN", program);
    }
    process::run_lines(&mut command, |line| {
        println!("{line}");
        tally.read(line);
    })
}
