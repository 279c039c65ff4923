//! Options of a report, and the app that it contains.

use crate::Part;

/// The built app, which is embedded in a report.
#[derive(Clone, Copy, Debug)]
pub struct Assets<'a> {
    /// One classic script: the generated code and the code that starts the app.
    pub script: &'a str,
    /// The compiled page and engine, packed as text.
    pub programs: &'a str,
    /// The compiled program that unpacks them.
    pub unpacker: &'a [u8],
    /// The app's style sheet.
    pub css: &'a str,
}

/// Options chosen by the author of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The title; made from the runs if absent.
    pub title: Option<String>,
    /// Whether secrets are replaced; see [`makespan_redact`].
    pub redact: bool,
    /// Notes in a subset of Markdown, shown first.
    pub notes: Option<String>,
    /// The view that the app opens with, as the hash of a link; the overview if absent. Its markers are listed in the part
    /// that needs no scripts.
    pub view: Option<String>,
    /// The parts to show without scripts.
    pub parts: Vec<Part>,
}

impl Default for Options {
    fn default() -> Options {
        Options { title: None, redact: true, notes: None, view: None, parts: Part::ALL.to_vec() }
    }
}
