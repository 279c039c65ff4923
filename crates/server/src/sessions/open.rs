//! The session of an open run, brought up to date with the store when it is asked.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use makespan_engine::{Session, encode};
use makespan_import::Zone;
use makespan_store::{EventRange, RunState};

use super::asked::{Answered, Asked, Reply};
use crate::fold::fold;
use crate::net::reply::{self, Problem};
use crate::shelf::Shelf;

/// A run that grows is read again after this time at the soonest, and not before this many times as long as the last time
/// took have passed: questions are answered in between.
const SOONEST: Duration = Duration::from_millis(300);
const TIMES: u32 = 6;
/// Maximum size of an answer, bytes.
const LONGEST: usize = 64 << 20;

/// The zone of the client whose question is being answered.
struct Client(Cell<i32>);

impl Zone for Client {
    fn name(&self) -> &str {
        "the time zone of the browser"
    }

    fn offset(&self, _civil_seconds: i64) -> i32 {
        self.0.get()
    }
}

/// An open run.
pub(super) struct Open {
    id: String,
    session: Session,
    zone: Rc<Client>,
    /// Number of events that it was made from.
    events: u64,
    /// Whether further events are added to it; otherwise it is made anew.
    is_growing: bool,
    /// When it was last read, and how long that took.
    read: Option<(Instant, Duration)>,
}

impl Open {
    pub(super) fn new(id: &str) -> Open {
        let zone = Rc::new(Client(Cell::new(0)));
        let session = Session::new(Rc::clone(&zone) as Rc<dyn Zone>);
        Open { id: id.to_owned(), session, zone, events: 0, is_growing: false, read: None }
    }

    pub(super) fn answer(&mut self, shelf: &Shelf, state: &RunState, asked: Asked) -> Reply {
        self.refresh(shelf, state)?;
        self.zone.0.set(asked.offset);
        let bytes = encode(&self.session.answer(&asked.question));
        if bytes.len() > LONGEST {
            let why = format!(
                "the answer is larger than {} MiB; use `makespan export` on the server",
                LONGEST >> 20
            );
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, why));
        }
        let packed = if asked.takes_gzip { reply::packed_if_worth(&bytes) } else { None };
        let (bytes, is_packed) = packed.map_or((bytes, false), |packed| (packed, true));
        Ok(Answered { bytes, is_packed, events: self.events })
    }

    /// Takes in events that were stored since the last time.
    fn refresh(&mut self, shelf: &Shelf, state: &RunState) -> Result<(), Problem> {
        let is_current = self.events >= state.events && self.is_growing == state.is_active();
        let is_soon = |(when, took): &(Instant, Duration)| when.elapsed() < SOONEST.max(*took * TIMES);
        if self.read.as_ref().is_some_and(|read| is_current || is_soon(read)) {
            return Ok(());
        }
        let from = Instant::now();
        if state.is_active() || self.is_growing {
            self.grow(shelf)?;
            if !state.is_active() {
                self.session.live_end(&self.id);
                self.is_growing = false;
            }
        } else {
            let run = shelf.ask_here(|store| fold(store, &self.id))?;
            let run = run.ok_or_else(|| Problem::not_found("there is no run with this id"))?;
            self.session.put(run);
            self.events = state.events;
        }
        self.read = Some((Instant::now(), from.elapsed()));
        Ok(())
    }

    fn grow(&mut self, shelf: &Shelf) -> Result<(), Problem> {
        if !self.is_growing {
            self.session.live_begin(&self.id);
            (self.events, self.is_growing) = (0, true);
        }
        let Open { id, session, events, .. } = self;
        shelf.ask_here(|store| {
            // Where reading is tried again, it goes on after what was read.
            let gaps = store.read(id, EventRange::After(*events), &mut |record| {
                session.live_push(id, record.line);
                *events += 1;
                ControlFlow::Continue(())
            })?;
            gaps.refuse(id)
        })?;
        session.live_refresh(id);
        Ok(())
    }
}
