//! Summary of a task.

use makespan_format::{Attempt, Event, Status, clip};
use serde::{Deserialize, Serialize};

use super::merge::{Merge, Stamp};
use super::serial;

/// Summary of a task: its declaration, its last attempt, and its first start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskState {
    /// Its full id.
    pub id: String,
    /// Display name.
    pub name: Option<String>,
    /// The named kind of work it is an instance of.
    pub step: Option<String>,
    /// Its status: the declared one, else that of its last attempt, else pending.
    #[serde(with = "serial::status")]
    pub status: Status,
    /// The status that a task event declared.
    #[serde(with = "serial::maybe_status")]
    pub declared: Option<Status>,
    /// Number of its last attempt, from 1; 0 if there is none.
    pub attempt: u32,
    /// Time at which the last attempt was queued, ns since the epoch.
    pub queued: Option<i64>,
    /// Time at which the last attempt started.
    pub started: Option<i64>,
    /// Time at which the last attempt ended, ns since the epoch.
    pub ended: Option<i64>,
    /// The status recorded for the last attempt.
    #[serde(with = "serial::maybe_status")]
    pub said: Option<Status>,
    /// Earliest start of the earlier attempts, ns since the epoch.
    pub earlier: Option<i64>,
    /// Error message of the last attempt; a long message is cut.
    pub error: Option<String>,
    /// Identifies the latest event about this task.
    pub stamp: Stamp,
}

impl TaskState {
    pub(super) fn new(id: &str) -> TaskState {
        TaskState {
            id: id.to_owned(),
            name: None,
            step: None,
            status: Status::Pending,
            declared: None,
            attempt: 0,
            queued: None,
            started: None,
            ended: None,
            said: None,
            earlier: None,
            error: None,
            stamp: Stamp::default(),
        }
    }

    pub(super) fn apply(&mut self, stamp: Stamp, event: &Event<'_>) {
        let merge = Merge::of(&mut self.stamp, stamp);
        match event {
            Event::Task(e) => {
                merge.put_text(&mut self.name, e.name.as_deref());
                merge.put_text(&mut self.step, e.step.as_deref());
                merge.put(&mut self.declared, e.status);
            }
            Event::Attempt(e) => self.attempt(merge, e),
            _ => return,
        }
        self.status = self.declared.or_else(|| self.of_last_attempt()).unwrap_or(Status::Pending);
    }

    fn attempt(&mut self, merge: Merge, e: &Attempt<'_>) {
        if e.number < self.attempt {
            self.earlier = earliest(self.earlier, e.started);
            return;
        }
        if e.number > self.attempt {
            self.earlier = earliest(self.earlier, self.started);
            self.attempt = e.number;
            (self.queued, self.started, self.ended) = (None, None, None);
            (self.said, self.error) = (None, None);
        }
        merge.put(&mut self.queued, e.queued);
        merge.put(&mut self.started, e.started);
        merge.put(&mut self.ended, e.ended);
        merge.put(&mut self.said, e.status);
        merge.put_text(&mut self.error, e.error.as_ref().map(|error| error.message.as_ref()));
    }

    fn of_last_attempt(&self) -> Option<Status> {
        let told = || match (&self.error, self.started, self.ended, self.queued) {
            (Some(message), ..) if !message.is_empty() => Status::Failed,
            (_, _, Some(_), _) => Status::Succeeded,
            (_, Some(_), ..) => Status::Running,
            (.., Some(_)) => Status::Queued,
            _ => Status::Pending,
        };
        (self.attempt > 0).then(|| self.said.unwrap_or_else(told))
    }

    /// Returns the start of the first attempt, ns since the epoch.
    pub fn first_start(&self) -> Option<i64> {
        earliest(self.earlier, self.started)
    }

    /// Returns the time from the first start to the end of the last attempt, in ns; `None` if either is unknown, 0 if
    /// the end is before the start.
    pub fn duration(&self) -> Option<i64> {
        let (start, end) = (self.first_start()?, self.ended?);
        Some(end.max(start).saturating_sub(start))
    }

    /// Returns the first line of the error.
    pub fn error_line(&self) -> Option<&str> {
        self.error.as_deref().map(|text| clip(text.lines().next().unwrap_or(""), 200))
    }
}

fn earliest(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    a.into_iter().chain(b).min()
}
