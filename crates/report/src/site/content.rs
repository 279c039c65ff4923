//! What a site is made of, as its pages see it.

use makespan_analysis::Facts;

/// How many runs of a workflow the app opens together: the newest.
pub(super) const OPENED_TOGETHER: usize = 20;

/// A run within a site.
pub(super) struct Entry {
    pub(super) facts: Facts,
    /// Its page, from the root of the site; the events lie beside it.
    pub(super) page: String,
    pub(super) events: String,
    /// Hash of its events.
    pub(super) hash: String,
    /// Which workflow it belongs to.
    pub(super) workflow: usize,
}

/// A workflow within a site.
pub(super) struct Workflow {
    pub(super) name: String,
    pub(super) page: String,
    /// Its runs in order of time, by their place among all.
    pub(super) runs: Vec<usize>,
}

/// The runs of a site, the oldest first, and their workflows, in natural order.
pub(super) struct Content {
    pub(super) title: String,
    pub(super) runs: Vec<Entry>,
    pub(super) workflows: Vec<Workflow>,
    /// The page of the app, if there is an app.
    pub(super) has_app: bool,
}

impl Workflow {
    /// What people call it.
    pub(super) fn title(&self) -> &str {
        if self.name.is_empty() { "(unnamed)" } else { &self.name }
    }
}
