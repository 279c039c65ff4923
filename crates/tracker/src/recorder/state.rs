//! What is known of one run.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::durability::Durability;

/// What is known of one run on both sides.
#[derive(Debug, Default)]
pub(crate) struct RunState {
    pub(crate) index: u32,
    pub(crate) id: Arc<str>,
    /// What makes the ids of its tasks differ from those of other runs.
    pub(crate) salt: String,
    /// What a monotonic time needs to be a time of day.
    pub(crate) offset: i64,
    /// The lines that open the run.
    pub(crate) opening: String,
    /// The task that stands for it in the run that the program was started within.
    pub(crate) group: Option<String>,
    /// The ids of tasks that were asked for, by their numbers.
    pub(crate) asked: Mutex<HashMap<u64, String>>,
    pub(crate) durability: Durability,
    /// Tasks so far.
    pub(crate) tasks: AtomicU64,
    /// Everything older is with the sink.
    pub(crate) written: AtomicI64,
    /// Everything older is on the disk.
    pub(crate) synced: AtomicI64,
    /// The sink is slower than the patience of the callers: they do not wait until it has caught up.
    pub(crate) behind: AtomicBool,
    /// Calls that went on before their records were written.
    pub(crate) unwaited: AtomicU64,
    /// Records that were dropped, by class.
    pub(crate) dropped: [AtomicU64; 2],
    /// Values that were no finite numbers.
    pub(crate) not_finite: AtomicU64,
    /// Lines that listeners were too slow for.
    pub(crate) unheard: AtomicU64,
    /// What was said once and need not be said again.
    pub(crate) announced: Announced,
    /// What the process uses is measured of every task.
    pub(crate) measures_tasks: bool,
    pub(crate) failed: AtomicBool,
    pub(crate) cancelled: AtomicBool,
}

/// What was said of a run once.
#[derive(Debug, Default)]
pub(crate) struct Announced {
    /// What is not collected, and what the process is allowed to use.
    pub(crate) usage_begun: AtomicBool,
    /// That tasks were measured at the same time.
    pub(crate) usage_shared: AtomicBool,
}

impl RunState {
    /// Records that were dropped so far: details, and of the life of tasks.
    pub(crate) fn dropped(&self) -> [u64; 2] {
        [self.dropped[0].load(Ordering::Relaxed), self.dropped[1].load(Ordering::Relaxed)]
    }
}
