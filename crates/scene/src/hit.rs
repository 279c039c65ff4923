//! Finds the shape under a point of a scene.

use crate::font::width;
use crate::items::{Anchor, Bars, Group, Hit, Item, Path, Rect, Scene, Seg, Text};
use crate::painter::MAX_DEPTH;

/// Number of pieces of a flattened curve: at the size of an arrow on a screen, errors stay below half a pixel.
const PIECES: u32 = 24;

/// Returns the topmost shape with a hit id under the point (in pixels of the scene). A shape exactly under the point
/// takes precedence over one within `slack` pixels. Transforms and clips of groups apply; shapes without a hit id are
/// ignored.
pub fn hit(scene: &Scene, x: f32, y: f32, slack: f32) -> Hit {
    let mut found = Found { exact: Hit::NONE, near: Hit::NONE };
    if !(x.is_finite() && y.is_finite()) {
        return Hit::NONE;
    }
    let start = Probe { x, y, slack: if slack > 0.0 { slack } else { 0.0 }, clipped: false };
    let mut open = vec![(scene.items.iter(), start)];
    while let Some((items, probe)) = open.last_mut() {
        let probe = *probe;
        match items.next() {
            None => {
                open.pop();
            }
            Some(Item::Group(group)) => {
                if open.len() <= MAX_DEPTH
                    && let Some(inner) = probe.inside(group)
                {
                    open.push((group.items.iter(), inner));
                }
            }
            Some(Item::Bars(bars)) => found.bars(bars, probe),
            Some(Item::Path(path)) if path.hit != Hit::NONE => {
                found.take(path.hit, path_distance(path, probe), probe);
            }
            Some(Item::Text(text)) if text.hit != Hit::NONE => {
                found.take(text.hit, text_distance(text, probe), probe);
            }
            Some(Item::Path(_) | Item::Text(_) | Item::Link(_)) => {}
        }
    }
    if found.exact == Hit::NONE { found.near } else { found.exact }
}

/// The point in the coordinates of a group.
#[derive(Clone, Copy)]
struct Probe {
    x: f32,
    y: f32,
    slack: f32,
    /// The point itself is outside a clip; only its slack reaches inside.
    clipped: bool,
}

impl Probe {
    fn inside(self, group: &Group) -> Option<Probe> {
        let inner = Probe {
            x: (self.x - group.dx) / group.scale,
            y: (self.y - group.dy) / group.scale,
            slack: self.slack / group.scale.abs(),
            clipped: self.clipped,
        };
        if !(inner.x.is_finite() && inner.y.is_finite() && inner.slack.is_finite()) {
            return None;
        }
        match group.clip {
            None => Some(inner),
            Some(clip) if clip.contains(inner.x, inner.y) => Some(inner),
            Some(clip) => {
                (rect_distance(&clip, inner) <= inner.slack).then_some(Probe { clipped: true, ..inner })
            }
        }
    }
}

/// Later items are on top, so each match replaces the previous one.
struct Found {
    exact: Hit,
    near: Hit,
}

impl Found {
    fn take(&mut self, hit: Hit, distance: f32, probe: Probe) {
        if distance <= 0.0 && !probe.clipped {
            self.exact = hit;
        } else if distance <= probe.slack {
            self.near = hit;
        }
    }

    fn bars(&mut self, bars: &Bars, probe: Probe) {
        // Incomplete columns are never hit: a row without a hit id is ignored.
        for (i, &hit) in bars.hit.iter().enumerate().take(bars.len()) {
            if hit != Hit::NONE
                && let Some((rect, ..)) = bars.get(i)
            {
                self.take(hit, rect_distance(&rect, probe), probe);
            }
        }
    }
}

/// Returns the distance to a rectangle; 0 inside, NaN (never a hit) if the rectangle has NaN.
fn rect_distance(rect: &Rect, probe: Probe) -> f32 {
    if rect.contains(probe.x, probe.y) {
        return 0.0;
    }
    if !rect.is_finite() {
        return f32::NAN;
    }
    let dx = (rect.x - probe.x).max(probe.x - rect.right()).max(0.0);
    let dy = (rect.y - probe.y).max(probe.y - rect.bottom()).max(0.0);
    // On the right or bottom edge the distance is 0, but the point is not inside.
    dx.hypot(dy).max(f32::MIN_POSITIVE)
}

/// Returns the distance to the painted part of a path: 0 inside its fill or on its stroke.
fn path_distance(path: &Path, probe: Probe) -> f32 {
    let half = path.stroke.as_ref().map(|stroke| stroke.width / 2.0);
    if !may_reach(&path.segs, probe, half.unwrap_or(0.0) + probe.slack) {
        return f32::INFINITY;
    }
    let mut nearest = f32::INFINITY;
    let mut winding = 0;
    flatten(&path.segs, |a, b, drawn| {
        // An edge that only the fill closes is not stroked.
        if drawn {
            nearest = nearest.min(line_distance(a, b, (probe.x, probe.y)));
        }
        let cross = (b.0 - a.0) * (probe.y - a.1) - (probe.x - a.0) * (b.1 - a.1);
        if a.1 <= probe.y && b.1 > probe.y && cross > 0.0 {
            winding += 1;
        } else if b.1 <= probe.y && a.1 > probe.y && cross < 0.0 {
            winding -= 1;
        }
    });
    if path.fill.is_some() && winding != 0 {
        return 0.0;
    }
    (nearest - half.unwrap_or(0.0)).max(if half.is_some() { 0.0 } else { f32::MIN_POSITIVE })
}

/// Returns whether the bounding box of all points, including control points, is within `reach`: a curve stays inside
/// it, and most arrows of a graph are excluded here before any is flattened.
fn may_reach(segs: &[Seg], probe: Probe, reach: f32) -> bool {
    let (mut left, mut top, mut right, mut bottom) =
        (f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY);
    let mut add = |x: f32, y: f32| {
        (left, top, right, bottom) = (left.min(x), top.min(y), right.max(x), bottom.max(y));
    };
    for seg in segs {
        match *seg {
            Seg::Move(x, y) | Seg::Line(x, y) => add(x, y),
            Seg::Cubic(ax, ay, bx, by, x, y) => {
                add(ax, ay);
                add(bx, by);
                add(x, y);
            }
            Seg::Close => {}
        }
    }
    probe.x >= left - reach && probe.x <= right + reach && probe.y >= top - reach && probe.y <= bottom + reach
}

fn line_distance(a: (f32, f32), b: (f32, f32), p: (f32, f32)) -> f32 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let part = if length > 0.0 { ((p.0 - a.0) * dx + (p.1 - a.1) * dy) / length } else { 0.0 };
    let part = part.clamp(0.0, 1.0);
    (a.0 + part * dx - p.0).hypot(a.1 + part * dy - p.1)
}

/// Calls `line(from, to, drawn)` for every straight piece; edges that close open outlines are not `drawn`.
fn flatten(segs: &[Seg], mut line: impl FnMut((f32, f32), (f32, f32), bool)) {
    let mut start = (0.0, 0.0);
    let mut at = (0.0, 0.0);
    for seg in segs {
        match *seg {
            Seg::Move(x, y) => {
                line(at, start, false);
                (start, at) = ((x, y), (x, y));
            }
            Seg::Line(x, y) => {
                line(at, (x, y), true);
                at = (x, y);
            }
            Seg::Cubic(ax, ay, bx, by, x, y) => {
                let from = at;
                for i in 1..=PIECES {
                    let t = i as f32 / PIECES as f32;
                    let s = 1.0 - t;
                    let (k0, k1, k2, k3) = (s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t);
                    let to =
                        (k0 * from.0 + k1 * ax + k2 * bx + k3 * x, k0 * from.1 + k1 * ay + k2 * by + k3 * y);
                    line(at, to, true);
                    at = to;
                }
            }
            Seg::Close => {
                line(at, start, true);
                at = start;
            }
        }
    }
    line(at, start, false);
}

/// Returns the distance to the box of a line of text: its width by the font table, its height from ascenders to
/// descenders.
fn text_distance(text: &Text, probe: Probe) -> f32 {
    let w = width(&text.text, text.size, text.weight, text.face);
    let left = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -w / 2.0,
        Anchor::End => -w,
    };
    let (sin, cos) = text.rotate.to_radians().sin_cos();
    let (dx, dy) = (probe.x - text.x, probe.y - text.y);
    // Rotates the point back instead of rotating the box.
    let turned = Probe { x: dx * cos + dy * sin, y: dy * cos - dx * sin, ..probe };
    rect_distance(&Rect::new(left, -0.8 * text.size, w, 1.05 * text.size), turned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::items::{Stroke, Weight};
    use crate::role::Role;
    use proptest::prelude::*;

    fn bar(x: f32, y: f32, w: f32, h: f32, id: u64) -> Bars {
        let mut bars = Bars::default();
        bars.push(Rect::new(x, y, w, h), Role::Running, Hit(id));
        bars
    }

    fn scene(items: Vec<Item>) -> Scene {
        Scene { width: 200.0, height: 100.0, title: String::new(), items }
    }

    #[test]
    fn the_topmost_exact_bar_wins_over_near_ones() {
        let s = scene(vec![
            bar(0.0, 0.0, 50.0, 10.0, 1).into(),
            bar(40.0, 0.0, 20.0, 10.0, 2).into(),
            bar(60.0, 0.0, 1.0, 10.0, 3).into(),
        ]);
        assert_eq!(hit(&s, 10.0, 5.0, 0.0), Hit(1));
        assert_eq!(hit(&s, 45.0, 5.0, 0.0), Hit(2));
        assert_eq!(hit(&s, 59.5, 5.0, 3.0), Hit(2));
        assert_eq!(hit(&s, 63.0, 5.0, 3.0), Hit(3));
        assert_eq!(hit(&s, 63.0, 5.0, 1.0), Hit::NONE);
        assert_eq!(hit(&s, f32::NAN, 5.0, 1.0), Hit::NONE);
    }

    #[test]
    fn groups_move_scale_and_clip() {
        let mut group =
            Group { scale: 2.0, clip: Some(Rect::new(0.0, 0.0, 10.0, 10.0)), ..Group::at(20.0, 20.0) };
        group.push(bar(0.0, 0.0, 50.0, 5.0, 9));
        let s = scene(vec![group.into()]);
        assert_eq!(hit(&s, 21.0, 29.0, 0.0), Hit(9));
        assert_eq!(hit(&s, 21.0, 31.0, 0.0), Hit::NONE);
        assert_eq!(hit(&s, 41.0, 25.0, 0.0), Hit::NONE);
        assert_eq!(hit(&s, 41.0, 25.0, 2.0), Hit(9));
        let flat = Group { scale: 0.0, items: vec![bar(0.0, 0.0, 1.0, 1.0, 1).into()], ..Group::default() };
        assert_eq!(hit(&scene(vec![flat.into()]), 0.0, 0.0, 5.0), Hit::NONE);
    }

    #[test]
    fn paths_by_winding_and_by_distance() {
        let triangle = vec![Seg::Move(0.0, 0.0), Seg::Line(20.0, 0.0), Seg::Line(0.0, 20.0)];
        let s = scene(vec![Path::filled(triangle, Role::Accent).with_hit(Hit(1)).into()]);
        assert_eq!(hit(&s, 5.0, 5.0, 0.0), Hit(1));
        assert_eq!(hit(&s, 15.0, 15.0, 0.0), Hit::NONE);
        let curve = vec![Seg::Move(0.0, 0.0), Seg::Cubic(50.0, 0.0, 50.0, 50.0, 100.0, 50.0)];
        let s = scene(vec![Path::stroked(curve, Stroke::new(Role::Edge, 2.0)).with_hit(Hit(2)).into()]);
        assert_eq!(hit(&s, 50.0, 25.0, 0.0), Hit(2));
        assert_eq!(hit(&s, 50.0, 30.0, 1.0), Hit::NONE);
        assert_eq!(hit(&s, 50.0, 30.0, 6.0), Hit(2));
        // The straight way back from the curve's end is not painted.
        assert_eq!(hit(&s, 20.0, 10.0, 0.5), Hit::NONE);
    }

    #[test]
    fn text_boxes_turn_with_the_text() {
        let text = Text::new(100.0, 50.0, 10.0, Role::Text, "WWWW").anchored(Anchor::End).with_hit(Hit(4));
        let w = width("WWWW", 10.0, Weight::Regular, Default::default());
        let s = scene(vec![text.clone().into()]);
        assert_eq!(hit(&s, 100.0 - w + 1.0, 47.0, 0.0), Hit(4));
        assert_eq!(hit(&s, 101.0, 47.0, 0.0), Hit::NONE);
        let s = scene(vec![Text { rotate: 90.0, ..text }.into()]);
        assert_eq!(hit(&s, 102.0, 50.0 - w + 1.0, 0.0), Hit(4));
        assert_eq!(hit(&s, 95.0, 50.0 - w + 1.0, 0.0), Hit::NONE);
    }

    #[test]
    fn shapes_without_a_target_are_transparent_to_hits() {
        let mut cover = Bars::default();
        cover.push(Rect::new(0.0, 0.0, 90.0, 90.0), Role::Hover, Hit::NONE);
        let s = scene(vec![bar(0.0, 0.0, 9.0, 9.0, 1).into(), cover.into()]);
        assert_eq!(hit(&s, 3.0, 3.0, 0.0), Hit(1));
    }

    proptest! {
        #[test]
        fn a_point_inside_a_bar_finds_it(x in -1e4f32..1e4, y in -1e4f32..1e4, w in 1f32..500.0, h in 1f32..50.0, dx in -99f32..99.0, scale in 0.1f32..10.0) {
            let mut group = Group { scale, ..Group::at(dx, 0.0) };
            group.push(bar(x, y, w, h, 5));
            let (px, py) = ((x + w / 2.0) * scale + dx, (y + h / 2.0) * scale);
            prop_assert_eq!(hit(&scene(vec![group.into()]), px, py, 0.0), Hit(5));
        }
    }
}
