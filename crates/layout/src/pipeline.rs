//! Runs the stages for every component and joins the results.

use crate::acyclic::break_cycles;
use crate::components::{Components, split};
use crate::folding::fold;
use crate::layering::assign;
use crate::ordering::order;
use crate::packing::shelves;
use crate::placing::{Axes, Gaps, Spacing, place, untangle};
use crate::proper::chains;
use crate::request::{Direction, Layout, Point, Request, Route};
use crate::routing::{Drawing, Plan, draw_loops, route};
use crate::rows::Rows;

/// The longest side of a box and the widest gap that are taken at their word, px: beyond it, sums over many nodes would
/// no longer be exact enough to keep boxes apart.
const LONGEST: f32 = 1.0e5;
/// Links that annealing may look at, in all.
const ANNEALING: u64 = 16_000_000;
/// Up to here graphs are annealed with all of that; from there to twice as many nodes it fades out.
const ANNEALED_NODES: u64 = 500;

/// Draws a graph in layers.
///
/// Connected components are laid out one by one and packed, the highest first; nodes without edges to others are
/// packed as a block after them. The top left corner of all that is drawn is (0, 0). Any request gets a layout: bad
/// indices give empty routes, bad lengths count as 0. The work is O((n + m) log n) plus a bounded search.
pub fn layout(request: &Request) -> Layout {
    let gaps = Gaps { layer: sane(request.layer_gap), node: sane(request.node_gap) };
    let sizes: Vec<Axes> =
        request.nodes.iter().map(|size| axes(request.direction, sane(size.w), sane(size.h))).collect();
    let parts = split(sizes.len(), &request.edges);

    let mut pieces = Vec::new();
    let mut single = Vec::new();
    for component in 0..parts.nodes.len() as u32 {
        let nodes = parts.nodes.of(component);
        if nodes.len() == 1 {
            single.push(component);
        } else {
            let drawing = draw(request, &parts, component, &sizes, gaps);
            pieces.push(Piece::new(
                nodes,
                parts.edges.of(component).to_vec(),
                drawing,
                &sizes,
                request.direction,
            ));
        }
    }
    pieces.sort_by(|a, b| b.size.1.total_cmp(&a.size.1).then(a.nodes.first().cmp(&b.nodes.first())));
    if !single.is_empty() {
        pieces.push(grid(request, &parts, &single, &sizes, gaps));
    }
    join(request, &pieces, 2.0 * gaps.node)
}

fn sane(length: f32) -> f64 {
    if length.is_finite() { f64::from(length.clamp(0.0, LONGEST)) } else { 0.0 }
}

/// From the screen to the flow, for sizes.
fn axes(direction: Direction, x: f64, y: f64) -> Axes {
    match direction {
        Direction::LeftRight => Axes { along: x, across: y },
        Direction::TopDown => Axes { along: y, across: x },
    }
}

/// From the flow to the screen.
fn screen(direction: Direction, axes: Axes) -> (f64, f64) {
    match direction {
        Direction::LeftRight => (axes.along, axes.across),
        Direction::TopDown => (axes.across, axes.along),
    }
}

/// Runs all stages on one component.
fn draw(request: &Request, parts: &Components, component: u32, sizes: &[Axes], gaps: Gaps) -> Drawing {
    let local = |v: u32| parts.local[v as usize];
    let edges: Vec<(u32, u32)> = parts
        .edges
        .of(component)
        .iter()
        .map(|&e| request.edges[e as usize])
        .map(|(u, v)| (local(u), local(v)))
        .collect();
    let sizes: Vec<Axes> = parts.nodes.of(component).iter().map(|&v| sizes[v as usize]).collect();

    let page = sane(request.page);
    let annealing = annealing(request, sizes.len() + edges.len());
    if page > 0.0 {
        // The cheap drawing shows as well whether it needs rows.
        let drawing = layered(&edges, &sizes, gaps, 0);
        if let Some(rows) = Rows::new(&drawing, &edges, &sizes, gaps, page) {
            let drawing = layered(&rows.edges, &rows.sizes, gaps, annealing);
            return rows.unfold(&drawing, &edges, &sizes, gaps);
        }
        if annealing == 0 {
            return fold(drawing, &edges, &sizes, gaps, page);
        }
    }
    fold(layered(&edges, &sizes, gaps, annealing), &edges, &sizes, gaps, page)
}

/// Links that annealing may look at in a component of `size` nodes and edges: its share, so that many small components
/// together cost no more than one.
fn annealing(request: &Request, size: usize) -> u64 {
    let nodes = request.nodes.len() as u64;
    let part = (2 * ANNEALED_NODES).saturating_sub(nodes).min(ANNEALED_NODES);
    let all = (request.nodes.len() + request.edges.len()).max(1) as u64;
    ANNEALING * part / ANNEALED_NODES * size as u64 / all
}

/// Runs the stages from cycles to routes on a connected graph.
fn layered(edges: &[(u32, u32)], sizes: &[Axes], gaps: Gaps, annealing: u64) -> Drawing {
    let acyclic = break_cycles(sizes.len(), edges);
    let layering = assign(&acyclic.dag);
    let proper = chains(&acyclic.dag, layering);
    let order = order(&proper, annealing);
    let mut places = place(&proper, &order, sizes, gaps);
    if annealing > 0 {
        let spacing = Spacing { proper: &proper, sizes, gap: gaps.node };
        untangle(&order, &spacing, edges, &mut places, annealing);
    }
    route(&Plan { edges, sizes, gaps, acyclic: &acyclic, proper: &proper, order: &order, places: &places })
}

/// A drawn component with its extent on the screen.
struct Piece {
    nodes: Vec<u32>,
    edges: Vec<u32>,
    drawing: Drawing,
    origin: (f64, f64),
    size: (f64, f64),
}

impl Piece {
    fn new(nodes: &[u32], edges: Vec<u32>, drawing: Drawing, sizes: &[Axes], direction: Direction) -> Self {
        let (mut low, mut high) = ((f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::NEG_INFINITY));
        let mut cover = |(x, y): (f64, f64)| {
            low = (low.0.min(x), low.1.min(y));
            high = (high.0.max(x), high.1.max(y));
        };
        for (&node, &centre) in nodes.iter().zip(&drawing.nodes) {
            let (x, y) = screen(direction, centre);
            let (w, h) = screen(direction, sizes[node as usize]);
            cover((x - w / 2.0, y - h / 2.0));
            cover((x + w / 2.0, y + h / 2.0));
        }
        drawing.routes.iter().flatten().for_each(|&point| cover(screen(direction, point)));
        let size = (high.0 - low.0, high.1 - low.1);
        Piece { nodes: nodes.to_vec(), edges, drawing, origin: low, size }
    }
}

/// Nodes without edges to others, as one block.
fn grid(request: &Request, parts: &Components, single: &[u32], sizes: &[Axes], gaps: Gaps) -> Piece {
    let nodes: Vec<u32> = single.iter().flat_map(|&c| parts.nodes.of(c)).copied().collect();
    let boxes: Vec<(f64, f64)> =
        nodes.iter().map(|&v| screen(request.direction, sizes[v as usize])).collect();
    let (corners, _) = shelves(&boxes, gaps.node);
    let centres: Vec<Axes> = corners
        .iter()
        .zip(&boxes)
        .map(|(&(x, y), &(w, h))| axes(request.direction, x + w / 2.0, y + h / 2.0))
        .collect();

    let edges: Vec<u32> = single.iter().flat_map(|&c| parts.edges.of(c)).copied().collect();
    let mut loops = Vec::new();
    let mut done = 0;
    for (index, &component) in single.iter().enumerate() {
        let count = parts.edges.of(component).len() as u32;
        loops.extend((done..done + count).map(|edge| (edge, index as u32)));
        done += count;
    }
    let local: Vec<Axes> = nodes.iter().map(|&v| sizes[v as usize]).collect();
    let mut routes = vec![Vec::new(); edges.len()];
    draw_loops(&loops, &centres, &local, gaps.node, &mut routes);
    let drawing =
        Drawing { layer: vec![0; nodes.len()], nodes: centres, reversed: vec![false; edges.len()], routes };
    Piece::new(&nodes, edges, drawing, sizes, request.direction)
}

/// Packs the pieces and writes them down in the order of the request.
fn join(request: &Request, pieces: &[Piece], gap: f64) -> Layout {
    let (corners, (width, height)) = shelves(&pieces.iter().map(|piece| piece.size).collect::<Vec<_>>(), gap);
    let mut layout = Layout {
        width: width as f32,
        height: height as f32,
        nodes: vec![Point::default(); request.nodes.len()],
        layer: vec![0; request.nodes.len()],
        routes: vec![Route::default(); request.edges.len()],
        reversed: vec![false; request.edges.len()],
    };
    for (piece, corner) in pieces.iter().zip(corners) {
        let point = |at: Axes| {
            let (x, y) = screen(request.direction, at);
            Point { x: (x - piece.origin.0 + corner.0) as f32, y: (y - piece.origin.1 + corner.1) as f32 }
        };
        for (i, &node) in piece.nodes.iter().enumerate() {
            layout.nodes[node as usize] = point(piece.drawing.nodes[i]);
            layout.layer[node as usize] = piece.drawing.layer[i];
        }
        for (i, &edge) in piece.edges.iter().enumerate() {
            layout.routes[edge as usize].points =
                piece.drawing.routes[i].iter().map(|&at| point(at)).collect();
            layout.reversed[edge as usize] = piece.drawing.reversed[i];
        }
    }
    layout
}
