//! The radar as a scene.

use std::f32::consts::TAU;

use makespan_scene::{
    Anchor, Bars, Dash, Face, Hit, Paint, Path, Rect, Role, Scene, Seg, Stroke, Text, Weight, fit, fit_middle,
};

use super::{Outline, Radar};
use crate::chart::frame::{SMALL, wide, wrapped};
use crate::chart::{Tip, said};

const PAD: f32 = 8.0;
const LINE: f32 = 15.0;
/// Maximum distance of a pointer from a corner, px.
const NEAR: f32 = 18.0;

/// The layout.
struct Frame {
    top: f32,
    /// Left, row from the top, and text of each entry of the legend.
    legend: Vec<(f32, usize, String)>,
    notes: Vec<String>,
    centre: (f32, f32),
    radius: f32,
    /// Room for the labels beside the circle, px.
    side: f32,
}

impl Radar {
    /// Returns the height that it needs at a width, px.
    pub fn height(&self, width: f32) -> f32 {
        // In a very high picture, only the width limits the circle.
        let frame = self.frame(width, 10_000.0);
        let circle = (2.0 * frame.radius).clamp(130.0, 340.0) + 4.0 * LINE + 10.0;
        (frame.top + circle + frame.notes.len() as f32 * 14.0 + 2.0 * PAD).ceil()
    }

    fn frame(&self, w: f32, h: f32) -> Frame {
        let (w, h) = (w.max(120.0), h.max(120.0));
        let mut legend = Vec::new();
        let (mut x, mut line) = (PAD, 0);
        for outline in &self.outlines {
            let text =
                fit(&outline.name, w - 2.0 * PAD - 28.0, SMALL, Weight::Regular, Face::Sans).into_owned();
            let needs = 26.0 + wide(&text, SMALL);
            if x > PAD && x + needs > w - PAD {
                (x, line) = (PAD, line + 1);
            }
            legend.push((x, line, text));
            x += needs + 14.0;
        }
        let top = PAD + 22.0 + (line + 1) as f32 * LINE + 4.0;
        let notes: Vec<String> =
            self.notes.iter().flat_map(|n| wrapped(n, w - 2.0 * PAD, SMALL, 3)).collect();
        let room = (h - top - notes.len() as f32 * 14.0 - 2.0 * PAD).max(80.0);
        let widest =
            self.spokes.iter().map(|s| wide(&s.name, SMALL).max(wide(&s.unit.text(s.largest), SMALL)));
        let side = widest.fold(0.0, f32::max).min(w * 0.27);
        let radius = (room / 2.0 - 2.0 * LINE - 4.0).min(w / 2.0 - side - PAD - 10.0).max(24.0);
        Frame { top, legend, notes, centre: (w / 2.0, top + room / 2.0), radius, side }
    }

    /// Returns the direction of an axis: the first one points up, the others follow clockwise.
    fn direction(&self, axis: usize) -> (f32, f32) {
        let turn = axis as f32 / self.spokes.len().max(1) as f32 * TAU;
        (turn.sin(), -turn.cos())
    }

    fn point(&self, frame: &Frame, axis: usize, part: f32) -> (f32, f32) {
        let (x, y) = self.direction(axis);
        (frame.centre.0 + x * frame.radius * part, frame.centre.1 + y * frame.radius * part)
    }

    /// Returns the corner of an outline on an axis; `None` if the value is unknown.
    fn corner(&self, frame: &Frame, outline: &Outline, axis: usize) -> Option<(f32, f32)> {
        let (value, spoke) = (outline.values.get(axis)?, self.spokes.get(axis)?);
        let part = (value / spoke.largest) as f32;
        part.is_finite().then(|| self.point(frame, axis, part.clamp(0.0, 1.0)))
    }

    /// Builds the picture at a size, px.
    pub fn scene(&self, width: f32, height: f32) -> Scene {
        let frame = self.frame(width, height);
        let mut scene = Scene::new(width, height, self.title.as_str());
        let mut ground = Bars::default();
        ground.push(Rect::new(0.0, 0.0, width, height), Role::Surface, Hit::NONE);
        scene.push(ground);
        let title = fit(&self.title, width - 2.0 * PAD, 13.0, Weight::Bold, Face::Sans);
        scene.push(Text::new(PAD, PAD + 12.5, 13.0, Role::Text, title).bold());
        self.web(&frame, &mut scene);
        for (i, outline) in self.outlines.iter().enumerate() {
            self.outline(&frame, outline, dash(i), &mut scene);
        }
        self.words(&frame, width, &mut scene);
        for ((outline, (x, line, text)), i) in self.outlines.iter().zip(&frame.legend).zip(0..) {
            let y = PAD + 22.0 + *line as f32 * LINE;
            let stroke = Stroke::new(outline.role, 2.5).dashed(dash(i));
            scene.push(Path::line((*x, y + 6.0), (x + 21.0, y + 6.0), stroke));
            scene.push(Text::new(x + 26.0, y + 10.0, SMALL, Role::TextMuted, text.as_str()));
        }
        let under = height - PAD - frame.notes.len() as f32 * 14.0;
        for (i, note) in frame.notes.iter().enumerate() {
            scene.push(Text::new(PAD, under + i as f32 * 14.0 + 11.0, SMALL, Role::TextMuted, note.as_str()));
        }
        scene
    }

    /// Draws rings at each quarter, and the axes.
    fn web(&self, frame: &Frame, scene: &mut Scene) {
        let n = self.spokes.len();
        for quarter in 1..=4 {
            let corners = (0..n).map(|axis| self.point(frame, axis, quarter as f32 / 4.0));
            let role = if quarter == 4 { Role::Border } else { Role::Grid };
            scene.push(Path::stroked(closed(corners), Stroke::new(role, 1.0)));
        }
        for axis in 0..n {
            let end = self.point(frame, axis, 1.0);
            scene.push(Path::line(frame.centre, end, Stroke::new(Role::Grid, 1.0)));
        }
    }

    fn outline(&self, frame: &Frame, outline: &Outline, dash: Dash, scene: &mut Scene) {
        let n = self.spokes.len();
        let corners: Vec<Option<(f32, f32)>> = (0..n).map(|axis| self.corner(frame, outline, axis)).collect();
        let stroke = Stroke::new(outline.role, 2.0).dashed(dash);
        if corners.iter().all(Option::is_some) {
            let segs = closed(corners.iter().flatten().copied());
            // The tints of many shapes would mix to grey.
            let tint = (self.outlines.len() <= 3).then(|| Paint::from(outline.role).with_alpha(26));
            scene.push(Path { segs, fill: tint, stroke: Some(stroke), hit: Hit::NONE });
        } else {
            let mut segs = Vec::new();
            for axis in 0..n {
                if let (Some(a), Some(b)) = (corners[axis], corners[(axis + 1) % n]) {
                    segs.extend([Seg::Move(a.0, a.1), Seg::Line(b.0, b.1)]);
                }
            }
            scene.push(Path::stroked(segs, stroke));
        }
        let mut discs = Bars { radius: 2.75, ..Bars::default() };
        for (x, y) in corners.into_iter().flatten() {
            discs.push(Rect::new(x - 2.75, y - 2.75, 5.5, 5.5), outline.role, Hit::NONE);
        }
        scene.push(discs);
    }

    /// Draws the name of each axis, and below it the value at its end.
    fn words(&self, frame: &Frame, width: f32, scene: &mut Scene) {
        for (axis, spoke) in self.spokes.iter().enumerate() {
            let (dx, dy) = self.direction(axis);
            let (x, y) = self.point(frame, axis, 1.0);
            let (anchor, room) = if dx > 0.2 {
                (Anchor::Start, width - x - 12.0)
            } else if dx < -0.2 {
                (Anchor::End, x - 12.0)
            } else {
                (Anchor::Middle, frame.side.max(width * 0.4))
            };
            let x = x + if dx.abs() > 0.2 { 8.0 * dx.signum() } else { 0.0 };
            // Two lines, vertically centred at the sides, outside the circle at the top and the bottom.
            let middle = y + dy * 20.0 * (1.0 - dx.abs()).max(0.0);
            let lines = [
                (spoke.name.as_str(), Role::Text, -2.0),
                (&spoke.unit.text(spoke.largest), Role::TextMuted, 11.0),
            ];
            for (text, role, drop) in lines {
                let text = fit_middle(text, room, SMALL, Weight::Regular, Face::Sans);
                scene.push(Text::new(x, middle + drop, SMALL, role, text).anchored(anchor));
            }
        }
    }

    /// Returns what is nearest to a point (px) of the picture at a size.
    pub fn tip(&self, (w, h): (f32, f32), x: f32, y: f32) -> Option<Tip> {
        let frame = self.frame(w, h);
        let corners = self.outlines.iter().flat_map(|outline| {
            (0..self.spokes.len())
                .filter_map(|axis| Some((outline, axis, self.corner(&frame, outline, axis)?)))
                .collect::<Vec<_>>()
        });
        let distance = |at: (f32, f32)| (at.0 - x).powi(2) + (at.1 - y).powi(2);
        let (outline, axis, at) = corners.min_by(|a, b| distance(a.2).total_cmp(&distance(b.2)))?;
        let spoke = &self.spokes[axis];
        let value = outline.values[axis];
        let share = value / spoke.largest * 100.0;
        let text = format!(
            "{}\n{} {}, {share:.0} % of the largest",
            outline.name,
            spoke.name,
            spoke.unit.text(value)
        );
        (distance(at) <= NEAR * NEAR).then_some(Tip { text: said(&text), at, target: None })
    }
}

/// Colours alone do not distinguish six shapes.
fn dash(i: usize) -> Dash {
    [Dash::Solid, Dash::Dashed, Dash::Dotted][i % 3]
}

fn closed(points: impl Iterator<Item = (f32, f32)>) -> Vec<Seg> {
    let mut segs: Vec<Seg> = points
        .enumerate()
        .map(|(i, (x, y))| if i == 0 { Seg::Move(x, y) } else { Seg::Line(x, y) })
        .collect();
    segs.push(Seg::Close);
    segs
}
