//! Writes runs to one HTML file: sections that are readable without scripts, the events of the runs, and the app
//! itself, which takes over if scripts may run. The page sends no requests, and the same input gives the same bytes.
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
mod error;
pub mod escape;
mod html;
mod notes;
mod options;
mod page;
mod parts;
mod payload;
mod pictures;
mod policy;
mod sections;
mod seen;
pub mod site;
mod style;

use std::sync::Arc;

use makespan_model::{Run, RunsBuilder};
use makespan_redact::{Pseudonymising, Pseudonyms, Redacting, Redactor};

pub use error::{MOST_BYTES, ReportError};
pub use makespan_redact::{MARK, Redacted};
pub use options::{Assets, Options};
pub use parts::Part;

/// Size in bytes above which a report opens slowly, so that its author should be warned.
pub const WARN_BYTES: usize = 50 << 20;

/// A finished report.
#[derive(Clone, Debug)]
pub struct Report {
    /// The HTML of the file.
    pub html: String,
    /// The values that were redacted.
    pub redacted: Redacted,
}

/// Makes a report of runs, in the given order. Without assets it contains the parts that need no scripts and the data, which
/// the app can still open.
///
/// # Errors
///
/// [`ReportError`]; apart from size, errors do not depend on the content of the runs.
pub fn html(
    runs: &[Arc<Run>],
    assets: Option<&Assets<'_>>,
    options: &Options,
) -> Result<Report, ReportError> {
    // One for all runs: a secret in the name of a task is called the same in each, so that they still compare.
    let mut redactor = Redactor::default();
    let shown: Vec<Arc<Run>> = if options.redact {
        runs.iter().map(|run| without_secrets(run, &mut redactor)).collect()
    } else {
        runs.to_vec()
    };
    let view = options.view.as_deref().and_then(|link| {
        let redactor = options.redact.then_some(&mut redactor);
        seen::view(link, redactor)
    });
    let redacted = redactor.redacted().clone();
    let html = page::page(&shown, assets, options, view.as_ref(), &redacted)?;
    if html.len() > MOST_BYTES {
        return Err(ReportError::TooLarge { bytes: html.len() });
    }
    Ok(Report { html, redacted })
}

/// Returns the events of a run without its secrets as text for a link: packed, gzip, base64 with the alphabet of addresses
/// (RFC 4648, section 5). Unpacked, it opens as the data of a report does.
///
/// # Errors
///
/// [`ReportError::Compress`].
pub fn link_data(run: &Arc<Run>) -> Result<(String, Redacted), ReportError> {
    let mut redactor = Redactor::default();
    let run = without_secrets(run, &mut redactor);
    Ok((payload::link([&*run])?, redactor.redacted().clone()))
}

/// Returns the run made from the redacted events, or the same run if nothing was redacted.
pub fn without_secrets(run: &Arc<Run>, redactor: &mut Redactor) -> Arc<Run> {
    let mut fold = RunsBuilder::new();
    let mut redacting = Redacting::new(redactor, &mut fold);
    run.events(&mut redacting);
    if redacting.finish().total() == 0 {
        return run.clone();
    }
    let (runs, _) = fold.finish();
    runs.into_iter().next().map_or_else(|| run.clone(), Arc::new)
}

/// Returns the runs with pseudonyms, the same ones in all of them; see [`Pseudonyms`].
pub fn with_pseudonyms(runs: &[Arc<Run>]) -> Vec<Arc<Run>> {
    let mut names = Pseudonyms::default();
    let mut all = Vec::with_capacity(runs.len());
    for run in runs {
        let mut fold = RunsBuilder::new();
        run.events(&mut Pseudonymising::new(&mut names, &mut fold));
        all.extend(fold.finish().0.into_iter().map(Arc::new));
    }
    all
}

#[cfg(test)]
mod tests;
