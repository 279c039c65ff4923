//! Times in the chosen format, and the axis that shows them.

use makespan_model::Run;
use makespan_scene::{
    Anchor, AxisMode, Bars, Dash, Face, Hit, Item, Paint, Path, Rect, Role, Scene, Stroke, Text, TimeScale,
    Weight, duration, timestamp, width,
};

use crate::look::{Look, TimeMode};
pub use crate::moment::origin;

/// Formats a time according to the time mode. Relative times need a pass over the whole run: to format many, use
/// [`moment_since`].
pub fn moment(run: &Run, t: i64, look: &Look) -> String {
    let origin = if look.time == TimeMode::Relative { origin(run) } else { 0 };
    moment_since(origin, t, look)
}

/// Does the same for a known [`origin`].
pub fn moment_since(origin: i64, t: i64, look: &Look) -> String {
    match look.time {
        TimeMode::Relative => {
            let since = t.saturating_sub(origin);
            if since < 0 {
                format!("−{}", duration(since.saturating_neg()))
            } else {
                format!("+{}", duration(since))
            }
        }
        TimeMode::Utc => timestamp(t, 0),
        TimeMode::Local => timestamp(t, look.offset),
    }
}

/// Returns the title of the axis.
pub fn title(look: &Look) -> &'static str {
    match look.time {
        TimeMode::Relative => "since start",
        TimeMode::Utc => "UTC",
        TimeMode::Local => "local time",
    }
}

/// Draws ticks along the top of a picture, with grid lines down to `bottom`.
pub fn draw(scene: &mut Scene, run: &Run, scale: &TimeScale<'_>, look: &Look, baseline: f32, bottom: f32) {
    let (mode, offset) = match look.time {
        TimeMode::Relative => (AxisMode::Relative { origin: origin(run) }, 0),
        TimeMode::Utc => (AxisMode::Clock, 0),
        TimeMode::Local => (AxisMode::Clock, look.offset),
    };
    draw_as(scene, scale, mode, offset, baseline, bottom);
}

/// Does the same for an axis with the given mode and offset (seconds east of UTC).
pub(crate) fn draw_as(
    scene: &mut Scene,
    scale: &TimeScale<'_>,
    mode: AxisMode,
    offset: i32,
    baseline: f32,
    bottom: f32,
) {
    let (left, right) = (scale.x0 as f32, scale.x1 as f32);
    let mut ticks = Vec::new();
    for tick in scale.ticks(84.0, mode, offset) {
        let x = scale.x(tick.t) as f32;
        if x >= left - 0.5 && x <= right + 0.5 {
            scene.push(Path::line((x, baseline), (x, bottom), Stroke::new(Role::Grid, 1.0)));
            let role = if tick.major { Role::Text } else { Role::TextMuted };
            ticks.push((x, role, tick.label));
        }
    }
    let mut labels = tick_labels(scale, &ticks, baseline, true);
    if labels.is_empty() {
        // Between folds that are close together no label has room; then labels may cross them.
        labels = tick_labels(scale, &ticks, baseline, false);
    }
    scene.items.extend(labels);
    scene.push(Path::line((left, baseline), (right, baseline), Stroke::new(Role::Border, 1.0)));
    break_labels(scene, scale, baseline - 19.0);
}

/// The labels of ticks (place in px, colour, words). A label is set right of its line. Left out is what the edge of the
/// picture would cut, what would reach up to the next one, and, if they keep clear of folds, what would reach across one:
/// it would stand over a time of which it says nothing.
fn tick_labels(
    scale: &TimeScale<'_>,
    ticks: &[(f32, Role, String)],
    baseline: f32,
    keep_clear: bool,
) -> Vec<Item> {
    let folds: Vec<f32> = scale.breaks().map(|b| b.left as f32).filter(|_| keep_clear).collect();
    let mut free = scale.x0 as f32;
    let mut labels = Vec::new();
    for (x, role, label) in ticks {
        let end = x + 4.0 + width(label, 11.0, Weight::Regular, Face::Sans);
        // Breaks stand in the order of time.
        let next = folds.get(folds.partition_point(|left| left <= x)).copied().unwrap_or(f32::MAX);
        if end <= (scale.x1 as f32).min(next) && *x >= free {
            free = end + 2.0;
            labels.push(Text::new(x + 4.0, baseline - 8.0, 11.0, *role, label.clone()).into());
        }
    }
    labels
}

/// Draws the length of each folded gap above its place, if there is room.
fn break_labels(scene: &mut Scene, scale: &TimeScale<'_>, y: f32) {
    let mut free = scale.x0 as f32;
    for at in scale.breaks() {
        let label = duration(at.fold.length());
        let wide = width(&label, 10.0, Weight::Regular, Face::Sans);
        let most = (scale.x1 as f32 - wide).max(free);
        let left = (f64::midpoint(at.left, at.right) as f32 - wide / 2.0).min(most);
        if left >= free && wide <= scale.x1 as f32 - free {
            free = left + wide + 6.0;
            let text = Text::new(left + wide / 2.0, y, 10.0, Role::TextMuted, label);
            scene.push(text.anchored(Anchor::Middle));
        }
    }
}

/// Shades folded gaps from `top` to `bottom`, with a dashed line at both ends.
pub(crate) fn breaks(scene: &mut Scene, scale: &TimeScale<'_>, top: f32, bottom: f32) {
    let (first, last) = (scale.x0 as f32, scale.x1 as f32);
    let mut shade = Bars::default();
    for at in scale.breaks() {
        let (left, right) = ((at.left as f32).max(first), (at.right as f32).min(last));
        shade.push(
            Rect::new(left, top, (right - left).max(1.0), bottom - top),
            Paint::from(Role::Shadow).with_alpha(28),
            Hit::NONE,
        );
        for x in [at.left as f32, at.right as f32].into_iter().filter(|x| *x >= first && *x <= last) {
            let stroke = Stroke::new(Role::TextMuted, 1.0).dashed(Dash::Dashed);
            scene.push(Path::line((x, top), (x, bottom), stroke));
        }
    }
    if !shade.is_empty() {
        scene.push(shade);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use makespan_scene::Folds;

    const S: i64 = 1_000_000_000;

    /// Where labels of ticks begin and end, px.
    fn labels(folds: &Folds, x1: f64) -> Vec<(f32, f32)> {
        let scale = TimeScale { t0: 0, t1: 100_000 * S, x0: 0.0, x1, folds: folds.list() };
        let mut scene = Scene::new(x1 as f32, 100.0, "");
        draw_as(&mut scene, &scale, AxisMode::Relative { origin: 0 }, 0, 30.0, 100.0);
        let text = |item: &Item| match item {
            Item::Text(t) if t.size == 11.0 => {
                Some((t.x, t.x + width(&t.text, 11.0, Weight::Regular, Face::Sans)))
            }
            _ => None,
        };
        scene.items.iter().filter_map(text).collect()
    }

    #[test]
    fn no_tick_label_crosses_a_fold() {
        for from in (10..400).step_by(7) {
            let folds = Folds::new(vec![(from * S, 99_000 * S)], 20 * S);
            let scale = TimeScale { t0: 0, t1: 100_000 * S, x0: 0.0, x1: 900.0, folds: folds.list() };
            let breaks: Vec<f32> = scale.breaks().map(|b| b.left as f32).collect();
            let all = labels(&folds, 900.0);
            assert!(!all.is_empty());
            for (begin, end) in all {
                assert!(breaks.iter().all(|b| end <= *b || begin >= *b), "{begin}..{end} over {breaks:?}");
            }
        }
    }
}
