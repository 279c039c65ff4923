//! The list of the files of a site: what each was made of, and what it held when it was written.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The version of the list.
const VERSION: u32 = 1;
/// The longest list that is read, bytes.
const LONGEST: u64 = 256 << 20;

/// A file of the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Made {
    /// Hash of what it was made of.
    pub(super) made_of: String,
    /// Hash of its content.
    pub(super) content: String,
}

/// The files of a site by their paths.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct List {
    makespan_site: u32,
    pub(super) files: BTreeMap<String, Made>,
}

impl List {
    /// A list of these files.
    pub(super) fn new(files: BTreeMap<String, Made>) -> List {
        List { makespan_site: VERSION, files }
    }

    /// The list at this path; `None` if there is none.
    ///
    /// # Errors
    ///
    /// When there is something that cannot be read as a list: then it is not known which files are the site's.
    pub(super) fn read(path: &Path) -> Result<Option<List>, Failure> {
        let refused = |why: String| {
            Failure::Usage(format!("{}: {why}; remove the folder, or choose another one", path.display()))
        };
        let mut text = String::new();
        match File::open(path) {
            Ok(file) => {
                file.take(LONGEST).read_to_string(&mut text).map_err(|error| refused(error.to_string()))?
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(refused(error.to_string())),
        };
        let list: List = serde_json::from_str(&text)
            .map_err(|error| refused(format!("not a valid list of the files of a site ({error})")))?;
        if list.makespan_site != VERSION {
            return Err(refused(format!("version {} is not supported", list.makespan_site)));
        }
        Ok(Some(list))
    }

    /// The bytes of the file.
    pub(super) fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}
