//! The difference in work of each step, as bars to both sides of zero.

use makespan_analysis::StepStat;
use makespan_analysis::compare::StepDelta;
use makespan_scene::{
    Anchor, Bars, Face, Hit, Item, Paint, Path, Rect, Role, Scene, Stroke, Text, TimeScale, Weight, counted,
    fit_middle, width,
};

use super::axis::difference_axis;
use super::delta::{known_cell, relative, signed, word_role};
use super::{Pair, delta_cell};
use crate::clip::shortened_name;
use crate::table::{Cell, Column, Table};
use crate::value::Value;

fn work(step: &Option<StepStat>) -> Option<i64> {
    step.as_ref().map(|s| s.work)
}

const ROW: f32 = 24.0;
const AXIS: f32 = 24.0;

/// Draws bars to the left (less work) and to the right (more) of zero, at most `most`; the rest is summed in one bar. A
/// step of one run only has a sign before its name.
pub fn scene(pair: &Pair<'_>, steps: &[StepDelta], most: usize, wide: f32) -> Scene {
    let most = most.max(1);
    let shown = if steps.len() <= most { steps.len() } else { most - 1 };
    let mut rows: Vec<(String, i64, Role)> = steps[..shown]
        .iter()
        .map(|s| {
            // A step that does not exist has no work.
            let (a, b) = (work(&s.a).unwrap_or(0), work(&s.b).unwrap_or(0));
            let role = word_role(pair.noise.strength(Some(a), Some(b)).unwrap_or(0.0));
            let sign = match (&s.a, &s.b) {
                (None, _) => "+ ",
                (_, None) => "− ",
                _ => "",
            };
            (format!("{sign}{}", shortened_name(&s.step)), s.work_ns, role)
        })
        .collect();
    if shown < steps.len() {
        let rest = steps[shown..].iter().fold(0i64, |sum, s| sum.saturating_add(s.work_ns));
        rows.push((counted(steps.len() - shown, "more step"), rest, Role::Neutral));
    }
    let height = AXIS + ROW * rows.len() as f32 + 6.0;
    let mut scene = Scene::new(wide, height, "Work by step: B minus A");
    let label = |words: &str| width(words, 12.0, Weight::Regular, Face::Sans);
    let longest = rows.iter().map(|r| label(&r.0)).fold(0.0, f32::max);
    let gutter = (longest + 14.0).min(wide * 0.34);
    let values: Vec<String> = rows.iter().map(|r| signed(r.1)).collect();
    let widths: Vec<f32> =
        values.iter().map(|v| width(v, 11.0, Weight::Regular, Face::Sans) + 10.0).collect();
    let labelled: Vec<(i64, f32)> = rows.iter().map(|r| r.1).zip(widths).collect();
    let scale = fitted(&labelled, f64::from(gutter), f64::from(wide));
    let zero = scale.x(0) as f32;
    difference_axis(&mut scene, &scale, AXIS - 4.0, height - 6.0);
    let mut bars = Bars { radius: 2.0, ..Bars::default() };
    let mut texts: Vec<Item> = Vec::new();
    for (i, ((name, delta, role), value)) in rows.into_iter().zip(values).enumerate() {
        let y = AXIS + i as f32 * ROW;
        let name = fit_middle(&name, gutter - 10.0, 12.0, Weight::Regular, Face::Sans).into_owned();
        texts.push(Text::new(gutter - 8.0, y + 16.0, 12.0, Role::Text, name).anchored(Anchor::End).into());
        let x = scale.x(delta) as f32;
        let rect = Rect::new(zero.min(x), y + 4.0, (x - zero).abs().max(1.0), ROW - 8.0);
        bars.push(rect, Paint::from(role), Hit::NONE);
        let (at, anchor) = if delta < 0 { (x - 5.0, Anchor::End) } else { (x + 5.0, Anchor::Start) };
        texts.push(Text::new(at, y + 16.0, 11.0, Role::Text, value).anchored(anchor).into());
    }
    scene.push(bars);
    scene.items.extend(texts);
    let stroke = Stroke::new(Role::Text, 1.0);
    scene.push(Path::line((zero, AXIS - 4.0), (zero, height - 4.0), stroke));
    scene
}

/// Returns the largest scale around zero at which every bar and the label at its end fit between `left` and `right`.
fn fitted(bars: &[(i64, f32)], left: f64, right: f64) -> TimeScale<'static> {
    let low = bars.iter().map(|b| b.0).min().unwrap_or(0).min(0);
    let high = bars.iter().map(|b| b.0).max().unwrap_or(0).max(0);
    // Pixels per ns are found by bisection; the labels then decide the position of zero.
    let place = |per_ns: f64| {
        let (mut from, mut to) = (left + 6.0, right - 6.0);
        for &(delta, words) in bars {
            let reach = delta.unsigned_abs() as f64 * per_ns + f64::from(words);
            if delta < 0 {
                from = from.max(left + reach);
            } else {
                to = to.min(right - reach);
            }
        }
        (from <= to).then_some(from)
    };
    let span = (high as f64 - low as f64).max(1.0);
    let (mut fits, mut least, mut most) = (None, 0.0, (right - left).max(1.0) / span);
    for _ in 0..40 {
        let middle = f64::midpoint(least, most);
        match place(middle) {
            Some(zero) => (fits, least) = (Some((middle, zero)), middle),
            None => most = middle,
        }
    }
    // If not even the labels fit, the bars use the whole width.
    let (per_ns, zero) = fits.unwrap_or_else(|| {
        let per_ns = (right - left).max(1.0) / span;
        (per_ns, left - low as f64 * per_ns)
    });
    let ends = (zero + low as f64 * per_ns, zero + (high as f64 * per_ns).max(1e-3));
    TimeScale::plain((low, high), ends)
}

/// Returns steps `range` as a table.
pub fn twin(pair: &Pair<'_>, steps: &[StepDelta], range: std::ops::Range<usize>) -> Table {
    let columns = vec![
        Column::text("step", "Step"),
        Column::number("tasks-a", "Tasks in A"),
        Column::number("tasks-b", "Tasks in B"),
        Column::number("a", "Work in A"),
        Column::number("b", "Work in B"),
        Column::number("delta", "Difference"),
        Column::number("relative", "Relative"),
    ];
    let mut table = Table::new("Work by step", columns);
    let end = range.end.min(steps.len());
    for s in &steps[range.start.min(end)..end] {
        let tasks = |s: &Option<StepStat>| s.as_ref().map_or_else(Cell::default, |s| Cell::new(s.tasks));
        let delta = if s.a.is_some() && s.b.is_some() {
            delta_cell(work(&s.a), work(&s.b), pair.noise.strength(work(&s.a), work(&s.b)))
        } else {
            Cell::new(Value::Delta(s.work_ns)).status(word_role(s.work_ns.signum() as f32))
        };
        table.push(vec![
            Cell::new(shortened_name(&s.step)),
            tasks(&s.a),
            tasks(&s.b),
            known_cell(work(&s.a)),
            known_cell(work(&s.b)),
            delta,
            Cell::new(relative(work(&s.a), work(&s.b))),
        ]);
    }
    table.left_out = steps.len() - table.rows.len();
    table
}
