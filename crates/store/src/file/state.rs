//! What is known of a run's folder: made by reading its segments, and kept beside them so that it need not be made
//! again. Nothing here is the truth; all of it can be thrown away.

use makespan_format::clip;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use super::record::{Content, Record};
use super::segment::{Segment, write_derived};
use crate::digest::{LONGEST_TEXT, MetricState};
use crate::ranges::Ranges;
use crate::{Digest, Error, Mark, Read, RunState, TaskState, TextKey, key};

/// The name of the file that holds what is known.
const NAME: &str = "state.json.gz";
/// As much of a state is read at most: some ten million tasks.
const LARGEST: u64 = 4 << 30;

/// A damaged part of a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Damage {
    /// The segment.
    pub(super) segment: u32,
    /// The first byte that no record holds.
    pub(super) from: u64,
    /// The first byte of the next record.
    pub(super) to: u64,
}

/// What stands in a list of runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The run.
    pub(super) run: RunState,
    /// Its segments as far as they are known, with how many events each holds.
    pub(super) segments: Vec<(Segment, u64)>,
    /// Where segments are damaged.
    pub(super) damage: Vec<Damage>,
}

/// Everything about a run but its events.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) entry: Entry,
    pub(super) digest: Digest,
    /// The numbers that are stored, by producer.
    pub(super) numbers: BTreeMap<String, Ranges>,
}

/// A state as it lies beside the segments.
#[derive(Serialize, Deserialize)]
struct Kept {
    entry: Entry,
    tasks: Vec<TaskState>,
    metrics: Vec<(TextKey, MetricState)>,
    numbers: BTreeMap<String, Vec<(u64, u64)>>,
}

impl State {
    /// The state of a folder: what is kept, and what its segments hold beyond that.
    pub(super) fn load(folder: &Path) -> Result<State, Error> {
        Segment::unmoved(folder, |segments| State::of(folder, segments))
    }

    fn of(folder: &Path, segments: &[Segment]) -> Result<State, Error> {
        let kept = State::kept(folder).filter(|state| state.fits(segments));
        let mut state = kept.unwrap_or_default();
        for &segment in segments {
            let known = state.entry.segments.iter().position(|(known, _)| known.number == segment.number);
            let from = known.map_or(0, |i| state.entry.segments[i].0.length);
            if known.is_none() || from < segment.length {
                state.read(folder, segment, from)?;
            }
        }
        Ok(state)
    }

    /// Whether segments have only grown since.
    fn fits(&self, segments: &[Segment]) -> bool {
        let known = self.entry.segments.iter();
        let same = known.zip(segments).enumerate().all(|(i, ((known, _), found))| {
            let last = i + 1 == self.entry.segments.len();
            known.number == found.number
                && known.compressed == found.compressed
                && (known.length == found.length || last && !known.compressed && known.length < found.length)
        });
        same && self.entry.segments.len() <= segments.len()
    }

    /// Takes in what a segment holds from a byte on.
    fn read(&mut self, folder: &Path, segment: Segment, from: u64) -> Result<(), Error> {
        let (before, mut end) = (self.entry.run.events, from);
        let gaps = segment.read(segment.open(folder)?, from, |record, at| {
            end = at as u64;
            self.take(&record)
        })?;
        for gap in gaps {
            // What lies behind the last record of the last segment is being written, or was when the writer died:
            // whoever writes on decides.
            if segment.compressed || (gap.to as u64) < segment.length {
                let damage = Damage { segment: segment.number, from: gap.from as u64, to: gap.to as u64 };
                self.entry.damage.push(damage);
            }
        }
        let length = if segment.compressed { segment.length } else { end };
        self.knows(Segment { length, ..segment }, self.entry.run.events - before);
        Ok(())
    }

    /// Notes how far a segment is known, and how many events more it holds.
    pub(super) fn knows(&mut self, segment: Segment, events: u64) {
        match self.entry.segments.iter_mut().find(|(known, _)| known.number == segment.number) {
            Some((known, count)) => (*known, *count) = (segment, *count + events),
            None => self.entry.segments.push((segment, events)),
        }
    }

    /// Takes in a record. Events that are known already, as after a write whose failure was not certain, are passed
    /// over.
    pub(super) fn take(&mut self, record: &Record) -> Result<(), Error> {
        self.with_run(|state| match &record.content {
            Content::Run(json) => state.opens(json),
            Content::Mark(json) => state.mark(json),
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

    /// Runs something while the run's own state is in the digest, where events reach it.
    pub(super) fn with_run<T>(&mut self, work: impl FnOnce(&mut State) -> T) -> T {
        std::mem::swap(&mut self.entry.run, &mut self.digest.run);
        let done = work(self);
        std::mem::swap(&mut self.entry.run, &mut self.digest.run);
        done
    }

    /// Takes in an event, within [`with_run`](State::with_run); whether it is new.
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

    fn kept(folder: &Path) -> Option<State> {
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
        Some(State { entry: kept.entry, digest, numbers })
    }

    /// Keeps the state beside the segments.
    pub(super) fn keep(&self, folder: &Path) -> Result<(), Error> {
        let mut tasks: Vec<TaskState> = self.digest.tasks.values().cloned().collect();
        tasks.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        let mut metrics: Vec<(TextKey, MetricState)> =
            self.digest.metrics.iter().map(|(key, metric)| (*key, metric.clone())).collect();
        metrics.sort_unstable_by_key(|(key, _)| *key);
        let numbers =
            self.numbers.iter().map(|(who, ranges)| (who.clone(), ranges.iter().collect())).collect();
        let kept = Kept { entry: self.entry.clone(), tasks, metrics, numbers };
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

/// A mark in a record: what changes is there, the rest is not. Out of the trash is an empty list.
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

/// The record that opens a run.
pub(super) fn opening(run: &str, now: i64) -> Result<Record, Error> {
    let content = Content::Run(json(&Opening { run: run.to_owned(), created: now })?);
    Ok(Record { written: now, content })
}

/// The record of a mark.
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
