//! The runs and workflows of a site.

use makespan_analysis::Facts;

/// Maximum number of runs of a workflow that the app opens together: the newest.
pub(super) const OPENED_TOGETHER: usize = 20;

/// A run of a site.
pub(super) struct Entry {
    pub(super) facts: Facts,
    /// Path of its page from the root of the site; the file of events is beside it.
    pub(super) page: String,
    pub(super) events: String,
    /// Hash of its events.
    pub(super) hash: String,
    /// The workflow it belongs to.
    pub(super) workflow: usize,
}

/// A workflow of a site.
pub(super) struct Workflow {
    pub(super) name: String,
    pub(super) page: String,
    /// Its runs in order of time, as indices into all runs.
    pub(super) runs: Vec<usize>,
}

/// The runs of a site, oldest first, and their workflows, in natural order.
pub(super) struct Content {
    pub(super) title: String,
    pub(super) runs: Vec<Entry>,
    pub(super) workflows: Vec<Workflow>,
    /// The page of the app, if the site contains the app.
    pub(super) has_app: bool,
}

impl Workflow {
    /// Returns the title that people read.
    pub(super) fn title(&self) -> &str {
        if self.name.is_empty() { "(unnamed)" } else { &self.name }
    }
}
