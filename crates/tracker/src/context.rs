//! Where things are recorded: a run or a task of it.

use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::task::Poll;

use crate::artifact::Artifact;
use crate::builder::{AsTask, TaskBuilder};
use crate::contain::say;
use crate::recorder::{Alarm, Class, Key, Line, Pushed, Record, What};
use crate::redact::Redactor;
use crate::run::RunInner;
use crate::text::Text;
use crate::value::Number;

/// A run, or one try of one of its tasks: what is recorded through it belongs there.
///
/// [`Run`](crate::Run), [`Task`](crate::Task) and [`Attempt`](crate::Attempt) are contexts themselves. A context of its
/// own is a handle that can be copied, sent to other threads and kept, and ends nothing when it is dropped; all its
/// methods do nothing where nothing is recorded.
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
    pub(crate) task: Key,
    pub(crate) attempt: u32,
}

impl Context {
    /// The context that this thread (or this future, see [`InContext`]) is in, else that of
    /// [`Run::make_default`](crate::Run::make_default), else none.
    pub fn current() -> Context {
        let (entered, within) = Context::entered();
        #[cfg(feature = "tracing")]
        if let Some((context, span)) = crate::spans::current()
            && (entered.run.is_none() || span != within)
        {
            return context;
        }
        let _ = within;
        if entered.run.is_some() { entered } else { Context::of_default() }
    }

    /// The context that this thread entered last, and the `tracing` span that it was in then (0 for none): a span that
    /// was entered later is further in.
    pub(crate) fn entered() -> (Context, u64) {
        let entered = CURRENT.try_with(|current| current.try_borrow().map(|c| c.clone()).unwrap_or_default());
        entered.unwrap_or_default()
    }

    /// The context of nothing: records nothing.
    pub const fn none() -> Context {
        Context { run: None, task: Key::RUN, attempt: 0 }
    }

    /// A handle of its own.
    pub fn context(&self) -> Context {
        self.clone()
    }

    /// Whether anything is recorded through it.
    pub fn is_recording(&self) -> bool {
        self.run.is_some()
    }

    /// Id of the run; none where nothing is recorded.
    pub fn run_id(&self) -> Option<&str> {
        self.run.as_ref().map(|run| &*run.state.id)
    }

    /// Whether the run was cancelled. Long work may want to ask from time to time.
    pub fn is_cancelled(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.state.cancelled.load(Ordering::Relaxed))
    }

    /// Makes this the current context of this thread until the guard is dropped.
    pub fn enter(&self) -> Entered {
        self.clone().into_entered()
    }

    fn into_entered(self) -> Entered {
        #[cfg(feature = "tracing")]
        let within = crate::spans::current_id();
        #[cfg(not(feature = "tracing"))]
        let within = 0;
        let inner = (self, within);
        let swapped = CURRENT
            .try_with(|current| current.try_borrow_mut().map(|mut c| std::mem::replace(&mut *c, inner)));
        Entered { before: swapped.ok().and_then(Result::ok), here: PhantomData }
    }

    // ------------------------------------------------------------------------------------------------ what is recorded

    /// A task within it: within the task whose context it is, else of the run.
    #[inline(always)]
    pub fn task(&self, name: impl Into<Text>) -> TaskBuilder {
        TaskBuilder::new(self.clone(), name.into())
    }

    /// This task also depends on another. Of a run it says nothing.
    pub fn after(&self, other: &impl AsTask) {
        if !self.task.is_run() {
            self.record(Class::Lifecycle, What::After(other.as_task().0));
        }
    }

    /// How far the task is, from 0 to 1, and a word about that (which is recorded as a line of its log; none where it
    /// is empty). What is no number is left out and counted.
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

    /// A value that was measured now, with its unit (`B`, `MB`, `s`, `%`, `1/s` …; `1` or nothing where it is a mere
    /// number). What is no finite number is left out and counted.
    pub fn metric(&self, name: impl Into<Text>, value: impl Number, unit: impl Into<Text>) {
        let value = value.number();
        if self.is_finite(value) {
            self.record_here(Class::Detail, What::Sample { name: name.into(), value, unit: unit.into() });
        }
    }

    /// A line of the log. The level is a word: `debug`, `info`, `warning`, `error`, or another.
    pub fn log(&self, level: impl Into<Text>, text: impl fmt::Display) {
        if self.run.is_some() {
            self.write_line(level.into(), say(&text));
        }
    }

    /// Something that calls for attention. The severity is a word: `info`, `warning`, `error`, `critical`, or another.
    pub fn alert(&self, severity: impl Into<Text>, text: impl fmt::Display) {
        self.sound(severity.into(), &text, false);
    }

    /// What an alert of the same severity and text was about is over.
    pub fn resolve(&self, severity: impl Into<Text>, text: impl fmt::Display) {
        self.sound(severity.into(), &text, true);
    }

    /// A thing that was read or written.
    pub fn artifact(&self, artifact: Artifact) {
        if self.run.is_some() {
            self.record(Class::Lifecycle, What::Artifact(Box::new(artifact.record(self.redactor()))));
        }
    }

    /// Nothing is done for a while, on purpose. It is recorded as an alert that is resolved when the guard is dropped,
    /// and a metric `paused` in seconds.
    pub fn pause(&self, reason: impl fmt::Display) -> Paused {
        let mut text = String::new();
        if self.run.is_some() {
            text = format!("paused: {}", say(&reason));
            self.alert("info", &text);
        }
        Paused { context: self.clone(), text, since: crate::clock::now() }
    }

    // ------------------------------------------------------------------------------------------------------- machinery

    /// The run that it is of.
    pub(crate) fn of_run(&self) -> Context {
        Context { run: self.run.clone(), ..Context::none() }
    }

    pub(crate) fn redactor(&self) -> Option<&Redactor> {
        self.run.as_ref().and_then(|run| run.recorder.redactor.as_ref())
    }

    pub(crate) fn record(&self, class: Class, what: What) -> Pushed {
        self.record_here(class, what)
    }

    /// [`record`](Context::record), inlined: for what happens most often.
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

    /// Records something of the life of a task and makes as sure of it as the run wants.
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

    fn of_default() -> Context {
        let default = DEFAULT.try_read().ok().and_then(|run| run.as_ref().and_then(Weak::upgrade));
        Context { run: default, ..Context::none() }
    }

    pub(crate) fn make_default(&self) {
        let mut default = DEFAULT.write().unwrap_or_else(PoisonError::into_inner);
        *default = self.run.as_ref().map(Arc::downgrade);
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let task = self.task.id.as_deref().map_or(self.task.number.to_string(), |id| id.to_string());
        f.debug_struct("Context").field("run", &self.run_id()).field("task", &task).finish()
    }
}

thread_local! {
    static CURRENT: RefCell<(Context, u64)> = const { RefCell::new((Context::none(), 0)) };
}

/// The run of whatever is in no context.
static DEFAULT: RwLock<Option<Weak<RunInner>>> = RwLock::new(None);

/// A task of the [current context](Context::current).
pub fn task(name: impl Into<Text>) -> TaskBuilder {
    TaskBuilder::new(Context::current(), name.into())
}

/// As long as it lives, its context is the current one of this thread. Guards are dropped in the reverse order of
/// their making.
#[derive(Debug)]
#[must_use = "the context is left when this is dropped"]
pub struct Entered {
    before: Option<(Context, u64)>,
    /// It belongs to this thread.
    here: PhantomData<*const ()>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        let Some(before) = self.before.take() else { return };
        let left = CURRENT
            .try_with(|current| current.try_borrow_mut().map(|mut c| std::mem::replace(&mut *c, before)));
        // Dropping the context left may end a run, which may look for the current one: not while it is borrowed.
        drop(left);
    }
}

/// A pause; it ends when this is dropped. See [`Context::pause`].
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

/// Futures that are in a context.
pub trait InContext: Future + Sized {
    /// Wraps the future so that the context is the current one whenever it is polled, on whatever thread.
    fn in_context(self, context: Context) -> Instrumented<Self> {
        Instrumented { inner: Box::pin(self), context }
    }

    /// The same with the context in which this is called.
    fn in_current_context(self) -> Instrumented<Self> {
        self.in_context(Context::current())
    }
}

impl<F: Future> InContext for F {}

/// A future in a context; see [`InContext`]. Needs no particular runtime.
#[derive(Debug)]
#[must_use = "a future does nothing unless it is polled"]
pub struct Instrumented<F> {
    /// Boxed, for a pin cannot be projected without unsafe code.
    inner: Pin<Box<F>>,
    context: Context,
}

impl<F: Future> Future for Instrumented<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<F::Output> {
        let _here = self.context.enter();
        self.inner.as_mut().poll(cx)
    }
}
