//! Task lists in no format of anybody's: `{"tasks": [{"id", "name", "start", "end", "status", "parents" …}]}`, a bare
//! array of such tasks, or one a line. Member names are taken generously (see [`task`]); claims are low, so that an
//! importer that knows the format wins.

mod task;
mod when;

use std::borrow::Cow;

use makespan_format::{ErrorInfo, Event, EventSink, Fields, RunInfo, Severity, Status};
use serde_json::value::RawValue;

use crate::importer::{Claim, Importer, Options, Part, ReadError, Source};
use crate::json;
use crate::sniff::{Head, Kind};
use crate::tally::{Place, Tally, clip};
use task::Tasks;
use when::Clock;

/// The importer of plain task lists.
pub const PLAIN: Importer = Importer {
    id: "plain",
    title: "Plain task list",
    parts: &["tasks", "lines"],
    how: "any program: a JSON object with `tasks`, an array of tasks, or a task a line; each task with id, start, end, \
          status and parents",
    lossy: "",
    sniff,
    read,
};

const IDS: &[&str] = &["id", "task_id", "taskId", "name", "task"];
const FACTS: &[&str] = &[
    "start",
    "started_at",
    "start_time",
    "startTime",
    "started",
    "end",
    "ended_at",
    "end_time",
    "endTime",
    "duration",
    "status",
    "state",
    "parents",
    "dependencies",
    "depends_on",
    "after",
    "deps",
];

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let claim = |score, part, reason| Some(Claim { score, part, reason });
    match shape.root {
        Kind::Object => {
            if let Some(tasks) = shape.key("tasks") {
                return match tasks.kind {
                    Kind::Array | Kind::Object if IDS.iter().any(|k| tasks.inner.iter().any(|i| i == k)) => {
                        claim(20, "tasks", "an object whose `tasks` are objects with an id or a name")
                    }
                    Kind::Array | Kind::Object | Kind::Null => claim(10, "tasks", "an object with `tasks`"),
                    _ => None,
                };
            }
            let line = IDS.iter().any(|k| shape.has(k)) && FACTS.iter().any(|k| shape.has(k));
            if line && shape.more {
                return claim(
                    12,
                    "lines",
                    "lines of objects with an id and a time, a status or dependencies",
                );
            }
            None
        }
        Kind::Array => {
            let task = IDS.iter().any(|k| shape.first_has(k)) && FACTS.iter().any(|k| shape.first_has(k));
            if task {
                claim(15, "tasks", "an array of objects with an id and a time, a status or dependencies")
            } else {
                None
            }
        }
        _ => None,
    }
}

fn read(parts: &[Part<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    for part in parts {
        let mut reader =
            Reader { source: part.source, sink, tally: Tally::new(), clock: Clock::new(options.zone) };
        match part.part {
            "lines" => reader.lines()?,
            _ => reader.whole()?,
        }
        let Reader { sink, mut tally, clock, .. } = reader;
        clock.report(&mut tally);
        tally.report(&part.source.name, sink);
    }
    Ok(())
}

struct Reader<'r> {
    source: &'r Source,
    sink: &'r mut dyn EventSink,
    tally: Tally,
    clock: Clock<'r>,
}

impl Reader<'_> {
    fn whole(&mut self) -> Result<(), ReadError> {
        let mut scratch = Vec::new();
        let (root, mended) = json::parse::<&RawValue>(&self.source.bytes, &mut scratch)
            .map_err(|e| e.into_read_error(&self.source.name))?;
        let mut tasks = None;
        if root.get().starts_with('{') {
            tasks = self.run(root);
        } else {
            self.open(RunInfo::default());
            tasks = tasks.or(Some(root));
        }
        mended.report(&self.source.name, self.sink);
        let Some(tasks) = tasks else { return Ok(()) };
        let mut reader = Tasks::new(self.sink, &mut self.tally, &mut self.clock);
        if !json::each_element(tasks, |record| reader.task(record, None))
            && !json::each_member(tasks, |id, record| reader.task(record, Some(id)))
            && tasks.get() != "null"
        {
            self.tally.warn("no-tasks", "`tasks` is neither an array nor an object", || tasks.get());
        }
        Ok(())
    }

    fn lines(&mut self) -> Result<(), ReadError> {
        self.open(RunInfo::default());
        let bytes = json::without_bom(&self.source.bytes);
        let mut reader = Tasks::new(self.sink, &mut self.tally, &mut self.clock);
        let mut from = 0;
        let mut number = 0;
        while from < bytes.len() {
            let end = memchr::memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |at| from + at);
            number += 1;
            let line = &bytes[from..end];
            if !line.trim_ascii().is_empty() {
                match serde_json::from_slice::<&RawValue>(line) {
                    Ok(record) => reader.task(record, None),
                    Err(_) => {
                        let place = Place { offset: Some(from as u64), line: Some(number) };
                        let (code, what) = if end == bytes.len() {
                            ("truncated", "the file stops in the middle of its last line, which was left out")
                        } else {
                            ("bad-line", "lines that are not JSON were left out")
                        };
                        reader.tally.add(Severity::Warning, code, what, place, String::new);
                    }
                }
            }
            from = end + 1;
        }
        Ok(())
    }

    /// Emits the run event; what the file does not tell is named after the file.
    fn open(&mut self, run: RunInfo<'_>) {
        let id = if run.id.is_empty() { Cow::Borrowed(self.source.name.as_str()) } else { run.id };
        self.sink.event(Event::Run(RunInfo { id, ..run }));
    }

    /// Emits the run that an object describes; its tasks.
    fn run<'a>(&mut self, root: &'a RawValue) -> Option<&'a RawValue> {
        let mut run = RunInfo::default();
        let mut labels = Fields::new();
        let mut tasks = None;
        for (key, value) in task::distinct(root, &mut self.tally) {
            let text = || json::text_of(value).filter(|t| !t.is_empty());
            match &*key {
                "tasks" => tasks = Some(value),
                "run_id" | "id" | "runId" => run.id = text().unwrap_or_default(),
                "name" | "run_name" | "title" => run.name = text(),
                "workflow" | "workflow_name" | "pipeline" | "dag_id" => run.workflow = text(),
                "engine" | "source" | "generator" => run.source = text(),
                "start" | "started" | "started_at" | "start_time" | "startTime" => {
                    run.started = self.clock.read(value, &mut self.tally);
                }
                "end" | "ended" | "ended_at" | "end_time" | "endTime" | "finished_at" => {
                    run.ended = self.clock.read(value, &mut self.tally);
                }
                "status" | "state" => match text() {
                    Some(word) => {
                        run.status = Status::from_word(&word);
                        if run.status.is_none() {
                            labels.str(&key, &word);
                        }
                    }
                    None => {
                        labels.raw(&key, value.get());
                    }
                },
                "error" => match text() {
                    Some(message) => run.error = Some(ErrorInfo { message, ..ErrorInfo::default() }),
                    None if value.get() == "null" => {}
                    None => {
                        labels.raw(&key, value.get());
                    }
                },
                "params" | "parameters" if value.get().starts_with('{') => {
                    run.params = Some(makespan_format::Json::from_raw(value.get()));
                }
                _ => {
                    labels.raw(&key, value.get());
                }
            }
        }
        run.labels = labels.finish();
        self.open(run);
        tasks
    }
}

/// A short stretch of a record, as the example of a complaint.
fn excerpt(record: &RawValue) -> String {
    clip(record.get()).to_owned()
}
