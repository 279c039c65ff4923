//! The timeline as a scene.

use makespan_model::{AttemptId, Run, Status, TaskId, UNKNOWN};
use makespan_scene::{
    Anchor, Bars, Dash, Face, Group, Hit, Paint, Path, Rect, Role, Scene, Stroke, Text, Weight, fit,
    status_glyph, width,
};

use super::frame::{AXIS_HEIGHT, Frame};
use super::{Index, Slice, axis, heads, marks};
use crate::look::Look;
use crate::roles::status_role;
use crate::target::Target;

/// Returns everything except what changes while the pointer moves. The number of shapes is bounded by the size of the
/// frame.
pub fn scene(run: &Run, index: &Index, look: &Look, frame: &Frame) -> Scene {
    let mut scene = Scene::new(frame.width, frame.height, format!("Timeline of {}", run.title()));
    let scale = frame.scale();
    let rows = frame.first_row..(frame.first_row + frame.visible_rows() + 1).min(index.row_count());
    bands(&mut scene, index, frame, &rows);
    axis::draw(&mut scene, run, &scale, look, AXIS_HEIGHT, frame.height);
    axis::breaks(&mut scene, &scale, AXIS_HEIGHT, frame.height);
    scene.push(Text::new(10.0, AXIS_HEIGHT - 10.0, 11.0, Role::TextMuted, axis::title(look)));

    let mut body = Group {
        clip: Some(Rect::new(frame.gutter, frame.top, frame.width - frame.gutter, frame.height - frame.top)),
        label: "Attempts".to_owned(),
        ..Group::default()
    };
    let mut queue = Bars::default();
    let mut failures = Bars::default();
    let mut bars = Bars { radius: if frame.row_height >= 14.0 { 2.0 } else { 0.0 }, ..Bars::default() };
    let mut critical =
        Bars { outline: Some(Stroke::new(Role::Critical, 2.0)), radius: 2.0, ..Bars::default() };
    let mut signs: Vec<makespan_scene::Item> = Vec::new();
    for row in rows {
        if let Some(task) = index.lane_of_row(row).and_then(|lane| lane.idle) {
            idle(run, index, look, frame, TaskId(task), &mut failures, &mut signs);
            continue;
        }
        let is_sum = index.is_summed(row);
        for slice in index.slices(row, frame.window, frame.resolution()) {
            let task = run.attempts.task[slice.attempt.index()];
            let mut rect = frame.bar(slice.start, slice.end, row);
            if is_sum {
                // Bars of summary rows are thinner than the bars that they summarise.
                rect = Rect::new(rect.x, rect.y + rect.h * 0.22, rect.w, rect.h * 0.56);
            }
            let dim = look.marks.is_dim(task);
            let role = status_role(slice.status);
            if slice.count > 1 {
                let alpha = if dim { 60.0 } else { 130.0 + 125.0 * slice.density };
                let hit = Target::Merged(slice.attempt.0).hit();
                bars.push(rect, Paint::from(look.role(task, slice.usual)).with_alpha(alpha as u8), hit);
                // Failures among many are marked in proportion; in a summary row, below, where they are.
                if slice.failed > 0 && !slice.usual.is_failure() && !is_sum {
                    let foot = (rect.h * slice.failed as f32 / slice.count as f32).max(1.5);
                    let rect = Rect::new(rect.x, rect.bottom() - foot, rect.w, foot);
                    failures.push(rect, Paint::from(role).with_alpha(if dim { 60 } else { 255 }), hit);
                }
                continue;
            }
            let role = look.role(task, run.attempts.status[slice.attempt.index()]);
            one(run, frame, slice.attempt, role, rect, dim, &mut queue, &mut bars, &mut signs);
            if look.marks.is_critical(task) {
                critical.push(rect.inset(1.0), Paint::from(Role::Critical).with_alpha(0), Hit::NONE);
            }
        }
        for (start, end, attempt) in index.failures(row, frame.window, frame.resolution() / 4.0) {
            let rect = frame.bar(start, end, row);
            let rect = Rect::new(rect.x, rect.y + rect.h * 0.58, rect.w, rect.h * 0.2);
            let alpha = if look.marks.is_dim(run.attempts.task[attempt.index()]) { 60 } else { 255 };
            let role = status_role(run.attempts.status[attempt.index()]);
            failures.push(rect, Paint::from(role).with_alpha(alpha), Target::Merged(attempt.0).hit());
        }
    }
    body.push(queue);
    body.push(bars);
    body.push(failures);
    body.push(critical);
    body.items.extend(signs);
    scene.push(body);
    heads::draw(&mut scene, index, frame);
    marks::draw(&mut scene, run, &index.marks, frame);
    scene
}

/// Returns the bar under a point of the scene, px.
pub fn slice_at(index: &Index, frame: &Frame, x: f32, y: f32) -> Option<Slice> {
    let t = frame.scale().t(f64::from(x));
    index.slices(frame.row_at(y)?, frame.window, frame.resolution()).find(|s| s.start <= t && t <= s.end)
}

/// Draws one attempt: its time in the queue, its bar, and its sign and name if there is room.
#[allow(clippy::too_many_arguments)]
fn one(
    run: &Run,
    frame: &Frame,
    attempt: AttemptId,
    role: Role,
    rect: Rect,
    dim: bool,
    queue: &mut Bars,
    bars: &mut Bars,
    signs: &mut Vec<makespan_scene::Item>,
) {
    let i = attempt.index();
    let status = run.attempts.status[i];
    let hit = Target::Attempt(attempt.0).hit();
    let alpha = if dim { 60 } else { 255 };
    let (queued, started) = (run.attempts.queued[i], run.attempts.started[i]);
    if queued != UNKNOWN && started != UNKNOWN && queued < started {
        let x0 = frame.scale().x(queued).max(-1e4) as f32;
        let thin = (rect.h * 0.3).max(1.5);
        let waited = Rect::new(x0, rect.y + (rect.h - thin) / 2.0, rect.x - x0, thin);
        if waited.w >= 0.5 {
            queue.push(waited, Paint::from(Role::QueueBar).with_alpha(alpha), hit);
        }
    }
    let paint = Paint::from(role).with_alpha(alpha);
    bars.push(rect, paint, hit);
    // The end of an attempt without an end is not known: its bar is dashed there.
    let open = started != UNKNOWN && run.attempts.ended[i] == UNKNOWN;
    if open && rect.w > 6.0 {
        let edge = rect.right();
        let stroke = Stroke::new(Role::Text, 1.5).dashed(Dash::Dotted);
        signs.push(Path::line((edge, rect.y), (edge, rect.bottom()), stroke).into());
    }
    // Only the visible part of the bar has room for text.
    let (left, right) = (rect.x.max(frame.gutter), rect.right().min(frame.width));
    if dim || rect.h < 11.0 || right - left < 20.0 {
        return;
    }
    let mut x = left + 4.0;
    let size = (rect.h - 5.0).clamp(7.0, 11.0);
    // Success needs no sign where room is scarce.
    if status != Status::Succeeded || right - left > 60.0 {
        let on = Paint::from(role.on()).with_alpha(alpha);
        if let Some(sign) = status_glyph(status_role(status), x + size / 2.0, rect.y + rect.h / 2.0, size, on)
        {
            signs.push(sign.into());
            x += size + 4.0;
        }
    }
    let task = TaskId(run.attempts.task[i]);
    let number = run.attempts.number[i];
    let name = run.task_name(task);
    let label = if number > 1 { format!("{name} · attempt {number}") } else { name.to_owned() };
    let text = fit(&label, right - x - 4.0, 11.0, Weight::Regular, Face::Sans);
    if !text.is_empty() {
        signs.push(
            Text::new(x, rect.y + rect.h / 2.0 + 4.0, 11.0, Paint::from(role.on()).with_alpha(alpha), text)
                .into(),
        );
    }
}

/// Draws the status of a task without bars at the beginning of its row.
fn idle(
    run: &Run,
    index: &Index,
    look: &Look,
    frame: &Frame,
    task: TaskId,
    grounds: &mut Bars,
    signs: &mut Vec<makespan_scene::Item>,
) {
    let Some(rect) = frame.place_idle(index, task) else { return };
    let hit = Target::Task(task.0).hit();
    grounds.push(rect, Paint::from(Role::Panel).with_alpha(0), hit);
    if rect.h < 7.0 {
        return;
    }
    let alpha = if look.marks.is_dim(task.0) { 60 } else { 255 };
    let status = run.tasks.status[task.index()];
    let size = (rect.h - 5.0).clamp(5.0, 11.0);
    let (x, middle) = (rect.x + 4.0, rect.y + rect.h / 2.0);
    let paint = Paint::from(Role::TextMuted).with_alpha(alpha);
    signs.extend(
        status_glyph(status_role(status), x + size / 2.0, middle, size, paint)
            .map(makespan_scene::Item::from),
    );
    if rect.h >= 11.0 {
        let ran = matches!(
            status,
            Status::Running | Status::Retrying | Status::Succeeded | Status::Failed | Status::Unknown
        );
        let text = if ran { format!("{} · times unknown", status.name()) } else { status.name().to_owned() };
        let text = fit(&text, rect.right() - x - size - 4.0, 11.0, Weight::Regular, Face::Sans);
        signs.push(Text::new(x + size + 4.0, middle + 4.0, 11.0, paint, text).into());
    }
}

/// Draws the background of lanes: every other one is tinted, and each ends with a line.
fn bands(scene: &mut Scene, index: &Index, frame: &Frame, rows: &std::ops::Range<u32>) {
    let mut tint = Bars::default();
    let first = index.lanes.partition_point(|l| l.first_row + l.rows <= rows.start);
    for (i, lane) in index.lanes.iter().enumerate().skip(first).take_while(|(_, l)| l.first_row < rows.end) {
        let top = frame.row_top(lane.first_row).max(frame.top);
        let bottom = frame.row_top(lane.first_row + lane.rows).min(frame.height);
        if i % 2 == 0 {
            tint.push(Rect::new(0.0, top, frame.width, bottom - top), Role::Panel, Hit::NONE);
        }
        if frame.row_height * lane.rows as f32 >= 8.0 {
            scene.push(Path::line((0.0, bottom), (frame.width, bottom), Stroke::new(Role::Grid, 1.0)));
        }
    }
    scene.items.insert(0, tint.into());
}

/// Returns what changes while the pointer moves: marks around the hovered and the selected task and related ones, and a
/// line at the time under the pointer.
pub fn overlay(run: &Run, index: &Index, look: &Look, frame: &Frame, at: Option<i64>) -> Scene {
    let mut scene = Scene::new(frame.width, frame.height, "");
    let mut body = Group {
        clip: Some(Rect::new(frame.gutter, frame.top, frame.width - frame.gutter, frame.height - frame.top)),
        ..Group::default()
    };
    let boxes = |task: u32| {
        let bars = run.attempts_of(TaskId(task)).filter_map(|a| frame.place(run, index, a));
        bars.chain(frame.place_idle(index, TaskId(task))).collect::<Vec<_>>()
    };
    for (task, role, width) in [(look.hover, Role::Hover, 1.5), (look.selected, Role::Selection, 2.5)] {
        let Some(task) = task.filter(|t| (*t as usize) < run.task_count()) else { continue };
        let mut around = Bars { outline: Some(Stroke::new(role, width)), radius: 3.0, ..Bars::default() };
        for rect in boxes(task) {
            around.push(rect.inset(-1.0), Paint::from(role).with_alpha(0), Hit::NONE);
        }
        body.push(around);
    }
    if let Some(task) = look.selected.filter(|t| (*t as usize) < run.task_count()) {
        arrows(run, task, &boxes, &mut body);
    }
    scene.push(body);
    if let Some(t) = at {
        let x = frame.scale().x(t) as f32;
        if x >= frame.gutter && x <= frame.width {
            let stroke = Stroke::new(Role::TextMuted, 1.0).dashed(Dash::Dashed);
            scene.push(Path::line((x, AXIS_HEIGHT), (x, frame.height), stroke));
            let text = axis::moment(run, t, look);
            let wide = width(&text, 11.0, Weight::Regular, Face::Sans) + 10.0;
            let left = (x - wide / 2.0).clamp(frame.gutter, (frame.width - wide).max(frame.gutter));
            let mut tag =
                Bars { radius: 3.0, outline: Some(Stroke::new(Role::Border, 1.0)), ..Bars::default() };
            tag.push(Rect::new(left, 2.0, wide, 18.0), Role::Raised, Hit::NONE);
            scene.push(tag);
            scene.push(Text::new(left + wide / 2.0, 15.0, 11.0, Role::Text, text).anchored(Anchor::Middle));
        }
    }
    scene
}

/// Draws arrows from the dependencies of the selected task and to its dependents, if both ends are visible.
fn arrows(run: &Run, task: u32, boxes: &dyn Fn(u32) -> Vec<Rect>, body: &mut Group) {
    const MOST: usize = 60;
    let stroke = Stroke::new(Role::Selection, 1.25).dashed(if run.edges_inferred {
        Dash::Dotted
    } else {
        Dash::Solid
    });
    let mine = boxes(task);
    let mut arrow = |from: Option<&Rect>, to: Option<&Rect>| {
        let (Some(a), Some(b)) = (from, to) else { return };
        let (x0, y0, x1, y1) = (a.right(), a.y + a.h / 2.0, b.x, b.y + b.h / 2.0);
        let bend = ((x1 - x0).abs() / 2.0).clamp(8.0, 60.0);
        let segs = vec![
            makespan_scene::Seg::Move(x0, y0),
            makespan_scene::Seg::Cubic(x0 + bend, y0, x1 - bend, y1, x1 - 1.0, y1),
            makespan_scene::Seg::Move(x1 - 6.0, y1 - 3.5),
            makespan_scene::Seg::Line(x1 - 0.5, y1),
            makespan_scene::Seg::Line(x1 - 6.0, y1 + 3.5),
        ];
        body.push(Path::stroked(segs, stroke.clone()));
    };
    for &p in run.predecessors.row(task as usize).iter().take(MOST) {
        arrow(boxes(p).last(), mine.first());
    }
    for &s in run.successors.row(task as usize).iter().take(MOST) {
        arrow(mine.last(), boxes(s).first());
    }
}
