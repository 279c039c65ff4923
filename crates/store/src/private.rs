//! Files and folders that only their owner can read, because recorded data may be confidential. Existing ones keep
//! their modes, so that they can be shared on purpose.

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
/// Errors of the system; also if the folder already exists.
pub fn create_folder(path: &Path) -> io::Result<()> {
    builder().create(path)
}

/// Creates a folder and any missing parent folders, all of mode 0700.
///
/// # Errors
///
/// Errors of the system.
pub fn create_folders(path: &Path) -> io::Result<()> {
    builder().recursive(true).create(path)
}

/// Returns options that open a file for writing and, if they create it, give it mode 0600.
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
