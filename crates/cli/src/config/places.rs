//! Where files of settings lie, and where runs are kept if nobody says where. Folders are those of the XDG base
//! directory specification, which also programs on other systems follow; Windows has its own.

use std::fs::Metadata;
use std::path::PathBuf;

use super::url::encoded_path;

/// The name of the file of a project.
pub(super) const PROJECT_FILE: &str = "makespan.toml";

fn variable(name: &str) -> Option<PathBuf> {
    // The specification: a path that is not absolute is to be passed over.
    std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

fn base(xdg: &str, below_home: &str) -> Option<PathBuf> {
    let windows = || cfg!(windows).then(|| variable("LOCALAPPDATA")).flatten();
    let home = || variable("HOME").map(|home| home.join(below_home));
    Some(variable(xdg).or_else(windows).or_else(home)?.join("makespan"))
}

/// Where the user's own file lies, whether it is there or not.
pub(super) fn user_place() -> Option<PathBuf> {
    Some(base("XDG_CONFIG_HOME", ".config")?.join("config.toml"))
}

/// The user's own file, if there is one.
pub(super) fn user_file() -> Option<PathBuf> {
    user_place().filter(|path| path.is_file())
}

/// The file of the project that we stand in: in this folder, or else in the nearest above it.
pub(super) fn project_file() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|folder| folder.join(PROJECT_FILE)).find(|path| path.is_file())
}

/// Where it is remembered which projects are trusted.
pub(super) fn trust_place() -> Option<PathBuf> {
    Some(state_folder()?.join("trusted.json"))
}

/// The folder of the default store.
pub(crate) fn data_folder() -> Option<PathBuf> {
    base("XDG_DATA_HOME", ".local/share")
}

/// The folder of what is remembered between calls.
fn state_folder() -> Option<PathBuf> {
    base("XDG_STATE_HOME", ".local/state")
}

/// The URL of the default store.
pub(super) fn default_store() -> Option<String> {
    Some(format!("sqlite:{}", encoded_path(data_folder()?.join("runs.db").to_str()?)))
}

/// Whether a file is the user's own, or the system's.
#[cfg(unix)]
pub(super) fn is_own(file: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let user = nix::unistd::getuid().as_raw();
    file.uid() == user || file.uid() == 0
}

#[cfg(not(unix))]
pub(super) fn is_own(_: &Metadata) -> bool {
    true
}
