//! Reads the events of a run block by block; the next blocks are fetched and decompressed while the previous ones are
//! used.

use std::ops::ControlFlow;
use std::sync::mpsc::sync_channel;

use super::driver::Driver;
use super::text::{Cells, Row, Sql};
use crate::block::{self, Block};
use crate::{EachRecord, Error, EventRange, Record, RunState, in_order};

/// Number of blocks fetched per query.
const FETCHED: u64 = 32;
/// Maximum number of blocks that wait to be used.
const WAITING: usize = 8;

/// A block as it is stored.
struct Stored {
    first: u64,
    events: u64,
    bytes: u64,
    spans: Vec<u8>,
    body: Vec<u8>,
}

/// Passes the events of a run to `each`; events that are stored during the call may be left out.
pub(super) fn read(
    mut fetch: impl FnMut(u64) -> Result<Vec<Row>, Error> + Send,
    run: &RunState,
    part: EventRange,
    each: &mut EachRecord<'_>,
) -> Result<(), Error> {
    let from = if let EventRange::After(seen) = part { seen } else { 0 };
    if from >= run.events {
        return Ok(());
    }
    if part == EventRange::All && run.disordered {
        return sorted(&mut fetch, run.events, each);
    }
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(WAITING);
        scope.spawn(move || {
            let end = blocks(&mut fetch, from, run.events, &mut |first, block| {
                // Fails if the reader has stopped.
                if sender.send(Ok((first, block))).is_ok() {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            });
            if let Err(error) = end {
                let _ = sender.send(Err(error));
            }
        });
        for block in receiver {
            let (first, block): (u64, Block) = block?;
            for (place, record) in (first..).zip(block.records()) {
                if place >= from && place < run.events && each(record).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    })
}

/// Fetches all blocks with events from `from` up to but excluding `to`, in order; an error if one is missing.
fn blocks(
    fetch: &mut impl FnMut(u64) -> Result<Vec<Row>, Error>,
    from: u64,
    to: u64,
    each: &mut dyn FnMut(u64, Block) -> ControlFlow<()>,
) -> Result<(), Error> {
    let mut next = from;
    while next < to {
        let rows = fetch(next)?;
        let before = next;
        for row in rows {
            let stored = Stored::of(row)?;
            if stored.first > next {
                return Err(Error::corrupt(format!("events {next} to {} are missing", stored.first)));
            }
            let text = block::expand(&stored.body, stored.bytes)?;
            let block = Block::of(&stored.spans, text)?;
            if block.events() != stored.events {
                return Err(Error::corrupt(format!(
                    "the block of event {} has not its events",
                    stored.first
                )));
            }
            next = next.max(stored.first + stored.events);
            if each(stored.first, block).is_break() || next >= to {
                return Ok(());
            }
        }
        if next == before {
            return Err(Error::corrupt(format!("events from {next} on are missing; was the run removed?")));
        }
    }
    Ok(())
}

impl Stored {
    fn of(row: Row) -> Result<Stored, Error> {
        let mut cells = Cells::of(row);
        Ok(Stored {
            first: cells.count()?,
            events: cells.count()?,
            bytes: cells.count()?,
            spans: cells.bytes()?,
            body: cells.bytes()?,
        })
    }
}

/// Reads events whose batches arrived out of order: collects them, sorts them, then passes them on.
fn sorted(
    fetch: &mut impl FnMut(u64) -> Result<Vec<Row>, Error>,
    to: u64,
    each: &mut EachRecord<'_>,
) -> Result<(), Error> {
    let mut all = Vec::new();
    blocks(fetch, 0, to, &mut |_, block| {
        all.push(block);
        ControlFlow::Continue(())
    })?;
    let records: Vec<Record<'_>> =
        all.iter().flat_map(Block::records).take(usize::try_from(to).unwrap_or(usize::MAX)).collect();
    for place in in_order(records.iter().map(|record| (record.producer, record.seq))) {
        if each(records[place]).is_break() {
            break;
        }
    }
    Ok(())
}

/// Fetches the blocks from the one that contains the event with this number.
pub(super) fn fetch(driver: &mut impl Driver, no: i64, event: u64) -> Result<Vec<Row>, Error> {
    let dialect = driver.dialect();
    let mut sql = Sql::of(dialect, "SELECT first_event, events, bytes, spans, body FROM makespan_blocks");
    sql.push(" WHERE run_no = ").bind(no).push(" AND first_event >= (SELECT MAX(first_event)");
    sql.push(" FROM makespan_blocks WHERE run_no = ").bind(no).push(" AND first_event <= ").bind(event);
    sql.push(") ORDER BY first_event LIMIT ").bind(FETCHED);
    driver.rows(sql)
}
