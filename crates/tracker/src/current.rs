//! The current context of a thread or a future.

use std::cell::RefCell;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::task::Poll;

use crate::context::Context;
use crate::recorder::RunInner;
#[cfg(feature = "tracing")]
use crate::spanned;

impl Context {
    /// Returns the context that this thread (or this future, see [`InContext`]) is in, otherwise that of
    /// [`Run::make_default`](crate::Run::make_default), otherwise none.
    pub fn current() -> Context {
        let (entered, within) = Context::entered();
        #[cfg(feature = "tracing")]
        if let Some((context, span)) = spanned::current()
            && (entered.run.is_none() || span != within)
        {
            return context;
        }
        let _ = within;
        if entered.run.is_some() { entered } else { Context::of_default() }
    }

    /// Returns the context that this thread entered last, and the `tracing` span that it was in then (0 for none): a
    /// span entered later is further inside.
    pub(crate) fn entered() -> (Context, u64) {
        let entered = CURRENT.try_with(|current| current.try_borrow().map(|c| c.clone()).unwrap_or_default());
        entered.unwrap_or_default()
    }

    /// Makes this the current context of this thread until the guard is dropped.
    pub fn enter(&self) -> Entered {
        self.clone().into_entered()
    }

    fn into_entered(self) -> Entered {
        #[cfg(feature = "tracing")]
        let within = spanned::current_id();
        #[cfg(not(feature = "tracing"))]
        let within = 0;
        let inner = (self, within);
        let swapped = CURRENT
            .try_with(|current| current.try_borrow_mut().map(|mut c| std::mem::replace(&mut *c, inner)));
        Entered { before: swapped.ok().and_then(Result::ok), here: PhantomData }
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

thread_local! {
    static CURRENT: RefCell<(Context, u64)> = const { RefCell::new((Context::none(), 0)) };
}

/// The run of code that is in no context.
static DEFAULT: RwLock<Option<Weak<RunInner>>> = RwLock::new(None);

/// Makes its context the current one of this thread while it lives. Drop guards in the reverse order of their creation.
#[derive(Debug)]
#[must_use = "the context is left when this is dropped"]
pub struct Entered {
    before: Option<(Context, u64)>,
    /// The guard belongs to this thread.
    here: PhantomData<*const ()>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        let Some(before) = self.before.take() else { return };
        let left = CURRENT
            .try_with(|current| current.try_borrow_mut().map(|mut c| std::mem::replace(&mut *c, before)));
        // Dropping the previous context may end a run, which may look up the current context; it must not be borrowed
        // then.
        drop(left);
    }
}

/// Puts futures into a context.
pub trait InContext: Future + Sized {
    /// Wraps the future so that the context is the current one whenever the future is polled, on any thread.
    fn in_context(self, context: Context) -> Instrumented<Self> {
        Instrumented { inner: Box::pin(self), context }
    }

    /// Wraps it with the context that is current when this is called.
    fn in_current_context(self) -> Instrumented<Self> {
        self.in_context(Context::current())
    }
}

impl<F: Future> InContext for F {}

/// A future in a context; see [`InContext`]. Needs no particular runtime.
#[derive(Debug)]
#[must_use = "a future does nothing unless it is polled"]
pub struct Instrumented<F> {
    /// Boxed, because a pin cannot be projected without unsafe code.
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
