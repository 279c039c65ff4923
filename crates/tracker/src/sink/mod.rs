//! Destinations of records.

mod destination;
mod file;
mod memory;
#[cfg(feature = "server")]
mod shipped;
#[cfg(feature = "server")]
mod spool;
mod tee;

use std::io;

use makespan_format::{Event, RunInfo, write_line};

pub(crate) use destination::Destination;
pub use file::FileSink;
pub(crate) use file::Paths;
pub use memory::{MemorySink, Recording};
pub use tee::Tee;

/// Receives records: a file, a store, a socket.
///
/// All calls come from one thread, the writer, one after another; threads of the host wait for a sink at most
/// [`Options::patience`](crate::Options::patience). What a sink itself records with this crate, on that thread, is
/// dropped to avoid a loop. A panic counts as an error.
///
/// ```
/// use makespan_tracker::{Batch, Sink, Tracker};
///
/// struct Count(u64);
/// impl Sink for Count {
///     fn write(&mut self, batch: &Batch<'_>) -> std::io::Result<()> {
///         self.0 = batch.first + batch.count - 1;
///         Ok(())
///     }
/// }
/// let tracker = Tracker::options().to_sink(Count(0))?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub trait Sink: Send {
    /// Receives a batch. `Ok` acknowledges all of it: it survives the death of this process.
    ///
    /// # Errors
    ///
    /// Any error: the same batch will come again, with the same numbers, until it is acknowledged. By the numbers, a
    /// sink recognises lines that it already has.
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()>;

    /// Makes all received lines of a run survive a power failure. Called at the end of a run, and after each batch of a
    /// run that is recorded with [`Durability::Strict`](crate::Durability::Strict).
    ///
    /// # Errors
    ///
    /// Any error: the call is repeated.
    fn sync(&mut self, run: &str) -> io::Result<()> {
        let _ = run;
        Ok(())
    }

    /// No more lines of this run will come.
    fn close(&mut self, run: &str) {
        let _ = run;
    }
}

/// Lines of one run, in the order in which things happened.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// Id of the run.
    pub run: &'a str,
    /// Id of the producer: a different text for each run recorded by any process. A store that receives a producer's
    /// number for the second time already has that line.
    pub producer: &'a str,
    /// Number of the first line. A run's lines are numbered from 1, without gaps.
    pub first: u64,
    /// Number of lines; at least one.
    pub count: u64,
    /// The lines, each with its line break, as `docs/events.md` describes them. Line 1 opens the run.
    pub text: &'a str,
}

impl<'a> Batch<'a> {
    /// The lines without their line breaks, each with its number.
    pub fn lines(&self) -> impl Iterator<Item = (u64, &'a str)> + use<'a> {
        (self.first..).zip(self.text.lines())
    }
}

/// One text that contains several runs: lines belong to the last run named.
#[derive(Debug, Default)]
struct Sole {
    last: Option<String>,
    /// Other programs write to it as well, so the last run named is not known.
    shared: bool,
}

impl Sole {
    /// Returns the state of a text that others write to as well.
    fn shared() -> Sole {
        Sole { last: None, shared: true }
    }

    /// Returns the line that names the run of a batch again; empty if the text already is in that run, or the batch
    /// opens it.
    fn back_to(&self, batch: &Batch<'_>) -> String {
        let mut line = String::new();
        if batch.first > 1 && (self.shared || self.last.as_deref() != Some(batch.run)) {
            write_line(&Event::Run(RunInfo { id: batch.run.into(), ..RunInfo::default() }), &mut line);
        }
        line
    }

    /// Notes that the batch was written.
    fn went_to(&mut self, batch: &Batch<'_>) {
        if self.last.as_deref() != Some(batch.run) {
            self.last = Some(batch.run.to_owned());
        }
    }
}
