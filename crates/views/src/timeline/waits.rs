//! The waiting of a task by cause, along the row in which it then ran.

use makespan_analysis::{Cause, Facts, WaitPiece};
use makespan_model::{Run, TaskId, UNKNOWN};
use makespan_scene::{
    Bars, Face, Group, Hit, Paint, Rect, Role, Stroke, Text, Weight, duration, fit, visible,
};

use super::frame::Frame;
use super::{Index, axis};
use crate::clip::shortened_name;
use crate::look::Look;
use crate::table::{Cell, Column, Table, duration_cell};
use crate::target::Target;

/// Maximum number of pieces drawn and listed.
const MOST: usize = 100;

/// Returns the cause of a stretch of waiting in words, and the task behind it.
pub(crate) fn reason(run: &Run, cause: Cause) -> (&'static str, Option<TaskId>) {
    match cause {
        Cause::Dependency(task) => ("released by", Some(task)),
        Cause::Slot(attempt) => ("slot of", Some(TaskId(run.attempts.task[attempt.index()]))),
        Cause::Queue => ("queue", None),
        Cause::Backoff => ("between attempts", None),
        Cause::Unknown => ("unknown", None),
    }
}

fn role(cause: Cause) -> Role {
    match cause {
        Cause::Dependency(_) => Role::Category0,
        Cause::Slot(_) => Role::Category1,
        Cause::Queue => Role::Queued,
        Cause::Backoff => Role::Retrying,
        Cause::Unknown => Role::Unknown,
    }
}

/// Draws the waiting of a task by cause: each stretch is a strip at the bottom of the row of the attempt that ended it,
/// with text if there is room. Empty if nothing is known, or if the rows are too low.
pub fn waits(facts: &Facts, index: &Index, frame: &Frame, task: TaskId) -> Group {
    let run = facts.run();
    let clip = Rect::new(
        frame.gutter,
        frame.top,
        (frame.width - frame.gutter).max(0.0),
        (frame.height - frame.top).max(0.0),
    );
    let mut group = Group { clip: Some(clip), label: "Causes of waiting".to_owned(), ..Group::default() };
    if frame.row_height < 12.0 || task.index() >= run.task_count() {
        return group;
    }
    let scale = frame.scale();
    let mut strips = Bars { outline: Some(Stroke::new(Role::Surface, 1.0)), ..Bars::default() };
    let mut words = Vec::new();
    for piece in facts.wait_pieces(task).into_iter().take(MOST) {
        let Some(row) = row_after(run, index, task, &piece) else { continue };
        let x = |t: i64| scale.x(t).clamp(f64::from(frame.gutter), f64::from(frame.width)) as f32;
        let (left, right) = (x(piece.from), x(piece.to));
        let high = (frame.row_height * 0.28).clamp(4.0, 7.0);
        let bottom = frame.row_top(row) + frame.row_height - 1.0;
        let rect = Rect::new(left, bottom - high, right - left, high);
        if rect.w < 1.0 || bottom < frame.top {
            continue;
        }
        let (why, who) = reason(run, piece.cause);
        let hit = who.map_or(Hit::NONE, |t| Target::Task(t.0).hit());
        strips.push(rect, Paint::from(role(piece.cause)), hit);
        let label = who.map_or_else(|| why.to_owned(), |t| format!("{why} {}", visible(run.task_name(t))));
        // Other bars may lie in the row meanwhile: text is drawn only where there are none.
        let room = free(index, frame, row, left, right) - left;
        let label = fit(&label, room - 10.0, 10.0, Weight::Regular, Face::Sans).into_owned();
        if label.chars().count() > 4 {
            let wide = makespan_scene::width(&label, 10.0, Weight::Regular, Face::Sans);
            words.push((Rect::new(left + 2.0, bottom - high - 13.0, wide + 6.0, 12.0), label));
        }
    }
    group.push(strips);
    let mut grounds = Bars { radius: 2.0, ..Bars::default() };
    words
        .iter()
        .for_each(|(rect, _)| grounds.push(*rect, Paint::from(Role::Raised).with_alpha(225), Hit::NONE));
    group.push(grounds);
    for (rect, label) in words {
        group.push(Text::new(rect.x + 3.0, rect.y + 9.5, 10.0, Role::Text, label));
    }
    group
}

/// Returns the x, up to `right`, to which a row has no bar from `left` on, px.
fn free(index: &Index, frame: &Frame, row: u32, left: f32, right: f32) -> f32 {
    let window = (frame.scale().t(f64::from(left)), frame.scale().t(f64::from(right)));
    let bars = index.slices(row, window, frame.resolution()).map(|s| frame.bar(s.start, s.end, row));
    // The bar that waited begins where the stretch ends.
    bars.filter(|bar| bar.right() > left + 0.5 && bar.x < right - 0.5).fold(right, |to, bar| to.min(bar.x))
}

/// Returns the cause and the length of the stretch of waiting at a point of the scene (px), a line each.
pub fn wait_tip(
    facts: &Facts,
    index: &Index,
    frame: &Frame,
    task: TaskId,
    (x, y): (f32, f32),
) -> Option<String> {
    let run = facts.run();
    let row = frame.row_at(y)?;
    if frame.row_height < 12.0 || y < frame.row_top(row) + frame.row_height * 0.6 {
        return None;
    }
    let t = frame.scale().t(f64::from(x));
    let pieces = facts.wait_pieces(task);
    let piece = pieces
        .iter()
        .take(MOST)
        .find(|p| p.from <= t && t < p.to && row_after(run, index, task, p) == Some(row))?;
    let (why, who) = reason(run, piece.cause);
    let who = who.map_or(String::new(), |t| format!(" {}", shortened_name(run.task_name(t))));
    Some(format!("waiting: {why}{who}\n{}", duration(piece.to.saturating_sub(piece.from))))
}

/// Returns the row of the first attempt that started at the end of a stretch.
fn row_after(run: &Run, index: &Index, task: TaskId, piece: &WaitPiece) -> Option<u32> {
    let started = |i: usize| run.attempts.started[i];
    let after = run
        .attempts_of(task)
        .filter(|a| started(a.index()) != UNKNOWN && started(a.index()) >= piece.to)
        .min_by_key(|a| (started(a.index()), *a))?;
    index.row_of(after)
}

/// Returns the same as a table; `None` if nothing is known about its waiting.
pub fn waits_table(facts: &Facts, task: TaskId, look: &Look) -> Option<Table> {
    let run = facts.run();
    let pieces = facts.wait_pieces(task);
    let columns = vec![
        Column::text("why", "For"),
        Column::text("task", "Task"),
        Column::number("from", "From"),
        Column::number("duration", "Duration"),
    ];
    let mut table = Table::new("Waits before each start", columns);
    for piece in pieces.iter().take(MOST) {
        let (why, who) = reason(run, piece.cause);
        let name = who.map_or_else(|| Cell::new(""), |t| Cell::new(run.task_name(t)).task(t.0));
        table.push(vec![
            Cell::new(why),
            name,
            Cell::new(axis::moment(run, piece.from, look)),
            duration_cell(piece.to.saturating_sub(piece.from)),
        ]);
    }
    table.left_out = pieces.len() - table.rows.len();
    (!table.is_empty()).then_some(table)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;
    use crate::timeline::Lanes;

    #[test]
    fn waits_of_a_task_are_listed_by_cause() {
        // c could begin at 4 when a ended, but b held the only slot of its worker until 7.
        let run = makespan_model::notation::run("a 0..4 w2\nb 2..7 w1\nc 7..9 w1 a").unwrap();
        let facts = Facts::new(Arc::new(run));
        let task = facts.run().find_task("c").unwrap();
        let table = waits_table(&facts, task, &Look::default()).unwrap();
        let said: Vec<String> = table
            .rows
            .iter()
            .map(|r| r.iter().map(|c| c.text().into_owned()).collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(said, ["released by a +0 s 4 s", "slot of b +4 s 3 s"]);
        let index = Index::new(facts.run(), Lanes::Worker);
        let group = waits(&facts, &index, &Frame::whole(&index, 900.0), task);
        let mut scene = makespan_scene::Scene::new(900.0, 200.0, "");
        scene.push(group);
        let svg = makespan_scene::svg(&scene, &makespan_scene::Theme::light());
        // b runs in the same row from 2 on, so that only the words before it have room.
        assert!(svg.contains("released by a") && !svg.contains("slot of b"), "{svg}");
        let frame = Frame::whole(&index, 900.0);
        let at = |row: u32, t: i64| {
            let y = frame.row_top(row) + frame.row_height - 3.0;
            wait_tip(&facts, &index, &frame, task, (frame.scale().x(t) as f32, y))
        };
        assert_eq!(at(0, 5_000_000_000).as_deref(), Some("waiting: slot of b\n3 s"));
        assert_eq!(at(1, 5_000_000_000), None);
        let first = facts.run().find_task("a").unwrap();
        assert_eq!(waits_table(&facts, first, &Look::default()), None);
    }
}
