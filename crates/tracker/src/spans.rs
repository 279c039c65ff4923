//! Spans of `tracing` as tasks.

use std::fmt;

use makespan_format::Status;
use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Id, Record as Values};
use tracing_core::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context as Scope, Layer};
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use crate::contain::say_debug;
use crate::context::Context;
use crate::recorder::{Class, Details, Failure, TaskKey, What};
use crate::redact::Redactor;
use crate::spanned::{Spanned, context_of};
use crate::text::Text;
use crate::value::{Members, Value};

/// A layer for `tracing_subscriber`: every span becomes a task of a run, every event a line of its log.
///
/// A span is a task from its creation to its closing; spans within it are tasks within it. A task depends on the spans
/// that its span follows from. An event of the level `ERROR` with a field `error` (as `#[instrument(err)]` writes it)
/// makes the task fail. Fields of events are part of the line; fields of spans are left out unless
/// [requested](SpanLayer::with_fields), because `#[instrument]` puts all arguments there. Spans never wait for the
/// sink, whatever the [durability](crate::Durability) of the run.
///
/// Tasks of this crate and spans may contain each other.
///
/// ```
/// use makespan_tracker::{SpanLayer, Tracker};
/// use tracing_subscriber::layer::SubscriberExt;
///
/// let (tracker, recording) = Tracker::in_memory()?;
/// let run = tracker.run("nightly").start();
/// let subscriber = tracing_subscriber::registry().with(SpanLayer::new(run.context()));
/// tracing::subscriber::with_default(subscriber, || {
///     let _fetch = tracing::info_span!("fetch").entered();
///     tracing::warn!(mirror = 2, "mirror is slow");
/// });
/// drop(run);
/// assert!(recording.text().contains(r#""level":"warning","text":"mirror is slow mirror=2""#));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SpanLayer {
    root: Context,
    fields: bool,
}

impl SpanLayer {
    /// Spans without a parent become tasks of this context.
    pub fn new(root: Context) -> SpanLayer {
        SpanLayer { root, fields: false }
    }

    /// Records the fields of spans as parameters of the tasks.
    #[must_use]
    pub fn with_fields(mut self) -> SpanLayer {
        self.fields = true;
        self
    }

    /// Returns the parent of a new span: the span around it, or what was entered within that.
    fn parent<'a, S: LookupSpan<'a>>(&self, span: &SpanRef<'a, S>, contextual: bool) -> Context {
        let around = span.parent();
        let id = around.as_ref().map_or(0, |around| around.id().into_u64());
        if contextual {
            let (entered, within) = Context::entered();
            if entered.is_recording() && within == id {
                return entered;
            }
        }
        around.and_then(|around| context_of(&around)).unwrap_or_else(|| self.root.clone())
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for SpanLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, scope: Scope<'_, S>) {
        let Some(span) = scope.span(id) else { return };
        let parent = self.parent(&span, attributes.is_contextual());
        let Some(run) = parent.run else { return };
        let mut params = Members::default();
        if self.fields {
            attributes.record(&mut Params { members: &mut params, redactor: run.recorder.redactor.as_ref() });
        }
        let details = params
            .clone()
            .finish()
            .map(|params| Box::new(Details { params: Some(params), ..Details::default() }));
        let task = TaskKey { number: run.state.next_task(), id: None };
        let context = Context { task, run: Some(run), attempt: 1 };
        let name = Text::from(attributes.metadata().name());
        context.record(Class::Lifecycle, What::Started { name, parent: parent.task, details });
        span.extensions_mut().insert(Spanned { context, params, failure: None });
    }

    fn on_record(&self, id: &Id, values: &Values<'_>, scope: Scope<'_, S>) {
        let Some(span) = scope.span(id).filter(|_| self.fields) else { return };
        let Some(context) = context_of(&span) else { return };
        // Formatting calls foreign code, which may trace: the span must not be locked meanwhile.
        let mut fresh = Members::default();
        values.record(&mut Params { members: &mut fresh, redactor: context.redactor() });
        let all = span.extensions_mut().get_mut::<Spanned>().and_then(|own| {
            own.params.append(fresh);
            own.params.clone().finish()
        });
        if let Some(all) = all {
            context.record(Class::Lifecycle, What::Params(Box::new(all)));
        }
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, scope: Scope<'_, S>) {
        let context = |id| scope.span(id).and_then(|span| context_of(&span));
        if let (Some(own), Some(other)) = (context(id), context(follows)) {
            own.record(Class::Lifecycle, What::After(other.task));
        }
    }

    fn on_event(&self, event: &Event<'_>, scope: Scope<'_, S>) {
        let mut line = LogLine::default();
        event.record(&mut line);
        let span = scope.event_span(event);
        let id = span.as_ref().map_or(0, |span| span.id().into_u64());
        let (entered, within) = Context::entered();
        let inner = event.is_contextual() && entered.is_recording() && within == id;
        let of_span = || span.as_ref().and_then(context_of).unwrap_or_else(|| self.root.clone());
        let context = if inner { entered } else { of_span() };
        if *event.metadata().level() == Level::ERROR
            && let (Some(error), Some(span), false) = (line.error.take(), &span, inner)
        {
            let message = Redactor::prose(context.redactor(), "error", error);
            if let Some(own) = span.extensions_mut().get_mut::<Spanned>() {
                own.failure = Some(Failure { message, kind: None });
            }
        }
        if context.is_recording() {
            context.write_line(Text::from(level(*event.metadata().level())), line.text);
        }
    }

    fn on_close(&self, id: Id, scope: Scope<'_, S>) {
        let Some(own) = scope.span(&id).and_then(|span| span.extensions_mut().remove::<Spanned>()) else {
            return;
        };
        let status = if own.failure.is_some() { Status::Failed } else { Status::Succeeded };
        own.context.record(Class::Lifecycle, What::Ended { status, failure: own.failure.map(Box::new) });
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warning",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

/// Collects the fields of a span as parameters.
struct Params<'p> {
    members: &'p mut Members,
    redactor: Option<&'p Redactor>,
}

impl Visit for Params<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.members.put(field.name(), value.into(), self.redactor);
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.members.put(field.name(), value.into(), self.redactor);
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.members.put(field.name(), value.into(), self.redactor);
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.members.put(field.name(), value.into(), self.redactor);
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.members.put(field.name(), value.into(), self.redactor);
    }
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.members.put(field.name(), Value::debug(value), self.redactor);
    }
}

/// Collects the fields of an event as a line: the message, then the others as `name=value`.
#[derive(Default)]
struct LogLine {
    text: String,
    error: Option<String>,
}

impl LogLine {
    fn put(&mut self, field: &Field, value: String) {
        if field.name() == "message" {
            let rest = std::mem::replace(&mut self.text, value);
            self.text.push_str(&rest);
            return;
        }
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(field.name());
        self.text.push('=');
        self.text.push_str(&value);
        if field.name() == "error" {
            self.error = Some(value);
        }
    }
}

impl Visit for LogLine {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, crate::contain::say(value));
    }
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, say_debug(value));
    }
}
