//! Sets the nodes of wide layers side by side: where a drawing is much higher than long, neighbours within a layer become
//! one box of several nodes in a row, and the graph of these boxes is laid out in place of the first.
//!
//! Within a row edges keep off the nodes: one that enters at the beginning runs in a channel before the nodes to the gap
//! before its own, one that leaves runs in a channel behind them to the end.

use crate::folding::{height, rounded};
use crate::placing::{Axes, Gaps};
use crate::routing::{Drawing, draw_loops};

/// A drawing is left as it is that is no higher than this many times its length, or than this part of a page.
const HIGH: f64 = 2.0;
const PART: f64 = 0.6;
/// Target ratio of height to length.
const WANTED: f64 = 0.9;
/// Free space between two nodes of a row, before the first and behind the last, and thickness of a channel, px.
const INNER: f64 = 24.0;
const PAD: f64 = 14.0;
const CHANNEL: f64 = 10.0;

/// Nodes in rows.
pub(crate) struct Rows {
    /// The nodes of each row.
    rows: Vec<Vec<u32>>,
    /// The row of each node.
    of: Vec<u32>,
    /// The box of each row.
    pub(crate) sizes: Vec<Axes>,
    /// The edges between rows; self-loops are left out.
    pub(crate) edges: Vec<(u32, u32)>,
    /// The edge of the graph that each of them is.
    edge: Vec<u32>,
}

impl Rows {
    /// The rows for a drawing that is too high; `None` for any other. O(n log n + m).
    pub(crate) fn new(
        drawing: &Drawing,
        edges: &[(u32, u32)],
        sizes: &[Axes],
        gaps: Gaps,
        page: f64,
    ) -> Option<Rows> {
        let count = drawing.layer.iter().max().map_or(0, |most| *most as usize + 1);
        let mut layers: Vec<Vec<u32>> = vec![Vec::new(); count];
        drawing.layer.iter().enumerate().for_each(|(v, &layer)| layers[layer as usize].push(v as u32));
        let longest = |layer: &[u32]| layer.iter().map(|&v| sizes[v as usize].along).fold(0.0, f64::max);
        let high = |layer: &[u32]| layer.iter().map(|&v| sizes[v as usize].across + gaps.node).sum::<f64>();
        // The thickness of each layer, its height, and its height with the channels of rows.
        let measured: Vec<(f64, f64, f64)> = layers
            .iter()
            .map(|layer| (longest(layer), high(layer), high(layer) + 2.0 * CHANNEL * layer.len() as f64))
            .collect();
        let length: f64 = measured.iter().map(|m| m.0 + gaps.layer).sum();
        let highest = measured.iter().map(|m| m.1).fold(0.0, f64::max);
        // Edges that pass a layer take room in it, too.
        let drawn = height(drawing, sizes);
        if page <= 0.0 || drawn <= HIGH * length || drawn <= PART * page {
            return None;
        }
        let per_row = |target: f64| {
            let of = |m: &(f64, f64, f64)| if m.1 <= target { 1.0 } else { (m.2 / target).ceil() };
            measured.iter().map(of).collect::<Vec<f64>>()
        };
        let long = |counts: &[f64]| {
            let of = |(m, k): (&(f64, f64, f64), &f64)| m.0 * k + INNER * (k - 1.0) + 2.0 * PAD + gaps.layer;
            measured.iter().zip(counts).map(of).sum::<f64>()
        };
        let mut target = highest;
        let mut counts = per_row(target);
        while target > WANTED * long(&counts) && target > 1.0 {
            target *= 0.85;
            counts = per_row(target);
        }
        let mut rows = Vec::new();
        for (layer, k) in layers.iter_mut().zip(counts) {
            let across = |v: &u32| drawing.nodes[*v as usize].across;
            layer.sort_by(|a, b| across(a).total_cmp(&across(b)).then(a.cmp(b)));
            rows.extend(layer.chunks((k as usize).max(1)).map(<[u32]>::to_vec));
        }
        Some(Rows::of(rows, edges, sizes))
    }

    fn of(rows: Vec<Vec<u32>>, edges: &[(u32, u32)], sizes: &[Axes]) -> Rows {
        let mut of = vec![0; sizes.len()];
        for (r, row) in rows.iter().enumerate() {
            row.iter().for_each(|&v| of[v as usize] = r as u32);
        }
        let size = |row: &Vec<u32>| match row[..] {
            [only] => sizes[only as usize],
            _ => Axes {
                along: row.iter().map(|&v| sizes[v as usize].along).sum::<f64>()
                    + INNER * (row.len() - 1) as f64
                    + 2.0 * PAD,
                across: row.iter().map(|&v| sizes[v as usize].across).fold(0.0, f64::max) + 2.0 * CHANNEL,
            },
        };
        let boxes = rows.iter().map(size).collect();
        let between = |&(_, &(a, b)): &(usize, &(u32, u32))| a != b;
        let (edge, edges) = edges
            .iter()
            .enumerate()
            .filter(between)
            .map(|(e, &(a, b))| (e as u32, (of[a as usize], of[b as usize])))
            .unzip();
        Rows { rows, of, sizes: boxes, edges, edge }
    }

    /// The drawing of the nodes from the drawing of their rows.
    pub(crate) fn unfold(
        &self,
        drawn: &Drawing,
        edges: &[(u32, u32)],
        sizes: &[Axes],
        gaps: Gaps,
    ) -> Drawing {
        let mut nodes = vec![Axes { along: 0.0, across: 0.0 }; sizes.len()];
        // The position of each node in its row.
        let mut place = vec![0usize; sizes.len()];
        for (r, row) in self.rows.iter().enumerate() {
            let centre = drawn.nodes[r];
            if let [only] = row[..] {
                nodes[only as usize] = centre;
                continue;
            }
            let mut at = centre.along - self.sizes[r].along / 2.0 + PAD;
            for (i, &v) in row.iter().enumerate() {
                let along = sizes[v as usize].along;
                nodes[v as usize] = Axes { along: at + along / 2.0, across: centre.across };
                place[v as usize] = i;
                at += along + INNER;
            }
        }
        let mut routes = vec![Vec::new(); edges.len()];
        let mut reversed = vec![false; edges.len()];
        for (i, &e) in self.edge.iter().enumerate() {
            let (a, b) = edges[e as usize];
            let line = &drawn.routes[i];
            reversed[e as usize] = drawn.reversed[i];
            let (Some(&start), Some(&end)) = (line.first(), line.last()) else { continue };
            let leg = |v: u32, at: Axes| {
                self.leg(drawn, v, place[v as usize], nodes[v as usize], sizes[v as usize], at)
            };
            let mut whole = leg(a, start);
            whole.reverse();
            whole.extend(line.iter().skip(usize::from(!whole.is_empty())));
            whole.extend(leg(b, end).into_iter().skip(1));
            routes[e as usize] = whole;
        }
        let loops: Vec<(u32, u32)> =
            edges.iter().enumerate().filter(|(_, (a, b))| a == b).map(|(e, &(a, _))| (e as u32, a)).collect();
        draw_loops(&loops, &nodes, sizes, gaps.node, &mut routes);
        let layer = self.of.iter().map(|&r| drawn.layer[r as usize]).collect();
        Drawing { nodes, layer, routes, reversed }
    }

    /// From a place on the border of a row to the node; empty where the node is all of its row.
    fn leg(&self, drawn: &Drawing, node: u32, place: usize, centre: Axes, size: Axes, at: Axes) -> Vec<Axes> {
        let row = self.of[node as usize] as usize;
        let count = self.rows[row].len();
        if count < 2 {
            return Vec::new();
        }
        let (middle, extent) = (drawn.nodes[row], self.sizes[row]);
        // Edges at the beginning of a row use the channel before its nodes, those at its end the other.
        let side = if at.along < middle.along { -1.0 } else { 1.0 };
        let steps = if side < 0.0 { place } else { count - 1 - place };
        let inner = at.along - side * PAD / 2.0;
        let border = centre.along + side * size.along / 2.0;
        let point = |along: f64, across: f64| Axes { along, across };
        if steps == 0 {
            let last = point(border, centre.across);
            return rounded(&[at, point(inner, at.across), point(inner, centre.across), last]);
        }
        let part = (steps as f64 + 0.5) / count as f64;
        let channel = middle.across + side * (extent.across / 2.0 - CHANNEL * (0.2 + 0.6 * part));
        let before = border + side * INNER / 2.0;
        rounded(&[
            at,
            point(inner, at.across),
            point(inner, channel),
            point(before, channel),
            point(before, centre.across),
            point(border, centre.across),
        ])
    }
}
