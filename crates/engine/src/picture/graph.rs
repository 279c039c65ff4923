//! The graph of a run.

use std::ops::Range;
use std::rc::Rc;

use makespan_layout::Layout;
use makespan_model::TaskId;
use makespan_scene::{Hit, Rect, count, counted};
use makespan_views::gesture::{Frame, Movement, bounded};
use makespan_views::graph::{Frame as PlaneFrame, Graph, fit, overlay, scene, twin};
use makespan_views::{Camera, Look, Table, Target, ViewState, task_tip, tasks_tip};

use super::drawable::{Drawable, picked};
use super::timeline::described;
use crate::answer::{Overlay, Picture, Tip, Turn};
use crate::question::{Pointer, Press, Size};
use crate::run::OpenRun;
use crate::session::Session;

/// The least zoom at which a task that is to be seen is shown, px a unit.
const READABLE: f32 = 0.5;

pub(crate) struct GraphOf<'s> {
    session: &'s Session,
    view: &'s ViewState,
    open: &'s Rc<OpenRun>,
    drawn: Rc<(Graph, Layout)>,
}

impl<'s> GraphOf<'s> {
    pub(crate) fn new(session: &'s Session, view: &'s ViewState) -> Option<GraphOf<'s>> {
        let open = session.run(view.run)?;
        Some(GraphOf { session, view, open, drawn: open.graph(&view.filter) })
    }

    fn task_of(&self, hit: Hit) -> Option<u32> {
        match Target::of(hit)? {
            Target::Task(t) => Some(t),
            Target::Group(n) => self.drawn.0.nodes.get(n as usize)?.tasks.first().copied(),
            _ => None,
        }
    }

    /// What stands beside the pointer.
    fn tip(&self, hit: Hit) -> Option<String> {
        let run = &self.open.run;
        match Target::of(hit)? {
            Target::Task(t) if (t as usize) < run.task_count() => {
                let look = self.session.plain_look(self.open, self.view);
                Some(task_tip(&self.open.facts, TaskId(t), None, &look))
            }
            Target::Group(n) => {
                let node = self.drawn.0.nodes.get(n as usize)?;
                Some(tasks_tip(run, &node.label, &node.tasks))
            }
            _ => None,
        }
    }

    fn about(&self) -> String {
        let (graph, run) = (&self.drawn.0, &self.open.run);
        let (nodes, tasks) = (count(graph.nodes.len() as u64), counted(run.task_count(), "task"));
        let mut parts = Vec::new();
        if graph.by_step {
            parts.push(format!("{tasks} shown as {}", counted(graph.nodes.len(), "step")));
        }
        if graph.filtered {
            parts.push(format!("the {nodes} of {tasks} that match the filter"));
        } else if graph.left_out > 0 {
            parts.push(format!(
                "{nodes} of {tasks}: failures, the critical path and the earliest; the table holds all"
            ));
        }
        if graph.inferred {
            parts.push("no dependencies in this file: inferred from times, drawn dotted".to_owned());
        } else if run.edge_count() == 0 && graph.nodes.len() > 1 {
            parts.push("no dependencies in this file, and no times to infer them from".to_owned());
        }
        if graph.cut.iter().any(|c| *c) {
            parts.push("dashed edges close a cycle and are excluded from analysis".to_owned());
        }
        parts.join(" · ")
    }
}

/// The part of a layout that is seen.
pub(super) fn plane(layout: &Layout, camera: Option<Camera>, (width, height): Size, compared: bool) -> Frame {
    let all = fit(layout, width, height);
    Frame::Plane {
        frame: PlaneFrame { width, height, camera: camera.unwrap_or(all) },
        size: (layout.width, layout.height),
        fit: all,
        compared,
    }
}

/// The frame within.
pub(super) fn seen(frame: &Frame) -> PlaneFrame {
    match frame {
        Frame::Plane { frame, .. } => *frame,
        _ => PlaneFrame { width: 0.0, height: 0.0, camera: Camera { x: 0.0, y: 0.0, zoom: 1.0 } },
    }
}

/// The camera with a node in the middle, no smaller than can be read.
pub(super) fn onto(layout: &Layout, node: u32, zoom: f32) -> Option<Camera> {
    let p = layout.nodes.get(node as usize)?;
    Some(bounded(Camera { x: p.x, y: p.y, zoom: zoom.max(READABLE) }, (layout.width, layout.height)))
}

/// A rectangle between two corners.
pub(super) fn between(from: (f32, f32), to: (f32, f32)) -> Rect {
    Rect::new(from.0.min(to.0), from.1.min(to.1), (to.0 - from.0).abs(), (to.1 - from.1).abs())
}

impl Drawable for GraphOf<'_> {
    fn picture(&self, size: Size) -> Picture {
        let (graph, layout) = (&self.drawn.0, &self.drawn.1);
        let frame = plane(layout, self.view.camera, size, false);
        let look = self.session.look(self.open, self.view);
        Picture {
            scene: scene(&self.open.run, graph, layout, &look, &seen(&frame)),
            frame,
            label: format!(
                "Graph: {}, {}. The table (V) holds the same.",
                counted(graph.nodes.len(), "node"),
                counted(graph.edges.len(), "edge")
            ),
            about: self.about(),
            colours: look.colours.as_ref().map_or_else(Vec::new, |c| c.legend.clone()),
            rows: self.rows(),
            ..Picture::default()
        }
    }

    fn overlay(&self, size: Size, pointer: &Pointer) -> Overlay {
        let (graph, layout) = (&self.drawn.0, &self.drawn.1);
        let frame = seen(&plane(layout, self.view.camera, size, false));
        let hover = self.task_of(pointer.hit);
        let selected = self.open.selected(self.view).map(|t| t.0);
        let look = Look { hover, selected, ..Look::default() };
        let mut made = overlay(graph, layout, &look, &frame);
        if let Some((from, to)) = pointer.picked {
            picked(&mut made, between(from, to));
        }
        let about = hover.map_or_else(String::new, |t| described(self.open, TaskId(t)));
        let tip = pointer.at.and_then(|(x, y)| {
            let text = self.tip(pointer.hit)?;
            Some(Tip { text, beside: (x - 8.0, y - 8.0, x + 8.0, y + 8.0) })
        });
        Overlay { scene: made, about, tip }
    }

    fn rows(&self) -> usize {
        self.drawn.0.nodes.len()
    }

    fn table(&self, range: Range<usize>) -> Table {
        twin(&self.open.run, &self.drawn.0, range)
    }

    fn marked(&self) -> Option<u32> {
        self.open.selected(self.view).map(|t| t.0)
    }

    fn press(&self, size: Size, press: &Press, out: &mut Turn) {
        let task = self.task_of(press.hit);
        if press.double && task.is_none() {
            out.movement = Some(Movement::Zoom(f64::from(press.x), f64::from(press.y), 2.0));
            return;
        }
        out.after.selected = task.map(|t| self.open.run.task_id(TaskId(t)).to_owned());
        if press.double {
            let zoom = seen(&plane(&self.drawn.1, self.view.camera, size, false)).camera.zoom.max(1.0);
            let node = task.and_then(|t| self.drawn.0.node_of.get(t as usize).copied());
            if let Some(camera) = node.and_then(|n| onto(&self.drawn.1, n, zoom)) {
                out.after.camera = Some(camera);
            }
        }
    }

    fn fit(&self, size: Size, view: &mut ViewState) {
        let node = self.open.selected(view).and_then(|t| self.drawn.0.node_of.get(t.index()).copied());
        let Some(camera) = node.and_then(|n| onto(&self.drawn.1, n, 1.0)) else { return };
        view.camera = if view.camera == Some(camera) { None } else { Some(camera) };
        self.reveal(size, view);
    }

    fn reveal(&self, size: Size, view: &mut ViewState) {
        let node = self.open.selected(view).and_then(|t| self.drawn.0.node_of.get(t.index()).copied());
        let zoom = seen(&plane(&self.drawn.1, self.view.camera, size, false)).camera.zoom;
        if let Some(camera) = node.and_then(|n| onto(&self.drawn.1, n, zoom)) {
            view.camera = Some(camera);
        }
    }
}
