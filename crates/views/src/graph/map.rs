//! The small map of a graph that is larger than its window: all nodes as spots, and the visible part.

use std::collections::BTreeMap;

use makespan_model::Status;
use makespan_scene::{Bars, Hit, Paint, Rect, Role, Scene, Stroke};

use super::arrange::Drawn;
use super::picture::place;
use super::plane::Frame;
use crate::roles::status_role;

/// Maximum size of the map, px, and the minimum size in which a finger can drag.
const LARGEST: (f32, f32) = (200.0, 132.0);
const LEAST: f32 = 44.0;

/// Maximum fraction of the window's width and height for the map.
const PART: f32 = 0.34;

/// Padding around the nodes, px.
const AIR: f32 = 4.0;

/// Returns the size of the map of a layout in a window, px. `None` if the window has no room for a map.
pub fn map_size(layout: (f32, f32), window: (f32, f32)) -> Option<(f32, f32)> {
    let most = (LARGEST.0.min(window.0 * PART), LARGEST.1.min(window.1 * PART));
    if most.0 < LEAST || most.1 < LEAST || !(layout.0 > 0.0 && layout.1 > 0.0) {
        return None;
    }
    let k = scale(layout, most);
    let side = |length: f32, most: f32| (length * k + 2.0 * AIR).round().clamp(LEAST, most);
    Some((side(layout.0, most.0), side(layout.1, most.1)))
}

/// Returns the pixels per unit of the plane.
fn scale(layout: (f32, f32), size: (f32, f32)) -> f32 {
    let along = |room: f32, length: f32| (room - 2.0 * AIR).max(1.0) / length.max(1.0);
    along(size.0, layout.0).min(along(size.1, layout.1))
}

/// Returns the scale, and the origin of the plane within the map.
fn onto(layout: (f32, f32), size: (f32, f32)) -> (f32, f32, f32) {
    let k = scale(layout, size);
    (k, (size.0 - layout.0 * k) / 2.0, (size.1 - layout.1 * k) / 2.0)
}

/// Returns the point of the plane at a position in its map, px.
pub fn map_point(layout: (f32, f32), size: (f32, f32), (x, y): (f32, f32)) -> (f32, f32) {
    let (k, dx, dy) = onto(layout, size);
    let within = |v: f32, most: f32| if v.is_finite() { v.clamp(0.0, most.max(0.0)) } else { 0.0 };
    (within((x - dx) / k, layout.0), within((y - dy) / k, layout.1))
}

/// Draws all nodes at this size. Nodes on the same pixels become one spot, and failures are drawn last, so that the
/// scene is bounded by the pixels and no failure is hidden. O(n log n).
#[inline(never)]
pub fn map(drawn: &Drawn, size: (f32, f32)) -> Scene {
    let mut scene = Scene::new(size.0, size.1, "Map of the graph");
    let layout = &drawn.layout;
    let (k, dx, dy) = onto((layout.width, layout.height), size);
    let mut spots: [BTreeMap<[u16; 4], Role>; 2] = Default::default();
    for (i, node) in drawn.graph.nodes.iter().enumerate().filter(|(_, node)| !node.is_open) {
        let at = place(layout, node, i);
        let has_failed = node.statuses[Status::Failed as usize] > 0;
        let least = if has_failed { 3.0 } else { 2.0 };
        let px = |v: f32| v.round().clamp(0.0, f32::from(u16::MAX)) as u16;
        let spot =
            [px(at.x * k + dx), px(at.y * k + dy), px((at.w * k).max(least)), px((at.h * k).max(least))];
        let role = if has_failed { Role::Failed } else { status_role(node.status()) };
        spots[usize::from(has_failed)].entry(spot).or_insert(role);
    }
    let mut bars = Bars::default();
    for ([x, y, w, h], role) in spots.into_iter().flatten() {
        bars.push(Rect::new(x.into(), y.into(), w.into(), h.into()), role, Hit::NONE);
    }
    scene.push(bars);
    scene
}

/// Returns whether a frame shows a whole layout of this size.
pub fn sees_all(frame: &Frame, layout: (f32, f32)) -> bool {
    let seen = frame.seen();
    // A smaller part outside the window would be invisible on the map.
    let slack = 2.0 / frame.camera.zoom.max(0.001);
    seen.x <= slack
        && seen.y <= slack
        && seen.right() >= layout.0 - slack
        && seen.bottom() >= layout.1 - slack
}

/// Marks the part of the map that a frame shows, and shades the rest.
pub fn mark_seen(scene: &mut Scene, frame: &Frame, layout: (f32, f32)) {
    let (w, h) = (scene.width, scene.height);
    let (k, dx, dy) = onto(layout, (w, h));
    let seen = frame.seen();
    let edge = |v: f32, most: f32| v.clamp(1.0, (most - 1.0).max(1.0));
    let (x0, x1) = (edge(seen.x * k + dx, w), edge(seen.right() * k + dx, w));
    let (y0, y1) = (edge(seen.y * k + dy, h), edge(seen.bottom() * k + dy, h));
    let mut shade = Bars::default();
    let paint = Paint::from(Role::Shadow).with_alpha(50);
    for rect in [
        Rect::new(0.0, 0.0, w, y0),
        Rect::new(0.0, y1, w, h - y1),
        Rect::new(0.0, y0, x0, y1 - y0),
        Rect::new(x1, y0, w - x1, y1 - y0),
    ] {
        shade.push(rect, paint, Hit::NONE);
    }
    scene.push(shade);
    let mut around = Bars { outline: Some(Stroke::new(Role::Accent, 1.5)), ..Bars::default() };
    let rect = Rect::new(x0, y0, (x1 - x0).max(3.0), (y1 - y0).max(3.0));
    around.push(rect, Paint::from(Role::Accent).with_alpha(0), Hit::NONE);
    scene.push(around);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fmt::Write as _;
    use std::sync::Arc;

    use makespan_analysis::Facts;
    use makespan_scene::Item;

    use super::*;
    use crate::graph::{Graphing, Grouping, drawn};
    use crate::look::Camera;

    fn graph(n: usize) -> Drawn {
        let mut text = String::new();
        for i in 0..n {
            let status = if i == n / 2 { " failed" } else { "" };
            let _ = writeln!(text, "t{i} {i}..{} w t{}{status}", i + 1, i / 2);
        }
        let run = makespan_model::notation::run(&text).unwrap();
        drawn(&Facts::new(Arc::new(run)), &Graphing { by: Grouping::Tasks, ..Graphing::default() }, None)
    }

    fn spots(scene: &Scene) -> Vec<(Rect, Role)> {
        let bars = scene.items.iter().filter_map(|item| match item {
            Item::Bars(bars) => Some(bars),
            _ => None,
        });
        bars.flat_map(|b| {
            (0..b.len()).map(move |i| (Rect::new(b.x[i], b.y[i], b.w[i], b.h[i]), b.fill[i].role))
        })
        .collect()
    }

    #[test]
    fn a_map_shows_every_failure_and_grows_with_its_pixels() {
        let mut drawn = graph(300);
        let layout = (drawn.layout.width, drawn.layout.height);
        let size = map_size(layout, (1_200.0, 700.0)).unwrap();
        assert!(size.0 <= LARGEST.0 && size.1 <= LARGEST.1 && size.0 >= LEAST && size.1 >= LEAST);
        let made = spots(&map(&drawn, size));
        let (last, role) = *made.last().unwrap();
        assert_eq!(role, Role::Failed);
        assert!(last.w >= 3.0 && last.h >= 3.0);
        let inside = |r: &Rect| r.x >= 0.0 && r.right() <= size.0 + 3.0 && r.bottom() <= size.1 + 3.0;
        assert!(made.iter().all(|(r, _)| inside(r)));
        // Whatever lies on the same pixels is one spot, and one for the failure.
        let at = drawn.layout.nodes[0];
        drawn.layout.nodes.iter_mut().for_each(|p| *p = at);
        drawn.graph.nodes.iter_mut().for_each(|n| n.size.w = 100.0);
        assert_eq!(spots(&map(&drawn, size)).len(), 2);
    }

    #[test]
    fn a_click_on_the_map_leads_to_the_node_under_it() {
        let layout = (3_000.0, 900.0);
        let size = map_size(layout, (1_200.0, 700.0)).unwrap();
        let (k, dx, dy) = onto(layout, size);
        let (x, y) = map_point(layout, size, (1_000.0 * k + dx, 400.0 * k + dy));
        assert!((x - 1_000.0).abs() < 1.0 && (y - 400.0).abs() < 1.0);
        assert_eq!(map_point(layout, size, (-50.0, 9_999.0)), (0.0, 900.0));
        assert_eq!(map_point(layout, size, (f32::NAN, 0.0)).0, 0.0);
    }

    #[test]
    fn there_is_no_map_if_all_is_visible_or_the_window_is_tiny() {
        let frame = |zoom| Frame { width: 800.0, height: 600.0, camera: Camera { x: 400.0, y: 300.0, zoom } };
        assert!(sees_all(&frame(1.0), (800.0, 600.0)));
        assert!(!sees_all(&frame(2.0), (800.0, 600.0)));
        assert_eq!(map_size((3_000.0, 900.0), (100.0, 700.0)), None);
        assert_eq!(map_size((0.0, 0.0), (1_200.0, 700.0)), None);
    }
}
