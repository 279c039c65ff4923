//! Between stage 2 and 3: long edges become chains of dummy nodes, so that every link joins neighbouring layers.

use crate::graph::{Graph, Links};
use crate::layering::Layering;

/// Dummies that all long edges may have together; those that would exceed it, the longest first, stay without and are
/// drawn as one sweep.
const MOST_DUMMIES: u64 = 200_000;

/// A properly layered graph: the nodes of the graph first, then the dummies.
pub(crate) struct Proper {
    /// Number of real nodes.
    pub(crate) real: u32,
    /// Layer of each node and dummy.
    pub(crate) layer: Vec<u32>,
    /// Number of layers.
    pub(crate) layers: u32,
    /// Links to the layer before.
    pub(crate) up: Links,
    /// Links to the layer after.
    pub(crate) down: Links,
    /// Per edge of the graph, the first of its dummies, which are numbered on from there, and how many there are.
    pub(crate) chain: Vec<(u32, u32)>,
}

impl Proper {
    /// Number of nodes and dummies.
    pub(crate) fn nodes(&self) -> usize {
        self.layer.len()
    }

    /// Returns whether `node` is only a part of a long edge.
    pub(crate) fn dummy(&self, node: u32) -> bool {
        node >= self.real
    }
}

/// Cuts long edges into chains. O(n + m log m + dummies).
pub(crate) fn chains(dag: &Graph, layering: Layering) -> Proper {
    let Layering { mut layer, count } = layering;
    let real = layer.len() as u32;
    let span =
        |layer: &[u32], e: u32| layer[dag.head[e as usize] as usize] - layer[dag.tail[e as usize] as usize];
    let kept = affordable(dag, |e| span(&layer, e));

    let mut chain = vec![(real, 0); dag.edges()];
    let (mut from, mut to, mut weight) = (Vec::new(), Vec::new(), Vec::new());
    for edge in 0..dag.edges() as u32 {
        let e = edge as usize;
        if !kept[e] {
            continue;
        }
        let first = layer.len() as u32;
        let inner = span(&layer, edge) - 1;
        chain[e] = (first, inner);
        let mut last = dag.tail[e];
        for step in 0..inner {
            layer.push(layer[dag.tail[e] as usize] + step + 1);
            from.push(last);
            to.push(first + step);
            weight.push(dag.weight[e]);
            last = first + step;
        }
        from.push(last);
        to.push(dag.head[e]);
        weight.push(dag.weight[e]);
    }
    let n = layer.len();
    let (up, down) = (Links::new(n, &to, &from, &weight), Links::new(n, &from, &to, &weight));
    Proper { real, layer, layers: count, up, down, chain }
}

/// Which edges get a chain: all, or the shortest that fit.
fn affordable(dag: &Graph, span: impl Fn(u32) -> u32) -> Vec<bool> {
    let all: u64 = (0..dag.edges() as u32).map(|e| u64::from(span(e)) - 1).sum();
    if all <= MOST_DUMMIES {
        return vec![true; dag.edges()];
    }
    let mut by_span: Vec<u32> = (0..dag.edges() as u32).collect();
    by_span.sort_by_key(|&e| span(e));
    let mut kept = vec![false; dag.edges()];
    let mut used = 0;
    for edge in by_span {
        used += u64::from(span(edge)) - 1;
        if used > MOST_DUMMIES {
            break;
        }
        kept[edge as usize] = true;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::chains;
    use crate::acyclic::break_cycles;
    use crate::layering::assign;

    #[test]
    fn a_long_edge_has_a_dummy_in_every_layer_between() {
        let dag = break_cycles(4, &[(0, 1), (1, 2), (2, 3), (0, 3)]).dag;
        let proper = chains(&dag, assign(&dag));
        assert_eq!((proper.real, proper.nodes(), proper.layers), (4, 6, 4));
        assert_eq!(proper.chain, [(4, 0), (4, 0), (4, 0), (4, 2)]);
        assert_eq!(proper.layer[4..], [1, 2]);
        assert_eq!(proper.down.of(0), [1, 4]);
        assert_eq!(proper.up.of(3), [2, 5]);
    }

    #[test]
    fn far_too_long_edges_stay_whole() {
        let n = 2_000;
        let edges: Vec<(u32, u32)> = (1..n).map(|v| (v - 1, v)).chain((2..n).map(|v| (0, v))).collect();
        let dag = break_cycles(n as usize, &edges).dag;
        let proper = chains(&dag, assign(&dag));
        assert!(proper.nodes() <= 202_000 && proper.nodes() > 195_000);
        assert!(proper.layer.iter().all(|&l| l < proper.layers));
    }
}
