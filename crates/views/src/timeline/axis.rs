//! Moments in the words of the chosen time mode, and the axis that shows them.

use makespan_model::Run;
use makespan_scene::{
    Anchor, AxisMode, Bars, Dash, Face, Hit, Item, Paint, Path, Rect, Role, Scene, Stroke, Text, TimeScale,
    Weight, duration, timestamp, width,
};

use crate::look::{Look, TimeMode};
pub use crate::moment::origin;

/// A moment as the time mode writes it. Relative ones cost a look at the whole run: for many of them see
/// [`moment_since`].
pub fn moment(run: &Run, t: i64, look: &Look) -> String {
    let origin = if look.time == TimeMode::Relative { origin(run) } else { 0 };
    moment_since(origin, t, look)
}

/// The same where the [`origin`] is known.
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

/// What the axis counts.
pub fn title(look: &Look) -> &'static str {
    match look.time {
        TimeMode::Relative => "since start",
        TimeMode::Utc => "UTC",
        TimeMode::Local => "local time",
    }
}

/// Ticks along the top of a picture, with grid lines down to `bottom`.
pub fn draw(scene: &mut Scene, run: &Run, scale: &TimeScale<'_>, look: &Look, baseline: f32, bottom: f32) {
    let (mode, offset) = match look.time {
        TimeMode::Relative => (AxisMode::Relative { origin: origin(run) }, 0),
        TimeMode::Utc => (AxisMode::Clock, 0),
        TimeMode::Local => (AxisMode::Clock, look.offset),
    };
    draw_as(scene, scale, mode, offset, baseline, bottom);
}

/// The same for an axis that counts as `mode` says, `offset` being seconds east of UTC.
pub(crate) fn draw_as(
    scene: &mut Scene,
    scale: &TimeScale<'_>,
    mode: AxisMode,
    offset: i32,
    baseline: f32,
    bottom: f32,
) {
    let mut labels: Vec<Item> = Vec::new();
    let (left, right) = (scale.x0 as f32, scale.x1 as f32);
    let mut free = left;
    for tick in scale.ticks(84.0, mode, offset) {
        let x = scale.x(tick.t) as f32;
        if x < left - 0.5 || x > right + 0.5 {
            continue;
        }
        scene.push(Path::line((x, baseline), (x, bottom), Stroke::new(Role::Grid, 1.0)));
        let role = if tick.major { Role::Text } else { Role::TextMuted };
        // A label is set right of its line; the last one would be cut by the edge of the picture, and over a fold one
        // may reach up to the next.
        let end = x + 4.0 + width(&tick.label, 11.0, Weight::Regular, Face::Sans);
        if end <= right && x >= free {
            free = end + 2.0;
            labels.push(Text::new(x + 4.0, baseline - 8.0, 11.0, role, tick.label).into());
        }
    }
    scene.items.extend(labels);
    scene.push(Path::line((left, baseline), (right, baseline), Stroke::new(Role::Border, 1.0)));
    break_labels(scene, scale, baseline - 19.0);
}

/// The length of each folded stretch above its place, where there is room.
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

/// Shades folded stretches from `top` to `bottom`, with a dashed line at both ends.
pub(super) fn breaks(scene: &mut Scene, scale: &TimeScale<'_>, top: f32, bottom: f32) {
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
