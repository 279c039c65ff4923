//! What leaves the program: standard output, files, and foreign text made fit for a terminal.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use makespan_scene::visible;

use crate::failure::Failure;

/// The longest foreign text in a line for people, in characters.
const SHOWN: usize = 300;

/// Foreign text for a terminal: hidden characters (escape sequences, direction overrides) as visible escapes, and not
/// endlessly long.
pub(crate) fn clean(text: &str) -> String {
    let text = visible(text);
    match text.char_indices().nth(SHOWN) {
        None => text.into_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

/// JSON whose strings hold no character that a terminal obeys: such ones become `\u` escapes, which are the same JSON.
pub(crate) fn inert_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0u16; 2];
    for c in json.chars() {
        // A line break of ours is no part of a string.
        if c == '\n' || visible(c.encode_utf8(&mut [0; 4])) == c.encode_utf8(&mut [0; 4]) as &str {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn terminals_obey_nothing_of_it() {
        assert_eq!(clean("a\u{1b}]52;c;x\u{7}\u{202e}"), "a\\u{1b}]52;c;x\\u{7}\\u{202e}");
        assert_eq!(clean(&"x".repeat(1000)).chars().count(), SHOWN + 1);
        let json = serde_json::to_string_pretty(&["\u{9b}2J", "\u{202e}\u{e0001}", "plain ü\n"]).unwrap();
        let inert = inert_json(&json);
        assert!(!inert.contains(['\u{9b}', '\u{202e}', '\u{e0001}']));
        let (before, after): (Vec<String>, Vec<String>) =
            (serde_json::from_str(&json).unwrap(), serde_json::from_str(&inert).unwrap());
        assert_eq!(before, after);
    }
}
