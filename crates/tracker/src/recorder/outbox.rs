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

/// Size at which a batch is closed, in bytes.
const BATCH: usize = 256 << 10;
/// Diagnostics about the recording wait while more than this number of bytes waits for the sink.
const QUIET_ABOVE: usize = 64 << 10;
/// Interval of reports that calls returned before their records were written, ns.
const REMARK_EVERY: i64 = 10_000_000_000;

/// Initial and maximum pause after a failure of the sink.
const RETRY: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(1)];

/// A run as the writer sees it.
#[derive(Debug)]
pub(super) struct Outbox {
    pub(super) run: Arc<RunState>,
    /// Name of the producer for the sink.
    producer: String,
    names: Names,
    parcels: VecDeque<Parcel>,
    /// Number of the next line.
    next: u64,
    /// Number of bytes in all parcels.
    waiting: usize,
    /// Number of dropped records that the file already reports, by kind.
    reported: [u64; 2],
    reported_not_finite: u64,
    reported_unheard: u64,
    /// Time of the last report of late writes.
    remarked: i64,
    /// The last error of the sink, and the number of failures since its last success.
    trouble: Option<(String, u64)>,
    /// Whether lines were accepted since the last sync.
    unsynced: bool,
    /// Whether the run has ended and must be synced for that.
    ending: bool,
    /// Time of the next attempt after a failure, and the pause before it.
    retry: Option<(Instant, Duration)>,
    scratch: String,
}

/// Lines that are passed to the sink together. A parcel is not changed after the first attempt.
#[derive(Debug)]
struct Parcel {
    first: u64,
    count: u64,
    text: String,
    tried: bool,
}

impl Outbox {
    /// Creates an outbox with the line that opens the run.
    pub(super) fn new(run: Arc<RunState>, producer: &str, shared: &Shared) -> Outbox {
        let mut outbox = Outbox {
            producer: format!("{producer}-{}", run.index),
            names: Names::default(),
            parcels: VecDeque::new(),
            next: 1,
            waiting: 0,
            reported: [0; 2],
            reported_not_finite: 0,
            reported_unheard: 0,
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

    /// Adds a record. Returns `false` if memory is full and the record was dropped and counted.
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

    /// Returns the lines that were added last.
    pub(super) fn last(&self) -> &str {
        &self.scratch
    }

    /// Takes the scratch buffer as this number of lines, regardless of the memory limit.
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

    fn report(&mut self, code: &'static str, count: u64, text: String, shared: &Shared) {
        self.scratch.clear();
        let finding = Diagnostic::new(Severity::Warning, code, text).times(count);
        write_line(&Event::Diagnostic(finding), &mut self.scratch);
        self.seal(1, shared);
    }

    /// Adds diagnostics about the recording: dropped records, late writes, errors of the sink. They wait while much is
    /// waiting for the sink, so that a long problem is reported once.
    pub(super) fn remark(&mut self, now: i64, last: bool, shared: &Shared) {
        if self.waiting > QUIET_ABOVE && !last {
            return;
        }
        let dropped = self.run.dropped();
        for (class, what) in
            [(Class::Detail, "metrics, log lines and progress"), (Class::Lifecycle, "events of tasks")]
        {
            let i = class as usize;
            let fresh = dropped[i] - self.reported[i];
            if fresh > 0 {
                self.reported[i] = dropped[i];
                let text = format!(
                    "records dropped while this run was recorded ({what}): {fresh}; they arrived faster than they \
                     could be written, and memory is bounded"
                );
                self.report("records-dropped", fresh, text, shared);
            }
        }
        let not_finite = self.run.not_finite.load(Ordering::Relaxed);
        let fresh = not_finite - self.reported_not_finite;
        if fresh > 0 {
            self.reported_not_finite = not_finite;
            let text =
                format!("values of metrics or progress that are not finite numbers were ignored: {fresh}");
            self.report("not-finite", fresh, text, shared);
        }
        let unheard = self.run.unheard.load(Ordering::Relaxed);
        let fresh = unheard - self.reported_unheard;
        if fresh > 0 {
            self.reported_unheard = unheard;
            let text = format!("events that were not delivered because listeners were too slow: {fresh}");
            self.report("listener-behind", fresh, text, shared);
        }
        if let Some((error, times)) = self.trouble.take_if(|_| self.parcels.is_empty()) {
            let text =
                format!("failed writes of this run: {times}; later writes succeeded (last error: {error})");
            self.report("sink-failed", times, text, shared);
        }
        if last || self.remarked == i64::MIN || now.saturating_sub(self.remarked) > REMARK_EVERY {
            let unwaited = self.run.unwaited.swap(0, Ordering::Relaxed);
            if unwaited > 0 {
                self.remarked = now;
                let text = format!(
                    "calls that returned before their records were written, to not delay the program: {unwaited}; if it \
                     had been killed then, these records would be missing"
                );
                self.report("written-late", unwaited, text, shared);
            }
        }
    }

    /// Returns whether the run has ended since the last sync.
    pub(super) fn is_ending(&self) -> bool {
        self.ending
    }

    /// Returns whether anything waits for the sink.
    pub(super) fn is_waiting(&self) -> bool {
        !self.parcels.is_empty() || self.ending || self.must_sync() || self.trouble.is_some()
    }

    /// Returns whether the sink failed and lines are still waiting.
    pub(super) fn is_failing(&self) -> bool {
        self.retry.is_some()
    }

    /// Makes the next attempt happen at once.
    pub(super) fn hurry(&mut self) {
        self.retry = None;
    }

    fn must_sync(&self) -> bool {
        self.unsynced && self.run.durability == Durability::Strict
    }

    /// Passes waiting lines to the sink. Returns whether it accepted all. After a failure, the sink is not called for a
    /// while.
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

    /// Returns whether the host has dropped the run, so that only records already on their way can arrive.
    pub(super) fn is_orphaned(&self) -> bool {
        Arc::strong_count(&self.run) == 1
    }
}

/// Calls a sink; a panic counts as an error.
fn attempt(call: impl FnOnce() -> io::Result<()>) -> Result<(), String> {
    match contained(call) {
        Ok(result) => result.map_err(|error| crate::contain::say(&error)),
        Err(panic) => Err(format!("it panicked: {panic}")),
    }
}
