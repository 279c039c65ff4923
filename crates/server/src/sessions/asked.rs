//! A question and its answer, as they go to the thread of a run and back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use makespan_engine::Question;

use crate::net::reply::Problem;

/// A question of a client.
pub(crate) struct Asked {
    pub(crate) question: Question,
    /// Of the questions with the same line that wait, only the newest is answered.
    pub(crate) line: Option<String>,
    /// Seconds east of UTC of the client's zone.
    pub(crate) offset: i32,
    /// Whether the answer is compressed by gzip if that is worth it.
    pub(crate) takes_gzip: bool,
}

/// An answer in its binary form.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) bytes: Vec<u8>,
    pub(crate) is_packed: bool,
    /// Number of events of the run that it is about.
    pub(crate) events: u64,
}

/// What the client of a question receives.
pub(super) type Reply = Result<Answered, Problem>;

/// A question that is counted until this is dropped.
pub(super) struct Place(Arc<AtomicUsize>);

impl Place {
    /// Counts one more; also returns how many there were before.
    pub(super) fn taken(count: &Arc<AtomicUsize>) -> (Place, usize) {
        let before = count.fetch_add(1, Ordering::Relaxed);
        (Place(Arc::clone(count)), before)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
