//! Compaction of blocks: Brandes and Köpf (2001), algorithm 3, with both corrections of the erratum by Brandes, Walter
//! and Zink (arXiv 2008.01252): distances count only within a class, and classes are moved after all of them are
//! complete, from the first layer on, so that a move is passed on. Distances depend on the nodes' sizes.

use super::align::{Blocks, Corner};
use super::spacing::Spacing;
use crate::ordering::Order;

/// Coordinates from one corner; from the right they grow to the left.
pub(super) fn compact(order: &Order, blocks: &Blocks, corner: Corner, spacing: &Spacing) -> Vec<f64> {
    let n = order.pos.len();
    let mut before = vec![None; n];
    for layer in 0..order.layers() {
        let row = order.layer(layer);
        for place in 1..row.len() {
            before[corner.node(row, place) as usize] = Some(corner.node(row, place - 1));
        }
    }
    let mut classes =
        Classes { blocks, spacing, before, sink: (0..n as u32).collect(), x: vec![f64::NAN; n] };
    let mut calls = Vec::new();
    for node in 0..n as u32 {
        if blocks.root[node as usize] == node {
            classes.place_block(node, &mut calls);
        }
    }
    for node in 0..n {
        let root = blocks.root[node] as usize;
        classes.x[node] = classes.x[root];
        classes.sink[node] = classes.sink[root];
    }
    let shift = classes.shifts(order, corner);
    (0..n).map(|v| classes.x[v] + shift[classes.sink[v] as usize]).collect()
}

struct Classes<'a> {
    blocks: &'a Blocks,
    spacing: &'a Spacing<'a>,
    /// The neighbour before each node in its layer, seen from the corner.
    before: Vec<Option<u32>>,
    /// The block that each class hangs on, by root.
    sink: Vec<u32>,
    /// Coordinate within the class, by root; not a number until the block is placed.
    x: Vec<f64>,
}

impl Classes<'_> {
    /// Algorithm 3a, with a stack of its own: places the blocks before a block, then the block behind them.
    fn place_block(&mut self, root: u32, calls: &mut Vec<(u32, u32)>) {
        if !self.x[root as usize].is_nan() {
            return;
        }
        self.x[root as usize] = 0.0;
        calls.push((root, root));
        'call: while let Some((block, mut node)) = calls.pop() {
            loop {
                if let Some(neighbour) = self.before[node as usize] {
                    let other = self.blocks.root[neighbour as usize];
                    if self.x[other as usize].is_nan() {
                        self.x[other as usize] = 0.0;
                        calls.push((block, node));
                        calls.push((other, other));
                        continue 'call;
                    }
                    let (b, o) = (block as usize, other as usize);
                    if self.sink[b] == block {
                        self.sink[b] = self.sink[o];
                    }
                    if self.sink[b] == self.sink[o] {
                        let least = self.x[o] + self.spacing.apart(neighbour, node);
                        self.x[b] = self.x[b].max(least);
                    }
                }
                node = self.blocks.align[node as usize];
                if node == block {
                    break;
                }
            }
        }
    }

    /// Algorithm 3b: how far each class has to move away from those that are placed before it.
    fn shifts(&self, order: &Order, corner: Corner) -> Vec<f64> {
        let mut shift = vec![f64::INFINITY; self.x.len()];
        for step in 0..order.layers() {
            let row = order.layer(corner.layer(order, step));
            if row.is_empty() {
                continue;
            }
            let first = corner.node(row, 0);
            let class = self.sink[first as usize];
            if class != first {
                continue;
            }
            if shift[class as usize].is_infinite() {
                shift[class as usize] = 0.0;
            }
            let (mut at, mut place) = (step, 0);
            loop {
                let row = order.layer(corner.layer(order, at));
                if place >= row.len() {
                    break;
                }
                let mut node = corner.node(row, place);
                if self.sink[node as usize] != class {
                    break;
                }
                while self.blocks.align[node as usize] != self.blocks.root[node as usize] {
                    node = self.blocks.align[node as usize];
                    at += 1;
                    if let Some(other) = self.before[node as usize] {
                        let apart = self.spacing.apart(other, node);
                        let most =
                            shift[class as usize] + self.x[node as usize] - (self.x[other as usize] + apart);
                        let moved = &mut shift[self.sink[other as usize] as usize];
                        *moved = moved.min(most);
                    }
                }
                let width = order.layer(corner.layer(order, at)).len();
                place = corner.place(order, width, node) + 1;
            }
        }
        shift.iter_mut().filter(|s| s.is_infinite()).for_each(|s| *s = 0.0);
        shift
    }
}
