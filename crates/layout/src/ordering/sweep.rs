//! One sweep: layer by layer, nodes are sorted by the positions of their neighbours in the previous layer.

use super::order::Order;
use crate::proper::Proper;

/// The options of a sweep.
#[derive(Clone, Copy)]
pub(super) struct Sweep {
    /// From the first layer to the last, or back.
    pub(super) down: bool,
    /// By the median of the neighbours (Gansner et al. 1993), or by their mean (Sugiyama et al. 1981).
    pub(super) median: bool,
    /// Whether nodes with equal positions swap, which leads out of dead ends.
    pub(super) turn_equals: bool,
}

/// Scratch space.
#[derive(Default)]
pub(super) struct Sorter {
    places: Vec<u32>,
    wishes: Vec<(f64, u32, u32)>,
    layer: Vec<u32>,
}

impl Sorter {
    /// Sorts one layer by the layer before it in the direction of the sweep. Nodes without a neighbour there stay
    /// where they are.
    pub(super) fn sort_layer(&mut self, proper: &Proper, order: &mut Order, layer: u32, sweep: Sweep) {
        let links = if sweep.down { &proper.up } else { &proper.down };
        self.wishes.clear();
        self.layer.clear();
        self.layer.extend_from_slice(order.layer(layer));
        for (place, &node) in self.layer.iter().enumerate() {
            let wish = if links.of(node).is_empty() {
                continue;
            } else if sweep.median {
                self.places.clear();
                self.places.extend(links.of(node).iter().map(|&v| order.pos[v as usize]));
                self.places.sort_unstable();
                median(&self.places)
            } else {
                let (sum, weight) = links.weighted(node).fold((0.0, 0.0), |(sum, weight), (v, w)| {
                    (sum + f64::from(order.pos[v as usize]) * f64::from(w), weight + f64::from(w))
                });
                sum / weight
            };
            let tie = if sweep.turn_equals { u32::MAX - place as u32 } else { place as u32 };
            self.wishes.push((wish, tie, node));
        }
        self.wishes.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut sorted = self.wishes.iter();
        for slot in &mut self.layer {
            if !links.of(*slot).is_empty()
                && let Some(&(_, _, node)) = sorted.next()
            {
                *slot = node;
            }
        }
        order.set_layer(layer, &self.layer);
    }
}

/// The weighted median of Gansner et al.: between the two middle places, closer to the side that is packed tighter.
fn median(places: &[u32]) -> f64 {
    let at = |i: usize| f64::from(places[i]);
    let (len, middle) = (places.len(), places.len() / 2);
    if len % 2 == 1 {
        at(middle)
    } else if len == 2 {
        (at(0) + at(1)) / 2.0
    } else {
        let (left, right) = (at(middle - 1) - at(0), at(len - 1) - at(middle));
        if left + right == 0.0 {
            at(middle)
        } else {
            (at(middle - 1) * right + at(middle) * left) / (left + right)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_leans_to_the_tighter_side() {
        assert_eq!(median(&[4]), 4.0);
        assert_eq!(median(&[4, 9]), 6.5);
        assert_eq!(median(&[1, 4, 9]), 4.0);
        assert_eq!(median(&[0, 1, 5, 12]), (7.0 + 5.0) / 8.0);
        assert_eq!(median(&[3, 3, 3, 3]), 3.0);
    }
}
