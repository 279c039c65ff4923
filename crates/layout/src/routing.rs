//! Stage 5: draws the edges as smooth lines through the places of their dummies.
//!
//! Within the thickness of a layer an edge keeps to the free lane that its dummy was given; all bending happens in the
//! gaps between layers, where no node stands. So no edge that has its dummies runs through a foreign node.

mod plan;
mod ports;
mod spline;

use crate::graph::NONE;
use crate::placing::Axes;
pub(crate) use plan::Plan;

/// What this stage hands over: the drawing of one component, along and across the flow.
pub(crate) struct Drawing {
    /// Centre of each node.
    pub(crate) nodes: Vec<Axes>,
    /// Layer of each node.
    pub(crate) layer: Vec<u32>,
    /// Control points of each edge, from its first node to its second.
    pub(crate) routes: Vec<Vec<Axes>>,
    /// Whether each edge goes against the flow.
    pub(crate) reversed: Vec<bool>,
}

/// Draws all edges of a component. O(m log m + control points).
pub(crate) fn route(plan: &Plan) -> Drawing {
    let Plan { edges, sizes, acyclic, proper, places, .. } = *plan;
    let ports = ports::ports(plan);
    let free = lanes(plan);
    let mut routes: Vec<Vec<Axes>> = (0..edges.len())
        .map(|edge| match acyclic.bundle[edge] {
            NONE => Vec::new(),
            bundle => {
                let mut line = flow_line(plan, &free, bundle, ports[edge]);
                if acyclic.reversed[edge] {
                    line.reverse();
                }
                line
            }
        })
        .collect();

    let nodes: Vec<Axes> = (0..sizes.len())
        .map(|v| Axes { along: places.along[proper.layer[v] as usize], across: places.across[v] })
        .collect();
    let loops: Vec<(u32, u32)> = edges
        .iter()
        .enumerate()
        .filter(|&(edge, _)| acyclic.bundle[edge] == NONE)
        .map(|(edge, &(node, _))| (edge as u32, node))
        .collect();
    draw_loops(&loops, &nodes, sizes, plan.gaps.node, &mut routes);
    Drawing { nodes, layer: proper.layer[..sizes.len()].to_vec(), routes, reversed: acyclic.reversed.clone() }
}

/// The line of one edge down the flow, through its dummies.
fn flow_line(plan: &Plan, free: &[(f64, f64)], bundle: u32, (start, end): (f64, f64)) -> Vec<Axes> {
    let Plan { sizes, acyclic, proper, places, .. } = *plan;
    let (tail, head) = (acyclic.dag.tail[bundle as usize], acyclic.dag.head[bundle as usize]);
    let band = |node: u32| {
        let layer = proper.layer[node as usize] as usize;
        (
            places.along[layer] - places.thickness[layer] / 2.0,
            places.along[layer] + places.thickness[layer] / 2.0,
        )
    };
    let border = |node: u32, side: f64| {
        places.along[proper.layer[node as usize] as usize] + side * sizes[node as usize].along / 2.0
    };
    let stop = |across: f64, (from, to): (f64, f64), free| spline::Stop { across, from, to, free };

    let (first, inner) = proper.chain[bundle as usize];
    let mut stops = Vec::with_capacity(inner as usize + 2);
    stops.push(stop(start, (border(tail, 1.0), band(tail).1), (start, start)));
    for dummy in first..first + inner {
        stops.push(stop(places.across[dummy as usize], band(dummy), free[(dummy - proper.real) as usize]));
    }
    stops.push(stop(end, (band(head).0, border(head, -1.0)), (end, end)));
    spline::through(&stops)
}

/// The free lane around each dummy: as far as the next node's box on either side, less a quarter of the gap.
fn lanes(plan: &Plan) -> Vec<(f64, f64)> {
    let Plan { sizes, proper, order, places, gaps, .. } = *plan;
    let margin = gaps.node / 4.0;
    let mut free = vec![(f64::NEG_INFINITY, f64::INFINITY); proper.nodes() - proper.real as usize];
    for layer in 0..order.layers() {
        let row = order.layer(layer);
        let mut wall = f64::NEG_INFINITY;
        for &node in row {
            if proper.dummy(node) {
                free[(node - proper.real) as usize].0 = wall.min(places.across[node as usize]);
            } else {
                wall = places.across[node as usize] + sizes[node as usize].across / 2.0 + margin;
            }
        }
        let mut wall = f64::INFINITY;
        for &node in row.iter().rev() {
            if proper.dummy(node) {
                free[(node - proper.real) as usize].1 = wall.max(places.across[node as usize]);
            } else {
                wall = places.across[node as usize] - sizes[node as usize].across / 2.0 - margin;
            }
        }
    }
    free
}

/// Least reach of a self-loop, px, where the gap leaves no room.
const LOOP_REACH: f64 = 6.0;

/// Draws self-loops, given as (edge, node), at the far side of their nodes across the flow; several at one node lie
/// inside each other.
pub(crate) fn draw_loops(
    loops: &[(u32, u32)],
    nodes: &[Axes],
    sizes: &[Axes],
    gap: f64,
    routes: &mut [Vec<Axes>],
) {
    let mut total = std::collections::BTreeMap::<u32, (u32, u32)>::new();
    for &(_, node) in loops {
        total.entry(node).or_default().0 += 1;
    }
    for &(edge, node) in loops {
        let Some((count, done)) = total.get_mut(&node) else { continue };
        *done += 1;
        let part = f64::from(*done) / f64::from(*count);
        let (centre, size) = (nodes[node as usize], sizes[node as usize]);
        let side = centre.across + size.across / 2.0;
        // The curve reaches three quarters of the way to its control points: it stays clear of the neighbour.
        let out = side + part * (gap * 0.8).max(LOOP_REACH);
        let (before, after) =
            (centre.along - part * size.along / 4.0, centre.along + part * size.along / 4.0);
        let wide = part * size.along / 8.0;
        routes[edge as usize] = vec![
            Axes { along: before, across: side },
            Axes { along: before - wide, across: out },
            Axes { along: after + wide, across: out },
            Axes { along: after, across: side },
        ];
    }
}
