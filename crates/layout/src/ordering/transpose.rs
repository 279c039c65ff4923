//! Swaps of adjacent nodes that remove crossings.

use super::order::Order;
use crate::proper::Proper;

/// Maximum number of rounds over one layer; most layers are stable after two or three.
const ROUNDS: usize = 12;

/// Scratch space: for every place of the layer at hand, the sorted places of the neighbours on both sides.
#[derive(Default)]
pub(super) struct Exchanger {
    start: Vec<u32>,
    middle: Vec<u32>,
    places: Vec<(u32, u32)>,
    row: Vec<u32>,
    fresh: Vec<bool>,
}

impl Exchanger {
    /// Swaps adjacent nodes in one layer until nothing is gained or the work is used up. Returns the number of removed
    /// crossings. With `turn_equals`, pairs for which it makes no difference are swapped once.
    pub(super) fn exchange(
        &mut self,
        proper: &Proper,
        order: &mut Order,
        layer: u32,
        turn_equals: bool,
        work: &mut u64,
    ) -> u64 {
        let width = order.layer(layer).len();
        if width < 2 {
            return 0;
        }
        self.look_up(proper, order, layer);
        *work = work.saturating_sub(4 * (self.places.len() + width) as u64);
        self.row.clear();
        self.row.extend(0..width as u32);
        self.fresh.clear();
        self.fresh.resize(width, true);

        let mut gained = 0;
        let mut any = false;
        for round in 0..ROUNDS {
            let mut changed = false;
            for i in 0..width - 1 {
                if !self.fresh[i] {
                    continue;
                }
                if *work == 0 {
                    break;
                }
                self.fresh[i] = false;
                let (u, v) = (self.row[i], self.row[i + 1]);
                let (now, then, cost) = self.compare(u, v);
                *work = work.saturating_sub(cost);
                if then < now || (then == now && turn_equals && round == 0) {
                    self.row.swap(i, i + 1);
                    gained += now - then;
                    any = true;
                    if then < now {
                        changed = true;
                        self.fresh[i.saturating_sub(1)] = true;
                        self.fresh[i + 1] = true;
                    }
                }
            }
            if !changed || *work == 0 {
                break;
            }
        }
        if any {
            let nodes: Vec<u32> = self.row.iter().map(|&i| order.layer(layer)[i as usize]).collect();
            order.set_layer(layer, &nodes);
        }
        gained
    }

    /// Moves every node of a layer, one after the other, to the best place within `reach` of its own (sifting, after
    /// Matuszewski, Schönfeld and Molitor 1999); returns how many crossings were taken away.
    pub(super) fn sift(
        &mut self,
        proper: &Proper,
        order: &mut Order,
        layer: u32,
        reach: usize,
        work: &mut u64,
    ) -> u64 {
        let width = order.layer(layer).len();
        if width < 3 {
            return 0;
        }
        self.look_up(proper, order, layer);
        *work = work.saturating_sub(4 * (self.places.len() + width) as u64);
        self.row.clear();
        self.row.extend(0..width as u32);
        let mut gained = 0;
        for node in 0..width as u32 {
            // Nodes move only short distances, so the node is close to its old position.
            let Some(at) = self.row.iter().position(|&other| other == node) else { continue };
            let (mut best, mut to) = (0i64, at);
            let mut sum = 0i64;
            for i in (at.saturating_sub(reach)..at).rev() {
                let (now, then, cost) = self.compare(self.row[i], node);
                *work = work.saturating_sub(cost);
                sum += then as i64 - now as i64;
                if sum < best {
                    (best, to) = (sum, i);
                }
            }
            sum = 0;
            for i in at + 1..width.min(at + reach + 1) {
                let (now, then, cost) = self.compare(node, self.row[i]);
                *work = work.saturating_sub(cost);
                sum += then as i64 - now as i64;
                if sum < best {
                    (best, to) = (sum, i);
                }
            }
            if to < at {
                self.row[to..=at].rotate_right(1);
            } else {
                self.row[at..=to].rotate_left(1);
            }
            gained += best.unsigned_abs();
            if *work == 0 {
                break;
            }
        }
        if gained > 0 {
            let nodes: Vec<u32> = self.row.iter().map(|&i| order.layer(layer)[i as usize]).collect();
            order.set_layer(layer, &nodes);
        }
        gained
    }

    fn look_up(&mut self, proper: &Proper, order: &Order, layer: u32) {
        self.start.clear();
        self.middle.clear();
        self.places.clear();
        for &node in order.layer(layer) {
            let start = self.places.len();
            self.start.push(start as u32);
            self.places.extend(proper.up.weighted(node).map(|(v, w)| (order.pos[v as usize], w)));
            self.places[start..].sort_unstable();
            let middle = self.places.len();
            self.middle.push(middle as u32);
            self.places.extend(proper.down.weighted(node).map(|(v, w)| (order.pos[v as usize], w)));
            self.places[middle..].sort_unstable();
        }
        self.start.push(self.places.len() as u32);
    }

    /// Returns the crossings of two nodes' links with `u` before `v`, with `v` before `u`, and the cost of computing
    /// them.
    fn compare(&self, u: u32, v: u32) -> (u64, u64, u64) {
        let part = |i: u32| {
            let i = i as usize;
            let (start, middle, end) =
                (self.start[i] as usize, self.middle[i] as usize, self.start[i + 1] as usize);
            (&self.places[start..middle], &self.places[middle..end])
        };
        let ((u_up, u_down), (v_up, v_down)) = (part(u), part(v));
        let (a, b) = pair(u_up, v_up);
        let (c, d) = pair(u_down, v_down);
        (a + c, b + d, (u_up.len() + v_up.len() + u_down.len() + v_down.len()) as u64)
    }
}

/// Crossings between the links of two nodes on one side, in both orders, by merging.
fn pair(u: &[(u32, u32)], v: &[(u32, u32)]) -> (u64, u64) {
    if let ([a], [b]) = (u, v) {
        let both = u64::from(a.1) * u64::from(b.1);
        return if a.0 > b.0 {
            (both, 0)
        } else if a.0 < b.0 {
            (0, both)
        } else {
            (0, 0)
        };
    }
    (inversions(u, v), inversions(v, u))
}

/// Weight of the pairs where the first one's place is greater than the second one's.
fn inversions(first: &[(u32, u32)], second: &[(u32, u32)]) -> u64 {
    let (mut sum, mut smaller, mut j) = (0u64, 0u64, 0);
    for &(place, weight) in first {
        while j < second.len() && second[j].0 < place {
            smaller += u64::from(second[j].1);
            j += 1;
        }
        sum = sum.saturating_add(smaller.saturating_mul(u64::from(weight)));
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::pair;

    #[test]
    fn both_orders_are_counted() {
        assert_eq!(pair(&[(3, 1)], &[(1, 2)]), (2, 0));
        assert_eq!(pair(&[(3, 1)], &[(3, 5)]), (0, 0));
        assert_eq!(pair(&[(0, 1), (4, 1), (6, 1)], &[(2, 1), (4, 3)]), (1 + 4, 1 + 3));
        assert_eq!(pair(&[], &[(2, 1)]), (0, 0));
    }
}
