//! Retries.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::time::Duration;

use crate::context::Context;
use crate::current::InContext;
use crate::recorder::Failure;
use crate::task::Task;

/// Number of attempts, and the pauses between them.
///
/// ```
/// # use std::time::Duration;
/// use makespan_tracker::Backoff;
/// let backoff = Backoff::exponential(Duration::from_millis(100)).tries(4).at_most(Duration::from_millis(300));
/// let pauses: Vec<u64> = backoff.pauses().map(|pause| pause.as_millis() as u64).collect();
/// assert_eq!(pauses, [100, 200, 300]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    first: Duration,
    factor: f64,
    longest: Duration,
    tries: u32,
    jitter: f64,
}

impl Backoff {
    /// The same pause each time; three attempts.
    pub fn fixed(pause: Duration) -> Backoff {
        Backoff { first: pause, factor: 1.0, longest: Duration::MAX, tries: 3, jitter: 0.0 }
    }

    /// A pause that doubles each time; three attempts.
    pub fn exponential(first: Duration) -> Backoff {
        Backoff { factor: 2.0, ..Backoff::fixed(first) }
    }

    /// No pauses; three attempts.
    pub fn none() -> Backoff {
        Backoff::fixed(Duration::ZERO)
    }

    /// Sets the number of attempts, including the first; at least one.
    #[must_use]
    pub fn tries(self, tries: u32) -> Backoff {
        Backoff { tries: tries.max(1), ..self }
    }

    /// Sets the factor between one pause and the next, at least 1.
    #[must_use]
    pub fn factor(self, factor: f64) -> Backoff {
        Backoff { factor: if factor >= 1.0 { factor } else { 1.0 }, ..self }
    }

    /// Sets the maximum pause.
    #[must_use]
    pub fn at_most(self, longest: Duration) -> Backoff {
        Backoff { longest, ..self }
    }

    /// Shortens each pause by a random share, up to this one (0 to 1), so that many programs that failed together do
    /// not retry together.
    #[must_use]
    pub fn jitter(self, part: f64) -> Backoff {
        Backoff { jitter: if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 }, ..self }
    }

    /// Returns the pauses between attempts, one fewer than there are attempts, without jitter.
    pub fn pauses(self) -> impl Iterator<Item = Duration> {
        let mut next = self.first.as_secs_f64();
        (1..self.tries).map(move |_| {
            let pause = Duration::try_from_secs_f64(next).unwrap_or(Duration::MAX).min(self.longest);
            next *= self.factor;
            pause
        })
    }

    fn shortened(&self, pause: Duration) -> Duration {
        if self.jitter == 0.0 {
            return pause;
        }
        let random = f64::from(fresh_u32()) / f64::from(u32::MAX);
        pause.mul_f64(1.0 - self.jitter * random)
    }
}

/// Returns a random number, derived from the random seed of the hash tables of this process.
fn fresh_u32() -> u32 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0) as u32
}

/// One attempt of a task; also a [`Context`].
#[derive(Debug)]
pub struct Attempt {
    context: Context,
    last: bool,
}

impl Attempt {
    /// Number of the attempt, from 1.
    pub fn number(&self) -> u32 {
        self.context.attempt
    }

    /// Returns whether no other attempt follows if this one fails.
    pub fn is_last(&self) -> bool {
        self.last
    }

    /// Declares the error permanent: if this attempt fails, no other follows.
    pub fn give_up(&mut self) {
        self.last = true;
    }
}

impl Deref for Attempt {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.context
    }
}

/// What follows an attempt.
fn follow<T, E: fmt::Display>(task: &mut Task, attempt: &Attempt, result: &Result<T, E>) -> bool {
    let Some(error) = result.as_ref().err().filter(|_| !attempt.last && !task.is_cancelled()) else {
        return false;
    };
    let failure = task.is_recording().then(|| Failure::of(error, task.redactor()));
    task.try_again(failure);
    true
}

pub(crate) fn retry<T, E: fmt::Display>(
    mut task: Task,
    backoff: Backoff,
    mut work: impl FnMut(&mut Attempt) -> Result<T, E>,
) -> Result<T, E> {
    let mut pauses = backoff.pauses();
    loop {
        let pause = pauses.next();
        let mut attempt = Attempt { context: task.context(), last: pause.is_none() };
        let result = {
            let _here = attempt.context.enter();
            work(&mut attempt)
        };
        if !follow(&mut task, &attempt, &result) {
            task.end_with(&result);
            return result;
        }
        std::thread::sleep(backoff.shortened(pause.unwrap_or_default()));
        task.begin_again();
    }
}

pub(crate) async fn retry_async<T, E: fmt::Display, S: Future<Output = ()>>(
    mut task: Task,
    backoff: Backoff,
    mut sleep: impl FnMut(Duration) -> S,
    mut work: impl AsyncFnMut(&mut Attempt) -> Result<T, E>,
) -> Result<T, E> {
    let mut pauses = backoff.pauses();
    loop {
        let pause = pauses.next();
        let mut attempt = Attempt { context: task.context(), last: pause.is_none() };
        let context = task.context();
        let result = work(&mut attempt).in_context(context).await;
        if !follow(&mut task, &attempt, &result) {
            task.end_with(&result);
            return result;
        }
        sleep(backoff.shortened(pause.unwrap_or_default())).await;
        task.begin_again();
    }
}
