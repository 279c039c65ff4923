//! One graph of the tasks and dependencies of two runs.

use std::ops::Range;
use std::rc::Rc;

use makespan_layout::Layout;
use makespan_scene::{Hit, counted};
use makespan_views::compare::Legend;
use makespan_views::compare::graph::{Graph, overlay, scene, twin};
use makespan_views::gesture::Movement;
use makespan_views::graph::fit;
use makespan_views::{Look, Table, Target, ViewState};

use super::drawable::{Drawable, picked};
use super::graph::{between, onto, plane, seen};
use crate::answer::{Overlay, Picture, Turn};
use crate::compared::Compared;
use crate::question::{Pointer, Press, Size};
use crate::session::Session;

pub(crate) struct Union<'s> {
    view: &'s ViewState,
    compared: Rc<Compared>,
    drawn: Rc<(Graph, Layout)>,
}

impl<'s> Union<'s> {
    pub(crate) fn new(session: &Session, view: &'s ViewState) -> Option<Union<'s>> {
        let compared = session.compared(view)?;
        let drawn = compared.graph(&view.filter);
        Some(Union { view, compared, drawn })
    }

    fn row_of(&self, hit: Hit) -> Option<u32> {
        match Target::of(hit)? {
            Target::Matched(row) => Some(row),
            Target::Group(node) => self.drawn.0.row_of(&self.compared.pair(), node),
            _ => None,
        }
    }
}

impl Drawable for Union<'_> {
    fn picture(&self, size: Size) -> Picture {
        let (graph, layout) = (&self.drawn.0, &self.drawn.1);
        let frame = plane(layout, self.view.compare.camera, fit, size, true);
        let look = self.compared.look(&self.view.filter);
        let (pair, mode) = (self.compared.pair(), self.view.compare.mode);
        let tasks = counted(self.compared.matching.tasks.len(), "task");
        Picture {
            scene: scene(&pair, graph, layout, &look, mode, &seen(&frame)),
            frame,
            label: format!(
                "Graph of both runs: {}, {}. The table (V) holds the same.",
                counted(graph.nodes.len(), "node"),
                counted(graph.edges.len(), "edge")
            ),
            about: if graph.by_step {
                format!("{tasks} shown as {}", counted(graph.nodes.len(), "step"))
            } else {
                String::new()
            },
            legend: Some(Legend::Graph.scene(size.0)),
            rows: self.rows(),
            ..Picture::default()
        }
    }

    fn overlay(&self, size: Size, pointer: &Pointer) -> Overlay {
        let frame = seen(&plane(&self.drawn.1, self.view.compare.camera, fit, size, true));
        let look = Look {
            hover: self.row_of(pointer.hit),
            selected: self.compared.selected(self.view),
            ..Look::default()
        };
        let mut made = overlay(&self.drawn.0, &self.drawn.1, &look, &frame);
        if let Some((from, to)) = pointer.picked {
            picked(&mut made, between(from, to));
        }
        Overlay { scene: made, ..Overlay::default() }
    }

    fn rows(&self) -> usize {
        self.drawn.0.nodes.len()
    }

    fn table(&self, range: Range<usize>) -> Table {
        twin(&self.compared.pair(), &self.drawn.0, range)
    }

    fn marked(&self) -> Option<u32> {
        self.compared.selected(self.view)
    }

    fn press(&self, _: Size, press: &Press, out: &mut Turn) {
        if press.double {
            out.movement = Some(Movement::Zoom(f64::from(press.x), f64::from(press.y), 2.0));
        } else {
            self.compared.select(self.row_of(press.hit), &mut out.after);
        }
    }

    fn reveal(&self, size: Size, view: &mut ViewState) {
        let node = self.compared.selected(view).and_then(|r| self.drawn.0.node_of.get(r as usize).copied());
        let zoom = seen(&plane(&self.drawn.1, self.view.compare.camera, fit, size, true)).camera.zoom;
        if let Some(camera) = node.and_then(|n| onto(&self.drawn.1, n, zoom)) {
            view.compare.camera = Some(camera);
        }
    }
}
