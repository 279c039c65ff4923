//! The graph as a scene.

use makespan_layout::{Layout, Route};
use makespan_model::{Run, Status};
use makespan_scene::{
    Bars, Dash, Face, Group, Hit, Paint, Path, Rect, Role, Scene, Seg, Stroke, Text, Weight, fit as fit_text,
    status_glyph,
};
use serde::{Deserialize, Serialize};

use super::{Graph, Node};
use crate::look::{Camera, Look};
use crate::roles::status_role;
use crate::target::Target;

/// Size of the picture and the part of the plane that it shows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// px.
    pub width: f32,
    /// px.
    pub height: f32,
    /// What is in the middle, and how large.
    pub camera: Camera,
}

impl Frame {
    /// The camera after zooming by a factor, so that the point of the plane under a place (px) stays there.
    pub fn zoomed(&self, x: f32, y: f32, by: f32) -> Camera {
        let c = self.camera;
        let zoom = (c.zoom * by).clamp(0.002, 4.0);
        let (px, py) = (x - self.width / 2.0, y - self.height / 2.0);
        Camera { x: c.x + px / c.zoom - px / zoom, y: c.y + py / c.zoom - py / zoom, zoom }
    }

    /// The part of the plane that is seen.
    pub(crate) fn seen(&self) -> Rect {
        let (w, h) = (self.width / self.camera.zoom, self.height / self.camera.zoom);
        Rect::new(self.camera.x - w / 2.0, self.camera.y - h / 2.0, w, h)
    }

    pub(crate) fn group(&self) -> Group {
        let z = self.camera.zoom;
        Group {
            dx: self.width / 2.0 - self.camera.x * z,
            dy: self.height / 2.0 - self.camera.y * z,
            scale: z,
            ..Group::default()
        }
    }
}

/// The camera that shows all of a layout in a picture of that size, at most at its natural size.
pub fn fit(layout: &Layout, width: f32, height: f32) -> Camera {
    let air = 24.0;
    let zoom = ((width - air) / layout.width.max(1.0)).min((height - air) / layout.height.max(1.0));
    Camera { x: layout.width / 2.0, y: layout.height / 2.0, zoom: zoom.clamp(0.001, 1.0) }
}

/// The box of a node.
fn place(layout: &Layout, node: &Node, i: usize) -> Rect {
    let size = node.size();
    let c = layout.nodes[i];
    Rect::new(c.x - size.w / 2.0, c.y - size.h / 2.0, size.w, size.h)
}

/// The box around a route.
pub(crate) fn bounds(route: &Route) -> Option<Rect> {
    let mut points = route.points.iter();
    let p = points.next()?;
    let (mut x0, mut y0, mut x1, mut y1) = (p.x, p.y, p.x, p.y);
    for p in points {
        (x0, y0, x1, y1) = (x0.min(p.x), y0.min(p.y), x1.max(p.x), y1.max(p.y));
    }
    Some(Rect::new(x0 - 1.0, y0 - 1.0, x1 - x0 + 2.0, y1 - y0 + 2.0))
}

/// Adds the line of a route, with an arrow head where `head` is its length, px.
pub(crate) fn push_route(route: &Route, head: f32, segs: &mut Vec<Seg>) {
    let points = &route.points;
    let Some(first) = points.first() else { return };
    segs.push(Seg::Move(first.x, first.y));
    for c in points[1..].chunks_exact(3) {
        segs.push(Seg::Cubic(c[0].x, c[0].y, c[1].x, c[1].y, c[2].x, c[2].y));
    }
    if head > 0.0
        && let [.., before, end] = points.as_slice()
    {
        let (dx, dy) = (end.x - before.x, end.y - before.y);
        let length = dx.hypot(dy);
        let (ux, uy) = if length > 0.01 { (dx / length, dy / length) } else { (1.0, 0.0) };
        let (bx, by) = (end.x - ux * head, end.y - uy * head);
        segs.push(Seg::Move(bx - uy * head * 0.5, by + ux * head * 0.5));
        segs.push(Seg::Line(end.x, end.y));
        segs.push(Seg::Line(bx + uy * head * 0.5, by - ux * head * 0.5));
    }
}

/// Nodes and edges within the frame. At small zoom names give way to blocks of colour, arrow heads to lines.
pub fn scene(run: &Run, graph: &Graph, layout: &Layout, look: &Look, frame: &Frame) -> Scene {
    let mut scene = Scene::new(frame.width, frame.height, format!("Graph of {}", run.title()));
    let mut body = Group { label: "Tasks and dependencies".to_owned(), ..frame.group() };
    let seen = frame.seen();
    let zoom = frame.camera.zoom;
    let readable = zoom >= 0.35;
    let head = if zoom >= 0.3 { 7.0 } else { 0.0 };

    let critical_node = |n: u32| graph.nodes[n as usize].tasks.iter().any(|&t| look.marks.is_critical(t));
    let dim_node = |n: u32| graph.nodes[n as usize].tasks.iter().all(|&t| look.marks.is_dim(t));
    let related = |n: u32| {
        graph.nodes[n as usize].tasks.iter().any(|&t| look.marks.is_related(t) || look.selected == Some(t))
    };
    let some_related = look.selected.is_some() && !look.marks.related.is_empty();

    let (mut plain, mut pale, mut cut) = (Vec::new(), Vec::new(), Vec::new());
    let (mut marked, mut chosen) = (Vec::new(), Vec::new());
    for (i, &(a, b)) in graph.edges.iter().enumerate() {
        let Some(route) = layout.routes.get(i) else { continue };
        if !bounds(route).is_some_and(|r| r.intersects(&seen)) {
            continue;
        }
        let on_path = critical_node(a) && critical_node(b) && consecutive(graph, look, a, b);
        let list = if graph.cut[i] {
            &mut cut
        } else if on_path {
            &mut marked
        } else if some_related && related(a) && related(b) {
            &mut chosen
        } else if some_related || dim_node(a) || dim_node(b) {
            &mut pale
        } else {
            &mut plain
        };
        push_route(route, head, list);
    }
    let dash = if graph.inferred { Dash::Dotted } else { Dash::Solid };
    let thin = (1.2 / zoom.max(0.3)).min(3.0);
    let mut lines = |segs: Vec<Seg>, paint: Paint, width: f32, dash: Dash| {
        if !segs.is_empty() {
            body.push(Path::stroked(segs, Stroke::new(paint, width).dashed(dash)));
        }
    };
    lines(pale, Role::EdgeMuted.into(), thin, dash);
    lines(plain, Role::Edge.into(), thin, dash);
    lines(cut, Role::Failed.into(), thin, Dash::Dashed);
    lines(chosen, Role::Selection.into(), thin * 1.5, dash);
    lines(marked, Role::Critical.into(), thin * 2.0, dash);

    let mut boxes = Bars { radius: 6.0, outline: Some(Stroke::new(Role::Border, 1.0)), ..Bars::default() };
    let mut stacks = Bars { radius: 6.0, outline: Some(Stroke::new(Role::Border, 1.0)), ..Bars::default() };
    let mut stripes = Bars::default();
    let mut outlines = Bars {
        radius: 6.0,
        outline: Some(Stroke::new(Role::Critical, 2.0 / zoom.clamp(0.3, 1.0))),
        ..Bars::default()
    };
    let mut signs = Vec::new();
    for (i, node) in graph.nodes.iter().enumerate() {
        let rect = place(layout, node, i);
        if !rect.intersects(&seen) {
            continue;
        }
        let n = i as u32;
        let faint = dim_node(n) || (some_related && !related(n));
        let alpha = if faint { 80 } else { 255 };
        let hit = if node.tasks.len() == 1 && !graph.by_step {
            Target::Task(node.tasks[0]).hit()
        } else {
            Target::Group(n).hit()
        };
        let role = look.role(node.tasks.first().copied().unwrap_or(u32::MAX), node.status());
        if !readable {
            boxes.push(rect, Paint::from(role).with_alpha(alpha), hit);
        } else {
            if node.tasks.len() > 1 {
                stacks.push(Rect::new(rect.x + 4.0, rect.y + 4.0, rect.w, rect.h), Role::Panel, Hit::NONE);
            }
            boxes.push(rect, Paint::from(Role::Raised).with_alpha(alpha), hit);
            one(node, role, rect, alpha, &mut stripes, &mut signs);
        }
        if critical_node(n) {
            outlines.push(rect, Paint::from(Role::Critical).with_alpha(0), Hit::NONE);
        }
    }
    body.push(stacks);
    body.push(boxes);
    body.push(stripes);
    body.push(outlines);
    body.items.extend(signs);
    scene.push(body);
    scene
}

/// Whether an edge between two marked nodes is itself of the critical path: nothing marked lies between them.
fn consecutive(graph: &Graph, look: &Look, a: u32, b: u32) -> bool {
    let first = |n: u32| graph.nodes[n as usize].tasks.iter().copied().filter(|t| look.marks.is_critical(*t));
    // Tasks stand in topological order and so do those of the path: no marked task may come between.
    let from = first(a).max();
    let to = first(b).filter(|t| from.is_some_and(|f| *t > f)).min();
    match (from, to) {
        (Some(f), Some(t)) if graph.by_step => f < t,
        (Some(f), Some(t)) => !(f + 1..t).any(|m| look.marks.is_critical(m)),
        _ => false,
    }
}

fn one(
    node: &Node,
    role: Role,
    rect: Rect,
    alpha: u8,
    stripes: &mut Bars,
    signs: &mut Vec<makespan_scene::Item>,
) {
    let paint = |role: Role| Paint::from(role).with_alpha(alpha);
    let square = Rect::new(rect.x + 5.0, rect.y + 5.0, 20.0, rect.h - 10.0);
    stripes.push(square, paint(role), Hit::NONE);
    let (cx, cy) = (square.x + square.w / 2.0, square.y + square.h / 2.0);
    if let Some(sign) = status_glyph(status_role(node.status()), cx, cy, 12.0, paint(role.on())) {
        signs.push(sign.into());
    }
    let x = rect.x + 32.0;
    let room = rect.w - 38.0;
    let label = fit_text(&node.label, room, 12.0, Weight::Bold, Face::Sans);
    let y = if node.note.is_empty() { rect.y + 24.0 } else { rect.y + 17.5 };
    signs.push(Text::new(x, y, 12.0, paint(Role::Text), label).bold().into());
    let note = fit_text(&node.note, room, 10.5, Weight::Regular, Face::Sans);
    signs.push(Text::new(x, rect.y + 31.5, 10.5, paint(Role::TextMuted), note).into());
    if node.tasks.len() > 1 {
        // How its tasks ended, as a bar along the bottom.
        let total = node.tasks.len() as f32;
        let mut at = rect.x + 32.0;
        for s in Status::ALL {
            let part = node.statuses[s as usize] as f32 / total * room;
            if part > 0.0 {
                stripes.push(
                    Rect::new(at, rect.bottom() - 5.0, part.max(1.0), 3.0),
                    paint(status_role(s)),
                    Hit::NONE,
                );
                at += part;
            }
        }
    }
}

/// Marks around the hovered and the selected node.
pub fn overlay(graph: &Graph, layout: &Layout, look: &Look, frame: &Frame) -> Scene {
    let mut scene = Scene::new(frame.width, frame.height, "");
    let mut body = frame.group();
    for (task, role, width) in [(look.hover, Role::Hover, 1.5), (look.selected, Role::Selection, 3.0)] {
        let node = task.and_then(|t| graph.node_of.get(t as usize)).copied().filter(|n| *n != u32::MAX);
        let Some(n) = node else { continue };
        let width = width / frame.camera.zoom.clamp(0.2, 1.0);
        let mut around = Bars { outline: Some(Stroke::new(role, width)), radius: 8.0, ..Bars::default() };
        let rect = place(layout, &graph.nodes[n as usize], n as usize).inset(-2.0);
        around.push(rect, Paint::from(role).with_alpha(0), Hit::NONE);
        body.push(around);
    }
    scene.push(body);
    scene
}
