//! Tries that ended and have no status. In a list without any status they are taken for successes, which is reported. In
//! a list where other tasks have one, how they ended is unknown.

use std::borrow::Cow;

use makespan_format::{Attempt, Event, EventSink, Severity, Status};
use makespan_model::{HashSet, StrId};

use crate::ids::Ids;
use crate::tally::{Tally, clip};

/// The tries that ended without a status so far, and those that have one.
#[derive(Default)]
pub(super) struct Silent {
    silent: Vec<(StrId, u32)>,
    /// The first tries with a status or an error, by the key of their task, and the others.
    first_stated: Vec<bool>,
    stated: HashSet<(StrId, u32)>,
    has_status: bool,
}

impl Silent {
    /// Notes a try of the task with a key.
    pub(super) fn note(&mut self, task: StrId, number: u32, attempt: &Attempt<'_>) {
        let is_stated = attempt.status.is_some() || attempt.error.is_some();
        self.has_status |= attempt.status.is_some();
        if is_stated && number == 1 {
            let at = task.0 as usize;
            if self.first_stated.len() <= at {
                self.first_stated.resize(at + 1, false);
            }
            self.first_stated[at] = true;
        } else if is_stated {
            self.stated.insert((task, number));
        } else if attempt.ended.is_some() {
            self.silent.push((task, number));
        }
    }

    /// Emits what is known of the tries without a status once all records were read.
    pub(super) fn finish(mut self, ids: &Ids, tally: &mut Tally, sink: &mut dyn EventSink) {
        self.silent.retain(|silent @ (task, number)| match number {
            1 => !self.first_stated.get(task.0 as usize).copied().unwrap_or(false),
            _ => !self.stated.contains(silent),
        });
        let Some((first, _)) = self.silent.first() else { return };
        let (count, first) = (self.silent.len() as u64, clip(ids.text(*first)));
        if !self.has_status {
            let what = format!(
                "tasks that ended and have neither a status nor an error are shown as succeeded: that is inferred (first: {first})"
            );
            return tally.count(Severity::Info, "status-inferred", &what, count);
        }
        let what = format!(
            "tasks that ended without a status are shown as unknown, because other tasks of the list have one (first: {first})"
        );
        tally.count(Severity::Info, "status-missing", &what, count);
        for (task, number) in self.silent {
            let task = Cow::Borrowed(ids.text(task));
            sink.event(Event::Attempt(Attempt {
                task,
                number,
                status: Some(Status::Unknown),
                ..Attempt::default()
            }));
        }
    }
}
