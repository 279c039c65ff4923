//! The folder of what a server does not have yet.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// Maximum number of notes that are looked at.
const MOST: usize = 10_000;
/// Maximum number of bytes of all files in the outbox of a server.
const LARGEST: u64 = 1 << 30;

/// Returns the folder for a server, which the Python package names in the same way; `None` without a home folder.
pub fn folder(server: &str) -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let local = || if cfg!(windows) { absolute("LOCALAPPDATA") } else { None };
    let home = || absolute("HOME").map(|home| home.join(".local/state"));
    let state = absolute("XDG_STATE_HOME").or_else(local).or_else(home)?;
    let hash = format!("{:x}", Sha256::digest(server.as_bytes()));
    Some(state.join("makespan").join("outbox").join(&hash[..16]))
}

/// Creates the folder, which only its owner can read.
///
/// # Errors
///
/// Errors of the system.
pub fn create(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Returns options that create a file which only its owner can read.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Returns the number of bytes that a new file may use in a folder: what other files left of its limit, 1 GiB.
pub fn room(folder: &Path) -> u64 {
    let entries = folder.read_dir().into_iter().flatten().take(MOST);
    let sizes = entries.filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()));
    let used = sizes.fold(0, u64::saturating_add);
    LARGEST.saturating_sub(used)
}

/// Returns the notes with this ending in a folder, in the order of their names.
pub fn notes(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten().take(MOST);
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    paths.sort_unstable();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_server_is_named_by_its_address() {
        let folder = folder("http://127.0.0.1:7979").unwrap();
        // The first digits of the SHA-256 of the address.
        assert!(folder.ends_with("makespan/outbox/8a85b798a37e3f17"), "{}", folder.display());
        assert!(folder.is_absolute());
    }

    #[test]
    fn a_new_file_gets_the_room_that_is_left() {
        let folder = std::env::temp_dir().join(format!("makespan-room-{}", std::process::id()));
        create(&folder).unwrap();
        assert_eq!(room(&folder), LARGEST);
        fs::write(folder.join("a.jsonl"), vec![0; 1000]).unwrap();
        assert_eq!(room(&folder), LARGEST - 1000);
        fs::File::create(folder.join("b.jsonl")).unwrap().set_len(2 << 30).unwrap();
        assert_eq!(room(&folder), 0);
        assert_eq!(notes(&folder, "jsonl").len(), 2);
        fs::remove_dir_all(folder).unwrap();
    }
}
