//! From what the user names to files: folders are read whole, in the order of their names, without hidden files but for
//! the folders in which trackers keep their runs.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use makespan_report::site::LIST;
use makespan_scene::counted;

use crate::output::clean;

/// Maximum number of files taken from folders.
const MOST_FILES: usize = 100_000;

/// Maximum depth of folders.
const MOST_DEPTH: usize = 64;

/// Maximum number of bytes read in all.
pub(crate) const MOST_BYTES: u64 = 4 << 30;

/// The place of the bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InputPlace {
    /// Standard input.
    Stdin,
    /// A path.
    Path(PathBuf),
}

/// A file to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// Its name as other files of the run may speak of it: relative, with `/`, from the folder that was named on.
    pub(crate) name: String,
    /// Its place.
    pub(crate) place: InputPlace,
}

impl Named {
    /// The name as whoever named it finds it again: with every folder before it.
    pub(crate) fn shown(&self) -> String {
        match &self.place {
            InputPlace::Stdin => "standard input".to_owned(),
            InputPlace::Path(path) => path.to_string_lossy().into_owned(),
        }
    }
}

/// A path that could not be read, and the reason.
pub(crate) type Unreadable = (String, String);

/// Hidden folders that are read: what trackers keep runs in.
const TRACKERS: [&str; 2] = [".workflow_tracking", ".kailash"];

/// Hidden entries of which nothing is said: what nearly every folder has.
const USUAL: [&str; 6] = [".git", ".gitignore", ".gitattributes", ".gitkeep", ".github", ".DS_Store"];

/// The files found for the given names.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// The files.
    pub(crate) files: Vec<Named>,
    /// Paths that could not be read.
    pub(crate) unreadable: Vec<Unreadable>,
    /// Number of hidden files and folders that were skipped, and the first of them.
    pub(crate) hidden: (usize, String),
}

impl Walked {
    /// Prints what was skipped without being an error.
    pub(crate) fn warn(&self) {
        let (count, first) = &self.hidden;
        if *count > 0 {
            let _ = writeln!(
                io::stderr().lock(),
                "makespan: note: skipped {} (first: {}); name one to read it",
                counted(*count, "hidden entry"),
                clean(first)
            );
        }
    }
}

/// The files behind the names given, and what was left out.
pub(crate) fn files(given: &[PathBuf]) -> Walked {
    let mut walked = Walked::default();
    let Walked { files: found, unreadable: left_out, hidden } = &mut walked;
    for path in given {
        if path.as_os_str() == "-" {
            found.push(Named { name: "stdin".to_owned(), place: InputPlace::Stdin });
        } else if path.is_dir() {
            folder(path, found, left_out, hidden);
        } else {
            found.push(Named { name: last_name(path), place: InputPlace::Path(path.clone()) });
        }
    }
    walked
}

fn last_name(path: &Path) -> String {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
    // `.` and `..` have no name of their own.
    name.or_else(|| Some(path.canonicalize().ok()?.file_name()?.to_string_lossy().into_owned()))
        .unwrap_or_else(|| path.to_string_lossy().into_owned())
}

fn folder(root: &Path, found: &mut Vec<Named>, left_out: &mut Vec<Unreadable>, hidden: &mut (usize, String)) {
    let mut open: Vec<(PathBuf, String, usize)> = vec![(root.to_owned(), last_name(root), 0)];
    let mut links = 0;
    while let Some((path, name, depth)) = open.pop() {
        let shown = || path.to_string_lossy().into_owned();
        if found.len() >= MOST_FILES {
            left_out.push((shown(), format!("more than {MOST_FILES} files: the rest is left out")));
            break;
        }
        let kind = match std::fs::symlink_metadata(&path) {
            // A link may lead anywhere, and whoever made the folder would choose what is read and shown.
            Ok(m) if m.is_symlink() && depth > 0 => {
                links += 1;
                continue;
            }
            Ok(m) if m.is_symlink() => Ok((false, true)),
            Ok(m) => Ok((m.is_file(), m.is_dir())),
            Err(e) => Err(e),
        };
        match kind {
            Ok((true, _)) => found.push(Named { name, place: InputPlace::Path(path) }),
            Ok((_, true)) if depth >= MOST_DEPTH => {
                left_out.push((shown(), format!("folders are read at most {MOST_DEPTH} levels deep")));
            }
            // What was written about runs is not a run, and its events would count twice.
            Ok((_, true)) if depth > 0 && path.join(LIST).is_file() => {
                left_out.push((shown(), "a site that `makespan site` wrote; name it to read it".to_owned()));
            }
            Ok((_, true)) => match entries(&path, hidden) {
                // The last one pushed is the first one looked at.
                Ok(names) => open.extend(names.into_iter().rev().map(|n| {
                    let text = n.to_string_lossy().into_owned();
                    (path.join(&n), format!("{name}/{text}"), depth + 1)
                })),
                Err(e) => left_out.push((shown(), e.to_string())),
            },
            Ok(_) => left_out.push((shown(), "not a regular file".to_owned())),
            Err(e) => left_out.push((shown(), e.to_string())),
        }
    }
    if links > 0 {
        let text =
            format!("{} in it not followed; name the targets to read them", counted(links, "symbolic link"));
        left_out.push((root.to_string_lossy().into_owned(), text));
    }
}

fn entries(folder: &Path, hidden: &mut (usize, String)) -> io::Result<Vec<std::ffi::OsString>> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder)?.map(|e| e.map(|e| e.file_name())).collect::<io::Result<_>>()?;
    names.sort();
    names.retain(|name| {
        let text = name.to_string_lossy();
        if !text.starts_with('.') || TRACKERS.contains(&text.as_ref()) {
            return true;
        }
        if !USUAL.contains(&text.as_ref()) {
            if hidden.0 == 0 {
                hidden.1 = folder.join(name).to_string_lossy().into_owned();
            }
            hidden.0 += 1;
        }
        false
    });
    Ok(names)
}

/// The bytes of a file, at most `most` of them.
///
/// # Errors
///
/// Fails with the system's error, or if the file is larger than `most`.
pub(crate) fn read(place: &InputPlace, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let took = match place {
        InputPlace::Stdin => io::stdin().lock().take(most.saturating_add(1)).read_to_end(&mut bytes)?,
        InputPlace::Path(path) => File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?,
    };
    if took as u64 > most {
        let text = format!("at most {} MiB in total are read", MOST_BYTES >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
    }
    Ok(bytes)
}
