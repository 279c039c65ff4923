//! Task lists in no particular format: `{"tasks": [{"id", "name", "start", "end", "status", "parents" …}]}`, an array
//! of such tasks, or one per line. Many member names are accepted (see [`task`]); claims are low, so that an importer
//! that knows the format wins.

mod silent;
mod task;

use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::{Event, EventSink, Fields, Json, RunInfo, Severity};

use crate::importer::{Claim, ClaimedFile, FileReader, Importer, Options, ReadError, Zone, read_each};
use crate::json;
use crate::json::document::{Document, Records};
use crate::json::tape::{Tape, Value};
use crate::lines::{Line, Lines};
use crate::outcome::{Outcome, Part};
use crate::sniff::{Head, JsonKind};
use crate::tally::{Place, Tally};
use crate::times::Clock;
use task::Tasks;

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
    stream,
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
        JsonKind::Object => {
            if let Some(tasks) = shape.key("tasks") {
                return match tasks.kind {
                    JsonKind::Array | JsonKind::Object
                        if IDS.iter().any(|k| tasks.inner.iter().any(|i| i == k)) =>
                    {
                        claim(20, "tasks", "an object whose `tasks` are objects with an id or a name")
                    }
                    JsonKind::Array | JsonKind::Object | JsonKind::Null => {
                        claim(10, "tasks", "an object with `tasks`")
                    }
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
        JsonKind::Array => {
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

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    read_each(&PLAIN, parts, options, sink)
}

fn stream<'z>(
    head: &Head<'_>,
    part: &'static str,
    zone: &Rc<dyn Zone + 'z>,
) -> Option<Box<dyn FileReader + 'z>> {
    let mut list = TaskList::new(head.name, zone.clone());
    if part == "lines" {
        return Some(Box::new(TaskLines { lines: Lines::default(), list, tape: Tape::default() }));
    }
    // The run may be named after its tasks.
    let named = head.shape.keys.iter().rev().find(|k| RUN_IDS.contains(&k.name.as_str()));
    list.run.id = named.map(|k| Cow::Owned(k.value.clone())).unwrap_or_default();
    Some(Box::new(Document::new(list)))
}

const RUN_IDS: [&str; 3] = ["run_id", "id", "runId"];

/// A task list that is being read.
struct TaskList<'z> {
    name: String,
    run: RunInfo<'static>,
    /// The outcome of the run in the root.
    outcome: Outcome<'static>,
    labels: Fields,
    /// The members of the root so far.
    keys: Vec<String>,
    /// Whether the run event was emitted, and whether more is known since.
    opened: bool,
    more: bool,
    /// Whether a record was found.
    recorded: bool,
    tally: Tally,
    clock: Clock<'z>,
    tasks: Tasks,
    /// Repairs of lines.
    mended: json::Mended,
}

impl<'z> TaskList<'z> {
    fn new(name: &str, zone: Rc<dyn Zone + 'z>) -> TaskList<'z> {
        TaskList {
            name: name.to_owned(),
            run: RunInfo::default(),
            outcome: Outcome::default(),
            labels: Fields::new(),
            keys: Vec::new(),
            opened: false,
            more: false,
            recorded: false,
            tally: Tally::new(),
            clock: Clock::new(zone),
            tasks: Tasks::default(),
            mended: json::Mended::default(),
        }
    }

    /// Emits the run event, again if more is known; a run without a name gets that of the file.
    fn open(&mut self, sink: &mut dyn EventSink) {
        if self.opened && !self.more {
            return;
        }
        if self.run.id.is_empty() {
            self.run.id = Cow::Owned(self.name.clone());
        }
        (self.opened, self.more) = (true, false);
        sink.event(Event::Run(RunInfo { labels: self.labels.clone().finish(), ..self.run.clone() }));
    }

    fn task<'a>(&mut self, key: Option<Cow<'a, str>>, value: Value<'_, 'a>, sink: &mut dyn EventSink) {
        if !self.opened {
            self.open(sink);
        }
        self.tasks.task(key, value, &mut self.tally, &mut self.clock, sink);
    }

    fn report(mut self, sink: &mut dyn EventSink) {
        self.open(sink);
        self.outcome.settle(&mut self.clock.unread);
        std::mem::take(&mut self.tasks).finish(&mut self.tally, sink);
        self.clock.add_to(&mut self.tally);
        self.tally.report(&self.name, sink);
    }
}

impl Records for TaskList<'_> {
    fn is_list(&self, key: &str, _opens: u8) -> bool {
        key == "tasks"
    }

    fn member<'a>(&mut self, key: Cow<'a, str>, value: Value<'_, 'a>, _sink: &mut dyn EventSink) {
        self.more = true;
        if self.keys.iter().any(|k| **k == *key) {
            task::repeated(&mut self.tally, &key);
        } else {
            self.keys.push(key.clone().into_owned());
        }
        let text = || value.text().filter(|t| !t.is_empty()).map(|t| Cow::Owned(t.into_owned()));
        let run = &mut self.run;
        match &*key {
            "tasks" if !value.is_null() => {
                self.tally.warn("no-tasks", "`tasks` is neither an array nor an object", || value.get());
            }
            "tasks" => {}
            "run_id" | "id" | "runId" => match text() {
                Some(id) if self.opened && run.id != id => {
                    self.labels.str(&key, &id);
                }
                Some(id) => run.id = id,
                None => {}
            },
            "name" | "run_name" | "title" => run.name = text(),
            "workflow" | "workflow_name" | "pipeline" | "dag_id" => run.workflow = text(),
            "engine" | "source" | "generator" => run.source = text(),
            "start" | "started" | "started_at" | "start_time" | "startTime" => {
                run.started = self.clock.value(value);
            }
            "end" | "ended" | "ended_at" | "end_time" | "endTime" | "finished_at" => {
                run.ended = self.clock.value(value);
            }
            "params" | "parameters" if value.is_object() => {
                run.params = Some(Json::from_raw(value.get()).into_owned());
            }
            _ => {
                let mut recorded = Outcome::default();
                if recorded.member(&key, value.get()) != Part::Taken && !(key == "error" && value.is_null()) {
                    self.labels.raw(&key, value.get());
                }
                self.outcome.merge(recorded.into_owned());
                self.run.status = self.outcome.status();
                self.run.error = self.outcome.clone().into_error();
            }
        }
    }

    fn record<'a>(&mut self, key: Option<Cow<'a, str>>, value: Value<'_, 'a>, sink: &mut dyn EventSink) {
        self.recorded = true;
        self.task(key, value, sink);
    }
}

impl FileReader for Document<TaskList<'_>> {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn EventSink) {
        Document::push(self, bytes, sink);
    }

    fn finish(self: Box<Self>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
        let (mut list, ending) = Document::finish(*self, true, sink);
        if ending.error.is_none() {
            list.open(sink);
        }
        ending.report(&list.name, list.recorded, sink)?;
        list.report(sink);
        Ok(())
    }
}

/// A file with one task per line that is being read.
struct TaskLines<'z> {
    lines: Lines,
    list: TaskList<'z>,
    tape: Tape,
}

/// Emits the task of a line.
fn task_of_line(line: Line<'_>, list: &mut TaskList<'_>, tape: &mut Tape, sink: &mut dyn EventSink) {
    let mut reads = |text: &str| tape.read(text, 0).is_ok_and(|end| text[end..].trim_ascii().is_empty());
    let mut scratch = Vec::new();
    let mut read = std::str::from_utf8(line.bytes).ok().filter(|text| reads(text));
    let place = json::Place::of_line(line.number, line.offset);
    if let (None, true, Some(mended)) = (read, line.whole, json::mend_line(line.bytes, place, &mut scratch)) {
        read = std::str::from_utf8(&scratch).ok().filter(|text| reads(text));
        if read.is_some() {
            list.mended.add(mended);
        }
    }
    if let (None, true, Some((objects, mended))) = (read, line.whole, json::objects_of_line(line.bytes)) {
        list.mended.add(mended);
        for object in objects {
            let offset = line.offset + object.start as u64;
            task_of_line(Line { bytes: &line.bytes[object], offset, ..line }, list, tape, sink);
        }
        return;
    }
    let Some(text) = read else {
        let place = Place { offset: Some(line.offset), line: Some(line.number) };
        if line.whole {
            let what = "lines that are not valid JSON were ignored";
            let fault = || json::fault_of_line(line.bytes, line.number).unwrap_or_default();
            list.tally.fault(Severity::Warning, "bad-line", what, place, fault);
        } else {
            let what = "the last line of the file is incomplete and was ignored";
            list.tally.add(Severity::Warning, "truncated", what, place, String::new);
        }
        return;
    };
    list.task(None, tape.value(text), sink);
}

impl FileReader for TaskLines<'_> {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn EventSink) {
        let TaskLines { lines, list, tape } = self;
        lines.push(bytes, |line| task_of_line(line, list, tape, sink));
    }

    fn finish(self: Box<Self>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
        let TaskLines { lines, mut list, mut tape } = *self;
        lines.finish(|line| task_of_line(line, &mut list, &mut tape, sink));
        list.mended.report(&list.name, sink);
        list.report(sink);
        Ok(())
    }
}
