//! Runs to one HTML file: sections that can be read with no script at all, the runs' events, and the app itself,
//! which takes over where scripts may run. No request ever leaves the page, and the same input gives the same bytes.
//!
//! ```
//! use std::sync::Arc;
//! let run = makespan_model::notation::run("fetch 0..4 w1\nalign 4..9 w1 fetch failed error=no_reference").unwrap();
//! let report = makespan_report::html(&[Arc::new(run)], None, &makespan_report::Options::default()).unwrap();
//! assert!(report.html.contains("no reference"));
//! ```

mod body;
mod charts;
mod comparison;
pub mod escape;
mod html;
mod page;
mod payload;
mod pictures;
mod policy;
mod redact;
mod sections;
mod style;

use std::sync::Arc;

use makespan_model::{Run, RunsBuilder};

pub use redact::{MARK, Redacted, Redactor};

/// A report of more bytes than this opens slowly: whoever makes one should be told.
pub const WARN_BYTES: usize = 50 << 20;

/// The largest report that is written, in bytes.
pub const MOST_BYTES: usize = 256 << 20;

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
    /// Whether secrets are taken out; see [`Redactor`].
    pub redact: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { title: None, redact: true }
    }
}

/// A report that is done.
#[derive(Clone, Debug)]
pub struct Report {
    /// The file.
    pub html: String,
    /// What was taken out of it.
    pub redacted: Redacted,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The data could not be compressed.
    #[error("the data cannot be compressed: {0}")]
    Compress(#[source] std::io::Error),
    /// A part of the app cannot stand within a page.
    #[error("the app's {what} holds {found:?} and cannot stand within a page")]
    NotInline {
        /// Which part.
        what: &'static str,
        /// What it holds.
        found: &'static str,
    },
    /// The file would be too large to open.
    #[error(
        "the report would be of {} MiB, more than the {} MiB that browsers open well; write the events instead \
         (`makespan convert --to jsonl`, compressed with gzip) and open those, or report fewer runs",
        bytes >> 20,
        MOST_BYTES >> 20
    )]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
}

/// The report of some runs, in the order given. Without assets it holds the parts that need no
/// script and the data, which the app still opens.
///
/// # Errors
///
/// [`ReportError`]; none of them depends on what the runs say but their size.
pub fn html(
    runs: &[Arc<Run>],
    assets: Option<&Assets<'_>>,
    options: &Options,
) -> Result<Report, ReportError> {
    let mut redacted = Redacted::default();
    let shown: Vec<Arc<Run>> = if options.redact {
        runs.iter().map(|run| without_secrets(run, &mut redacted)).collect()
    } else {
        runs.to_vec()
    };
    let html = page::page(&shown, assets, options, &redacted)?;
    if html.len() > MOST_BYTES {
        return Err(ReportError::TooLarge { bytes: html.len() });
    }
    Ok(Report { html, redacted })
}

/// The run that the redacted events make; the same one where nothing had to be taken out.
fn without_secrets(run: &Arc<Run>, redacted: &mut Redacted) -> Arc<Run> {
    let mut fold = RunsBuilder::new();
    let mut redactor = Redactor::new(&mut fold);
    run.events(&mut redactor);
    let found = redactor.finish();
    if found.total() == 0 {
        return run.clone();
    }
    redacted.add(&found);
    let (runs, _) = fold.finish();
    runs.into_iter().next().map_or_else(|| run.clone(), Arc::new)
}

#[cfg(test)]
mod tests;
