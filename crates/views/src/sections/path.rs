//! The critical path, and the breakdown of the makespan along the observed path.

use makespan_analysis::{Cause, CriticalPath, Facts, SegmentKind};
use makespan_model::{Order as _, Run, UNKNOWN};
use makespan_scene::{
    Anchor, Bars, Face, Hit, Paint, Rect, Role, Scene, Stroke, Text, TimeScale, Weight, counted, duration,
    fit, status_glyph, width,
};

use super::{breakdown, named, part, parts};
use crate::look::Look;
use crate::moment::Moments;
use crate::roles::status_role;
use crate::section::{Block, Section, note};
use crate::table::{Cell, Column, Table, duration_cell};
use crate::target::Target;
use crate::value::Value;

/// Returns the critical path: as a strip over the whole run if a width in px is given, and its longest tasks in order.
pub fn critical_path(facts: &Facts, look: &Look, wide: Option<f32>, rows: usize) -> Option<Section> {
    let run = facts.run();
    let path = facts.critical_path()?;
    let mut blocks = Vec::new();
    blocks.extend(wide.zip(run.span()).map(|(wide, span)| Block::Picture(strip(run, path, span, wide))));
    let title = if path.tasks.len() > rows {
        "Longest tasks on the critical path"
    } else {
        "Tasks on the critical path"
    };
    let columns = vec![
        Column::text("name", "Task"),
        Column::text("status", "Status"),
        Column::number("start", "Start"),
        Column::number("duration", "Time on path"),
        Column::number("share", "Share"),
        Column::number("gap", "Gap before"),
    ];
    let mut table = Table::new(title, columns);
    // The longest ones, in the order of the path.
    let lengths = &path.weights;
    let mut places: Vec<usize> = (0..lengths.len()).collect();
    places.order_by_key(|&i| (std::cmp::Reverse(lengths[i]), i));
    places.truncate(rows);
    places.order();
    let moments = Moments::new(run, look);
    let shown = places.iter().fold(0i64, |sum, i| sum.saturating_add(lengths[*i]));
    for i in places {
        let task = path.tasks[i];
        let start = run.task_interval(task).map_or(UNKNOWN, |t| t.0);
        let gap = path.waits.get(i).copied().unwrap_or(UNKNOWN);
        table.push(vec![
            named(run, task),
            Cell::of_status(run.tasks.status[task.index()]),
            Cell::new(moments.value(start)),
            duration_cell(if run.task_interval(task).is_some() { lengths[i] } else { UNKNOWN }),
            Cell::new(part(lengths[i], path.length)),
            if gap == 0 { Cell::default() } else { duration_cell(gap) },
        ]);
    }
    table.left_out = lengths.len() - table.rows.len();
    let rest = lengths.iter().fold(0i64, |sum, l| sum.saturating_add(*l)).saturating_sub(shown);
    blocks.push(Block::Table(table));
    let (left_out, total) = (path.tasks.len().saturating_sub(rows), duration(path.length));
    blocks.push(note(match left_out {
        0 => format!("These times add up to the critical path: {total}."),
        n => format!(
            "These times and the {} of {} add up to the critical path: {total}.",
            duration(rest),
            counted(n as u64, "other task")
        ),
    }));
    if path.inferred {
        blocks.push(note(
            "The file records no dependencies: the path follows dependencies inferred from times.",
        ));
    }
    Some(Section::new("critical-path", "Critical path", blocks))
}

/// Draws bars for the tasks of the path, and gaps where the path waited.
fn strip(run: &Run, path: &CriticalPath, (start, end): (i64, i64), wide: f32) -> Scene {
    let mut scene = Scene::new(wide, 58.0, "Critical path over time");
    let scale = TimeScale::plain((start, end.max(start.saturating_add(1))), (0.0, f64::from(wide)));
    let mut ground = Bars { radius: 3.0, ..Bars::default() };
    ground.push(Rect::new(0.0, 8.0, wide, 26.0), Role::Panel, Hit::NONE);
    scene.push(ground);
    let mut bars = Bars { radius: 2.0, ..Bars::default() };
    let mut texts: Vec<makespan_scene::Item> = Vec::new();
    let placed = path.tasks.iter().filter_map(|&t| run.task_interval(t).map(|(s, e)| (t, s, e)));
    let mut placed = placed.peekable();
    // How far bars are drawn, of failures and of the others: a path may have a million tasks.
    let mut drawn = [f32::MIN; 2];
    while let Some((task, s, e)) = placed.next() {
        // A task may contain the next one, whose bar then covers the rest of this one.
        let covered = placed.peek().map_or(f32::MAX, |next| scale.x(next.1) as f32);
        let (x0, x1) = (scale.x(s) as f32, scale.x(e) as f32);
        let role = status_role(run.tasks.status[task.index()]);
        let drawn = &mut drawn[usize::from(run.tasks.status[task.index()].is_failure())];
        if x1 < *drawn + 0.5 {
            continue;
        }
        let rect = Rect::new(x0, 8.0, (x1 - x0 - 1.0).max(1.0), 26.0);
        *drawn = rect.right();
        bars.push(rect, role, Target::Task(task.0).hit());
        let on = Paint::from(role.on());
        let mut x = rect.x + 5.0;
        let right = rect.right().min(covered);
        if right - rect.x > 18.0 {
            if let Some(sign) = status_glyph(role, x + 5.0, 21.0, 10.0, on) {
                texts.push(sign.into());
            }
            x += 14.0;
        }
        let text = fit(run.task_name(task), right - x - 4.0, 11.5, Weight::Regular, Face::Sans);
        if !text.is_empty() {
            texts.push(Text::new(x, 25.0, 11.5, on, text).into());
        }
    }
    scene.push(bars);
    scene.items.extend(texts);
    scene.push(makespan_scene::Path::line((0.0, 40.0), (wide, 40.0), Stroke::new(Role::Border, 1.0)));
    let last = duration(end.saturating_sub(start));
    scene.push(Text::new(0.0, 53.0, 11.0, Role::TextMuted, "0"));
    scene.push(Text::new(wide, 53.0, 11.0, Role::TextMuted, last).anchored(Anchor::End));
    let middle = duration(end.saturating_sub(start) / 2);
    if width(&middle, 11.0, Weight::Regular, Face::Sans) * 4.0 < wide {
        scene.push(Text::new(wide / 2.0, 53.0, 11.0, Role::TextMuted, middle).anchored(Anchor::Middle));
    }
    scene
}

/// Returns the part of the makespan to which a segment belongs, as an index into the names of the parts.
fn part_of(kind: SegmentKind) -> usize {
    match kind {
        SegmentKind::Run => 0,
        SegmentKind::Wait(Cause::Dependency(_)) => 1,
        SegmentKind::Wait(Cause::Slot(_)) => 2,
        SegmentKind::Wait(Cause::Queue) => 3,
        SegmentKind::Wait(Cause::Backoff) => 4,
        SegmentKind::Wait(Cause::Unknown) => 5,
    }
}

/// Returns the breakdown of the makespan along the observed path, in total and by its longest segments.
pub fn composition(facts: &Facts, look: &Look, rows: usize) -> Option<Section> {
    let (run, path) = (facts.run(), facts.observed_path()?);
    let mut sums = [0i64; 6];
    for s in &path.segments {
        let at = part_of(s.kind);
        sums[at] = sums[at].saturating_add(s.length());
    }
    let names = [
        "running",
        "starting after a dependency",
        "starting on a freed slot",
        "queue or scheduler",
        "between attempts",
        "waiting, reason unknown",
    ];
    let mut table = Table::new("Time along the observed path", breakdown("Part", "Time"));
    table.rows = parts(&names.into_iter().zip(sums).collect::<Vec<_>>());
    let mut blocks = vec![Block::Table(table)];
    let columns = vec![
        Column::text("task", "Task"),
        Column::number("start", "Start"),
        Column::number("time", "Time"),
        Column::text("what", "Part"),
    ];
    let mut table = Table::new("Longest segments of the observed path", columns);
    let mut largest: Vec<_> = path.segments.iter().collect();
    largest.order_by_key(|s| (std::cmp::Reverse(s.length()), s.from));
    let moments = Moments::new(run, look);
    for s in largest.iter().take(rows) {
        let what = names[part_of(s.kind)];
        table.push(vec![
            named(run, s.task),
            Cell::new(moments.value(s.from)),
            Cell::new(Value::Duration(s.length())),
            Cell::new(what),
        ]);
    }
    table.left_out = largest.len() - table.rows.len();
    blocks.push(Block::Table(table));
    if path.inferred {
        blocks.push(note("The path follows dependencies inferred from times."));
    }
    Some(Section::new("composition", "Composition of the makespan", blocks))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use makespan_scene::Item;
    use std::fmt::Write as _;
    use std::sync::Arc;

    #[test]
    fn the_strip_of_a_long_path_has_as_many_bars_as_pixels_allow_and_keeps_its_failures() {
        let mut text = "t0 0..1 w\n".to_owned();
        for i in 1..20_000 {
            let failed = if i == 9_999 { " failed" } else { "" };
            let _ = writeln!(text, "t{i} {i}..{} w t{}{failed}", i + 1, i - 1);
        }
        let facts = Facts::new(Arc::new(makespan_model::notation::run(&text).unwrap()));
        let section = critical_path(&facts, &Look::default(), Some(500.0), 5).unwrap();
        let Block::Picture(scene) = &section.blocks[0] else { panic!("no strip") };
        let bars =
            scene.items.iter().filter_map(|i| if let Item::Bars(bars) = i { Some(bars) } else { None });
        let roles: Vec<Role> = bars.flat_map(|bars| bars.iter()).map(|(_, paint, _)| paint.role).collect();
        assert!(roles.len() > 100 && roles.len() <= 1_002, "{}", roles.len());
        assert_eq!(roles.iter().filter(|role| **role == Role::Failed).count(), 1);
    }
}
