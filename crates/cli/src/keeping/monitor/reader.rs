//! Reads the store beside the screen, which must answer keys however slow the store is.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use makespan_alerts::{Alert, AlertState};
use makespan_analysis::{Facts, StepProgress, progress};
use makespan_server::alerts::AlertLedger;
use makespan_store::{RunState, Store};

use super::plain::active;
use crate::failure::Failure;
use crate::stored::{Address, known, now, run_of, state_of};

/// Reading takes at most one part in so many of the time: a run of millions of tasks is read less often.
const SHARE: u32 = 4;

/// A run and what is known about it.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) facts: Facts,
    pub(super) steps: Vec<StepProgress>,
}

impl Seen {
    pub(super) fn new(facts: Facts) -> Seen {
        let steps = progress(facts.run());
        Seen { facts, steps }
    }
}

/// What was read at one time.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// When, ns since the epoch.
    pub(super) at: i64,
    /// The runs to choose from.
    pub(super) runs: Vec<RunState>,
    /// Which of them is shown.
    pub(super) chosen: Option<usize>,
    /// The chosen run; `None` if it has not changed since the last reading.
    pub(super) seen: Option<Seen>,
    /// Its firing alerts, then those that were resolved, each the newest first.
    pub(super) alerts: Vec<Alert>,
    /// Why nothing could be read.
    pub(super) fault: Option<String>,
}

/// The thread that reads.
#[derive(Debug)]
pub(super) struct Reader {
    wishes: Sender<Option<String>>,
    readings: Receiver<Reading>,
}

impl Reader {
    /// Starts reading: the given run, or the active ones.
    ///
    /// # Errors
    ///
    /// Those of the first reading, and that the thread cannot be started.
    pub(super) fn start(
        address: &Address,
        only: Option<&str>,
        interval: Duration,
    ) -> Result<(Reader, Reading), Failure> {
        let mut source = Source {
            address: address.clone(),
            store: match only {
                Some(run) => Some(address.open_with(run)?),
                None => address.open_existing()?,
            },
            ledger: address.alerts().ok().map(Arc::new),
            only: only.map(str::to_owned),
            last: None,
        };
        let first = source.read(None)?;
        let (wishes, asked) = channel::<Option<String>>();
        let (send, readings) = channel();
        let work = move || {
            let (mut wish, mut took) = (None, Duration::ZERO);
            loop {
                match asked.recv_timeout(interval.max(took * SHARE)) {
                    Ok(new) => wish = asked.try_iter().last().unwrap_or(new),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
                let begun = Instant::now();
                let failed = |failure: Failure| Reading {
                    at: now(),
                    fault: Some(failure.to_string()),
                    ..Reading::default()
                };
                let reading = source.read(wish.as_deref()).unwrap_or_else(failed);
                took = begun.elapsed();
                if send.send(reading).is_err() {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("monitor".to_owned()).spawn(work);
        thread.map_err(|error| Failure::Store(format!("cannot start a thread: {error}")))?;
        Ok((Reader { wishes, readings }, first))
    }

    /// Reads now, and shows that run from now on.
    pub(super) fn choose(&self, run: Option<String>) {
        // The thread ends with the program only.
        let _ = self.wishes.send(run);
    }

    /// What was read since the last call.
    pub(super) fn take(&self) -> Vec<Reading> {
        self.readings.try_iter().collect()
    }
}

struct Source {
    address: Address,
    store: Option<Box<dyn Store>>,
    ledger: Option<Arc<AlertLedger>>,
    only: Option<String>,
    /// Id and number of events of the run that was read last.
    last: Option<(String, u64)>,
}

impl Source {
    fn read(&mut self, wish: Option<&str>) -> Result<Reading, Failure> {
        match &self.store {
            Some(store) => self.address.take_in(&**store),
            None => self.store = self.address.open_existing()?,
        }
        let mut reading = Reading { at: now(), ..Reading::default() };
        let (address, Some(store)) = (&self.address, self.store.as_deref()) else { return Ok(reading) };
        reading.runs = match &self.only {
            Some(run) => vec![state_of(address, store, run)?],
            None => active(address, store)?.runs,
        };
        // A run that ended while it was watched stays.
        let before = self.last.as_ref().map(|(id, _)| id.as_str());
        if let Some(id) = wish.or(before)
            && reading.runs.iter().all(|run| run.id != id)
            && let Some(state) = known(address, store, id)?
        {
            reading.runs.push(state);
        }
        let place = |id: &str| reading.runs.iter().position(|run| run.id == id);
        reading.chosen = wish
            .and_then(place)
            .or_else(|| before.and_then(place))
            .or((!reading.runs.is_empty()).then_some(0));
        let Some(state) = reading.chosen.and_then(|at| reading.runs.get(at)) else { return Ok(reading) };
        let key = (state.id.clone(), state.events);
        if self.last.as_ref() != Some(&key) {
            let seen = Seen::new(Facts::new(Arc::new(run_of(address, store, &key.0)?)));
            // Computed here, not while keys wait.
            let _ = (seen.facts.concurrency(), seen.facts.measures(), seen.facts.errors());
            reading.seen = Some(seen);
        }
        if let Some(ledger) = &self.ledger {
            // Without its history a run is shown all the same; `makespan alerts` says what is wrong with it.
            reading.alerts = ledger.read(|book, _| of_run(book.alerts(), &key.0)).unwrap_or_default();
        }
        self.last = Some(key);
        Ok(reading)
    }
}

/// The alerts of a run, the firing ones first.
fn of_run<'a>(all: impl Iterator<Item = &'a Alert>, run: &str) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = all.filter(|alert| alert.run == run).cloned().collect();
    alerts.sort_by_key(|alert| alert.state() != AlertState::Firing);
    alerts
}
