//! Building with trunk: `trunk build --release` results in the very files of `cargo xtask build`.
//!
//! A hook in `Trunk.toml` calls `cargo xtask build --trunk` when trunk has filled its staging folder; that builds as
//! usual and replaces what trunk wrote with the contents of `dist/`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::outcome::Outcome;
use crate::tally::Tally;
use crate::workspace::{Workspace, files_under, make_folder, read_bytes};
use crate::{process, tools};

/// The variable in which trunk passes the folder to its hooks.
const STAGING: &str = "TRUNK_STAGING_DIR";
/// The variable that names trunk if it is not on the PATH.
const PROGRAM: &str = "MAKESPAN_TRUNK";

/// Replaces what trunk staged with the contents of `dist/`.
///
/// # Errors
///
/// Fails if it was not called by trunk, or files cannot be written.
pub(crate) fn stage(workspace: &Workspace) -> Outcome {
    let staging = std::env::var_os(STAGING).map(PathBuf::from);
    let staging = staging.ok_or_else(|| format!("--trunk is for the hook of trunk, which sets {STAGING}"))?;
    let dist = workspace.dist();
    for stale in files_under(&staging) {
        std::fs::remove_file(staging.join(&stale))
            .map_err(|error| format!("cannot remove {}: {error}", stale.display()))?;
    }
    for path in files_under(&dist) {
        let (from, to) = (dist.join(&path), staging.join(&path));
        if let Some(folder) = to.parent() {
            make_folder(folder)?;
        }
        std::fs::copy(&from, &to).map_err(|error| format!("cannot copy {}: {error}", from.display()))?;
    }
    Ok(())
}

/// Runs trunk, if it is available, and compares its output with `dist/`, byte for byte.
///
/// # Errors
///
/// Fails if trunk fails, or its output differs.
pub(crate) fn test(workspace: &Workspace, tally: &mut Tally) -> Outcome {
    let named = std::env::var_os(PROGRAM).map(PathBuf::from);
    let Some(trunk) = named.or_else(|| tools::which("trunk")) else {
        tally.skip(&format!(
            "trunk build: trunk is neither on the PATH nor named by {PROGRAM} (`cargo install trunk --locked`)"
        ));
        return Ok(());
    };
    let built = workspace.target.join("xtask/trunk");
    let mut command = Command::new(trunk);
    command.args(["build", "--release", "--offline", "--dist"]).arg(&built).current_dir(&workspace.root);
    // Trunk takes a matching one from the PATH.
    let bindgen = tools::wasm_bindgen(workspace)?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(bindgen).chain(std::env::split_paths(&path)))
        .map_err(|error| format!("PATH cannot be extended: {error}"))?;
    // Trunk understands 0 and 1 only, and other programs set NO_COLOR to other values.
    process::run(command.env("PATH", path).env_remove("NO_COLOR"))?;
    same(&workspace.dist(), &built)?;
    tally.passed += 1;
    Ok(())
}

/// Checks that two folders contain the same files.
fn same(one: &Path, other: &Path) -> Outcome {
    let (files, others) = (files_under(one), files_under(other));
    if files != others {
        return Err(format!("trunk built {others:?}, not {files:?}"));
    }
    for path in files {
        if read_bytes(&one.join(&path))? != read_bytes(&other.join(&path))? {
            return Err(format!("trunk built another {}", path.display()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_the_same_when_their_files_are() {
        let root = std::env::temp_dir().join(format!("makespan-xtask-trunk-{}", std::process::id()));
        let (a, b) = (root.join("a"), root.join("b"));
        for (folder, text) in [(&a, "one"), (&b, "one")] {
            make_folder(&folder.join("in")).expect("a folder");
            std::fs::write(folder.join("in/file"), text).expect("a file");
        }
        assert_eq!(same(&a, &b), Ok(()));
        std::fs::write(b.join("in/file"), "two").expect("a file");
        assert!(same(&a, &b).is_err_and(|why| why.contains("another in/file")));
        std::fs::write(b.join("more"), "").expect("a file");
        assert!(same(&a, &b).is_err_and(|why| why.contains("more")));
        std::fs::remove_dir_all(root).expect("it is there");
    }
}
