//! Clocks: times of packets in nanoseconds of the trace's clock, which is the time since boot.

use makespan_model::HashMap;

use crate::protobuf::{all, fields};

/// The clock of packets that name none.
pub(super) const BOOT: u64 = 6;
/// The clock whose times are dates.
const REALTIME: u64 = 1;
/// Clocks from here on up to [`LAST_LOCAL`] belong to the sequence that defines them.
const FIRST_LOCAL: u64 = 64;
const LAST_LOCAL: u64 = 127;

/// A clock of a sequence.
#[derive(Clone, Copy)]
struct Local {
    /// What is added to its times.
    offset: i64,
    unit: i64,
    is_incremental: bool,
    last: i64,
}

/// Clocks that all sequences share: what is added to a time of each to get the time since boot.
#[derive(Default)]
pub(super) struct Clocks {
    offsets: HashMap<u64, i64>,
    local: HashMap<(u64, u64), Local>,
}

/// A reading of a clock in a snapshot.
#[derive(Default)]
struct Reading {
    id: u64,
    time: i64,
    is_incremental: bool,
    unit: i64,
}

impl Clocks {
    /// What is added to the time since boot to get a date, where a snapshot gives it.
    pub(super) fn to_date(&self) -> Option<i64> {
        self.offsets.get(&REALTIME).map(|offset| offset.saturating_neg())
    }

    /// Forgets the clocks of sequences, so that packets are read with those that came before them.
    pub(super) fn forget_local(&mut self) {
        self.local.clear();
    }

    /// Takes a snapshot of several clocks at one moment. Of shared clocks the first snapshot counts, for packets that were
    /// written before it as well; clocks of a sequence are set anew by each.
    pub(super) fn snapshot(&mut self, sequence: u64, message: &[u8]) {
        let readings: Vec<Reading> = all(message, 1).map(reading).collect();
        let is_local = |id: u64| (FIRST_LOCAL..=LAST_LOCAL).contains(&id);
        let known = |r: &&Reading| r.id == BOOT || (!is_local(r.id) && self.offsets.contains_key(&r.id));
        let anchor = readings.iter().find(|r| r.id == BOOT).or_else(|| readings.iter().find(known));
        let Some(anchor) = anchor else { return };
        let boot = anchor.time.saturating_add(self.offsets.get(&anchor.id).copied().unwrap_or(0));
        for r in &readings {
            let offset = boot.saturating_sub(r.time.saturating_mul(r.unit));
            if is_local(r.id) {
                let Reading { time, is_incremental, unit, .. } = *r;
                let offset =
                    if is_incremental { boot.saturating_sub(time.saturating_mul(unit)) } else { offset };
                self.local.insert((sequence, r.id), Local { offset, unit, is_incremental, last: time });
            } else if r.id != BOOT {
                self.offsets.entry(r.id).or_insert(offset);
            }
        }
    }

    /// The time since boot of a time of that clock; `None` for a clock that no snapshot relates to it.
    pub(super) fn time(&mut self, sequence: u64, clock: u64, time: u64) -> Option<i64> {
        let time = i64::try_from(time).ok()?;
        if clock == BOOT || clock == 0 {
            return Some(time);
        }
        if let Some(local) = self.local.get_mut(&(sequence, clock)) {
            local.last = if local.is_incremental { local.last.checked_add(time)? } else { time };
            return local.last.checked_mul(local.unit)?.checked_add(local.offset);
        }
        // The monotonic clocks of a trace without snapshots are as good as any.
        let offset = self.offsets.get(&clock).copied().or((clock < FIRST_LOCAL).then_some(0));
        time.checked_add(offset?)
    }
}

fn reading(message: &[u8]) -> Reading {
    let mut reading = Reading { unit: 1, ..Reading::default() };
    for (number, field) in fields(message).flatten() {
        match number {
            1 => reading.id = field.number(),
            2 => reading.time = i64::try_from(field.number()).unwrap_or(i64::MAX),
            3 => reading.is_incremental = field.number() != 0,
            4 => reading.unit = i64::try_from(field.number()).unwrap_or(1).max(1),
            _ => {}
        }
    }
    reading
}
