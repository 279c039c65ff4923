//! A workflow, collected from all its records and emitted once.

use makespan_format::{
    Artifact, Attempt, Diagnostic, ErrorInfo, Event, EventSink, Fields, Json, Log, RunInfo, Severity, Status,
    Task, time::SECOND,
};
use makespan_model::HashMap;

use crate::outcome;
use crate::pairs::{Labels, info, warn};

/// The name of this format in runs.
const SOURCE: &str = "MoneyPrinterTurbo workflow monitor";

/// One try of a step as the log records it.
pub(super) struct Try {
    /// From 1.
    pub(super) number: u32,
    /// When it started, where a line says so.
    pub(super) started: Option<i64>,
    /// When it failed.
    pub(super) ended: Option<i64>,
    /// Why.
    pub(super) error: Option<String>,
}

/// A step of a workflow.
#[derive(Default)]
pub(super) struct Step {
    pub(super) id: String,
    pub(super) name: Option<String>,
    /// Status as stored.
    pub(super) word: String,
    pub(super) started: Option<i64>,
    pub(super) ended: Option<i64>,
    /// Seconds, as stored.
    pub(super) duration: Option<f64>,
    /// 0 to 100, as stored.
    pub(super) progress: Option<f64>,
    pub(super) after: Vec<String>,
    pub(super) error: Option<String>,
    pub(super) retries: u32,
    /// Whether a number of retries is recorded that cannot be read, so that it is not known.
    pub(super) bad_retries: bool,
    pub(super) message: Option<String>,
    /// JSON text of what the step gave back.
    pub(super) result: Option<String>,
    pub(super) labels: Labels,
    pub(super) tries: Vec<Try>,
}

/// A workflow, which is one run.
#[derive(Default)]
pub(super) struct Workflow {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) word: String,
    /// The first status word met, where a later record says more.
    pub(super) stale_word: Option<String>,
    pub(super) started: Option<i64>,
    pub(super) ended: Option<i64>,
    pub(super) duration: Option<f64>,
    pub(super) total: Option<f64>,
    pub(super) completed: Option<f64>,
    pub(super) failed: Option<f64>,
    /// 0 to 100, as stored.
    pub(super) progress: Option<f64>,
    pub(super) labels: Labels,
    /// Statistics as stored: name and value.
    pub(super) summary: Vec<(String, f64)>,
    pub(super) steps: Vec<Step>,
    /// Files that record it.
    pub(super) files: Vec<String>,
    /// How many runs of the same id were before it.
    pub(super) of_id: u32,
    /// Whether its row was missing and only steps name it.
    pub(super) orphan: bool,
    /// Places of the steps, by id.
    pub(super) index: HashMap<String, usize>,
}

/// All workflows of a set of files.
#[derive(Default)]
pub(super) struct Model {
    pub(super) list: Vec<Workflow>,
    index: HashMap<String, usize>,
    steps: HashMap<String, usize>,
}

/// The status that a word of this program stands for; `None` for an empty one.
pub(super) fn status(word: &str) -> Option<Status> {
    (!word.is_empty()).then(|| outcome::status_of(word))
}

/// How far along a status is: a record that knows the end knows more than one that does not.
fn rank(word: &str) -> u8 {
    match status(word) {
        None => 0,
        Some(Status::Pending | Status::Queued) => 1,
        Some(s) if !s.is_terminal() => 2,
        Some(_) => 3,
    }
}

fn fill<T>(mine: &mut Option<T>, theirs: Option<T>, newer: bool) {
    if mine.is_none() || (newer && theirs.is_some()) {
        *mine = theirs;
    }
}

/// Reads a number of retries; `None` if it is not a whole number, negative, or implausibly large.
pub(super) fn retries(number: f64) -> Option<u32> {
    const MOST: f64 = 100_000.0;
    ((0.0..=MOST).contains(&number) && number.fract() == 0.0).then_some(number as u32)
}

impl Step {
    fn merge(&mut self, other: Step) {
        let newer = rank(&other.word) > rank(&self.word);
        fill(&mut self.name, other.name, false);
        fill(&mut self.started, other.started, newer);
        fill(&mut self.ended, other.ended, newer);
        fill(&mut self.duration, other.duration, newer);
        fill(&mut self.progress, other.progress, newer);
        fill(&mut self.error, other.error, newer);
        fill(&mut self.message, other.message, newer);
        fill(&mut self.result, other.result, newer);
        if newer {
            self.word = other.word;
        }
        if self.after.is_empty() {
            self.after = other.after;
        }
        self.retries = self.retries.max(other.retries);
        self.bad_retries = (self.bad_retries || other.bad_retries) && self.retries == 0;
        self.labels.append(&other.labels);
        if self.tries.is_empty() {
            self.tries = other.tries;
        }
    }
}

impl Workflow {
    /// A workflow of which nothing but its id is known yet.
    pub(super) fn new(id: &str) -> Workflow {
        Workflow { id: id.to_owned(), ..Workflow::default() }
    }

    /// What people call it.
    pub(super) fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }

    /// Whether a record of the same id and file is about a later run: it started once this one was over. Records of other
    /// files are states of the same run, whose clocks may differ.
    fn is_over_before(&self, other: &Workflow) -> bool {
        let is_over = self.ended.zip(other.started).is_some_and(|(ended, started)| started >= ended);
        is_over
            && self.started.is_some()
            && self.started != other.started
            && self.files.first() == other.files.first()
    }

    fn merge(&mut self, other: Workflow) {
        let newer = rank(&other.word) > rank(&self.word);
        fill(&mut self.name, other.name, false);
        fill(&mut self.started, other.started, false);
        fill(&mut self.ended, other.ended, newer);
        fill(&mut self.duration, other.duration, false);
        fill(&mut self.total, other.total, false);
        fill(&mut self.completed, other.completed, false);
        fill(&mut self.failed, other.failed, false);
        fill(&mut self.progress, other.progress, false);
        if newer {
            let old = std::mem::replace(&mut self.word, other.word);
            // Within one file, a log, a later word is news and no contradiction.
            let elsewhere = self.files.first() != other.files.first();
            if !old.is_empty() && elsewhere && self.stale_word.is_none() {
                self.stale_word = Some(old);
            }
        }
        self.labels.append(&other.labels);
        self.orphan &= other.orphan;
        for file in other.files {
            if !self.files.contains(&file) {
                self.files.push(file);
            }
        }
    }
}

impl Model {
    /// Adds what a record says of a workflow and gives its place.
    pub(super) fn workflow(&mut self, workflow: Workflow) -> usize {
        let at = self.list.len();
        match self.index.get(&workflow.id).copied() {
            Some(known) if !self.list[known].is_over_before(&workflow) => {
                self.list[known].merge(workflow);
                known
            }
            known => {
                let of_id = known.map_or(0, |known| self.list[known].of_id + 1);
                self.index.insert(workflow.id.clone(), at);
                let id = if of_id > 0 { format!("{} #{}", workflow.id, of_id + 1) } else { workflow.id };
                self.list.push(Workflow { id, of_id, ..workflow });
                at
            }
        }
    }

    /// Adds what a record says of a step of the workflow at `at`.
    pub(super) fn step(&mut self, at: usize, step: Step) {
        let workflow = &mut self.list[at];
        if let Some(&i) = workflow.index.get(&step.id) {
            workflow.steps[i].merge(step);
            return;
        }
        workflow.index.insert(step.id.clone(), workflow.steps.len());
        self.steps.entry(step.id.clone()).or_insert(at);
        workflow.steps.push(step);
    }

    /// Where the workflow of this id is.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// Where the workflow that has a step of this id is.
    pub(super) fn owner(&self, step: &str) -> Option<usize> {
        self.steps.get(step).copied()
    }

    /// Where the only workflow is whose id begins with `prefix`.
    pub(super) fn find_prefix(&self, prefix: &str) -> Option<usize> {
        let mut found = self.list.iter().enumerate().filter(|(_, w)| w.id.starts_with(prefix));
        let first = found.next()?.0;
        found.next().is_none().then_some(first)
    }
}

impl Workflow {
    /// Emits the run, its tasks and their attempts, and what is odd about them.
    pub(super) fn emit(&self, sink: &mut dyn EventSink) {
        let mut stored = Fields::new();
        if let Some(duration) = self.duration {
            stored.int("makespan_ns", (duration * SECOND as f64) as i64);
        }
        for (key, value) in [("tasks", self.total), ("succeeded", self.completed), ("failed", self.failed)] {
            if let Some(value) = value {
                stored.int(key, value as i64);
            }
        }
        let word = self.stale_word.as_ref().unwrap_or(&self.word);
        if !word.is_empty() {
            stored.str("status", word);
        }
        if let Some(progress) = self.progress {
            stored.num("progress", progress / 100.0);
        }
        for (key, value) in &self.summary {
            stored.num(key, *value);
        }
        sink.event(Event::Run(RunInfo {
            id: self.id.as_str().into(),
            name: self.name.as_deref().map(Into::into),
            workflow: self.name.as_deref().map(Into::into),
            status: status(&self.word),
            started: self.started,
            ended: self.ended,
            source: Some(SOURCE.into()),
            labels: self.labels.fields().finish(),
            stored: stored.finish(),
            ..RunInfo::default()
        }));
        if self.of_id > 0 {
            let id = &self.id;
            let what = "a record of the same id starts after the run before it ended; it is a run of its own";
            info(sink, "duplicate-id", format!("{id}: {what}"));
        }
        for step in &self.steps {
            self.emit_step(step, sink);
        }
        self.judge(sink);
    }

    fn emit_step(&self, step: &Step, sink: &mut dyn EventSink) {
        let known = status(&step.word);
        let waits = matches!(known, Some(Status::Pending)) && step.retries > 0;
        let number = if waits { step.retries } else { step.retries.saturating_add(1) };
        let idle = matches!(known, None | Some(Status::Pending | Status::Queued | Status::Skipped)) && !waits;
        let untouched = step.started.is_none() && step.ended.is_none() && step.error.is_none();
        let tried = !(idle && untouched && step.progress.is_none_or(|p| p == 0.0));
        let mut labels = Labels::default();
        if let (Some(duration), None) = (step.duration, step.started) {
            labels.raw("duration_s", &duration.to_string());
        }
        if known == Some(Status::Unknown) {
            labels.text("status", Some(&step.word));
        }
        let mut fields = Fields::new();
        for (key, json) in step.labels.iter().chain(labels.iter()) {
            fields.raw(key, json);
        }
        sink.event(Event::Task(Task {
            id: step.id.as_str().into(),
            name: step.name.as_deref().map(Into::into),
            step: step.name.as_deref().map(Into::into),
            after: step.after.iter().map(|id| id.as_str().into()).collect(),
            status: if waits { Some(Status::Retrying) } else { known.filter(|_| idle) },
            labels: fields.finish(),
            ..Task::default()
        }));
        for t in step.tries.iter().filter(|t| t.number < number) {
            sink.event(Event::Attempt(Attempt {
                task: step.id.as_str().into(),
                number: t.number,
                started: t.started,
                ended: t.ended,
                status: Some(Status::Failed),
                error: t.error.as_deref().map(error),
                ..Attempt::default()
            }));
        }
        if tried {
            sink.event(Event::Attempt(Attempt {
                task: step.id.as_str().into(),
                number,
                started: step.started,
                ended: step.ended,
                status: if waits { Some(Status::Failed) } else { known },
                progress: step.progress.map(|p| (p / 100.0).clamp(0.0, 1.0)),
                error: step.error.as_deref().map(error),
                ..Attempt::default()
            }));
        }
        if let Some(text) = &step.message {
            sink.event(Event::Log(Log {
                task: Some(step.id.as_str().into()),
                text: text.into(),
                ..Log::default()
            }));
        }
        if let Some(result) = &step.result {
            sink.event(Event::Artifact(Artifact {
                task: Some(step.id.as_str().into()),
                name: "result".into(),
                value: Some(Json::from_raw(result)),
                ..Artifact::default()
            }));
        }
    }

    /// Compares what is stored with what the steps say.
    fn judge(&self, sink: &mut dyn EventSink) {
        let file = self.files.first().map_or("", String::as_str);
        let whose = format!("{file}: workflow {:?}", self.title());
        if self.files.len() > 1 {
            let message = format!(
                "{whose} is in {} files ({}): they are one run. The database takes precedence, and a record \
                 with an end takes precedence over one without",
                self.files.len(),
                self.files.join(", ")
            );
            info(sink, "merged-sources", message);
        }
        if self.orphan {
            warn(
                sink,
                "orphan-steps",
                format!("{whose} has steps but no row of its own: nothing else is known"),
            );
        }
        if let Some(stale) = &self.stale_word {
            let message = format!("{whose} is {stale:?} in one record and {:?} in a later one", self.word);
            info(sink, "stale-status", message);
        }
        let mut unread = outcome::Unread::default();
        for word in self.steps.iter().map(|s| &s.word).chain([&self.word]).filter(|w| !w.is_empty()) {
            unread.word(word);
        }
        unread.report(&whose, sink);
        let of = |wanted: Status| self.steps.iter().filter(|s| status(&s.word) == Some(wanted)).count();
        let (done, failed, running) = (of(Status::Succeeded), of(Status::Failed), of(Status::Running));
        let n = self.steps.len();
        let open = !status(&self.word).is_some_and(Status::is_terminal);
        if n > 0 && open && failed * 2 > n {
            let message = format!(
                "{whose} says {:?} although {failed} of {n} steps failed: this program gives up then and never \
                 writes that down",
                self.word
            );
            warn(sink, "stale-status", message);
        }
        let differs = |emitted: Option<f64>, counted: usize| emitted.is_some_and(|t| t != counted as f64);
        if n > 0 && (differs(self.total, n) || differs(self.completed, done) || differs(self.failed, failed))
        {
            let say = |v: Option<f64>| v.map_or_else(|| "?".to_owned(), |v| v.to_string());
            let message = format!(
                "{whose} states {} steps, {} completed, {} failed; its steps are {n}, {done} and {failed}",
                say(self.total),
                say(self.completed),
                say(self.failed)
            );
            info(sink, "stale-totals", message);
        }
        if running > 0 {
            let message = format!("{whose}: {running} steps are running without an end");
            sink.diagnostic(
                Diagnostic::new(Severity::Info, "running-without-end", message).times(running as u64),
            );
        }
        let mut unread = self.steps.iter().filter(|s| s.bad_retries);
        if let Some(first) = unread.next() {
            let message = format!(
                "{whose}: numbers of retries (`retry_count`) that cannot be read are unknown; their steps are shown with \
                 the attempts that are recorded (first: step {:?})",
                first.id
            );
            let count = 1 + unread.count() as u64;
            sink.diagnostic(Diagnostic::new(Severity::Warning, "bad-value", message).times(count));
        }
        // The record of a step that waits to be tried again is that of the try that failed.
        let waiting = |s: &Step| u32::from(s.retries > 0 && status(&s.word) == Some(Status::Pending));
        let earlier: u64 = self.steps.iter().map(|s| u64::from(s.retries - waiting(s))).sum();
        if earlier > 0 {
            let emitted = |s: &Step| s.tries.len().min((s.retries - waiting(s)) as usize);
            let found: usize = self.steps.iter().map(emitted).sum();
            let message = if found == 0 {
                format!("{whose}: times and errors of {earlier} earlier attempts are not in this format")
            } else {
                format!(
                    "{whose}: {found} of {earlier} earlier attempts are taken from the log, whose times are some \
                     milliseconds late"
                )
            };
            let code = if found == 0 { "attempts-lost" } else { "attempts-from-log" };
            sink.diagnostic(Diagnostic::new(Severity::Info, code, message).times(earlier));
        }
        if n > 0 && self.steps.iter().all(|s| s.started.is_none()) && done + failed + running > 0 {
            info(
                sink,
                "no-times",
                format!("{whose}: this answer holds durations of steps but not when they ran"),
            );
        }
        if n == 0 && self.total.is_some_and(|t| t > 0.0) {
            info(
                sink,
                "no-steps",
                format!("{whose}: this record holds the totals of a run but not its steps"),
            );
        }
    }
}

fn error(message: &str) -> ErrorInfo<'_> {
    ErrorInfo { message: message.into(), kind: None, trace: None }
}
