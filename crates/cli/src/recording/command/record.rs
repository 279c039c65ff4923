//! What is recorded of a command, and how it gets into the store: in parts, so that the store is free for others in
//! between, and a command is neither stopped nor slowed down by a store that cannot be reached.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use makespan_format::{Attempt, ErrorInfo, Event, Fields, Log, RunInfo, Sample, Status, Task, write_line};
use makespan_store::Error;

use super::output::Tail;
use super::ship::Shipping;
use super::usage::Measured;
use crate::failure::Failure;
use crate::output::{clean, write_private};
use crate::stored::{Address, Producer, now};

/// As long the store is waited for while the command runs: others may be quicker then.
const SHORT_WAIT: Duration = Duration::from_millis(500);

/// A command as it is recorded: a run with one task, or a task of a run that goes on.
pub(super) struct Record {
    address: Address,
    way: Way,
    run: String,
    task: String,
    nested: bool,
    /// Whether the store could be reached the last time.
    reached: bool,
    /// The server that gets what the store has acknowledged.
    shipping: Option<Shipping>,
}

/// How events get to where they are kept.
enum Way {
    /// Into the store.
    Store(Producer),
    /// Into the file of the run that goes on; the lines that are not there yet.
    File(PathBuf, String),
}

impl Way {
    fn push(&mut self, event: &Event<'_>) {
        match self {
            Way::Store(producer) => producer.push(event),
            Way::File(_, lines) => write_line(event, lines),
        }
    }
}

/// The run that a command is started within, as `MAKESPAN_RUN` and its fellows say.
#[derive(Debug)]
pub(super) struct Around {
    /// Id of the run.
    pub(super) run: String,
    /// Id of its task within which the command is started.
    pub(super) task: Option<String>,
    /// The file that its events are appended to; where there is none they go into the store.
    pub(super) file: Option<PathBuf>,
}

impl Around {
    /// What the environment says.
    pub(super) fn of_environment() -> Option<Around> {
        let word = |name: &str| std::env::var(name).ok().filter(|word| !word.is_empty());
        let file = std::env::var_os("MAKESPAN_FILE").filter(|path| !path.is_empty()).map(PathBuf::from);
        Some(Around { run: word("MAKESPAN_RUN")?, task: word("MAKESPAN_TASK"), file })
    }
}

/// The line that says which run the next ones belong to.
fn naming(run: &str) -> String {
    let mut line = String::new();
    write_line(&Event::Run(RunInfo { id: run.into(), ..RunInfo::default() }), &mut line);
    line
}

/// Appends lines to a file that others append to as well, in one piece.
fn append(path: &Path, lines: &str) -> std::io::Result<()> {
    // To open a pipe would hold the command up.
    if path.metadata().is_ok_and(|meta| !meta.is_file()) {
        return Err(std::io::Error::other(format!("{} is not a file", path.display())));
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new().append(true).create(true).open(path)?.write_all(lines.as_bytes())
}

/// What is recorded of how a command was called.
fn params(command: &[String]) -> Fields {
    let mut params = Fields::new();
    params.raw("command", &serde_json::json!(command).to_string());
    if let Ok(folder) = std::env::current_dir() {
        params.str("folder", &folder.to_string_lossy());
    }
    params
}

/// What is known of a command before it starts.
pub(super) struct Described<'a> {
    pub(super) name: &'a str,
    pub(super) workflow: Option<&'a str>,
    pub(super) source: &'a str,
    pub(super) labels: Fields,
    pub(super) command: &'a [String],
    pub(super) started: i64,
}

impl Record {
    /// Begins to record: the run and its task.
    pub(super) fn new(
        address: Address,
        run: &str,
        task: &str,
        described: Described<'_>,
        reached: bool,
    ) -> Record {
        let mut way = Way::Store(Producer::new(run));
        way.push(&Event::Run(RunInfo {
            id: run.into(),
            name: Some(described.name.into()),
            workflow: described.workflow.map(Into::into),
            started: Some(described.started),
            source: Some(described.source.into()),
            labels: described.labels.finish(),
            params: params(described.command).finish(),
            infer_edges: Some(false),
            ..RunInfo::default()
        }));
        way.push(&Event::Task(Task { id: task.into(), kind: Some("command".into()), ..Task::default() }));
        let (run, task) = (run.to_owned(), task.to_owned());
        Record { address, way, run, task, nested: false, reached, shipping: None }
    }

    /// Begins to record a task of a run that goes on.
    pub(super) fn within(address: Address, around: &Around, task: &str, described: Described<'_>) -> Record {
        let mut way = match &around.file {
            Some(file) => Way::File(file.clone(), String::new()),
            None => Way::Store(Producer::new(&around.run)),
        };
        way.push(&Event::Task(Task {
            id: task.into(),
            name: Some(described.name.into()),
            step: Some(described.name.into()),
            kind: Some("command".into()),
            parent: around.task.as_deref().map(Into::into),
            labels: described.labels.finish(),
            params: params(described.command).finish(),
            ..Task::default()
        }));
        let (run, task) = (around.run.clone(), task.to_owned());
        Record { address, way, run, task, nested: true, reached: true, shipping: None }
    }

    /// Sends what is recorded to the server of the environment, too.
    pub(super) fn ship(&mut self) {
        match Shipping::of_environment(&self.address, &self.run, warn) {
            Ok(shipping) => self.shipping = shipping,
            Err(reason) => warn(&reason),
        }
    }

    /// Adds that it started, on this machine.
    pub(super) fn started(&mut self, started: i64, machine: &str) {
        self.way.push(&Event::Attempt(Attempt {
            task: self.task.as_str().into(),
            number: 1,
            started: Some(started),
            worker: Some(machine.into()),
            status: Some(Status::Running),
            ..Attempt::default()
        }));
    }

    /// Adds what was measured.
    pub(super) fn measured(&mut self, measured: &[Measured]) {
        let t = now();
        for &(name, value, unit) in measured {
            self.way.push(&Event::Sample(Sample {
                task: Some(self.task.as_str().into()),
                number: Some(1),
                name: name.into(),
                value,
                unit: unit.map(Into::into),
                t: Some(t),
            }));
        }
    }

    /// Adds a line of our own to the log.
    pub(super) fn note(&mut self, text: String) {
        self.log(now(), "info", text);
    }

    fn log(&mut self, t: i64, level: &str, text: String) {
        self.way.push(&Event::Log(Log {
            task: Some(self.task.as_str().into()),
            number: Some(1),
            t: Some(t),
            level: Some(level.into()),
            text: text.into(),
        }));
    }

    /// Adds the end of the output.
    pub(super) fn output(&mut self, tail: &Tail) {
        let (left_out, bytes) = (tail.left_out(), tail.bytes());
        if left_out > 0 {
            self.note(format!("the first {left_out} of {bytes} bytes of output were not recorded"));
        }
        for line in tail.lines() {
            self.log(line.t, line.stream.name(), line.text);
        }
    }

    /// Adds how it ended: with an error of some kind, if something went wrong.
    pub(super) fn ended(&mut self, ended: i64, status: Status, error: Option<(&str, String)>) {
        let error = error.map(|(kind, message)| ErrorInfo {
            message: message.into(),
            kind: Some(kind.to_owned().into()),
            trace: None,
        });
        self.way.push(&Event::Attempt(Attempt {
            task: self.task.as_str().into(),
            number: 1,
            ended: Some(ended),
            status: Some(status),
            error,
            ..Attempt::default()
        }));
        if self.nested {
            return;
        }
        self.way.push(&Event::Run(RunInfo {
            id: self.run.as_str().into(),
            status: Some(status),
            ended: Some(ended),
            ..RunInfo::default()
        }));
    }

    /// Sends what waits, if the store can be had soon; else it waits on. A store that could not be reached is not tried
    /// before the end again: the command is not to wait for it.
    pub(super) fn try_send(&mut self) -> Result<(), Error> {
        if !self.reached {
            return Ok(());
        }
        let sent = self.send(SHORT_WAIT);
        self.reached = !matches!(sent, Err(Error::Unavailable { .. }));
        sent
    }

    fn send(&mut self, wait: Duration) -> Result<(), Error> {
        match &mut self.way {
            Way::Store(producer) => {
                let store = self.address.with_wait(wait).try_open_soon()?;
                producer.send(&*store, wait)?;
                if let Some(shipping) = &mut self.shipping {
                    // What cannot be read now is read with the next events.
                    let _ = shipping.take(&*store);
                }
                Ok(())
            }
            Way::File(path, lines) => {
                if !lines.is_empty() {
                    append(path, &format!("{}{lines}", naming(&self.run)))?;
                    lines.clear();
                }
                Ok(())
            }
        }
    }

    /// Whether it goes into a store, of which it can be said before the command starts that it will never work.
    pub(super) fn needs_store(&self) -> bool {
        matches!(self.way, Way::Store(_))
    }

    /// What to say of an error of the store.
    pub(super) fn failed(&self, error: Error) -> Failure {
        self.address.failed(error)
    }

    /// Sends the rest. Where that cannot be done, it is put into a file, and stderr says so.
    pub(super) fn finish(mut self) {
        // Another writer is waited for longer than a machine that does not answer.
        let sent = match self.send(SHORT_WAIT) {
            Err(Error::Busy { .. }) => self.send(self.address.wait()),
            sent => sent,
        };
        let shipping = self.shipping.take();
        let Err(error) = sent else {
            let more = |shipping: &mut Shipping| {
                let store = self.address.with_wait(SHORT_WAIT).try_open_soon();
                store.and_then(|store| shipping.take(&*store)).unwrap_or(false)
            };
            shipping.and_then(|shipping| shipping.finish(more)).iter().for_each(|text| warn(text));
            return;
        };
        let mut text = naming(&self.run);
        match &self.way {
            Way::Store(producer) => producer.unsent().iter().for_each(|line| {
                text.push_str(line);
                text.push('\n');
            }),
            Way::File(_, lines) => text.push_str(lines),
        }
        let path: PathBuf =
            std::env::temp_dir().join(format!("makespan-{:016x}.jsonl", crate::stored::random()));
        let rest = match write_private(&path, text.as_bytes()) {
            Ok(()) => {
                format!("the missing records are in {}; import them with `makespan import`", path.display())
            }
            Err(error) => format!("the missing records are lost: {error}"),
        };
        let text = format!("run {} is not stored completely: {error}; {rest}", self.run);
        warn(&text);
    }
}

fn warn(text: &str) {
    let _ = writeln!(std::io::stderr(), "makespan: warning: {}", clean(text));
}
