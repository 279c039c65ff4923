//! Converts flow events to dependencies between the slices they bind to.

use makespan_format::Severity;
use makespan_model::{HashMap, NONE, Order as _, StrId};

use super::nest::Slices;
use super::trace::Trace;

/// Enclosing slices that are looked through for the one that is around a flow event.
const INWARDS: usize = 256;

/// (slice, slice it comes after), by slice, each once.
pub(super) fn edges(trace: &mut Trace, slices: &Slices) -> Vec<(u32, u32)> {
    let mut flows: Vec<u32> =
        (0..trace.items.len() as u32).filter(|&i| b"stf".contains(&trace.items[i as usize].ph)).collect();
    flows.order_by_numbers(|&i| trace.items[i as usize].ts);
    let mut last: HashMap<(StrId, StrId), Option<u32>> = HashMap::default();
    let mut edges = Vec::new();
    let (mut unbound, mut unstarted) = (0u64, 0u64);
    for at in flows {
        let item = &trace.items[at as usize];
        let bound = bind(trace, slices, at);
        unbound += u64::from(bound.is_none());
        let key = (item.cat, item.id);
        let from = match item.ph {
            b's' => None,
            b'f' => last.remove(&key),
            _ => last.get(&key).copied(),
        };
        unstarted += u64::from(item.ph != b's' && from.is_none());
        if let (Some(Some(from)), Some(to)) = (from, bound)
            && from != to
        {
            edges.push((to, from));
        }
        if item.ph != b'f' && (item.ph == b's' || bound.is_some()) {
            last.insert(key, bound);
        }
    }
    bound(trace, slices, &mut edges, &mut unstarted);
    launched(trace, &mut edges);
    trace.bazel.connect(&trace.texts, &mut edges, &mut trace.tally);
    trace.tally.count(Severity::Info, "flow-unbound", "flow events have no slice to bind to", unbound);
    trace.tally.count(Severity::Info, "flow-without-start", "flow events continue no flow", unstarted);
    edges.order();
    edges.dedup();
    edges
}

/// The flows that slices say themselves: `bind_id` with `flow_out` where one leaves, with `flow_in` where it arrives; each
/// arrival comes after the last departure before it.
fn bound(trace: &Trace, slices: &Slices, edges: &mut Vec<(u32, u32)>, unstarted: &mut u64) {
    let item = |s: u32| &trace.items[slices.all[s as usize].item as usize];
    let mut ends: Vec<u32> = (0..slices.all.len() as u32)
        .filter(|&s| !item(s).bind.is_empty() && (item(s).flow_in || item(s).flow_out))
        .collect();
    ends.order_by_numbers(|&s| item(s).ts);
    let mut last: HashMap<StrId, u32> = HashMap::default();
    for s in ends {
        let item = item(s);
        if item.flow_in {
            match last.get(&item.bind) {
                Some(&from) if from != s => edges.push((s, from)),
                Some(_) => {}
                None => *unstarted += 1,
            }
        }
        if item.flow_out {
            last.insert(item.bind, s);
        }
    }
}

/// Work on a device comes after the call that launched it, which has the same number; one that several calls have says
/// nothing.
fn launched(trace: &mut Trace, edges: &mut Vec<(u32, u32)>) {
    let mut calls: HashMap<i64, Option<u32>> = HashMap::default();
    for launch in trace.launches.iter().filter(|launch| !launch.on_device) {
        calls.entry(launch.correlation).and_modify(|call| *call = None).or_insert(Some(launch.slice));
    }
    let (mut unknown, mut unclear) = (0, 0);
    for launch in trace.launches.iter().filter(|launch| launch.on_device) {
        match calls.get(&launch.correlation) {
            Some(Some(call)) => edges.push((launch.slice, *call)),
            Some(None) => unclear += 1,
            None => unknown += 1,
        }
    }
    let what = "work on devices was launched by calls that are not in the file";
    trace.tally.count(Severity::Info, "launch-missing", what, unknown);
    let what =
        "work on devices has a correlation number that several calls have; no dependency is shown for it";
    trace.tally.count(Severity::Info, "launch-unclear", what, unclear);
}

/// The slice that a flow event is bound to: the innermost around it, or the next one of its thread.
fn bind(trace: &Trace, slices: &Slices, at: u32) -> Option<u32> {
    let item = &trace.items[at as usize];
    let of_thread = &slices.of_thread[item.thread as usize];
    let start = |s: u32| trace.items[slices.all[s as usize].item as usize].ts;
    if !item.enclosing {
        let next = of_thread.partition_point(|&s| start(s) < item.ts);
        return of_thread.get(next).copied();
    }
    let begun = of_thread.partition_point(|&s| start(s) <= item.ts);
    let mut slice = Some(*of_thread.get(begun.checked_sub(1)?)?);
    for _ in 0..INWARDS {
        let s = slice?;
        if slices.all[s as usize].until >= item.ts {
            return Some(s);
        }
        slice = Some(slices.all[s as usize].parent).filter(|p| *p != NONE);
    }
    None
}
