//! The combined graph as a scene.

use makespan_analysis::compare::Match;
use makespan_layout::Layout;
use makespan_model::{Run, Status, TaskId};
use makespan_scene::{
    Anchor, Bars, Dash, Face, Group, Hit, Item, Paint, Path, Rect, Role, Scene, Stroke, Text, Weight,
    duration, fit, fit_middle, status_glyph,
};

use super::super::{Mode, Pair, pair::sign};
use super::{Graph, Node};
use crate::graph::{Frame, bounds, push_route};
use crate::look::Look;
use crate::roles::status_role;
use crate::target::Target;

/// Returns the box of a node.
fn place(layout: &Layout, node: &Node, i: usize) -> Option<Rect> {
    let (size, c) = (node.size(), layout.nodes.get(i)?);
    Some(Rect::new(c.x - size.w / 2.0, c.y - size.h / 2.0, size.w, size.h))
}

/// Returns the stroke that shows which runs have something: both, only B (stronger, solid), only A (dashed).
fn stroke(in_a: bool, in_b: bool, thin: f32) -> Stroke {
    match (in_a, in_b) {
        (false, true) => Stroke::new(Role::Text, thin * 1.7),
        (true, false) => Stroke::new(Role::TextMuted, thin * 1.3).dashed(Dash::Dashed),
        _ => Stroke::new(Role::Edge, thin),
    }
}

/// Draws the nodes and edges within the frame; `look` refers to rows. If only one run is shown, everything keeps its
/// position, and what only the other run has is not drawn. At small zoom, blocks of colour replace names.
pub fn scene(
    pair: &Pair<'_>,
    graph: &Graph,
    layout: &Layout,
    look: &Look,
    mode: Mode,
    frame: &Frame,
) -> Scene {
    let (a, b) = (pair.a.run().title(), pair.b.run().title());
    let title = match mode {
        Mode::Union => format!("Combined graph of {a} and {b}"),
        Mode::A => format!("Graph of {a}, beside {b}"),
        Mode::B => format!("Graph of {b}, beside {a}"),
    };
    let mut scene = Scene::new(frame.width, frame.height, title);
    let mut body = Group { label: "Tasks and dependencies of both runs".to_owned(), ..frame.group() };
    edges(graph, layout, look, mode, frame, &mut body);
    nodes(pair, graph, layout, look, mode, frame, &mut body);
    scene.push(body);
    scene
}

fn is_dim(node: &Node, look: &Look) -> bool {
    node.rows.iter().all(|&r| look.marks.is_dim(r))
}

fn edges(graph: &Graph, layout: &Layout, look: &Look, mode: Mode, frame: &Frame, body: &mut Group) {
    let zoom = frame.camera.zoom;
    let seen = frame.seen();
    let head = if zoom >= 0.3 { 7.0 } else { 0.0 };
    let thin = (1.2 / zoom.max(0.3)).min(3.0);
    // One path for each kind of line: in both, only in B, only in A, and dimmed ones.
    let mut lists: [Vec<makespan_scene::Seg>; 4] = Default::default();
    let ends = graph.edges.iter().zip(&graph.sides).zip(&layout.routes);
    for ((&(from, to), &(in_a, in_b)), route) in ends {
        if !mode.shows(in_a, in_b) || !bounds(route).is_some_and(|r| r.intersects(&seen)) {
            continue;
        }
        let dim = [from, to].into_iter().any(|n| is_dim(&graph.nodes[n as usize], look));
        let list = match (dim, mode, in_a, in_b) {
            (true, ..) => 3,
            (_, Mode::Union, false, true) => 1,
            (_, Mode::Union, true, false) => 2,
            _ => 0,
        };
        push_route(route, head, &mut lists[list]);
    }
    let [both, only_b, only_a, pale] = lists;
    let dotted = |s: Stroke| if graph.inferred { s.dashed(Dash::Dotted) } else { s };
    let drawn = [
        (pale, dotted(Stroke::new(Role::EdgeMuted, thin))),
        (both, dotted(stroke(true, true, thin))),
        (only_a, stroke(true, false, thin)),
        (only_b, stroke(false, true, thin)),
    ];
    for (segs, stroke) in drawn {
        if !segs.is_empty() {
            body.push(Path::stroked(segs, stroke));
        }
    }
}

fn nodes(
    pair: &Pair<'_>,
    graph: &Graph,
    layout: &Layout,
    look: &Look,
    mode: Mode,
    frame: &Frame,
    body: &mut Group,
) {
    let zoom = frame.camera.zoom;
    let seen = frame.seen();
    let readable = zoom >= 0.35;
    let rounded = |stroke: Option<Stroke>| Bars { radius: 6.0, outline: stroke, ..Bars::default() };
    let thin = 1.0 / zoom.clamp(0.3, 1.0);
    let mut stacks = rounded(Some(Stroke::new(Role::Border, 1.0)));
    let mut common = rounded(Some(Stroke::new(Role::Border, 1.0)));
    let mut added = rounded(Some(stroke(false, true, thin * 1.2)));
    let mut removed = rounded(Some(stroke(true, false, thin * 1.2)));
    let mut signs: Vec<Item> = Vec::new();
    for (i, node) in graph.nodes.iter().enumerate() {
        let Some(rect) = place(layout, node, i).filter(|r| r.intersects(&seen)) else { continue };
        if !mode.shows(node.in_a(), node.in_b()) {
            continue;
        }
        let alpha = if is_dim(node, look) { 80 } else { 255 };
        let hit = match node.rows.as_slice() {
            [row] if !graph.by_step => Target::Matched(*row).hit(),
            _ => Target::Group(i as u32).hit(),
        };
        let fill = fill(pair, node);
        let boxes = match (mode, node.how) {
            (Mode::Union, Match::Added) => &mut added,
            (Mode::Union, Match::Removed) => &mut removed,
            _ => &mut common,
        };
        if readable && node.rows.len() > 1 {
            stacks.push(Rect::new(rect.x + 4.0, rect.y + 4.0, rect.w, rect.h), Role::Panel, Hit::NONE);
        }
        boxes.push(rect, Paint::from(fill).with_alpha(alpha), hit);
        if readable {
            one(pair, node, rect, Paint::from(fill.on()).with_alpha(alpha), mode, &mut signs);
        }
    }
    for bars in [stacks, common, removed, added] {
        body.push(bars);
    }
    body.items.extend(signs);
}

/// Returns the colour of a box: how much longer or shorter it became.
fn fill(pair: &Pair<'_>, node: &Node) -> Role {
    node.strength(pair).map_or(Role::Raised, Role::diverge)
}

/// Draws the text and signs of one box.
fn one(pair: &Pair<'_>, node: &Node, rect: Rect, paint: Paint, mode: Mode, signs: &mut Vec<Item>) {
    let strength = node.strength(pair);
    let middle = rect.y + rect.h / 2.0;
    let mark = Text::new(rect.x + 15.0, middle + 5.0, 14.0, paint, sign(node.how, strength));
    signs.push(mark.anchored(Anchor::Middle).bold().into());
    let right = rect.right() - 8.0 - statuses(pair, node, rect, mode, signs);
    let x = rect.x + 28.0;
    let label = fit_middle(&node.label, right - x, 12.0, Weight::Bold, Face::Sans);
    signs.push(Text::new(x, rect.y + 17.0, 12.0, paint, label).bold().into());
    let note = fit_note(node, mode, rect.right() - 8.0 - x);
    signs.push(Text::new(x, rect.y + 31.5, 10.5, paint, note).into());
}

fn fit_note(node: &Node, mode: Mode, room: f32) -> String {
    let known = |ns: Option<i64>| ns.map_or("?".to_owned(), duration);
    let note = match mode {
        Mode::Union => node.note(),
        Mode::A => known(node.a_ns),
        Mode::B => known(node.b_ns),
    };
    fit(&note, room, 10.5, Weight::Regular, Face::Sans).into_owned()
}

/// Draws the status in both runs if they differ or one is a failure. Returns the width used.
fn statuses(pair: &Pair<'_>, node: &Node, rect: Rect, mode: Mode, signs: &mut Vec<Item>) -> f32 {
    let of = |run: &Run, task: Option<TaskId>| task.map(|t| run.tasks.status[t.index()]);
    let [row] = node.rows.as_slice() else { return 0.0 };
    let Some(task) = pair.row(*row) else { return 0.0 };
    let (a, b) = (of(pair.a.run(), task.a), of(pair.b.run(), task.b));
    let both = [a.filter(|_| mode != Mode::B), b.filter(|_| mode != Mode::A)];
    let shown: Vec<Status> = both.into_iter().flatten().collect();
    let plain = |s: Status| matches!(s, Status::Succeeded | Status::Cached);
    let wanted = match shown.as_slice() {
        [a, b] => a != b || a.is_failure(),
        [one] => !plain(*one),
        _ => false,
    };
    if !wanted {
        return 0.0;
    }
    // Each status has a box of its own colour, because its sign alone would be hard to see on a coloured node.
    let mut room = 0.0;
    let mut ground = Bars { radius: 3.0, ..Bars::default() };
    let mut glyphs = Vec::new();
    for status in shown.into_iter().rev() {
        let role = status_role(status);
        let square = Rect::new(rect.right() - 20.0 - room, rect.y + 6.0, 14.0, 14.0);
        ground.push(square, role, Hit::NONE);
        glyphs.extend(
            status_glyph(role, square.x + 7.0, square.y + 7.0, 9.0, role.on().into()).map(Item::from),
        );
        room += 16.0;
    }
    signs.push(ground.into());
    signs.extend(glyphs);
    room
}

/// Draws outlines around the hovered and the selected row.
pub fn overlay(graph: &Graph, layout: &Layout, look: &Look, frame: &Frame) -> Scene {
    let mut scene = Scene::new(frame.width, frame.height, "");
    let mut body = frame.group();
    for (row, role, width) in [(look.hover, Role::Hover, 1.5), (look.selected, Role::Selection, 3.0)] {
        let node = row.and_then(|r| graph.node_of.get(r as usize)).copied();
        let Some(n) = node.filter(|n| *n != u32::MAX) else { continue };
        let Some(rect) = place(layout, &graph.nodes[n as usize], n as usize) else { continue };
        let width = width / frame.camera.zoom.clamp(0.2, 1.0);
        let mut around = Bars { outline: Some(Stroke::new(role, width)), radius: 8.0, ..Bars::default() };
        around.push(rect.inset(-2.0), Paint::from(role).with_alpha(0), Hit::NONE);
        body.push(around);
    }
    scene.push(body);
    scene
}
