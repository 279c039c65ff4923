//! The writer: appends records to segments, waits until they are on disk, and only then answers.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::folders::Folders;
use super::index::{Index, Listed};
use super::read::Reading;
use super::record::{Content, Record};
use super::segment::{LARGEST, Segment, sync_folder};
use super::state::{State, losing, marking, opening};
use crate::block::Block;
use crate::commit::{Commit, Job, Outcome};
use crate::{Appended, Checked, Damage, Digest, Error, EventRange, Read, RunState, clock};

/// Maximum number of events in a record, and thus of events lost by damage to it.
const MOST_EVENTS: u64 = 64;
/// Approximate maximum size of a record in bytes, unless a single line is longer.
const MOST_BYTES: usize = 32 << 10;
/// Minimum size, in bytes, of a run that is compressed when the process that recorded its end closes the store; smaller
/// ones wait for [`maintain`](crate::Store::maintain).
const WORTH: u64 = 64 << 10;
/// Maximum number of runs whose summaries are kept in memory.
const MOST_OPEN: usize = 64;

/// A run that is being written.
struct OpenRun {
    folder: PathBuf,
    state: State,
    /// The last segment, if it can grow, and its length on disk.
    file: Option<(fs::File, Segment)>,
    /// Bytes waiting to be written, and their number of events.
    waiting: Vec<u8>,
    events: u64,
    /// Whether the segment is new, so that its name must be made durable too.
    fresh: bool,
    /// Whether the folder is new, so that its name must be made durable too.
    new: bool,
    /// Commit in which it was last used.
    used: u64,
}

/// The writer of a store.
pub(super) struct Files {
    pub(super) folders: Folders,
    pub(super) index: Arc<RwLock<Index>>,
    open: HashMap<String, OpenRun>,
    commits: u64,
    /// Held while this writer exists.
    _lock: fs::File,
}

impl Files {
    /// Creates the writer, for the process that holds the lock.
    pub(super) fn new(folders: Folders, index: Arc<RwLock<Index>>, lock: fs::File) -> Files {
        Files { folders, index, open: HashMap::default(), commits: 0, _lock: lock }
    }

    /// Opens a run for writing; `None` if it does not exist.
    fn open(&mut self, id: &str) -> Result<Option<&mut OpenRun>, Error> {
        if !self.open.contains_key(id) {
            let Some(folder) = self.folder_of(id)? else { return Ok(None) };
            let run = self.load(folder)?;
            self.make_room();
            self.open.insert(id.to_owned(), run);
        }
        let commits = self.commits;
        let mut run = self.open.get_mut(id);
        if let Some(run) = &mut run {
            run.used = commits;
        }
        Ok(run)
    }

    fn open_or_make(&mut self, id: &str, now: i64) -> Result<&mut OpenRun, Error> {
        if self.open(id)?.is_none() {
            let folder = Folders::for_run(id, now);
            self.folders.make_run(&folder)?;
            let mut run = self.load(folder)?;
            run.used = self.commits;
            if run.state.entry.run.id.is_empty() {
                let record = opening(id, now)?;
                record.write(&mut run.waiting);
                run.state.take(&record)?;
                run.new = true;
            }
            self.make_room();
            self.open.insert(id.to_owned(), run);
        }
        self.open.get_mut(id).ok_or_else(|| Error::Backend { reason: "a run was opened in vain".to_owned() })
    }

    /// Returns the folder of a run, which is in the list of runs afterwards.
    fn folder_of(&self, id: &str) -> Result<Option<PathBuf>, Error> {
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        if index.get(id).is_none() && !index.is_complete() {
            index.refresh_run(&self.folders, id)?;
        }
        Ok(index.get(id).map(|listed| listed.folder.clone()))
    }

    /// Loads the summary of a run, and moves the unfinished record that a dead writer left to the quarantine.
    fn load(&self, folder: PathBuf) -> Result<OpenRun, Error> {
        let path = self.folders.root.join(&folder);
        let mut state = State::load(&path)?;
        let mut waiting = Vec::new();
        for damage in std::mem::take(&mut state.lost) {
            losing(damage, clock::now())?.write(&mut waiting);
        }
        let last = state.entry.segments.last().map(|(segment, _)| *segment);
        let file = match last {
            Some(segment) if !segment.compressed => {
                let file = fs::OpenOptions::new().read(true).write(true).open(segment.path(&path))?;
                let length = file.metadata()?.len();
                if length > segment.length {
                    let bytes = fs::read(segment.path(&path))?;
                    let tail = bytes.get(segment.length as usize..).unwrap_or_default();
                    self.folders.quarantine(&folder, segment.number, segment.length, tail)?;
                    file.set_len(segment.length)?;
                    file.sync_data()?;
                }
                (segment.length < LARGEST).then_some((file, segment))
            }
            _ => None,
        };
        Ok(OpenRun { folder, state, file, waiting, events: 0, fresh: false, new: false, used: 0 })
    }

    /// Closes the least recently used run if too many are open.
    fn make_room(&mut self) {
        if self.open.len() < MOST_OPEN {
            return;
        }
        let idle = self.open.iter().filter(|(_, run)| run.waiting.is_empty() && run.used < self.commits);
        let oldest = idle.min_by_key(|(_, run)| run.used).map(|(id, _)| id.clone());
        if let Some(run) = oldest.and_then(|id| self.open.remove(&id)) {
            self.keep(&run);
        }
    }

    /// Saves the summary of a run. If this fails, the next process has to derive it again.
    fn keep(&self, run: &OpenRun) {
        let _ = run.state.keep(&self.folders.root.join(&run.folder));
    }

    fn read_index(&self) -> std::sync::RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Updates a run in the list.
    fn list(&self, id: &str) -> Result<(), Error> {
        let Some(run) = self.open.get(id) else { return Ok(()) };
        let listed = Listed {
            folder: run.folder.clone(),
            seen: Segment::all(&self.folders.root.join(&run.folder))?,
            entry: run.state.entry.clone(),
        };
        self.index.write().unwrap_or_else(PoisonError::into_inner).put(listed);
        Ok(())
    }

    /// Adds a batch; its records wait to be written.
    fn append(&mut self, batch: &Checked<'_>, now: i64) -> Outcome {
        let run = self.open_or_make(batch.run, now)?;
        let (mut block, mut blocks, mut stored) = (Block::default(), Vec::new(), 0);
        run.state.with_run(|state| {
            for line in &batch.lines {
                if !state.event(batch.producer, line) {
                    continue;
                }
                let full = block.events() >= MOST_EVENTS || block.bytes() + line.line.len() > MOST_BYTES;
                if full && block.events() > 0 {
                    blocks.push(std::mem::take(&mut block));
                }
                block.push(crate::Record { producer: batch.producer, seq: line.seq, line: line.line });
                stored += 1;
            }
        });
        if block.events() > 0 {
            blocks.push(block);
        }
        for block in blocks {
            Record { written: now, content: Content::Events(block) }.write(&mut run.waiting);
        }
        let state = &mut run.state.entry.run;
        if stored > 0 {
            state.updated = state.updated.max(now);
            state.trashed = None;
        }
        run.events += stored;
        let duplicates = batch.lines.len() as u64 - stored + batch.repeated;
        Ok(Appended { stored, duplicates, events: state.events })
    }

    fn job(&mut self, job: &Job<'_>, now: i64) -> Outcome {
        match job {
            Job::Append(batch) => self.append(batch, now),
            Job::Mark(id, mark) => {
                let run = self.open(id)?.ok_or_else(|| Error::NoRun { run: (*id).to_owned() })?;
                let record = marking(mark, now)?;
                record.write(&mut run.waiting);
                run.state.take(&record)?;
                Ok(Appended::default())
            }
            Job::Delete(id) => self.delete(id).map(|()| Appended::default()),
            Job::Settle(id) => match self.settle(id) {
                Ok(()) => Ok(Appended::default()),
                Err(error) => {
                    // Some of its segments may have been replaced: look again.
                    self.open.remove(*id);
                    let _ = self.open(id).map(|_| ()).and_then(|()| self.list(id));
                    Err(error)
                }
            },
        }
    }

    fn delete(&mut self, id: &str) -> Result<(), Error> {
        self.open.remove(id);
        if let Some(folder) = self.folder_of(id)? {
            // Nobody may look for the run while it is removed.
            let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
            self.folders.remove(&folder)?;
            index.remove(id);
        }
        Ok(())
    }

    /// Computes the summary from the events in order if they arrived out of order, and compresses a finished run.
    fn settle(&mut self, id: &str) -> Result<(), Error> {
        let folders = self.folders.clone();
        let index = self.index.clone();
        let Some(run) = self.open(id)? else { return Ok(()) };
        let path = folders.root.join(&run.folder);
        if run.state.entry.run.unsettled {
            let listed =
                Listed { folder: run.folder.clone(), seen: Vec::new(), entry: run.state.entry.clone() };
            let digest = settled(&folders.root, &listed)?;
            run.state.entry.run = digest.run;
            run.state.digest = Digest { run: RunState::default(), ..digest };
        }
        if !run.state.entry.run.is_active() {
            // Nobody may look for the segments while they are replaced.
            let _index = index.write().unwrap_or_else(PoisonError::into_inner);
            run.file = None;
            let damage = &mut run.state.entry.damage;
            for (segment, _) in run.state.entry.segments.iter_mut().filter(|(s, _)| !s.compressed) {
                let number = segment.number;
                *segment = segment.compress(&path, |gap, bytes| {
                    let (from, to) = (gap.from as u64, gap.to as u64);
                    folders.quarantine(&run.folder, number, from, bytes)?;
                    let lost = Damage { segment: number, from, to };
                    damage.insert(lost);
                    losing(lost, clock::now())
                })?;
            }
        }
        run.state.keep(&path)?;
        self.list(id)
    }

    /// Makes the names of new folders durable, with one call per day. Returns errors by run.
    fn sync_days(&mut self) -> HashMap<String, Error> {
        let mut days: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
        for (id, run) in self.open.iter_mut().filter(|(_, run)| run.new) {
            run.new = false;
            days.entry(self.folders.day_of(&run.folder)).or_default().push(id.clone());
        }
        let mut failed = HashMap::default();
        for (day, runs) in days {
            if let Err(error) = sync_folder(&day) {
                for id in runs {
                    self.open.remove(&id);
                    failed.insert(id, error.clone());
                }
            }
        }
        failed
    }

    /// Writes the waiting records of all runs at once and makes them durable. Returns errors by run.
    fn flush(&mut self) -> HashMap<String, Error> {
        let mut failed = self.sync_days();
        let root = &self.folders.root;
        let waiting: Vec<(&String, &mut OpenRun)> =
            self.open.iter_mut().filter(|(_, run)| !run.waiting.is_empty()).collect();
        let done = flush_together(waiting, root);
        for (id, result) in done {
            if let Err(error) = result.and_then(|()| self.list(&id)) {
                // The summary in memory is ahead of the disk: it is read again when it is next needed.
                self.open.remove(&id);
                failed.insert(id, error);
            }
        }
        failed
    }
}

/// Maximum number of runs whose files are synchronised at the same time.
const TOGETHER: usize = 16;

/// Writes the waiting records of several runs. A disk can sync many files in the time of one, if it is asked at the
/// same time.
fn flush_together(mut runs: Vec<(&String, &mut OpenRun)>, root: &Path) -> Vec<(String, Result<(), Error>)> {
    let mut done = Vec::with_capacity(runs.len());
    for some in runs.chunks_mut(TOGETHER) {
        if let [(id, run)] = some {
            done.push((id.to_string(), run.flush(root)));
            continue;
        }
        std::thread::scope(|scope| {
            let threads: Vec<_> = some
                .iter_mut()
                .map(|(id, run)| (id.to_string(), scope.spawn(move || run.flush(root))))
                .collect();
            for (id, thread) in threads {
                let stopped =
                    |_| Err(Error::Backend { reason: "a write stopped without a reason".to_owned() });
                done.push((id, thread.join().unwrap_or_else(stopped)));
            }
        });
    }
    done
}

impl OpenRun {
    /// Returns whether it has finished and is larger than its folder and file names.
    fn is_worth_compressing(&self) -> bool {
        let plain = self.state.entry.segments.iter().filter(|(segment, _)| !segment.compressed);
        !self.state.entry.run.is_active() && plain.map(|(segment, _)| segment.length).sum::<u64>() >= WORTH
    }

    /// Writes the waiting records. After an error they are cut off again, because it is unknown which of them are on
    /// disk.
    fn flush(&mut self, root: &Path) -> Result<(), Error> {
        let path = root.join(&self.folder);
        if self.file.as_ref().is_none_or(|(_, segment)| segment.length >= LARGEST) {
            let number = self.state.entry.segments.last().map_or(0, |(segment, _)| segment.number) + 1;
            let segment = Segment { number, compressed: false, length: 0 };
            let file = crate::private::options().create_new(true).open(segment.path(&path))?;
            self.file = Some((file, segment));
            self.fresh = true;
        }
        let Some((file, segment)) = &mut self.file else { return Ok(()) };
        let before = segment.length;
        let bytes = std::mem::take(&mut self.waiting);
        let written = append_at(file, before, &bytes).and_then(|()| file.sync_data());
        if let Err(error) = written {
            let _ = file.set_len(before).and_then(|()| file.sync_data());
            return Err(error.into());
        }
        if self.fresh {
            sync_folder(&path)?;
            self.fresh = false;
        }
        segment.length += bytes.len() as u64;
        self.state.knows(*segment, std::mem::take(&mut self.events));
        Ok(())
    }
}

fn append_at(file: &mut fs::File, at: u64, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Seek as _;
    file.seek(std::io::SeekFrom::Start(at))?;
    file.write_all(bytes)
}

impl Commit for Files {
    fn commit(&mut self, jobs: &[Job<'_>]) -> Result<Vec<Outcome>, Error> {
        self.commits += 1;
        let now = clock::now();
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(jobs.len());
        for job in jobs {
            let outcome = self.job(job, now);
            if let Err(error) = &outcome
                && !matches!(error, Error::NoRun { .. })
            {
                // It may be half done in memory. The changes of other jobs of this group to the same run are dropped
                // with it.
                self.open.remove(job.run());
                for (earlier, outcome) in jobs.iter().zip(&mut outcomes) {
                    if earlier.run() == job.run() {
                        *outcome = Err(error.clone());
                    }
                }
            }
            outcomes.push(outcome);
        }
        let failed = self.flush();
        for (job, outcome) in jobs.iter().zip(&mut outcomes) {
            if let (Ok(_), Some(error)) = (&outcome, failed.get(job.run())) {
                *outcome = Err(error.clone());
            }
        }
        Ok(outcomes)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let over = self.open.iter().filter(|(_, run)| run.is_worth_compressing()).map(|(id, _)| id.clone());
        for id in over.collect::<BTreeSet<_>>() {
            // If this fails, the next `maintain` does it again and reports problems.
            let _ = self.settle(&id);
        }
        for run in self.open.values() {
            self.keep(run);
        }
        let _ = self.read_index().keep(&self.folders);
    }
}

/// Computes the summaries of a run from its events in order.
fn settled(root: &Path, listed: &Listed) -> Result<Digest, Error> {
    let mut digest = Digest { run: listed.entry.run.without_events(), ..Digest::default() };
    let gaps = Reading::of(root, listed)?.read(EventRange::All, &mut |record| {
        digest.apply(record.producer, &Read::of(record.seq, record.line));
        ControlFlow::Continue(())
    })?;
    // Damage that is not yet listed is listed first, by the next look.
    if gaps.parts().iter().any(|part| !listed.entry.damage.contains(part)) {
        gaps.refuse(&listed.entry.run.id)?;
    }
    Ok(digest)
}
