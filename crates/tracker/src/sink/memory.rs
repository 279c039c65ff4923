//! A sink in memory, for tests.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Batch, Sink, Sole};

/// Keeps lines in memory, where a [`Recording`] reads them.
#[derive(Debug, Default)]
pub struct MemorySink {
    recording: Recording,
    sole: Sole,
}

/// Returns what was recorded so far.
///
/// ```
/// let (tracker, recording) = makespan_tracker::Tracker::in_memory()?;
/// tracker.run("nightly").start().task("fetch").start();
/// tracker.flush(std::time::Duration::from_secs(5));
/// assert!(recording.text().contains(r#""task":"fetch""#));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Recording(Arc<Mutex<String>>);

impl MemorySink {
    /// Returns an empty sink.
    pub fn new() -> MemorySink {
        MemorySink::default()
    }

    /// Returns a handle to read the lines.
    pub fn recording(&self) -> Recording {
        self.recording.clone()
    }
}

impl Recording {
    /// Returns all lines so far as one text: a file of Makespan events.
    pub fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns all lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.text().lines().map(str::to_owned).collect()
    }
}

impl Sink for MemorySink {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        let back = self.sole.back_to(batch);
        self.sole.went_to(batch);
        let mut text = self.recording.0.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str(&back);
        text.push_str(batch.text);
        Ok(())
    }
}
