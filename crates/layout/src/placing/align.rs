//! Alignment of nodes into blocks: Brandes and Köpf, "Fast and simple horizontal coordinate assignment" (2001),
//! algorithms 1 and 2. Every node is aligned with a median neighbour of the layer before where no link between two
//! dummies is in the way, so that long edges become straight.

use crate::ordering::Order;
use crate::proper::Proper;

/// From which corner a result is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Corner {
    /// Nodes are aligned with the layer before, from the first layer on; else with the layer after, from the last.
    pub(super) top: bool,
    /// The leftmost alignment wins; else the rightmost.
    pub(super) left: bool,
}

impl Corner {
    pub(super) const ALL: [Corner; 4] = [
        Corner { top: true, left: true },
        Corner { top: true, left: false },
        Corner { top: false, left: true },
        Corner { top: false, left: false },
    ];

    /// The layer that comes `step` steps after the first one, seen from this corner.
    pub(super) fn layer(self, order: &Order, step: u32) -> u32 {
        if self.top { step } else { order.layers() - 1 - step }
    }

    /// The node at a place in a layer, seen from this corner.
    pub(super) fn node(self, layer: &[u32], place: usize) -> u32 {
        if self.left { layer[place] } else { layer[layer.len() - 1 - place] }
    }

    /// The place of a node in its layer, seen from this corner.
    pub(super) fn place(self, order: &Order, width: usize, node: u32) -> usize {
        let place = order.pos[node as usize] as usize;
        if self.left { place } else { width - 1 - place }
    }
}

/// A neighbour, and whether the link to it is crossed by one between dummies, which has precedence.
type Neighbour = (u32, bool);

/// Neighbours of every node on both sides, in order.
pub(super) struct Sides {
    up: (Vec<u32>, Vec<Neighbour>),
    down: (Vec<u32>, Vec<Neighbour>),
}

impl Sides {
    pub(super) fn new(proper: &Proper, order: &Order) -> Self {
        let n = proper.nodes();
        let (mut up, mut down) = ((vec![0], Vec::new()), (vec![0], Vec::new()));
        for node in 0..n as u32 {
            for (links, side) in [(&proper.up, &mut up), (&proper.down, &mut down)] {
                let first = side.1.len();
                side.1.extend(links.of(node).iter().map(|&v| (v, false)));
                side.1[first..].sort_unstable_by_key(|&(v, _): &Neighbour| order.pos[v as usize]);
                side.0.push(side.1.len() as u32);
            }
        }
        let mut sides = Sides { up, down };
        for layer in 1..order.layers() {
            sides.mark_conflicts(proper, order, layer);
        }
        sides
    }

    fn of(&self, node: u32, top: bool) -> &[Neighbour] {
        let (start, neighbours) = if top { &self.up } else { &self.down };
        &neighbours[start[node as usize] as usize..start[node as usize + 1] as usize]
    }

    fn mark(&mut self, upper: u32, lower: u32, order: &Order) {
        for (side, from, to) in [(&mut self.up, lower, upper), (&mut self.down, upper, lower)] {
            let range = side.0[from as usize] as usize..side.0[from as usize + 1] as usize;
            let row = &mut side.1[range];
            if let Ok(at) = row.binary_search_by_key(&order.pos[to as usize], |&(v, _)| order.pos[v as usize])
            {
                row[at].1 = true;
            }
        }
    }

    /// Algorithm 1: marks the links between two layers that cross a link between two dummies.
    fn mark_conflicts(&mut self, proper: &Proper, order: &Order, lower: u32) {
        let above = |v: u32| proper.up.of(v).first().copied().filter(|&u| proper.dummy(v) && proper.dummy(u));
        let row = order.layer(lower);
        let last = order.layer(lower - 1).len() as u32;
        let (mut low, mut scanned) = (0, 0);
        let mut crossed: Vec<(u32, u32)> = Vec::new();
        for (place, &node) in row.iter().enumerate() {
            let inner = above(node);
            if inner.is_none() && place + 1 < row.len() {
                continue;
            }
            let high = inner.map_or(last, |u| order.pos[u as usize]);
            for &v in &row[scanned..=place] {
                // The link between dummies at the right border is no conflict with itself.
                for &(u, _) in self.of(v, true) {
                    let at = order.pos[u as usize];
                    if (at < low || at > high) && above(v).is_none() {
                        crossed.push((u, v));
                    }
                }
            }
            scanned = place + 1;
            low = high;
        }
        for (u, v) in crossed {
            self.mark(u, v, order);
        }
    }
}

/// Blocks of aligned nodes, one per layer at most.
pub(super) struct Blocks {
    /// First node of each node's block, seen from the corner.
    pub(super) root: Vec<u32>,
    /// The next node of the block, and after the last one the first.
    pub(super) align: Vec<u32>,
}

/// Algorithm 2: aligns every node with the median of its neighbours.
pub(super) fn align(order: &Order, sides: &Sides, corner: Corner) -> Blocks {
    let n = order.pos.len() as u32;
    let (mut root, mut align): (Vec<u32>, Vec<u32>) = ((0..n).collect(), (0..n).collect());
    for step in 1..order.layers() {
        let row = order.layer(corner.layer(order, step));
        let width = order.layer(corner.layer(order, step - 1)).len();
        // First place in the layer before that may still be aligned with.
        let mut free = 0;
        for place in 0..row.len() {
            let node = corner.node(row, place);
            let neighbours = sides.of(node, corner.top);
            if neighbours.is_empty() {
                continue;
            }
            let middle = [(neighbours.len() - 1) / 2, neighbours.len() / 2];
            for i in if corner.left { middle } else { [middle[1], middle[0]] } {
                let (other, crossed) = neighbours[i];
                let at = corner.place(order, width, other);
                if crossed || at < free {
                    continue;
                }
                align[other as usize] = node;
                root[node as usize] = root[other as usize];
                align[node as usize] = root[node as usize];
                free = at + 1;
                break;
            }
        }
    }
    Blocks { root, align }
}
