//! The graph as a scene.

use makespan_layout::Layout;
use makespan_model::{NONE, Order as _, Run};
use makespan_scene::{Bars, Dash, Group, Hit, Paint, Path, Rect, Role, Scene, Seg, Stroke};

use super::arrange::Drawn;
use super::card::{Cards, Style, is_named};
use super::node::Node;
use super::plane::{Frame, bounds, push_route};
use crate::look::Look;
use crate::roles::status_role;
use crate::target::Target;

/// Returns the box of a node.
pub(super) fn place(layout: &Layout, node: &Node, i: usize) -> Rect {
    let (size, c) = (node.size, layout.nodes[i]);
    Rect::new(c.x - size.w / 2.0, c.y - size.h / 2.0, size.w, size.h)
}

/// The marks of a node's tasks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub(super) critical: bool,
    pub(super) dim: bool,
    pub(super) related: bool,
}

impl Mark {
    pub(super) fn of(node: &Node, look: &Look) -> Mark {
        let any = |is: &dyn Fn(u32) -> bool| node.tasks.iter().any(|&t| is(t));
        Mark {
            critical: !look.marks.critical.is_empty() && any(&|t| look.marks.is_critical(t)),
            dim: !look.marks.dim.is_empty() && !any(&|t| !look.marks.is_dim(t)),
            related: !look.marks.related.is_empty()
                && any(&|t| look.marks.is_related(t) || look.selected == Some(t)),
        }
    }
}

/// Draws the nodes and edges within the frame. At small zoom, blocks of colour replace names, and lines replace arrows.
pub fn scene(run: &Run, drawn: &Drawn, look: &Look, frame: &Frame) -> Scene {
    let mut scene = Scene::new(frame.width, frame.height, format!("Graph of {}", run.title()));
    let mut body = Group { label: "Tasks and dependencies".to_owned(), ..frame.group() };
    let marks: Vec<Mark> = drawn.graph.nodes.iter().map(|node| Mark::of(node, look)).collect();
    super::timed::axis(run, drawn, look, frame, &mut body);
    borders(drawn, &marks, frame, &mut body);
    edges(drawn, &marks, look, frame, &mut body);
    nodes(drawn, &marks, look, frame, &mut body);
    scene.push(body);
    scene
}

/// Returns whether some tasks are marked as related.
pub(super) fn some_related(look: &Look) -> bool {
    !look.marks.related.is_empty()
}

/// Draws the borders of expanded groups, the outermost first.
fn borders(drawn: &Drawn, marks: &[Mark], frame: &Frame, body: &mut Group) {
    let (graph, seen, zoom) = (&drawn.graph, frame.seen(), frame.camera.zoom);
    let mut open: Vec<(u32, usize)> = Vec::new();
    for (i, node) in graph.nodes.iter().enumerate().filter(|(_, node)| node.is_open) {
        let (mut depth, mut at) = (0, node.parent);
        while at != NONE {
            (depth, at) = (depth + 1, graph.nodes[at as usize].parent);
        }
        open.push((depth, i));
    }
    open.order();
    let outline = Some(Stroke::new(Role::Border, 1.0 / zoom.clamp(0.3, 1.0)));
    let mut boxes = Bars { radius: 8.0, outline, ..Bars::default() };
    let mut cards = Cards::default();
    for (depth, i) in open {
        let (node, rect) = (&graph.nodes[i], place(&drawn.layout, &graph.nodes[i], i));
        if rect.intersects(&seen) {
            let role = if depth % 2 == 0 { Role::Panel } else { Role::Surface };
            boxes.push(rect, role, Target::Group(i as u32).hit());
            let alpha = if marks[i].dim { 80 } else { 255 };
            cards.title(node, rect, Style { role, is_status: true, alpha, zoom });
        }
    }
    body.push(boxes);
    body.items.extend(cards.signs);
}

fn edges(drawn: &Drawn, marks: &[Mark], look: &Look, frame: &Frame, body: &mut Group) {
    let (graph, seen, zoom) = (&drawn.graph, frame.seen(), frame.camera.zoom);
    let head = if zoom >= 0.3 { 7.0 } else { 0.0 };
    let some_related = some_related(look);
    let (mut plain, mut pale, mut cut, mut within) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut marked, mut chosen) = (Vec::new(), Vec::new());
    for (i, &(a, b)) in graph.edges.iter().chain(&graph.within).enumerate() {
        let Some(route) = drawn.layout.routes.get(i) else { continue };
        if !bounds(route).is_some_and(|r| r.intersects(&seen)) {
            continue;
        }
        if i >= graph.edges.len() {
            push_route(route, 0.0, &mut within);
            continue;
        }
        let (a, b) = (marks[a as usize], marks[b as usize]);
        let list = if graph.cut[i] {
            &mut cut
        } else if graph.critical[i] && a.critical && b.critical {
            &mut marked
        } else if some_related && a.related && b.related {
            &mut chosen
        } else if some_related || a.dim || b.dim {
            &mut pale
        } else {
            &mut plain
        };
        push_route(route, head, list);
    }
    let dash = if graph.inferred { Dash::Dotted } else { Dash::Solid };
    let thin = (1.2 / zoom.max(0.3)).min(3.0);
    let mut lines = |segs: Vec<Seg>, role: Role, width: f32, dash: Dash| {
        if !segs.is_empty() {
            body.push(Path::stroked(segs, Stroke::new(role, width).dashed(dash)));
        }
    };
    lines(within, Role::Edge, thin, Dash::Dashed);
    lines(pale, Role::EdgeMuted, thin, dash);
    lines(plain, Role::Edge, thin, dash);
    lines(cut, Role::Failed, thin, Dash::Dashed);
    lines(chosen, Role::Selection, thin * 1.5, dash);
    lines(marked, Role::Critical, thin * 2.5, dash);
}

/// Returns the colour of a node: that of its status, or of the chosen property.
pub(super) fn colour(node: &Node, look: &Look) -> Role {
    if look.colours.is_none() {
        status_role(node.common_status().unwrap_or(node.status()))
    } else {
        look.role(node.tasks.first().copied().unwrap_or(u32::MAX), node.status())
    }
}

fn nodes(drawn: &Drawn, marks: &[Mark], look: &Look, frame: &Frame, body: &mut Group) {
    let (graph, seen, zoom) = (&drawn.graph, frame.seen(), frame.camera.zoom);
    let outlined = |role: Role, width: f32| Bars {
        radius: 6.0,
        outline: Some(Stroke::new(role, width)),
        ..Bars::default()
    };
    let mut boxes = outlined(Role::Border, 1.0);
    let mut stacks = outlined(Role::Border, 1.0);
    let mut outlines = outlined(Role::Critical, 2.0 / zoom.clamp(0.3, 1.0));
    let mut cards = Cards::default();
    for (i, node) in graph.nodes.iter().enumerate().filter(|(_, node)| !node.is_open) {
        let rect = place(&drawn.layout, node, i);
        if !rect.intersects(&seen) {
            continue;
        }
        let faint = marks[i].dim || (some_related(look) && !marks[i].related);
        let alpha = if faint { 80 } else { 255 };
        let hit = node.task().map_or(Target::Group(i as u32), Target::Task).hit();
        let is_status = look.colours.is_none();
        let role = colour(node, look);
        if is_named(zoom) {
            if node.tasks.len() > 1 {
                stacks.push(Rect::new(rect.x + 4.0, rect.y + 4.0, rect.w, rect.h), Role::Panel, Hit::NONE);
            }
            boxes.push(rect, Paint::from(Role::Raised).with_alpha(alpha), hit);
        } else {
            boxes.push(rect, Paint::from(role).with_alpha(alpha), hit);
        }
        cards.card(node, rect, Style { role, is_status, alpha, zoom });
        if marks[i].critical {
            outlines.push(rect, Paint::from(Role::Critical).with_alpha(0), Hit::NONE);
        }
    }
    body.push(stacks);
    body.push(boxes);
    body.push(cards.stripes);
    body.push(outlines);
    body.items.extend(cards.signs);
}

/// Draws outlines around the hovered and the selected node, by index.
pub fn overlay(drawn: &Drawn, hover: Option<u32>, selected: Option<u32>, frame: &Frame) -> Scene {
    let mut scene = Scene::new(frame.width, frame.height, "");
    let mut body = frame.group();
    for (node, role, width) in [(hover, Role::Hover, 1.5), (selected, Role::Selection, 3.0)] {
        let Some(n) = node.filter(|n| (*n as usize) < drawn.graph.nodes.len()) else { continue };
        let width = width / frame.camera.zoom.clamp(0.2, 1.0);
        let mut around = Bars { outline: Some(Stroke::new(role, width)), radius: 8.0, ..Bars::default() };
        let rect = place(&drawn.layout, &drawn.graph.nodes[n as usize], n as usize).inset(-2.0);
        around.push(rect, Paint::from(role).with_alpha(0), Hit::NONE);
        body.push(around);
    }
    scene.push(body);
    scene
}
