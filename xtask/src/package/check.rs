//! Each package installed in a clean place and run there, away from the sources and from any other makespan.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::kind::Kind;
use super::{container, npm};
use crate::outcome::Outcome;
use crate::process::{capture, run};
use crate::tally::Tally;
use crate::tools;
use crate::workspace::{Workspace, make_folder};

/// A run that every program can read.
const SAMPLE: &str = "static/samples/pipeline-retry.jsonl";

/// What the Python package has to do with the program that came with it, and with no other.
const PYTHON: &str = r#"
import sys, makespan
from makespan import _program
assert _program.find() == sys.argv[1], _program.find()
runs = makespan.open(sys.argv[2])
assert [run.status for run in runs] == ["failed"] and len(runs[0].tasks) == 48, runs
assert runs[0].findings, "no findings"
with makespan.run("check", file="check.jsonl") as run:
    with run.task("only"):
        pass
assert makespan.open("check.jsonl")[0].status == "succeeded"
"#;

/// Tries one package. What cannot be tried on this machine is counted as skipped.
///
/// # Errors
///
/// Fails if the package cannot be installed, or does not do what it should.
pub(super) fn one(
    workspace: &Workspace,
    kind: Kind,
    made: &Path,
    version: &str,
    tally: &mut Tally,
) -> Outcome {
    let place = Place::new(kind.name())?;
    let sample = workspace.root.join(SAMPLE);
    match kind {
        Kind::Wheel => wheel(&place, made, version, &sample),
        Kind::Npm => {
            if let Some(reason) = npm::check(made, &place.0, version)? {
                tally.skip(reason);
            }
            Ok(())
        }
        Kind::Deb => {
            if tools::which("dpkg-deb").is_none() {
                tally.skip("the deb was not unpacked: no dpkg-deb on the PATH");
                return Ok(());
            }
            capture(Command::new("dpkg-deb").arg("--info").arg(made))?;
            run(Command::new("dpkg-deb").arg("--extract").arg(made).arg(&place.0))?;
            holds(&place.0, &DEB_FILES)?;
            program(&place, &place.0.join("usr/bin/makespan"), version, &sample)
        }
        Kind::Tar => {
            run(Command::new("tar").arg("-xzf").arg(made).arg("-C").arg(&place.0))?;
            let name = made.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let folder = place.0.join(name.trim_end_matches(".tar.gz"));
            holds(&folder, &TAR_FILES)?;
            program(&place, &folder.join("makespan"), version, &sample)
        }
        Kind::Container => match container::builder() {
            Some(builder) => container::check(made, builder, version),
            None => {
                tally.skip("the image was not built: neither podman nor docker answers");
                Ok(())
            }
        },
    }
}

const DEB_FILES: [&str; 7] = [
    "usr/share/man/man1/makespan.1.gz",
    "usr/share/man/man1/makespan-compare.1.gz",
    "usr/share/bash-completion/completions/makespan",
    "usr/share/zsh/vendor-completions/_makespan",
    "usr/share/fish/vendor_completions.d/makespan.fish",
    "usr/share/doc/makespan/copyright",
    "usr/share/doc/makespan/changelog.gz",
];

const TAR_FILES: [&str; 6] = [
    "man/man1/makespan.1.gz",
    "completions/makespan.bash",
    "completions/_makespan",
    "completions/makespan.fish",
    "LICENSE-MIT",
    "LICENSE-APACHE",
];

fn holds(folder: &Path, files: &[&str]) -> Outcome {
    match files
        .iter()
        .find(|file| std::fs::metadata(folder.join(file)).map_or(true, |about| about.len() == 0))
    {
        Some(missing) => Err(format!("the package has no {missing}, or it is empty")),
        None => Ok(()),
    }
}

/// A program does what it should, with no other file of the package's in reach.
fn program(place: &Place, program: &Path, version: &str, sample: &Path) -> Outcome {
    let said = capture(place.command(program).arg("--version"))?;
    if said.trim() != format!("makespan {version}") {
        return Err(format!("--version printed {said:?}, not version {version}"));
    }
    let summary = capture(place.command(program).arg("summary").arg(sample).arg("--json"))?;
    let summary: Value =
        serde_json::from_str(&summary).map_err(|error| format!("summary --json is not JSON: {error}"))?;
    let first = &summary["runs"][0];
    if (&first["status"], &first["tasks"]) != (&json!("failed"), &json!(48)) {
        return Err(format!("the summary of {} is of another run: {first}", sample.display()));
    }
    let report = place.0.join("report.html");
    capture(place.command(program).arg("report").arg(sample).arg("-o").arg(&report))?;
    holds(&place.0, &["report.html"])
}

/// The wheel in an environment of its own, and in a folder that no environment knows.
fn wheel(place: &Place, wheel: &Path, version: &str, sample: &Path) -> Outcome {
    let environment = place.0.join("venv");
    run(Command::new(tools::python()).args(["-m", "venv"]).arg(&environment))?;
    let bin = environment.join("bin");
    let pip = |arguments: &[&str]| {
        let mut command = place.command(&bin.join("python"));
        command.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-index",
            "--no-deps",
            "--disable-pip-version-check",
        ]);
        run(command.args(arguments).arg(wheel))
    };
    pip(&[])?;
    program(place, &bin.join("makespan"), version, sample)?;
    let python = || place.command(&bin.join("python"));
    capture(python().args(["-c", PYTHON]).arg(bin.join("makespan")).arg(sample))?;

    let folder = place.0.join("elsewhere");
    pip(&["--target", &folder.to_string_lossy()])?;
    let mut isolated = python();
    isolated.args(["-c", PYTHON]).arg(folder.join("bin/makespan")).arg(sample).env("PYTHONPATH", &folder);
    capture(&mut isolated).map(drop)
}

/// A new folder, removed in the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Outcome<Self> {
        let path = std::env::temp_dir().join(format!("makespan-package-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        make_folder(&path)?;
        Ok(Self(path))
    }

    /// A command that runs in the folder and finds no program, store or setting of the user.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.0).env_clear();
        command.env("HOME", &self.0).env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8");
        command
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
