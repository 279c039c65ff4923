//! What a report is made with besides its runs.

use crate::Part;

/// The built app, which a report carries.
#[derive(Clone, Copy, Debug)]
pub struct Assets<'a> {
    /// One classic script: the glue and what starts it.
    pub app_js: &'a str,
    /// The compiled page.
    pub app_wasm: &'a [u8],
    /// The compiled engine, which the page starts beside it.
    pub engine_wasm: &'a [u8],
    /// The app's style sheet.
    pub css: &'a str,
}

/// What the maker of a report decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The title; made from the runs where absent.
    pub title: Option<String>,
    /// Whether secrets are taken out; see [`makespan_redact`].
    pub redact: bool,
    /// Notes in Markdown, of which a subset is understood; shown first.
    pub notes: Option<String>,
    /// What is shown without scripts.
    pub parts: Vec<Part>,
}

impl Default for Options {
    fn default() -> Options {
        Options { title: None, redact: true, notes: None, parts: Part::ALL.to_vec() }
    }
}
