//! A file that is being read, and its verdict.

use std::fmt;

use crate::importer::{ReadError, Source};
use crate::table::TableSample;

/// The kinds of verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was read; its problems are reported as diagnostics.
    Read,
    /// No importer knows it.
    NotRecognised,
    /// It is of a known format, or packed in a known way, but so damaged that nothing came of it.
    Broken,
    /// It is of a known format in a version that this program does not know yet.
    Newer,
    /// There is nothing in it.
    Empty,
    /// It is known, and contains nothing of a run: a drawing of a graph, for example.
    Unused,
}

/// The verdict on a file, with the reason.
#[derive(Clone, Debug)]
pub struct FileVerdict {
    /// Its name; for a member of an archive, the archive's name, `/` and its own.
    pub name: String,
    /// Id of the importer that read it.
    pub format: Option<&'static str>,
    /// The kind of file of that importer; empty without an importer.
    pub part: &'static str,
    /// Certainty of the importer, 1 to 100; 0 without an importer.
    pub score: u8,
    /// How the format was recognised, or what the file looks like.
    pub reason: String,
    /// The other importers, each with the reason why it did not match.
    pub tried: Vec<(&'static str, String)>,
    /// What is wrong with it.
    pub error: Option<String>,
    /// Offset of the problem in the (decompressed) file, if known.
    pub offset: Option<u64>,
    /// The verdict.
    pub kind: Verdict,
    /// Its beginning, if it is a table whose columns can be mapped; only for the first such files.
    pub table: Option<TableSample>,
}

impl fmt::Display for FileVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.name)?;
        let error = self.error.as_deref().unwrap_or_default();
        match self.kind {
            Verdict::Read => write!(f, "{}, {}", self.format.unwrap_or("read"), self.reason),
            Verdict::NotRecognised => {
                let tried: Vec<&str> = self.tried.iter().map(|(id, _)| *id).collect();
                write!(f, "not recognised: {}; tried {}", self.reason, tried.join(", "))
            }
            Verdict::Broken => write!(f, "broken{}: {error}", format_of(self)),
            Verdict::Newer => write!(f, "newer than this program knows{}: {error}", format_of(self)),
            Verdict::Empty => write!(f, "empty: {}", self.reason),
            Verdict::Unused => write!(f, "not used: {}", self.reason),
        }?;
        match self.offset {
            Some(offset) => write!(f, " (byte {offset})"),
            None => Ok(()),
        }
    }
}

fn format_of(verdict: &FileVerdict) -> String {
    verdict.format.map_or_else(String::new, |id| format!(" {id} file"))
}

/// A file and what is known of it.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) source: Source,
    pub(crate) verdict: FileVerdict,
    /// Its place in the registry, where it waits to be read.
    pub(super) importer: Option<usize>,
    /// What was wrong with the packing.
    pub(crate) damage: Option<String>,
    /// Number of its values that were literals of Python and were converted to JSON.
    pub(super) literals: u64,
    /// Whether the file is UTF-16; its source is the same text in UTF-8.
    pub(crate) utf16: bool,
}

impl Item {
    pub(crate) fn new(source: Source, kind: Verdict, reason: impl Into<String>) -> Item {
        let verdict = FileVerdict {
            name: source.name.clone(),
            format: None,
            part: "",
            score: 0,
            reason: reason.into(),
            tried: Vec::new(),
            error: None,
            offset: None,
            kind,
            table: None,
        };
        Item { source, verdict, importer: None, damage: None, literals: 0, utf16: false }
    }

    pub(crate) fn broken(name: String, why: String) -> Item {
        let mut item = Item::new(Source::new(name, Vec::new()), Verdict::Broken, "it could not be unpacked");
        item.verdict.error = Some(why);
        item
    }

    /// Notes what came of reading it: its events, or the reason why there are none.
    pub(crate) fn settle(&mut self, result: &Result<(), ReadError>, events: u64) {
        let verdict = &mut self.verdict;
        match result {
            Ok(()) if events > 0 => verdict.kind = Verdict::Read,
            Ok(()) => {
                verdict.kind = Verdict::Empty;
                verdict.reason = format!("{}, but there is no run in it", verdict.reason);
            }
            Err(ReadError::Broken { message, offset }) => {
                verdict.kind = Verdict::Broken;
                // Offsets in the decoded text say nothing about the file.
                (verdict.error, verdict.offset) = (Some(message.clone()), offset.filter(|_| !self.utf16));
            }
            Err(ReadError::Newer { message }) => {
                verdict.kind = Verdict::Newer;
                verdict.error = Some(message.clone());
            }
        }
        if let (Some(damage), true) = (&self.damage, verdict.kind != Verdict::Read) {
            let error = verdict.error.get_or_insert_default();
            let gap = if error.is_empty() { "" } else { "; " };
            error.push_str(&format!("{gap}{damage}"));
        }
    }
}
