//! The lines of one run on their way to the sink.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use makespan_format::{Diagnostic, Event, Severity, write_line};

use super::encode::{Encoder, Ending, Names};
use super::record::{Class, Record, What};
use super::shared::Shared;
use super::state::RunState;
use crate::contain::contained;
use crate::durability::Durability;
use crate::sink::{Batch, Sink};
use crate::text::Text;

/// A batch that reached this size is closed, in bytes.
const BATCH: usize = 256 << 10;
/// Remarks about the record wait while more than this waits for the sink, in bytes.
const QUIET_ABOVE: usize = 64 << 10;
/// Interval of reports that calls returned before their records were written, ns.
const REMARK_EVERY: i64 = 10_000_000_000;

/// Pause after a failure of the sink, at first and at most.
const RETRY: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(1)];

/// A run, seen from the writer.
#[derive(Debug)]
pub(super) struct Outbox {
    pub(super) run: Arc<RunState>,
    /// The producer, as a sink sees it.
    producer: String,
    names: Names,
    parcels: VecDeque<Parcel>,
    /// Number of the next line.
    next: u64,
    /// Bytes in all parcels.
    waiting: usize,
    /// Dropped records that a line in the file reports.
    told: [u64; 2],
    told_not_finite: u64,
    told_unheard: u64,
    /// When the last remark about calls that went on was made.
    remarked: i64,
    /// The last error of the sink, and the number of failures since its last success.
    trouble: Option<(String, u64)>,
    /// Lines were taken since the last sync.
    unsynced: bool,
    /// The run has ended and must be synced for that.
    ending: bool,
    /// Time of the next try after a failure, and the pause before it.
    retry: Option<(Instant, Duration)>,
    scratch: String,
}

/// Lines that go to the sink together. One that was tried is not changed any more.
#[derive(Debug)]
struct Parcel {
    first: u64,
    count: u64,
    text: String,
    tried: bool,
}

impl Outbox {
    /// With the line that opens the run.
    pub(super) fn new(run: Arc<RunState>, producer: &str, shared: &Shared) -> Outbox {
        let mut outbox = Outbox {
            producer: format!("{producer}-{}", run.index),
            names: Names::default(),
            parcels: VecDeque::new(),
            next: 1,
            waiting: 0,
            told: [0; 2],
            told_not_finite: 0,
            told_unheard: 0,
            remarked: i64::MIN,
            trouble: None,
            unsynced: false,
            ending: false,
            retry: None,
            scratch: run.opening.clone(),
            run,
        };
        let lines = outbox.scratch.lines().count() as u64;
        outbox.seal(lines, shared);
        outbox
    }

    /// Adds a record; where memory is full it is dropped and counted, and this is false.
    pub(super) fn add(
        &mut self,
        record: &Record,
        ending: Option<Ending<'_>>,
        worker: &Text,
        shared: &Shared,
    ) -> bool {
        self.scratch.clear();
        let mut encoder = Encoder { run: &self.run, names: &mut self.names, worker, out: &mut self.scratch };
        let lines = encoder.record(record, ending);
        if lines == 0 {
            return false;
        }
        let class = record.class();
        if !shared.reserve(self.scratch.len(), class) {
            let records = 1 + u64::from(ending.is_some());
            shared.count_dropped(&self.run, class, records);
            return false;
        }
        self.ending |= matches!(record.what, What::Over(_));
        self.enclose(lines);
        true
    }

    /// The lines that were added last.
    pub(super) fn last(&self) -> &str {
        &self.scratch
    }

    /// Takes what is in the scratch as so many lines, whatever the bound of memory.
    fn seal(&mut self, lines: u64, shared: &Shared) {
        shared.overdraw(self.scratch.len());
        self.enclose(lines);
    }

    fn enclose(&mut self, lines: u64) {
        self.waiting += self.scratch.len();
        match self.parcels.back_mut().filter(|p| !p.tried && p.text.len() + self.scratch.len() <= BATCH) {
            Some(parcel) => {
                parcel.text.push_str(&self.scratch);
                parcel.count += lines;
            }
            None => {
                let text = self.scratch.clone();
                self.parcels.push_back(Parcel { first: self.next, count: lines, text, tried: false });
            }
        }
        self.next += lines;
    }

    fn tell(&mut self, code: &'static str, count: u64, text: String, shared: &Shared) {
        self.scratch.clear();
        let finding = Diagnostic::new(Severity::Warning, code, text).times(count);
        write_line(&Event::Diagnostic(finding), &mut self.scratch);
        self.seal(1, shared);
    }

    /// Adds diagnostics about the recording: dropped records, late writes, errors of the sink. While much is waiting
    /// for the sink these wait too, so that a long problem is reported once.
    pub(super) fn remark(&mut self, now: i64, last: bool, shared: &Shared) {
        if self.waiting > QUIET_ABOVE && !last {
            return;
        }
        let dropped = self.run.dropped();
        for (class, what) in
            [(Class::Detail, "metrics, log lines and progress"), (Class::Lifecycle, "events of tasks")]
        {
            let i = class as usize;
            let fresh = dropped[i] - self.told[i];
            if fresh > 0 {
                self.told[i] = dropped[i];
                let text = format!(
                    "records dropped while this run was recorded ({what}): {fresh}; they arrived faster than they \
                     could be written, and memory is bounded"
                );
                self.tell("records-dropped", fresh, text, shared);
            }
        }
        let not_finite = self.run.not_finite.load(Ordering::Relaxed);
        let fresh = not_finite - self.told_not_finite;
        if fresh > 0 {
            self.told_not_finite = not_finite;
            let text =
                format!("values of metrics or progress that are not finite numbers were ignored: {fresh}");
            self.tell("not-finite", fresh, text, shared);
        }
        let unheard = self.run.unheard.load(Ordering::Relaxed);
        let fresh = unheard - self.told_unheard;
        if fresh > 0 {
            self.told_unheard = unheard;
            let text = format!("events that were not delivered because listeners were too slow: {fresh}");
            self.tell("listener-behind", fresh, text, shared);
        }
        if let Some((error, times)) = self.trouble.take_if(|_| self.parcels.is_empty()) {
            let text =
                format!("failed writes of this run: {times}; later writes succeeded (last error: {error})");
            self.tell("sink-failed", times, text, shared);
        }
        if last || self.remarked == i64::MIN || now.saturating_sub(self.remarked) > REMARK_EVERY {
            let unwaited = self.run.unwaited.swap(0, Ordering::Relaxed);
            if unwaited > 0 {
                self.remarked = now;
                let text = format!(
                    "calls that returned before their records were written, to not delay the program: {unwaited}; if it \
                     had been killed then, these records would be missing"
                );
                self.tell("written-late", unwaited, text, shared);
            }
        }
    }

    /// Whether the run has ended since the last sync.
    pub(super) fn is_ending(&self) -> bool {
        self.ending
    }

    /// Whether something waits for the sink.
    pub(super) fn is_waiting(&self) -> bool {
        !self.parcels.is_empty() || self.ending || self.must_sync() || self.trouble.is_some()
    }

    /// Whether the sink failed and has not taken what waits.
    pub(super) fn is_failing(&self) -> bool {
        self.retry.is_some()
    }

    /// Lets the sink be tried at once.
    pub(super) fn hurry(&mut self) {
        self.retry = None;
    }

    fn must_sync(&self) -> bool {
        self.unsynced && self.run.durability == Durability::Strict
    }

    /// Gives the sink what waits for it. Whether it took all. A sink that failed is left alone for a while.
    pub(super) fn deliver(&mut self, sink: &mut dyn Sink, shared: &Shared) -> bool {
        if self.retry.is_some_and(|(at, _)| Instant::now() < at) {
            return false;
        }
        while let Some(parcel) = self.parcels.front_mut() {
            parcel.tried = true;
            let (first, count) = (parcel.first, parcel.count);
            let batch =
                Batch { run: &self.run.id, producer: &self.producer, first, count, text: &parcel.text };
            if let Err(error) = attempt(|| sink.write(&batch)) {
                return self.failed(error);
            }
            shared.release(parcel.text.len());
            self.waiting -= parcel.text.len();
            self.parcels.pop_front();
            self.unsynced = true;
        }
        if self.must_sync() || self.ending {
            if let Err(error) = attempt(|| sink.sync(&self.run.id)) {
                return self.failed(error);
            }
            (self.unsynced, self.ending) = (false, false);
        }
        self.retry = None;
        true
    }

    fn failed(&mut self, error: String) -> bool {
        let times = self.trouble.as_ref().map_or(0, |(_, times)| *times);
        self.trouble = Some((error, times + 1));
        let pause = self.retry.map_or(RETRY[0], |(_, pause)| (pause * 2).min(RETRY[1]));
        self.retry = Some((Instant::now() + pause, pause));
        false
    }

    /// Whether the run's own side is gone: nothing can come any more but what is on its way already.
    pub(super) fn is_orphaned(&self) -> bool {
        Arc::strong_count(&self.run) == 1
    }
}

/// Calls a sink; a panic is an error.
fn attempt(call: impl FnOnce() -> io::Result<()>) -> Result<(), String> {
    match contained(call) {
        Ok(result) => result.map_err(|error| crate::contain::say(&error)),
        Err(panic) => Err(format!("it panicked: {panic}")),
    }
}
