//! Draws the nodes closer together. The four alignments make long edges straight but drawings wide; from there, each layer
//! in turn is moved to where the sum of its links' squared, weighted lengths is least, given its neighbours and the least
//! distances within it. For one layer that is isotonic regression, solved exactly by pooling adjacent violators (Barlow
//! et al., *Statistical Inference under Order Restrictions*, 1972), O(n); in turns it converges, for the whole is convex
//! and the constraints are separate for each layer.

use super::spacing::Spacing;
use crate::ordering::Order;
use crate::proper::Proper;

/// Moves the nodes of all layers, `rounds` times down and up. Keeps orders and distances.
pub(super) fn settle(proper: &Proper, order: &Order, spacing: &Spacing, across: &mut [f64], rounds: u64) {
    rounds_of(proper, order, spacing, across, rounds, false);
}

/// Does the same with the dummies only; real nodes stay where they are.
pub(super) fn settle_dummies(
    proper: &Proper,
    order: &Order,
    spacing: &Spacing,
    across: &mut [f64],
    rounds: u64,
) {
    rounds_of(proper, order, spacing, across, rounds, true);
}

fn rounds_of(
    proper: &Proper,
    order: &Order,
    spacing: &Spacing,
    across: &mut [f64],
    rounds: u64,
    holds: bool,
) {
    let mut pools = Vec::new();
    for round in 0..2 * rounds {
        for step in 0..order.layers() {
            let layer = if round % 2 == 0 { step } else { order.layers() - 1 - step };
            settle_layer(proper, order.layer(layer), spacing, across, &mut pools, holds);
        }
    }
}

/// How much a node that stays wants to be where it is.
const HELD: f64 = 1e9;

/// Neighbours that have come together: where their first node wants to be, how much they want it, and how many they are.
type Pool = (f64, f64, u32);

fn settle_layer(
    proper: &Proper,
    row: &[u32],
    spacing: &Spacing,
    across: &mut [f64],
    pools: &mut Vec<Pool>,
    holds: bool,
) {
    pools.clear();
    let mut offset = 0.0;
    for (place, &node) in row.iter().enumerate() {
        if place > 0 {
            offset += spacing.apart(row[place - 1], node);
        }
        let (mut sum, mut pull) = (0.0, 0.0);
        for (other, weight) in proper.up.weighted(node).chain(proper.down.weighted(node)) {
            let strength = f64::from(weight) * strength(proper, node, other);
            sum += strength * across[other as usize];
            pull += strength;
        }
        // A node without links stays where it is, but makes room.
        let (wish, pull) = if pull > 0.0 { (sum / pull, pull) } else { (across[node as usize], 1e-3) };
        let is_held = holds && !proper.dummy(node);
        let (wish, pull) = if is_held { (across[node as usize], HELD) } else { (wish, pull) };
        let mut pool = (wish - offset, pull, 1);
        while let Some(&last) = pools.last()
            && last.0 > pool.0
        {
            pools.pop();
            let pull = last.1 + pool.1;
            pool = ((last.0 * last.1 + pool.0 * pool.1) / pull, pull, last.2 + pool.2);
        }
        pools.push(pool);
    }
    let mut place = 0;
    let mut offset = 0.0;
    for &(at, _, count) in pools.iter() {
        for _ in 0..count {
            if place > 0 {
                offset += spacing.apart(row[place - 1], row[place]);
            }
            across[row[place] as usize] = at + offset;
            place += 1;
        }
    }
}

/// Long edges should be straight before short ones are (the weights of Gansner et al. 1993).
fn strength(proper: &Proper, a: u32, b: u32) -> f64 {
    match (proper.dummy(a), proper.dummy(b)) {
        (true, true) => 8.0,
        (false, false) => 1.0,
        _ => 2.0,
    }
}
