//! The surroundings of the bars: lanes with their names, the ends of the runs, the runs as a whole.

use makespan_model::Run;
use makespan_scene::{
    Bars, Dash, Face, Group, Hit, Paint, Path, Rect, Role, Scene, Stroke, Text, Weight, duration, fit_middle,
};

use super::super::{Pair, delta};
use super::Aligned;
use super::frame::{FOOT_HEIGHT, body};
use crate::clip::shortened_name;
use crate::target::Target;
use crate::timeline::{AXIS_HEIGHT, Frame};

/// Draws lines at the ends of the runs, and at zero if a task is aligned.
pub(super) fn ends(pair: &Pair<'_>, aligned: &Aligned, frame: &Frame, group: &mut Group) {
    let area = body(frame);
    let mut line = |t: i64, stroke: Stroke| {
        let x = frame.scale().x(t) as f32;
        if x >= area.x && x <= area.right() {
            group.push(Path::line((x, area.y), (x, area.bottom()), stroke));
        }
    };
    let sides = [
        (pair.a.run(), aligned.zero.0, Stroke::new(Role::TextMuted, 1.0).dashed(Dash::Dashed)),
        (pair.b.run(), aligned.zero.1, Stroke::new(Role::Text, 1.0)),
    ];
    for (run, zero, stroke) in sides {
        if let Some((_, end)) = run.span() {
            line(end.saturating_sub(zero), stroke);
        }
    }
    if aligned.at.is_some() {
        line(0, Stroke::new(Role::Selection, 1.5));
    }
}

/// Draws the tint of every other lane, and a line at the end of each.
pub(super) fn bands(scene: &mut Scene, aligned: &Aligned, frame: &Frame, bottom: f32) {
    let mut tint = Bars::default();
    let lanes = aligned.lanes();
    let first = lanes.partition_point(|l| l.first_row + l.rows <= frame.first_row);
    for (i, lane) in lanes.iter().enumerate().skip(first) {
        let top = frame.row_top(lane.first_row).max(AXIS_HEIGHT);
        if top >= bottom {
            break;
        }
        let end = frame.row_top(lane.first_row + lane.rows).min(bottom);
        if i % 2 == 0 {
            tint.push(Rect::new(0.0, top, frame.width, end - top), Role::Panel, Hit::NONE);
        }
        if frame.row_height * lane.rows as f32 >= 8.0 {
            scene.push(Path::line((0.0, end), (frame.width, end), Stroke::new(Role::Grid, 1.0)));
        }
    }
    scene.items.insert(0, tint.into());
}

/// Draws the names of the lanes.
pub(super) fn names(scene: &mut Scene, aligned: &Aligned, frame: &Frame, bottom: f32) {
    let lanes = aligned.lanes();
    let first = lanes.partition_point(|l| l.first_row + l.rows <= frame.first_row);
    let mut below = f32::MIN;
    for (i, lane) in lanes.iter().enumerate().skip(first) {
        let top = frame.row_top(lane.first_row).max(AXIS_HEIGHT);
        if top > bottom {
            break;
        }
        let end = frame.row_top(lane.first_row + lane.rows).min(bottom);
        let y = top + ((end - top) / 2.0).min(frame.row_height / 2.0) + 4.0;
        // If lanes are thinner than a line of text, only as many as fit are named.
        if y - below < 12.0 || y > bottom {
            continue;
        }
        below = y;
        let text = fit_middle(&lane.name, frame.gutter - 16.0, 12.0, Weight::Regular, Face::Sans);
        scene.push(Text::new(10.0, y, 12.0, Role::Text, text).with_hit(Target::Lane(i as u32).hit()));
    }
    scene.push(Path::line((frame.gutter, 0.0), (frame.gutter, frame.height), Stroke::new(Role::Border, 1.0)));
}

/// Draws both whole runs, one bar each, below the rows.
pub(super) fn foot(scene: &mut Scene, pair: &Pair<'_>, aligned: &Aligned, frame: &Frame) {
    let top = frame.height - FOOT_HEIGHT;
    scene.push(Path::line((0.0, top), (frame.width, top), Stroke::new(Role::Border, 1.0)));
    let area = Rect::new(frame.gutter, top, (frame.width - frame.gutter).max(0.0), FOOT_HEIGHT);
    let mut group = Group { clip: Some(area), label: "Both runs as a whole".to_owned(), ..Group::default() };
    let length = |run: &Run| run.span().map(|(s, e)| e.saturating_sub(s));
    let (a_ns, b_ns) = (length(pair.a.run()), length(pair.b.run()));
    let percent = delta::percent_ns(a_ns, b_ns);
    let fill_b = pair.whole_strength().map_or(Role::Raised, Role::diverge);
    let sides = [
        ("A", pair.a.run(), aligned.zero.0, Role::Neutral, String::new()),
        (
            "B",
            pair.b.run(),
            aligned.zero.1,
            fill_b,
            if percent.is_empty() { percent } else { format!(" ({percent})") },
        ),
    ];
    for (i, (letter, run, zero, role, tail)) in sides.into_iter().enumerate() {
        let y = top + 5.0 + i as f32 * 18.0;
        let name = format!("{letter}  {}", shortened_name(run.title()));
        let name = fit_middle(&name, frame.gutter - 16.0, 11.0, Weight::Regular, Face::Sans).into_owned();
        scene.push(Text::new(10.0, y + 12.0, 11.0, Role::TextMuted, name));
        let Some((s, e)) = run.span() else {
            group.push(Text::new(frame.gutter + 6.0, y + 12.0, 11.0, Role::TextMuted, "no times"));
            continue;
        };
        let scale = frame.scale();
        let x = |t: i64| scale.x(t.saturating_sub(zero)).clamp(-1e5, 1e5) as f32;
        let rect = Rect::new(x(s), y, (x(e) - x(s)).max(1.0), 15.0);
        let outline = if i == 0 { None } else { Some(Stroke::new(Role::Edge, 0.75)) };
        let mut bar = Bars { radius: 2.0, outline, ..Bars::default() };
        let alpha = if i == 0 { 178 } else { 255 };
        bar.push(rect, Paint::from(role).with_alpha(alpha), Hit::NONE);
        group.push(bar);
        let text = format!("{}{tail}", duration(e.saturating_sub(s)));
        let wide = makespan_scene::width(&text, 11.0, Weight::Bold, Face::Sans);
        let (left, right) = (rect.x.max(frame.gutter), rect.right().min(frame.width));
        // Within the bar, otherwise after it if there is room.
        let on = if i == 0 { Role::Text } else { role.on() };
        let (at, role) =
            if right - left > wide + 12.0 { (left + 6.0, on) } else { (right + 5.0, Role::Text) };
        group.push(Text::new(at, y + 11.5, 11.0, role, text).bold());
    }
    scene.push(group);
}
