//! Events made from requests of other protocols, whose clients number nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use makespan_format::{Event, EventSink, write_line};
use makespan_store::LONGEST_LINE;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::appends::Lines;
use crate::net::budget::Held;
use crate::net::reply::Problem;

/// Maximum size in bytes of the events made from a request: what several runs share is stored with each.
const MOST: usize = 64 << 20;
/// Number of bytes by which the memory of the events grows at a time.
const STEP: usize = 1 << 20;

/// Lines of events, by run.
pub(super) struct Runs {
    /// Ids of runs with their lines. A run may occur several times.
    runs: Vec<(String, String)>,
    bytes: usize,
    /// The number of bytes of the request itself, and the memory of both.
    request: usize,
    held: Held,
    /// Why the rest is missing: one request led to too many events, or other requests take the memory.
    refused: Option<Problem>,
}

impl EventSink for Runs {
    fn event(&mut self, event: Event<'_>) {
        if self.refused.is_some() {
            return;
        }
        if let Event::Run(info) = &event {
            self.runs.push((info.id.to_string(), String::new()));
        }
        let Some((_, lines)) = self.runs.last_mut() else { return };
        let before = lines.len();
        write_line(&event, lines);
        let written = lines.len() - before;
        self.bytes += written;
        if self.bytes > MOST || written > LONGEST_LINE {
            let why = "the request becomes too large when its events are stored with each run; send smaller batches";
            self.refused = Some(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, why));
            return;
        }
        self.refused = self.held.grow(self.request + self.bytes.next_multiple_of(STEP)).err();
    }
}

impl Runs {
    /// No lines yet, of a request of so many bytes, with its memory.
    pub(super) fn new(request: usize, held: Held) -> Runs {
        Runs { runs: Vec::new(), bytes: 0, request, held, refused: None }
    }

    /// The lines, and their memory.
    ///
    /// # Errors
    ///
    /// Why some are missing.
    pub(super) fn whole(self) -> Result<(Vec<(String, String)>, Held), Problem> {
        self.refused.map_or(Ok((self.runs, self.held)), Err)
    }

    /// The lines of each run, each run once, in the order of their first occurrence, and their memory.
    ///
    /// # Errors
    ///
    /// Why some are missing.
    pub(super) fn joined(self) -> Result<(Vec<(String, String)>, Held), Problem> {
        let (runs, held) = self.whole()?;
        let mut place: HashMap<String, usize> = HashMap::new();
        let mut joined: Vec<(String, String)> = Vec::new();
        for (run, lines) in runs {
            let at = *place.entry(run.clone()).or_insert_with(|| {
                joined.push((run, String::new()));
                joined.len() - 1
            });
            joined[at].1.push_str(&lines);
        }
        Ok((joined, held))
    }
}

/// Stores lines of events in one append; once this returns, they are durable. The producer is made from the content, that of
/// the request where it is given, else that of the lines of each run, so that a request that is sent again stores nothing
/// again.
pub(super) async fn keep_runs(
    app: &Arc<App>,
    protocol: &'static str,
    content: Option<String>,
    runs: Vec<(String, String)>,
) -> Result<(), Problem> {
    let ids: Vec<String> = runs.iter().map(|(id, _)| id.clone()).collect();
    let of = |text: &str| content.clone().unwrap_or_else(|| digest(text));
    let lines = runs.into_iter().map(|(run, text)| {
        let producer = format!("{protocol}-{}", of(&text));
        Lines { run, producer, first: 1, text }
    });
    // An error is of the whole request, which the client then sends again.
    let outcomes = app.appends.append(lines.collect()).await?;
    for (id, appended) in ids.iter().zip(&outcomes) {
        app.counters.stored.fetch_add(appended.stored, Ordering::Relaxed);
        app.counters.duplicates.fetch_add(appended.duplicates, Ordering::Relaxed);
        app.tails.notify(id);
    }
    Ok(())
}

fn digest(lines: &str) -> String {
    Sha256::digest(lines.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
