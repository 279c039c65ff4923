//! Axis of a difference of times, or of a length of time.

use makespan_scene::{Anchor, AxisMode, Face, Path, Role, Scene, Stroke, Text, TimeScale, Weight, width};

/// Draws the ticks of a difference above `baseline`, each with its sign and a grid line down to `bottom`.
pub(super) fn difference_axis(scene: &mut Scene, scale: &TimeScale<'_>, baseline: f32, bottom: f32) {
    axis(scene, scale, baseline, bottom, true);
}

/// Draws the same for a length of time, which has no sign.
pub(super) fn length_axis(scene: &mut Scene, scale: &TimeScale<'_>, baseline: f32, bottom: f32) {
    axis(scene, scale, baseline, bottom, false);
}

fn axis(scene: &mut Scene, scale: &TimeScale<'_>, baseline: f32, bottom: f32, signed: bool) {
    for tick in scale.ticks(84.0, AxisMode::Relative { origin: 0 }, 0) {
        let x = scale.x(tick.t) as f32;
        scene.push(Path::line((x, baseline), (x, bottom), Stroke::new(Role::Grid, 1.0)));
        let label = if signed { &tick.label } else { tick.label.trim_start_matches('+') };
        let half = width(label, 10.5, Weight::Regular, Face::Sans) / 2.0;
        // A label that the edge of the picture would cut moves inwards.
        let at = x.clamp(half.min(scene.width / 2.0), (scene.width - half).max(scene.width / 2.0));
        let label = Text::new(at, baseline - 5.0, 10.5, Role::TextMuted, label);
        scene.push(label.anchored(Anchor::Middle));
    }
}
