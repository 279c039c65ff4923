//! The plane of a graph: its visible part, and the lines on it.

use std::collections::BTreeMap;

use makespan_layout::{Layout, Route};
use makespan_scene::{Group, Rect, Seg};
use serde::{Deserialize, Serialize};

use super::arrange::READABLE;
use crate::look::Camera;

/// The size of the picture and the visible part of the plane.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Width, px.
    pub width: f32,
    /// Height, px.
    pub height: f32,
    /// The camera.
    pub camera: Camera,
}

impl Frame {
    /// Returns the camera after zooming by a factor around a position (px), whose point of the plane stays in place.
    pub fn zoomed(&self, x: f32, y: f32, by: f32) -> Camera {
        let c = self.camera;
        let zoom = (c.zoom * by).clamp(0.002, 4.0);
        let (px, py) = (x - self.width / 2.0, y - self.height / 2.0);
        Camera { x: c.x + px / c.zoom - px / zoom, y: c.y + py / c.zoom - py / zoom, zoom }
    }

    /// Returns the visible part of the plane.
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

/// Returns the camera that shows a whole layout in a picture of this size, at most at its natural size.
pub fn fit(layout: &Layout, width: f32, height: f32) -> Camera {
    let air = 24.0;
    let zoom = ((width - air) / layout.width.max(1.0)).min((height - air) / layout.height.max(1.0));
    Camera { x: layout.width / 2.0, y: layout.height / 2.0, zoom: zoom.clamp(0.001, 1.0) }
}

/// A graph opens at its beginning, unless its densest part has this many times more nodes.
const SPARSE: usize = 3;

/// Returns the initial camera of a layout: all of it, or, if names would be unreadable then, its beginning. If there
/// are few nodes at the beginning, the part of this size with the most nodes. O(n log n).
pub fn opening(layout: &Layout, width: f32, height: f32) -> Camera {
    let all = fit(layout, width, height);
    if all.zoom >= READABLE {
        return all;
    }
    // The first node at the left edge.
    let left = layout.nodes.iter().map(|at| at.x).fold(f32::INFINITY, f32::min);
    let at_left = layout.nodes.iter().filter(|at| at.x <= left + 100.0);
    let top = at_left.map(|at| at.y).fold(f32::INFINITY, f32::min);
    let along = |extent: f32, seen: f32, middle: f32| {
        let half = seen / READABLE / 2.0;
        let (from, to) = (half - 12.0, extent - half + 12.0);
        if from >= to { extent / 2.0 } else { middle.clamp(from, to) }
    };
    let at = |x: f32, y: f32| {
        let (x, y) = (along(layout.width, width, x), along(layout.height, height, y));
        Frame { width, height, camera: Camera { x, y, zoom: READABLE } }
    };
    let begins = at(0.0, top);
    let Some((x, y)) = densest(layout, begins.seen()) else { return begins.camera };
    let dense = at(x, y);
    let shown = |frame: &Frame| {
        let seen = frame.seen();
        layout.nodes.iter().filter(|at| seen.contains(at.x, at.y)).count()
    };
    if shown(&begins).saturating_mul(SPARSE) < shown(&dense) { dense.camera } else { begins.camera }
}

/// Returns the middle of the part, as large as `seen`, with the most nodes, to half its size; the leftmost of equal
/// ones.
fn densest(layout: &Layout, seen: Rect) -> Option<(f32, f32)> {
    let (w, h) = ((seen.w / 2.0).max(1.0), (seen.h / 2.0).max(1.0));
    let mut corners = BTreeMap::<(i32, i32), usize>::new();
    for node in &layout.nodes {
        let (column, row) = ((node.x / w) as i32, (node.y / h) as i32);
        for (left, up) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            *corners.entry((column - left, row - up)).or_default() += 1;
        }
    }
    let (corner, _) = corners.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)))?;
    Some(((corner.0 + 1) as f32 * w, (corner.1 + 1) as f32 * h))
}

/// Returns the bounding box of a route.
pub(crate) fn bounds(route: &Route) -> Option<Rect> {
    let mut points = route.points.iter();
    let p = points.next()?;
    let (mut x0, mut y0, mut x1, mut y1) = (p.x, p.y, p.x, p.y);
    for p in points {
        (x0, y0, x1, y1) = (x0.min(p.x), y0.min(p.y), x1.max(p.x), y1.max(p.y));
    }
    Some(Rect::new(x0 - 1.0, y0 - 1.0, x1 - x0 + 2.0, y1 - y0 + 2.0))
}

/// Adds the line of a route, with an arrow head of length `head`, px.
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
