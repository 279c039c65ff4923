//! Samples over time: one thread that is there as long as something is measured.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::proc::{Missing, Proc, Reading, clock};
use crate::lock::briefly;

/// Something that is measured over time.
pub(crate) trait Sampled: std::fmt::Debug + Send + Sync {
    /// Whether anybody could still see what is sampled.
    fn is_wanted(&self) -> bool;

    /// Whether it is a task, not a run as a whole.
    fn is_of_task(&self) -> bool;

    /// Records a sample.
    fn sample(&self, reading: &Reading);
}

/// Looks at what the process uses, again and again, for all that is measured.
#[derive(Debug)]
pub(crate) struct Sampler {
    /// Zero if there are no samples over time.
    interval: Duration,
    watched: Mutex<Watched>,
}

#[derive(Debug, Default)]
struct Watched {
    watches: Vec<Arc<dyn Sampled>>,
    /// A thread looks at them.
    running: bool,
}

/// The shortest interval: below it the looking itself would be what is measured.
const SHORTEST: Duration = Duration::from_millis(5);

impl Sampler {
    pub(crate) fn new(interval: Duration) -> Arc<Sampler> {
        let interval = if interval.is_zero() { interval } else { interval.max(SHORTEST) };
        Arc::new(Sampler { interval, watched: Mutex::default() })
    }

    /// Measures something until [`Sampler::forget`]. Returns whether it is a task and another one is being measured
    /// too. If the lock is not available (as in a child after a fork), or a thread cannot be started, there are no
    /// samples over time.
    pub(super) fn watch(self: &Arc<Sampler>, watch: Arc<dyn Sampled>) -> bool {
        let Some(mut watched) = briefly(&self.watched) else { return false };
        let shared = watch.is_of_task() && watched.watches.iter().any(|other| other.is_of_task());
        watched.watches.push(watch);
        if !watched.running && !self.interval.is_zero() {
            let own = Arc::clone(self);
            let thread = thread::Builder::new().name("makespan-usage".to_owned()).spawn(move || own.look());
            watched.running = thread.is_ok();
        }
        shared
    }

    /// Looks at it no more.
    pub(super) fn forget(&self, watch: &dyn Sampled) {
        if let Some(mut watched) = briefly(&self.watched) {
            watched.watches.retain(|other| !std::ptr::addr_eq(&raw const **other, watch));
        }
    }

    /// Half an interval, ns: what is shorter is no sample of its own.
    pub(super) fn half(&self) -> i64 {
        i64::try_from(self.interval.as_nanos() / 2).unwrap_or(i64::MAX)
    }

    fn look(&self) {
        let proc = Proc::of_system();
        loop {
            thread::sleep(self.interval);
            let watches = {
                let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
                watched.watches.retain(|watch| watch.is_wanted());
                if watched.watches.is_empty() {
                    watched.running = false;
                    return;
                }
                watched.watches.clone()
            };
            // Missing values were reported when the measurement began.
            let reading = proc.read(clock(), &mut Missing::new());
            for watch in watches {
                watch.sample(&reading);
            }
        }
    }
}
