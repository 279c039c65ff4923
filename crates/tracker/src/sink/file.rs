//! Sinks that write files.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::{Batch, Sink, Sole};
use crate::lock::briefly;

/// Maximum length of a folder name, bytes.
const LONGEST_NAME: usize = 120;

/// Appends lines to files: one file `run.jsonl` in a folder for each run, or one file for all.
///
/// A file is valid at every moment, except for its last line, which may be incomplete. If a write stops half-way (on a
/// full disk), the next one continues at that byte.
#[derive(Debug)]
pub struct FileSink {
    place: Target,
    open: HashMap<String, Output>,
    paths: Paths,
}

#[derive(Debug)]
enum Target {
    /// A folder for each run below this one.
    Folder(PathBuf),
    /// All runs in one file.
    File(PathBuf, Sole),
}

/// A file being written.
#[derive(Debug)]
struct Output {
    path: PathBuf,
    /// `None` if it was lost and could not be reopened.
    file: Option<File>,
    /// Identity of the file behind the descriptor: a program that becomes a daemon closes all its descriptors, and
    /// files it opens later get their numbers.
    identity: Identity,
    /// The batch (number of its first line) that is partly written, and the number of bytes written.
    torn: Option<(u64, usize)>,
}

/// The key under which all runs of one file share it.
const ALL: &str = "";

impl FileSink {
    /// Writes a folder for each run below `folder`, named after the run's id; a number is added to a name that exists.
    ///
    /// # Errors
    ///
    /// Errors of creating the folder.
    pub fn folder(folder: impl Into<PathBuf>) -> io::Result<FileSink> {
        let folder = folder.into();
        fs::create_dir_all(&folder)?;
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        Ok(FileSink { place: Target::Folder(folder), open: HashMap::new(), paths: Paths::default() })
    }

    /// Writes all runs to one file, which is created or appended to.
    ///
    /// # Errors
    ///
    /// Errors of opening the file.
    pub fn file(path: impl Into<PathBuf>) -> io::Result<FileSink> {
        let path = path.into();
        let open = HashMap::from([(ALL.to_owned(), Output::open(path.clone())?)]);
        Ok(FileSink { place: Target::File(path, Sole::default()), open, paths: Paths::default() })
    }

    /// Writes one file that other programs append to as well.
    pub(crate) fn shared(path: impl Into<PathBuf>) -> io::Result<FileSink> {
        let path = path.into();
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut sink = FileSink::file(path)?;
        sink.place = match sink.place {
            Target::File(path, _) => Target::File(path, Sole::shared()),
            folder @ Target::Folder(_) => folder,
        };
        Ok(sink)
    }

    /// Returns the file that a run is written to, and its length.
    #[cfg(feature = "server")]
    pub(crate) fn place_of(&mut self, run: &str) -> io::Result<(PathBuf, u64)> {
        let output = self.output(run)?;
        let length = output.file()?.metadata()?.len();
        Ok((output.path.clone(), length))
    }

    /// Returns the known files of runs.
    pub(crate) fn paths(&self) -> Paths {
        self.paths.clone()
    }

    fn output(&mut self, run: &str) -> io::Result<&mut Output> {
        let name = match &self.place {
            Target::Folder(_) => run,
            Target::File(..) => ALL,
        };
        if !self.open.contains_key(name) {
            let output = match &self.place {
                Target::Folder(folder) => create(folder, run)?,
                Target::File(path, _) => Output::open(path.clone())?,
            };
            self.open.insert(name.to_owned(), output);
        }
        if let Some(output) = self.open.get(name)
            && let Ok(mut paths) = self.paths.0.lock()
            && !paths.contains_key(run)
        {
            paths.insert(run.to_owned(), output.path.clone());
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
        self.output(run)?.file()?.sync_data()
    }

    fn close(&mut self, run: &str) {
        self.open.remove(run);
        if let Ok(mut paths) = self.paths.0.lock() {
            paths.remove(run);
        }
    }
}

impl Output {
    fn open(path: PathBuf) -> io::Result<Output> {
        let path = std::path::absolute(&path).unwrap_or(path);
        let file = append_to(OpenOptions::new().create(true), &path)?;
        Output::of(path, file)
    }

    fn of(path: PathBuf, file: File) -> io::Result<Output> {
        let identity = Identity::of(&file.metadata()?);
        Ok(Output { path, file: Some(file), identity, torn: None })
    }

    /// Returns the file, reopened if the descriptor is another file by now, or the file was removed.
    fn file(&mut self) -> io::Result<&File> {
        if self.file.as_ref().is_none_or(|file| !self.identity.is_that_of(file)) {
            let file = append_to(OpenOptions::new().create(true), &self.path);
            // Closed only now; otherwise the new file might get its number.
            self.let_go();
            let file = file?;
            let identity = Identity::of(&file.metadata()?);
            if identity != self.identity {
                // The new file contains nothing of the batch.
                (self.identity, self.torn) = (identity, None);
            }
            self.file = Some(file);
        }
        self.file.as_ref().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Closes the descriptor, unless it belongs to the host by now.
    fn let_go(&mut self) {
        let Some(file) = self.file.take() else { return };
        if !self.identity.is_still_that_of(&file) {
            std::mem::forget(file);
        }
    }

    /// Writes bytes, from where the last attempt stopped.
    fn write(&mut self, first: u64, bytes: &[u8]) -> io::Result<()> {
        let mut from = self.torn.filter(|(torn, _)| *torn == first).map_or(0, |(_, written)| written);
        self.file()?;
        if self.torn.is_none() {
            from = 0;
        }
        self.may_grow(bytes.len().saturating_sub(from))?;
        while from < bytes.len() {
            match self.file()?.write(&bytes[from..]) {
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

    /// Refuses a write beyond the file size limit of the process: the system would not only refuse it too, but end the
    /// process with a signal (SIGXFSZ).
    #[cfg(unix)]
    fn may_grow(&mut self, bytes: usize) -> io::Result<()> {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Fsize).current;
        let Some(limit) = limit else { return Ok(()) };
        let meta = self.file()?.metadata()?;
        let fits = !meta.is_file() || meta.len().saturating_add(bytes as u64) <= limit;
        if fits { Ok(()) } else { Err(io::ErrorKind::FileTooLarge.into()) }
    }

    #[cfg(not(unix))]
    fn may_grow(&mut self, _bytes: usize) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.let_go();
    }
}

/// Files of runs, by id of the run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paths(Arc<Mutex<HashMap<String, PathBuf>>>);

impl Paths {
    /// Returns the file of a run that has already written.
    pub(crate) fn of(&self, run: &str) -> Option<PathBuf> {
        briefly(&self.0)?.get(run).cloned()
    }

    /// Adds the file of a run, unless it has one.
    #[cfg(feature = "server")]
    pub(crate) fn add(&self, run: &str, path: &Path) {
        if let Ok(mut paths) = self.0.lock() {
            paths.entry(run.to_owned()).or_insert_with(|| path.to_owned());
        }
    }

    /// Forgets a run.
    #[cfg(feature = "server")]
    pub(crate) fn remove(&self, run: &str) {
        if let Ok(mut paths) = self.0.lock() {
            paths.remove(run);
        }
    }
}

/// Identity of a file: device and inode number, if the system provides them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity([u64; 2]);

impl Identity {
    #[cfg(unix)]
    fn of(meta: &fs::Metadata) -> Identity {
        use std::os::unix::fs::MetadataExt as _;
        Identity([meta.dev(), meta.ino()])
    }

    #[cfg(not(unix))]
    fn of(_: &fs::Metadata) -> Identity {
        Identity([0, 0])
    }

    /// Returns whether the descriptor still is that file.
    fn is_still_that_of(self, file: &File) -> bool {
        file.metadata().is_ok_and(|meta| Identity::of(&meta) == self)
    }

    /// Returns whether it is that file, and the file has a name.
    fn is_that_of(self, file: &File) -> bool {
        #[cfg(unix)]
        let is_there = |meta: &fs::Metadata| std::os::unix::fs::MetadataExt::nlink(meta) > 0;
        #[cfg(not(unix))]
        let is_there = |_: &fs::Metadata| true;
        file.metadata().is_ok_and(|meta| Identity::of(&meta) == self && is_there(&meta))
    }
}

/// Opens a file for appending. Pipes are refused, because opening one waits for a reader.
fn append_to(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits().try_into().unwrap_or_default());
    }
    let refused = || io::Error::other(format!("{} is not a file", path.display()));
    #[cfg(unix)]
    let refuse = |meta: &fs::Metadata| {
        use std::os::unix::fs::FileTypeExt as _;
        !meta.is_file() && !meta.file_type().is_char_device()
    };
    #[cfg(not(unix))]
    let refuse = |meta: &fs::Metadata| !meta.is_file();
    if fs::metadata(path).is_ok_and(|meta| refuse(&meta)) {
        return Err(refused());
    }
    let file = options.append(true).open(path)?;
    if refuse(&file.metadata()?) { Err(refused()) } else { Ok(file) }
}

/// Creates the folder of a run and its file.
fn create(base: &Path, run: &str) -> io::Result<Output> {
    let name = folder_name(run);
    for number in 1..1000 {
        let folder = if number == 1 { base.join(&name) } else { base.join(format!("{name}-{number}")) };
        match fs::create_dir_all(&folder) {
            // A file of that name already exists.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            other => other?,
        }
        let path = folder.join("run.jsonl");
        match OpenOptions::new().append(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => return Output::of(path, other?),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Returns a folder name that cannot become a path elsewhere, whatever the id: characters other than letters, digits,
/// `-`, `_` and `.` become `%` and their bytes in hexadecimal, and so does a leading dot; at most 120 bytes.
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

    fn batch(first: u64, text: &str) -> Batch<'_> {
        Batch { run: "r", producer: "p", first, count: text.lines().count() as u64, text }
    }

    fn fresh(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("makespan-file-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_reused_descriptor_is_neither_written_to_nor_closed() {
        use std::os::fd::AsRawFd as _;
        let folder = fresh("daemon");
        let path = folder.join("run.jsonl");
        let mut sink = FileSink::file(&path).unwrap();
        sink.write(&batch(1, "one\n")).unwrap();
        // What a daemon does: it closes all descriptors, and its own file gets the number of ours.
        let hosts = folder.join("host.txt");
        let host = File::create(&hosts).unwrap();
        let number = host.as_raw_fd();
        sink.open.get_mut(ALL).unwrap().file = Some(host);
        sink.write(&batch(2, "two\n")).unwrap();
        assert_eq!(fs::read_to_string(&hosts).unwrap(), "");
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        assert_eq!(fs::read_link(format!("/proc/self/fd/{number}")).unwrap(), hosts);
        // At the end, too.
        let host = File::create(&hosts).unwrap();
        let number = host.as_raw_fd();
        sink.open.get_mut(ALL).unwrap().file = Some(host);
        drop(sink);
        assert_eq!(fs::read_link(format!("/proc/self/fd/{number}")).unwrap(), hosts);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    #[cfg(unix)]
    fn a_removed_file_is_recreated_from_a_complete_batch_on() {
        let folder = fresh("removed");
        let path = folder.join("run.jsonl");
        let mut sink = FileSink::file(&path).unwrap();
        sink.write(&batch(1, "one\n")).unwrap();
        sink.open.get_mut(ALL).unwrap().torn = Some((2, 2));
        fs::remove_file(&path).unwrap();
        sink.write(&batch(2, "two\n")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two\n");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    #[cfg(unix)]
    fn a_pipe_is_refused_and_a_device_is_accepted() {
        let folder = fresh("pipe");
        let pipe = folder.join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let begun = std::time::Instant::now();
        assert!(FileSink::file(&pipe).is_err() && FileSink::shared(&pipe).is_err());
        // Also where it takes the place of the file later.
        let path = folder.join("run.jsonl");
        let mut sink = FileSink::file(&path).unwrap();
        fs::rename(&pipe, &path).unwrap();
        assert!(sink.write(&batch(1, "one\n")).is_err());
        assert!(begun.elapsed() < std::time::Duration::from_secs(5));
        assert!(FileSink::file("/dev/null").unwrap().write(&batch(1, "one\n")).is_ok());
        assert!(FileSink::file(&folder).is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}
