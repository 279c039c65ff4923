//! Converts events to slices: finds the end of each beginning, and the enclosing slice of each slice.

use makespan_format::Severity;
use makespan_model::{HashMap, Interner, NONE, Order as _, StrId};

use super::trace::{Item, NO_END, Trace};
use crate::tally::{Place, Tally};

/// A stretch of time on a thread, or of an asynchronous operation. It starts when the event that began it says.
pub(super) struct Slice {
    /// The event that began it: index into the items.
    pub(super) item: u32,
    /// The event that ended it, where there is one of its own.
    pub(super) end_item: u32,
    /// The slice around it: index into the slices.
    pub(super) parent: u32,
    pub(super) asynchronous: bool,
    /// Whether its end is not known although it is complete.
    pub(super) endless: bool,
    /// `i64::MAX` where nothing ended it.
    pub(super) until: i64,
}

impl Slice {
    /// When it ended.
    pub(super) fn end(&self) -> Option<i64> {
        (self.until != i64::MAX && !self.endless).then_some(self.until)
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
const CROSSED: usize = 64;

/// What the events of an asynchronous operation have in common: category, scope, id, process (where the id is local to
/// it) and, for the older kind, name.
type Operation = (StrId, StrId, StrId, u32, StrId);

pub(super) fn slices(trace: &mut Trace) -> Slices {
    let mut found: Vec<Slice> = Vec::new();
    let mut marks = Vec::new();
    let order = by_time(&trace.items);
    let mut open: Vec<Vec<usize>> = vec![Vec::new(); trace.tracks.threads.len()];
    let mut flying: HashMap<Operation, Vec<usize>> = HashMap::default();
    for &at in &order {
        let item = &trace.items[at as usize];
        let begun = |asynchronous, until| Slice {
            item: at,
            end_item: NONE,
            parent: NONE,
            asynchronous,
            endless: false,
            until,
        };
        match item.ph {
            // What has no end that is known contains nothing.
            b'X' if item.dur == NO_END => found.push(Slice { endless: true, ..begun(false, item.ts) }),
            b'X' => found.push(begun(false, item.ts.saturating_add(item.dur).min(i64::MAX - 1))),
            b'B' => {
                open[item.thread as usize].push(found.len());
                found.push(begun(false, i64::MAX));
            }
            b'E' => {
                let stack = &mut open[item.thread as usize];
                end(&mut trace.tally, &trace.texts, &trace.items, at, stack, &mut found);
            }
            // The nestable kind (b, n, e) is matched by category and id, the older kind (S, T, p, F) by name too.
            b'b' | b'S' | b'e' | b'F' | b'n' | b'T' | b'p' => {
                let id = trace.texts.get(item.id);
                let process = if id.starts_with('{') && id.contains("\"local\"") {
                    trace.tracks.threads[item.thread as usize].process
                } else {
                    u32::MAX
                };
                let name = if b"STpF".contains(&item.ph) { item.name } else { StrId::EMPTY };
                let stack = flying.entry((item.cat, item.scope, item.id, process, name)).or_default();
                match item.ph {
                    b'b' | b'S' => {
                        let parent = stack.last().map_or(NONE, |&s| s as u32);
                        stack.push(found.len());
                        found.push(Slice { parent, ..begun(true, i64::MAX) });
                    }
                    b'e' | b'F' => {
                        end(&mut trace.tally, &trace.texts, &trace.items, at, stack, &mut found);
                    }
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
    uncross(&mut found);
    let unclosed = found.iter().filter(|s| s.end().is_none() && !s.endless).count() as u64;
    trace.tally.count(
        Severity::Warning,
        "unclosed-slice",
        "slices that were begun and never ended",
        unclosed,
    );

    // The order of the file, so that ids do not depend on clocks.
    if !found.is_sorted_by_key(|s| s.item) {
        let mut rank: Vec<u32> = (0..found.len() as u32).collect();
        rank.order_by_numbers(|&s| found[s as usize].item);
        let mut place = vec![0u32; found.len()];
        for (new, &old) in rank.iter().enumerate() {
            place[old as usize] = new as u32;
        }
        found.order_by_numbers(|s| s.item);
        for slice in &mut found {
            slice.parent = place.get(slice.parent as usize).copied().unwrap_or(NONE);
        }
        for (_, slice) in &mut marks {
            *slice = place[*slice as usize];
        }
    }
    let mut slices = Slices { all: found, of_thread: vec![Vec::new(); trace.tracks.threads.len()], marks };
    contain(trace, &mut slices);
    slices
}

/// Matches an end with the innermost open slice of its name; where one of the two has no name, with the innermost one.
/// An end that matches none closes none.
fn end(
    tally: &mut Tally,
    texts: &Interner,
    items: &[Item],
    at: u32,
    stack: &mut Vec<usize>,
    found: &mut [Slice],
) {
    let item = &items[at as usize];
    let fits = |&s: &usize| {
        let name = items[found[s].item as usize].name;
        item.name.is_empty() || name.is_empty() || name == item.name
    };
    let Some(from_top) = stack.iter().rev().take(CROSSED).position(fits) else {
        let what = "ends that match no open slice were ignored";
        tally.warn("end-without-begin", what, || texts.get(item.name).to_owned());
        return;
    };
    let slice = &mut found[stack.remove(stack.len() - 1 - from_top)];
    let start = items[slice.item as usize].ts;
    (slice.until, slice.end_item) = (item.ts.max(start), at);
    if from_top > 0 {
        let what = "slices end before others that began within them; their ends were matched by name";
        tally.warn("crossed-slices", what, || texts.get(item.name).to_owned());
    }
}

/// Takes asynchronous slices that outlive the one they began in out of it.
fn uncross(found: &mut [Slice]) {
    for at in 0..found.len() {
        let until = found[at].until;
        let mut parent = found[at].parent;
        let mut steps = 0;
        while found[at].asynchronous && steps < OUTWARDS {
            match found.get(parent as usize) {
                Some(outer) if outer.until < until => parent = outer.parent,
                _ => break,
            }
            steps += 1;
        }
        found[at].parent = if steps == OUTWARDS { NONE } else { parent };
    }
}

/// The items by time, those of one time in the order of the file.
fn by_time(items: &[Item]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..items.len() as u32).collect();
    if !items.is_sorted_by_key(|i| i.ts) {
        order.order_by_numbers(|&i| items[i as usize].ts);
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
        of_thread.order_by_numbers(|&s| {
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
                let what = "slices overlap others of their thread without being inside them";
                trace.tally.add(Severity::Info, "overlapping-slices", what, Place::default(), String::new);
            }
            stack.push(s);
        }
    }
}
