//! Moves single nodes within their layers such that fewer edges cross when each is drawn straight from centre to centre.
//!
//! Orders are chosen by the crossings of links between neighbouring layers, which says little about long edges drawn
//! straight: these depend on the distances as well. Orders and least distances stay, so drawn lines cross no more often.

use super::spacing::{Axes, Spacing};
use super::{Places, keep_apart, settle};
use crate::ordering::Order;

/// Rounds over all nodes.
const ROUNDS: usize = 40;
/// Number of positions that are tried for a node.
const POSITIONS: u32 = 24;
/// How far nodes may move beyond the first and the last, as a fraction of the width of the drawing.
const OUTWARDS: f64 = 0.06;
/// Rounds in which the dummies follow.
const FOLLOWING: u64 = 6;

/// Moves nodes while that removes crossings, with a budget of about `work` pairs of edges. `edges` holds pairs of nodes.
pub(crate) fn untangle(
    order: &Order,
    spacing: &Spacing,
    edges: &[(u32, u32)],
    places: &mut Places,
    mut work: u64,
) {
    if (edges.len() as u64).saturating_pow(2) > work {
        return;
    }
    let proper = spacing.proper;
    let along: Vec<f64> = (0..proper.real).map(|v| places.along[proper.layer[v as usize] as usize]).collect();
    let pairs = Pairs::new(proper.real, edges, &along);
    let borders = [true, false].map(|is_left| border(order, spacing, &places.across, is_left));
    let outwards = (borders[1] - borders[0]) * OUTWARDS;
    let borders = [borders[0] - outwards, borders[1] + outwards];
    let mut has_moved = false;
    for _ in 0..ROUNDS {
        let mut moves = false;
        for row in (0..order.layers()).map(|layer| order.layer(layer)) {
            for (place, &node) in row.iter().enumerate() {
                if proper.dummy(node) || pairs.of(node).is_empty() {
                    continue;
                }
                let cost = pairs.of(node).len() as u64 * u64::from(POSITIONS);
                if work < cost {
                    return finish(order, spacing, places, has_moved);
                }
                let now = places.across[node as usize];
                let before = pairs.crossings(node, now, &places.across, &along);
                work -= (cost / u64::from(POSITIONS)).max(1);
                if before == 0 {
                    continue;
                }
                work -= cost - cost / u64::from(POSITIONS);
                let (low, high) = room(row, place, spacing, &places.across, borders);
                let tried = (0..POSITIONS)
                    .map(|i| low + (high - low) * f64::from(i) / f64::from(POSITIONS - 1))
                    .map(|x| (pairs.crossings(node, x, &places.across, &along), (x - now).abs(), x));
                let best = tried.min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
                if let Some((_, _, x)) = best.filter(|best| best.0 < before && low < high) {
                    places.across[node as usize] = x;
                    push(row, place, spacing, &mut places.across);
                    moves = true;
                }
            }
        }
        has_moved |= moves;
        if !moves {
            break;
        }
    }
    finish(order, spacing, places, has_moved);
}

/// Straightens the chains of dummies between nodes that have moved.
fn finish(order: &Order, spacing: &Spacing, places: &mut Places, has_moved: bool) {
    if has_moved {
        settle::settle_dummies(spacing.proper, order, spacing, &mut places.across, FOLLOWING);
        keep_apart(order, spacing, &mut places.across);
    }
}

/// Returns the left or right border of the drawing, across the flow.
fn border(order: &Order, spacing: &Spacing, across: &[f64], is_left: bool) -> f64 {
    let rows = (0..order.layers()).map(|layer| order.layer(layer));
    let ends = rows.filter_map(|row| if is_left { row.first() } else { row.last() });
    let border = |v: &u32| across[*v as usize] + spacing.half(*v) * if is_left { -1.0 } else { 1.0 };
    let ends = ends.map(border);
    if is_left { ends.fold(f64::INFINITY, f64::min) } else { ends.fold(f64::NEG_INFINITY, f64::max) }
}

/// Returns the first and last position of a node between the real nodes beside it, or the borders;
/// dummies make way.
fn room(row: &[u32], place: usize, spacing: &Spacing, across: &[f64], borders: [f64; 2]) -> (f64, f64) {
    let taken = |row: &[u32]| row.iter().map(|v| 2.0 * spacing.half(*v)).sum::<f64>();
    let half = spacing.half(row[place]);
    let mut low = borders[0] + taken(&row[..place]) + half;
    let mut high = borders[1] - taken(&row[place + 1..]) - half;
    let mut apart = 0.0;
    for pair in row[..=place].windows(2).rev() {
        apart += spacing.apart(pair[0], pair[1]);
        if !spacing.proper.dummy(pair[0]) {
            low = across[pair[0] as usize] + apart;
            break;
        }
    }
    apart = 0.0;
    for pair in row[place..].windows(2) {
        apart += spacing.apart(pair[0], pair[1]);
        if !spacing.proper.dummy(pair[1]) {
            high = across[pair[1] as usize] - apart;
            break;
        }
    }
    (low, high)
}

/// Pushes the dummies beside a node that has moved out of its way.
fn push(row: &[u32], place: usize, spacing: &Spacing, across: &mut [f64]) {
    for pair in row[..=place].windows(2).rev() {
        let most = across[pair[1] as usize] - spacing.apart(pair[0], pair[1]);
        across[pair[0] as usize] = across[pair[0] as usize].min(most);
    }
    for pair in row[place..].windows(2) {
        let least = across[pair[0] as usize] + spacing.apart(pair[0], pair[1]);
        across[pair[1] as usize] = across[pair[1] as usize].max(least);
    }
}

/// For each node, its edges with the edges that they may cross: those that share no node and overlap along the flow.
struct Pairs {
    start: Vec<u32>,
    all: Vec<(Edge, Edge)>,
}

type Edge = (u32, u32);

impl Pairs {
    /// O(m²).
    fn new(nodes: u32, edges: &[Edge], along: &[f64]) -> Pairs {
        let mut of: Vec<Vec<Edge>> = vec![Vec::new(); nodes as usize];
        for &edge in edges.iter().filter(|e| e.0 != e.1) {
            of[edge.0 as usize].push(edge);
            of[edge.1 as usize].push(edge);
        }
        let span = |e: Edge| {
            let (a, b) = (along[e.0 as usize], along[e.1 as usize]);
            (a.min(b), a.max(b))
        };
        let may_cross = |a: Edge, b: Edge| {
            let (x, y) = (span(a), span(b));
            ![b.0, b.1].contains(&a.0) && ![b.0, b.1].contains(&a.1) && x.0 < y.1 && y.0 < x.1
        };
        let mut pairs = Pairs { start: vec![0], all: Vec::new() };
        for own in of {
            for edge in own {
                pairs.all.extend(edges.iter().filter(|other| may_cross(edge, **other)).map(|o| (edge, *o)));
            }
            pairs.start.push(pairs.all.len() as u32);
        }
        pairs
    }

    fn of(&self, node: u32) -> &[(Edge, Edge)] {
        &self.all[self.start[node as usize] as usize..self.start[node as usize + 1] as usize]
    }

    /// Returns the crossings of a node's edges with the node at `x`.
    fn crossings(&self, node: u32, x: f64, across: &[f64], along: &[f64]) -> usize {
        let at = |v: u32| Axes {
            across: if v == node { x } else { across[v as usize] },
            along: along[v as usize],
        };
        let cross = |&&((a, b), (c, d)): &&(Edge, Edge)| crosses((at(a), at(b)), (at(c), at(d)));
        self.of(node).iter().filter(cross).count()
    }
}

/// Returns whether two lines cross between their ends.
fn crosses((a, b): (Axes, Axes), (c, d): (Axes, Axes)) -> bool {
    let side = |p: Axes, q: Axes, r: Axes| {
        (q.across - p.across) * (r.along - p.along) - (q.along - p.along) * (r.across - p.across)
    };
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

#[cfg(test)]
mod tests {
    use super::super::{Axes, Gaps, place};
    use super::{Spacing, untangle};
    use crate::acyclic::break_cycles;
    use crate::layering::assign;
    use crate::ordering::order;
    use crate::proper::chains;
    use crate::quality::straight_crossings;
    use crate::request::Point;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn moving_nodes_removes_crossings_and_keeps_orders_and_distances(
            edges in prop::collection::vec((0u32..20, 0u32..20), 1..70),
        ) {
            let acyclic = break_cycles(20, &edges);
            let proper = chains(&acyclic.dag, assign(&acyclic.dag));
            let order = order(&proper, 0);
            let sizes = vec![Axes { along: 36.0, across: 120.0 }; 20];
            let gaps = Gaps { layer: 40.0, node: 20.0 };
            let mut places = place(&proper, &order, &sizes, gaps);
            let count = |places: &super::Places| {
                let point = |v: usize| Point {
                    x: places.across[v] as f32,
                    y: places.along[proper.layer[v] as usize] as f32,
                };
                straight_crossings(&(0..20).map(point).collect::<Vec<_>>(), &edges)
            };
            let before = count(&places);
            let spacing = Spacing { proper: &proper, sizes: &sizes, gap: gaps.node };
            untangle(&order, &spacing, &edges, &mut places, 1_000_000);
            prop_assert!(count(&places) <= before, "{} after {before}", count(&places));
            for layer in 0..order.layers() {
                for pair in order.layer(layer).windows(2) {
                    let apart = places.across[pair[1] as usize] - places.across[pair[0] as usize];
                    prop_assert!(apart >= spacing.apart(pair[0], pair[1]) - 1e-6, "{apart}");
                }
            }
        }
    }
}
