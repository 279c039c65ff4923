//! Order of the tasks: topological where the dependencies allow it, with the edges that do not cut out.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use petgraph::algo::kosaraju_scc;

use crate::{Dependencies, Rows};

/// An order of `n` tasks and the edges that go against it.
pub(crate) struct Order {
    /// Old index of each new one.
    pub(crate) order: Vec<u32>,
    /// Edges (from, to), old indices, that a cycle forces to go backward.
    pub(crate) cut: Vec<(u32, u32)>,
    /// Number of tasks that lie on cycles.
    pub(crate) on_cycles: usize,
}

/// Kahn's algorithm (1962) with the lowest index first, so that an order that is topological already stays as it
/// is, which petgraph's depth-first `toposort` does not promise. O((n + e) log n).
fn kahn(n: usize, edges: &[(u32, u32)]) -> Vec<u32> {
    let out = Rows::from_pairs(n, edges);
    let mut missing = vec![0u32; n];
    for &(_, to) in edges {
        missing[to as usize] += 1;
    }
    let mut ready: BinaryHeap<Reverse<u32>> =
        (0..n as u32).filter(|&i| missing[i as usize] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(n);
    while let Some(Reverse(i)) = ready.pop() {
        order.push(i);
        for &to in out.row(i as usize) {
            missing[to as usize] -= 1;
            if missing[to as usize] == 0 {
                ready.push(Reverse(to));
            }
        }
    }
    order
}

/// Orders the tasks. `edges` (from, to) hold no self-loops. Where there are cycles, edges within a strongly connected
/// component that go back in the order of appearance are set aside first, and those of them that turn out to go
/// forward in the resulting order are kept after all: so ordering the result again changes nothing.
pub(crate) fn order(n: usize, edges: &[(u32, u32)]) -> Order {
    if edges.iter().all(|(a, b)| a < b) {
        return Order { order: (0..n as u32).collect(), cut: Vec::new(), on_cycles: 0 };
    }
    let straight = kahn(n, edges);
    if straight.len() == n {
        return Order { order: straight, cut: Vec::new(), on_cycles: 0 };
    }
    let back: Vec<(u32, u32)> = edges.iter().map(|&(from, to)| (to, from)).collect();
    let (successors, predecessors) = (Rows::from_pairs(n, edges), Rows::from_pairs(n, &back));
    // Kosaraju's, not Tarjan's: petgraph's Tarjan recurses, and a chain may be a hundred thousand deep.
    let mut component = vec![0u32; n];
    let mut on_cycles = 0;
    for (c, members) in kosaraju_scc(Dependencies::new(&successors, &predecessors)).iter().enumerate() {
        on_cycles += if members.len() > 1 { members.len() } else { 0 };
        for m in members {
            component[m.index()] = c as u32;
        }
    }
    let backward = |&&(a, b): &&(u32, u32)| component[a as usize] == component[b as usize] && a >= b;
    let kept: Vec<(u32, u32)> = edges.iter().filter(|e| !backward(e)).copied().collect();
    let order = kahn(n, &kept);
    let mut place = vec![0u32; n];
    for (new, &old) in order.iter().enumerate() {
        place[old as usize] = new as u32;
    }
    let cut = edges.iter().filter(|&&(a, b)| place[a as usize] >= place[b as usize]).copied().collect();
    Order { order, cut, on_cycles }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_is_cut_once_and_stays_cut() {
        let edges = [(0, 1), (1, 2), (2, 0), (3, 0)];
        let o = order(4, &edges);
        assert_eq!((o.order, o.cut, o.on_cycles), (vec![3, 0, 1, 2], vec![(2, 0)], 3));
    }

    #[test]
    fn a_deep_chain_and_a_long_cycle_need_no_stack() {
        let n = 100_000u32;
        let mut edges: Vec<(u32, u32)> = (1..n).map(|i| (i, i - 1)).collect();
        assert_eq!(order(n as usize, &edges).order[0], n - 1);
        edges.push((0, n - 1));
        let o = order(n as usize, &edges);
        assert_eq!((o.order.len(), o.on_cycles), (n as usize, n as usize));
    }
}
