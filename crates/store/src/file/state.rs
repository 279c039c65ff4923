//! Summary of a run's folder: derived from its segments, and saved beside them so that it need not be derived again. It
//! is never authoritative and may be deleted.

use makespan_format::clip;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use super::folders::hex;
use super::record::{Content, Record};
use super::segment::{Found, Segment, write_derived};
use crate::digest::{LONGEST_TEXT, MetricState};
use crate::ranges::Ranges;
use crate::{Damage, Digest, Error, Mark, Read, RunState, TaskState, TextKey, key};

/// Name of the file with the summary.
const NAME: &str = "state.json.gz";
/// Maximum size of a summary that is read, in bytes: some ten million tasks.
const LARGEST: u64 = 4 << 30;

/// Maximum number of missing segments of a run that are listed one by one.
const MOST_MISSING: usize = 100;

/// An entry in the list of runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The run.
    pub(super) run: RunState,
    /// Its known segments, with the number of events in each.
    pub(super) segments: Vec<(Segment, u64)>,
    /// Damaged or missing parts of its segments, in order.
    pub(super) damage: BTreeSet<Damage>,
}

/// Everything known about a run except its events.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) entry: Entry,
    pub(super) digest: Digest,
    /// The stored numbers, by producer.
    pub(super) numbers: BTreeMap<String, Ranges>,
    /// Losses that the segments do not show: the saved summary knows more than they contain. The next record reports
    /// them.
    pub(super) lost: Vec<Damage>,
}

/// A saved summary.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The files from which it was derived.
    seen: Vec<Found>,
    entry: Entry,
    tasks: Vec<TaskState>,
    metrics: Vec<(TextKey, MetricState)>,
    numbers: BTreeMap<String, Vec<(u64, u64)>>,
}

impl State {
    /// Loads the summary of a folder: the saved one if the files have not changed, otherwise derived from the segments.
    pub(super) fn load(folder: &Path) -> Result<State, Error> {
        Segment::unmoved(folder, |found| {
            let state = State::of(folder, found)?;
            let sound = state.entry.damage.is_empty();
            Ok((state, sound))
        })
    }

    fn of(folder: &Path, found: &[Found]) -> Result<State, Error> {
        let kept = State::kept(folder);
        if let Some((seen, state)) = &kept
            && seen == found
        {
            return Ok(state.clone());
        }
        let mut state = State::default();
        let last = found.last().map_or(0, |found| found.segment.number);
        for number in 1..=last {
            // A folder that claims millions of segments is no more damaged than one that lacks a hundred.
            if state.entry.damage.len() >= MOST_MISSING {
                break;
            }
            if found.binary_search_by_key(&number, |found| found.segment.number).is_err() {
                state.entry.damage.insert(Damage { segment: number, from: 0, to: 0 });
            }
        }
        for found in found {
            state.read(folder, found.segment, found.segment.number == last)?;
        }
        let kept = kept.map_or_else(Entry::default, |(_, state)| state.entry);
        state.compare(&kept, found);
        if state.entry.run.id.is_empty() && (state.entry.run.events > 0 || !state.entry.damage.is_empty()) {
            state.entry.run.id = recovered(folder, &kept.run.id).unwrap_or_default();
        }
        Ok(state)
    }

    /// Adds the content of a segment.
    fn read(&mut self, folder: &Path, segment: Segment, is_last: bool) -> Result<(), Error> {
        let before = self.entry.run.events;
        let contents = segment.read(segment.open(folder)?, |record| self.take(&record))?;
        // Bytes after the last record are being written, or were when the writer died: the next writer decides.
        let torn = contents.torn.filter(|_| is_last);
        for gap in contents.gaps.iter().filter(|gap| Some(gap.from) != torn) {
            let (from, to) = (gap.from as u64, gap.to as u64);
            self.entry.damage.insert(Damage { segment: segment.number, from, to });
        }
        let length = torn.map_or(segment.length, |torn| torn as u64);
        self.knows(Segment { length, ..segment }, self.entry.run.events - before);
        Ok(())
    }

    /// Compares the segments with the saved summary: segments may be missing or shorter, which they do not show
    /// themselves.
    fn compare(&mut self, kept: &Entry, found: &[Found]) {
        for &(known, _) in &kept.segments {
            let now = found.iter().map(|found| found.segment).find(|now| now.number == known.number);
            let from = match now {
                None => 0,
                Some(now) if now.compressed == known.compressed && now.length < known.length => now.length,
                // A compressed segment has another length.
                Some(_) => continue,
            };
            self.entry.damage.remove(&Damage { segment: known.number, from: 0, to: 0 });
            self.lost.push(Damage { segment: known.number, from, to: known.length });
        }
        self.entry.damage.extend(self.lost.iter().copied());
    }

    /// Notes how far a segment is known, and how many more events it contains.
    pub(super) fn knows(&mut self, segment: Segment, events: u64) {
        match self.entry.segments.iter_mut().find(|(known, _)| known.number == segment.number) {
            Some((known, count)) => (*known, *count) = (segment, *count + events),
            None => self.entry.segments.push((segment, events)),
        }
    }

    /// Adds a record. Events that are already known are skipped, as after a write that was reported as failed but
    /// reached the disk.
    pub(super) fn take(&mut self, record: &Record) -> Result<(), Error> {
        self.with_run(|state| match &record.content {
            Content::Run(json) => state.opens(json),
            Content::Mark(json) => state.mark(json),
            Content::Lost(json) => {
                state.entry.damage.insert(lost(json)?);
                Ok(())
            }
            Content::Events(block) => {
                for event in block.records() {
                    state.event(event.producer, &Read::of(event.seq, event.line));
                }
                let run = &mut state.digest.run;
                run.updated = run.updated.max(record.written);
                run.trashed = None;
                Ok(())
            }
        })
    }

    /// Calls a function while the run's own summary is in the digest, which applies events to it.
    pub(super) fn with_run<T>(&mut self, work: impl FnOnce(&mut State) -> T) -> T {
        std::mem::swap(&mut self.entry.run, &mut self.digest.run);
        let done = work(self);
        std::mem::swap(&mut self.entry.run, &mut self.digest.run);
        done
    }

    /// Applies an event, within [`with_run`](State::with_run). Returns whether it is new.
    pub(super) fn event(&mut self, producer: &str, read: &Read<'_>) -> bool {
        if !self.numbers.contains_key(producer) {
            self.numbers.insert(producer.to_owned(), Ranges::default());
        }
        let Some(numbers) = self.numbers.get_mut(producer) else { return false };
        let late = numbers.last().is_some_and(|last| read.seq < last);
        if !numbers.insert(read.seq) {
            return false;
        }
        if late {
            (self.digest.run.disordered, self.digest.run.unsettled) = (true, true);
        }
        self.digest.apply(producer, read);
        true
    }

    fn opens(&mut self, json: &str) -> Result<(), Error> {
        let named = |e| Error::corrupt(format!("a run does not say what it is called: {e}"));
        let Opening { run, created } = serde_json::from_str(json).map_err(named)?;
        if self.digest.run.id.is_empty() {
            self.digest.run = RunState::new(&run, created);
        }
        Ok(())
    }

    fn mark(&mut self, json: &str) -> Result<(), Error> {
        let told = |e| Error::corrupt(format!("a mark cannot be read: {e}"));
        let Marked { pin, label, trash } = serde_json::from_str(json).map_err(told)?;
        let run = &mut self.digest.run;
        if let Some(pin) = pin {
            run.pinned = pin;
        }
        if let Some(trash) = trash {
            run.trashed = trash.first().copied();
        }
        match label {
            Some((name, Some(value))) => {
                run.marks.insert(name, value);
            }
            Some((name, None)) => {
                run.marks.remove(&name);
            }
            None => {}
        }
        Ok(())
    }

    /// Reads the saved summary, and the files from which it was derived.
    fn kept(folder: &Path) -> Option<(Vec<Found>, State)> {
        use std::io::Read as _;
        let mut json = Vec::new();
        GzDecoder::new(fs::File::open(folder.join(NAME)).ok()?).take(LARGEST).read_to_end(&mut json).ok()?;
        let kept: Kept = serde_json::from_slice(&json).ok()?;
        let digest = Digest {
            run: RunState::default(),
            tasks: kept.tasks.into_iter().map(|task| (key(&task.id), task)).collect(),
            metrics: kept.metrics.into_iter().collect(),
        };
        let numbers = kept.numbers.into_iter().map(|(who, ranges)| (who, Ranges::of(ranges))).collect();
        Some((kept.seen, State { entry: kept.entry, digest, numbers, lost: Vec::new() }))
    }

    /// Saves the summary beside the segments.
    pub(super) fn keep(&self, folder: &Path) -> Result<(), Error> {
        let mut tasks: Vec<TaskState> = self.digest.tasks.values().cloned().collect();
        tasks.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        let mut metrics: Vec<(TextKey, MetricState)> =
            self.digest.metrics.iter().map(|(key, metric)| (*key, metric.clone())).collect();
        metrics.sort_unstable_by_key(|(key, _)| *key);
        let numbers =
            self.numbers.iter().map(|(who, ranges)| (who.clone(), ranges.iter().collect())).collect();
        let kept = Kept { seen: Segment::all(folder)?, entry: self.entry.clone(), tasks, metrics, numbers };
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        serde_json::to_writer(&mut packed, &kept).map_err(|e| Error::Backend { reason: e.to_string() })?;
        write_derived(&folder.join(NAME), &packed.finish()?)
    }
}

/// The first record of a run.
#[derive(Serialize, Deserialize)]
struct Opening {
    run: String,
    created: i64,
}

/// A change by a person in a record: contains only what changes. An empty list restores the run from the trash.
#[derive(Default, Serialize, Deserialize)]
struct Marked {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pin: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<(String, Option<String>)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trash: Option<Vec<i64>>,
}

fn json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|e| Error::Backend { reason: e.to_string() })
}

/// Creates the first record of a run.
pub(super) fn opening(run: &str, now: i64) -> Result<Record, Error> {
    let content = Content::Run(json(&Opening { run: run.to_owned(), created: now })?);
    Ok(Record { written: now, content })
}

/// Recovers the id of a run whose first record is unreadable: from what was known, or from the name of its folder. Both
/// are verified by the key in that name.
fn recovered(folder: &Path, known: &str) -> Option<String> {
    let name = folder.file_name()?.to_str()?;
    let (hash, plain) = name.split_once('-').unwrap_or((name, ""));
    let is_it = |id: &&str| !id.is_empty() && hex(&key(id)) == hash;
    [known, plain].into_iter().find(is_it).map(str::to_owned)
}

/// Creates the record that reports damaged records.
pub(super) fn losing(damage: Damage, now: i64) -> Result<Record, Error> {
    Ok(Record { written: now, content: Content::Lost(json(&damage)?) })
}

/// Parses such a record.
pub(super) fn lost(json: &str) -> Result<Damage, Error> {
    serde_json::from_str(json).map_err(|e| Error::corrupt(format!("a note of damage cannot be read: {e}")))
}

/// Creates the record of a change by a person.
pub(super) fn marking(mark: &Mark, now: i64) -> Result<Record, Error> {
    let short = |text: &String| clip(text, LONGEST_TEXT).to_owned();
    let mut marked = Marked::default();
    match mark {
        Mark::Pin(pin) => marked.pin = Some(*pin),
        Mark::Trash(at) => marked.trash = Some(at.iter().copied().collect()),
        Mark::Label { name, value } => marked.label = Some((short(name), value.as_ref().map(short))),
    }
    Ok(Record { written: now, content: Content::Mark(json(&marked)?) })
}
