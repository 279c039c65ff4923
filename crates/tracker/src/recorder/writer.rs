//! The one thread of a recorder: it takes records from all threads, puts them in the order of time, and writes them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use super::chunk::{BLOCK_BYTES, Chunk};
use super::listener::Post;
use super::outbox::Outbox;
use super::record::{Record, TaskKey, What};
use super::shared::Shared;
use crate::clock;
use crate::contain::contained;
use crate::sink::Sink;

/// How old a record may get before it is taken: half of what is promised, for the writing takes time too.
const TICK: Duration = Duration::from_millis(25);
/// After so many empty ticks the writer sleeps until it is woken.
const DROWSY: u32 = 40;
/// How long a sink that fails is tried after the end.
const LAST_TRIES: Duration = Duration::from_secs(2);

/// What the writer's thread owns.
pub(super) struct Writer {
    shared: Arc<Shared>,
    sink: Box<dyn Sink>,
    producer: String,
    post: Option<Post>,
    /// By index, that is, in the order in which they began: the order in which their lines are written.
    runs: BTreeMap<u32, Outbox>,
    /// Records that are too young: another thread may still add an older one.
    carried: Vec<Taken>,
    /// A sink failed and has not taken what waits for it.
    failing: bool,
}

/// A record, and the thread that it is from.
struct Taken {
    from: Arc<Chunk>,
    record: Record,
}

impl Writer {
    pub(super) fn new(
        shared: Arc<Shared>,
        sink: Box<dyn Sink>,
        producer: String,
        post: Option<Post>,
    ) -> Writer {
        Writer { shared, sink, producer, post, runs: BTreeMap::new(), carried: Vec::new(), failing: false }
    }

    /// Writes until it is asked to stop and nothing is left, or what is left cannot be written.
    pub(super) fn work(mut self) {
        let mut idle = 0;
        let mut stopping: Option<Instant> = None;
        loop {
            if stopping.is_none() && self.shared.must_stop() {
                stopping = Some(Instant::now());
                self.shared.close();
                self.runs.values_mut().for_each(Outbox::hurry);
            }
            let busy = self.round(stopping.is_some());
            if let Some(since) = stopping {
                // The round before this one may have left records that were too young for it.
                let done = self.carried.is_empty() && !self.runs.values().any(Outbox::is_waiting);
                if done || since.elapsed() > LAST_TRIES {
                    break;
                }
            }
            idle = if busy { 0 } else { idle + 1 };
            self.rest(&mut idle, stopping.is_some());
        }
        for outbox in std::mem::take(&mut self.runs).into_values() {
            let _ = contained(|| self.sink.close(&outbox.run.id));
        }
    }

    /// Waits for the next round: not at all where somebody waits for it, for a tick while things happen, else until
    /// a thread records something.
    fn rest(&mut self, idle: &mut u32, stopping: bool) {
        if self.shared.take_urgent() && !self.failing {
            return;
        }
        if stopping {
            thread::park_timeout(Duration::from_millis(1));
        } else if *idle < DROWSY || self.failing || !self.carried.is_empty() {
            thread::park_timeout(TICK);
        } else {
            self.shared.set_asleep(true);
            // What came before that was seen would wake nobody.
            if !self.round(false) {
                thread::park();
            }
            self.shared.set_asleep(false);
            *idle = 0;
        }
    }

    /// Takes what is there, encodes and delivers it. Whether there was anything.
    fn round(&mut self, stopping: bool) -> bool {
        let through = clock::now();
        let orphaned: Vec<u32> = self.runs.iter().filter(|(_, o)| o.is_orphaned()).map(|(i, _)| *i).collect();
        self.collect();
        self.meet_runs();
        let ready = self.carried.partition_point(|taken| taken.record.at < through);
        let young = self.carried.split_off(ready);
        let ready = std::mem::replace(&mut self.carried, young);
        let busy = !ready.is_empty();
        self.encode(ready);
        let delivered = self.deliver(through, stopping);
        for index in orphaned {
            self.part_with(index, stopping);
        }
        if delivered || busy {
            self.shared.turn(|rounds| {
                if delivered {
                    rounds.through = through;
                }
            });
        }
        busy
    }

    fn meet_runs(&mut self) {
        let fresh = {
            let mut runs = self.shared.new_runs.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            std::mem::take(&mut *runs)
        };
        for run in fresh {
            self.runs.insert(run.index, Outbox::new(run, &self.producer, &self.shared));
        }
    }

    /// Empties the chunks of all threads into `carried`, in order of time.
    fn collect(&mut self) {
        let mut blocks = Vec::new();
        for chunk in self.shared.chunks() {
            chunk.take(&mut blocks);
            for mut block in blocks.drain(..) {
                self.shared.taken.fetch_add(block.len() as u64, Ordering::Relaxed);
                self.carried.extend(block.drain(..).map(|record| Taken { from: Arc::clone(&chunk), record }));
                self.shared.release(BLOCK_BYTES);
                self.shared.keep(block);
            }
        }
        self.carried.sort_by_key(|taken| taken.record.at);
    }

    /// Writes records as lines, those of a try that began and ended among them as one.
    fn encode(&mut self, records: Vec<Taken>) {
        let of = |record: &Record| (record.run, record.task.number, record.attempt);
        let mut ends: HashMap<(u32, u64, u32), usize> = HashMap::new();
        for (i, Taken { record, .. }) in records.iter().enumerate() {
            if matches!(record.what, What::Ended { .. }) && record.task != TaskKey::RUN {
                ends.insert(of(record), i);
            }
        }
        let mut merged = vec![false; records.len()];
        for (i, Taken { from, record }) in records.iter().enumerate() {
            self.shared.release(record.weight());
            let Some(outbox) = self.runs.get_mut(&record.run) else { continue };
            if merged[i] {
                continue;
            }
            let begins = matches!(record.what, What::Started { .. } | What::Began { .. });
            let end = if begins { ends.get(&of(record)).copied().filter(|end| *end > i) } else { None };
            let ending = end.and_then(|end| match &records[end].record.what {
                What::Ended { status, failure } => {
                    Some((records[end].record.at, *status, failure.as_deref()))
                }
                _ => None,
            });
            if let Some(end) = end {
                merged[end] = true;
            }
            let fits = outbox.add(record, ending, &from.worker, &self.shared);
            if let Some(post) = self.post.as_mut().filter(|_| fits && !from.quiet) {
                post.add(&outbox.run, outbox.last());
            }
        }
    }

    /// Gives the sink what waits. Whether nothing waits any more.
    fn deliver(&mut self, through: i64, stopping: bool) -> bool {
        if let Some(post) = &mut self.post {
            post.send();
        }
        self.failing = false;
        for outbox in self.runs.values_mut() {
            outbox.remark(through, outbox.is_ending() || stopping, &self.shared);
            if outbox.deliver(&mut *self.sink, &self.shared) {
                outbox.run.written.store(through, Ordering::Release);
                outbox.run.synced.store(through, Ordering::Release);
                outbox.run.behind.store(false, Ordering::Relaxed);
            }
            self.failing |= outbox.is_failing();
        }
        !self.failing
    }

    /// Forgets a run of which nobody can record anything any more.
    fn part_with(&mut self, index: u32, stopping: bool) {
        let Some(outbox) = self.runs.get_mut(&index) else { return };
        outbox.remark(i64::MAX, true, &self.shared);
        outbox.deliver(&mut *self.sink, &self.shared);
        let young = self.carried.iter().any(|taken| taken.record.run == index);
        if !outbox.is_waiting() && !young && !stopping {
            let _ = contained(|| self.sink.close(&outbox.run.id));
            self.runs.remove(&index);
        }
    }
}
