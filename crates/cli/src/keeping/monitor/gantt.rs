//! The timeline in characters: a row per task, a column per stretch of time.

use makespan_analysis::recent;
use makespan_model::{Run, Status, TaskId, UNKNOWN};
use makespan_scene::{AxisMode, Role, TimeScale, glyph_char, ticks};
use makespan_views::status_role;
use ratatui::text::{Line, Span};

use super::inks::Inks;
use crate::output::clean;
use crate::terminal::{Ink, columns, fitted};

/// The widest names, in columns.
const NAMES: usize = 28;
/// Columns between the labels of the axis, at least.
const GAP: f64 = 14.0;

/// The tasks at work and those that ended last, as many as there are rows for, under an axis of times since the start of the
/// run. What goes on is drawn up to `until`, ns since the epoch.
pub(super) fn rows(
    run: &Run,
    step: Option<&str>,
    until: Option<i64>,
    (width, height): (usize, usize),
    inks: Inks,
) -> Vec<Line<'static>> {
    let tasks = recent(run, step, height.saturating_sub(1));
    let names = (width / 3).clamp(8, NAMES).min(width);
    let wide = width.saturating_sub(names + 1);
    let Some(scale) = window(run, &tasks, until, wide) else { return Vec::new() };
    let origin = run.extent().map_or(scale.t0, |(first, _)| first);
    let mut lines = vec![axis(&scale, origin, names + 1, inks)];
    for task in tasks {
        let role = status_role(run.tasks.status[task.index()]);
        let name = fitted(&clean(run.task_name(task)), names.saturating_sub(2));
        let mut spans = vec![Span::styled(format!("{} {name} ", glyph_char(role)), inks.role(role))];
        spans.extend(bars(run, task, &scale, until, inks));
        lines.push(Line::from(spans));
    }
    lines
}

/// From the first start of the tasks shown to the last time known; `None` without any.
fn window(run: &Run, tasks: &[TaskId], until: Option<i64>, wide: usize) -> Option<TimeScale<'static>> {
    let a = &run.attempts;
    let all = || tasks.iter().flat_map(|t| run.attempts_of(*t)).map(|i| i.index());
    let t0 = all().map(|i| a.started[i]).filter(|t| *t != UNKNOWN).min()?;
    let known = all().flat_map(|i| [a.started[i], a.ended[i]]).filter(|t| *t != UNKNOWN).max();
    let t1 = known.max(until).unwrap_or(t0).max(t0.saturating_add(1));
    (wide > 0).then_some(TimeScale::plain((t0, t1), (0.0, wide as f64)))
}

/// The labels of the axis, each at its column.
fn axis(scale: &TimeScale, origin: i64, indent: usize, inks: Inks) -> Line<'static> {
    let wide = scale.x1 as usize;
    let mut text = String::new();
    for tick in ticks(scale.t0, scale.t1, scale.x1, GAP, AxisMode::Relative { origin }, 0) {
        let at = scale.x(tick.t).max(0.0) as usize;
        let label = format!("╷{}", tick.label);
        if at >= columns(&text) && at + columns(&label) <= wide {
            text = format!("{}{label} ", fitted(&text, at));
        }
    }
    Line::from(Span::styled(format!("{}{text}", " ".repeat(indent)), inks.style(Ink::Muted)))
}

/// The attempts of a task: full blocks for those that ended, shaded ones for what goes on, light ones for failed tries, so that
/// they read without colour. Each is at least one column wide.
fn bars(run: &Run, task: TaskId, scale: &TimeScale, until: Option<i64>, inks: Inks) -> Vec<Span<'static>> {
    let wide = scale.x1 as usize;
    let a = &run.attempts;
    let mut cells: Vec<Option<(char, Role)>> = vec![None; wide];
    for attempt in run.attempts_of(task) {
        let i = attempt.index();
        let (start, end) = (a.started[i], a.ended[i]);
        if start == UNKNOWN || wide == 0 {
            continue;
        }
        let goes_on = end == UNKNOWN && !a.status[i].is_terminal();
        let end = match (end, goes_on) {
            (UNKNOWN, true) => until.unwrap_or(start),
            (UNKNOWN, false) => start,
            (end, _) => end,
        };
        let column = |t: i64| (scale.x(t).max(0.0) as usize).min(wide - 1);
        let (from, to) = (column(start), (scale.x(end).ceil().max(0.0) as usize).min(wide));
        let sign = match a.status[i] {
            _ if goes_on => '▓',
            Status::Failed | Status::UpstreamFailed => '▒',
            _ => '█',
        };
        let role = status_role(a.status[i]);
        cells[from..to.max(from + 1)].fill(Some((sign, role)));
    }
    cells
        .chunk_by(|x, y| x == y)
        .map(|part| match part.first().copied().flatten() {
            Some((sign, role)) => Span::styled(String::from_iter(vec![sign; part.len()]), inks.role(role)),
            None => Span::raw(" ".repeat(part.len())),
        })
        .collect()
}
