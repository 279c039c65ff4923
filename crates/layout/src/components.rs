//! Splits a request into its weakly connected components, so that every later stage sees one connected graph.

use crate::graph::{Groups, NONE};

/// The components of a graph, numbered by their lowest node.
pub(crate) struct Components {
    /// Nodes of each component, ascending.
    pub(crate) nodes: Groups,
    /// Edges of each component including self-loops, ascending; edges out of range belong to none.
    pub(crate) edges: Groups,
    /// Index of each node within its component.
    pub(crate) local: Vec<u32>,
}

/// Finds the components by union-find with path halving and union by index, O((n + m) log n) at worst.
pub(crate) fn split(nodes: usize, edges: &[(u32, u32)]) -> Components {
    let inside = |&(u, v): &(u32, u32)| (u as usize) < nodes && (v as usize) < nodes;
    let mut parent: Vec<u32> = (0..nodes as u32).collect();
    let mut size = vec![1u32; nodes];
    for &(u, v) in edges.iter().filter(|e| inside(e)) {
        let (a, b) = (find(&mut parent, u), find(&mut parent, v));
        if a != b {
            let (low, high) = if size[a as usize] < size[b as usize] { (a, b) } else { (b, a) };
            parent[low as usize] = high;
            size[high as usize] += size[low as usize];
        }
    }

    let mut number = vec![NONE; nodes];
    let mut component = Vec::with_capacity(nodes);
    let mut local = Vec::with_capacity(nodes);
    let mut filled: Vec<u32> = Vec::new();
    for node in 0..nodes as u32 {
        let root = find(&mut parent, node) as usize;
        if number[root] == NONE {
            number[root] = filled.len() as u32;
            filled.push(0);
        }
        component.push(number[root]);
        local.push(filled[number[root] as usize]);
        filled[number[root] as usize] += 1;
    }
    let of_edge: Vec<u32> =
        edges.iter().map(|e| if inside(e) { component[e.0 as usize] } else { NONE }).collect();
    Components {
        nodes: Groups::new(filled.len(), &component),
        edges: Groups::new(filled.len(), &of_edge),
        local,
    }
}

fn find(parent: &mut [u32], mut node: u32) -> u32 {
    while parent[node as usize] != node {
        let up = parent[parent[node as usize] as usize];
        parent[node as usize] = up;
        node = up;
    }
    node
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn components_are_numbered_by_their_lowest_node() {
        let parts = split(6, &[(4, 0), (2, 3), (9, 1), (1, 1)]);
        let nodes: Vec<&[u32]> = (0..parts.nodes.len() as u32).map(|c| parts.nodes.of(c)).collect();
        assert_eq!(nodes, [&[0, 4][..], &[1], &[2, 3], &[5]]);
        assert_eq!(parts.edges.of(0), [0]);
        assert_eq!(parts.edges.of(1), [3]);
        assert_eq!(parts.local, [0, 0, 0, 1, 1, 0]);
    }
}
