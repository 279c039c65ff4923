//! The tracker: where and how runs are recorded.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use makespan_format::Event;

use crate::Redaction;
use crate::durability::Durability;
use crate::place::Place;
use crate::recorder::{Around, Listener, Parts, Recorder};
use crate::redact::Redactor;
use crate::run::RunBuilder;
use crate::sink::{Destination, FileSink, MemorySink, Recording, Sink};
use crate::stats::Stats;
use crate::text::Text;

/// Settings for recording runs. See [`Tracker::options`].
pub struct Options {
    durability: Durability,
    patience: Option<Duration>,
    memory: usize,
    redactor: Option<Redactor>,
    listeners: Vec<Listener>,
    sampling: Duration,
    watch_panics: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            durability: Durability::default(),
            patience: None,
            memory: 32 << 20,
            redactor: None,
            listeners: Vec::new(),
            sampling: crate::usage::SAMPLING,
            watch_panics: true,
        }
    }
}

impl Options {
    /// Sets the durability of calls; default: [`Durability::Write`].
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Options {
        self.durability = durability;
        self
    }

    /// Sets how long a call may wait for the sink; default: 10 ms, 1 s with [`Durability::Strict`]. After one call has
    /// waited that long, no other waits until the sink has caught up.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Options {
        self.patience = Some(patience);
        self
    }

    /// Sets the limit on records in memory, bytes; default 32 MiB, minimum 1 MiB. If it is reached, metrics, log lines
    /// and progress are dropped first: a tenth is reserved for starts and ends of tasks. Dropped records are counted,
    /// and the run reports the number.
    #[must_use]
    pub fn memory(mut self, bytes: usize) -> Options {
        self.memory = bytes.max(1 << 20);
        self
    }

    /// Calls this before a value is recorded: with the name of a parameter or label and its value, or with `log`,
    /// `error`, `alert`, `reason`, `uri` or `value` (of an artifact) and the text. If it panics, the value is dropped.
    #[must_use]
    pub fn redact(mut self, ask: impl Fn(&str, &str) -> Redaction + Send + Sync + 'static) -> Options {
        self.redactor = Some(Redactor::new(ask));
        self
    }

    /// Calls this for each event, with the id of the run. Listeners run on a separate thread, after the event was
    /// passed to the sink. A listener that panics is switched off, and the run reports it; one that is too slow misses
    /// events, and the run reports how many. What a listener itself records is written, but not passed to listeners. A
    /// task that starts and ends within one batch is passed as one attempt with both times.
    #[must_use]
    pub fn listener(mut self, listener: impl FnMut(&str, &Event<'_>) + Send + 'static) -> Options {
        self.listeners.push(Box::new(listener));
        self
    }

    /// Sets the interval between samples of measured tasks and runs; see [`usage`](crate::usage). Default 100 ms,
    /// minimum 5 ms; with zero, only the values at their end are recorded.
    #[must_use]
    pub fn sampling(mut self, interval: Duration) -> Options {
        self.sampling = interval;
        self
    }

    /// Does not change the panic hook of the process. By default, the first tracker adds a hook and calls the previous
    /// one: it remembers the message of a panic for the task that the panic ends, and has all records written before
    /// the process may abort.
    #[must_use]
    pub fn leave_panic_hook(mut self) -> Options {
        self.watch_panics = false;
        self
    }

    /// Records each run to `run.jsonl` in a separate folder below this one, which is created.
    ///
    /// # Errors
    ///
    /// Errors of creating the folder and of starting a thread. Later errors do not reach the program: writing is
    /// retried, and the run reports them.
    pub fn to_folder(self, folder: impl Into<PathBuf>) -> io::Result<Tracker> {
        self.start(Destination::files(FileSink::folder(folder)?, None), None)
    }

    /// Records all runs to one file, which is created or appended to.
    ///
    /// # Errors
    ///
    /// Errors of opening the file and of starting a thread.
    pub fn to_file(self, path: impl Into<PathBuf>) -> io::Result<Tracker> {
        self.start(Destination::files(FileSink::file(path)?, None), None)
    }

    /// Records in memory, for tests.
    ///
    /// # Errors
    ///
    /// Errors of starting a thread.
    pub fn in_memory(self) -> io::Result<(Tracker, Recording)> {
        let sink = MemorySink::new();
        let recording = sink.recording();
        Ok((self.to_sink(sink)?, recording))
    }

    /// Records to a given sink.
    ///
    /// # Errors
    ///
    /// Errors of starting a thread.
    pub fn to_sink(self, sink: impl Sink + 'static) -> io::Result<Tracker> {
        self.start(Destination::sink(Box::new(sink)), None)
    }

    fn start(self, to: Destination, around: Option<Around>) -> io::Result<Tracker> {
        let strict = self.durability == Durability::Strict;
        let patience = if strict { Duration::from_secs(1) } else { Duration::from_millis(10) };
        let recorder = Recorder::start(Parts {
            sink: to.sink,
            listeners: self.listeners,
            redactor: self.redactor,
            durability: self.durability,
            memory: self.memory,
            patience: self.patience.unwrap_or(patience),
            sampling: self.sampling,
            watch_panics: self.watch_panics,
            paths: to.paths,
            at_end: to.at_end,
            around,
        })?;
        Ok(Tracker { recorder: Some(Arc::new(recorder)) })
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("durability", &self.durability)
            .field("patience", &self.patience)
            .field("memory", &self.memory)
            .field("redactor", &self.redactor)
            .field("listeners", &self.listeners.len())
            .field("sampling", &self.sampling)
            .field("watch_panics", &self.watch_panics)
            .finish()
    }
}

/// Records runs.
///
/// One per program is enough; copies share it. When the last copy and the last run are dropped, waiting records are
/// written, for at most two seconds. After that, and in a child process after a `fork`, recording does nothing.
///
/// The default tracker records nothing, at almost no cost, so that a program can continue if recording fails:
///
/// ```no_run
/// # use makespan_tracker::Tracker;
/// let tracker = Tracker::to_folder("runs").unwrap_or_default();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tracker {
    recorder: Option<Arc<Recorder>>,
}

impl Tracker {
    /// Records each run to `run.jsonl` in a separate folder below this one.
    ///
    /// # Errors
    ///
    /// Like [`Options::to_folder`].
    pub fn to_folder(folder: impl Into<PathBuf>) -> io::Result<Tracker> {
        Options::default().to_folder(folder)
    }

    /// Records all runs to one file.
    ///
    /// # Errors
    ///
    /// Like [`Options::to_file`].
    pub fn to_file(path: impl Into<PathBuf>) -> io::Result<Tracker> {
        Options::default().to_file(path)
    }

    /// Records in memory, for tests.
    ///
    /// # Errors
    ///
    /// Like [`Options::in_memory`].
    pub fn in_memory() -> io::Result<(Tracker, Recording)> {
        Options::default().in_memory()
    }

    /// Records to the destination that the environment names, and does nothing if it names none or that is not
    /// available:
    ///
    /// - within the run `MAKESPAN_RUN`, where a program that records has set it with `MAKESPAN_FILE` (`makespan run` does,
    ///   the Python package does, and [`Context::environment`](crate::Context::environment) here): a run without an id of
    ///   its own becomes a task of that run, within its task `MAKESPAN_TASK`;
    /// - else to the folder `MAKESPAN_DIR`;
    /// - else to the inbox of the store `MAKESPAN_STORE`, where `makespan list` finds it;
    /// - else only to the server `MAKESPAN_SERVER` (feature `server`), which gets runs in the other places too, except those
    ///   within another run, which whoever records that run sends.
    ///
    /// `MAKESPAN_DURABILITY` is `buffered`, `write` or `strict`.
    pub fn from_env() -> Tracker {
        let durability = match std::env::var("MAKESPAN_DURABILITY").as_deref() {
            Ok("buffered") => Durability::Buffered,
            Ok("strict") => Durability::Strict,
            _ => Durability::Write,
        };
        let options = Options::default().durability(durability);
        let tracker = match Place::of_environment() {
            Some(Place::Within(around, file)) => FileSink::shared(file)
                .and_then(|sink| options.start(Destination::files(sink, Some(&around.run)), Some(around))),
            Some(Place::Folder(folder)) => options.to_folder(folder),
            None => match Destination::server() {
                Some(server) => options.start(server, None),
                None => return Tracker::default(),
            },
        };
        tracker.unwrap_or_default()
    }

    /// Returns the default settings, to be changed.
    pub fn options() -> Options {
        Options::default()
    }

    /// Returns a builder for a run of that name.
    pub fn run(&self, name: impl Into<Text>) -> RunBuilder {
        RunBuilder::new(self.recorder.clone(), name.into())
    }

    /// Returns whether anything is recorded.
    pub fn is_enabled(&self) -> bool {
        self.recorder.is_some()
    }

    /// Waits until everything recorded so far has reached its sink (a file, not the server) and the listeners, or the
    /// limit is over; returns whether it has. Always true if nothing is recorded.
    pub fn flush(&self, limit: Duration) -> bool {
        self.recorder.as_ref().is_none_or(|recorder| recorder.flush(limit))
    }

    /// Writes waiting records and stops; later records are dropped. Not needed, because dropping the tracker and its
    /// runs does the same. Returns whether everything was written in time.
    pub fn shut_down(&self, limit: Duration) -> bool {
        self.recorder.as_ref().is_none_or(|recorder| recorder.stop(limit, limit))
    }

    /// Returns counts of all records so far, of all runs.
    pub fn stats(&self) -> Stats {
        self.recorder.as_ref().map(|recorder| recorder.shared.stats()).unwrap_or_default()
    }
}
