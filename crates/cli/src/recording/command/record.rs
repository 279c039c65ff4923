//! What is recorded of a command, and how it gets into the store: in parts, so that the store is free for others in
//! between, and a command is neither stopped nor slowed down by a store that cannot be reached.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use makespan_format::{Attempt, ErrorInfo, Event, Fields, Log, RunInfo, Sample, Status, Task, write_line};
use makespan_store::Error;

use super::output::Tail;
use super::usage::Measured;
use crate::failure::Failure;
use crate::output::{clean, write_private};
use crate::stored::{Address, Producer, now};

/// As long the store is waited for while the command runs: others may be quicker then.
const SHORT_WAIT: Duration = Duration::from_millis(500);

/// A command as it is recorded: a run with one task.
pub(super) struct Record {
    address: Address,
    producer: Producer,
    run: String,
    task: String,
    /// Whether the store could be reached the last time.
    reached: bool,
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
        let mut producer = Producer::new(run);
        let mut params = Fields::new();
        params.raw("command", &serde_json::json!(described.command).to_string());
        if let Ok(folder) = std::env::current_dir() {
            params.str("folder", &folder.to_string_lossy());
        }
        producer.push(&Event::Run(RunInfo {
            id: run.into(),
            name: Some(described.name.into()),
            workflow: described.workflow.map(Into::into),
            started: Some(described.started),
            source: Some(described.source.into()),
            labels: described.labels.finish(),
            params: params.finish(),
            infer_edges: Some(false),
            ..RunInfo::default()
        }));
        producer.push(&Event::Task(Task {
            id: task.into(),
            kind: Some("command".into()),
            ..Task::default()
        }));
        Record { address, producer, run: run.to_owned(), task: task.to_owned(), reached }
    }

    /// Adds that it started, on this machine.
    pub(super) fn started(&mut self, started: i64, machine: &str) {
        self.producer.push(&Event::Attempt(Attempt {
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
            self.producer.push(&Event::Sample(Sample {
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
        self.producer.push(&Event::Log(Log {
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
            self.note(format!("of {bytes} bytes of output the first {left_out} are not kept"));
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
        self.producer.push(&Event::Attempt(Attempt {
            task: self.task.as_str().into(),
            number: 1,
            ended: Some(ended),
            status: Some(status),
            error,
            ..Attempt::default()
        }));
        self.producer.push(&Event::Run(RunInfo {
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
        let store = self.address.with_wait(wait).try_open_soon()?;
        self.producer.send(&*store, wait).map(|_| ())
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
        let Err(error) = sent else { return };
        let mut text = String::new();
        write_line(&Event::Run(RunInfo { id: self.run.as_str().into(), ..RunInfo::default() }), &mut text);
        for line in self.producer.unsent() {
            text.push_str(line);
            text.push('\n');
        }
        let path: PathBuf =
            std::env::temp_dir().join(format!("makespan-{:016x}.jsonl", crate::stored::random()));
        let rest = match write_private(&path, text.as_bytes()) {
            Ok(()) => format!("what is missing is in {}; `makespan import` takes it", path.display()),
            Err(error) => format!("what is missing is lost: {error}"),
        };
        let text = format!("run {} is not stored as a whole: {error}; {rest}", self.run);
        let _ = writeln!(std::io::stderr(), "makespan: warning: {}", clean(&text));
    }
}
