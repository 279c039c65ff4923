//! What the screen shows, and what keys do to it.

use makespan_alerts::Alert;
use makespan_model::{Run, UNKNOWN};
use makespan_store::RunState;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::reader::{Reading, Seen};

/// For as long after its last event a run counts as going on, ns: a week. The clock of an abandoned run stops.
const ABANDONED: i64 = 7 * 86_400_000_000_000;

/// What follows from a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reaction {
    /// Nothing but another picture.
    Paint,
    /// Read this run.
    Read(String),
    /// Leave.
    Quit,
    /// Leave as if interrupted.
    Interrupt,
    /// Stop, as a shell stops a job.
    Suspend,
}

/// The state of the screen.
#[derive(Debug, Default)]
pub(super) struct Monitor {
    /// Where the runs are, for people.
    pub(super) place: String,
    pub(super) runs: Vec<RunState>,
    pub(super) chosen: usize,
    pub(super) seen: Option<Seen>,
    pub(super) alerts: Vec<Alert>,
    pub(super) fault: Option<String>,
    /// When it was read, ns since the epoch.
    pub(super) at: i64,
    /// The step that is looked at; `None` for all.
    pub(super) step: Option<usize>,
    pub(super) is_paused: bool,
    pub(super) shows_help: bool,
    /// What came while paused.
    kept: Option<Reading>,
}

impl Monitor {
    pub(super) fn new(place: String, first: Reading) -> Monitor {
        let mut monitor = Monitor { place, ..Monitor::default() };
        monitor.take(first);
        monitor
    }

    /// The chosen run, as the store knows it.
    pub(super) fn state(&self) -> Option<&RunState> {
        self.runs.get(self.chosen)
    }

    /// The run, as its events describe it.
    pub(super) fn run(&self) -> Option<&Run> {
        self.seen.as_ref().map(|seen| seen.facts.run())
    }

    /// The name of the step that is looked at.
    pub(super) fn step_name(&self) -> Option<&str> {
        let steps = &self.seen.as_ref()?.steps;
        steps.get(self.step?).map(|step| step.step.as_str())
    }

    /// Takes what was read, at once or when the pause ends.
    pub(super) fn take(&mut self, mut reading: Reading) {
        if self.is_paused {
            // What did not change since a reading that is not shown yet is in that one.
            if let Some(before) = self.kept.take()
                && reading.seen.is_none()
                && reading.fault.is_none()
                && chosen_id(&before) == chosen_id(&reading)
            {
                reading.seen = before.seen;
            }
            self.kept = Some(reading);
            return;
        }
        if reading.fault.is_some() {
            // What was read before still stands, and its age is shown.
            self.fault = reading.fault;
            return;
        }
        let before = self.state().map(|state| state.id.clone());
        let step = self.step_name().map(str::to_owned);
        (self.at, self.runs, self.alerts, self.fault) = (reading.at, reading.runs, reading.alerts, None);
        self.chosen = reading.chosen.unwrap_or(0);
        let is_same = before.as_deref() == self.state().map(|state| state.id.as_str());
        if reading.seen.is_some() || !is_same {
            self.seen = reading.seen;
            // A step keeps being looked at although others came before it.
            let steps = self.seen.as_ref().map(|seen| seen.steps.as_slice()).unwrap_or_default();
            self.step = step.filter(|_| is_same).and_then(|name| steps.iter().position(|s| s.step == name));
        }
    }

    /// What a key does.
    pub(super) fn press(&mut self, key: KeyEvent) -> Reaction {
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return match key.code {
                KeyCode::Char('c') => Reaction::Interrupt,
                KeyCode::Char('z') => Reaction::Suspend,
                _ => Reaction::Paint,
            };
        }
        match key.code {
            KeyCode::Char('q') => return Reaction::Quit,
            KeyCode::Char('?') => self.shows_help = !self.shows_help,
            KeyCode::Esc if self.shows_help => self.shows_help = false,
            KeyCode::Esc => self.step = None,
            KeyCode::Char('p' | ' ') => self.pause(),
            KeyCode::Up | KeyCode::Char('k') => self.move_step(false),
            KeyCode::Down | KeyCode::Char('j') => self.move_step(true),
            KeyCode::Left | KeyCode::Char('h') => return self.move_run(false),
            KeyCode::Right | KeyCode::Char('l') => return self.move_run(true),
            _ => {}
        }
        Reaction::Paint
    }

    fn pause(&mut self) {
        self.is_paused = !self.is_paused;
        if !self.is_paused
            && let Some(kept) = self.kept.take()
        {
            self.take(kept);
        }
    }

    /// All steps, the first, the second, and so on.
    fn move_step(&mut self, down: bool) {
        let count = self.seen.as_ref().map_or(0, |seen| seen.steps.len());
        self.step = match (self.step, down) {
            (None, true) if count > 0 => Some(0),
            (Some(at), true) => Some((at + 1).min(count.saturating_sub(1))),
            (Some(at), false) => at.checked_sub(1),
            (None, _) => None,
        };
    }

    fn move_run(&mut self, right: bool) -> Reaction {
        let at = if right { self.chosen + 1 } else { self.chosen.wrapping_sub(1) };
        match self.runs.get(at) {
            Some(run) => {
                // Another run is asked for, so what was paused is over.
                (self.is_paused, self.kept) = (false, None);
                Reaction::Read(run.id.clone())
            }
            None => Reaction::Paint,
        }
    }

    /// Up to when a run that goes on is drawn, ns since the epoch: `now`, or when it was read while paused. `None` for one
    /// that has ended or of which nothing was heard for a week.
    pub(super) fn goes_on_until(&self, now: i64) -> Option<i64> {
        let (state, run) = (self.state()?, self.run()?);
        let now = if self.is_paused { self.at } else { now };
        let last = run.extent().map_or(UNKNOWN, |(_, last)| last);
        let is_fresh = last != UNKNOWN && now.saturating_sub(last) < ABANDONED;
        (state.is_active() && is_fresh).then_some(now.max(last))
    }
}

fn chosen_id(reading: &Reading) -> Option<&str> {
    reading.runs.get(reading.chosen?).map(|run| run.id.as_str())
}
