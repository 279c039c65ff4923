//! Stage 4: gives every node and dummy its coordinates.
//!
//! Along the flow a layer is as thick as its thickest node. Across it, the method of Brandes and Köpf (see
//! [`align`] and [`compact`]) is run four times, from every corner, and the mean of the two middle results is taken; then the
//! layers are drawn together (see [`settle`]).

mod align;
mod compact;
mod settle;
mod spacing;
mod untangle;

use crate::ordering::Order;
use crate::proper::Proper;
pub(crate) use spacing::{Axes, Gaps, Spacing};
pub(crate) use untangle::untangle;

/// The result of this stage.
pub(crate) struct Places {
    /// Centre of each node and dummy across the flow.
    pub(crate) across: Vec<f64>,
    /// Centre of each layer along the flow.
    pub(crate) along: Vec<f64>,
    /// Thickness of each layer along the flow.
    pub(crate) thickness: Vec<f64>,
}

/// Rounds in which the layers are drawn together: many, but not more visits of nodes and links than this.
const ROUNDS: u64 = 24;
const VISITS: u64 = 2_500_000;

/// Places all nodes of a connected graph; `sizes` holds the boxes of the real nodes. O(n + m log m).
pub(crate) fn place(proper: &Proper, order: &Order, sizes: &[Axes], gaps: Gaps) -> Places {
    let spacing = Spacing { proper, sizes, gap: gaps.node };
    let sides = align::Sides::new(proper, order);
    let results = align::Corner::ALL.map(|corner| {
        let blocks = align::align(order, &sides, corner);
        let mut across = compact::compact(order, &blocks, corner, &spacing);
        if !corner.left {
            across.iter_mut().for_each(|x| *x = -*x);
        }
        across
    });
    let mut across = balance(results);
    let size = (proper.nodes() + proper.down.len()) as u64;
    settle::settle(proper, order, &spacing, &mut across, (VISITS / size.max(1)).clamp(3, ROUNDS));
    keep_apart(order, &spacing, &mut across);
    let (along, thickness) = stack(proper, sizes, gaps.layer);
    Places { across, along, thickness }
}

/// Lays the four results over the narrowest of them, those from the left by their left borders and those from the right
/// by their right, and takes the mean of the two middle ones for each node.
fn balance(mut results: [Vec<f64>; 4]) -> Vec<f64> {
    let extents = results.each_ref().map(|xs| {
        xs.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)))
    });
    let narrowest =
        extents.iter().copied().min_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0))).unwrap_or((0.0, 0.0));
    for ((xs, (low, high)), corner) in results.iter_mut().zip(extents).zip(align::Corner::ALL) {
        let shift = if corner.left { narrowest.0 - low } else { narrowest.1 - high };
        xs.iter_mut().for_each(|x| *x += shift);
    }
    let [a, b, c, d] = results;
    (0..a.len())
        .map(|v| {
            let mut four = [a[v], b[v], c[v], d[v]];
            four.sort_unstable_by(f64::total_cmp);
            (four[1] + four[2]) / 2.0
        })
        .collect()
}

/// Rounding must not make boxes touch: a box too close to its left neighbour moves right.
fn keep_apart(order: &Order, spacing: &Spacing, across: &mut [f64]) {
    for layer in 0..order.layers() {
        for pair in order.layer(layer).windows(2) {
            let least = across[pair[0] as usize] + spacing.apart(pair[0], pair[1]);
            across[pair[1] as usize] = across[pair[1] as usize].max(least);
        }
    }
}

/// Puts the layers one behind the other.
fn stack(proper: &Proper, sizes: &[Axes], gap: f64) -> (Vec<f64>, Vec<f64>) {
    let mut thickness = vec![0.0f64; proper.layers as usize];
    for (node, size) in sizes.iter().enumerate() {
        let layer = proper.layer[node] as usize;
        thickness[layer] = thickness[layer].max(size.along);
    }
    let mut next = 0.0;
    let along = thickness
        .iter()
        .map(|&thick| {
            let centre = next + thick / 2.0;
            next += thick + gap;
            centre
        })
        .collect();
    (along, thickness)
}
