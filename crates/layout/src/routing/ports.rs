//! Where edges leave and enter the boxes: spread over the middle of the border in the order in which they fan out, so
//! that they neither meet in one point nor cross each other on the way.

use super::plan::Plan;
use crate::graph::{Groups, NONE};

/// The part of a border that ports are spread over.
const SPREAD: f64 = 0.6;
/// Largest distance between two ports, px.
const STEP: f64 = 10.0;

/// Coordinates across the flow, per edge: where it leaves the earlier layer's node, and where it enters the later's.
pub(super) fn ports(plan: &Plan) -> Vec<(f64, f64)> {
    let Plan { edges, acyclic, proper, places, .. } = *plan;
    let mut ports = vec![(0.0, 0.0); edges.len()];
    let end = |at: &[u32]| -> Vec<u32> {
        acyclic.bundle.iter().map(|&b| if b == NONE { NONE } else { at[b as usize] }).collect()
    };
    let nodes = plan.sizes.len();
    let (leaving, entering) =
        (Groups::new(nodes, &end(&acyclic.dag.tail)), Groups::new(nodes, &end(&acyclic.dag.head)));
    let mut fan: Vec<(f64, u32)> = Vec::new();
    for node in 0..nodes as u32 {
        for out in [true, false] {
            let group = if out { leaving.of(node) } else { entering.of(node) };
            fan.clear();
            fan.extend(group.iter().map(|&edge| {
                let bundle = acyclic.bundle[edge as usize] as usize;
                let next = match (proper.chain[bundle], out) {
                    ((_, 0), true) => acyclic.dag.head[bundle],
                    ((_, 0), false) => acyclic.dag.tail[bundle],
                    ((first, _), true) => first,
                    ((first, inner), false) => first + inner - 1,
                };
                (places.across[next as usize], edge)
            }));
            fan.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let step = STEP.min(plan.sizes[node as usize].across * SPREAD / fan.len().max(1) as f64);
            for (i, &(_, edge)) in fan.iter().enumerate() {
                let offset = (i as f64 - (fan.len() as f64 - 1.0) / 2.0) * step;
                let port = places.across[node as usize] + offset;
                if out {
                    ports[edge as usize].0 = port;
                } else {
                    ports[edge as usize].1 = port;
                }
            }
        }
    }
    ports
}
