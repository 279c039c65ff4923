//! Destinations of records.

mod file;
mod memory;
mod tee;

use std::io;

use makespan_format::{Event, RunInfo, write_line};

pub use file::FileSink;
pub(crate) use file::Paths;
pub use memory::{MemorySink, Recording};
pub use tee::Tee;

/// Takes what was recorded: a file, a store, a socket.
///
/// All calls come from one thread, the writer, one after the other; the threads of the host never wait for a sink
/// longer than [`Options::patience`](crate::Options::patience). What a sink itself records by way of this crate, on
/// that thread, is dropped, so that nothing feeds itself. A panic counts as an error.
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
    /// Takes a batch. `Ok` acknowledges all of it: it survives the death of this process.
    ///
    /// # Errors
    ///
    /// Any error: the same batch will come again, with the same numbers, until it is taken. A sink that had taken a
    /// part of it already knows it by the numbers.
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()>;

    /// Puts what was taken of a run where it survives a loss of power. Called at the end of a run, and after each
    /// batch of a run that is recorded with [`Durability::Strict`](crate::Durability::Strict).
    ///
    /// # Errors
    ///
    /// Any error: it is tried again.
    fn sync(&mut self, run: &str) -> io::Result<()> {
        let _ = run;
        Ok(())
    }

    /// Nothing more will come of this run.
    fn close(&mut self, run: &str) {
        let _ = run;
    }
}

/// Lines of one run, in the order in which things happened.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// Id of the run.
    pub run: &'a str,
    /// Id of the producer: a different text for each run recorded by any process. A store that receives a number of a
    /// producer for the second time already has that line.
    pub producer: &'a str,
    /// Number of the first line. A run's lines are numbered from 1, without gaps.
    pub first: u64,
    /// Returns the number of lines; at least one.
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

/// One text that holds several runs: lines belong to the run that was named last.
#[derive(Debug, Default)]
struct Sole {
    last: Option<String>,
    /// Others write to it as well, so that nobody knows which run was named last.
    shared: bool,
}

impl Sole {
    /// One that others write to as well.
    fn shared() -> Sole {
        Sole { last: None, shared: true }
    }

    /// The line that goes back to the run of a batch; empty where the text is there already, or the batch opens it.
    fn back_to(&self, batch: &Batch<'_>) -> String {
        let mut line = String::new();
        if batch.first > 1 && (self.shared || self.last.as_deref() != Some(batch.run)) {
            write_line(&Event::Run(RunInfo { id: batch.run.into(), ..RunInfo::default() }), &mut line);
        }
        line
    }

    /// The batch is in the text now.
    fn went_to(&mut self, batch: &Batch<'_>) {
        if self.last.as_deref() != Some(batch.run) {
            self.last = Some(batch.run.to_owned());
        }
    }
}
