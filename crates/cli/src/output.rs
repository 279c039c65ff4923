//! What leaves the program: standard output and files.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use makespan_redact::Redactor;
use makespan_scene::visible;

use crate::failure::Failure;
pub(crate) use crate::foreign::{clean, inert_json};

/// Writes to standard output. That nobody reads it any more is no failure worth a word.
///
/// # Errors
///
/// [`Failure::Closed`] for a closed pipe, [`Failure::Write`] for anything else.
pub(crate) fn print(bytes: &[u8]) -> Result<(), Failure> {
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
        return print(lines.as_bytes());
    }
    print(text.as_bytes())
}

/// Notes on stderr what was redacted, if anything was.
pub(crate) fn tell_redacted(redactor: &Redactor) {
    if redactor.redacted().total() > 0 {
        let _ = writeln!(io::stderr(), "makespan: {}", redactor.redacted().sentence());
    }
}

/// Writes a file as a whole or not at all: into a file beside it first, which then takes its place.
///
/// # Errors
///
/// [`Failure::Write`] names the path.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let fail = |source| Failure::Write { path: path.to_owned(), source };
    // A pipe or a device is written to as it is.
    if fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
        return fs::write(path, bytes).map_err(fail);
    }
    let name = path.file_name().ok_or_else(|| fail(io::ErrorKind::IsADirectory.into()))?;
    let mut beside = name.to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = path.with_file_name(beside);
    let written = fs::File::create(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    written.map_err(|source| {
        let _ = fs::remove_file(&beside);
        fail(source)
    })
}
