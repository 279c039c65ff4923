//! Trend strips as a scene: small multiples, one line per task, one point per run.

use makespan_analysis::compare::{Level, Margin, Series, Trends};
use makespan_scene::{
    Anchor, Bars, Dash, Face, Group, Hit, Item, LinearScale, Paint, Path, Rect, Role, Scene, Seg, Stroke,
    Text, Weight, counted, fit, fit_middle, status_glyph, width,
};

use super::{line, line_count, name, newest};
use crate::amount::Unit;
use crate::compare::delta::around;
use crate::compare::{Lines, percent, word_role};
use crate::look::Look;
use crate::roles::status_role;
use crate::target::Target;

const HEAD: f32 = 22.0;

/// Returns the first lines at a width, at most `most`.
pub fn frame(trends: &Trends, order: &[u32], width_px: f32, most: u32) -> Lines {
    let mut lines = Lines { width: width_px, height: 0.0, head: HEAD, row_height: 48.0, first_row: 0 };
    if lines.is_narrow() {
        lines.row_height = 66.0;
    }
    lines.height = HEAD + lines.row_height * line_count(trends, order).clamp(1, most.max(1)) as f32 + 4.0;
    lines
}

/// Returns the part of a line that contains its points.
fn plot(frame: &Lines, row: Rect) -> Rect {
    let (left, right, top) = if frame.is_narrow() {
        (12.0, frame.width - 12.0, row.y + 24.0)
    } else {
        (frame.width * 0.2, frame.width - 190.0, row.y + 6.0)
    };
    Rect::new(left, top, (right - left).max(10.0), (row.bottom() - 6.0 - top).max(4.0))
}

/// Returns the middle of a run in the plot, px.
fn x_of(plot: Rect, runs: usize, run: usize) -> f32 {
    plot.x + (run as f32 + 0.5) / runs.max(1) as f32 * plot.w
}

/// Returns the row of the line-up and the run at a point, px; no row over the makespan.
pub fn point_at(
    trends: &Trends,
    order: &[u32],
    frame: &Lines,
    x: f32,
    y: f32,
) -> Option<(Option<u32>, usize)> {
    let at = frame.row_at(y, line_count(trends, order))?;
    let (row, series) = line(trends, order, at)?;
    let plot = plot(frame, frame.row(at));
    let runs = series.points.len();
    let run = ((x - plot.x) / plot.w * runs as f32).floor();
    (run >= 0.0 && run < runs as f32).then_some((row, run as usize))
}

/// Draws the strips of the frame; `selected` is the marked run. `look` selects and hovers rows of the line-up.
pub fn scene(trends: &Trends, order: &[u32], look: &Look, selected: Option<usize>, frame: &Lines) -> Scene {
    let runs = trends.lineup.runs;
    let title = format!("{} over {}", counted(order.len(), "task"), counted(runs, "run"));
    let mut scene = Scene::new(frame.width, frame.height, title);
    let unit = Unit::of(trends.quantity);
    let margin = Margin::of(trends.quantity);
    let mut grounds = Bars::default();
    let mut body =
        Group { clip: Some(frame.body()), label: "One strip per task".to_owned(), ..Group::default() };
    for at in frame.shown(line_count(trends, order)) {
        let Some((row, series)) = line(trends, order, at) else { break };
        let rect = frame.row(at);
        let hit = row.map_or(Hit::NONE, |r| Target::Matched(r).hit());
        let paint = if row.is_some() && row == look.selected {
            Paint::from(Role::Selection).with_alpha(50)
        } else if row.is_some() && row == look.hover {
            Paint::from(Role::Hover).with_alpha(40)
        } else {
            Paint::from(if at % 2 == 0 { Role::Panel } else { Role::Surface })
        };
        grounds.push(rect, paint, hit);
        strip(series, margin, plot(frame, rect), &mut body);
        words(trends, row, series, &unit, frame, rect, &mut body);
    }
    scene.push(grounds);
    if let Some(run) = selected.filter(|r| *r < runs) {
        let first = plot(frame, frame.row(frame.first_row));
        let x = x_of(first, runs, run);
        let stroke = Stroke::new(Role::Selection, 1.0);
        scene.push(Path::line((x, HEAD), (x, frame.height), stroke));
    }
    head(&mut scene, runs, frame);
    scene.push(body);
    scene
}

/// Draws the numbers of the runs, the oldest first.
fn head(scene: &mut Scene, runs: usize, frame: &Lines) {
    let plot = plot(frame, frame.row(frame.first_row));
    let each = plot.w / runs.max(1) as f32;
    let every = [1usize, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000, 20_000, 100_000];
    let Some(step) = every.into_iter().find(|n| *n as f32 * each >= 34.0) else { return };
    for run in (0..runs).filter(|r| (r + 1).is_multiple_of(step) || *r == 0) {
        let x = x_of(plot, runs, run);
        let label = Text::new(x, HEAD - 7.0, 10.5, Role::TextMuted, (run + 1).to_string());
        scene.push(label.anchored(Anchor::Middle));
    }
    if !frame.is_narrow() {
        scene.push(Text::new(12.0, HEAD - 7.0, 10.5, Role::TextMuted, "run, oldest first"));
    }
}

/// Returns the conversion of values to heights, wide enough that irrelevant changes look small.
fn scale(series: &Series, margin: Margin, plot: Rect) -> LinearScale {
    let values = series.points.iter().map(|p| p.value).filter(|v| v.is_finite());
    let (mut low, mut high) = values.fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
    if low > high {
        (low, high) = (0.0, 1.0);
    }
    let middle = series.trend.levels.last().map_or(f64::midpoint(low, high), |l| l.median);
    let least = around(margin, middle) * 2.0;
    (low, high) = (low.min(middle - least), high.max(middle + least));
    LinearScale { v0: low, v1: high, x0: f64::from(plot.bottom()), x1: f64::from(plot.y) }
}

/// Draws the points of one series, its levels and their changes.
fn strip(series: &Series, margin: Margin, plot: Rect, body: &mut Group) {
    let runs = series.points.len();
    let scale = scale(series, margin, plot);
    let y = |v: f64| scale.x(v) as f32;
    let x = |run: usize| x_of(plot, runs, run);
    // The current level with the margin around it.
    if let Some(level) = series.trend.levels.last() {
        let by = around(margin, level.median);
        let (top, bottom) = (y(level.median + by).max(plot.y), y(level.median - by).min(plot.bottom()));
        let mut band = Bars::default();
        let rect = Rect::new(plot.x, top, plot.w, (bottom - top).max(1.0));
        band.push(rect, Paint::from(Role::Neutral).with_alpha(45), Hit::NONE);
        body.push(band);
    }
    body.push(Path::stroked(course(series, plot, &y), Stroke::new(Role::EdgeMuted, 1.0)));
    levels(&series.trend.levels, plot, &x, &y, body);
    if plot.w / runs.max(1) as f32 >= 4.0 {
        points(series, plot, &x, &y, body);
    } else {
        failures(series, plot, body);
    }
}

/// Returns the counted values as a line; with more runs than pixels, from the lowest to the highest value of each
/// pixel.
fn course(series: &Series, plot: Rect, y: &dyn Fn(f64) -> f32) -> Vec<Seg> {
    let runs = series.points.len();
    let known = series.points.iter().enumerate().filter(|(_, p)| p.counts && p.value.is_finite());
    let mut segs: Vec<Seg> = Vec::new();
    let mut column: Option<(i32, f32, f32, f32)> = None;
    let mut put = |(_, at, low, high): (i32, f32, f32, f32)| {
        segs.push(if segs.is_empty() { Seg::Move(at, low) } else { Seg::Line(at, low) });
        if (low - high).abs() > 0.5 {
            segs.push(Seg::Line(at, high));
        }
    };
    for (run, point) in known {
        let (at, v) = (x_of(plot, runs, run), y(point.value));
        let pixel = at as i32;
        column = match column {
            Some((p, at, low, high)) if p == pixel => Some((p, at, low.max(v), high.min(v))),
            before => {
                before.into_iter().for_each(&mut put);
                Some((pixel, at, v, v))
            }
        };
    }
    column.into_iter().for_each(&mut put);
    segs
}

/// Draws a line at the median of each level, and the size of the change between two levels.
fn levels(levels: &[Level], plot: Rect, x: &dyn Fn(usize) -> f32, y: &dyn Fn(f64) -> f32, body: &mut Group) {
    // A strip has room for a few changes; the newest matter most.
    const MOST: usize = 24;
    let shown = &levels[levels.len().saturating_sub(MOST)..];
    let mut segs = Vec::new();
    for level in shown {
        segs.extend([
            Seg::Move(x(level.first) - 2.0, y(level.median)),
            Seg::Line(x(level.last) + 2.0, y(level.median)),
        ]);
    }
    body.push(Path::stroked(segs, Stroke::new(Role::Text, 1.5)));
    let mut free = f32::MAX;
    for pair in shown.windows(2).rev() {
        let (before, after) = (pair[0], pair[1]);
        let at = f32::midpoint(x(before.last), x(after.first));
        let role = word_role((after.median - before.median) as f32);
        let stroke = Stroke::new(role, 1.0).dashed(Dash::Dashed);
        body.push(Path::line((at, plot.y), (at, plot.bottom()), stroke));
        let words = percent(before.median, after.median);
        let wide = width(&words, 10.0, Weight::Bold, Face::Sans) + 8.0;
        // Beside the line, on the side with room.
        if at - wide >= plot.x && at < free {
            // Before a rise, the upper left is free; before a fall, the lower left.
            let base = if after.median > before.median { plot.y + 9.0 } else { plot.bottom() - 1.0 };
            let label = Text::new(at - 4.0, base, 10.0, role, words);
            body.push(label.anchored(Anchor::End).bold());
            free = at - wide;
        }
    }
}

/// Draws one point per run: filled if it counts, hollow if not, with the sign of its status if it did not succeed.
fn points(series: &Series, plot: Rect, x: &dyn Fn(usize) -> f32, y: &dyn Fn(f64) -> f32, body: &mut Group) {
    let mut filled = Bars { radius: 2.5, ..Bars::default() };
    let mut hollow =
        Bars { radius: 2.5, outline: Some(Stroke::new(Role::TextMuted, 1.0)), ..Bars::default() };
    let mut signs: Vec<Item> = Vec::new();
    let last = series.points.iter().rposition(|p| p.counts);
    for (run, point) in series.points.iter().enumerate() {
        let known = point.value.is_finite();
        let Some(status) = point.status.filter(|_| known || !point.counts) else { continue };
        let (at, up) = (x(run), if known { y(point.value) } else { plot.bottom() - 3.0 });
        let half = if Some(run) == last { 3.5 } else { 2.5 };
        let rect = Rect::new(at - half, up - half, half * 2.0, half * 2.0);
        if point.counts {
            let role = if Some(run) == last { Role::Text } else { Role::Edge };
            filled.push(rect, role, Hit::NONE);
        } else if status.is_failure() || !known {
            let role = status_role(status);
            signs.extend(status_glyph(role, at, up, 10.0, role.into()).map(Item::from));
        } else {
            hollow.push(rect, Role::Surface, Hit::NONE);
        }
    }
    body.push(hollow);
    body.push(filled);
    body.items.extend(signs);
}

/// Draws failures if there are too many runs for points: one tick per pixel in which a run failed.
fn failures(series: &Series, plot: Rect, body: &mut Group) {
    let runs = series.points.len();
    let failed = series.points.iter().enumerate().filter(|(_, p)| p.status.is_some_and(|s| s.is_failure()));
    let mut pixels: Vec<i32> = failed.map(|(run, _)| x_of(plot, runs, run) as i32).collect();
    pixels.dedup();
    let mut ticks = Bars::default();
    for x in pixels {
        ticks.push(Rect::new(x as f32, plot.bottom() - 4.0, 1.0, 4.0), Role::Failed, Hit::NONE);
    }
    body.push(ticks);
}

/// Returns how the newest value compares with the earlier ones, since when, and the colour: if the level changed, the
/// change, otherwise the newest value against the median of the earlier ones, grey unless it is outside most of them. A
/// failure is not compared.
fn change(series: &Series, unit: &Unit) -> (String, String, Role) {
    let Some((at, point)) = newest(series) else { return (String::new(), String::new(), Role::TextMuted) };
    if !point.counts {
        let status = point.status.map_or("", |s| s.name());
        return (status.to_owned(), format!("in run {}", at + 1), Role::TextMuted);
    }
    if let [.., before, now] = series.trend.levels.as_slice() {
        let role = word_role((now.median - before.median) as f32);
        return (percent(before.median, now.median), format!("since run {}", now.first + 1), role);
    }
    if at + 1 < series.points.len() {
        return (String::new(), format!("last in run {}", at + 1), Role::TextMuted);
    }
    let Some(before) = series.before.as_ref() else {
        return (String::new(), String::new(), Role::TextMuted);
    };
    let role = if point.value > before.p90 {
        Role::More
    } else if point.value < before.p10 {
        Role::Less
    } else {
        Role::TextMuted
    };
    (percent(before.median, point.value), format!("against {}", unit.text(before.median)), role)
}

/// Draws the name, the newest value, and how it compares with the earlier ones.
fn words(
    trends: &Trends,
    row: Option<u32>,
    series: &Series,
    unit: &Unit,
    frame: &Lines,
    rect: Rect,
    body: &mut Group,
) {
    let whole = row.is_none();
    let weight = if whole { Weight::Bold } else { Weight::Regular };
    let narrow = frame.is_narrow();
    let plot = plot(frame, rect);
    let value = newest(series).filter(|(_, p)| p.value.is_finite());
    let value = value.map_or(String::new(), |(_, p)| unit.text(p.value));
    let (change, since, role) = change(series, unit);
    let room = if narrow { frame.width * 0.5 - 18.0 } else { plot.x - 24.0 };
    let label = fit_middle(&name(trends, row), room, 12.0, weight, Face::Sans).into_owned();
    let base = if narrow { rect.y + 16.0 } else { rect.y + rect.h / 2.0 + 4.0 };
    let label = Text::new(12.0, base, 12.0, Role::Text, label);
    body.push(if whole { label.bold() } else { label });
    if narrow {
        let both = [value, change].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>();
        let text = both.join(" · ");
        let text = fit(&text, frame.width * 0.5 - 12.0, 11.0, Weight::Bold, Face::Sans).into_owned();
        let text = Text::new(frame.width - 12.0, base, 11.0, role, text);
        body.push(text.anchored(Anchor::End).bold());
        return;
    }
    let x = plot.right() + 14.0;
    let y = rect.y + rect.h / 2.0;
    let room = frame.width - x - 8.0;
    let value = fit(&value, room, 12.0, Weight::Bold, Face::Sans).into_owned();
    let at = x + width(&value, 12.0, Weight::Bold, Face::Sans) + 8.0;
    body.push(Text::new(x, y - 2.0, 12.0, Role::Text, value).bold());
    body.push(Text::new(at, y - 2.0, 11.0, role, change).bold());
    body.push(Text::new(x, y + 13.0, 10.5, Role::TextMuted, since));
}
