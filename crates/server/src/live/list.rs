//! The latest runs of the store, queried once for all clients.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use makespan_store::{RunQuery, RunState};
use tokio::sync::Mutex;

use crate::net::reply::Problem;
use crate::shelf::Shelf;

/// Maximum number of runs followed, newest first.
const WATCHED: u32 = 500;
/// Time for which a list is reused.
const FRESH: Duration = Duration::from_millis(500);
/// The same, once it is known that a run has changed.
const FRESH_IF_CHANGED: Duration = Duration::from_millis(100);

/// The latest runs, and when they were queried.
#[derive(Debug, Default)]
pub(crate) struct RunList {
    held: Mutex<Option<(Instant, Arc<Vec<RunState>>)>>,
    has_changed: AtomicBool,
}

impl RunList {
    /// Reports that a run has changed.
    pub(crate) fn expire(&self) {
        self.has_changed.store(true, Ordering::Relaxed);
    }

    /// Returns the latest runs, newest first.
    pub(crate) async fn latest(&self, shelf: &Shelf) -> Result<Arc<Vec<RunState>>, Problem> {
        let mut held = self.held.lock().await;
        let fresh = if self.has_changed.load(Ordering::Relaxed) { FRESH_IF_CHANGED } else { FRESH };
        if let Some((asked, runs)) = &*held
            && asked.elapsed() < fresh
        {
            return Ok(Arc::clone(runs));
        }
        // What changes from now on may be missing in the answer.
        self.has_changed.store(false, Ordering::Relaxed);
        let query = RunQuery { limit: WATCHED, ..RunQuery::default() };
        let mut runs = Arc::new(shelf.ask(move |store| store.runs(&query)).await?.runs);
        // By the same list clients see that nothing has changed.
        if let Some((_, before)) = held.take()
            && before == runs
        {
            runs = before;
        }
        *held = Some((Instant::now(), Arc::clone(&runs)));
        Ok(runs)
    }
}
