//! Destinations of records: a run or one of its tasks.

use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::artifact::Artifact;
use crate::contain::say;
use crate::lock::briefly;
use crate::place;
use crate::recorder::{Alarm, Class, Line, Pushed, Record, RunInner, TaskKey, What};
use crate::redact::Redactor;
use crate::reference::{AsTask, Sealed, TaskRef};
use crate::text::Text;
use crate::value::Number;

/// A run, or one attempt of one of its tasks: what is recorded through a context belongs to it.
///
/// [`Run`](crate::Run), [`Task`](crate::Task) and [`Attempt`](crate::Attempt) are contexts themselves. A separate
/// context is a handle that can be copied, sent to other threads and kept; dropping it ends nothing. All methods do
/// nothing if nothing is recorded.
///
/// ```
/// # use makespan_tracker::{Context, Tracker};
/// # let run = Tracker::default().run("nightly").start();
/// let fetch = run.task("fetch").start();
/// let context = fetch.context();
/// std::thread::spawn(move || {
///     let _here = context.enter();
///     // Anywhere below, without an argument:
///     Context::current().log("info", "in another thread");
///     makespan_tracker::task("parse").run(|parse| parse.metric("rows", 12, "1"));
/// })
/// .join()
/// # .unwrap();
/// ```
#[derive(Clone, Default)]
pub struct Context {
    pub(crate) run: Option<Arc<RunInner>>,
    pub(crate) task: TaskKey,
    pub(crate) attempt: u32,
}

impl Context {
    /// Returns a context that records nothing.
    pub const fn none() -> Context {
        Context { run: None, task: TaskKey::RUN, attempt: 0 }
    }

    /// Returns a separate handle.
    pub fn context(&self) -> Context {
        self.clone()
    }

    /// Returns whether anything is recorded through it.
    pub fn is_recording(&self) -> bool {
        self.run.is_some()
    }

    /// Returns the id of the run; `None` if nothing is recorded.
    pub fn run_id(&self) -> Option<&str> {
        self.run.as_ref().map(|run| &*run.state.id)
    }

    /// Returns whether the run was cancelled. Long work can check this from time to time.
    pub fn is_cancelled(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.state.cancelled.load(Ordering::Relaxed))
    }

    // ------------------------------------------------------------------------------------------------ what is recorded

    /// Adds a dependency of this task. Ignored for a run.
    pub fn after(&self, other: &impl AsTask) {
        if !self.task.is_run() {
            self.record(Class::Lifecycle, What::After(other.as_task().0));
        }
    }

    /// Records progress, from 0 to 1, and a message, which becomes a log line unless it is empty. Values that are not
    /// numbers are dropped and counted.
    pub fn progress(&self, fraction: f64, message: impl fmt::Display) {
        if !self.task.is_run() && self.is_finite(fraction) {
            self.record(Class::Detail, What::Progress(fraction.clamp(0.0, 1.0)));
        }
        if self.run.is_some() {
            let message = say(&message);
            if !message.is_empty() {
                self.write_line("info".into(), message);
            }
        }
    }

    /// Records a value measured now, with its unit (`B`, `MB`, `s`, `%`, `1/s` …; `1` or empty for plain numbers).
    /// Values that are not finite are dropped and counted.
    pub fn metric(&self, name: impl Into<Text>, value: impl Number, unit: impl Into<Text>) {
        let value = value.number();
        if self.is_finite(value) {
            self.record_here(Class::Detail, What::Sample { name: name.into(), value, unit: unit.into() });
        }
    }

    /// Records a log line. The level is a word: `debug`, `info`, `warning`, `error`, or another.
    pub fn log(&self, level: impl Into<Text>, text: impl fmt::Display) {
        if self.run.is_some() {
            self.write_line(level.into(), say(&text));
        }
    }

    /// Records an alert. The severity is a word: `info`, `warning`, `error`, `critical`, or another.
    pub fn alert(&self, severity: impl Into<Text>, text: impl fmt::Display) {
        self.sound(severity.into(), &text, false);
    }

    /// Resolves the alert with the same severity and text.
    pub fn resolve(&self, severity: impl Into<Text>, text: impl fmt::Display) {
        self.sound(severity.into(), &text, true);
    }

    /// Records something that was read or written.
    pub fn artifact(&self, artifact: Artifact) {
        if self.run.is_some() {
            self.record(Class::Lifecycle, What::Artifact(Box::new(artifact.record(self.redactor()))));
        }
    }

    /// Records a deliberate pause: an alert, which is resolved when the guard is dropped, and then a metric `paused` in
    /// seconds.
    pub fn pause(&self, reason: impl fmt::Display) -> Paused {
        let mut text = String::new();
        if self.run.is_some() {
            text = format!("paused: {}", say(&reason));
            self.alert("info", &text);
        }
        Paused { context: self.clone(), text, since: crate::clock::now() }
    }

    /// Returns environment variables that make a started program part of this run or task:
    /// `Command::new("makespan").args(["run", "./step.sh"]).envs(task.environment())`. `makespan run`, the Python
    /// package and [`Tracker::from_env`](crate::Tracker::from_env) read them. Empty if nothing is recorded, or not to a
    /// file.
    ///
    /// Waits until everything recorded so far is written, at most a tenth of a second; the task is left out if its
    /// records take longer.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let Some(run) = &self.run else { return Vec::new() };
        let has_number = !self.task.is_run() && self.task.id.is_none();
        if has_number {
            self.record(Class::Lifecycle, What::Asked);
        }
        run.recorder.flush(Duration::from_millis(100));
        let Some(file) = run.recorder.paths.as_ref().and_then(|paths| paths.of(&run.state.id)) else {
            return Vec::new();
        };
        let task = if has_number {
            briefly(&run.state.asked).and_then(|mut asked| asked.remove(&self.task.number))
        } else {
            self.task.id.as_deref().map(|id| id.to_string()).or_else(|| run.state.group.clone())
        };
        let mut all = vec![(place::RUN, (&*run.state.id).into()), (place::FILE, file.into_os_string())];
        all.extend(task.map(|task| (place::TASK, task.into())));
        all
    }

    // ------------------------------------------------------------------------------------------------------- machinery

    /// Returns the context of its run.
    pub(crate) fn of_run(&self) -> Context {
        Context { run: self.run.clone(), ..Context::none() }
    }

    pub(crate) fn redactor(&self) -> Option<&Redactor> {
        self.run.as_ref().and_then(|run| run.recorder.redactor.as_ref())
    }

    pub(crate) fn record(&self, class: Class, what: What) -> Pushed {
        self.record_here(class, what)
    }

    /// [`record`](Context::record), inlined for the most frequent records.
    #[inline(always)]
    pub(crate) fn record_here(&self, class: Class, what: What) -> Pushed {
        let Some(run) = &self.run else { return Pushed::Muted };
        let weight = self.task.weight() + what.weight();
        run.recorder.shared.push(&run.state, class, weight, move |at| Record {
            at,
            run: run.state.index,
            attempt: self.attempt,
            task: self.task.clone(),
            what,
        })
    }

    /// Records an event in the life of a task, with the durability of the run.
    #[inline(always)]
    pub(crate) fn record_safely(&self, what: What) {
        let pushed = self.record_here(Class::Lifecycle, what);
        if let Some(run) = &self.run {
            run.recorder.shared.settle(&run.state, pushed);
        }
    }

    pub(crate) fn write_line(&self, level: Text, text: String) {
        let text = Redactor::prose(self.redactor(), "log", text);
        self.record(Class::Detail, What::Log(Box::new(Line { level, text })));
    }

    fn sound(&self, severity: Text, text: &dyn fmt::Display, resolved: bool) {
        if self.run.is_some() {
            let text = Redactor::prose(self.redactor(), "alert", say(text));
            self.record(Class::Lifecycle, What::Alert(Box::new(Alarm { severity, text, resolved })));
        }
    }

    fn is_finite(&self, value: f64) -> bool {
        if let Some(run) = self.run.as_ref().filter(|_| !value.is_finite()) {
            run.state.not_finite.fetch_add(1, Ordering::Relaxed);
        }
        value.is_finite()
    }
}

impl Sealed for Context {}

impl AsTask for Context {
    fn as_task(&self) -> TaskRef {
        TaskRef(self.task.clone())
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let task = self.task.id.as_deref().map_or(self.task.number.to_string(), |id| id.to_string());
        f.debug_struct("Context").field("run", &self.run_id()).field("task", &task).finish()
    }
}

/// A pause, until this is dropped. See [`Context::pause`].
#[derive(Debug)]
#[must_use = "the pause ends when this is dropped"]
pub struct Paused {
    context: Context,
    text: String,
    since: i64,
}

impl Drop for Paused {
    fn drop(&mut self) {
        let seconds = crate::clock::now().saturating_sub(self.since) as f64 / 1e9;
        self.context.resolve("info", &self.text);
        self.context.metric("paused", seconds, "s");
    }
}
