//! A matrix as a scene: only what the frame shows.

use makespan_scene::{
    Anchor, Bars, Face, Group, Hit, Item, Paint, Path, Rect, Role, Scene, Stroke, Text, Weight, fit,
    fit_middle, status_glyph,
};

use super::frame::{Heads, PAD, halves, heads};
use super::{Columns, Entry, Fill, Frame, Matrix, legend};
use crate::chart::{SMALL, wide};
use crate::target::Target;

/// Minimum distance of readable labels, px.
const APART: f32 = 11.0;

/// Draws the matrix. The number of shapes is bounded by the size of the frame, not by the numbers of rows and columns.
pub fn scene(matrix: &dyn Matrix, frame: &Frame) -> Scene {
    let frame = &frame.bounded(matrix);
    let mut scene = Scene::new(frame.width, frame.height, matrix.title());
    let mut ground = Bars::default();
    ground.push(Rect::new(0.0, 0.0, frame.width, frame.height), Role::Surface, Hit::NONE);
    scene.push(ground);
    let room = frame.width - 2.0 * PAD;
    let title = fit(matrix.title(), room, 13.0, Weight::Bold, Face::Sans);
    scene.push(Text::new(PAD, PAD + 12.5, 13.0, Role::Text, title).bold());
    legend::draw(&matrix.legend(), (PAD, PAD + 22.0), room, Some(&mut scene.items));
    cells(matrix, frame, &mut scene);
    row_heads(matrix, frame, &mut scene);
    match matrix.column_labels() {
        Columns::Heads => column_heads(matrix, frame, &mut scene),
        Columns::Marks(marks) => column_marks(&marks, frame, &mut scene),
    }
    let under = frame.height - frame.below + 4.0;
    for (i, note) in frame.notes(matrix).into_iter().enumerate() {
        scene.push(Text::new(PAD, under + i as f32 * 14.0 + 11.0, SMALL, Role::TextMuted, note));
    }
    scene
}

fn clip(rect: Rect, label: &str) -> Group {
    Group { clip: Some(rect), label: label.to_owned(), ..Group::default() }
}

fn cells(matrix: &dyn Matrix, frame: &Frame, scene: &mut Scene) {
    let (rows, columns) = (frame.rows(matrix), frame.columns(matrix));
    let radius = if frame.row_height.min(frame.column_width) >= 10.0 { 1.5 } else { 0.0 };
    let mut values = Bars { radius, ..Bars::default() };
    let mut hatched = Vec::new();
    let mut worded: Vec<(usize, Rect, Role, Entry)> = Vec::new();
    // If only some cells of a column showed their text, the others would look empty: all or none.
    let mut fitting = vec![true; columns.len()];
    for row in rows {
        for (k, entry) in matrix.entries(row, columns.clone()).into_iter().enumerate() {
            let column = columns.start + k;
            let rect = frame.place(row, column);
            let hit = Target::Cell(row as u32, column as u32).hit();
            match entry.fill {
                Fill::Value(role) => {
                    values.push(rect, role, hit);
                    if rect.h >= 10.0 {
                        fitting[k] &= entry.text.is_empty() || Words::of(&entry, rect).text_fits;
                        worded.push((k, rect, role, entry));
                    }
                }
                Fill::Unknown => hatched.push(rect),
                Fill::Nothing => values.push(rect, Role::Grid, hit),
            }
        }
    }
    let mut group = clip(frame.inner(), "Cells");
    group.push(values);
    legend::unknown(&hatched, &mut group.items);
    for (k, rect, role, entry) in worded {
        let words = Words::of(&entry, rect);
        Words { text_fits: words.text_fits && fitting[k], ..words }.draw(
            &entry,
            rect,
            role,
            &mut group.items,
        );
    }
    scene.push(group);
}

/// Sign and text of a cell, and which of them fit.
struct Words {
    size: f32,
    sign: Option<Role>,
    /// Width of the text, px.
    needs: f32,
    text_fits: bool,
}

impl Words {
    fn of(entry: &Entry, rect: Rect) -> Words {
        let size = if rect.h < 15.0 { 9.0 } else { 10.5 };
        let needs = if rect.h < 12.0 || entry.text.is_empty() { 0.0 } else { wide(&entry.text, size) };
        let sign = entry.sign.filter(|_| rect.w >= 10.0);
        let both = if sign.is_some() { size + 3.0 } else { 0.0 };
        Words { size, sign, needs, text_fits: needs > 0.0 && needs + both + 4.0 <= rect.w }
    }

    fn draw(self, entry: &Entry, rect: Rect, role: Role, out: &mut Vec<Item>) {
        let on = Paint::from(role.on());
        let (x, y) = (rect.x + rect.w / 2.0, rect.y + rect.h / 2.0);
        let both = if self.sign.is_some() { self.size + 3.0 } else { 0.0 };
        let left = x - (self.needs + both) / 2.0;
        if let Some(sign) = self.sign {
            let at = if self.text_fits { left + self.size / 2.0 } else { x };
            out.extend(status_glyph(sign, at, y, self.size.min(rect.h - 3.0), on).map(Item::from));
        }
        if self.text_fits {
            out.push(Text::new(left + both, y + self.size * 0.36, self.size, on, entry.text.as_str()).into());
        }
    }
}

fn row_heads(matrix: &dyn Matrix, frame: &Frame, scene: &mut Scene) {
    let inner = frame.inner();
    let mut group = clip(Rect::new(0.0, inner.y, inner.x, inner.h), "Rows");
    let mut above = f32::MIN;
    for row in frame.rows(matrix) {
        let middle = frame.row_top(row) + frame.row_height / 2.0;
        // If rows are lower than a line of text, only as many as fit have labels.
        if middle - above < APART {
            continue;
        }
        above = middle;
        let head = matrix.row(row);
        let mut x = PAD;
        if let Some(role) = head.status {
            group.items.extend(status_glyph(role, x + 5.0, middle, 10.0, role.into()).map(Item::from));
            x += 16.0;
        }
        let text = fit_middle(&head.text, inner.x - x - 8.0, SMALL, Weight::Regular, Face::Sans);
        group.push(Text::new(x, middle + 4.0, SMALL, Role::Text, text));
    }
    scene.push(group);
}

fn column_heads(matrix: &dyn Matrix, frame: &Frame, scene: &mut Scene) {
    let inner = frame.inner();
    let foot = inner.y - 6.0;
    let corner = fit(matrix.corner(), inner.x - PAD - 8.0, SMALL, Weight::Regular, Face::Sans);
    scene.push(Text::new(PAD, foot, SMALL, Role::TextMuted, corner));
    let form = heads(matrix, frame.column_width);
    // Vertical labels are above the middle of a cell; the first and the last column may be visible only in part.
    let mut group = clip(Rect::new(inner.x, frame.above, inner.w, frame.head), "Columns");
    let mut before = f32::MIN;
    for column in frame.columns(matrix) {
        let middle = frame.column_left(column as f64) + frame.column_width / 2.0;
        if middle - before < APART {
            continue;
        }
        before = middle;
        let head = matrix.column(column);
        let mut foot = foot;
        if let Some(role) = head.status.filter(|_| form == Heads::Upright) {
            group.items.extend(status_glyph(role, middle, foot - 4.0, 9.0, role.into()).map(Item::from));
            foot -= 12.0;
        }
        let mut line = |text: &str, y: f32, room: f32| {
            let text = fit_middle(text, room, SMALL, Weight::Regular, Face::Sans);
            let text = Text::new(middle, y, SMALL, Role::TextMuted, text);
            group.push(match form {
                Heads::Upright => Text { rotate: -90.0, x: middle + 4.0, ..text },
                _ => text.anchored(Anchor::Middle),
            });
        };
        match form {
            Heads::Upright => line(&head.text, foot, frame.head - 8.0 - (inner.y - 6.0 - foot)),
            Heads::Line => line(&head.text, foot, frame.column_width - 4.0),
            Heads::Lines => {
                let room = frame.column_width - 4.0;
                let (first, second) =
                    if wide(&head.text, SMALL) <= room { ("", &*head.text) } else { halves(&head.text) };
                // A name without parts is written in the lower line.
                let (first, second) = if second.is_empty() { ("", first) } else { (first, second) };
                line(first, foot - 13.0, room);
                line(second, foot, room);
            }
        }
    }
    scene.push(group);
}

fn column_marks(marks: &[(f64, String)], frame: &Frame, scene: &mut Scene) {
    let inner = frame.inner();
    let mut taken = f32::MIN;
    for (at, text) in marks {
        let x = frame.column_left(*at);
        if x < inner.x - 0.5 || x > inner.right() || x < taken {
            continue;
        }
        scene.push(Path::line((x, inner.y - 6.0), (x, inner.y - 1.0), Stroke::new(Role::Border, 1.0)));
        // Labels begin at their mark; the last ones end at the edge.
        let needs = wide(text, SMALL);
        let left = (x - 1.0).min(frame.width - needs - 2.0);
        if left < taken || x - left > needs {
            continue;
        }
        taken = left + needs + 10.0;
        scene.push(Text::new(left, inner.y - 8.0, SMALL, Role::TextMuted, text.as_str()));
    }
}

/// Draws what changes while the pointer or the focus moves: the row and the column of the cell under the pointer, and
/// the ring around the focused cell.
pub fn overlay(
    matrix: &dyn Matrix,
    frame: &Frame,
    hover: Option<(usize, usize)>,
    focus: Option<(usize, usize)>,
) -> Scene {
    let frame = &frame.bounded(matrix);
    let inner = frame.inner();
    let mut scene = Scene::new(frame.width, frame.height, "");
    let mut group = clip(inner.inset(-2.0), "");
    let is_there = |cell: &(usize, usize)| cell.0 < matrix.rows() && cell.1 < matrix.columns();
    if let Some((row, column)) = hover.filter(is_there) {
        let rect = frame.place(row, column);
        let mut cross = Bars::default();
        let band = Paint::from(Role::Hover).with_alpha(36);
        cross.push(Rect::new(inner.x, rect.y, inner.w, rect.h), band, Hit::NONE);
        cross.push(Rect::new(rect.x, inner.y, rect.w, inner.h), band, Hit::NONE);
        group.push(cross);
    }
    for (cell, role, width) in [(hover, Role::Hover, 1.5), (focus, Role::Focus, 2.5)] {
        let Some((row, column)) = cell.filter(is_there) else { continue };
        let mut ring = Bars { outline: Some(Stroke::new(role, width)), radius: 2.0, ..Bars::default() };
        ring.push(frame.place(row, column).inset(-0.5), Paint::from(role).with_alpha(0), Hit::NONE);
        group.push(ring);
    }
    scene.push(group);
    scene
}
