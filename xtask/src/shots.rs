//! `cargo xtask shots`: takes screenshots of the app, for the README and for review.

use crate::outcome::Outcome;
use crate::process::{self, stage};
use crate::workspace::{Workspace, make_folder};
use crate::{build, demo, test, tools};

/// Builds everything, then runs the root package's test `shots`, which fills `target/shots`.
pub(crate) fn run(workspace: &Workspace) -> Outcome {
    build::run(workspace, false)?;
    let program = stage("program", || demo::program(workspace))?;
    let browsers = stage("browsers", tools::browsers)?;
    let folder = workspace.shown("shots");
    make_folder(&folder)?;
    stage("shots", || {
        process::run(
            test::browser_test(workspace, "shots", &browsers, Some(&program)).env("MAKESPAN_SHOTS", &folder),
        )
    })?;
    // The README shows three of them.
    let pictures = workspace.root.join("docs/pictures");
    make_folder(&pictures)?;
    for name in ["timeline-light", "overview-dark", "compare-light"] {
        let (from, to) = (format!("{name}-1440.png"), format!("{name}.png"));
        std::fs::copy(folder.join(from), pictures.join(&to))
            .map_err(|error| format!("cannot keep {to}: {error}"))?;
    }
    println!("{}", folder.display());
    Ok(())
}
