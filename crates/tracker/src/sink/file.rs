//! Files that Makespan opens.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Batch, Sink, Sole};

/// The longest name of a folder, in bytes.
const LONGEST_NAME: usize = 120;

/// Appends lines to files: one file `run.jsonl` in a folder for each run, or one file for all.
///
/// At every moment a file is a valid file of Makespan events, but for its last line, which may be torn. Where a write
/// stops half-way (a full disk) the next one goes on at that byte.
#[derive(Debug)]
pub struct FileSink {
    place: Target,
    open: HashMap<String, Output>,
}

#[derive(Debug)]
enum Target {
    /// A folder for each run below this one.
    Folder(PathBuf),
    /// All runs in one file.
    File(PathBuf, Sole),
}

/// A file that is written.
#[derive(Debug)]
struct Output {
    file: File,
    /// Of which batch (number of its first line) so many bytes are written and the rest is not.
    torn: Option<(u64, usize)>,
}

/// The name under which all runs of one file share it.
const ALL: &str = "";

impl FileSink {
    /// A folder for each run below `folder`, named after the run's id; a number is added to a name that is taken.
    ///
    /// # Errors
    ///
    /// Those of creating the folder.
    pub fn folder(folder: impl Into<PathBuf>) -> io::Result<FileSink> {
        let folder = folder.into();
        fs::create_dir_all(&folder)?;
        Ok(FileSink { place: Target::Folder(folder), open: HashMap::new() })
    }

    /// All runs in one file, which is created, or appended to where it is there.
    ///
    /// # Errors
    ///
    /// Those of opening the file.
    pub fn file(path: impl Into<PathBuf>) -> io::Result<FileSink> {
        let path = path.into();
        let file = OpenOptions::new().append(true).create(true).open(&path)?;
        let open = HashMap::from([(ALL.to_owned(), Output { file, torn: None })]);
        Ok(FileSink { place: Target::File(path, Sole::default()), open })
    }

    fn output(&mut self, run: &str) -> io::Result<&mut Output> {
        let name = match &self.place {
            Target::Folder(_) => run,
            Target::File(..) => ALL,
        };
        if !self.open.contains_key(name) {
            let file = match &self.place {
                Target::Folder(folder) => create(folder, run)?,
                Target::File(path, _) => OpenOptions::new().append(true).create(true).open(path)?,
            };
            self.open.insert(name.to_owned(), Output { file, torn: None });
        }
        self.open.get_mut(name).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Sink for FileSink {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        let back = match &self.place {
            Target::Folder(_) => String::new(),
            Target::File(_, sole) => sole.back_to(batch),
        };
        let output = self.output(batch.run)?;
        if back.is_empty() {
            output.write(batch.first, batch.text.as_bytes())?;
        } else {
            output.write(batch.first, format!("{back}{}", batch.text).as_bytes())?;
        }
        if let Target::File(_, sole) = &mut self.place {
            sole.went_to(batch);
        }
        Ok(())
    }

    fn sync(&mut self, run: &str) -> io::Result<()> {
        self.output(run)?.file.sync_data()
    }

    fn close(&mut self, run: &str) {
        self.open.remove(run);
    }
}

impl Output {
    /// Writes bytes, from where the last try stopped.
    fn write(&mut self, first: u64, bytes: &[u8]) -> io::Result<()> {
        let mut from = self.torn.filter(|(torn, _)| *torn == first).map_or(0, |(_, written)| written);
        self.may_grow(bytes.len().saturating_sub(from))?;
        while from < bytes.len() {
            match self.file.write(&bytes[from..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => from += written,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            self.torn = Some((first, from));
        }
        self.torn = None;
        Ok(())
    }

    /// Refuses what would pass the limit that the process has for the size of files: the system would not only
    /// refuse it too, it would end the process by a signal (SIGXFSZ).
    #[cfg(unix)]
    fn may_grow(&self, bytes: usize) -> io::Result<()> {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Fsize).current;
        let Some(limit) = limit else { return Ok(()) };
        let meta = self.file.metadata()?;
        let fits = !meta.is_file() || meta.len().saturating_add(bytes as u64) <= limit;
        if fits { Ok(()) } else { Err(io::ErrorKind::FileTooLarge.into()) }
    }

    #[cfg(not(unix))]
    fn may_grow(&self, _bytes: usize) -> io::Result<()> {
        Ok(())
    }
}

/// Creates the folder of a run and its file.
fn create(base: &Path, run: &str) -> io::Result<File> {
    let name = folder_name(run);
    for number in 1..1000 {
        let folder = if number == 1 { base.join(&name) } else { base.join(format!("{name}-{number}")) };
        match fs::create_dir_all(&folder) {
            // A file of that name stands in the way.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            other => other?,
        }
        let file = OpenOptions::new().append(true).create_new(true).open(folder.join("run.jsonl"));
        match file {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => return other,
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// A name for a folder that no id can turn into a path elsewhere: what is neither a letter, a digit nor `-`, `_`, `.`
/// becomes `%` and its bytes in hexadecimal, and so does a dot in front; at most 120 bytes.
fn folder_name(run: &str) -> String {
    let mut name = String::new();
    for (i, byte) in run.bytes().enumerate() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') || (byte == b'.' && i > 0) {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
        if name.len() > LONGEST_NAME - 3 {
            break;
        }
    }
    if name.is_empty() { String::from("run") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_leads_out_of_the_folder() {
        assert_eq!(folder_name("nightly-7_a.b"), "nightly-7_a.b");
        assert_eq!(folder_name("../etc/passwd"), "%2E.%2Fetc%2Fpasswd");
        assert_eq!([folder_name(""), folder_name("."), folder_name("\0")], ["run", "%2E", "%00"]);
        assert!(folder_name(&"é".repeat(500)).len() <= LONGEST_NAME);
    }
}
