//! The transaction that appends events: events that are already stored are left out, the others are added to blocks,
//! and the summary rows follow.

use std::collections::{HashMap, HashSet};

use super::driver::{Driver, look_up};
use super::rows;
use super::tables::{BLOCKS, LABELS, METRICS, RANGES, RUNS, TASKS};
use super::text::{Cells, Sql, Value};
use crate::block::{self, Block, MOST_EVENTS, MOST_REOPENED};
use crate::digest::MetricState;
use crate::key::{TextKey, key};
use crate::ranges::Ranges;
use crate::{Appended, Checked, Digest, Error, Mark, Record, RunState, TaskState};

/// A block to write: its first event, and whether its row already exists.
struct Target {
    first: u64,
    block: Block,
    stored: bool,
}

/// The numbers of a producer: before, now, and the beginning of the last range.
struct Numbers {
    before: Ranges,
    now: Ranges,
    last_range: Option<u64>,
}

/// A run within a transaction: its row is locked until the end, so no other process can interfere.
pub(super) struct OpenRun {
    no: i64,
    digest: Digest,
    labels: Vec<(String, String)>,
    numbers: HashMap<String, Numbers>,
    targets: Vec<Target>,
}

impl OpenRun {
    /// Locks the row of a run and reads it; `None` if there is none.
    pub(super) fn load(driver: &mut impl Driver, id: &str) -> Result<Option<OpenRun>, Error> {
        let mut sql = RUNS.select(driver.dialect());
        sql.push("WHERE run_key = ").bind(key(id)).push(driver.dialect().for_update());
        let Some(row) = driver.rows(sql)?.pop() else { return Ok(None) };
        let (no, run) = rows::run(row)?;
        let labels = label_pairs(&run);
        let digest = Digest { run, ..Digest::default() };
        Ok(Some(OpenRun { no, digest, labels, numbers: HashMap::default(), targets: Vec::new() }))
    }

    /// Does the same, and creates the run if it does not exist.
    pub(super) fn load_or_make(driver: &mut impl Driver, id: &str, now: i64) -> Result<OpenRun, Error> {
        if let Some(run) = OpenRun::load(driver, id)? {
            return Ok(run);
        }
        let state = RunState::new(id, now);
        for try_ in 0..64 {
            let row = rows::of_run(run_number(id, now, try_), &state);
            let mut sql = RUNS.insert(driver.dialect(), row);
            driver.dialect().or_pass_over(&mut sql);
            driver.run(sql)?;
            // Another process may have created it in the meantime; or another run may have that number.
            if let Some(run) = OpenRun::load(driver, id)? {
                return Ok(run);
            }
        }
        Err(Error::Backend { reason: "no free number was found for a new run".to_owned() })
    }

    /// Returns its number and its summary.
    pub(super) fn into_parts(self) -> (i64, RunState) {
        (self.no, self.digest.run)
    }

    /// Adds a batch. [`flush`](OpenRun::flush) writes the result.
    pub(super) fn append(
        &mut self,
        driver: &mut impl Driver,
        batch: &Checked<'_>,
        now: i64,
    ) -> Result<Appended, Error> {
        let all = batch.lines.len() as u64;
        let fresh = self.only_new(driver, batch)?;
        self.load_states(driver, batch, &fresh)?;
        for &i in &fresh {
            let line = &batch.lines[i];
            self.store(driver, Record { producer: batch.producer, seq: line.seq, line: line.line })?;
            self.digest.apply(batch.producer, line);
        }
        let run = &mut self.digest.run;
        if !fresh.is_empty() {
            run.updated = run.updated.max(now);
            run.trashed = None;
        }
        let stored = fresh.len() as u64;
        Ok(Appended { stored, duplicates: all - stored + batch.repeated, events: run.events })
    }

    /// Applies a change by a person.
    pub(super) fn mark(&mut self, mark: &Mark) {
        self.digest.run.mark(mark);
    }

    /// Returns the indices of the events in the batch that are not yet stored; from now on they count as stored.
    fn only_new(&mut self, driver: &mut impl Driver, batch: &Checked<'_>) -> Result<Vec<usize>, Error> {
        let (Some(first), Some(last)) = (batch.lines.first(), batch.lines.last()) else {
            return Ok(Vec::new());
        };
        let (first, last) = (first.seq, last.seq);
        if !self.numbers.contains_key(batch.producer) {
            let none = Numbers { before: Ranges::default(), now: Ranges::default(), last_range: None };
            self.numbers.insert(batch.producer.to_owned(), none);
        }
        let producer = key(batch.producer);
        let (near, last_range) = ranges_near(driver, self.no, producer, first, last)?;
        let Some(numbers) = self.numbers.get_mut(batch.producer) else { return Ok(Vec::new()) };
        // Numbers that an earlier batch of the same transaction added stay.
        numbers.before = Ranges::of(numbers.before.iter().chain(near.iter().copied()));
        numbers.now = Ranges::of(numbers.now.iter().chain(near));
        let greatest = last_range.max(numbers.last_range).max(numbers.now.last());
        let is_new = |(_, line): &(usize, &crate::Read<'_>)| numbers.now.insert(line.seq);
        let fresh: Vec<usize> = batch.lines.iter().enumerate().filter(is_new).map(|(i, _)| i).collect();
        numbers.last_range = last_range;
        if let Some(&i) = fresh.first()
            && greatest.is_some_and(|greatest| batch.lines[i].seq < greatest)
        {
            (self.digest.run.disordered, self.digest.run.unsettled) = (true, true);
        }
        Ok(fresh)
    }

    /// Reads the rows of the tasks and metrics that the new events concern.
    fn load_states(
        &mut self,
        driver: &mut impl Driver,
        batch: &Checked<'_>,
        fresh: &[usize],
    ) -> Result<(), Error> {
        let (mut tasks, mut metrics) = (HashSet::default(), HashSet::default());
        for event in fresh.iter().filter_map(|&i| batch.lines[i].event.as_ref()) {
            tasks.extend(Digest::task_of(event).filter(|key| !self.digest.tasks.contains_key(key)));
            metrics.extend(Digest::metric_of(event).filter(|key| !self.digest.metrics.contains_key(key)));
        }
        // A run without tasks has no rows to read: the common case of a first batch.
        if self.digest.run.tasks.total() > 0 {
            for (key, task) in load_tasks(driver, self.no, sorted(tasks))? {
                self.digest.tasks.insert(key, task);
            }
        }
        for (key, metric) in load_metrics(driver, self.no, sorted(metrics))? {
            self.digest.metrics.insert(key, metric);
        }
        Ok(())
    }

    /// Adds an event to the last block, or to a new one.
    fn store(&mut self, driver: &mut impl Driver, record: Record<'_>) -> Result<(), Error> {
        let events = self.digest.run.events;
        if self.targets.is_empty() && events > 0 {
            self.targets.extend(last_block(driver, self.no)?);
        }
        let full = self.targets.last().is_none_or(|t| t.block.is_full_for(record.line.len() + 1));
        if full {
            self.targets.push(Target { first: events, block: Block::default(), stored: false });
        }
        if let Some(target) = self.targets.last_mut() {
            target.block.push(record);
        }
        Ok(())
    }

    /// Writes all changes.
    pub(super) fn flush(self, driver: &mut impl Driver) -> Result<(), Error> {
        let OpenRun { no, digest, labels, numbers, targets } = self;
        let (mut fresh, mut grown) = (Vec::new(), Vec::new());
        for target in &targets {
            let Target { first, block, stored } = target;
            let row = vec![
                no.into(),
                (*first).into(),
                block.events().into(),
                (block.bytes() as u64).into(),
                block.spans().into(),
                block::compress(block.text())?.into(),
            ];
            if *stored { grown.push(row) } else { fresh.push(row) }
        }
        driver.upsert(&BLOCKS, grown)?;
        driver.insert(&BLOCKS, fresh)?;
        for (producer, numbers) in numbers {
            let producer = key(&producer);
            let (gone, new) = numbers.now.changes(&numbers.before);
            for first in gone {
                let mut sql = Sql::of(driver.dialect(), "DELETE FROM makespan_ranges WHERE run_no = ");
                sql.bind(no).push(" AND producer_key = ").bind(producer);
                sql.push(" AND first_seq = ").bind(first);
                driver.run(sql)?;
            }
            let row = |(first, last): (u64, u64)| -> Vec<Value> {
                vec![no.into(), producer.into(), first.into(), last.into()]
            };
            driver.upsert(&RANGES, new.into_iter().map(row).collect())?;
        }
        write_states(driver, no, &digest)?;
        write_run(driver, no, &digest.run, Some(&labels))
    }
}

/// Writes rows of tasks and metrics in the order of their keys, so that processes that write the same rows cannot
/// deadlock.
fn write_states(driver: &mut impl Driver, no: i64, digest: &Digest) -> Result<(), Error> {
    let mut tasks: Vec<(&TextKey, &TaskState)> = digest.tasks.iter().collect();
    tasks.sort_unstable_by_key(|(key, _)| **key);
    driver.upsert(&TASKS, tasks.into_iter().map(|(key, task)| rows::of_task(no, *key, task)).collect())?;
    let mut metrics: Vec<(&TextKey, &MetricState)> = digest.metrics.iter().collect();
    metrics.sort_unstable_by_key(|(key, _)| **key);
    driver.upsert(&METRICS, metrics.into_iter().map(|(key, m)| rows::of_metric(no, *key, m)).collect())
}

/// Writes the row of a run, and those of its labels if they differ from `before`.
fn write_run(
    driver: &mut impl Driver,
    no: i64,
    run: &RunState,
    before: Option<&Vec<(String, String)>>,
) -> Result<(), Error> {
    let dialect = driver.dialect();
    let mut sql = Sql::of(dialect, "UPDATE makespan_runs SET ");
    // Number, key and id never change.
    for (i, (name, value)) in RUNS.names().zip(rows::of_run(no, run)).skip(3).enumerate() {
        sql.push(if i == 0 { "" } else { ", " }).push(name).push(" = ").bind(value);
    }
    sql.push(" WHERE run_no = ").bind(no);
    driver.run(sql)?;
    let labels = label_pairs(run);
    if before != Some(&labels) {
        let mut sql = Sql::of(dialect, "DELETE FROM makespan_labels WHERE run_no = ");
        sql.bind(no);
        driver.run(sql)?;
        let row = |(name, value): &(String, String)| -> Vec<Value> {
            vec![key(name).into(), key(value).into(), no.into()]
        };
        driver.upsert(&LABELS, labels.iter().map(row).collect())?;
    }
    Ok(())
}

/// Replaces all summaries of a run by those computed from its events in order.
pub(super) fn settle(driver: &mut impl Driver, no: i64, digest: Digest) -> Result<(), Error> {
    for table in [&TASKS, &METRICS] {
        delete_of(driver, table.name, no)?;
    }
    write_states(driver, no, &digest)?;
    write_run(driver, no, &digest.run, None)
}

/// Deletes a run's rows from a table.
pub(super) fn delete_of(driver: &mut impl Driver, table: &'static str, no: i64) -> Result<(), Error> {
    let mut sql = Sql::of(driver.dialect(), "DELETE FROM ");
    sql.push(table).push(" WHERE run_no = ").bind(no);
    driver.run(sql).map(|_| ())
}

fn label_pairs(run: &RunState) -> Vec<(String, String)> {
    run.all_labels().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn sorted(keys: HashSet<TextKey>) -> Vec<TextKey> {
    let mut keys: Vec<TextKey> = keys.into_iter().collect();
    keys.sort_unstable();
    keys
}

/// Returns the number of a new run: the millisecond, and 20 bits that distinguish runs of the same millisecond.
fn run_number(id: &str, now: i64, try_: u32) -> i64 {
    let [a, b, c, d, ..] = key(id);
    let low = u32::from_le_bytes([a, b, c, d]).wrapping_add(try_) & 0xf_ffff;
    ((now.max(0) / 1_000_000) << 20) | i64::from(low)
}

#[cfg(feature = "postgres")]
/// Returns the lowest number of a run whose first event the store receives at `now` or later.
pub(crate) fn first_number_at(now: i64) -> i64 {
    (now.max(0) / 1_000_000) << 20
}

/// First and last number of ranges.
type Pairs = Vec<(u64, u64)>;

/// Returns the stored ranges of a producer that contain or touch a number from `first` to `last`, and the beginning of
/// its last range.
fn ranges_near(
    driver: &mut impl Driver,
    no: i64,
    producer: TextKey,
    first: u64,
    last: u64,
) -> Result<(Pairs, Option<u64>), Error> {
    let dialect = driver.dialect();
    let of = |sql: &mut Sql| {
        sql.push(" FROM makespan_ranges WHERE run_no = ")
            .bind(no)
            .push(" AND producer_key = ")
            .bind(producer);
    };
    let mut sql = Sql::of(dialect, "SELECT MAX(first_seq)");
    of(&mut sql);
    let last_range = driver.rows(sql)?.pop().map(|row| Cells::of(row).maybe_int()).transpose()?.flatten();
    let Some(last_range) = last_range else { return Ok((Vec::new(), None)) };
    let mut sql = Sql::of(dialect, "SELECT MAX(first_seq)");
    of(&mut sql);
    sql.push(" AND first_seq <= ").bind(first);
    let from = driver.rows(sql)?.pop().map(|row| Cells::of(row).maybe_int()).transpose()?.flatten();
    let mut sql = Sql::of(dialect, "SELECT first_seq, last_seq");
    of(&mut sql);
    sql.push(" AND first_seq >= ").bind(from.unwrap_or(0));
    sql.push(" AND first_seq <= ").bind(last.saturating_add(1));
    let mut near = Vec::new();
    for row in driver.rows(sql)? {
        let mut cells = Cells::of(row);
        near.push((cells.count()?, cells.count()?));
    }
    Ok((near, u64::try_from(last_range).ok()))
}

fn load_tasks(
    driver: &mut impl Driver,
    no: i64,
    keys: Vec<TextKey>,
) -> Result<Vec<(TextKey, TaskState)>, Error> {
    let mut found = Vec::new();
    look_up(&keys, |piece| {
        for row in driver.rows(TASKS.find(driver.dialect(), no, piece))? {
            found.push(rows::task(&mut Cells::of(row))?);
        }
        Ok(())
    })?;
    Ok(found)
}

fn load_metrics(
    driver: &mut impl Driver,
    no: i64,
    keys: Vec<TextKey>,
) -> Result<Vec<(TextKey, MetricState)>, Error> {
    let mut found = Vec::new();
    look_up(&keys, |piece| {
        for row in driver.rows(METRICS.find(driver.dialect(), no, piece))? {
            found.push(rows::metric(row)?);
        }
        Ok(())
    })?;
    Ok(found)
}

/// Returns the last block of a run, if it has room.
fn last_block(driver: &mut impl Driver, no: i64) -> Result<Option<Target>, Error> {
    let mut sql = Sql::of(driver.dialect(), "SELECT first_event, bytes, spans, body FROM makespan_blocks");
    sql.push(" WHERE run_no = ").bind(no);
    sql.push(" AND first_event = (SELECT MAX(first_event) FROM makespan_blocks WHERE run_no = ").bind(no);
    sql.push(") AND events < ").bind(MOST_EVENTS).push(" AND bytes < ").bind(MOST_REOPENED as u64);
    let Some(row) = driver.rows(sql)?.pop() else { return Ok(None) };
    let mut cells = Cells::of(row);
    let (first, bytes) = (cells.count()?, cells.count()?);
    let (spans, body) = (cells.bytes()?, cells.bytes()?);
    let block = Block::of(&spans, block::expand(&body, bytes)?)?;
    Ok(Some(Target { first, block, stored: true }))
}
