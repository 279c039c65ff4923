//! The whole run in a strip: the concurrency over time, failures, and the visible part.

use makespan_analysis::Concurrency;
use makespan_model::{Order as _, Run, Status};
use makespan_scene::{Bars, Hit, Paint, Path, Rect, Role, Scene, Seg, Stroke, TimeScale};

use super::axis;
use super::frame::whole_window;
use super::{Frame, Index};

/// Returns a strip as wide as the frame and `height` px high. `concurrency` is drawn as an area with one step per
/// pixel, failures as ticks at the top, tasks that match a filter (`hits`, a flag per task, empty without a search) as
/// ticks at the bottom. [`mark_seen`] marks the visible part without needing the run.
pub fn minimap(
    run: &Run,
    index: &Index,
    concurrency: &Concurrency,
    hits: &[bool],
    frame: &Frame,
    height: f32,
) -> Scene {
    let mut scene = Scene::new(frame.width, height, "The whole run, with the visible part");
    let scale = frame.scale().over(whole_window(index, &frame.folds));
    let (left, right) = (scale.x0 as f32, scale.x1 as f32);
    let mut ground = Bars::default();
    ground.push(Rect::new(left, 0.0, right - left, height), Role::Panel, Hit::NONE);
    scene.push(ground);

    let most = most_running(concurrency, &scale);
    let top = f64::from(concurrency.max_running.max(1));
    let mut segs = vec![Seg::Move(left, height)];
    for (i, &m) in most.iter().enumerate() {
        let y = height - (f64::from(m) / top) as f32 * (height - 6.0);
        let x = left + i as f32;
        if i == 0 || most[i - 1] != m {
            if i > 0 {
                segs.push(Seg::Line(x, height - (f64::from(most[i - 1]) / top) as f32 * (height - 6.0)));
            }
            segs.push(Seg::Line(x, y));
        }
    }
    segs.push(Seg::Line(right, height));
    segs.push(Seg::Close);
    scene.push(Path::filled(segs, Paint::from(Role::Accent).with_alpha(90)));

    let failed = failed_at(run, &scale);
    let mut ticks = Bars::default();
    // Many ticks are narrower, so that they stay distinguishable as far as pixels allow.
    let (width, tall) = if failed.len() > 100 { (1.0, 4.0) } else { (2.0, 6.0) };
    for x in failed {
        ticks.push(Rect::new(x as f32 - width / 2.0, 0.0, width, tall), Role::Failed, Hit::NONE);
    }
    scene.push(ticks);
    axis::breaks(&mut scene, &scale, 0.0, height);
    scene.push(hit_ticks(run, hits, &scale, height));
    scene
}

/// Returns the greatest concurrency within each pixel of the strip.
#[inline(never)]
fn most_running(concurrency: &Concurrency, scale: &TimeScale<'_>) -> Vec<u32> {
    let (left, right) = (scale.x0 as f32, scale.x1 as f32);
    let pixels = (right - left).max(1.0) as usize;
    let mut most = vec![0u32; pixels + 1];
    let pixel = |t: i64| ((scale.x(t) as f32 - left).max(0.0) as usize).min(pixels);
    for (i, &t) in concurrency.t.iter().enumerate() {
        let until = concurrency.t.get(i + 1).copied().unwrap_or(t);
        for m in &mut most[pixel(t)..=pixel(until)] {
            *m = (*m).max(concurrency.running[i]);
        }
    }
    most
}

/// Returns the pixels at which attempts failed, in ascending order.
#[inline(never)]
fn failed_at(run: &Run, scale: &TimeScale<'_>) -> Vec<i32> {
    let mut failed: Vec<i32> = (0..run.attempt_count())
        .filter(|&i| run.attempts.status[i] == Status::Failed)
        .map(|i| run.attempts.ended[i].max(run.attempts.started[i]))
        .filter(|t| *t != makespan_model::UNKNOWN)
        .map(|t| scale.x(t) as i32)
        .collect();
    failed.order();
    failed.dedup();
    failed
}

/// Maximum number of hit ticks, as a share of the pixels: more ticks would show nothing.
const MOST_HITS: f64 = 0.5;

#[inline(never)]
fn hit_ticks(run: &Run, hits: &[bool], scale: &TimeScale<'_>, height: f32) -> Bars {
    let mut places: Vec<i32> = run
        .task_ids()
        .filter(|t| hits.get(t.index()).is_some_and(|hit| *hit))
        .filter_map(|t| run.task_interval(t))
        .map(|(start, _)| scale.x(start) as i32)
        .collect();
    places.order();
    places.dedup();
    let mut ticks = Bars::default();
    if places.len() as f64 <= (scale.x1 - scale.x0) * MOST_HITS {
        for x in places {
            ticks.push(Rect::new(x as f32 - 1.0, height - 7.0, 2.0, 7.0), Role::Selection, Hit::NONE);
        }
    }
    ticks
}

/// Returns the positions of the edges of the visible part on the strip, px.
pub(crate) fn edges(strip: &TimeScale<'_>, frame: &Frame) -> (f64, f64) {
    let within = |t: i64| strip.x(t).clamp(strip.x0, strip.x1);
    (within(frame.window.0), within(frame.window.1))
}

/// Shades the part of a strip outside the window of the frame, outlines the rest if that is not the `whole` run (ns
/// since the epoch), and draws a handle at both edges.
pub fn mark_seen(scene: &mut Scene, frame: &Frame, whole: (i64, i64)) {
    let (scale, height) = (frame.scale().over(whole), scene.height);
    let (left, right) = (scale.x0 as f32, scale.x1 as f32);
    let (from, to) = edges(&scale, frame);
    let (from, to) = (from as f32, to as f32);
    if from > left + 0.5 || to < right - 0.5 {
        let mut shade = Bars::default();
        let paint = Paint::from(Role::Shadow).with_alpha(70);
        shade.push(Rect::new(left, 0.0, (from - left).max(0.0), height), paint, Hit::NONE);
        shade.push(Rect::new(to, 0.0, (right - to).max(0.0), height), paint, Hit::NONE);
        scene.push(shade);
        let mut brush = Bars { outline: Some(Stroke::new(Role::Accent, 1.5)), ..Bars::default() };
        let seen = Rect::new(from, 0.75, (to - from).max(2.0), height - 1.5);
        brush.push(seen, Paint::from(Role::Accent).with_alpha(0), Hit::NONE);
        scene.push(brush);
    }
    let mut handles = Bars { radius: 2.0, ..Bars::default() };
    for x in [from.max(left), to.min(right)] {
        let tall = (height * 0.5).min(16.0);
        handles.push(Rect::new(x - 2.5, (height - tall) / 2.0, 5.0, tall), Role::Accent, Hit::NONE);
    }
    scene.push(handles);
}
