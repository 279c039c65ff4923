//! The names of lanes to the left of the rows.

use makespan_scene::{Bars, Face, Hit, Paint, Path, Rect, Role, Scene, Seg, Stroke, Text, fit_middle};

use super::lane::SIGN;
use super::{Frame, Index};
use crate::target::Target;

/// Distance between the longest name and the rows, px.
const AIR: f32 = 10.0;

/// Draws the names, each hit over the whole height of its lane; lanes that contain others have a sign.
pub(super) fn draw(scene: &mut Scene, index: &Index, frame: &Frame) {
    let first = index.lanes.partition_point(|l| l.first_row + l.rows <= frame.first_row);
    let mut below = f32::MIN;
    let mut grounds = Bars::default();
    let mut names = Vec::new();
    for (i, lane) in index.lanes.iter().enumerate().skip(first) {
        let top = frame.row_top(lane.first_row).max(frame.top);
        if top > frame.height {
            break;
        }
        let bottom = frame.row_top(lane.first_row + lane.rows).min(frame.height);
        let middle = top + ((bottom - top) / 2.0).min(frame.row_height / 2.0);
        let y = middle + 4.0;
        // If lanes are thinner than a line of text, only as many as fit are named.
        if y - below < 12.0 || y > frame.height {
            continue;
        }
        below = y;
        let hit = Target::Lane(i as u32).hit();
        grounds.push(
            Rect::new(0.0, top, frame.gutter, (bottom - top).max(0.0)),
            Paint::from(Role::Panel).with_alpha(0),
            hit,
        );
        let x = lane.begin();
        if let Some(is_open) = lane.head.as_ref().and_then(|h| h.is_open) {
            names.push(sign(x - SIGN + 4.0, middle, is_open).with_hit(hit).into());
        }
        let weight = lane.weight();
        let text = fit_middle(&lane.name, frame.gutter - x - AIR, 12.0, weight, Face::Sans);
        let text = Text { weight, ..Text::new(x, y, 12.0, Role::Text, text) };
        names.push(text.with_hit(hit).into());
    }
    scene.push(grounds);
    scene.items.extend::<Vec<makespan_scene::Item>>(names);
    let (x, bottom) = (frame.gutter, frame.height);
    scene.push(Path::line((x, 0.0), (x, bottom), Stroke::new(Role::Border, 1.0)));
}

/// Returns a triangle that points down for an expanded lane, and to the right for a collapsed one.
fn sign(x: f32, y: f32, is_open: bool) -> Path {
    let corners = if is_open {
        [(x - 4.0, y - 2.0), (x + 4.0, y - 2.0), (x, y + 3.0)]
    } else {
        [(x - 2.0, y - 4.0), (x + 3.0, y), (x - 2.0, y + 4.0)]
    };
    let [(ax, ay), (bx, by), (cx, cy)] = corners;
    Path::filled(vec![Seg::Move(ax, ay), Seg::Line(bx, by), Seg::Line(cx, cy), Seg::Close], Role::TextMuted)
}

/// Outlines the name of the lane that keys apply to.
pub fn mark_focus(scene: &mut Scene, index: &Index, frame: &Frame, lane: usize) {
    let Some(lane) = index.lanes.get(lane) else { return };
    let top = frame.row_top(lane.first_row).max(frame.top);
    let bottom = frame.row_top(lane.first_row + lane.rows).min(frame.height);
    if bottom > top {
        let mut around =
            Bars { outline: Some(Stroke::new(Role::Selection, 2.0)), radius: 3.0, ..Bars::default() };
        let rect = Rect::new(2.0, top + 1.0, frame.gutter - 4.0, bottom - top - 2.0);
        around.push(rect, Paint::from(Role::Selection).with_alpha(0), Hit::NONE);
        scene.push(around);
    }
}
