//! A run that an importer collects before it emits it: tasks with the ids of the file, so that dependencies may point
//! forward, and with keys that are the same in the next run.
//!
//! An importer reads records into [`Piece`]s and calls [`Draft::emit`]; keys, dependencies, numbers of attempts and the
//! report of assumptions are the same for all importers.

use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::{
    Alert, Artifact, Attempt, Event, EventSink, Fields, Json, Log, RunInfo, Sample, Status, Task,
};
use makespan_model::HashMap;

use crate::gather::{Ordinals, as_it_ran, lacks};
use crate::ids::{Again, Fan, Ids, Placed, Seen};
use crate::importer::{Importer, Options};
use crate::json::tape::Value;
use crate::tally::Tally;
use crate::times::Clock;

/// A run under construction. Its clock parses the times of all its records.
pub(crate) struct Draft<'z, 'a> {
    pub(crate) run: RunInfo<'a>,
    pub(crate) pieces: Vec<Piece<'a>>,
    /// Log lines; `task` is an id of the file.
    pub(crate) logs: Vec<Log<'a>>,
    /// Alerts; `task` is an id of the file.
    pub(crate) alerts: Vec<Alert<'a>>,
    /// Measured values of the run as a whole.
    pub(crate) samples: Vec<Sample<'a>>,
    pub(crate) clock: Clock<'z>,
    pub(crate) tally: Tally,
}

/// A task under construction.
#[derive(Debug, Default)]
pub(crate) struct Piece<'a> {
    /// Its id in the file; `after` and `parent` of tasks refer to such ids.
    pub(crate) native: Cow<'a, str>,
    /// The task; `id` is its preferred key, which need not be unique.
    pub(crate) task: Task<'a>,
    /// Its attempts, in order. Those without a number get the next one.
    pub(crate) tries: Vec<Attempt<'a>>,
    /// Measured values, of the last attempt unless they have a number.
    pub(crate) samples: Vec<Sample<'a>>,
    pub(crate) artifacts: Vec<Artifact<'a>>,
}

impl<'z, 'a> Draft<'z, 'a> {
    /// Creates a run without tasks, recorded by this system.
    pub(crate) fn new(id: Cow<'a, str>, source: &'static str, options: &Options<'z>) -> Draft<'z, 'a> {
        Draft {
            run: RunInfo { id, source: Some(source.into()), ..RunInfo::default() },
            pieces: Vec::new(),
            logs: Vec::new(),
            alerts: Vec::new(),
            samples: Vec::new(),
            clock: Clock::new(Rc::new(options.zone)),
            tally: Tally::new(),
        }
    }

    /// Decides for records with the same id whether they are duplicates, attempts of one task, or separate tasks, with
    /// the rules of [`crate::ids`]. Everything else in a record follows its first attempt.
    fn settle_ids(&mut self) {
        let mut ids = Ids::default();
        let mut pieces: Vec<Piece<'a>> = Vec::with_capacity(self.pieces.len());
        for mut piece in std::mem::take(&mut self.pieces) {
            let mut others = Vec::new();
            let mut kept: Vec<Attempt<'a>> = Vec::with_capacity(piece.tries.len());
            for attempt in std::mem::take(&mut piece.tries) {
                match ids.again(&piece.task.id, &kept, &attempt, false) {
                    Again::Next => kept.push(attempt),
                    Again::Duplicate => {}
                    Again::Other => {
                        // Those with an id are counted where they are placed.
                        if piece.native.is_empty() {
                            ids.other(&piece.task.id);
                        }
                        others.push(Piece {
                            native: piece.native.clone(),
                            task: Task { status: attempt.status, ..piece.task.clone() },
                            tries: vec![attempt],
                            ..Piece::default()
                        });
                    }
                }
            }
            if let (false, Some(last)) = (others.is_empty(), kept.last()) {
                piece.task.status = last.status;
            }
            piece.tries = kept;
            pieces.push(piece);
            pieces.extend(others);
        }
        let mut uses: HashMap<Cow<'a, str>, u32> = HashMap::default();
        for piece in pieces.iter().filter(|piece| !piece.native.is_empty()) {
            *uses.entry(piece.native.clone()).or_insert(0) += 1;
        }
        // For each repeated id, its tasks and their positions.
        let mut places: HashMap<Cow<'_, str>, usize> = HashMap::default();
        for piece in pieces {
            if uses.get(&piece.native).is_none_or(|uses| *uses < 2) {
                self.pieces.push(piece);
                continue;
            }
            // The last attempt gives the end of the record; for a record without attempts, the task does.
            let untimed = Attempt { status: piece.task.status, ..Attempt::default() };
            let attempt = piece.tries.last().unwrap_or(&untimed);
            let params = piece.task.params.as_ref().map_or("", Json::as_str);
            let number = (attempt.number > 0).then_some(attempt.number);
            let native = piece.native.clone();
            let seen = Seen { id: &native, number, params, ..Seen::default() };
            let Placed::Try { id: placed, number, .. } = ids.place(&seen, attempt) else { continue };
            let Some(&at) = places.get(&placed) else {
                places.insert(Cow::Owned(placed.into_owned()), self.pieces.len());
                self.pieces.push(piece);
                continue;
            };
            let known = &mut self.pieces[at];
            let is_new = known.tries.iter().all(|a| a.number.max(1) != number || !is_same(a, attempt));
            if piece.tries.is_empty() || !is_new {
                ids.duplicate(&piece.native);
                continue;
            }
            if known.tries.iter().all(|earlier| earlier.started <= attempt.started) {
                known.task.status = piece.task.status;
            }
            for mut attempt in piece.tries {
                if known.tries.iter().any(|earlier| earlier.number == attempt.number) {
                    attempt.number = 0;
                }
                known.tries.push(attempt);
            }
            known.samples.extend(piece.samples);
            known.artifacts.extend(piece.artifacts);
        }
        ids.add_to(&mut self.tally);
    }

    /// Emits the run with its contents. Tasks keep their order; a dependency on an id of several tasks includes all of
    /// them, and other references mean the first one. A reference to an unknown id is emitted as it is.
    pub(crate) fn emit(mut self, importer: &Importer, sink: &mut dyn EventSink) {
        self.settle_ids();
        let whose = self.run.id.clone();
        sink.event(Event::Run(self.run));
        lacks(importer, sink);
        let mut names = Ordinals::default();
        let keys: Vec<String> = self.pieces.iter().map(|piece| names.next(&piece.task.id)).collect();
        let mut index: HashMap<Cow<'_, str>, &str> = HashMap::default();
        for (piece, key) in self.pieces.iter().zip(&keys) {
            index.entry(piece.native.clone()).or_insert(key);
        }
        let known = |id: Cow<'a, str>| match index.get(&id) {
            Some(key) => Cow::Owned((*key).to_owned()),
            None => id,
        };
        // For ids of several tasks, all of these.
        let mut several: HashMap<Cow<'_, str>, Vec<&str>> = HashMap::default();
        for (piece, key) in self.pieces.iter().zip(&keys).filter(|(piece, _)| !piece.native.is_empty()) {
            let first = index.get(&piece.native).copied().filter(|first| first != key);
            if let Some(first) = first {
                several.entry(piece.native.clone()).or_insert_with(|| vec![first]).push(key);
            }
        }
        let mut fan = Fan::default();
        for (piece, key) in self.pieces.into_iter().zip(&keys) {
            let id = || Cow::Borrowed(key.as_str());
            let Task { parent, after, .. } = piece.task;
            let mut before: Vec<Cow<'_, str>> = Vec::with_capacity(after.len());
            for id in after {
                match several.get(&id) {
                    Some(all) => before.extend(fan.take(all).iter().map(|key| Cow::Owned((*key).to_owned()))),
                    None => before.push(known(id)),
                }
            }
            // Sources list a task that provides several inputs once for each.
            let mut seen = makespan_model::HashSet::default();
            before.retain(|id| seen.insert(id.clone()));
            let ready = self.clock.ready(&before);
            sink.event(Event::Task(Task {
                id: id(),
                parent: parent.map(known),
                after: before,
                ..piece.task
            }));
            let mut last = 0;
            for mut attempt in piece.tries {
                attempt.task = id();
                attempt.number = if attempt.number == 0 { last + 1 } else { attempt.number };
                last = attempt.number;
                // An attempt without a recorded outcome is not known to have succeeded.
                if attempt.status.is_none() && attempt.started.or(attempt.ended).is_some() {
                    attempt.status = Some(Status::Unknown);
                }
                self.clock.settle_after(&mut attempt, key, ready);
                sink.event(Event::Attempt(attempt));
            }
            for mut sample in piece.samples {
                sample.task = Some(id());
                sample.number = sample.number.or((last > 0).then_some(last));
                sink.event(Event::Sample(sample));
            }
            for mut artifact in piece.artifacts {
                artifact.task = Some(id());
                sink.event(Event::Artifact(artifact));
            }
        }
        for sample in self.samples {
            sink.event(Event::Sample(sample));
        }
        for alert in self.alerts {
            sink.event(Event::Alert(Alert { task: alert.task.map(known), ..alert }));
        }
        for log in self.logs {
            sink.event(Event::Log(Log { task: log.task.map(known), ..log }));
        }
        fan.add_to(&mut self.tally);
        self.clock.add_to(&mut self.tally);
        self.tally.report(&whose, sink);
    }
}

/// Returns whether two records describe the same attempt.
fn is_same(a: &Attempt<'_>, b: &Attempt<'_>) -> bool {
    (a.queued, a.started, a.ended, a.status) == (b.queued, b.started, b.ended, b.status)
}

impl<'a> Piece<'a> {
    /// Creates a task with this id in the file, and this key, which is also its name.
    pub(crate) fn new(native: impl Into<Cow<'a, str>>, key: impl Into<Cow<'a, str>>) -> Piece<'a> {
        let key = key.into();
        let task = Task { id: key.clone(), name: Some(key), ..Task::default() };
        Piece { native: native.into(), task, ..Piece::default() }
    }

    /// Adds an attempt; one that never began only gives the task its status.
    pub(crate) fn tried(&mut self, attempt: Attempt<'a>) {
        let status = attempt.status;
        match as_it_ran(attempt) {
            Some(attempt) => self.tries.push(attempt),
            None => self.task.status = self.task.status.or(status),
        }
    }

    /// Adds a measured value if it is finite.
    pub(crate) fn sample(
        &mut self,
        name: impl Into<Cow<'a, str>>,
        value: Option<f64>,
        unit: Option<&'static str>,
    ) {
        if let Some(value) = value.filter(|v| v.is_finite()) {
            let unit = unit.map(Cow::Borrowed);
            self.samples.push(Sample { task: None, number: None, name: name.into(), value, unit, t: None });
        }
    }
}

/// Returns members of a record as labels or parameters, without empty ones.
pub(crate) fn labels(record: Value<'_, '_>, keys: &[&str]) -> Option<Json<'static>> {
    let mut fields = Fields::new();
    add_labels(&mut fields, record, keys);
    fields.finish()
}

/// Adds members to others.
pub(crate) fn add_labels(fields: &mut Fields, record: Value<'_, '_>, keys: &[&str]) {
    for key in keys {
        if let Some(value) = record.at(key).filter(|v| !matches!(v.get(), "[]" | "{}" | "\"\"" | "false")) {
            fields.raw(key, value.get());
        }
    }
}

/// Returns the records of a JSON text: the elements of an array, those of the first of these members that is an array,
/// or the text itself.
pub(crate) fn records<'t, 'a>(root: Value<'t, 'a>, keys: &[&str]) -> Vec<Value<'t, 'a>> {
    let list = if root.is_array() { Some(root) } else { root.any(keys).filter(|list| list.is_array()) };
    match list {
        Some(list) => list.elements().filter(|v| v.is_object()).collect(),
        None => vec![root].into_iter().filter(|v| v.is_object()).collect(),
    }
}
