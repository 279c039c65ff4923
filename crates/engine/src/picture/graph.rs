//! The graph of a run.

use std::ops::Range;
use std::rc::Rc;

use makespan_layout::Layout;
use makespan_model::TaskId;
use makespan_scene::{Hit, Rect, Scene, count, counted};
use makespan_views::gesture::{Frame, Movement, bounded};
use makespan_views::graph::{
    Drawing, Drawn, Focus, Frame as PlaneFrame, Grouping, edges_twin, fit, fit_matrix, map_size,
    matrix_overlay, matrix_scene, opening, overlay, scene, twin,
};
use makespan_views::{Camera, Table, Target, ViewState, task_tip, tasks_tip};

use super::drawable::{Drawable, picked};
use super::timeline::described;
use crate::answer::{Overlay, Picture, Tip, Turn};
use crate::question::{Pointer, Press, Size};
use crate::run::OpenRun;
use crate::session::Session;

/// Minimum zoom at which a revealed task is shown, px per unit.
const READABLE: f32 = 0.5;

pub(crate) struct GraphOf<'s> {
    session: &'s Session,
    view: &'s ViewState,
    open: &'s Rc<OpenRun>,
    drawn: Rc<Drawn>,
}

impl<'s> GraphOf<'s> {
    pub(crate) fn new(session: &'s Session, view: &'s ViewState) -> Option<GraphOf<'s>> {
        let open = session.run(view.run)?;
        Some(GraphOf { session, view, open, drawn: open.graph(view) })
    }

    /// Returns the node that was hit.
    fn node_of(&self, hit: Hit) -> Option<u32> {
        match Target::of(hit)? {
            Target::Task(t) => self.drawn.graph.node_of_task(t),
            // A cell of the matrix links to the dependent task.
            Target::Edge(e) => self.drawn.graph.edges.get(e as usize).map(|edge| edge.1),
            Target::Group(n) => ((n as usize) < self.drawn.graph.nodes.len()).then_some(n),
            _ => None,
        }
    }

    /// Returns the layout for a picture of this size.
    fn placed(&self, size: Size) -> Rc<Drawn> {
        self.open.graph_in(self.view, size.0)
    }

    fn is_matrix(&self) -> bool {
        self.view.graph.drawing == Drawing::Matrix
    }

    fn frame(&self, size: Size) -> Frame {
        // A matrix opens as a whole, whether names are readable or not.
        let opens = if self.is_matrix() { fit_matrix } else { opening };
        plane(&self.placed(size).layout, self.view.camera, opens, size, false)
    }

    /// Returns the tooltip of a node.
    fn tip(&self, node: u32) -> Option<String> {
        let node = self.drawn.graph.nodes.get(node as usize)?;
        let look = self.session.plain_look(self.open, self.view);
        let mut text = match node.task() {
            Some(t) => task_tip(&self.open.facts, TaskId(t), None, &look),
            None => {
                let spread = makespan_views::graph::Spread::of(&self.open.run, &node.tasks);
                let spread = spread.map_or(String::new(), |s| format!("\n{}", s.text()));
                let way = if node.is_open { "collapse" } else { "expand" };
                let words = tasks_tip(&self.open.run, &node.label, &node.tasks);
                format!("{words}{spread}\nDouble-click to {way}")
            }
        };
        if node.is_gate {
            text.push_str("\nEverything passes here: no path leads around it");
        }
        Some(text)
    }

    /// Returns the edge of a cell of the matrix.
    fn edge_of(&self, hit: Hit) -> Option<(u32, u32)> {
        let Target::Edge(e) = Target::of(hit)? else { return None };
        self.drawn.graph.edges.get(e as usize).copied()
    }

    /// Describes both ends of the edge that was hit.
    fn ends(&self, hit: Hit) -> Option<String> {
        let (a, b) = self.edge_of(hit)?;
        let name = |n: u32| {
            let node = &self.drawn.graph.nodes[n as usize];
            let words = node.task().map_or_else(|| node.label.clone(), |t| described(self.open, TaskId(t)));
            words.split('\n').next().unwrap_or_default().to_owned()
        };
        Some(format!("{}\ndepends on\n{}", name(b), name(a)))
    }

    fn about(&self, frame: &Frame) -> String {
        let (graph, run) = (&self.drawn.graph, &self.open.run);
        let (nodes, tasks) = (count(graph.count() as u64), counted(run.task_count(), "task"));
        let mut parts = Vec::new();
        if let Some(words) = graph.grouped(run) {
            let chosen = if self.view.graph.by == Grouping::Automatic { " to fit the page" } else { "" };
            parts.push(format!("{words}{chosen}; double-click expands (E)"));
        }
        if self.view.graph.focus != Focus::Everything && graph.filtered {
            let shown = count((run.task_count() - self.hidden()) as u64);
            parts.push(format!("{shown} of {tasks} in focus"));
        } else if graph.filtered {
            let shown = count((run.task_count() - self.hidden()) as u64);
            parts.push(format!("the {shown} of {tasks} that match the filter"));
        }
        if graph.left_out > 0 {
            parts.push(format!(
                "{nodes} of {tasks}: failures, the critical path and the earliest; the table holds all"
            ));
        }
        if self.is_matrix() {
            let what = "each cell: its column depends on its row; hover names both";
            parts.push(what.to_owned());
        }
        if let Frame::Plane { opening, whole, .. } = frame
            && opening != whole
        {
            parts.push("0 shows all of it".to_owned());
        }
        if graph.inferred {
            parts.push("no dependencies in this file: inferred from times, drawn dotted".to_owned());
        } else if run.edge_count() == 0 && graph.nodes.len() > 1 {
            let why = if run.infer_edges == Some(false) {
                "no dependencies in this file"
            } else if run.span().is_some() {
                "no dependencies in this file, and none can be inferred from its times"
            } else {
                "no dependencies in this file, and no times to infer them from"
            };
            parts.push(why.to_owned());
        }
        if !graph.within.is_empty() && !self.is_matrix() {
            parts.push("dashed lines lead to what a task contains".to_owned());
        }
        if graph.cut.iter().any(|c| *c) {
            parts.push("dashed red edges close a cycle and are excluded from analysis".to_owned());
        }
        if graph.nodes.iter().any(|n| n.is_gate) {
            parts.push("everything passes through nodes with bars at both sides".to_owned());
        }
        parts.join(" · ")
    }

    /// Returns the number of tasks without a node.
    fn hidden(&self) -> usize {
        let all = 0..self.open.run.task_count() as u32;
        all.filter(|t| self.drawn.graph.node_of_task(*t).is_none()).count()
    }
}

/// Draws the small map of the graph for a window of this size.
pub(crate) fn map(session: &Session, view: &ViewState, size: Size) -> Option<Scene> {
    let open = session.run(view.run)?;
    let drawn = open.graph_in(view, size.0);
    let room = map_size((drawn.layout.width, drawn.layout.height), size)?;
    Some(makespan_views::graph::map(&drawn, room))
}

/// Returns the visible part of a layout; `opens` gives the initial camera.
pub(super) fn plane(
    layout: &Layout,
    camera: Option<Camera>,
    opens: fn(&Layout, f32, f32) -> Camera,
    (width, height): Size,
    compared: bool,
) -> Frame {
    let (opening, all) = (opens(layout, width, height), fit(layout, width, height));
    // A picture that opens enlarged shows everything, too.
    let whole = if opening.zoom > all.zoom && all.zoom >= 1.0 { opening } else { all };
    Frame::Plane {
        frame: PlaneFrame { width, height, camera: camera.unwrap_or(opening) },
        size: (layout.width, layout.height),
        opening,
        whole,
        compared,
    }
}

/// Returns the frame of the plane.
pub(super) fn seen(frame: &Frame) -> PlaneFrame {
    match frame {
        Frame::Plane { frame, .. } => *frame,
        _ => PlaneFrame { width: 0.0, height: 0.0, camera: Camera { x: 0.0, y: 0.0, zoom: 1.0 } },
    }
}

/// Returns the camera with a node in the middle, at least at a readable zoom.
pub(super) fn onto(layout: &Layout, node: u32, zoom: f32) -> Option<Camera> {
    let p = layout.nodes.get(node as usize)?;
    Some(bounded(Camera { x: p.x, y: p.y, zoom: zoom.max(READABLE) }, (layout.width, layout.height)))
}

/// Returns the rectangle between two corners.
pub(super) fn between(from: (f32, f32), to: (f32, f32)) -> Rect {
    Rect::new(from.0.min(to.0), from.1.min(to.1), (to.0 - from.0).abs(), (to.1 - from.1).abs())
}

/// Expands the selected group of the graph, or collapses the one that contains the selection; its corner stays in place
/// on the screen.
pub(crate) fn expand(open: &OpenRun, view: &ViewState, is_open: bool, size: Size, out: &mut Turn) {
    let drawn = open.graph(view);
    let nodes = &drawn.graph.nodes;
    let selected = open.selected_node(view);
    let node = selected.and_then(|n| nodes.get(n as usize)).and_then(|node| {
        let around = || nodes.get(node.parent as usize);
        match (is_open, node.group.is_some(), node.is_open) {
            (true, true, false) | (false, true, true) => Some(node),
            (false, ..) => around(),
            (true, ..) => None,
        }
    });
    let Some(key) = node.and_then(|n| n.group.clone()) else {
        let (verb, what) = if is_open { ("expand", "closed") } else { ("collapse", "expanded") };
        out.said = Some(format!("Select a group of the graph that is {what} to {verb} it."));
        return;
    };
    toggle(open, view, &key, size, out);
}

/// Expands a collapsed group, or collapses an expanded one.
fn toggle(open: &OpenRun, view: &ViewState, key: &str, size: Size, out: &mut Turn) {
    let corner = |drawn: &Drawn| {
        let n = drawn.graph.node_of_group(key)? as usize;
        let (at, box_) = (drawn.layout.nodes[n], drawn.graph.nodes[n].size);
        Some((at.x - box_.w / 2.0, at.y - box_.h / 2.0))
    };
    let drawn = open.graph_in(view, size.0);
    let camera = seen(&plane(&drawn.layout, view.camera, opening, size, false)).camera;
    let before = corner(&drawn);
    out.after.graph.expand(key, !view.graph.is_open(key));
    (out.after.selected, out.after.graph.group) = (None, Some(key.to_owned()));
    out.is_step = true;
    let drawn = open.graph_in(&out.after, size.0);
    if let (Some(before), Some(after)) = (before, corner(&drawn)) {
        let moved = Camera { x: camera.x + after.0 - before.0, y: camera.y + after.1 - before.1, ..camera };
        out.after.camera = Some(bounded(moved, (drawn.layout.width, drawn.layout.height)));
    }
}

impl Drawable for GraphOf<'_> {
    fn picture(&self, size: Size) -> Picture {
        let frame = self.frame(size);
        let look = self.session.look(self.open, self.view);
        let graph = &self.drawn.graph;
        Picture {
            scene: if self.is_matrix() {
                matrix_scene(&self.open.run, &self.placed(size), &look, &seen(&frame))
            } else {
                scene(&self.open.run, &self.placed(size), &look, &seen(&frame))
            },
            label: format!(
                "Graph: {}, {}. The table (V) holds the same.",
                counted(graph.nodes.len(), "node"),
                counted(graph.edges.len(), "edge")
            ),
            about: self.about(&frame),
            frame,
            colours: look.colours.as_ref().map_or_else(Vec::new, |c| c.legend.clone()),
            rows: self.rows(),
            ..Picture::default()
        }
    }

    fn overlay(&self, size: Size, pointer: &Pointer) -> Overlay {
        let frame = seen(&self.frame(size));
        let hover = self.node_of(pointer.hit);
        let selected = self.open.selected_node(self.view);
        let mut made = if self.is_matrix() {
            let (row, column) = self.edge_of(pointer.hit).map_or((hover, hover), |(a, b)| (Some(a), Some(b)));
            matrix_overlay(&self.placed(size), (row, column), selected, &frame)
        } else {
            overlay(&self.placed(size), hover, selected, &frame)
        };
        if let Some((from, to)) = pointer.picked {
            picked(&mut made, between(from, to));
        }
        let node = hover.and_then(|n| self.drawn.graph.nodes.get(n as usize));
        let about = node.map_or_else(String::new, |node| match node.task() {
            Some(t) => described(self.open, TaskId(t)),
            None => format!("{} · {}", node.label, node.note),
        });
        let tip = pointer.at.zip(hover).and_then(|((x, y), node)| {
            let text = self.ends(pointer.hit).or_else(|| self.tip(node))?;
            Some(Tip { text, beside: (x - 8.0, y - 8.0, x + 8.0, y + 8.0) })
        });
        Overlay { scene: made, about, tip }
    }

    fn rows(&self) -> usize {
        let graph = &self.drawn.graph;
        if self.is_matrix() { graph.edges.len() } else { graph.nodes.len() }
    }

    fn table(&self, range: Range<usize>) -> Table {
        if self.is_matrix() {
            return edges_twin(&self.open.run, &self.drawn.graph, range);
        }
        twin(&self.open.run, &self.drawn.graph, range)
    }

    fn marked(&self) -> Option<u32> {
        self.open.selected(self.view).map(|t| t.0)
    }

    fn press(&self, size: Size, press: &Press, out: &mut Turn) {
        let node = self.node_of(press.hit).and_then(|n| self.drawn.graph.nodes.get(n as usize));
        let Some(node) = node else {
            if press.double {
                out.movement = Some(Movement::Zoom(f64::from(press.x), f64::from(press.y), 2.0));
            } else {
                (out.after.selected, out.after.graph.group) = (None, None);
            }
            return;
        };
        match (&node.group, node.task()) {
            (Some(key), _) if press.double => toggle(self.open, self.view, key, size, out),
            (Some(key), _) => (out.after.selected, out.after.graph.group) = (None, Some(key.clone())),
            (None, task) => {
                out.after.selected = task.map(|t| self.open.run.task_id(TaskId(t)).to_owned());
                out.after.graph.group = None;
            }
        }
        if press.double && node.group.is_none() {
            let zoom = seen(&self.frame(size)).camera.zoom.max(1.0);
            let node = self.node_of(press.hit);
            if let Some(camera) = node.and_then(|n| onto(&self.placed(size).layout, n, zoom)) {
                out.after.camera = Some(camera);
            }
        }
    }

    fn fit(&self, size: Size, view: &mut ViewState) {
        let node = self.open.selected_node(view);
        let Some(camera) = node.and_then(|n| onto(&self.placed(size).layout, n, 1.0)) else { return };
        view.camera = if view.camera == Some(camera) { None } else { Some(camera) };
    }

    fn reveal(&self, size: Size, view: &mut ViewState) {
        let zoom = seen(&self.frame(size)).camera.zoom;
        let node = self.open.selected_node(view);
        if let Some(camera) = node.and_then(|n| onto(&self.placed(size).layout, n, zoom)) {
            view.camera = Some(camera);
        }
    }
}
