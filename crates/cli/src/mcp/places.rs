//! What an assistant may read: files below the folders that were given, and runs of the store.

use std::path::{Component, Path, PathBuf};

use crate::output::clean;
use crate::stored::{RUN_PREFIX, id_of};

/// The folders, each by its real path.
#[derive(Clone, Debug)]
pub(super) struct Places {
    folders: Vec<PathBuf>,
}

impl Places {
    /// The folders that were given.
    ///
    /// # Errors
    ///
    /// Which of them is not a folder.
    pub(super) fn new(folders: &[PathBuf]) -> Result<Places, String> {
        let real = |folder: &PathBuf| {
            let not = |why: String| format!("{}: {why}", clean(&folder.to_string_lossy()));
            let real = folder.canonicalize().map_err(|error| not(error.to_string()))?;
            if real.is_dir() { Ok(real) } else { Err(not("not a folder".to_owned())) }
        };
        Ok(Places { folders: folders.iter().map(real).collect::<Result<_, _>>()? })
    }

    /// The folders.
    pub(super) fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// A path below the folders as an assistant should give it: from the folder on if there is only one.
    pub(super) fn shown(&self, path: &Path) -> String {
        let below = match &self.folders[..] {
            [only] => path.strip_prefix(only).ok().filter(|rest| !rest.as_os_str().is_empty()),
            _ => None,
        };
        below.unwrap_or(path).to_string_lossy().into_owned()
    }

    /// The argument for a verb that stands for what an assistant names: a file or folder below the folders by its real
    /// path, or a run of the store. A file takes precedence over a run with the same name, as for every verb.
    ///
    /// # Errors
    ///
    /// Why it may not be read, or that it does not exist. Of what lies outside, nothing is disclosed.
    pub(super) fn argument(&self, name: &str) -> Result<PathBuf, String> {
        let shown = || clean(name);
        let path = Path::new(name);
        if name.strip_prefix(RUN_PREFIX).is_some_and(|id| !id.is_empty()) {
            // A verb would read a file of that name, wherever the server was started.
            if path.symlink_metadata().is_ok() {
                return Err(format!(
                    "{}: a file has this name; names of this form are for runs of the store",
                    shown()
                ));
            }
            return Ok(name.into());
        }
        if path.as_os_str().is_empty() {
            return Err("an empty path; name a file, a folder or run:ID".to_owned());
        }
        if path.components().any(|part| part == Component::ParentDir) {
            return Err(format!("{}: paths with .. are not accepted", shown()));
        }
        let below = |path: &Path| self.folders.iter().any(|folder| path.starts_with(folder));
        let candidates: Vec<PathBuf> = match path.is_absolute() {
            true if !below(path) => return Err(format!("{}: outside the folders of this server", shown())),
            true => vec![path.to_owned()],
            false => self.folders.iter().map(|folder| folder.join(path)).collect(),
        };
        for candidate in candidates {
            // A link may lead anywhere: what counts is where it leads.
            let Ok(real) = candidate.canonicalize() else { continue };
            if !below(&real) {
                return Err(format!(
                    "{}: a symbolic link that leads outside the folders of this server",
                    shown()
                ));
            }
            if !real.is_file() && !real.is_dir() {
                return Err(format!("{}: not a regular file or folder", shown()));
            }
            return Ok(real);
        }
        match id_of(path) {
            Some(id) if path.is_relative() && !id.is_empty() => self.argument(&format!("{RUN_PREFIX}{id}")),
            _ => Err(format!("{}: no such file; list_files lists the files below the folders", shown())),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn places(name: &str) -> (PathBuf, Places) {
        let root = std::env::temp_dir().join(format!("makespan-places-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("in/sub")).unwrap();
        fs::create_dir_all(root.join("in-not")).unwrap();
        for file in ["in/a.jsonl", "in/sub/b.jsonl", "in-not/c.jsonl"] {
            fs::write(root.join(file), "x").unwrap();
        }
        let places = Places::new(&[root.join("in")]).unwrap();
        (root.canonicalize().unwrap(), places)
    }

    #[test]
    fn only_files_below_the_folders_are_read() {
        let (root, places) = places("below");
        symlink(root.join("in-not/c.jsonl"), root.join("in/out.jsonl")).unwrap();
        symlink(root.join("in-not"), root.join("in/outer")).unwrap();
        symlink(root.join("in/sub"), root.join("in/inner")).unwrap();
        for (name, real) in
            [("a.jsonl", "in/a.jsonl"), ("sub", "in/sub"), ("./sub/b.jsonl", "in/sub/b.jsonl"), (".", "in")]
        {
            assert_eq!(places.argument(name), Ok(root.join(real)), "{name}");
        }
        assert_eq!(places.argument("inner/b.jsonl"), Ok(root.join("in/sub/b.jsonl")));
        let absolute = root.join("in/a.jsonl");
        assert_eq!(places.argument(absolute.to_str().unwrap()), Ok(absolute));
        let outside = root.join("in-not/c.jsonl");
        for (name, why) in [
            (outside.to_str().unwrap(), "outside"),
            ("/etc/passwd", "outside"),
            ("/no/such/file", "outside"),
            ("../in-not/c.jsonl", "paths with .."),
            ("sub/../a.jsonl", "paths with .."),
            ("out.jsonl", "leads outside"),
            ("outer/c.jsonl", "leads outside"),
            ("missing.jsonl", "no such file"),
            ("a\0b.jsonl", "no such file"),
            ("", "empty path"),
        ] {
            let found = places.argument(name).unwrap_err();
            assert!(found.contains(why), "{name}: {found}");
        }
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn files_take_precedence_over_run_ids() {
        let (root, places) = places("runs");
        assert_eq!(places.argument("run:a/b.jsonl"), Ok("run:a/b.jsonl".into()));
        assert_eq!(places.argument("nightly-7"), Ok("run:nightly-7".into()));
        assert_eq!(places.argument("sub"), Ok(root.join("in/sub")));
        assert!(places.argument("run:").is_err());
        assert_eq!(places.shown(&root.join("in/sub/b.jsonl")), "sub/b.jsonl");
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_file_is_not_a_folder_to_serve() {
        let (root, _) = places("folder");
        assert!(Places::new(&[root.join("in/a.jsonl")]).unwrap_err().contains("not a folder"));
        assert!(Places::new(&[root.join("missing")]).is_err());
        fs::remove_dir_all(root).unwrap();
    }
}
