//! The order of the nodes of every layer.

use crate::proper::Proper;

/// The result of this stage: the nodes and dummies of every layer in order.
#[derive(Clone)]
pub(crate) struct Order {
    start: Vec<u32>,
    nodes: Vec<u32>,
    /// Position of each node within its layer.
    pub(crate) pos: Vec<u32>,
}

impl Order {
    /// Distributes nodes, given in their order, to their layers.
    pub(crate) fn new(proper: &Proper, sequence: &[u32]) -> Self {
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

    /// Returns the range of a layer in the flat array.
    pub(crate) fn range(&self, layer: u32) -> std::ops::Range<usize> {
        self.start[layer as usize] as usize..self.start[layer as usize + 1] as usize
    }

    /// The nodes of a layer in order.
    pub(crate) fn layer(&self, layer: u32) -> &[u32] {
        &self.nodes[self.range(layer)]
    }

    /// Sets the order of a layer's nodes.
    pub(crate) fn set_layer(&mut self, layer: u32, nodes: &[u32]) {
        let range = self.range(layer);
        self.nodes[range].copy_from_slice(nodes);
        for (place, &node) in nodes.iter().enumerate() {
            self.pos[node as usize] = place as u32;
        }
    }

    /// Swaps the nodes at `place` and `place + 1` of a layer.
    pub(super) fn exchange(&mut self, layer: u32, place: u32) {
        let at = (self.start[layer as usize] + place) as usize;
        self.nodes.swap(at, at + 1);
        self.pos[self.nodes[at] as usize] = place;
        self.pos[self.nodes[at + 1] as usize] = place + 1;
    }
}
