//! Stage 3: orders the nodes of every layer, such that few edges cross.
//!
//! Several starts, each followed by sweeps (every layer is sorted by where the neighbours in the layer before stand)
//! and exchanges of neighbours; then sifting of the best order, which gains most on large graphs; then disturbed copies
//! of it, which gain most on small ones, as long as the work budget lasts. The best order that was ever met is kept.

mod crossings;
mod search;
mod starts;
mod sweep;
mod transpose;

use crate::proper::Proper;

/// What this stage hands over: the nodes and dummies of every layer in order.
#[derive(Clone)]
pub(crate) struct Order {
    start: Vec<u32>,
    nodes: Vec<u32>,
    /// Place of each node within its layer.
    pub(crate) pos: Vec<u32>,
}

impl Order {
    /// Puts nodes, given in the order in which they should stand, into their layers.
    fn new(proper: &Proper, sequence: &[u32]) -> Self {
        let mut start = vec![0u32; proper.layers as usize + 1];
        for &layer in &proper.layer {
            start[layer as usize + 1] += 1;
        }
        for i in 0..proper.layers as usize {
            start[i + 1] += start[i];
        }
        let mut next = start.clone();
        let mut nodes = vec![0; sequence.len()];
        let mut pos = vec![0; sequence.len()];
        for &node in sequence {
            let layer = proper.layer[node as usize] as usize;
            nodes[next[layer] as usize] = node;
            pos[node as usize] = next[layer] - start[layer];
            next[layer] += 1;
        }
        Order { start, nodes, pos }
    }

    /// Number of layers.
    pub(crate) fn layers(&self) -> u32 {
        self.start.len() as u32 - 1
    }

    /// Where the nodes of a layer stand in the flat array.
    fn range(&self, layer: u32) -> std::ops::Range<usize> {
        self.start[layer as usize] as usize..self.start[layer as usize + 1] as usize
    }

    /// The nodes of a layer in order.
    pub(crate) fn layer(&self, layer: u32) -> &[u32] {
        &self.nodes[self.range(layer)]
    }

    /// Puts a layer into another order of the same nodes.
    fn set_layer(&mut self, layer: u32, nodes: &[u32]) {
        let range = self.range(layer);
        self.nodes[range].copy_from_slice(nodes);
        for (place, &node) in nodes.iter().enumerate() {
            self.pos[node as usize] = place as u32;
        }
    }
}

/// Links that may be looked at, per link of the graph and in all.
const WORK_PER_LINK: u64 = 1_500;
const WORK_LEAST: u64 = 300_000;
const WORK_MOST: u64 = 80_000_000;
/// Disturbed copies of the best order that may fail in a row.
const PATIENCE: u32 = 40;

/// Orders every layer. The work is bounded by a budget that grows with the graph up to a limit.
pub(crate) fn order(proper: &Proper) -> Order {
    let size = (proper.nodes() + proper.down.len()) as u64;
    let budget = (size * WORK_PER_LINK).clamp(WORK_LEAST, WORK_MOST);
    let mut search = search::Search::new(proper, budget);
    for start in starts::Start::ALL {
        // Sifting gains more than another start, so most of the budget is kept for it.
        if search.finished() || search.left() < budget / 5 * 3 {
            break;
        }
        search.begin(&starts::sequence(proper, start));
        search.descend();
    }
    search.sift_best();
    let mut failed = 0;
    while !search.finished() && failed < PATIENCE {
        failed = if search.disturb_and_descend() { 0 } else { failed + 1 };
    }
    search.best()
}
