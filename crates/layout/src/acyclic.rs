//! Stage 1: chooses the edges that are drawn against the flow, so that the rest has no cycle.
//!
//! Only edges inside a strongly connected component can be on a cycle, and only they are considered. Within a
//! component the nodes are put in a row by the greedy rule of Eades, Lin and Smyth, "A fast and effective heuristic
//! for the feedback arc set problem" (1993); edges that go back in that row are turned.

use std::collections::{BinaryHeap, VecDeque};

use crate::graph::{Graph, NONE};

/// The result of this stage.
pub(crate) struct Acyclic {
    /// The graph with turned edges turned, parallel edges joined and self-loops left out.
    pub(crate) dag: Graph,
    /// Whether each edge was reversed.
    pub(crate) reversed: Vec<bool>,
    /// The edge of `dag` that represents each edge; [`NONE`] for self-loops.
    pub(crate) bundle: Vec<u32>,
}

/// Breaks the cycles of a graph whose edges are all in range. O((n + m) log m).
pub(crate) fn break_cycles(nodes: usize, edges: &[(u32, u32)]) -> Acyclic {
    let (graph, bundle) = join(nodes, edges);
    let order = graph.topological();
    if order.len() == nodes {
        return Acyclic { dag: graph, reversed: vec![false; edges.len()], bundle };
    }
    let strong = strong_components(&graph);
    let place = rows(&graph, &strong);
    let turned: Vec<(u32, u32)> = edges
        .iter()
        .map(|&(u, v)| {
            let back = strong[u as usize] == strong[v as usize] && place[u as usize] > place[v as usize];
            if back { (v, u) } else { (u, v) }
        })
        .collect();
    let reversed = turned.iter().zip(edges).map(|(now, before)| now != before).collect();
    let (dag, bundle) = join(nodes, &turned);
    Acyclic { dag, reversed, bundle }
}

/// Joins parallel edges and drops self-loops. Also returns the joined edge of each edge.
fn join(nodes: usize, edges: &[(u32, u32)]) -> (Graph, Vec<u32>) {
    let mut sorted: Vec<u32> =
        (0..edges.len() as u32).filter(|&e| edges[e as usize].0 != edges[e as usize].1).collect();
    sorted.sort_by_key(|&e| edges[e as usize]);
    // Joined edges are numbered by their first appearance, so that the drawing follows the order of the request.
    let mut first = vec![NONE; edges.len()];
    let mut leader = NONE;
    for &edge in &sorted {
        if leader == NONE || edges[leader as usize] != edges[edge as usize] {
            leader = edge;
        }
        first[edge as usize] = leader;
    }
    let (mut tail, mut head, mut weight) = (Vec::new(), Vec::new(), Vec::<u32>::new());
    let mut bundle = vec![NONE; edges.len()];
    for (edge, &(u, v)) in edges.iter().enumerate() {
        if first[edge] == NONE {
            continue;
        }
        if first[edge] == edge as u32 {
            bundle[edge] = tail.len() as u32;
            tail.push(u);
            head.push(v);
            weight.push(1);
        } else {
            bundle[edge] = bundle[first[edge] as usize];
            weight[bundle[edge] as usize] += 1;
        }
    }
    (Graph::new(nodes, tail, head, weight), bundle)
}

/// Number of the strongly connected component of each node (Tarjan 1972, with a stack of its own).
fn strong_components(graph: &Graph) -> Vec<u32> {
    let n = graph.nodes();
    let (mut index, mut low, mut component) = (vec![NONE; n], vec![0u32; n], vec![NONE; n]);
    let (mut open, mut calls): (Vec<u32>, Vec<(u32, u32)>) = (Vec::new(), Vec::new());
    let (mut clock, mut found) = (0, 0);
    for start in 0..n as u32 {
        if index[start as usize] != NONE {
            continue;
        }
        calls.push((start, 0));
        while let Some((node, next)) = calls.pop() {
            let v = node as usize;
            if next == 0 {
                index[v] = clock;
                low[v] = clock;
                clock += 1;
                open.push(node);
            } else {
                let child = graph.head[graph.out(node)[next as usize - 1] as usize];
                if component[child as usize] == NONE {
                    low[v] = low[v].min(low[child as usize]);
                }
            }
            let mut step = next;
            let mut descend = false;
            while let Some(&edge) = graph.out(node).get(step as usize) {
                step += 1;
                let child = graph.head[edge as usize];
                if index[child as usize] == NONE {
                    calls.push((node, step));
                    calls.push((child, 0));
                    descend = true;
                    break;
                }
                if component[child as usize] == NONE {
                    low[v] = low[v].min(index[child as usize]);
                }
            }
            if !descend && low[v] == index[v] {
                while let Some(member) = open.pop() {
                    component[member as usize] = found;
                    if member == node {
                        break;
                    }
                }
                found += 1;
            }
        }
    }
    component
}

/// Place of each node in the row of its strongly connected component.
fn rows(graph: &Graph, strong: &[u32]) -> Vec<u32> {
    let n = graph.nodes();
    let same =
        |edge: u32| strong[graph.tail[edge as usize] as usize] == strong[graph.head[edge as usize] as usize];
    let count = |edges: &[u32]| edges.iter().filter(|&&e| same(e)).count() as i64;
    let mut outs: Vec<i64> = (0..n as u32).map(|v| count(graph.out(v))).collect();
    let mut ins: Vec<i64> = (0..n as u32).map(|v| count(graph.into(v))).collect();
    // A node that is entered from outside is where a reader would enter the cycle too: it wins among equals.
    let entered: Vec<bool> = (0..n as u32).map(|v| graph.into(v).iter().any(|&e| !same(e))).collect();
    let rank = |v: u32, outs: &[i64], ins: &[i64]| {
        (outs[v as usize] - ins[v as usize], entered[v as usize], std::cmp::Reverse(v))
    };

    let mut place = vec![NONE; n];
    let (mut sinks, mut sources) = (VecDeque::new(), VecDeque::new());
    let mut rest = BinaryHeap::new();
    for v in 0..n as u32 {
        if outs[v as usize] == 0 {
            sinks.push_back(v);
        } else {
            rest.push(rank(v, &outs, &ins));
        }
    }
    // All components share one row: an edge inside a component only asks which of its ends comes first.
    let (mut front, mut back) = (0, n as u32);
    loop {
        let node = if let Some(v) = sinks.pop_front() {
            if place[v as usize] != NONE {
                continue;
            }
            back -= 1;
            place[v as usize] = back;
            v
        } else if let Some(v) = sources.pop_front() {
            if place[v as usize] != NONE {
                continue;
            }
            place[v as usize] = front;
            front += 1;
            v
        } else if let Some(top) = rest.pop() {
            let v = top.2.0;
            if place[v as usize] != NONE || top != rank(v, &outs, &ins) {
                continue;
            }
            place[v as usize] = front;
            front += 1;
            v
        } else {
            return place;
        };
        for &edge in graph.out(node).iter().filter(|&&e| same(e)) {
            let head = graph.head[edge as usize];
            ins[head as usize] -= 1;
            if place[head as usize] == NONE {
                if ins[head as usize] == 0 {
                    sources.push_back(head);
                }
                rest.push(rank(head, &outs, &ins));
            }
        }
        for &edge in graph.into(node).iter().filter(|&&e| same(e)) {
            let tail = graph.tail[edge as usize];
            outs[tail as usize] -= 1;
            if place[tail as usize] == NONE {
                if outs[tail as usize] == 0 {
                    sinks.push_back(tail);
                }
                rest.push(rank(tail, &outs, &ins));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{break_cycles, strong_components};
    use crate::graph::NONE;
    use proptest::prelude::*;

    #[test]
    fn a_loop_is_broken_where_it_is_entered() {
        let got = break_cycles(5, &[(3, 1), (1, 2), (2, 0), (0, 1), (0, 4)]);
        assert_eq!(got.reversed, [false, false, false, true, false]);
    }

    #[test]
    fn parallel_edges_share_a_bundle_and_loops_have_none() {
        let got = break_cycles(2, &[(0, 1), (1, 1), (0, 1), (1, 0)]);
        assert_eq!(got.bundle, [0, NONE, 0, 0]);
        assert_eq!(got.reversed, [false, false, false, true]);
        assert_eq!(got.dag.weight, [3]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_is_left_has_no_cycle(edges in prop::collection::vec((0u32..20, 0u32..20), 0..80)) {
            let got = break_cycles(20, &edges);
            prop_assert_eq!(got.dag.topological().len(), 20);
            let strong = strong_components(&got.dag);
            for edge in 0..got.dag.edges() {
                prop_assert_ne!(strong[got.dag.tail[edge] as usize], strong[got.dag.head[edge] as usize]);
            }
            let turned = got.reversed.iter().filter(|&&r| r).count();
            let proper = edges.iter().filter(|(u, v)| u != v).count();
            prop_assert!(turned * 2 <= proper);
        }
    }
}
