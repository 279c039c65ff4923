//! Moments in the words of the chosen time mode, and the axis that shows them.

use makespan_model::Run;
use makespan_scene::{
    AxisMode, Item, Path, Role, Scene, Stroke, Text, TimeScale, duration, ticks, timestamp,
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
pub fn draw(scene: &mut Scene, run: &Run, scale: &TimeScale, look: &Look, baseline: f32, bottom: f32) {
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
    scale: &TimeScale,
    mode: AxisMode,
    offset: i32,
    baseline: f32,
    bottom: f32,
) {
    let mut labels: Vec<Item> = Vec::new();
    let (left, right) = (scale.x0 as f32, scale.x1 as f32);
    for tick in ticks(scale.t0, scale.t1, scale.x1 - scale.x0, 84.0, mode, offset) {
        let x = scale.x(tick.t) as f32;
        if x < left - 0.5 || x > right + 0.5 {
            continue;
        }
        scene.push(Path::line((x, baseline), (x, bottom), Stroke::new(Role::Grid, 1.0)));
        let role = if tick.major { Role::Text } else { Role::TextMuted };
        // A label is set right of its line; the last one would be cut by the edge of the picture.
        if x + makespan_scene::width(
            &tick.label,
            11.0,
            makespan_scene::Weight::Regular,
            makespan_scene::Face::Sans,
        ) + 4.0
            <= right
        {
            labels.push(Text::new(x + 4.0, baseline - 8.0, 11.0, role, tick.label).into());
        }
    }
    scene.items.extend(labels);
    scene.push(Path::line((left, baseline), (right, baseline), Stroke::new(Role::Border, 1.0)));
}
