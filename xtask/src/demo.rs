//! `cargo xtask demo`: from a clean checkout to something to look at.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::build;
use crate::outcome::Outcome;
use crate::process::{self, cargo, stage};
use crate::workspace::{Workspace, files_under, make_folder};

const PORT: &str = "7878";

/// Builds the app and the program, writes a report of a bundled sample, and serves the app until interrupted.
pub(crate) fn run(workspace: &Workspace, serve: bool) -> Outcome {
    build::run(workspace, false)?;
    let program = stage("program", || program(workspace))?;
    let report = workspace.shown("demo").join("report.html");
    stage("report", || {
        let sample = sample(workspace)?;
        make_folder(&workspace.shown("demo"))?;
        process::run(Command::new(&program).arg("report").arg(sample).arg("-o").arg(&report))
    })?;
    println!("\nA report, one file that needs nothing else:\n  file://{}", report.display());
    if !serve {
        println!("To serve the app with its samples:\n  {} open --port {PORT}", program.display());
        return Ok(());
    }
    println!("The app, with samples on its first page (Ctrl-C ends it):\n  http://127.0.0.1:{PORT}/\n");
    process::run(Command::new(&program).args(["open", "--no-browser", "--port", PORT]))
}

/// Builds the program with the present `dist/` inside it, and returns its path in the workspace's own target folder:
/// the one that the documents name, wherever cargo builds.
pub(crate) fn program(workspace: &Workspace) -> Outcome<PathBuf> {
    let mut command = cargo();
    command.args(["build", "--release", "--package", "makespan-cli"]).current_dir(&workspace.root);
    process::run(&mut command)?;
    let name = format!("makespan{}", std::env::consts::EXE_SUFFIX);
    let (built, shown) =
        (workspace.target.join("release").join(&name), workspace.shown("release").join(&name));
    if built != shown {
        make_folder(&workspace.shown("release"))?;
        std::fs::copy(&built, &shown).map_err(|error| format!("cannot copy {}: {error}", built.display()))?;
    }
    Ok(shown)
}

fn sample(workspace: &Workspace) -> Outcome<PathBuf> {
    let folder = workspace.root.join("static/samples");
    choose(&files_under(&folder))
        .map(|path| folder.join(path))
        .ok_or_else(|| format!("{} holds no sample (*.jsonl or *.jsonl.gz)", folder.display()))
}

/// The sample that has the most to show: the first with retries, or else the first.
fn choose(files: &[PathBuf]) -> Option<&Path> {
    let name = |path: &Path| path.to_string_lossy().into_owned();
    let samples =
        || files.iter().filter(|path| [".jsonl", ".jsonl.gz"].iter().any(|end| name(path).ends_with(end)));
    samples().find(|path| name(path).contains("retry")).or_else(|| samples().next()).map(PathBuf::as_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_with_retries_is_preferred_and_other_files_are_not_samples() {
        let files = ["README.md", "clean.jsonl", "failed-retry.jsonl.gz"].map(PathBuf::from);
        assert_eq!(choose(&files), Some(Path::new("failed-retry.jsonl.gz")));
        assert_eq!(choose(&files[..2]), Some(Path::new("clean.jsonl")));
        assert_eq!(choose(&files[..1]), None);
    }
}
