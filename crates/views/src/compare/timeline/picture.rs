//! The timelines of two runs as one scene: bars of B, coloured by how much longer they became, each below its ghost in
//! A.

use makespan_analysis::compare::{Match, MatchedTask};
use makespan_model::Status;
use makespan_scene::{
    AxisMode, Bars, Dash, Face, Group, Hit, Item, Paint, Path, Rect, Role, Scene, Stroke, Text, Weight, fit,
    status_glyph,
};

use super::super::{Pair, delta};
use super::aligned::row_of;
use super::connect::{connect, label, tag};
use super::frame::{Side, body, place};
use super::{Aligned, ground};
use crate::clip::shortened_name;
use crate::look::Look;
use crate::roles::status_role;
use crate::target::Target;
use crate::timeline::{AXIS_HEIGHT, Frame, Slice, axis};

/// Draws everything that does not change while the pointer moves; `look` refers to rows. The number of shapes is
/// bounded by the size of the frame.
pub fn scene(pair: &Pair<'_>, aligned: &Aligned, look: &Look, frame: &Frame) -> Scene {
    let (a, b) = (pair.a.run(), pair.b.run());
    let mut scene =
        Scene::new(frame.width, frame.height, format!("Timeline of {} over {}", b.title(), a.title()));
    let scale = frame.scale();
    let shown = (body(frame).h / frame.row_height).ceil().max(1.0) as u32;
    let rows = frame.first_row..(frame.first_row.saturating_add(shown)).min(aligned.row_count());
    let bottom = body(frame).bottom();
    ground::bands(&mut scene, aligned, frame, bottom);
    axis::draw_as(&mut scene, &scale, AxisMode::Relative { origin: 0 }, 0, AXIS_HEIGHT, bottom);
    axis::breaks(&mut scene, &scale, AXIS_HEIGHT, bottom);
    let from = if aligned.at.is_some() { "since task" } else { "since start" };
    scene.push(Text::new(10.0, AXIS_HEIGHT - 10.0, 11.0, Role::TextMuted, from));

    let mut group =
        Group { clip: Some(body(frame)), label: "Attempts of both runs".to_owned(), ..Group::default() };
    let mut drawing = Drawing::new(frame.row_height);
    let density = scale.resolution() * 4.0;
    for row in rows {
        let window = |zero| Aligned::window(frame.window, zero);
        for slice in aligned.a.slices(row, window(aligned.zero.0), density) {
            let rect = box_of(frame, row, Side::A, &slice, aligned.zero.0);
            drawing.ghost(pair, look, &slice, rect);
        }
        for slice in aligned.b.slices(row, window(aligned.zero.1), density) {
            let rect = box_of(frame, row, Side::B, &slice, aligned.zero.1);
            drawing.bar(pair, look, frame, &slice, rect);
        }
    }
    drawing.finish(&mut group);
    ground::ends(pair, aligned, frame, &mut group);
    scene.push(group);
    ground::names(&mut scene, aligned, frame, bottom);
    ground::foot(&mut scene, pair, aligned, frame);
    scene
}

fn box_of(frame: &Frame, row: u32, side: Side, slice: &Slice, zero: i64) -> Rect {
    place(frame, row, side, slice.start.saturating_sub(zero), slice.end.saturating_sub(zero))
}

/// The shapes, collected in one column of bars for each way of drawing them.
struct Drawing {
    ghosts: Bars,
    removed: Bars,
    bars: Bars,
    added: Bars,
    failures: Bars,
    signs: Vec<Item>,
}

impl Drawing {
    fn new(row_height: f32) -> Drawing {
        let large = row_height >= 14.0;
        let bars = |outline: Option<Stroke>| Bars {
            radius: if large { 2.0 } else { 0.0 },
            outline: outline.filter(|_| large),
            ..Bars::default()
        };
        Drawing {
            ghosts: bars(None),
            removed: bars(Some(Stroke::new(Role::TextMuted, 1.0).dashed(Dash::Dashed))),
            bars: bars(Some(Stroke::new(Role::Edge, 0.75))),
            added: bars(Some(Stroke::new(Role::Text, 1.5))),
            failures: Bars::default(),
            signs: Vec::new(),
        }
    }

    /// Adds an attempt of A.
    fn ghost(&mut self, pair: &Pair<'_>, look: &Look, slice: &Slice, rect: Rect) {
        let row = row_of(pair.a.run(), &pair.matching.of_a, slice.attempt);
        let alpha = if look.marks.is_dim(row) { 70.0 } else { 255.0 };
        let merged = slice.count > 1;
        let alpha = if merged { alpha * (0.4 + 0.6 * slice.density) } else { alpha };
        let hit = Target::Matched(row).hit();
        if !merged && pair.row(row).is_some_and(|t| t.how == Match::Removed) {
            self.removed.push(rect.inset(0.5), Paint::from(Role::Surface).with_alpha(alpha as u8), hit);
        } else {
            self.ghosts.push(rect, Paint::from(Role::Neutral).with_alpha((alpha * 0.7) as u8), hit);
        }
        self.failure(slice, rect, alpha as u8, hit);
    }

    /// Adds an attempt of B.
    fn bar(&mut self, pair: &Pair<'_>, look: &Look, frame: &Frame, slice: &Slice, rect: Rect) {
        let row = row_of(pair.b.run(), &pair.matching.of_b, slice.attempt);
        let alpha = if look.marks.is_dim(row) { 60 } else { 255 };
        let hit = Target::Matched(row).hit();
        let Some(task) = pair.row(row) else { return };
        if slice.count > 1 {
            let paint =
                Paint::from(Role::Neutral).with_alpha((f32::from(alpha) * (0.5 + 0.5 * slice.density)) as u8);
            self.bars.push(rect, paint, hit);
        } else {
            let role = pair.strength(task).map_or(Role::Raised, Role::diverge);
            let list = if task.how == Match::Added { &mut self.added } else { &mut self.bars };
            list.push(rect, Paint::from(role).with_alpha(alpha), hit);
            if alpha == 255 {
                let left = rect.x.max(frame.gutter);
                let words = Rect::new(left, rect.y, rect.right().min(frame.width) - left, rect.h);
                self.words(pair, task, slice, words, role.on());
            }
        }
        self.failure(slice, rect, alpha, hit);
    }

    /// Adds a stripe along the bottom of a failed bar.
    fn failure(&mut self, slice: &Slice, rect: Rect, alpha: u8, hit: Hit) {
        if slice.status.is_failure() {
            let foot = (rect.h * 0.25).max(1.5);
            let stripe = Rect::new(rect.x, rect.bottom() - foot, rect.w, foot);
            self.failures.push(stripe, Paint::from(status_role(slice.status)).with_alpha(alpha), hit);
        }
    }

    /// Adds sign and name, if there is room.
    fn words(&mut self, pair: &Pair<'_>, task: &MatchedTask, slice: &Slice, rect: Rect, on: Role) {
        if rect.h < 11.0 || rect.w < 20.0 {
            return;
        }
        let (mut x, middle) = (rect.x + 4.0, rect.y + rect.h / 2.0);
        let status = slice.status;
        if !matches!(status, Status::Succeeded | Status::Cached)
            && let Some(glyph) = status_glyph(status_role(status), x + 5.0, middle, 10.0, on.into())
        {
            self.signs.push(glyph.into());
            x += 14.0;
        }
        let name = shortened_name(&pair.name(task));
        let number = pair.b.run().attempts.number[slice.attempt.index()];
        let tries = if number > 1 { format!(" · attempt {number}") } else { String::new() };
        let plus = if task.how == Match::Added { "+ " } else { "" };
        let label = format!("{plus}{name}{tries}");
        let text = fit(&label, rect.right() - x - 4.0, 10.5, Weight::Regular, Face::Sans);
        if !text.is_empty() {
            self.signs.push(Text::new(x, middle + 3.8, 10.5, on, text).into());
        }
    }

    fn finish(self, group: &mut Group) {
        for bars in [self.ghosts, self.removed, self.bars, self.added, self.failures] {
            group.push(bars);
        }
        group.items.extend(self.signs);
    }
}

/// Draws what changes while the pointer moves: bands between the bars of the hovered and the selected row, outlines
/// around both, the change in words, and a line at the time under the pointer, ns since zero.
pub fn overlay(pair: &Pair<'_>, aligned: &Aligned, look: &Look, frame: &Frame, at: Option<i64>) -> Scene {
    let mut scene = Scene::new(frame.width, frame.height, "");
    let mut group = Group { clip: Some(body(frame)), ..Group::default() };
    for (row, role, width) in [(look.selected, Role::Selection, 2.0), (look.hover, Role::Hover, 1.5)] {
        let Some(task) = row.and_then(|r| pair.row(r)) else { continue };
        connect(pair, aligned, task, frame, Stroke::new(role, width), &mut group);
    }
    scene.push(group);
    if let Some(task) = look.hover.or(look.selected).and_then(|r| pair.row(r)) {
        tag(pair, aligned, task, frame, &mut scene);
    }
    if let Some(t) = at {
        let x = frame.scale().x(t) as f32;
        if x >= frame.gutter && x <= frame.width {
            let stroke = Stroke::new(Role::TextMuted, 1.0).dashed(Dash::Dashed);
            scene.push(Path::line((x, AXIS_HEIGHT), (x, body(frame).bottom()), stroke));
            label(&mut scene, frame, x, 2.0, &delta::signed(t));
        }
    }
    scene
}

/// Returns the row of the matching whose bar is nearest to a point of the picture, in the run whose bars are drawn
/// there. Needed when many bars are drawn as one.
pub fn row_at(pair: &Pair<'_>, aligned: &Aligned, frame: &Frame, x: f32, y: f32) -> Option<u32> {
    if !body(frame).contains(x, y) {
        return None;
    }
    let row = frame.row_at(y).filter(|r| *r < aligned.row_count())?;
    let is_ghost = y < place(frame, row, Side::B, 0, 0).y;
    let (run, rows, index, zero) = if is_ghost {
        (pair.a.run(), &pair.matching.of_a, &aligned.a, aligned.zero.0)
    } else {
        (pair.b.run(), &pair.matching.of_b, &aligned.b, aligned.zero.1)
    };
    let attempt = index.nearest(run, row, frame.scale().t(f64::from(x)).saturating_add(zero))?;
    Some(row_of(run, rows, attempt)).filter(|r| *r != u32::MAX)
}
