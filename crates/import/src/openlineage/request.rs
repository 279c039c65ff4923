//! Events as clients post them, one or a few at a time: earlier events of the same run are remembered, not read again.

use std::borrow::Cow;

use makespan_format::{Artifact, Attempt, Direction, Event, EventSink, Severity, Status, Task};
use makespan_model::{HashMap, Order as _};

use super::{IMPORTER, Job, facet_labels, id_of, take};
use crate::draft::{Draft, Piece, records};
use crate::error::ReadError;
use crate::gather::{Named, Ordinals};
use crate::importer::Options;
use crate::json::pages::Pages;
use crate::json::tape::Value;

/// Runs that are remembered; of more, those that were used last.
const REMEMBERED: usize = 64;
/// Runs of jobs whose outermost run is remembered. When there are more, all are forgotten: only clients that name no root
/// need them.
const PARENTS: usize = 100_000;
/// The label of a task that holds the run id of its job, by which a server knows it again.
const LABEL: &str = "openlineage_run";

/// The result of a request: accepted and rejected events add up to those that were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Number of events that became part of a run.
    pub accepted: u64,
    /// Number of events that did not.
    pub rejected: u64,
    /// The reason; empty if all were accepted.
    pub why: String,
}

/// The state of a run while its events arrive: the keys of its tasks, their starts and ends, and the writers of
/// datasets. It is a sink, so that it can be rebuilt from the stored events of the run.
#[derive(Debug, Default)]
pub struct Lineage {
    /// Keys of tasks by the run and the job that they stand for.
    keys: HashMap<String, String>,
    names: Ordinals,
    starts: HashMap<String, i64>,
    /// Keys of tasks whose status is final.
    over: makespan_model::HashSet<String>,
    /// Who wrote each dataset, and when: by time.
    writers: HashMap<String, Vec<(i64, String)>>,
    /// Written by tasks whose times have not been heard yet.
    written: Vec<(String, String)>,
}

impl EventSink for Lineage {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Task(task) => {
                let label = task.labels.as_ref().and_then(|labels| {
                    let pages = Pages::read(labels.as_str().as_bytes());
                    let run = pages.roots().next()?.text_at(LABEL)?.into_owned();
                    Some(run)
                });
                if let Some(run) = label {
                    let name = task.name.as_deref().unwrap_or(&task.id);
                    let job = format!("{run} {} {name}", task.kind.as_deref().unwrap_or_default());
                    if self.keys.insert(job, task.id.to_string()).is_none() {
                        self.names.next(&task.id);
                    }
                }
            }
            Event::Attempt(attempt) => {
                if let Some(start) = attempt.started {
                    self.starts_at(&attempt.task, start);
                }
                if attempt.status.is_some_and(Status::is_terminal) {
                    self.over.insert(attempt.task.to_string());
                }
            }
            Event::Artifact(artifact) if artifact.direction == Direction::Output => {
                if let Some(task) = &artifact.task {
                    self.written.push((artifact.name.to_string(), task.to_string()));
                }
            }
            _ => {}
        }
    }
}

impl Lineage {
    /// The key of a task: the name of its job, with a number if another task has that name.
    fn key(&mut self, job: &str, name: &str) -> String {
        if let Some(key) = self.keys.get(job) {
            return key.clone();
        }
        let key = self.names.next(name);
        self.keys.insert(job.to_owned(), key.clone());
        key
    }

    fn starts_at(&mut self, key: &str, start: i64) {
        let known = self.starts.entry(key.to_owned()).or_insert(start);
        *known = start.min(*known);
    }

    fn wrote(&mut self, data: &str, key: &str, t: i64) {
        let list = self.writers.entry(data.to_owned()).or_default();
        list.retain(|(_, writer)| writer != key);
        let at = list.partition_point(|(before, _)| *before <= t);
        list.insert(at, (t, key.to_owned()));
    }

    /// Places what was read from the store, once all of it has been.
    fn settle(&mut self) {
        for (data, key) in std::mem::take(&mut self.written) {
            let t = self.starts.get(&key).copied().unwrap_or(i64::MIN);
            self.wrote(&data, &key, t);
        }
    }

    /// Who wrote a dataset last before a moment, other than the task itself.
    fn writer(&self, data: &str, before: i64, key: &str) -> Option<&str> {
        let list = self.writers.get(data)?;
        let end = list.partition_point(|(t, _)| *t <= before);
        list.get(..end)?.iter().rev().map(|(_, writer)| writer.as_str()).find(|writer| *writer != key)
    }
}

/// The runs of which a server receives events.
#[derive(Debug, Default)]
pub struct Lineages {
    /// By id of the run, with the moment of their last use.
    runs: HashMap<String, (u64, Lineage)>,
    uses: u64,
    /// The outermost run of runs of jobs.
    parents: HashMap<String, String>,
}

impl Lineages {
    /// Returns the ids of the runs in a request of which nothing is remembered, without duplicates.
    ///
    /// # Errors
    ///
    /// [`ReadError`] for text that is not JSON.
    pub fn unknown(&self, bytes: &[u8]) -> Result<Vec<String>, ReadError> {
        let pages = sound(bytes)?;
        let mut found: Vec<String> = Vec::new();
        let ids = pages.roots().flat_map(events_of).filter_map(|event| self.run_of(event));
        for id in ids.filter(|id| !self.runs.contains_key(id)) {
            if !found.contains(&id) {
                found.push(id);
            }
        }
        Ok(found)
    }

    /// Remembers the state of a run.
    pub fn remember(&mut self, run: &str, mut lineage: Lineage) {
        lineage.settle();
        self.uses += 1;
        self.runs.insert(run.to_owned(), (self.uses, lineage));
    }

    /// The outermost run that an event names, as far as is known.
    fn run_of(&self, event: Value<'_, '_>) -> Option<String> {
        let own = event.at("run")?.text_at("runId")?;
        let parent = event.at("run").and_then(|run| run.at("facets")).and_then(|facets| {
            let parent = facets.any(&["parent", "parentRun"])?;
            let root = parent.at("root").and_then(|root| root.at("run")).and_then(|run| run.text_at("runId"));
            root.or_else(|| parent.at("run")?.text_at("runId"))
        });
        let outer = parent.unwrap_or(own);
        Some(self.parents.get(&*outer).cloned().unwrap_or_else(|| outer.into_owned()))
    }

    /// Emits the contents of a request: for each event the run first, then its information about the task. The same
    /// event again emits the same, and a late event undoes nothing.
    ///
    /// # Errors
    ///
    /// [`ReadError`] for text that is not JSON.
    pub fn take(&mut self, bytes: &[u8], sink: &mut dyn EventSink) -> Result<Taken, ReadError> {
        let pages = sound(bytes)?;
        let mut taken = Taken::default();
        for event in pages.roots().flat_map(events_of) {
            match self.take_one(event, sink) {
                Some(()) => taken.accepted += 1,
                None => taken.rejected += 1,
            }
        }
        if taken.rejected > 0 {
            taken.why = "an event has no run with a runId, or no job with a name".to_owned();
        }
        self.forget();
        Ok(taken)
    }

    fn take_one(&mut self, event: Value<'_, '_>, sink: &mut dyn EventSink) -> Option<()> {
        let name = event.at("job")?.text_at("name").filter(|name| !name.is_empty())?;
        let own = event.at("run")?.text_at("runId").filter(|id| !id.is_empty())?;
        let id = id_of(event.at("run"), event.at("job"))?;
        let run = self.run_of(event)?;
        if *own != *run {
            if self.parents.len() >= PARENTS {
                self.parents.clear();
            }
            self.parents.insert(own.to_string(), run.clone());
        }
        self.uses += 1;
        let (used, lineage) = self.runs.entry(run.clone()).or_default();
        *used = self.uses;

        let mut draft = Draft::new(Cow::Owned(run.clone()), "OpenLineage", &Options::default());
        let mut jobs: Named<Job<'_, '_>> = Named::default();
        take(event, &mut jobs, &mut draft);
        let job = jobs.list.into_iter().next()?;
        let is_first = lineage.keys.is_empty();
        let key = lineage.key(&id, &name);
        if let Some(start) = job.started {
            lineage.starts_at(&key, start);
        }
        // The earliest that is known: an event that says it is running still says no start of its own.
        let start = lineage.starts.get(&key).copied();
        let started = job.started.and(start);
        let is_over = job.status.is_some_and(Status::is_terminal);
        // What is over is not under way again, whichever event comes last.
        let status = job.status.filter(|_| is_over || !lineage.over.contains(&key));
        if is_over {
            lineage.over.insert(key.clone());
        }
        if *own == *run {
            draft.run.workflow = Some(job.name.clone());
            draft.run.status = status;
            (draft.run.started, draft.run.ended) = (started, job.ended);
        }
        let mut piece = Piece::new(id, key.clone());
        piece.task = Task {
            name: Some(job.name.clone()),
            step: Some(job.name.clone()),
            kind: Some(job.namespace.clone()).filter(|n| !n.is_empty()),
            status,
            labels: facet_labels(job.facets, Some((LABEL, &own))),
            ..piece.task
        };
        let parent = job.parent.as_deref().and_then(|parent| lineage.keys.get(parent));
        piece.task.parent = parent.cloned().map(Cow::Owned);
        for (direction, data) in &job.data {
            piece.artifacts.push(Artifact {
                name: data.clone().into(),
                direction: *direction,
                ..Artifact::default()
            });
            match direction {
                Direction::Output => {
                    let t = job.ended.or(start).unwrap_or(i64::MIN);
                    lineage.wrote(data, &key, t);
                }
                Direction::Input => {
                    let before = lineage.writer(data, start.unwrap_or(i64::MAX), &key);
                    piece.task.after.extend(before.map(|writer| Cow::Owned(writer.to_owned())));
                }
            }
        }
        // Only what datasets say, from the first such dependency on.
        draft.run.infer_edges = (!piece.task.after.is_empty()).then_some(false);
        piece.tried(Attempt {
            started,
            ended: job.ended,
            status,
            error: job.error.clone().filter(|_| status == Some(Status::Failed)),
            ..Attempt::default()
        });
        draft.pieces.push(piece);
        draft.emit(&IMPORTER, &mut Once { sink, is_first });
        Some(())
    }

    /// Forgets the runs that were not used for longest. They can be remembered again from the store.
    fn forget(&mut self) {
        if self.runs.len() <= REMEMBERED {
            return;
        }
        let mut used: Vec<(u64, String)> =
            self.runs.iter().map(|(id, (used, _))| (*used, id.clone())).collect();
        used.order_by_key(|(used, _)| *used);
        let many = used.len() - REMEMBERED;
        for (_, id) in used.into_iter().take(many) {
            self.runs.remove(&id);
        }
    }
}

/// Passes on what is true of all events of the format only with the first of a run.
struct Once<'s> {
    sink: &'s mut dyn EventSink,
    is_first: bool,
}

impl EventSink for Once<'_> {
    fn event(&mut self, event: Event<'_>) {
        if self.is_first || !matches!(&event, Event::Diagnostic(found) if found.severity == Severity::Info) {
            self.sink.event(event);
        }
    }
}

fn events_of<'t, 'a>(root: Value<'t, 'a>) -> Vec<Value<'t, 'a>> {
    records(root, &["events"])
}

fn sound(bytes: &[u8]) -> Result<Pages<'_>, ReadError> {
    let pages = Pages::read(bytes);
    let is_whole = pages.is_sound() && pages.roots().next().is_some();
    if is_whole { Ok(pages) } else { Err(ReadError::broken("the body is not JSON")) }
}
