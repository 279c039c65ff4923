//! Counts crossings between neighbouring layers by an accumulator tree (Barth, Jünger and Mutzel, "Simple and efficient
//! bilayer cross counting", 2002), O(m log n).

use super::order::Order;
use crate::proper::Proper;

/// Scratch space, kept because counting runs after every sweep.
#[derive(Default)]
pub(super) struct Counter {
    tree: Vec<u64>,
    ends: Vec<(u32, u32)>,
}

impl Counter {
    /// Counts crossings in the whole drawing; links that represent several edges count as many times.
    pub(super) fn all(&mut self, proper: &Proper, order: &Order) -> u64 {
        (1..order.layers()).fold(0u64, |sum, lower| sum.saturating_add(self.between(proper, order, lower)))
    }

    /// Crossings between a layer and the one before.
    pub(super) fn between(&mut self, proper: &Proper, order: &Order, lower: u32) -> u64 {
        let width = order.layer(lower).len();
        if width < 2 || order.layer(lower - 1).len() < 2 {
            return 0;
        }
        let leaves = width.next_power_of_two();
        self.tree.clear();
        self.tree.resize(2 * leaves, 0);
        let mut crossings = 0u64;
        for &node in order.layer(lower - 1) {
            self.ends.clear();
            self.ends.extend(proper.down.weighted(node).map(|(v, w)| (order.pos[v as usize], w)));
            self.ends.sort_unstable();
            for &(place, weight) in &self.ends {
                let mut at = leaves + place as usize;
                let mut right = 0u64;
                while at > 1 {
                    self.tree[at] += u64::from(weight);
                    if at.is_multiple_of(2) {
                        right += self.tree[at + 1];
                    }
                    at /= 2;
                }
                crossings = crossings.saturating_add(right.saturating_mul(u64::from(weight)));
            }
        }
        crossings
    }
}

#[cfg(test)]
mod tests {
    use super::Counter;
    use crate::acyclic::break_cycles;
    use crate::layering::assign;
    use crate::ordering::Order;
    use crate::proper::{Proper, chains};
    use proptest::prelude::*;

    fn brute_force(proper: &Proper, order: &Order) -> u64 {
        let links: Vec<(u32, u32, u32, u64)> = (0..proper.nodes() as u32)
            .flat_map(|u| {
                proper.down.weighted(u).map(move |(v, w)| {
                    (proper.layer[u as usize], order.pos[u as usize], order.pos[v as usize], u64::from(w))
                })
            })
            .collect();
        let crosses = |a: &(u32, u32, u32, u64), b: &(u32, u32, u32, u64)| {
            a.0 == b.0 && ((a.1 < b.1 && a.2 > b.2) || (a.1 > b.1 && a.2 < b.2))
        };
        let pairs = links.iter().enumerate().flat_map(|(i, a)| links[..i].iter().map(move |b| (a, b)));
        pairs.filter(|(a, b)| crosses(a, b)).map(|(a, b)| a.3 * b.3).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn counts_what_brute_force_counts(
            edges in prop::collection::vec((0u32..14, 0u32..14), 1..50), seed in 0u32..1000,
        ) {
            let dag = break_cycles(14, &edges).dag;
            let proper = chains(&dag, assign(&dag));
            let mut sequence: Vec<u32> = (0..proper.nodes() as u32).collect();
            sequence.sort_by_key(|v| v.wrapping_add(seed).wrapping_mul(2_654_435_761) >> 7);
            let order = Order::new(&proper, &sequence);
            prop_assert_eq!(Counter::default().all(&proper, &order), brute_force(&proper, &order));
        }
    }
}
