//! The latest runs of the store, queried once for all clients.

use std::sync::Arc;
use std::time::{Duration, Instant};

use makespan_store::{RunQuery, RunState};
use tokio::sync::Mutex;

use crate::net::reply::Problem;
use crate::shelf::Shelf;

/// Maximum number of runs followed, newest first.
const WATCHED: u32 = 500;
/// Time for which a list is reused.
const FRESH: Duration = Duration::from_millis(500);

/// The latest runs, and when they were queried.
#[derive(Debug, Default)]
pub(crate) struct RunList(Mutex<Option<(Instant, Arc<Vec<RunState>>)>>);

impl RunList {
    /// Returns the latest runs, newest first.
    pub(crate) async fn latest(&self, shelf: &Shelf) -> Result<Arc<Vec<RunState>>, Problem> {
        let mut held = self.0.lock().await;
        if let Some((asked, runs)) = &*held
            && asked.elapsed() < FRESH
        {
            return Ok(Arc::clone(runs));
        }
        let query = RunQuery { limit: WATCHED, ..RunQuery::default() };
        let runs = Arc::new(shelf.ask(move |store| store.runs(&query)).await?.runs);
        *held = Some((Instant::now(), Arc::clone(&runs)));
        Ok(runs)
    }
}
