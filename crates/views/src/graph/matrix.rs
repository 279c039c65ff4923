//! The graph as an adjacency matrix, for graphs with too many edges to follow: nodes are rows and columns, in
//! topological order, and a cell is a dependency of its column on its row. All but edges that close a cycle lie above
//! the diagonal, which shows the nodes themselves.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use makespan_layout::{Layout, Point, Route, Size};
use makespan_model::Run;
use makespan_scene::{
    Bars, Face, Group, Hit, Paint, Rect, Role, Scene, Stroke, Text, Weight, fit_middle, width,
};

use super::arrange::Drawn;
use super::nodes::Graph;
use super::picture::{Mark, colour, some_related};
use super::plane::Frame;
use crate::look::{Camera, Look};
use crate::roles::status_role;
use crate::table::{Cell, Column, Table};
use crate::target::Target;

/// Size of a cell and width of the names of rows, px at zoom 1.
const CELL: f32 = 16.0;
const NAMES: f32 = 180.0;

/// Cells smaller than this on the screen are merged, px.
const LEAST: f32 = 3.0;

/// Minimum height of a row with a name, px.
const NAMED: f32 = 10.0;

/// Maximum zoom, px per unit: a small matrix fills the page, but its cells do not become huge.
const MOST_ZOOM: f32 = 2.5;

/// Maximum size of the names of rows, px.
const LARGEST_NAME: f32 = 14.0;

/// Returns the camera that shows a whole matrix as large as the picture allows.
pub fn fit_matrix(layout: &Layout, width: f32, height: f32) -> Camera {
    let air = 24.0;
    let zoom = ((width - air) / layout.width.max(1.0)).min((height - air) / layout.height.max(1.0));
    Camera { zoom: zoom.clamp(0.001, MOST_ZOOM), ..super::fit(layout, width, height) }
}

/// Places the nodes of a graph on the diagonal of the matrix. O((n + e) log n).
pub fn matrix(mut graph: Graph) -> Drawn {
    let n = graph.nodes.len();
    let mut nodes = vec![Point::default(); n];
    for (place, node) in order(&graph).into_iter().enumerate() {
        let middle = (place as f32 + 0.5) * CELL;
        nodes[node as usize] = Point { x: NAMES + middle, y: middle };
    }
    graph.nodes.iter_mut().for_each(|node| node.size = Size { w: CELL, h: CELL });
    let side = n as f32 * CELL;
    let layout = Layout {
        nodes,
        layer: vec![0; n],
        routes: vec![Route::default(); graph.edges.len()],
        reversed: vec![false; graph.edges.len()],
        width: NAMES + side,
        height: side,
    };
    Drawn { graph, layout, axis: None }
}

/// Returns the nodes in topological order, with ties by index. A cycle begins with its node of lowest index.
fn order(graph: &Graph) -> Vec<u32> {
    let n = graph.nodes.len();
    let (mut missing, mut after) = (vec![0u32; n], vec![Vec::new(); n]);
    for &(a, b) in &graph.edges {
        missing[b as usize] += 1;
        after[a as usize].push(b);
    }
    let mut ready: BinaryHeap<Reverse<u32>> =
        (0..n as u32).filter(|i| missing[*i as usize] == 0).map(Reverse).collect();
    let (mut order, mut is_placed, mut first) = (Vec::with_capacity(n), vec![false; n], 0);
    while order.len() < n {
        let next = ready.pop().map_or_else(
            || {
                // A cycle: it is cut before its first node.
                while is_placed[first] {
                    first += 1;
                }
                first as u32
            },
            |Reverse(next)| next,
        );
        if std::mem::replace(&mut is_placed[next as usize], true) {
            continue;
        }
        order.push(next);
        for &b in &after[next as usize] {
            let left = &mut missing[b as usize];
            *left = left.saturating_sub(1);
            if *left == 0 && !is_placed[b as usize] {
                ready.push(Reverse(b));
            }
        }
    }
    order
}

/// Spots that may be merged: those in one square of the screen become one, in the most important colour.
struct Spots {
    /// Size of a square, units.
    side: f32,
    all: BTreeMap<(i32, i32), Spot>,
}

#[derive(Clone, Copy)]
struct Spot {
    rank: u8,
    paint: Paint,
    hit: Hit,
    count: u32,
}

impl Spots {
    fn new(zoom: f32) -> Spots {
        Spots { side: if CELL * zoom >= LEAST { CELL } else { LEAST / zoom.max(1e-4) }, all: BTreeMap::new() }
    }

    fn add(&mut self, x: f32, y: f32, rank: u8, paint: Paint, hit: Hit) {
        let at = |v: f32| (v / self.side).floor() as i32;
        let spot = Spot { rank, paint, hit, count: 0 };
        let now = self.all.entry((at(x - NAMES), at(y))).or_insert(spot);
        let count = now.count.saturating_add(1);
        if rank > now.rank {
            *now = spot;
        }
        now.count = count;
    }

    fn bars(self) -> Bars {
        let mut bars = Bars::default();
        let air = if self.side > CELL { 0.0 } else { 1.0 };
        // The more cells in a square, the stronger its colour.
        let room = (self.side / CELL).powi(2).max(1.0);
        for ((x, y), spot) in self.all {
            let share = (spot.count as f32 / room).min(1.0).sqrt();
            let alpha = f32::from(spot.paint.alpha) * (0.45 + 0.55 * share);
            let rect = Rect::new(
                NAMES + x as f32 * self.side,
                y as f32 * self.side,
                self.side - air,
                self.side - air,
            );
            bars.push(rect, spot.paint.with_alpha(alpha as u8), spot.hit);
        }
        bars
    }
}

/// Draws the part of the matrix within the frame. The scene is bounded by the pixels: cells that cannot be
/// distinguished are merged. O(n + e log e).
pub fn matrix_scene(run: &Run, drawn: &Drawn, look: &Look, frame: &Frame) -> Scene {
    let mut scene = Scene::new(frame.width, frame.height, format!("Dependencies of {}", run.title()));
    let mut body = Group { label: "Matrix of dependencies".to_owned(), ..frame.group() };
    let (graph, layout, seen, zoom) = (&drawn.graph, &drawn.layout, frame.seen(), frame.camera.zoom);
    let marks: Vec<Mark> = graph.nodes.iter().map(|node| Mark::of(node, look)).collect();
    let line = Stroke::new(Role::Border, 1.0 / zoom.max(0.01));
    let mut ground = Bars { outline: Some(line), ..Bars::default() };
    ground.push(Rect::new(NAMES, 0.0, layout.width - NAMES, layout.height), Role::Panel, Hit::NONE);
    body.push(ground);
    let is_seen = |x: f32, y: f32| {
        let half = CELL / 2.0;
        x + half >= seen.x && x - half <= seen.right() && y + half >= seen.y && y - half <= seen.bottom()
    };
    let some_related = some_related(look);
    let mut spots = Spots::new(zoom);
    for (i, &(a, b)) in graph.edges.iter().enumerate() {
        let (x, y) = (layout.nodes[b as usize].x, layout.nodes[a as usize].y);
        if !is_seen(x, y) {
            continue;
        }
        let (a, b) = (marks[a as usize], marks[b as usize]);
        let (rank, role) = if graph.cut[i] {
            (4, Role::Failed)
        } else if graph.critical[i] && a.critical && b.critical {
            (3, Role::Critical)
        } else if some_related && a.related && b.related {
            (2, Role::Selection)
        } else if some_related || a.dim || b.dim {
            (0, Role::EdgeMuted)
        } else {
            (1, Role::Edge)
        };
        spots.add(x, y, rank, role.into(), Target::Edge(i as u32).hit());
    }
    body.push(spots.bars());
    let mut diagonal = Spots::new(zoom);
    let (mut rows, mut names) = (Bars::default(), Vec::new());
    for (i, node) in graph.nodes.iter().enumerate() {
        let at = layout.nodes[i];
        let hit = node.task().map_or(Target::Group(i as u32), Target::Task).hit();
        let alpha = if marks[i].dim { 80 } else { 255 };
        if is_seen(at.x, at.y) {
            let role = colour(node, look);
            let rank = u8::from(role == status_role(makespan_model::Status::Failed));
            diagonal.add(at.x, at.y, rank, Paint::from(role).with_alpha(alpha), hit);
        }
        let is_row = at.y + CELL >= seen.y && at.y - CELL <= seen.bottom() && seen.x < NAMES;
        if is_row && CELL * zoom >= NAMED {
            let size = 11.0f32.min(CELL - 3.0).min(LARGEST_NAME / zoom);
            let label = fit_middle(&node.label, NAMES - 14.0, size, Weight::Regular, Face::Sans);
            let x = NAMES - 6.0 - width(&label, size, Weight::Regular, Face::Sans);
            let row = Rect::new(0.0, at.y - CELL / 2.0, NAMES, CELL);
            rows.push(row, Paint::from(Role::Surface).with_alpha(0), hit);
            names.push(Text::new(
                x,
                at.y + size * 0.36,
                size,
                Paint::from(Role::Text).with_alpha(alpha),
                label,
            ));
        }
    }
    body.push(diagonal.bars());
    body.push(rows);
    body.items.extend(names.into_iter().map(Into::into));
    scene.push(body);
    scene
}

/// Highlights the row and column of the hovered and of the selected node, by index.
pub fn matrix_overlay(
    drawn: &Drawn,
    hover: (Option<u32>, Option<u32>),
    selected: Option<u32>,
    frame: &Frame,
) -> Scene {
    let mut scene = Scene::new(frame.width, frame.height, "");
    let mut body = frame.group();
    let layout = &drawn.layout;
    let thick = CELL.max(2.0 / frame.camera.zoom.max(0.001));
    let mut band = |row: Option<u32>, column: Option<u32>, role: Role| {
        let mut bars = Bars::default();
        let paint = Paint::from(role).with_alpha(70);
        let at = |n: Option<u32>| layout.nodes.get(n? as usize);
        if let Some(p) = at(row) {
            bars.push(Rect::new(0.0, p.y - thick / 2.0, layout.width, thick), paint, Hit::NONE);
        }
        if let Some(p) = at(column) {
            bars.push(Rect::new(p.x - thick / 2.0, 0.0, thick, layout.height), paint, Hit::NONE);
        }
        body.push(bars);
    };
    band(selected, selected, Role::Selection);
    band(hover.0, hover.1, Role::Hover);
    scene.push(body);
    scene
}

/// Returns edges `range` as a table: each dependency with the nodes that it connects.
pub fn edges_twin(run: &Run, graph: &Graph, range: std::ops::Range<usize>) -> Table {
    let columns = vec![
        Column::text("name", "Task"),
        Column::text("status", "Status"),
        Column::text("needs", "Depends on"),
        Column::text("needs-status", "Its status"),
    ];
    let mut table = Table::new("Dependencies", columns);
    let end = range.end.min(graph.edges.len());
    for &(a, b) in graph.edges.get(range.start.min(end)..end).unwrap_or_default() {
        let cells = [b, a].map(|n| {
            let node = &graph.nodes[n as usize];
            let name = match node.task() {
                Some(t) => Cell::new(run.task_name(makespan_model::TaskId(t)).to_owned()).task(t),
                None => Cell::new(node.label.clone()),
            };
            [name, Cell::of_status(node.status())]
        });
        table.push(cells.into_iter().flatten().collect());
    }
    table.left_out = graph.edges.len() - table.rows.len();
    table
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::fmt::Write as _;
    use std::sync::Arc;

    use makespan_analysis::Facts;
    use makespan_scene::{Item, hit};

    use super::*;
    use crate::graph::{Graphing, Grouping, drawn, fit};

    fn made(text: &str) -> (Facts, Drawn) {
        let facts = Facts::new(Arc::new(makespan_model::notation::run(text).unwrap()));
        let choice = Graphing { by: Grouping::Tasks, ..Graphing::default() };
        let graph = drawn(&facts, &choice, None).graph;
        (facts, matrix(graph))
    }

    fn frame(drawn: &Drawn) -> Frame {
        let (width, height) = (900.0, 600.0);
        Frame { width, height, camera: fit(&drawn.layout, width, height) }
    }

    #[test]
    fn each_dependency_is_a_cell_above_the_diagonal_and_leads_to_both_ends() {
        let (facts, drawn) = made("a 0..1 w\nb 1..2 w a\nc 2..3 w a b failed\nd 3..4 w b");
        let camera = Camera { x: 120.0, y: 40.0, zoom: 1.0 };
        let frame = Frame { width: 400.0, height: 200.0, camera };
        let scene = matrix_scene(facts.run(), &drawn, &Look::default(), &frame);
        for (i, &(a, b)) in drawn.graph.edges.iter().enumerate() {
            let (from, to) = (drawn.layout.nodes[a as usize], drawn.layout.nodes[b as usize]);
            assert!(from.y < to.y, "{a} stands below {b}");
            let on_screen = (to.x - camera.x + 200.0, from.y - camera.y + 100.0);
            assert_eq!(hit(&scene, on_screen.0, on_screen.1, 0.0), Target::Edge(i as u32).hit());
        }
        let table = edges_twin(facts.run(), &drawn.graph, 0..10);
        assert_eq!((table.rows.len(), table.left_out), (drawn.graph.edges.len(), 0));
        assert_eq!(edges_twin(facts.run(), &drawn.graph, 1..2).left_out, drawn.graph.edges.len() - 1);
    }

    #[test]
    fn a_small_matrix_takes_up_the_page_and_a_large_one_fits_into_it() {
        let zoom = |nodes: usize| {
            let text: Vec<String> = (0..nodes).map(|i| format!("t{i} {i}..{} w", i + 1)).collect();
            let (_, drawn) = made(&text.join("\n"));
            let camera = fit_matrix(&drawn.layout, 900.0, 600.0);
            assert!(drawn.layout.height * camera.zoom <= 600.0 && drawn.layout.width * camera.zoom <= 900.0);
            camera.zoom
        };
        assert_eq!(zoom(4), MOST_ZOOM);
        assert!(zoom(16) > 1.5 && zoom(16) < MOST_ZOOM, "{}", zoom(16));
        assert!(zoom(400) < 1.0);
    }

    #[test]
    fn a_matrix_of_many_nodes_is_bounded_by_its_pixels() {
        let mut text = String::new();
        for i in 0..1_200 {
            let after: Vec<String> = (i / 2..i).step_by(40).map(|j| format!("t{j}")).collect();
            let _ = writeln!(text, "t{i} {i}..{} w {}", i + 1, after.join(" "));
        }
        let (facts, drawn) = made(&text);
        let frame = frame(&drawn);
        let scene = matrix_scene(facts.run(), &drawn, &Look::default(), &frame);
        let Some(Item::Group(body)) = scene.items.first() else { panic!("no body") };
        let cells: usize = body.items.iter().map(|i| if let Item::Bars(b) = i { b.len() } else { 1 }).sum();
        let most = (frame.width * frame.height / LEAST / LEAST) as usize;
        assert!(cells < most && cells < drawn.graph.edges.len(), "{cells}");
    }

    #[test]
    fn a_cycle_is_cut_before_its_first_node() {
        let (_, drawn) = made("a 0..1 w c\nb 1..2 w a\nc 2..3 w b\nd 3..4 w c");
        let mut rows: Vec<(i32, &str)> =
            drawn.layout.nodes.iter().zip(&drawn.graph.nodes).map(|(p, n)| (p.y as i32, &*n.label)).collect();
        rows.sort_unstable();
        assert_eq!(rows.len(), 4);
        assert_eq!(rows.last().unwrap().1, "d");
    }
}
