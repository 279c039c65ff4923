//! The user's markers: a lane of flags below the axis, a line across the rows at each, ticks on the strip of the whole
//! run.

use makespan_scene::{
    Bars, Dash, Face, Group, Hit, Paint, Path, Rect, Role, Scene, Seg, Stroke, Text, Weight, fit,
};

use super::Frame;
use super::frame::MARKS_HEIGHT;
use crate::marker::Markers;
use crate::target::Target;

/// Width and height of a flag, px.
const FLAG: (f32, f32) = (8.0, 7.0);

/// Draws the markers of a run within the window, in the space that [`Frame::with_markers`] made. Each flag and its note
/// have the hit target [`Target::Marker`].
pub fn draw_markers(scene: &mut Scene, markers: &Markers, run: usize, frame: &Frame) {
    if !markers.has(run) {
        return;
    }
    let (top, bottom) = (frame.top - MARKS_HEIGHT, frame.top);
    let name = fit("Markers", frame.gutter - 16.0, 12.0, Weight::Regular, Face::Sans);
    scene.push(Text::new(10.0, bottom - 5.0, 12.0, Role::TextMuted, name));
    scene.push(Path::line((0.0, bottom), (frame.width, bottom), Stroke::new(Role::Grid, 1.0)));
    let scale = frame.scale();
    let (left, right) = (scale.x0 as f32, scale.x1 as f32);
    let shown: Vec<(usize, f32, String)> = markers
        .of(run)
        .into_iter()
        .filter(|(_, m)| (frame.window.0..=frame.window.1).contains(&m.t))
        .map(|(place, m)| (place, (scale.x(m.t) as f32).clamp(left, right), m.shown()))
        .collect();
    let mut lane = Group {
        clip: Some(Rect::new(frame.gutter, top, (frame.width - frame.gutter).max(0.0), frame.height - top)),
        label: "Markers".to_owned(),
        ..Group::default()
    };
    for (i, (place, x, note)) in shown.iter().enumerate() {
        let hit = Target::Marker(*place as u32).hit();
        let line = Stroke::new(Role::Accent, 1.25).dashed(Dash::Dashed);
        lane.push(Path::line((*x, top + 2.0), (*x, frame.height), line));
        let (w, h) = FLAG;
        let y = top + 3.0;
        let outline = vec![
            Seg::Move(*x, y),
            Seg::Line(x + w, y + h / 2.0),
            Seg::Line(*x, y + h),
            Seg::Line(x - 1.5, y + h),
            Seg::Line(x - 1.5, y),
            Seg::Close,
        ];
        lane.push(Path::filled(outline, Role::Accent).with_hit(hit));
        // A note ends before the next flag, or before the edge.
        let end = shown.get(i + 1).map_or(frame.width, |(_, next, _)| *next);
        let room = end - (x + w + 3.0) - 6.0;
        let text = fit(note, room.max(0.0), 11.0, Weight::Regular, Face::Sans);
        if !text.is_empty() {
            let mut text = Text::new(x + w + 3.0, bottom - 5.0, 11.0, Role::Text, text);
            text.hit = hit;
            lane.push(text);
        }
    }
    scene.push(lane);
}

/// Draws the markers of a run on the strip of the whole run above a `frame`.
pub fn marker_ticks(scene: &mut Scene, markers: &Markers, run: usize, frame: &Frame, whole: (i64, i64)) {
    let (scale, height) = (frame.scale().over(whole), scene.height);
    let mut ticks = Bars::default();
    for (_, marker) in markers.of(run) {
        let x = scale.x(marker.t).clamp(scale.x0, scale.x1) as f32;
        ticks.push(Rect::new(x - 0.75, 0.0, 1.5, height), Paint::from(Role::Accent), Hit::NONE);
        ticks.push(Rect::new(x - 0.75, 0.0, 6.0, 5.0), Paint::from(Role::Accent), Hit::NONE);
    }
    if !ticks.is_empty() {
        scene.push(ticks);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Look;
    use crate::timeline::{Index, Lanes, minimap, scene};
    use makespan_scene::{Theme, hit, svg};

    const S: i64 = 1_000_000_000;

    fn noted() -> Markers {
        let mut markers = Markers::default();
        for (run, t, note) in [(0, 4, "<b>cache & disk</b>"), (1, 5, "of another run"), (0, 9, "late")] {
            let place = markers.add(run, t * S).unwrap();
            markers.write(place, note);
        }
        markers
    }

    #[test]
    fn markers_stand_in_a_lane_of_their_own_and_are_hit() {
        let run = makespan_model::notation::run("a 0..10 w1").unwrap();
        let index = Index::new(&run, Lanes::Worker);
        let plain = Frame::whole(&index, 600.0);
        let frame = Frame::whole(&index, 600.0).with_markers();
        assert_eq!(frame.row_top(0), plain.row_top(0) + MARKS_HEIGHT);
        let mut made = scene(&run, &index, &Look::default(), &frame);
        draw_markers(&mut made, &noted(), 0, &frame);
        let at = |t: i64, right: f32| {
            let x = frame.scale().x(t * S) as f32 + right;
            Target::of(hit(&made, x, frame.top - MARKS_HEIGHT / 2.0, 2.0))
        };
        assert_eq!(at(4, 2.0), Some(Target::Marker(0)));
        assert_eq!(at(4, 20.0), Some(Target::Marker(0)), "its note is hit too");
        assert_eq!(at(9, 2.0), Some(Target::Marker(2)));
        assert_eq!(at(6, 60.0), None);
        let drawn = svg(&made, &Theme::light());
        assert!(drawn.contains("&lt;b&gt;cache &amp; disk") && !drawn.contains("<b>"), "a note is text");
        assert!(!drawn.contains("another"));
        let zoomed = Frame { window: (5 * S, 8 * S), ..frame };
        let mut made = Scene::new(600.0, 100.0, "");
        draw_markers(&mut made, &noted(), 0, &zoomed);
        let drawn = svg(&made, &Theme::light());
        assert!(
            !drawn.contains("late") && !drawn.contains("cache"),
            "what lies outside the window is not drawn"
        );
    }

    #[test]
    fn the_strip_of_the_whole_run_has_a_tick_for_each_marker() {
        let run = makespan_model::notation::run("a 0..10 w1").unwrap();
        let index = Index::new(&run, Lanes::Worker);
        let frame = Frame { window: (S, 2 * S), ..Frame::whole(&index, 600.0) };
        let facts = makespan_analysis::Facts::new(std::sync::Arc::new(run));
        let whole = Frame::whole(&index, 600.0).window;
        let mut strip = minimap(facts.run(), &index, facts.concurrency(), &[], &frame, 34.0);
        let before = strip.item_count();
        marker_ticks(&mut strip, &Markers::default(), 0, &frame, whole);
        assert_eq!(strip.item_count(), before);
        marker_ticks(&mut strip, &noted(), 0, &frame, whole);
        assert_eq!(strip.item_count(), before + 4);
    }
}
