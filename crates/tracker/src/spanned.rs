//! Data stored with a span of `tracing`.

use tracing_core::dispatcher;
use tracing_core::span::Id;
use tracing_subscriber::registry::{LookupSpan, Registry, SpanRef};

use crate::context::Context;
use crate::recorder::Failure;
use crate::value::Members;

/// The context stored with a span.
pub(crate) struct Spanned {
    pub(crate) context: Context,
    pub(crate) params: Members,
    pub(crate) failure: Option<Failure>,
}

/// Returns the context of a span, or of the innermost span around it that has one.
pub(crate) fn context_of<'a, S: LookupSpan<'a>>(span: &SpanRef<'a, S>) -> Option<Context> {
    if let Some(own) = span.extensions().get::<Spanned>() {
        return Some(own.context.clone());
    }
    span.scope().skip(1).find_map(|outer| outer.extensions().get::<Spanned>().map(|own| own.context.clone()))
}

/// Returns the context of the span that this thread is in, and the span's id.
pub(crate) fn current() -> Option<(Context, u64)> {
    dispatcher::get_default(|dispatch| {
        let registry = dispatch.downcast_ref::<Registry>()?;
        let current = dispatch.current_span();
        let span = registry.span(current.id()?)?;
        Some((context_of(&span)?, span.id().into_u64()))
    })
}

/// Returns the id of the span that this thread is in; 0 for none.
pub(crate) fn current_id() -> u64 {
    dispatcher::get_default(|dispatch| dispatch.current_span().id().map_or(0, Id::into_u64))
}
