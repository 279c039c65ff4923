//! Summary of a run.

use std::collections::BTreeMap;

use makespan_format::{Json, RunInfo, Status, clip};
use serde::{Deserialize, Serialize};

use super::merge::{LONGEST_TEXT, Merge, Stamp};
use super::serial;
use crate::mark::Mark;

/// Maximum number of labels of a run that can be used in filters.
const MOST_LABELS: usize = 256;

/// Number of tasks of each status, in the order of [`Status::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<u64>")]
pub struct Tally(pub [u64; Status::COUNT]);

/// Summaries stored before a status was added have fewer counts.
impl From<Vec<u64>> for Tally {
    fn from(counts: Vec<u64>) -> Tally {
        let mut tally = Tally::default();
        tally.0.iter_mut().zip(counts).for_each(|(slot, count)| *slot = count);
        tally
    }
}

impl Tally {
    pub(crate) fn add(&mut self, status: Status) {
        self.0[status as usize] += 1;
    }

    pub(super) fn take(&mut self, status: Status) {
        let count = &mut self.0[status as usize];
        *count = count.saturating_sub(1);
    }

    /// Returns the number with that status.
    pub fn of(&self, status: Status) -> u64 {
        self.0[status as usize]
    }

    /// Returns the total number.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

/// Summary of a run: from its own events, from its tasks, and from changes by people.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunState {
    /// Its full id.
    pub id: String,
    /// Display name.
    pub name: Option<String>,
    /// The workflow that was executed.
    pub workflow: Option<String>,
    /// Program or format that recorded the run.
    pub source: Option<String>,
    /// Status as recorded by the engine; see [`status`](RunState::status).
    #[serde(with = "serial::maybe_status")]
    pub recorded_status: Option<Status>,
    /// Start as recorded by the engine, ns since the epoch.
    pub recorded_start: Option<i64>,
    /// End as recorded by the engine, ns since the epoch.
    pub recorded_end: Option<i64>,
    /// First start of any attempt, ns since the epoch.
    pub first_start: Option<i64>,
    /// Last start or end of any attempt, ns since the epoch.
    pub last_time: Option<i64>,
    /// Error message of the run as a whole; a long message is cut.
    pub error: Option<String>,
    /// Labels from its events; values that are not text are JSON.
    pub labels: BTreeMap<String, String>,
    /// Tasks by status.
    pub tasks: Tally,
    /// Number of stored events.
    pub events: u64,
    /// Size of their lines in bytes, including line breaks.
    pub bytes: u64,
    /// Number of events that this release does not know.
    pub unread: u64,
    /// Time at which the store received the first event, ns since the epoch.
    pub created: i64,
    /// Time at which the store received the last event, ns since the epoch.
    pub updated: i64,
    /// Whether an event arrived after a later event of its producer, so that reading has to sort.
    pub disordered: bool,
    /// Whether that happened after the summary was last computed from all events in order ([`Store::maintain`]).
    ///
    /// [`Store::maintain`]: crate::Store::maintain
    pub unsettled: bool,
    /// Labels set by people.
    pub marks: BTreeMap<String, String>,
    /// Whether it is protected from being removed.
    pub pinned: bool,
    /// Time at which it was moved to the trash, ns since the epoch.
    pub trashed: Option<i64>,
    /// Identifies the latest event about the run as a whole.
    pub stamp: Stamp,
}

impl RunState {
    /// Creates the summary of a run whose first event the store receives at `now`.
    pub fn new(id: &str, now: i64) -> RunState {
        RunState { id: id.to_owned(), created: now, updated: now, ..RunState::default() }
    }

    /// Returns the summary without everything that comes from events, from which to compute it again.
    pub fn without_events(&self) -> RunState {
        RunState {
            updated: self.updated,
            disordered: self.disordered,
            marks: self.marks.clone(),
            pinned: self.pinned,
            trashed: self.trashed,
            ..RunState::new(&self.id, self.created)
        }
    }

    /// Applies a change by a person. Labels are kept up to the length that filters support.
    pub fn mark(&mut self, mark: &Mark) {
        match mark {
            Mark::Pin(pinned) => self.pinned = *pinned,
            Mark::Trash(at) => self.trashed = *at,
            Mark::Label { name, value } => {
                let name = clip(name, LONGEST_TEXT).to_owned();
                match value {
                    Some(value) => self.marks.insert(name, clip(value, LONGEST_TEXT).to_owned()),
                    None => self.marks.remove(&name),
                };
            }
        }
    }

    pub(super) fn apply(&mut self, stamp: Stamp, info: &RunInfo<'_>) {
        let merge = Merge::of(&mut self.stamp, stamp);
        merge.put_text(&mut self.name, info.name.as_deref());
        // In full, because runs are searched by it.
        merge.put(&mut self.workflow, info.workflow.as_ref().map(|w| w.to_string()));
        merge.put_text(&mut self.source, info.source.as_deref());
        merge.put_text(&mut self.error, info.error.as_ref().map(|e| e.message.as_ref()));
        merge.put(&mut self.recorded_status, info.status);
        merge.put(&mut self.recorded_start, info.started);
        merge.put(&mut self.recorded_end, info.ended);
        if let Some(json) = &info.labels
            && (merge == Merge::Replace || self.labels.is_empty())
        {
            self.labels = labels(json);
        }
    }

    /// Extends the time span by the times of an attempt.
    pub(super) fn widen(&mut self, started: Option<i64>, ended: Option<i64>) {
        self.first_start = self.first_start.into_iter().chain(started).min();
        self.last_time = self.last_time.into_iter().chain(started).chain(ended).max();
    }

    /// Returns the status derived from the tasks, as the model derives it; without tasks, the status recorded by the
    /// engine. `None` if neither is known.
    pub fn status(&self) -> Option<Status> {
        Status::of_run(self.tasks.total() == 0, |status| self.tasks.of(status) > 0, self.recorded_status)
    }

    /// Returns whether the run may still change: it has no status yet, or one that is not final. A run counts as failed
    /// as soon as one task has failed, and may count as succeeded between two tasks; so it is active until its end is
    /// recorded if the engine recorded it as running, or while a task is executing.
    pub fn is_active(&self) -> bool {
        let is_closed = self.recorded_end.is_some() || self.recorded_status.is_some_and(Status::is_terminal);
        let executes = || [Status::Running, Status::Retrying].into_iter().any(|s| self.tasks.of(s) > 0);
        let goes_on = || self.recorded_status.is_some() || executes();
        !self.status().is_some_and(Status::is_terminal) || (!is_closed && goes_on())
    }

    /// Returns the first start of any attempt, otherwise the recorded start; ns since the epoch.
    pub fn started(&self) -> Option<i64> {
        self.first_start.or(self.recorded_start)
    }

    /// Returns the last known time of any attempt, otherwise the recorded end, in ns since the epoch; `None` while the
    /// run is active.
    pub fn ended(&self) -> Option<i64> {
        if self.is_active() { None } else { self.last_time.or(self.recorded_end) }
    }

    /// Returns the makespan in ns, from the first start to the last end, of a finished run.
    pub fn makespan(&self) -> Option<i64> {
        let (start, end) = (self.started()?, self.ended()?);
        (end >= start).then(|| end.saturating_sub(start))
    }

    /// Returns the time by which lists are sorted: the start, otherwise the time at which the store received the first
    /// event.
    pub fn at(&self) -> i64 {
        self.started().unwrap_or(self.created)
    }

    /// Returns all labels; those set by people take precedence over those from events.
    pub fn all_labels(&self) -> BTreeMap<&str, &str> {
        self.labels.iter().chain(&self.marks).map(|(k, v)| (k.as_str(), v.as_str())).collect()
    }
}

/// Returns the members of a JSON object; values that are not text are JSON. Only the first [`MOST_LABELS`].
fn labels(json: &Json<'_>) -> BTreeMap<String, String> {
    let Ok(serde_json::Value::Object(members)) = serde_json::from_str(json.as_str()) else {
        return BTreeMap::new();
    };
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    members
        .into_iter()
        .take(MOST_LABELS)
        .map(|(name, value)| {
            (clip(&name, LONGEST_TEXT).to_owned(), clip(&text(value), LONGEST_TEXT).to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(tasks: &[Status], recorded: Option<Status>, end: Option<i64>) -> RunState {
        let mut run = RunState { recorded_status: recorded, recorded_end: end, ..RunState::new("r", 0) };
        tasks.iter().for_each(|status| run.tasks.add(*status));
        run
    }

    #[test]
    fn a_run_is_active_until_its_end_although_a_task_failed_or_none_executes() {
        use Status::{Failed, Pending, Running, Succeeded};
        let cases: [(&[Status], _, _, bool); 11] = [
            (&[], None, None, true),
            (&[], Some(Running), None, true),
            (&[], Some(Failed), Some(9), false),
            (&[Failed, Running], None, None, true),
            (&[Failed, Running], Some(Running), None, true),
            (&[Failed, Running], Some(Failed), Some(9), false),
            (&[Failed, Running], None, Some(9), false),
            (&[Failed, Pending], None, None, false),
            (&[Failed, Pending], Some(Running), None, true),
            (&[Succeeded], Some(Running), None, true),
            (&[Succeeded, Failed], None, None, false),
        ];
        for (tasks, recorded, end, is_active) in cases {
            let run = state(tasks, recorded, end);
            assert_eq!(run.is_active(), is_active, "{tasks:?} {recorded:?} {end:?}");
            assert!(!run.is_active() || run.ended().is_none());
        }
    }
}
