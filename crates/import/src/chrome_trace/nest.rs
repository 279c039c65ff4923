//! Events to slices: ends found for beginnings, and for each slice the one around it.

use makespan_format::Severity;
use makespan_model::{NONE, StrId};
use rustc_hash::FxHashMap;

use super::trace::{Item, Trace};
use crate::tally::Place;

/// A stretch of time on a thread, or of an asynchronous operation. It starts when the event that began it says.
pub(super) struct Slice {
    /// The event that began it: index into the items.
    pub(super) item: u32,
    /// The event that ended it, where there is one of its own.
    pub(super) end_item: u32,
    /// The slice around it: index into the slices.
    pub(super) parent: u32,
    pub(super) asynchronous: bool,
    /// `i64::MAX` where nothing ended it.
    pub(super) until: i64,
}

impl Slice {
    /// When it ended.
    pub(super) fn end(&self) -> Option<i64> {
        (self.until != i64::MAX).then_some(self.until)
    }
}

/// All slices, in the order of the events that began them, and where those of each thread are found.
pub(super) struct Slices {
    pub(super) all: Vec<Slice>,
    /// Of each thread, its synchronous slices by start, outer ones first.
    pub(super) of_thread: Vec<Vec<u32>>,
    /// The slices to which instants of asynchronous operations belong: (item, slice).
    pub(super) marks: Vec<(u32, u32)>,
}

/// How far a slice that outlives its neighbour looks outwards for one that contains it. Well-formed traces need
/// one step; a hostile one must not make this quadratic.
const OUTWARDS: usize = 64;

/// How many open slices an end looks through for the one of its name.
const CROSSED: usize = 8;

/// What the events of an asynchronous operation have in common: category, id, process (where the id is local to it)
/// and, for the older kind, name.
type Operation = (StrId, StrId, u32, StrId);

pub(super) fn slices(trace: &mut Trace) -> Slices {
    let mut found: Vec<Slice> = Vec::new();
    let mut marks = Vec::new();
    let order = by_time(&trace.items);
    let mut open: Vec<Vec<usize>> = vec![Vec::new(); trace.threads.len()];
    let mut flying: FxHashMap<Operation, Vec<usize>> = FxHashMap::default();
    for &at in &order {
        let item = &trace.items[at as usize];
        let begun =
            |asynchronous, until| Slice { item: at, end_item: NONE, parent: NONE, asynchronous, until };
        match item.ph {
            b'X' => found.push(begun(false, item.ts.saturating_add(item.dur).min(i64::MAX - 1))),
            b'B' => {
                open[item.thread as usize].push(found.len());
                found.push(begun(false, i64::MAX));
            }
            b'E' => {
                let stack = &mut open[item.thread as usize];
                let named = stack.iter().rev().take(CROSSED).position(|&s| {
                    item.name.is_empty() || trace.items[found[s].item as usize].name == item.name
                });
                let from_top = named.unwrap_or(0);
                match stack.len().checked_sub(from_top + 1) {
                    None => {
                        let what = "ends without a beginning were left out";
                        trace.tally.warn("end-without-begin", what, || trace.texts.get(item.name).to_owned());
                    }
                    Some(place) => {
                        let slice = &mut found[stack.remove(place)];
                        let start = trace.items[slice.item as usize].ts;
                        (slice.until, slice.end_item) = (item.ts.max(start), at);
                        if named != Some(0) {
                            let what = "ends that come out of order were matched by name, or else with the innermost slice";
                            trace
                                .tally
                                .warn("crossed-slices", what, || trace.texts.get(item.name).to_owned());
                        }
                    }
                }
            }
            // The nestable kind (b, n, e) is matched by category and id, the older kind (S, T, p, F) by name too.
            b'b' | b'S' | b'e' | b'F' | b'n' | b'T' | b'p' => {
                let id = trace.texts.get(item.id);
                let process = if id.starts_with('{') && id.contains("\"local\"") {
                    trace.threads[item.thread as usize].process
                } else {
                    u32::MAX
                };
                let name = if b"STpF".contains(&item.ph) { item.name } else { StrId::EMPTY };
                let stack = flying.entry((item.cat, item.id, process, name)).or_default();
                match item.ph {
                    b'b' | b'S' => {
                        let parent = stack.last().map_or(NONE, |&s| s as u32);
                        stack.push(found.len());
                        found.push(Slice { parent, ..begun(true, i64::MAX) });
                    }
                    b'e' | b'F' => match stack.pop() {
                        Some(slice) => {
                            let slice = &mut found[slice];
                            let start = trace.items[slice.item as usize].ts;
                            (slice.until, slice.end_item) = (item.ts.max(start), at);
                        }
                        None => {
                            let what = "ends without a beginning were left out";
                            trace
                                .tally
                                .warn("end-without-begin", what, || trace.texts.get(item.name).to_owned());
                        }
                    },
                    _ => {
                        if let Some(&slice) = stack.last() {
                            marks.push((at, slice as u32));
                        }
                    }
                }
            }
            _ => {}
        }
    }
    drop(flying);
    let unclosed = found.iter().filter(|s| s.end().is_none()).count() as u64;
    trace.tally.count(
        Severity::Warning,
        "unclosed-slice",
        "slices that were begun and never ended",
        unclosed,
    );

    // The order of the file, so that ids do not depend on clocks.
    if !found.is_sorted_by_key(|s| s.item) {
        let mut rank: Vec<u32> = (0..found.len() as u32).collect();
        rank.sort_unstable_by_key(|&s| found[s as usize].item);
        let mut place = vec![0u32; found.len()];
        for (new, &old) in rank.iter().enumerate() {
            place[old as usize] = new as u32;
        }
        found.sort_unstable_by_key(|s| s.item);
        for slice in &mut found {
            slice.parent = place.get(slice.parent as usize).copied().unwrap_or(NONE);
        }
        for (_, slice) in &mut marks {
            *slice = place[*slice as usize];
        }
    }
    let mut slices = Slices { all: found, of_thread: vec![Vec::new(); trace.threads.len()], marks };
    contain(trace, &mut slices);
    slices
}

/// The items by time, those of one time in the order of the file.
fn by_time(items: &[Item]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..items.len() as u32).collect();
    if !items.is_sorted_by_key(|i| i.ts) {
        order.sort_by_key(|&i| items[i as usize].ts);
    }
    order
}

/// Finds the slice around each synchronous one, thread by thread.
fn contain(trace: &mut Trace, slices: &mut Slices) {
    for (at, slice) in slices.all.iter().enumerate() {
        if !slice.asynchronous {
            slices.of_thread[trace.items[slice.item as usize].thread as usize].push(at as u32);
        }
    }
    let mut stack: Vec<u32> = Vec::new();
    let all = &mut slices.all;
    let items = &trace.items;
    for of_thread in &mut slices.of_thread {
        of_thread.sort_by_key(|&s| {
            let slice = &all[s as usize];
            (items[slice.item as usize].ts, std::cmp::Reverse(slice.until))
        });
        stack.clear();
        for &s in of_thread.iter() {
            let (start, until) = (items[all[s as usize].item as usize].ts, all[s as usize].until);
            while stack.last().is_some_and(|&top| all[top as usize].until <= start) {
                stack.pop();
            }
            let around = stack.iter().rev().take(OUTWARDS).position(|&p| all[p as usize].until >= until);
            if let Some(steps) = around {
                all[s as usize].parent = stack[stack.len() - 1 - steps];
            }
            if around != Some(0) && !stack.is_empty() {
                let what = "slices that overlap another of their thread without being within it";
                trace.tally.add(Severity::Info, "overlapping-slices", what, Place::default(), String::new);
            }
            stack.push(s);
        }
    }
}
