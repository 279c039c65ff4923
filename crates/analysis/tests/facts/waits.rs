//! What tasks waited for, and who made them wait.

use std::collections::BTreeMap;
use std::sync::Arc;

use makespan_analysis::*;
use makespan_model::{NONE, Run, TaskId, UNKNOWN};
use proptest::prelude::*;

use crate::random::mixed;
use crate::{S, by_task, run, s, task};

fn facts(text: &str) -> Facts {
    Facts::new(Arc::new(run(text)))
}

/// `id:dependency/slot/queue/backoff/unknown` of each task.
fn check_causes(text: &str, expected: &str) {
    let facts = facts(text);
    let c = facts.causes();
    let shown = by_task(facts.run(), |t| {
        [c.dependency[t], c.slot[t], c.queue[t], c.backoff[t], c.unknown[t]].map(s).join("/")
    });
    assert_eq!(shown, expected);
}

/// `id dependency+slot` of each culprit.
fn check_culprits(text: &str, expected: &str) {
    let facts = facts(text);
    let shown: Vec<String> = facts
        .causes()
        .culprits
        .iter()
        .map(|c| format!("{} {}+{}", facts.run().task_id(c.task), s(c.dependency), s(c.slot)))
        .collect();
    assert_eq!(shown.join(", "), expected);
}

/// `from..to cause` of each piece of the wait of a task.
fn check_pieces(text: &str, id: &str, expected: &str) {
    let facts = facts(text);
    let run = facts.run();
    let shown: Vec<String> = facts
        .wait_pieces(task(run, id))
        .iter()
        .map(|p| {
            let cause = match p.cause {
                Cause::Dependency(t) => format!("after {}", run.task_id(t)),
                Cause::Slot(a) => {
                    format!("slot of {}", run.task_id(TaskId(run.attempts.task[a.index()])))
                }
                Cause::Queue => "queue".to_owned(),
                Cause::Backoff => "backoff".to_owned(),
                Cause::Unknown => "unknown".to_owned(),
            };
            format!("{}..{} {cause}", s(p.from), s(p.to))
        })
        .collect();
    assert_eq!(shown.join(", "), expected);
}

const BUSY: &str = "a 0..2 w1
    h1 0..3 w2
    h2 3..5 w2
    b 6..9 w2 a";

#[test]
fn until_ready_for_the_predecessor_then_for_the_holder_of_the_slot() {
    check_causes(BUSY, "a:0/0/0/0/0 h1:0/0/0/0/0 h2:0/3/0/0/0 b:2/3/1/0/0");
    check_pieces(BUSY, "b", "0..2 after a, 2..3 slot of h1, 3..5 slot of h2, 5..6 queue");
    // `h1` held up both `h2` for three seconds and `b` for one.
    check_culprits(BUSY, "h1 0+4, h2 0+2, a 2+0");
}

#[test]
fn of_a_worker_with_several_slots_the_one_that_ends_first_holds_what_others_wait_for() {
    let text = "root 0..1 v\nlong 1..9 w root\nshort 1..4 w root\nnext 5..6 w root";
    check_causes(text, "root:0/0/0/0/0 long:1/0/0/0/0 short:1/0/0/0/0 next:1/3/1/0/0");
    check_culprits(text, "short 0+3, root 3+0");
}

#[test]
fn what_is_not_recorded_is_not_known() {
    // No worker, no queue: the delay may have been anything.
    check_causes("a 0..2\nb 5..6 - a", "a:0/0/0/0/0 b:2/0/0/0/3");
    // Queued, so it was for the queue or the scheduler.
    check_causes("a 0..2\nb 4|5..6 - a", "a:0/0/0/0/0 b:2/0/3/0/0");
    // Without predecessors ready is only the start of the run.
    check_causes("a 0..2\nz 2..3 - a\nb 4|5..6", "a:0/0/0/0/0 z:2/0/0/0/0 b:0/0/1/0/4");
    // Inferred dependencies say when, not why.
    check_causes("a 0..2 w1\nb 5..6 w2", "a:0/0/0/0/0 b:2/0/0/0/3");
    check_causes("a 0..\nb 5..6 w2 a", "a:0/0/0/0/0 b:-/-/-/0/-");
}

#[test]
fn between_tries_it_is_backoff_until_it_was_queued_again() {
    check_causes("a 0..1 w try=1 failed\na 3|6..7 w try=2\nb 1..5 w", "a:0/2/1/2/0 b:0/1/0/0/0");
    check_pieces(
        "a 0..1 w try=1 failed\na 3|6..7 w try=2\nb 1..5 w",
        "a",
        "1..3 backoff, 3..5 slot of b, 5..6 queue",
    );
    check_causes("a 0..1 - try=1 failed\na 3..4 - try=2", "a:0/0/0/2/0");
}

#[test]
fn containers_do_not_occupy_a_slot() {
    check_causes(
        "main 0..9 w\na 3..5 w in=main\nb 6..8 w a in=main",
        "main:0/0/0/0/0 a:0/0/0/0/3 b:5/0/1/0/0",
    );
}

#[test]
fn a_predecessor_is_blamed_only_for_the_time_in_which_it_alone_was_missing_and_at_work() {
    // `b` waits for its own predecessor first; `c` waits for `b` alone from 4 on.
    check_culprits("a 0..3\nx 0..4\nb 3..9 - a\nc 9..10 - b x", "b 5+0, a 3+0");
    check_culprits("a 0..4\nb 0..4\nc 4..5 - a b", "");
    check_culprits("a 0..4\ng - - a skipped\nb 6..7 - g", "a 4+0");
    // What began before it was ready waited no longer than that.
    check_culprits("a 0..9\nb 2..10 - a", "a 2+0");
}

#[test]
fn sums_are_over_all_tasks() {
    let facts = facts(BUSY);
    let sums = facts.causes().sums;
    assert_eq!(
        [sums.dependency, sums.slot, sums.queue, sums.backoff, sums.unknown],
        [2, 6, 1, 0, 0].map(|n| n * S)
    );
}

/// Whole seconds of the windows in which attempts of a task had only to start: (attempt, second, known to be queued).
fn waiting_seconds(run: &Run, w: &Waiting, t: TaskId) -> Vec<(usize, i64, bool)> {
    let a = &run.attempts;
    let mut out = Vec::new();
    let started = run.attempts_of(t).map(|i| i.index()).filter(|i| a.started[*i] != UNKNOWN);
    if let Some(i) = started.min_by_key(|i| a.started[*i]).filter(|_| w.wait[t.index()] != UNKNOWN) {
        let dependent = w.blocker[t.index()] != NONE && !run.edges_inferred;
        let told = !a.worker[i].is_empty() || a.queued[i] != UNKNOWN;
        let mut now = w.ready[t.index()];
        while now < a.started[i] {
            let queued = a.queued[i] != UNKNOWN && a.queued[i] <= now;
            out.push((i, now, queued || (dependent && told)));
            now += S;
        }
    }
    let tries: Vec<usize> = run.attempts_of(t).map(|i| i.index()).collect();
    for pair in tries.windows(2) {
        let (end, start, queued) = (a.ended[pair[0]], a.started[pair[1]], a.queued[pair[1]]);
        if end != UNKNOWN && start != UNKNOWN && queued != UNKNOWN {
            let mut now = queued.max(end);
            while now < start {
                out.push((pair[1], now, true));
                now += S;
            }
        }
    }
    out
}

/// The attempt that holds the slot of a worker in a second, by trying all of them.
fn holder(run: &Run, busy: &Busy, worker: makespan_model::StrId, now: i64) -> Option<usize> {
    let contains = |t: u32| {
        run.task_ids().any(|c| {
            let mut up = run.parent(c);
            let timed = |t: TaskId| run.attempts_of(t).any(|a| run.attempts.started[a.index()] != UNKNOWN);
            while let Some(p) = up.filter(|p| !timed(*p)) {
                up = run.parent(p);
            }
            timed(c) && up == Some(TaskId(t))
        })
    };
    let at = |now: i64| -> Vec<(i64, usize)> {
        let mine = |a: usize| run.attempts.worker[a] == worker && !contains(run.attempts.task[a]);
        (0..busy.len())
            .filter(|&k| busy.start[k] <= now && now < busy.end[k] && mine(busy.attempt[k] as usize))
            .map(|k| (busy.end[k], k))
            .collect()
    };
    let most = busy.start.iter().map(|t| at(*t).len()).max().unwrap_or(0);
    let here = at(now);
    (!worker.is_empty() && most > 0 && here.len() == most)
        .then(|| busy.attempt[here.into_iter().min().unwrap().1] as usize)
}

proptest! {
    #[test]
    fn every_second_of_waiting_has_the_cause_that_it_has_by_itself(run in mixed()) {
        let facts = Facts::new(Arc::new(run.clone()));
        // The spans of a trace wait for no slot.
        prop_assume!(!facts.is_trace());
        let (c, w, busy) = (facts.causes(), facts.waiting(), facts.busy());
        let mut blamed: BTreeMap<u32, i64> = BTreeMap::new();
        for t in run.task_ids() {
            let (mut slot, mut queue, mut unknown) = (0, 0, 0);
            for (attempt, now, known) in waiting_seconds(&run, w, t) {
                match holder(&run, busy, run.attempts.worker[attempt], now) {
                    Some(h) => {
                        slot += S;
                        *blamed.entry(run.attempts.task[h]).or_default() += S;
                    }
                    None if known => queue += S,
                    None => unknown += S,
                }
            }
            let zero = |v: i64| v.max(0);
            let found = (zero(c.slot[t.index()]), zero(c.queue[t.index()]), zero(c.unknown[t.index()]));
            prop_assert_eq!(found, (slot, queue, unknown));
        }
        let found: BTreeMap<u32, i64> =
            c.culprits.iter().filter(|x| x.slot > 0).map(|x| (x.task.0, x.slot)).collect();
        prop_assert_eq!(found, blamed);
        prop_assert_eq!(c.culprits.iter().map(|x| x.slot).sum::<i64>(), c.sums.slot);
    }

    #[test]
    fn causes_sum_up_to_the_waiting_and_pieces_to_the_causes(run in mixed()) {
        let facts = Facts::new(Arc::new(run.clone()));
        let (c, w) = (facts.causes(), facts.waiting());
        for t in run.task_ids() {
            let i = t.index();
            if w.wait[i] != UNKNOWN && w.backoff[i] != UNKNOWN {
                let sum = c.slot[i] + c.queue[i] + c.unknown[i] + c.backoff[i];
                prop_assert_eq!(sum, w.wait[i] + w.backoff[i]);
            }
            let pieces = facts.wait_pieces(t);
            let of = |is: fn(&Cause) -> bool| -> i64 {
                pieces.iter().filter(|p| is(&p.cause)).map(|p| p.to - p.from).sum()
            };
            let zero = |v: i64| v.max(0);
            prop_assert_eq!(of(|c| matches!(c, Cause::Dependency(_))), zero(c.dependency[i]));
            prop_assert_eq!(of(|c| matches!(c, Cause::Slot(_))), zero(c.slot[i]));
            prop_assert_eq!(of(|c| *c == Cause::Queue), zero(c.queue[i]));
            prop_assert_eq!(of(|c| *c == Cause::Backoff), zero(c.backoff[i]));
            prop_assert_eq!(of(|c| *c == Cause::Unknown), zero(c.unknown[i]));
            prop_assert!(pieces.iter().all(|p| p.from < p.to));
            // Before the first start they follow each other without a gap.
            if w.wait[i] != UNKNOWN && w.backoff[i] == 0 {
                prop_assert!(pieces.windows(2).all(|p| p[0].to == p[1].from));
                let starts = run.attempts_of(t).map(|a| run.attempts.started[a.index()]);
                let first = starts.filter(|s| *s != UNKNOWN).min().unwrap();
                prop_assert!(pieces.last().is_none_or(|p| p.to == first));
            }
        }
    }
}
