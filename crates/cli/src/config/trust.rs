//! Which projects may name stores on other machines and outside their own folder. A folder is trusted together with
//! the content of its file: what is pulled into it later has to be looked at again.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use makespan_store::Location;
use sha2::{Digest as _, Sha256};

use super::file::LONGEST;
use super::places::{self, PROJECT_FILE};
use crate::failure::Failure;
use crate::output::{clean, print, write_private};

/// Trusted folders, each with the digest of its file.
type Trusted = BTreeMap<String, String>;

/// Why a store lies outside a folder, as a part of a sentence; `None` for one within it.
pub(super) fn outside(url: &str, folder: &Path) -> Option<&'static str> {
    let Ok(location) = Location::parse(url) else { return Some("cannot be read") };
    if !matches!(location.scheme(), "file" | "sqlite") {
        return Some("names a store on a server");
    }
    let (Ok(path), Ok(folder)) = (location.path(), folder.canonicalize()) else {
        return Some("names a place that cannot be found");
    };
    match settled(&path) {
        Some(path) if path.starts_with(&folder) && path != folder => None,
        _ => Some("names a place outside the project"),
    }
}

/// The path with its links followed as far as it exists; `None` where that cannot be known.
fn settled(path: &Path) -> Option<PathBuf> {
    let mut known = path;
    let mut missing = Vec::new();
    loop {
        match fs::symlink_metadata(known) {
            // A link that leads nowhere may lead anywhere once somebody makes its target.
            Ok(_) => break,
            Err(error) if error.kind() == ErrorKind::NotFound => match known.components().next_back()? {
                Component::Normal(name) => missing.push(name),
                // Behind something that does not exist, `..` leads to where only its maker knows.
                _ => return None,
            },
            Err(_) => return None,
        }
        known = known.parent()?;
    }
    let mut settled = known.canonicalize().ok()?;
    settled.extend(missing.into_iter().rev());
    Some(settled)
}

/// Whether the user trusts that file of that folder.
pub(super) fn is_trusted(folder: &Path, content: &[u8]) -> bool {
    let Some(name) = folder.canonicalize().ok().and_then(|folder| folder.to_str().map(str::to_owned)) else {
        return false;
    };
    // What cannot be read trusts nobody.
    read().unwrap_or_default().get(&name) == Some(&digest(content))
}

fn digest(content: &[u8]) -> String {
    Sha256::digest(content).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn place() -> Result<PathBuf, Failure> {
    places::trust_place()
        .ok_or_else(|| Failure::Config("there is no home folder to remember trusted projects in".to_owned()))
}

fn read() -> Result<Trusted, Failure> {
    let path = place()?;
    let failed = |why: &dyn std::fmt::Display| Failure::Config(clean(&format!("{}: {why}", path.display())));
    let metadata = match fs::metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Trusted::new()),
        other => other.map_err(|error| failed(&error))?,
    };
    if !metadata.is_file() || !places::is_own(&metadata) || metadata.len() > LONGEST {
        return Err(failed(&"not a file of this user of at most 1 MiB"));
    }
    let text = fs::read_to_string(&path).map_err(|error| failed(&error))?;
    serde_json::from_str(&text).map_err(|error| failed(&error))
}

fn write(trusted: &Trusted) -> Result<(), Failure> {
    let path = place()?;
    if let Some(folder) = path.parent() {
        makespan_store::private::create_folders(folder)
            .map_err(|source| Failure::Write { path: folder.to_owned(), source })?;
    }
    let text = serde_json::to_string_pretty(trusted).unwrap_or_default();
    write_private(&path, format!("{text}\n").as_bytes())
}

/// The folder that is meant, with its links followed, as a key.
fn folder_of(given: Option<&Path>) -> Result<PathBuf, Failure> {
    let folder = match given {
        Some(folder) => folder.to_owned(),
        None => {
            let file = places::project_file();
            let folder = file.as_deref().and_then(Path::parent).map(Path::to_owned);
            folder.ok_or_else(|| Failure::Refused(format!("there is no {PROJECT_FILE} here or above")))?
        }
    };
    folder.canonicalize().map_err(|error| Failure::Refused(clean(&format!("{}: {error}", folder.display()))))
}

fn key(folder: &Path) -> Result<String, Failure> {
    let key = folder.to_str().map(str::to_owned);
    key.ok_or_else(|| Failure::Refused(clean(&format!("{} is not valid UTF-8", folder.display()))))
}

/// `makespan config trust`.
pub(super) fn add(given: Option<&Path>) -> Result<(), Failure> {
    let folder = folder_of(given)?;
    let file = folder.join(PROJECT_FILE);
    let failed = |why: &dyn std::fmt::Display| Failure::Refused(clean(&format!("{}: {why}", file.display())));
    let metadata = fs::symlink_metadata(&file).map_err(|error| failed(&error))?;
    if !metadata.is_file() || metadata.len() > LONGEST {
        return Err(failed(&"not a plain file of at most 1 MiB"));
    }
    let content = fs::read(&file).map_err(|error| failed(&error))?;
    let mut trusted = read()?;
    trusted.insert(key(&folder)?, digest(&content));
    write(&trusted)?;
    print(&format!("trusted: {}\n", clean(&file.display().to_string())))
}

/// `makespan config untrust`. A folder that is gone can be given too.
pub(super) fn remove(given: Option<&Path>) -> Result<(), Failure> {
    let folder = match (folder_of(given), given) {
        (Ok(folder), _) => folder,
        (Err(_), Some(folder)) => std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()),
        (Err(failure), None) => return Err(failure),
    };
    let mut trusted = read()?;
    let shown = clean(&folder.display().to_string());
    if trusted.remove(&key(&folder)?).is_none() {
        return Err(Failure::Refused(format!("{shown} is not trusted")));
    }
    write(&trusted)?;
    print(&format!("no longer trusted: {shown}\n"))
}

/// `makespan config trust --list`: a folder a line; those whose file has changed since are marked.
pub(super) fn list() -> Result<(), Failure> {
    let mut out = String::new();
    for (folder, digest_then) in read()? {
        let now = fs::read(Path::new(&folder).join(PROJECT_FILE)).ok();
        let mark = match now {
            Some(content) if digest(&content) == digest_then => "",
            Some(_) => "  (changed since; no longer trusted)",
            None => "  (no makespan.toml)",
        };
        let _ = writeln!(out, "{}{mark}", clean(&folder));
    }
    print(&out)
}
