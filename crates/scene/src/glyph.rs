//! Signs of statuses, so that colour is never the only mark: shapes for scenes, characters for text tables.

use std::f32::consts::TAU;

use crate::items::{Hit, Paint, Path, Seg, Stroke};
use crate::role::Role;

/// A sign on the square from -1 to 1: closed shapes to fill, or lines to stroke.
enum Sign {
    Fill(Vec<Seg>),
    Line(Vec<Seg>),
}

/// Returns the sign of a status around a centre, in a square of `size` pixels; legible from 8 px. `None` for roles that
/// are not a status.
pub fn status_glyph(role: Role, cx: f32, cy: f32, size: f32, paint: Paint) -> Option<Path> {
    let half = size / 2.0;
    let place = |x: f32, y: f32| (cx + x * half, cy + y * half);
    let (segs, filled) = match sign(role)? {
        Sign::Fill(segs) => (segs, true),
        Sign::Line(segs) => (segs, false),
    };
    let segs = segs
        .into_iter()
        .map(|seg| match seg {
            Seg::Move(x, y) => {
                let (x, y) = place(x, y);
                Seg::Move(x, y)
            }
            Seg::Line(x, y) => {
                let (x, y) = place(x, y);
                Seg::Line(x, y)
            }
            Seg::Cubic(ax, ay, bx, by, x, y) => {
                let ((ax, ay), (bx, by), (x, y)) = (place(ax, ay), place(bx, by), place(x, y));
                Seg::Cubic(ax, ay, bx, by, x, y)
            }
            Seg::Close => Seg::Close,
        })
        .collect();
    // Thin lines vanish at 8 px, thick ones blur at 14.
    let stroke = (!filled).then(|| Stroke::new(paint, (size * 0.14).max(1.25)));
    Some(Path { segs, fill: filled.then_some(paint), stroke, hit: Hit::NONE })
}

/// Returns the sign of a status or of a difference as one character of the bundled font; "·" for other roles.
pub fn glyph_char(role: Role) -> &'static str {
    match role {
        Role::Pending => "…",
        Role::Queued => "◷",
        Role::Running => "▶",
        Role::Retrying => "↻",
        Role::Succeeded => "✓",
        Role::Failed => "✗",
        Role::Skipped => "»",
        Role::Cancelled => "■",
        Role::UpstreamFailed => "↛",
        Role::Cached => "ϟ",
        Role::Unknown => "?",
        Role::Less => "▼",
        Role::More => "▲",
        Role::Neutral => "≈",
        _ => "·",
    }
}

fn sign(role: Role) -> Option<Sign> {
    Some(match role {
        Role::Succeeded => Sign::Line(polyline(&[(-0.7, 0.05), (-0.2, 0.55), (0.7, -0.5)])),
        Role::Failed => Sign::Line(cross(0.0, 0.0, 0.55)),
        Role::Running => Sign::Fill(polygon(&[(-0.5, -0.75), (0.75, 0.0), (-0.5, 0.75)])),
        Role::Retrying => {
            // Most of a circle, with an arrowhead at its end at the upper right.
            let mut segs = arc(0.0, 0.0, 0.62, 0.03, 0.86);
            segs.extend(polyline(&[(0.72, -0.85), (0.42, -0.46), (-0.05, -0.3)]));
            Sign::Line(segs)
        }
        Role::Queued => {
            let mut segs = arc(0.0, 0.0, 0.75, 0.0, 1.0);
            segs.push(Seg::Close);
            segs.extend(polyline(&[(0.0, -0.45), (0.0, 0.05), (0.35, 0.25)]));
            Sign::Line(segs)
        }
        Role::Pending => {
            Sign::Fill([-0.68, 0.0, 0.68].into_iter().flat_map(|x| disc(x, 0.0, 0.22)).collect())
        }
        Role::Skipped => {
            let mut segs = polygon(&[(-0.8, -0.6), (0.0, 0.0), (-0.8, 0.6)]);
            segs.extend(polygon(&[(0.0, -0.6), (0.8, 0.0), (0.0, 0.6)]));
            Sign::Fill(segs)
        }
        Role::Cancelled => Sign::Fill(polygon(&[(-0.55, -0.55), (0.55, -0.55), (0.55, 0.55), (-0.55, 0.55)])),
        Role::UpstreamFailed => {
            // A line from the left that ends in a cross.
            let mut segs = polyline(&[(-0.95, 0.0), (-0.15, 0.0)]);
            segs.extend(polyline(&[(-0.55, -0.45), (-0.1, 0.0), (-0.55, 0.45)]));
            segs.extend(cross(0.55, 0.0, 0.38));
            Sign::Line(segs)
        }
        Role::Cached => Sign::Fill(polygon(&[
            (0.25, -0.95),
            (-0.6, 0.15),
            (-0.08, 0.15),
            (-0.25, 0.95),
            (0.6, -0.2),
            (0.08, -0.2),
        ])),
        Role::Unknown => {
            let mut segs = arc(0.0, -0.4, 0.42, 0.5, 1.2);
            segs.push(Seg::Cubic(0.1, 0.05, 0.0, 0.1, 0.0, 0.4));
            segs.extend(polyline(&[(0.0, 0.6), (0.0, 0.88)]));
            Sign::Line(segs)
        }
        _ => return None,
    })
}

fn polyline(points: &[(f32, f32)]) -> Vec<Seg> {
    points
        .iter()
        .enumerate()
        .map(|(i, &(x, y))| if i == 0 { Seg::Move(x, y) } else { Seg::Line(x, y) })
        .collect()
}

fn polygon(points: &[(f32, f32)]) -> Vec<Seg> {
    let mut segs = polyline(points);
    segs.push(Seg::Close);
    segs
}

fn cross(cx: f32, cy: f32, r: f32) -> Vec<Seg> {
    let mut segs = polyline(&[(cx - r, cy - r), (cx + r, cy + r)]);
    segs.extend(polyline(&[(cx + r, cy - r), (cx - r, cy + r)]));
    segs
}

fn disc(cx: f32, cy: f32, r: f32) -> Vec<Seg> {
    let mut segs = arc(cx, cy, r, 0.0, 1.0);
    segs.push(Seg::Close);
    segs
}

/// Returns an arc clockwise from turn `from` to turn `to` (0 is right, 0.25 is down), as one curve per quarter turn.
fn arc(cx: f32, cy: f32, r: f32, from: f32, to: f32) -> Vec<Seg> {
    let pieces = ((to - from) * 4.0).ceil().max(1.0);
    let angle = (to - from) * TAU / pieces;
    // Handle length of a cubic that meets the circle at its ends and its middle.
    let handle = 4.0 / 3.0 * (angle / 4.0).tan() * r;
    let point = |turn: f32| (turn.cos(), turn.sin());
    let mut segs = Vec::new();
    for i in 0..pieces as usize {
        let (a, b) = (from * TAU + angle * i as f32, from * TAU + angle * (i + 1) as f32);
        let ((ac, asin), (bc, bsin)) = (point(a), point(b));
        if i == 0 {
            segs.push(Seg::Move(cx + r * ac, cy + r * asin));
        }
        segs.push(Seg::Cubic(
            cx + r * ac - handle * asin,
            cy + r * asin + handle * ac,
            cx + r * bc + handle * bsin,
            cy + r * bsin - handle * bc,
            cx + r * bc,
            cy + r * bsin,
        ));
    }
    segs
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn every_status_and_nothing_else_has_its_own_sign_inside_the_square() {
        let mut seen = Vec::new();
        for &role in Role::ALL {
            let glyph = status_glyph(role, 100.0, 50.0, 10.0, Role::OnStatus.into());
            assert_eq!(glyph.is_some(), role.is_status(), "{}", role.name());
            let Some(glyph) = glyph else { continue };
            assert!(glyph.fill.is_some() != glyph.stroke.is_some());
            for seg in &glyph.segs {
                let (Seg::Move(x, y) | Seg::Line(x, y) | Seg::Cubic(_, _, _, _, x, y)) = *seg else {
                    continue;
                };
                assert!((95.0..=105.0).contains(&x) && (45.0..=55.0).contains(&y), "{} {x} {y}", role.name());
            }
            assert!(!seen.contains(&(glyph.segs.clone())));
            seen.push(glyph.segs);
            assert_ne!(glyph_char(role), "·");
        }
    }
}
