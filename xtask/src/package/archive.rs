//! Archives whose bytes depend on nothing but their contents: entries sorted, owned by root, with one time for all.

use std::path::Path;
use std::process::Command;

use tar::{Builder, EntryType, Header};

use crate::outcome::Outcome;
use crate::process::filtered;
use crate::workspace::read_bytes;

/// A file of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    /// Its path within the package, with `/` and without a leading one.
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
    /// Whether it is a program.
    pub(super) runs: bool,
}

impl File {
    pub(super) fn new(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), bytes: bytes.into(), runs: false }
    }

    /// A copy of a program on this machine.
    pub(super) fn program(path: impl Into<String>, from: &Path) -> Outcome<Self> {
        Ok(Self { runs: true, ..Self::new(path, read_bytes(from)?) })
    }
}

/// A tar archive, compressed by gzip. `time` is that of all entries, in seconds since the epoch; paths begin with `prefix`.
pub(super) fn tar_gz(files: &[File], prefix: &str, time: u64) -> Outcome<Vec<u8>> {
    let write = || -> std::io::Result<Vec<u8>> {
        let mut archive = Builder::new(Vec::new());
        for folder in folders(files, prefix) {
            let mut header = header(time, 0o755, 0);
            header.set_entry_type(EntryType::Directory);
            archive.append_data(&mut header, folder, std::io::empty())?;
        }
        let mut sorted: Vec<&File> = files.iter().collect();
        sorted.sort_by(|a, b| a.path.cmp(&b.path));
        for file in sorted {
            let mode = if file.runs { 0o755 } else { 0o644 };
            let mut header = header(time, mode, file.bytes.len() as u64);
            archive.append_data(&mut header, format!("{prefix}{}", file.path), file.bytes.as_slice())?;
        }
        archive.into_inner()
    };
    gz(write().map_err(|error| format!("cannot write an archive: {error}"))?)
}

fn header(time: u64, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_mtime(time);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(size);
    header
}

/// Every folder that the files are in, outermost first. dpkg wants them named.
fn folders(files: &[File], prefix: &str) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let path = format!("{prefix}{}", file.path);
        for (end, _) in path.match_indices('/') {
            // `./` of a Debian package is a folder too, the root.
            found.push(format!("{}/", &path[..end]));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// One file, compressed by gzip, without its name and time. The program `gzip` does it, because this one is not optimised
/// and would take minutes.
pub(super) fn gz(bytes: Vec<u8>) -> Outcome<Vec<u8>> {
    filtered(Command::new("gzip").args(["--no-name", "--stdout"]), bytes)
}

/// An archive of `ar`, as Debian packages are, of members with names of at most 15 bytes.
pub(super) fn ar(members: &[(&str, &[u8])], time: u64) -> Vec<u8> {
    let mut archive = b"!<arch>\n".to_vec();
    for (name, bytes) in members {
        let header = format!("{name:<16}{time:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, "100644", bytes.len());
        archive.extend_from_slice(header.as_bytes());
        archive.extend_from_slice(bytes);
        if bytes.len() % 2 == 1 {
            archive.push(b'\n');
        }
    }
    archive
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn listed(packed: &[u8]) -> Vec<(String, u32, u64)> {
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed));
        let entries = archive.entries().expect("an archive");
        entries
            .map(|entry| {
                let entry = entry.expect("an entry");
                let header = entry.header();
                let path = entry.path().expect("a path").to_string_lossy().into_owned();
                (path, header.mode().expect("a mode"), header.mtime().expect("a time"))
            })
            .collect()
    }

    #[test]
    fn an_archive_does_not_depend_on_the_order_of_its_files() {
        let program = File { runs: true, ..File::new("bin/b", "b") };
        let files = [File::new("c", "c"), program, File::new("a/long/way", "a")];
        let mut turned = files.to_vec();
        turned.reverse();
        let packed = tar_gz(&files, "p-1/", 7).expect("packed");
        assert_eq!(packed, tar_gz(&turned, "p-1/", 7).expect("packed"));
        let names = ["p-1/", "p-1/a/", "p-1/a/long/", "p-1/bin/", "p-1/a/long/way", "p-1/bin/b", "p-1/c"];
        let modes = [0o755, 0o755, 0o755, 0o755, 0o644, 0o755, 0o644];
        let expected: Vec<_> = names.iter().zip(modes).map(|(n, m)| ((*n).to_owned(), m, 7)).collect();
        assert_eq!(listed(&packed), expected);
    }

    #[test]
    fn paths_of_more_than_a_hundred_bytes_are_kept() {
        let path = format!("{}end", "folder/".repeat(30));
        let packed = tar_gz(&[File::new(path.clone(), "x")], "", 0).expect("packed");
        assert_eq!(listed(&packed).pop().expect("an entry").0, path);
    }

    #[test]
    fn members_of_odd_length_are_padded() {
        let archive = ar(&[("one", b"abc"), ("two", b"de")], 5);
        assert_eq!(archive.len(), 8 + 60 + 4 + 60 + 2);
        assert_eq!(&archive[8 + 60 + 4..][..3], b"two");
        assert_eq!(&archive[8 + 58..][..5], b"`\nabc");
    }

    #[test]
    fn a_compressed_file_is_the_same_each_time_and_reads_back() {
        let packed = gz(b"text".to_vec()).expect("packed");
        assert_eq!(packed, gz(b"text".to_vec()).expect("packed"));
        let mut text = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).expect("text");
        assert_eq!(text, "text");
    }
}
