//! The latest runs of the store, asked for once for all who watch them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use makespan_store::{RunQuery, RunState};
use tokio::sync::Mutex;

use crate::net::reply::Problem;
use crate::shelf::Shelf;

/// As many runs are watched, the newest first.
const WATCHED: u32 = 500;
/// So long a list is good enough.
const FRESH: Duration = Duration::from_millis(500);

/// The latest runs, and when they were asked for.
#[derive(Debug, Default)]
pub(crate) struct RunList(Mutex<Option<(Instant, Arc<Vec<RunState>>)>>);

impl RunList {
    /// The latest runs, newest first.
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
