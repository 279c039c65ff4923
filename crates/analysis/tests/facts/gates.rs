//! Tasks that every path goes through.

use makespan_analysis::*;
use makespan_model::{NONE, Run, TaskId};
use proptest::prelude::*;

use crate::random::graphs;
use crate::{by_task, ids, name, run};

fn check(text: &str, tasks: &str, nearest: &str, behind: &str) {
    let run = run(text);
    let gates = gates(&run);
    assert_eq!(ids(&run, gates.tasks.clone()), tasks, "{text}");
    assert_eq!(by_task(&run, |t| name(&run, gates.nearest[t])), nearest, "{text}");
    assert_eq!(by_task(&run, |t| gates.behind[t].to_string()), behind, "{text}");
}

#[test]
fn a_gate_is_a_task_on_every_path() {
    // a ─┬─ b ─┬─ d ── e
    //    └─ c ─┘
    check(
        "a 0..1\nb 1..2 w a\nc 1..2 w a\nd 2..3 w b c\ne 3..4 w d",
        "a d e",
        "a:- b:a c:a d:a e:d",
        "a:4 b:0 c:0 d:1 e:0",
    );
    // Two ways in and two ways out, but one way through.
    check(
        "a 0..1\nb 0..1\nc 1..2 w a b\nd 2..3 w c\ne 2..3 w c",
        "c",
        "a:- b:- c:- d:c e:c",
        "a:0 b:0 c:2 d:0 e:0",
    );
    // The edge from a to d leads round everything between.
    check("a 0..1\nb 1..2 w a\nc 2..3 w b\nd 3..4 w c a", "a d", "a:- b:a c:b d:a", "a:3 b:1 c:0 d:0");
}

#[test]
fn each_group_has_its_own_gates_and_a_single_task_is_none() {
    check(
        "a 0..1\nalone 0..9\nb 1..2 w a\nx 0..1\ny 1..2 w x",
        "a b x y",
        "a:- alone:- b:a x:- y:x",
        "a:1 alone:0 b:0 x:1 y:0",
    );
    check("a 0..1\nb 0..1", "", "a:- b:-", "a:0 b:0");
    assert_eq!(gates(&Run::default()), Gates::default());
}

#[test]
fn gates_of_large_graphs_are_found_quickly() {
    // A long chain, and as many tasks that depend on both of its ends.
    let n = 40_000;
    let mut text = String::from("t0 0..1\n");
    for t in 1..n {
        text += &format!("t{t} - - t{}\n", t - 1);
    }
    for t in n..2 * n {
        text += &format!("t{t} - - t0 t{}\n", n - 1);
    }
    let run = run(&text);
    let begun = std::time::Instant::now();
    let gates = gates(&run);
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    assert_eq!((gates.tasks, gates.behind[0]), (vec![TaskId(0)], 2 * n as u32 - 1));
}

/// Whether a path leads from a task without predecessors to `to` that does not touch `without`.
fn reachable(run: &Run, to: TaskId, without: TaskId) -> bool {
    let before = run.predecessors.row(to.index());
    to != without && (before.is_empty() || before.iter().any(|p| reachable(run, TaskId(*p), without)))
}

/// Whether dependencies connect two tasks in any direction.
fn connected(run: &Run, a: TaskId, b: TaskId) -> bool {
    let mut seen = vec![a];
    let mut at = 0;
    while let Some(&t) = seen.get(at) {
        at += 1;
        let rows = [run.predecessors.row(t.index()), run.successors.row(t.index())];
        for next in rows.into_iter().flatten().map(|t| TaskId(*t)) {
            if !seen.contains(&next) {
                seen.push(next);
            }
        }
    }
    seen.contains(&b)
}

proptest! {
    #[test]
    fn no_path_avoids_a_gate(run in graphs()) {
        let gates = gates(&run);
        let mask = gates.mask();
        for t in run.task_ids() {
            let mut ends = run.task_ids().filter(|e| run.successors.row(e.index()).is_empty() && connected(&run, t, *e));
            let is_alone = run.predecessors.row(t.index()).is_empty() && run.successors.row(t.index()).is_empty();
            prop_assert_eq!(mask[t.index()], !is_alone && ends.all(|e| !reachable(&run, e, t)), "{}", run.task_id(t));
            let behind = run.task_ids().filter(|x| *x != t && !reachable(&run, *x, t));
            prop_assert_eq!(gates.behind[t.index()] as usize, behind.count());
        }
    }

    #[test]
    fn dominators_agree_with_petgraph(run in graphs()) {
        // A graph of its own with a root before all tasks, as petgraph wants it.
        let root = run.task_count() as u32;
        let starts = run.task_ids().filter(|t| run.predecessors.row(t.index()).is_empty());
        let edges = run.successors.pairs().chain(starts.map(|t| (root, t.0)));
        let graph = petgraph::graph::DiGraph::<(), (), u32>::from_edges(edges);
        let known = petgraph::algo::dominators::simple_fast(&graph, root.into());
        let nearest: Vec<u32> = run
            .task_ids()
            .map(|t| known.immediate_dominator(t.0.into()).map(|d| d.index() as u32))
            .map(|d| d.filter(|d| *d != root).unwrap_or(NONE))
            .collect();
        prop_assert_eq!(gates(&run).nearest, nearest);
    }
}
