//! Paths of the workspace and its packages, asked from cargo.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::outcome::Outcome;
use crate::process::{capture, cargo};

/// An example of one of the workspace's packages.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Example {
    /// The package's name.
    pub(crate) package: String,
    /// The example's name, as `cargo run --example` takes it.
    pub(crate) name: String,
}

/// The workspace as cargo sees it now.
pub(crate) struct Workspace {
    /// The folder of the root package.
    pub(crate) root: PathBuf,
    /// Where cargo builds to; `CARGO_TARGET_DIR` may have moved it out of the workspace.
    pub(crate) target: PathBuf,
    /// Every example, sorted by package and name.
    pub(crate) examples: Vec<Example>,
}

impl Workspace {
    /// Asks `cargo metadata`, which knows every way the target folder can be moved.
    pub(crate) fn find() -> Outcome<Self> {
        // At run time cargo says where this package lies; the program may also be called without cargo.
        let here =
            std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let mut command = cargo();
        command.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(here);
        let metadata: Value = serde_json::from_str(&capture(&mut command)?)
            .map_err(|error| format!("cargo metadata is not JSON: {error}"))?;
        Self::read(&metadata).ok_or_else(|| "cargo metadata lacks a field that it has always had".to_owned())
    }

    fn read(metadata: &Value) -> Option<Self> {
        let mut examples = Vec::new();
        for package in metadata["packages"].as_array()? {
            for target in package["targets"].as_array()? {
                if target["kind"].as_array()?.iter().any(|kind| kind == "example") {
                    examples.push(Example {
                        package: package["name"].as_str()?.to_owned(),
                        name: target["name"].as_str()?.to_owned(),
                    });
                }
            }
        }
        examples.sort();
        Some(Self {
            root: metadata["workspace_root"].as_str()?.into(),
            target: metadata["target_directory"].as_str()?.into(),
            examples,
        })
    }

    /// Where the built app goes.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The folder for what is made to be looked at: always in the workspace, so that its path can be named in prose.
    pub(crate) fn shown(&self, name: &str) -> PathBuf {
        self.root.join("target").join(name)
    }

    /// The version of `package` that Cargo.lock holds.
    pub(crate) fn locked_version(&self, package: &str) -> Outcome<String> {
        let lock = read(&self.root.join("Cargo.lock"))?;
        version_in_lock(&lock, package).ok_or_else(|| format!("Cargo.lock has no package {package}"))
    }
}

fn version_in_lock(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    lines.find(|line| *line == name)?;
    let version = lines.next()?.strip_prefix("version = \"")?;
    Some(version.strip_suffix('"')?.to_owned())
}

/// Reads a text file; the error names it.
pub(crate) fn read(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// Reads a file; the error names it.
pub(crate) fn read_bytes(path: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// Writes a file unless it holds these very bytes already: who watches it by time should not see a change where none
/// is. Makes the folder too. Answers whether it wrote.
pub(crate) fn write_if_changed(path: &Path, bytes: &[u8]) -> Outcome<bool> {
    if std::fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    std::fs::write(path, bytes).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    Ok(true)
}

/// Makes a folder and those above it.
pub(crate) fn make_folder(path: &Path) -> Outcome {
    std::fs::create_dir_all(path).map_err(|error| format!("cannot make {}: {error}", path.display()))
}

/// All files under `folder`, as paths relative to it, sorted; none when the folder is not there.
pub(crate) fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                open.push(path);
            } else if let Ok(relative) = path.strip_prefix(folder) {
                found.push(relative.to_owned());
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_package_with_exactly_this_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version_in_lock(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in_lock(lock, "wasm"), None);
    }

    #[test]
    fn examples_are_read_from_the_metadata() {
        let metadata = serde_json::json!({
            "workspace_root": "/w", "target_directory": "/t",
            "packages": [{"name": "p", "targets": [
                {"name": "p", "kind": ["lib"]}, {"name": "bench", "kind": ["example"]},
            ]}],
        });
        let workspace = Workspace::read(&metadata).expect("complete metadata");
        assert_eq!(workspace.examples, [Example { package: "p".into(), name: "bench".into() }]);
        assert_eq!(workspace.dist(), PathBuf::from("/w/dist"));
        assert_eq!(workspace.shown("demo"), PathBuf::from("/w/target/demo"));
    }
}
