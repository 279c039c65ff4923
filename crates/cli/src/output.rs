//! What leaves the program: standard output and files.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use makespan_redact::Redactor;
use makespan_scene::visible;
use serde::Serialize;

use crate::failure::Failure;
use crate::foreign::defused;
pub(crate) use crate::foreign::{clean, inert, inert_json, quoting};
use crate::stored::random;

/// Variables by which services that run builds and obey lines of their logs can be known.
const BUILD_SERVICES: [&str; 3] = ["GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"];

/// What is to be said on stderr when the screen is left; `None` while nothing is taken for a screen. It belongs to the
/// process, as stderr does.
static HELD: Mutex<Option<Vec<String>>> = Mutex::new(None);
/// As many complaints are held.
const MOST_HELD: usize = 100;

/// Writes a line for people to stderr, later if a screen is taken. The same line is held once.
pub(crate) fn complain(text: &str) {
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    match &mut *held {
        None => {
            let _ = writeln!(io::stderr(), "{text}");
        }
        Some(lines) if lines.len() < MOST_HELD && !lines.iter().any(|line| line == text) => {
            lines.push(text.to_owned());
        }
        Some(_) => {}
    }
}

/// Keeps back what [`complain`] is given, for it would be written into a screen.
pub(crate) fn hold_complaints() {
    HELD.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default();
}

/// Writes what was kept back.
pub(crate) fn release_complaints() {
    let lines = HELD.lock().unwrap_or_else(PoisonError::into_inner).take();
    lines.into_iter().flatten().for_each(|line| complain(&line));
}

/// Writes text for people, or JSON, to standard output: no line of it is a command to a service that runs builds.
///
/// # Errors
///
/// As [`print_data`] has them.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let lines: Vec<_> = text.split('\n').map(defused).collect();
    print_data(lines.join("\n").as_bytes())
}

/// Writes a document for programs to standard output, as JSON on several lines.
///
/// # Errors
///
/// As [`print_data`] has them.
pub(crate) fn print_json(document: &impl Serialize) -> Result<(), Failure> {
    // Serialising plain values cannot fail.
    print(&format!("{}\n", inert_json(&serde_json::to_string_pretty(document).unwrap_or_default())))
}

/// The same as JSON on one line.
///
/// # Errors
///
/// As [`print_data`] has them.
pub(crate) fn print_json_line(document: &impl Serialize) -> Result<(), Failure> {
    print(&format!("{}\n", inert_json(&serde_json::to_string(document).unwrap_or_default())))
}

/// Writes to standard output as it is. That nobody reads it any more is no failure worth a word.
///
/// # Errors
///
/// [`Failure::Closed`] for a closed pipe, [`Failure::Write`] for anything else.
pub(crate) fn print_data(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|source| match source.kind() {
        io::ErrorKind::BrokenPipe => Failure::Closed,
        _ => Failure::Write { path: "standard output".into(), source },
    })
}

/// The same for text that foreign files had a say in: on a terminal, what it would obey is made visible.
pub(crate) fn print_foreign(text: &str) -> Result<(), Failure> {
    if io::stdout().is_terminal() {
        let lines: String = text.lines().flat_map(|l| [visible(l).into_owned(), "\n".to_owned()]).collect();
        return print(&lines);
    }
    // What a service shows of this is its log; elsewhere it is data, and every byte counts.
    if BUILD_SERVICES.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty())) {
        return print(text);
    }
    print_data(text.as_bytes())
}

/// Notes on stderr what was redacted, if anything was.
pub(crate) fn tell_redacted(redactor: &Redactor) {
    if redactor.redacted().total() > 0 {
        let _ = writeln!(io::stderr(), "makespan: {}", redactor.redacted().sentence());
    }
}

/// Writes a file as a whole or not at all: into a new file beside it first, which then takes its place. The new file
/// has a name that cannot be guessed and must not exist yet, so that no link that lies there is written through.
///
/// # Errors
///
/// [`Failure::Write`] names the path.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    replace(path, bytes, false)
}

/// The same for what nobody else may read: the file has the mode 0600.
///
/// # Errors
///
/// [`Failure::Write`] names the path.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    replace(path, bytes, true)
}

fn replace(path: &Path, bytes: &[u8], private: bool) -> Result<(), Failure> {
    let fail = |source| Failure::Write { path: path.to_owned(), source };
    let present = fs::metadata(path).ok();
    // A pipe or a device is written to as it is.
    if present.as_ref().is_some_and(|m| !m.is_file() && !m.is_dir()) {
        return fs::write(path, bytes).map_err(fail);
    }
    if path.file_name().is_none() {
        return Err(fail(io::ErrorKind::IsADirectory.into()));
    }
    let beside = path.with_file_name(format!(".makespan-{:016x}.part", random()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
        // A file that was closed to others stays so.
        let mode = if private { 0o600 } else { present.map_or(0o666, |m| m.mode() & 0o777) };
        options.mode(mode);
    }
    #[cfg(not(unix))]
    let _ = private;
    let mut file = options.open(&beside).map_err(fail)?;
    let written =
        file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&beside, path));
    written.map_err(|source| {
        let _ = fs::remove_file(&beside);
        fail(source)
    })
}
