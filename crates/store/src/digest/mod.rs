//! Summaries of runs, so that lists do not need events. They are updated event by event, in the same transaction.
//!
//! Stores keep these summaries in their rows. They agree with the fold of `makespan-model` as far as a single pass
//! allows: statuses and counts are equal. Times are the first and last that were ever recorded, so an event that
//! corrects an earlier time changes only the events, not the summary.
//!
//! Batches of a producer may arrive out of order. An event that arrives after a later event of the same producer about
//! the same task only fills in what is still unknown ([`Stamp`]).

mod merge;
mod metric;
mod run;
mod serial;
mod task;

use makespan_format::Event;
use std::collections::HashMap;

pub(crate) use merge::LONGEST_TEXT;
pub use merge::Stamp;
pub use metric::MetricState;
pub use run::{RunState, Tally};
pub use task::TaskState;

use crate::batch::Read;
use crate::key::{TextKey, key, key_of_two};

/// The summaries of a run, or of the part of it that a batch affects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Digest {
    /// The run itself.
    pub run: RunState,
    /// Tasks, by the key of their ids.
    pub tasks: HashMap<TextKey, TaskState>,
    /// Metrics, by the key of name and unit.
    pub metrics: HashMap<TextKey, MetricState>,
}

impl Digest {
    /// Returns the key of an event's task. Its summary must be loaded before [`apply`](Digest::apply).
    pub fn task_of(event: &Event<'_>) -> Option<TextKey> {
        task_of(event).map(key)
    }

    /// Returns the key of the metric that an event measures; its summary must be loaded, too.
    pub fn metric_of(event: &Event<'_>) -> Option<TextKey> {
        match event {
            Event::Sample(sample) => Some(key_of_two(&sample.name, sample.unit.as_deref())),
            _ => None,
        }
    }

    /// Applies the next event of a producer. Tasks and metrics that are not loaded are taken as new.
    pub fn apply(&mut self, producer: &str, read: &Read<'_>) {
        self.run.events += 1;
        self.run.bytes += read.line.len() as u64 + 1;
        let Some(event) = &read.event else {
            self.run.unread += 1;
            return;
        };
        let stamp = Stamp::new(producer, read.seq);
        if let Some(id) = task_of(event) {
            let run = &mut self.run;
            let task = self.tasks.entry(key(id)).or_insert_with(|| {
                let task = TaskState::new(id);
                run.tasks.add(task.status);
                task
            });
            let before = task.status;
            task.apply(stamp, event);
            if task.status != before {
                run.tasks.take(before);
                run.tasks.add(task.status);
            }
        }
        match event {
            Event::Run(info) => self.run.apply(stamp, info),
            Event::Attempt(attempt) => self.run.widen(attempt.started, attempt.ended),
            Event::Sample(sample) if sample.value.is_finite() => {
                let key = key_of_two(&sample.name, sample.unit.as_deref());
                let metric = || MetricState::new(&sample.name, sample.unit.as_deref());
                self.metrics.entry(key).or_insert_with(metric).apply(sample.value, sample.t);
            }
            _ => {}
        }
    }
}

/// Returns the id of an event's task.
fn task_of<'e>(event: &'e Event<'_>) -> Option<&'e str> {
    match event {
        Event::Task(e) => Some(&e.id),
        Event::Attempt(e) => Some(&e.task),
        Event::Sample(e) => e.task.as_deref(),
        Event::Log(e) => e.task.as_deref(),
        Event::Alert(e) => e.task.as_deref(),
        Event::Artifact(e) => e.task.as_deref(),
        Event::Run(_) | Event::Diagnostic(_) => None,
    }
}
