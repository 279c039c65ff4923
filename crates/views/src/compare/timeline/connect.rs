//! Connects a bar of B to its ghost: a band between the two, and the change in words.

use makespan_analysis::compare::MatchedTask;
use makespan_scene::{
    Anchor, Bars, Face, Group, Hit, Paint, Path, Rect, Role, Scene, Seg, Stroke, Text, Weight, duration, fit,
    width,
};

use super::super::{Pair, delta};
use super::Aligned;
use super::aligned::since;
use super::frame::{Side, body, boxes};
use crate::clip::shortened_name;
use crate::timeline::Frame;

/// Draws bands between the attempts of a task in A and in B, first to first and last to last, and outlines around them.
pub(super) fn connect(
    pair: &Pair<'_>,
    aligned: &Aligned,
    task: &MatchedTask,
    frame: &Frame,
    stroke: Stroke,
    group: &mut Group,
) {
    let a = boxes(pair.a.run(), aligned, Side::A, task, frame);
    let b = boxes(pair.b.run(), aligned, Side::B, task, frame);
    let role = pair.strength(task).map_or(Role::Neutral, delta::word_role);
    let most = a.len().max(b.len());
    for i in 0..most {
        let (Some(from), Some(to)) = (a.get(i).or(a.last()), b.get(i).or(b.last())) else { break };
        let segs = vec![
            Seg::Move(from.x, from.bottom()),
            Seg::Line(from.right(), from.bottom()),
            Seg::Line(to.right(), to.y),
            Seg::Line(to.x, to.y),
            Seg::Close,
        ];
        group.push(Path::filled(segs, Paint::from(role).with_alpha(70)));
        let edges = vec![
            Seg::Move(from.x, from.bottom()),
            Seg::Line(to.x, to.y),
            Seg::Move(from.right(), from.bottom()),
            Seg::Line(to.right(), to.y),
        ];
        group.push(Path::stroked(edges, Stroke::new(role, 1.0)));
    }
    let mut around = Bars { outline: Some(stroke), radius: 3.0, ..Bars::default() };
    for rect in a.into_iter().chain(b) {
        around.push(rect.inset(-1.0), Paint::from(Role::Surface).with_alpha(0), Hit::NONE);
    }
    group.push(around);
}

/// Describes how a task changed: its durations, and how much later it started.
fn words(pair: &Pair<'_>, aligned: &Aligned, task: &MatchedTask) -> String {
    let mut parts = vec![shortened_name(&pair.name(task))];
    match (task.a_ns, task.b_ns) {
        (Some(a_ns), Some(b_ns)) => {
            let percent = delta::percent_ns(task.a_ns, task.b_ns);
            let percent = if percent.is_empty() { percent } else { format!(" ({percent})") };
            parts.push(format!("{} → {}{percent}", duration(a_ns), duration(b_ns)));
        }
        (a_ns, b_ns) => {
            let ns = a_ns.or(b_ns).map_or(String::new(), |ns| format!(", {}", duration(ns)));
            parts.push(format!("{}{ns}", task.how.name()));
        }
    }
    let started_a = since(pair.a.run(), task.a, aligned.zero.0);
    let started_b = since(pair.b.run(), task.b, aligned.zero.1);
    match delta::difference(started_a, started_b) {
        None => {}
        Some(0) => parts.push("starts at the same time".to_owned()),
        Some(shift) if shift > 0 => parts.push(format!("starts {} later", duration(shift))),
        Some(shift) => parts.push(format!("starts {} earlier", duration(shift.saturating_neg()))),
    }
    parts.join(" · ")
}

/// Draws the change in words, in a box below the bars, or above them if there is no room below.
pub(super) fn tag(pair: &Pair<'_>, aligned: &Aligned, task: &MatchedTask, frame: &Frame, scene: &mut Scene) {
    let of = |side, run| boxes(run, aligned, side, task, frame);
    let all: Vec<Rect> = of(Side::A, pair.a.run()).into_iter().chain(of(Side::B, pair.b.run())).collect();
    let Some(lowest) = all.iter().map(Rect::bottom).reduce(f32::max) else { return };
    let highest = all.iter().map(|r| r.y).fold(f32::MAX, f32::min);
    let left = all.iter().map(|r| r.x).fold(f32::MAX, f32::min);
    let right = all.iter().map(Rect::right).fold(f32::MIN, f32::max);
    let area = body(frame);
    let y = if lowest + 26.0 <= area.bottom() { lowest + 5.0 } else { (highest - 24.0).max(area.y) };
    let x = f32::midpoint(left.max(area.x), right.min(area.right()));
    label(scene, frame, x, y, &words(pair, aligned, task));
}

/// Draws text in a raised box around a middle, within the picture.
pub(super) fn label(scene: &mut Scene, frame: &Frame, x: f32, y: f32, words: &str) {
    let room = (frame.width - frame.gutter).max(120.0).min(frame.width) - 16.0;
    let text = fit(words, room, 11.0, Weight::Regular, Face::Sans).into_owned();
    let wide = width(&text, 11.0, Weight::Regular, Face::Sans) + 12.0;
    let most = (frame.width - wide).max(0.0);
    let left = (x - wide / 2.0).clamp(frame.gutter.min(most), most);
    let mut ground = Bars { radius: 3.0, outline: Some(Stroke::new(Role::Border, 1.0)), ..Bars::default() };
    ground.push(Rect::new(left, y, wide, 18.0), Role::Raised, Hit::NONE);
    scene.push(ground);
    scene.push(Text::new(left + wide / 2.0, y + 13.0, 11.0, Role::Text, text).anchored(Anchor::Middle));
}
