//! Events made from requests of other protocols, whose clients number nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use makespan_format::{Event, EventSink, write_line};
use makespan_store::{Batch, LONGEST_LINE, Numbered};
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::net::reply::Problem;

/// Maximum size in bytes of the events made from a request: what several runs share is stored with each.
const MOST: usize = 64 << 20;

/// Lines of events, by run.
#[derive(Default)]
pub(super) struct Runs {
    /// Ids of runs with their lines. A run may occur several times.
    pub(super) runs: Vec<(String, String)>,
    bytes: usize,
    /// Whether there were more than one request may lead to; the rest is missing then.
    pub(super) is_too_large: bool,
}

impl EventSink for Runs {
    fn event(&mut self, event: Event<'_>) {
        if self.is_too_large {
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
        self.is_too_large = self.bytes > MOST || written > LONGEST_LINE;
    }
}

impl Runs {
    /// The lines of each run, each run once, in the order of their first occurrence.
    pub(super) fn joined(self) -> Vec<(String, String)> {
        let mut place: HashMap<String, usize> = HashMap::new();
        let mut joined: Vec<(String, String)> = Vec::new();
        for (run, lines) in self.runs {
            let at = *place.entry(run.clone()).or_insert_with(|| {
                joined.push((run, String::new()));
                joined.len() - 1
            });
            joined[at].1.push_str(&lines);
        }
        joined
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
    let outcomes = app
        .shelf
        .write(move |store| {
            let of = |lines: &str| content.clone().unwrap_or_else(|| digest(lines));
            let producers: Vec<String> =
                runs.iter().map(|(_, lines)| format!("{protocol}-{}", of(lines))).collect();
            let numbered: Vec<Vec<Numbered<'_>>> = runs
                .iter()
                .map(|(_, lines)| {
                    (1..).zip(lines.lines()).map(|(seq, line)| Numbered { seq, line }).collect()
                })
                .collect();
            let batches: Vec<Batch<'_>> = runs
                .iter()
                .zip(&producers)
                .zip(&numbered)
                .map(|(((run, _), producer), lines)| Batch { run, producer, lines })
                .collect();
            // An error is of the whole request, which the client then sends again.
            store.append_all(&batches)?.into_iter().collect::<Result<Vec<_>, _>>()
        })
        .await?;
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
