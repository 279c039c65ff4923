//! The wheel: the Python package of `sdk/python` and the program, for this platform and every Python 3.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::installed;
use super::program::Profile;
use crate::outcome::Outcome;
use crate::process;
use crate::workspace::{Workspace, files_under};

/// Builds the wheel into a folder that holds no other, and gives its path. maturin has cargo build the program, which
/// builds nothing if it is up to date, and names the oldest system that it runs on in the name of the wheel.
pub(super) fn make(workspace: &Workspace, profile: Profile, folder: &Path, time: u64) -> Outcome<PathBuf> {
    let maturin = installed::maturin()?;
    let _ = std::fs::remove_dir_all(folder);
    let mut command = Command::new(maturin);
    command.args(["build", "--locked", "--profile", profile.name(), "--out"]).arg(folder);
    if profile == Profile::Dev {
        // Without the stores on other machines: cargo compiles for maturin alone, and they are half of what it compiles.
        command.arg("--no-default-features");
    }
    command.env("CARGO_TARGET_DIR", &workspace.target).env("SOURCE_DATE_EPOCH", time.to_string());
    process::run(command.current_dir(workspace.root.join("sdk/python")))?;
    let mut wheels =
        files_under(folder).into_iter().filter(|path| path.extension().is_some_and(|e| e == "whl"));
    wheels.next().map(|name| folder.join(name)).ok_or_else(|| "maturin wrote no wheel".to_owned())
}
