//! The program that goes into packages, and the files that it prints of itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::archive::{File, gz};
use crate::outcome::Outcome;
use crate::process::{self, capture, cargo};
use crate::workspace::{Workspace, files_under, make_folder, read_bytes};

/// How the program is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// For people: optimised.
    Release,
    /// For tries: compiled in a fraction of the time, slow.
    Dev,
}

impl Profile {
    /// As cargo and maturin call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "dev",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "debug",
        }
    }
}

/// Builds the program, for a target or for this machine, and gives its path. Cargo builds nothing where that is up to date.
pub(super) fn build(workspace: &Workspace, profile: Profile, target: Option<&str>) -> Outcome<PathBuf> {
    let mut command = cargo();
    command.args(["build", "--package", "makespan-cli", "--profile", profile.name()]);
    let mut folder = workspace.target.clone();
    if let Some(target) = target {
        command.args(["--target", target]);
        folder.push(target);
    }
    process::run(command.current_dir(&workspace.root))?;
    Ok(path(&folder, profile))
}

/// Where cargo puts the program, below its folder for this target.
pub(super) fn path(folder: &Path, profile: Profile) -> PathBuf {
    folder.join(profile.folder()).join(format!("makespan{}", std::env::consts::EXE_SUFFIX))
}

/// The version that the program gives.
pub(super) fn version(program: &Path) -> Outcome<String> {
    let said = capture(Command::new(program).arg("--version"))?;
    said.trim().strip_prefix("makespan ").map(str::to_owned).ok_or_else(|| {
        format!("{} --version printed {:?}, not `makespan VERSION`", program.display(), said.trim())
    })
}

/// The shells that completions are packaged for, and where Debian looks for them.
const SHELLS: [(&str, &str); 3] = [
    ("bash", "usr/share/bash-completion/completions/makespan"),
    ("zsh", "usr/share/zsh/vendor-completions/_makespan"),
    ("fish", "usr/share/fish/vendor_completions.d/makespan.fish"),
];

/// The completion scripts, with the paths that Debian wants.
pub(super) fn completions(program: &Path) -> Outcome<Vec<File>> {
    let script = |(shell, path): &(&str, &str)| {
        let script = capture(Command::new(program).args(["completions", shell]))?;
        if script.trim().is_empty() {
            return Err(format!("`makespan completions {shell}` printed nothing"));
        }
        Ok(File::new(*path, script))
    };
    SHELLS.iter().map(script).collect()
}

/// The manual pages, compressed, as `NAME.1.gz`.
pub(super) fn manual(program: &Path, scratch: &Path) -> Outcome<Vec<File>> {
    let folder = scratch.join("man");
    let _ = std::fs::remove_dir_all(&folder);
    make_folder(&folder)?;
    capture(Command::new(program).args(["man", "--output"]).arg(&folder))?;
    let pages = files_under(&folder);
    if pages.is_empty() {
        return Err("`makespan man --output` wrote no page".to_owned());
    }
    let page = |name: &PathBuf| {
        Ok(File::new(format!("{}.gz", name.display()), gz(read_bytes(&folder.join(name))?)?))
    };
    pages.iter().map(page).collect()
}

/// The newest version of glibc that the program needs, such as `2.34`; nothing if it needs none, as static programs do.
pub(super) fn glibc(program: &[u8]) -> Option<String> {
    const MARK: &[u8] = b"GLIBC_2.";
    let starts = program.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK);
    let minor = |(at, _)| {
        let rest: &[u8] = &program[at + MARK.len()..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).take(4).count();
        std::str::from_utf8(&rest[..digits]).ok()?.parse::<u32>().ok()
    };
    starts.filter_map(minor).max().map(|minor| format!("2.{minor}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_glibc_is_the_largest_number() {
        let text = b"\0GLIBC_2.9\0GLIBC_2.34\0GLIBC_2.2.5\0GLIBC_PRIVATE\0GLIBC_2.";
        assert_eq!(glibc(text).as_deref(), Some("2.34"));
        assert_eq!(glibc(b"GLIBC_2."), None);
        assert_eq!(glibc(b"\x7fELF nothing"), None);
    }
}
