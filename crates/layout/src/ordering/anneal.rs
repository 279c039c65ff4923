//! Simulated annealing (Kirkpatrick, Gelatt and Vecchi 1983) of an order: adjacent nodes in a layer are swapped at
//! random, also if that adds crossings, with decreasing probability. It finds orders that sweeps and sifting cannot,
//! because these only ever improve the current order.

use super::order::Order;
use crate::proper::Proper;

/// Initial temperature, in crossings.
const HOT: f64 = 2.0;
/// Factor from one stage to the next.
const COOLING: f64 = 0.93;
/// Number of stages; in the last one, almost no swap adds crossings.
const STAGES: u64 = 40;
/// Cost of a move in addition to the links it visits.
const MOVE: u64 = 4;

/// Pairs of links that are compared one by one, not by merging.
const FEW: usize = 12;

/// The links of every node on one side, sorted by the positions of the neighbours.
struct Side {
    start: Vec<u32>,
    links: Vec<(u32, u32)>,
    /// Weight of all links of a node.
    weight: Vec<i64>,
}

impl Side {
    fn new(proper: &Proper, order: &Order, up: bool) -> Self {
        let all = if up { &proper.up } else { &proper.down };
        let n = proper.nodes();
        let mut side = Side {
            start: Vec::with_capacity(n + 1),
            links: Vec::with_capacity(all.len()),
            weight: Vec::with_capacity(n),
        };
        side.start.push(0);
        for node in 0..n as u32 {
            let first = side.links.len();
            side.links.extend(all.weighted(node));
            side.links[first..].sort_unstable_by_key(|&(other, _)| order.pos[other as usize]);
            side.weight.push(side.links[first..].iter().map(|&(_, weight)| i64::from(weight)).sum());
            side.start.push(side.links.len() as u32);
        }
        side
    }

    fn range(&self, node: u32) -> std::ops::Range<usize> {
        self.start[node as usize] as usize..self.start[node as usize + 1] as usize
    }

    fn of(&self, node: u32) -> &[(u32, u32)] {
        &self.links[self.range(node)]
    }

    /// Returns what swapping `u` with the next node `v` adds to the crossings on this side, and whether they share a
    /// neighbour.
    fn change(&self, pos: &[u32], u: u32, v: u32) -> (i64, bool) {
        let (first, second) = (self.of(u), self.of(v));
        if first.is_empty() || second.is_empty() {
            return (0, false);
        }
        if first.len() * second.len() <= FEW {
            // Without a data-dependent branch, which would be mispredicted half of the time.
            let (mut change, mut shared) = (0i64, false);
            for &(a, weight) in first {
                let a = pos[a as usize];
                for &(b, other) in second {
                    let b = pos[b as usize];
                    change += (i64::from(a < b) - i64::from(a > b)) * i64::from(weight) * i64::from(other);
                    shared |= a == b;
                }
            }
            return (change, shared);
        }
        let (mut now, mut shared) = (0i64, 0i64);
        let (mut before, mut j) = (0i64, 0);
        for &(node, weight) in first {
            let place = pos[node as usize];
            while j < second.len() && pos[second[j].0 as usize] < place {
                before += i64::from(second[j].1);
                j += 1;
            }
            now += before * i64::from(weight);
            if j < second.len() && second[j].0 == node {
                shared += i64::from(second[j].1) * i64::from(weight);
            }
        }
        (self.weight[u as usize] * self.weight[v as usize] - shared - 2 * now, shared > 0)
    }

    /// Keeps the lists of the common neighbours sorted when `u` and `v` are swapped. `back` holds the links of those
    /// neighbours; `pos` is from before.
    fn follow(&self, back: &mut Side, pos: &[u32], u: u32, v: u32) {
        let (first, second) = (self.of(u), self.of(v));
        let mut j = 0;
        for &(node, _) in first {
            let place = pos[node as usize];
            while j < second.len() && pos[second[j].0 as usize] < place {
                j += 1;
            }
            if j < second.len() && second[j].0 == node {
                let range = back.range(node);
                let list = &mut back.links[range];
                let at = list.partition_point(|&(other, _)| pos[other as usize] < pos[u as usize]);
                if at + 1 < list.len() {
                    list.swap(at, at + 1);
                }
            }
        }
    }
}

/// Anneals `order` with a budget of about `work` links.
pub(super) fn anneal(proper: &Proper, order: &mut Order, work: u64, random: &mut u64) {
    // The positions of swaps: everywhere except at the end of a layer.
    let places: Vec<(u32, u32)> = (0..order.layers())
        .flat_map(|layer| (1..order.layer(layer).len() as u32).map(move |place| (layer, place - 1)))
        .collect();
    if places.is_empty() || proper.down.len() == 0 {
        return;
    }
    let (mut up, mut down) = (Side::new(proper, order, true), Side::new(proper, order, false));
    let total: i64 = down.weight.iter().sum();
    let mut temperature = HOT * total as f64 / proper.down.len() as f64;
    for _ in 0..STAGES {
        let (mut left, mut matters) = (work / STAGES, false);
        while left > 0 {
            let bits = super::random::next(random);
            let (layer, place) = places[(((bits >> 32) * places.len() as u64) >> 32) as usize];
            let row = order.layer(layer);
            let (u, v) = (row[place as usize], row[place as usize + 1]);
            let (above, common_above) = up.change(&order.pos, u, v);
            let (below, common_below) = down.change(&order.pos, u, v);
            let links = up.of(u).len() + up.of(v).len() + down.of(u).len() + down.of(v).len();
            left = left.saturating_sub(links as u64 + MOVE);
            let change = above.saturating_add(below);
            matters |= change != 0;
            if change > 0 && change as f64 > temperature * super::random::exponential(bits as u32) {
                continue;
            }
            if common_above {
                up.follow(&mut down, &order.pos, u, v);
            }
            if common_below {
                down.follow(&mut up, &order.pos, u, v);
            }
            order.exchange(layer, place);
        }
        // Between completely connected layers, every order has the same crossings.
        if !matters {
            return;
        }
        temperature *= COOLING;
    }
}

#[cfg(test)]
mod tests {
    use super::{Side, anneal};
    use crate::acyclic::break_cycles;
    use crate::layering::assign;
    use crate::ordering::crossings::Counter;
    use crate::ordering::{Order, random};
    use crate::proper::chains;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_swap_changes_the_crossings_as_predicted(
            edges in prop::collection::vec((0u32..14, 0u32..14), 1..50), moves in prop::collection::vec(any::<u32>(), 1..40),
        ) {
            let dag = break_cycles(14, &edges).dag;
            let proper = chains(&dag, assign(&dag));
            let mut order = Order::new(&proper, &(0..proper.nodes() as u32).collect::<Vec<_>>());
            let (mut up, mut down) = (Side::new(&proper, &order, true), Side::new(&proper, &order, false));
            let mut crossings = Counter::default().all(&proper, &order) as i64;
            for bits in moves {
                let layer = bits % order.layers();
                let row = order.layer(layer);
                if row.len() < 2 {
                    continue;
                }
                let place = (bits >> 8) % (row.len() as u32 - 1);
                let (u, v) = (row[place as usize], row[place as usize + 1]);
                crossings += up.change(&order.pos, u, v).0 + down.change(&order.pos, u, v).0;
                up.follow(&mut down, &order.pos, u, v);
                down.follow(&mut up, &order.pos, u, v);
                order.exchange(layer, place);
                prop_assert_eq!(Counter::default().all(&proper, &order) as i64, crossings);
            }
        }
    }

    #[test]
    fn annealing_leaves_a_dead_end() {
        // Two triples that stand in the wrong order: no single exchange gains, as each node hangs on both of its layers.
        let edges: Vec<(u32, u32)> = (0..3).flat_map(|i| [(i, 3 + i), (3 + i, 8 - i), (i, 9 + i)]).collect();
        let dag = break_cycles(12, &edges).dag;
        let proper = chains(&dag, assign(&dag));
        let mut order = Order::new(&proper, &(0..proper.nodes() as u32).collect::<Vec<_>>());
        let before = Counter::default().all(&proper, &order);
        anneal(&proper, &mut order, 200_000, &mut random::SEED.clone());
        let after = Counter::default().all(&proper, &order);
        assert!(before > 0 && after == 0, "{before} crossings, then {after}");
    }
}
