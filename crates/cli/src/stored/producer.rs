//! One writer of events: numbers what it sends, so that sending again doubles nothing.

use std::time::Duration;

use makespan_format::{Event, write_line};
use makespan_store::{Appended, Batch, Error, Numbered, Store};

use super::{now, patiently, random};

/// The id of a producer that nobody had before: two processes that write to one run never share their numbers.
fn producer_id() -> String {
    format!("cli-{}-{:x}-{:016x}", std::process::id(), now(), random())
}

/// A producer for a run, with what it has not sent yet.
#[derive(Debug)]
pub(crate) struct Producer {
    run: String,
    id: String,
    /// Lines that no store acknowledged, in order.
    waiting: Vec<String>,
    /// The number of the first of them.
    next: u64,
}

impl Producer {
    /// A new producer for a run.
    pub(crate) fn new(run: &str) -> Producer {
        Producer { run: run.to_owned(), id: producer_id(), waiting: Vec::new(), next: 1 }
    }

    /// Adds an event to what will be sent.
    pub(crate) fn push(&mut self, event: &Event<'_>) {
        let mut line = String::new();
        write_line(event, &mut line);
        line.truncate(line.trim_end_matches('\n').len());
        self.waiting.push(line);
    }

    /// Sends what waits. With an error it goes on waiting, and sending it again is safe.
    pub(crate) fn send(&mut self, store: &dyn Store, wait: Duration) -> Result<Appended, Error> {
        let lines: Vec<Numbered<'_>> =
            (self.next..).zip(&self.waiting).map(|(seq, line)| Numbered { seq, line }).collect();
        let batch = Batch { run: &self.run, producer: &self.id, lines: &lines };
        let appended = patiently(wait, || store.append(&batch))?;
        self.next += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(appended)
    }

    /// What no store has acknowledged, a line each.
    pub(crate) fn unsent(&self) -> &[String] {
        &self.waiting
    }
}
