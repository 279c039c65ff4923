//! Files and folders that nobody but their owner can read: what is recorded may contain anything. What exists already
//! keeps its mode, so that whoever shares a folder on purpose can go on doing so.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

fn builder() -> fs::DirBuilder {
    #[cfg_attr(not(unix), allow(unused_mut))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Creates a folder of mode 0700.
///
/// # Errors
///
/// What the system says, also that it exists.
pub fn create_folder(path: &Path) -> io::Result<()> {
    builder().create(path)
}

/// Creates a folder and those above it that are missing, all of mode 0700.
///
/// # Errors
///
/// What the system says.
pub fn create_folders(path: &Path) -> io::Result<()> {
    builder().recursive(true).create(path)
}

/// How a file is opened for writing so that it has the mode 0600 if it is created.
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
