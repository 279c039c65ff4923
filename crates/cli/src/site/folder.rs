//! The folder that a site is written into. It writes what changed, keeps what did not, and removes what it wrote earlier and
//! is not part of the site any more; it never touches a file that is not the site's own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use makespan_report::site::{LIST, SiteFolder, folders, is_file_of_site};
use sha2::{Digest, Sha256};

use super::list::{List, Made};
use crate::failure::Failure;
use crate::output::write_file;

/// A folder while a site is written into it.
pub(super) struct Folder {
    root: PathBuf,
    before: BTreeMap<String, Made>,
    now: BTreeMap<String, Made>,
    done: Done,
}

/// What was done.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// Files that were written.
    pub(super) written: usize,
    /// Files that were there and are the same.
    pub(super) unchanged: usize,
    /// Files that were removed.
    pub(super) removed: usize,
    /// Files that would have been removed, had nobody changed them.
    pub(super) changed_since: Vec<String>,
}

/// SHA-256 in hexadecimal digits.
pub(super) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Folder {
    /// Opens a folder, which is made if it does not exist. From then on it is marked as a site, so that one that was
    /// interrupted is known when the next one is written.
    ///
    /// # Errors
    ///
    /// When the folder holds an index or folders that no site wrote, or leads elsewhere, or cannot be written.
    pub(super) fn open(root: &Path) -> Result<Folder, Failure> {
        let list = root.join(LIST);
        let before = List::read(&list)?;
        let refused = |name: &str, why: &str| {
            Err(Failure::Usage(format!("{}: {why}; choose another folder", root.join(name).display())))
        };
        for name in folders().into_iter().chain(["index.html"]) {
            match fs::symlink_metadata(root.join(name)) {
                Ok(found) if found.is_symlink() => {
                    return refused(name, "a symbolic link; sites are not written through links");
                }
                Ok(_) if before.is_none() => return refused(name, "not written by `makespan site`"),
                _ => {}
            }
        }
        fs::create_dir_all(root).map_err(|source| Failure::Write { path: root.to_owned(), source })?;
        let before = match before {
            Some(before) => before.files,
            None => {
                write_file(&list, List::new(BTreeMap::new()).text().as_bytes())?;
                BTreeMap::new()
            }
        };
        Ok(Folder { root: root.to_owned(), before, now: BTreeMap::new(), done: Done::default() })
    }

    /// What a file of the site holds.
    fn content(&self, path: &str) -> Option<String> {
        let path = self.root.join(path);
        fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
        fs::read(&path).ok().map(|bytes| hash(&bytes))
    }

    /// Removes what is gone, and keeps the list of what is there.
    ///
    /// # Errors
    ///
    /// When a file cannot be removed, or the list cannot be written.
    pub(super) fn finish(mut self) -> Result<Done, Failure> {
        let before = std::mem::take(&mut self.before);
        for (path, made) in &before {
            // The list is a file like others: whatever it says, only files of a site are removed.
            if self.now.contains_key(path) || !is_file_of_site(path) {
                continue;
            }
            let place = self.root.join(path);
            match self.content(path) {
                Some(content) if content == made.content => {
                    fs::remove_file(&place).map_err(|source| Failure::Write { path: place, source })?;
                    self.done.removed += 1;
                }
                Some(_) => self.done.changed_since.push(path.clone()),
                None => {}
            }
        }
        for name in folders() {
            // Fails, and rightly, where something is left in it.
            let _ = fs::remove_dir(self.root.join(name));
        }
        let text = List::new(self.now).text();
        let list = self.root.join(LIST);
        if fs::read(&list).ok().as_deref() != Some(text.as_bytes()) {
            write_file(&list, text.as_bytes())?;
        }
        Ok(self.done)
    }
}

impl SiteFolder for Folder {
    type Error = Failure;

    fn keeps(&mut self, path: &str, made_of: &str) -> bool {
        let Some(made) = self.before.get(path).filter(|made| made.made_of == made_of).cloned() else {
            return false;
        };
        if self.content(path).as_deref() != Some(&made.content) {
            return false;
        }
        self.now.insert(path.to_owned(), made);
        self.done.unchanged += 1;
        true
    }

    fn put(&mut self, path: &str, made_of: &str, bytes: &[u8]) -> Result<(), Failure> {
        let content = hash(bytes);
        if self.content(path).as_ref() == Some(&content) {
            self.done.unchanged += 1;
        } else {
            let place = self.root.join(path);
            if let Some(folder) = place.parent() {
                let failed = |source| Failure::Write { path: folder.to_owned(), source };
                fs::create_dir_all(folder).map_err(failed)?;
            }
            write_file(&place, bytes)?;
            self.done.written += 1;
        }
        self.now.insert(path.to_owned(), Made { made_of: made_of.to_owned(), content });
        Ok(())
    }
}
