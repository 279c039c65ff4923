//! The lane of alerts and log lines between the axis and the rows.

use makespan_model::{Run, Severity};
use makespan_scene::{Face, Group, Path, Rect, Role, Scene, Seg, Stroke, Text, Weight, fit};

use super::frame::{AXIS_HEIGHT, Frame, MARKS_HEIGHT};
use crate::recorded::Recorded;
use crate::target::Target;

/// Half the width of a mark, px. Marks closer than this are drawn as the worst of them.
const HALF: f32 = 4.5;

/// Draws the lane; its number of shapes is bounded by the width.
pub(super) fn draw(scene: &mut Scene, run: &Run, marks: &[Recorded], frame: &Frame) {
    if marks.is_empty() {
        return;
    }
    let (top, bottom) = (AXIS_HEIGHT, AXIS_HEIGHT + MARKS_HEIGHT);
    let name = fit("Events", frame.gutter - 16.0, 12.0, Weight::Regular, Face::Sans);
    scene.push(Text::new(10.0, bottom - 5.0, 12.0, Role::TextMuted, name));
    scene.push(Path::line((0.0, bottom), (frame.width, bottom), Stroke::new(Role::Grid, 1.0)));
    let mut lane = Group {
        clip: Some(Rect::new(frame.gutter, top, (frame.width - frame.gutter).max(0.0), MARKS_HEIGHT)),
        label: "Events".to_owned(),
        ..Group::default()
    };
    let scale = frame.scale();
    let first = marks.partition_point(|e| e.t < frame.window.0);
    let shown = marks[first..].iter().take_while(|e| e.t <= frame.window.1);
    let mut worst: Option<(f32, usize)> = None;
    let mut place = |at: (f32, usize)| {
        let (x, i) = at;
        let (y, mark) = ((top + bottom) / 2.0, &marks[i]);
        let outline = vec![
            Seg::Move(x, y - HALF),
            Seg::Line(x + HALF, y),
            Seg::Line(x, y + HALF),
            Seg::Line(x - HALF, y),
            Seg::Close,
        ];
        lane.push(Path::filled(outline, mark.role(run)).with_hit(Target::Recorded(i as u32).hit()));
    };
    for (i, mark) in shown.enumerate().map(|(i, mark)| (first + i, mark)) {
        let x = scale.x(mark.t) as f32;
        match &mut worst {
            Some((at, kept)) if x - *at < HALF => {
                if weight(run, mark) > weight(run, &marks[*kept]) {
                    *kept = i;
                }
            }
            _ => {
                if let Some(done) = worst.replace((x, i)) {
                    place(done);
                }
            }
        }
    }
    if let Some(last) = worst {
        place(last);
    }
    scene.push(lane);
}

/// Returns the priority of a mark where only one fits: errors, warnings, then resolved ones.
fn weight(run: &Run, mark: &Recorded) -> u8 {
    match mark.severity {
        _ if mark.is_over(run) => 0,
        Severity::Info => 1,
        Severity::Warning => 2,
        Severity::Error => 3,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Look;
    use crate::timeline::{Index, Lanes, scene};
    use makespan_scene::hit;

    #[test]
    fn alerts_stand_in_a_lane_above_the_rows_and_are_hit() {
        let mut run = makespan_model::notation::run("a 0..10 w1").unwrap();
        let plain = Frame::whole(&Index::new(&run, Lanes::Worker), 600.0);
        for (t, resolved) in [(2_000_000_000, None), (2_000_000_001, None), (9_000_000_000, Some(true))] {
            run.alerts.task.push(makespan_model::NONE);
            run.alerts.t.push(t);
            run.alerts.severity.push(makespan_model::StrId::EMPTY);
            run.alerts.text.push(makespan_model::StrId::EMPTY);
            run.alerts.resolved.push(resolved);
        }
        let index = Index::new(&run, Lanes::Worker);
        let frame = Frame::whole(&index, 600.0);
        assert_eq!(frame.row_top(0), plain.row_top(0) + MARKS_HEIGHT);
        let made = scene(&run, &index, &Look::default(), &frame);
        let at =
            |t: i64| Target::of(hit(&made, frame.scale().x(t) as f32, AXIS_HEIGHT + MARKS_HEIGHT / 2.0, 1.0));
        assert_eq!(at(2_000_000_000), Some(Target::Recorded(0)), "two at one place are one mark");
        assert_eq!(at(9_000_000_000), Some(Target::Recorded(2)));
        assert_eq!(at(5_000_000_000), None);
    }
}
