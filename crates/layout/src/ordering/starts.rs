//! Initial orders: walks through the graph, which put related nodes next to each other. A depth-first walk draws trees
//! without a crossing, a breadth-first walk keeps siblings together (as in Gansner et al. 1993).

use std::collections::VecDeque;

use crate::proper::Proper;

/// A way to walk the graph.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    DepthDown,
    BreadthDown,
    DepthUp,
    BreadthUp,
}

impl Start {
    /// All walks, in the order in which they are tried.
    pub(super) const ALL: [Start; 4] =
        [Start::DepthDown, Start::BreadthUp, Start::BreadthDown, Start::DepthUp];
}

/// Returns all nodes and dummies, in the order of the walk.
pub(super) fn sequence(proper: &Proper, start: Start) -> Vec<u32> {
    let n = proper.nodes();
    let down = matches!(start, Start::DepthDown | Start::BreadthDown);
    let depth = matches!(start, Start::DepthDown | Start::DepthUp);
    let links = if down { &proper.down } else { &proper.up };

    let mut roots: Vec<u32> = (0..n as u32).collect();
    roots.sort_by_key(
        |&v| if down { proper.layer[v as usize] } else { proper.layers - proper.layer[v as usize] },
    );
    let mut met = vec![false; n];
    let mut sequence = Vec::with_capacity(n);
    let mut waiting = VecDeque::new();
    for root in roots {
        waiting.push_back(root);
        while let Some(node) = if depth { waiting.pop_back() } else { waiting.pop_front() } {
            if std::mem::replace(&mut met[node as usize], true) {
                continue;
            }
            sequence.push(node);
            let next = links.of(node).iter().filter(|&&v| !met[v as usize]);
            if depth {
                waiting.extend(next.rev());
            } else {
                waiting.extend(next);
            }
        }
    }
    sequence
}
