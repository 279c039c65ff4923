//! Stage 2: assigns a layer to every node, such that the total length of the edges is small.
//!
//! Longest-path layers are improved by moving single nodes between their neighbours, and on graphs that are not too
//! large by the network simplex of Gansner, Koutsofios, North and Vo, "A technique for drawing directed graphs"
//! (1993), which finds the least total length.

mod simplex;

use crate::graph::Graph;

/// The result of this stage.
pub(crate) struct Layering {
    /// Layer of each node, from 0; every edge leads to a higher layer and no layer is empty.
    pub(crate) layer: Vec<u32>,
    /// Number of layers.
    pub(crate) count: u32,
}

/// Maximum number of nodes for the network simplex; above, even a part of its pivots costs more than it gains.
const SIMPLEX_NODES: usize = 2_500;
/// Number of visited nodes and edges after which the network simplex stops with its current result.
const SIMPLEX_WORK: u64 = 12_000_000;
/// Rounds of moving single nodes.
const PROMOTION_ROUNDS: usize = 8;

/// Layers an acyclic, connected graph. O((n + m) log m) plus the bounded work of the network simplex.
pub(crate) fn assign(dag: &Graph) -> Layering {
    let order = dag.topological();
    let mut layer = longest_path(dag, &order);
    promote(dag, &order, &mut layer);
    if dag.nodes() <= SIMPLEX_NODES {
        simplex::shorten(dag, &mut layer, SIMPLEX_WORK);
        balance(dag, &order, &mut layer);
    }
    compact(&layer)
}

fn longest_path(dag: &Graph, order: &[u32]) -> Vec<i32> {
    let mut layer = vec![0; dag.nodes()];
    for &node in order {
        for &edge in dag.out(node) {
            let head = dag.head[edge as usize] as usize;
            layer[head] = layer[head].max(layer[node as usize] + 1);
        }
    }
    layer
}

/// Returns the first and last layer that the neighbours of `node` allow.
fn room(dag: &Graph, node: u32, layer: &[i32]) -> (i32, i32) {
    let low = dag.into(node).iter().map(|&e| layer[dag.tail[e as usize] as usize] + 1).max();
    let high = dag.out(node).iter().map(|&e| layer[dag.head[e as usize] as usize] - 1).min();
    (low.unwrap_or(i32::MIN), high.unwrap_or(i32::MAX))
}

/// Returns what moving a node down by one layer adds to the total length.
fn slope(dag: &Graph, node: u32) -> i64 {
    let sum = |edges: &[u32]| edges.iter().map(|&e| i64::from(dag.weight[e as usize])).sum::<i64>();
    sum(dag.into(node)) - sum(dag.out(node))
}

/// Moves single nodes to where their own edges are shortest, until no move helps.
fn promote(dag: &Graph, order: &[u32], layer: &mut [i32]) {
    for _ in 0..PROMOTION_ROUNDS {
        let mut moved = false;
        let mut settle = |node: u32| {
            let (low, high) = room(dag, node, layer);
            let want = match slope(dag, node) {
                s if s < 0 && high < i32::MAX => high,
                s if s > 0 && low > i32::MIN => low,
                _ => layer[node as usize],
            };
            moved |= want != layer[node as usize];
            layer[node as usize] = want;
        };
        order.iter().rev().for_each(|&node| settle(node));
        order.iter().for_each(|&node| settle(node));
        if !moved {
            break;
        }
    }
}

/// Moves nodes that fit into several layers at the same length to those with the fewest nodes.
fn balance(dag: &Graph, order: &[u32], layer: &mut [i32]) {
    let lowest = layer.iter().copied().min().unwrap_or(0);
    let highest = layer.iter().copied().max().unwrap_or(0);
    let mut filled = vec![0u32; (highest - lowest + 1) as usize];
    for &l in layer.iter() {
        filled[(l - lowest) as usize] += 1;
    }
    for &node in order {
        if slope(dag, node) != 0 {
            continue;
        }
        let now = layer[node as usize];
        let (low, high) = room(dag, node, layer);
        // A long range would make this quadratic, and distant layers gain little.
        let (low, high) = (low.max(now - 64).max(lowest), high.min(now + 64).min(highest));
        let best = (low..=high).min_by_key(|&l| {
            let others = filled[(l - lowest) as usize] - u32::from(l == now);
            (others, (l - now).abs(), l)
        });
        if let Some(best) = best {
            filled[(now - lowest) as usize] -= 1;
            filled[(best - lowest) as usize] += 1;
            layer[node as usize] = best;
        }
    }
}

/// Renumbers the layers in use from 0.
fn compact(layer: &[i32]) -> Layering {
    let mut used = layer.to_vec();
    used.sort_unstable();
    used.dedup();
    let place = |l: &i32| used.binary_search(l).map_or_else(|at| at as u32, |at| at as u32);
    Layering { layer: layer.iter().map(place).collect(), count: used.len() as u32 }
}

#[cfg(test)]
mod tests {
    use super::{assign, longest_path, promote};
    use crate::acyclic::break_cycles;
    use proptest::prelude::*;

    fn length(dag: &crate::graph::Graph, layer: &[i64]) -> i64 {
        (0..dag.edges())
            .map(|e| (layer[dag.head[e] as usize] - layer[dag.tail[e] as usize]) * i64::from(dag.weight[e]))
            .sum()
    }

    /// The least total length by trying every layering of a small graph.
    fn least(dag: &crate::graph::Graph) -> i64 {
        let n = dag.nodes();
        let mut layer = vec![0i64; n];
        let mut best = i64::MAX;
        loop {
            if (0..dag.edges()).all(|e| layer[dag.head[e] as usize] > layer[dag.tail[e] as usize]) {
                best = best.min(length(dag, &layer));
            }
            let Some(at) = layer.iter().position(|&l| l + 1 < n as i64) else { return best };
            layer[at] += 1;
            layer[..at].fill(0);
        }
    }

    #[test]
    fn a_late_source_is_placed_next_to_its_reader() {
        let dag = break_cycles(5, &[(0, 1), (1, 2), (2, 3), (4, 3)]).dag;
        assert_eq!(assign(&dag).layer, [0, 1, 2, 3, 2]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn small_connected_graphs_get_the_least_length(extra in prop::collection::vec((0u32..6, 0u32..6), 0..7)) {
            let mut edges: Vec<(u32, u32)> = vec![(0, 3), (1, 3), (1, 4), (2, 4), (2, 5)];
            edges.extend(extra.into_iter().map(|(u, v)| (u.min(v), u.max(v))));
            let dag = break_cycles(6, &edges).dag;
            let got: Vec<i64> = assign(&dag).layer.into_iter().map(i64::from).collect();
            prop_assert_eq!(length(&dag, &got), least(&dag));
        }

        #[test]
        fn every_edge_goes_to_a_higher_layer(edges in prop::collection::vec((0u32..40, 0u32..40), 0..120)) {
            let dag = break_cycles(40, &edges).dag;
            let order = dag.topological();
            let mut layer = longest_path(&dag, &order);
            promote(&dag, &order, &mut layer);
            for e in 0..dag.edges() {
                prop_assert!(layer[dag.head[e] as usize] > layer[dag.tail[e] as usize]);
            }
        }
    }
}
