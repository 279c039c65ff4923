//! A folder of static pages about many runs: an index, a page per workflow and per run, a file with the events of each run,
//! and one copy of the app, which opens these files. Every page can be read without scripts. All addresses are relative, so
//! that the site works on any host and below any path. File names are made from hashes and the plain characters of ids.

mod app;
mod content;
mod frame;
mod grid;
mod index;
mod names;
mod page;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;

use flate2::{Compression, GzBuilder};
use makespan_analysis::{Facts, RunFigures, natural_cmp};
use makespan_model::{Order as _, Run};
use makespan_redact::Redactor;
use sha2::{Digest, Sha256};

use crate::{Redacted, ReportError, without_secrets};
use content::{Content, Entry, OPENED_TOGETHER, Workflow};
use names::Names;

pub use names::{APP_FOLDER, LIST, folders, is_file_of_site};

/// Options chosen by the author of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteOptions {
    /// The title of the index.
    pub title: String,
    /// Whether secrets are replaced; see [`makespan_redact`].
    pub redact: bool,
}

impl Default for SiteOptions {
    fn default() -> SiteOptions {
        SiteOptions { title: "Workflow runs".to_owned(), redact: true }
    }
}

/// The place where the files of a site are written.
pub trait SiteFolder {
    /// The error if a file cannot be written.
    type Error: From<ReportError>;

    /// Returns whether the file at this path was made from the same data and is unchanged since. If so, it is kept and not
    /// made again.
    fn keeps(&mut self, path: &str, made_of: &str) -> bool;

    /// Writes a file.
    ///
    /// # Errors
    ///
    /// An error if the file cannot be written.
    fn put(&mut self, path: &str, made_of: &str, bytes: &[u8]) -> Result<(), Self::Error>;
}

/// The number of pages of a site, and the redacted values.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// Number of pages of runs.
    pub runs: usize,
    /// Number of pages of workflows.
    pub workflows: usize,
    /// The values that were redacted in them.
    pub redacted: Redacted,
}

/// Writes a site of runs. `app` is the page of the app, whose other files are in [`APP_FOLDER`]. The same runs give the same
/// bytes, in any order. Each page is identified by a hash over the events of its runs and the version of this program, so
/// that a page whose runs have not changed costs only the packing of their events.
///
/// # Errors
///
/// Errors of the folder, and [`ReportError`] if events cannot be compressed.
pub fn site<F: SiteFolder>(
    runs: &[Arc<Run>],
    app: Option<&str>,
    options: &SiteOptions,
    folder: &mut F,
) -> Result<Site, F::Error> {
    let mut redactor = Redactor::default();
    let mut shown = runs.to_vec();
    // One order whatever files came first: by time, then by id, so that equal runs stay apart in one way only.
    shown.order_by(|a, b| {
        let start = |run: &Run| run.span().map_or(i64::MAX, |s| s.0);
        (start(a), &a.id).cmp(&(start(b), &b.id))
    });
    if options.redact {
        shown = shown.iter().map(|run| without_secrets(run, &mut redactor)).collect();
    }
    let style = frame::style();
    // Every page depends on these as well.
    let common =
        digest(&[env!("CARGO_PKG_VERSION"), &style, index::SCRIPT, app.unwrap_or(""), &options.title]);
    let mut names = Names::default();
    let mut entries = Vec::with_capacity(shown.len());
    for run in shown {
        let events = run.to_jsonl();
        let (page, hash) = (names.page("runs", &run.id), digest(&[&events]));
        let path = page.replace(".html", ".jsonl.gz");
        if !folder.keeps(&path, &hash) {
            folder.put(&path, &hash, &compressed(&events)?)?;
        }
        entries.push(Entry { facts: Facts::new(run), page, events: path, hash, workflow: 0 });
    }
    let content = Content {
        workflows: workflows(&mut entries, &mut names),
        runs: entries,
        title: options.title.clone(),
        has_app: app.is_some(),
    };
    write(&content, app, &common, &style, folder)?;
    Ok(Site {
        runs: content.runs.len(),
        workflows: content.workflows.len(),
        redacted: redactor.redacted().clone(),
    })
}

/// Writes every page that does not exist yet.
fn write<F: SiteFolder>(
    content: &Content,
    app: Option<&str>,
    common: &str,
    style: &str,
    folder: &mut F,
) -> Result<(), F::Error> {
    let mut put = |path: &str, parts: &[&str], make: &dyn Fn() -> String| -> Result<(), F::Error> {
        let made_of = digest(parts);
        if folder.keeps(path, &made_of) {
            return Ok(());
        }
        folder.put(path, &made_of, make().as_bytes())
    };
    for run in &content.runs {
        let workflow = &content.workflows[run.workflow];
        put(&run.page, &[common, &run.hash, &workflow.page], &|| page::of_run(content, run, style))?;
        if let Some(app) = app {
            let files = [(run.facts.run().title(), run.events.as_str())];
            put(&app::beside(&run.page), &[common, &run.hash], &|| app::page(app, &files))?;
        }
    }
    for workflow in &content.workflows {
        let runs = || workflow.runs.iter().map(|run| &content.runs[*run]);
        let parts: Vec<&str> = [common, &workflow.name].into_iter().chain(runs().map(|r| &*r.hash)).collect();
        put(&workflow.page, &parts, &|| page::of_workflow(content, workflow, style))?;
        if let Some(app) = app {
            let newest = workflow.runs.len().saturating_sub(OPENED_TOGETHER);
            let files: Vec<(&str, &str)> =
                runs().skip(newest).map(|r| (r.facts.run().title(), r.events.as_str())).collect();
            put(&app::beside(&workflow.page), &parts, &|| app::page(app, &files))?;
        }
    }
    let parts: Vec<&str> = [common].into_iter().chain(content.runs.iter().map(|r| &*r.hash)).collect();
    put("index.html", &parts, &|| index::page(content, style))
}

/// Returns the workflows, each with its runs; a run without a workflow belongs to a workflow named after the run.
fn workflows(entries: &mut [Entry], names: &mut Names) -> Vec<Workflow> {
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, entry) in entries.iter().enumerate() {
        by_name.entry(RunFigures::of(entry.facts.run()).workflow).or_default().push(place);
    }
    let mut found: Vec<(String, Vec<usize>)> = by_name.into_iter().collect();
    found.order_by(|a, b| natural_cmp(&a.0, &b.0));
    let mut out = Vec::with_capacity(found.len());
    for (name, runs) in found {
        runs.iter().for_each(|run| entries[*run].workflow = out.len());
        out.push(Workflow { page: names.page("workflows", &name), name, runs });
    }
    out
}

/// Returns one hash over several texts, independent of where one ends and the next begins.
fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    names::hex(&hash.finalize())
}

/// Returns lines of events, compressed, without time and name.
fn compressed(lines: &str) -> Result<Vec<u8>, ReportError> {
    let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    gzip.write_all(lines.as_bytes()).and_then(|()| gzip.finish()).map_err(ReportError::Compress)
}

#[cfg(test)]
mod tests;
