//! Counters on the axis of the timeline: attempts running and queued at each moment, and sampled metrics.

use makespan_analysis::{Facts, Measure};
use makespan_model::{Order as _, UNKNOWN};
use makespan_scene::{
    Bars, Face, Group, Hit, Paint, Path, Rect, Role, Scene, Seg, Stroke, Text, TimeScale, Weight, count, fit,
};

use super::{Frame, axis};
use crate::amount::Unit;

/// Height of a track, px.
const TRACK: f32 = 34.0;

/// Maximum number of tracks of sampled metrics.
const MOST: usize = 4;

/// Minimum and maximum within a column of pixels.
type Envelope = Vec<Option<(f64, f64)>>;

/// A counter over time.
#[derive(Clone, Debug)]
pub struct Counter {
    /// Its title.
    pub name: String,
    /// The unit of the values.
    pub unit: Unit,
    /// The colour.
    pub role: Role,
    /// Minimum and maximum in each column of the scale; `None` if unknown.
    pub envelope: Envelope,
}

impl Counter {
    /// Returns the greatest value, at least 0.
    pub fn most(&self) -> f64 {
        self.envelope.iter().flatten().fold(0.0, |most: f64, (_, v)| most.max(*v))
    }

    /// Returns the least value, at most 0.
    pub fn least(&self) -> f64 {
        self.envelope.iter().flatten().fold(0.0, |least: f64, (v, _)| least.min(*v))
    }

    /// Formats a value in few characters.
    pub fn short(&self, value: f64) -> String {
        match self.unit.quantity {
            makespan_analysis::Quantity::Count if value.fract() == 0.0 && value >= 0.0 => count(value as u64),
            _ => self.unit.short(value),
        }
    }
}

/// Returns the counters of a run at each column of a scale: attempts running and queued as steps, and the minimum and
/// maximum of up to four metrics that were sampled while tasks ran. O(n log n) in the data within the window.
pub fn tracks(facts: &Facts, scale: &TimeScale) -> Vec<Counter> {
    let concurrency = facts.concurrency();
    let mut tracks: Vec<Counter> = Vec::new();
    let mut counted = |name: &str, role, values: &[u32]| {
        let unit = Unit::of(makespan_analysis::Quantity::Count);
        let envelope = steps(scale, &concurrency.t, values);
        tracks.push(Counter { name: name.to_owned(), unit, role, envelope });
    };
    if concurrency.max_running > 0 {
        counted("Running", Role::Running, &concurrency.running);
    }
    if concurrency.has_queue && concurrency.queued.iter().any(|n| *n > 0) {
        counted("Queued", Role::Queued, &concurrency.queued);
    }
    let measures = facts.measures();
    // A single sample of a task is a total of the task, which says nothing about a moment.
    let is_watched = |at: &[u32]| {
        let of = &facts.run().samples.task;
        let tasks = at.chunk_by(|a, b| of[*a as usize] == of[*b as usize]).count();
        at.len() >= 2 * tasks
    };
    let sampled = (0..measures.list.len()).filter_map(|m| Some((m, measures.samples(m)?)));
    let sampled = sampled.filter(|(_, (at, _))| is_watched(at));
    // The most useful ones first: CPU, memory, and other standard quantities.
    let mut sampled: Vec<_> = sampled.collect();
    sampled.order_by_key(|(m, _)| measures.list[*m].standard.is_none());
    for (m, (indices, factor)) in sampled.into_iter().take(MOST) {
        let measure: &Measure = &measures.list[m];
        let samples = &facts.run().samples;
        let points = indices.iter().map(|i| (samples.t[*i as usize], samples.value[*i as usize] * factor));
        let envelope = envelope(scale, points.filter(|(t, v)| *t != UNKNOWN && v.is_finite()));
        if envelope.iter().any(Option::is_some) {
            let (name, unit) = (measure.title.clone(), Unit::measure(measure));
            tracks.push(Counter { name, unit, role: Role::Accent, envelope });
        }
    }
    tracks
}

/// Draws the counters of a run one below the other, on the axis of the frame ([`tracks`]). The height is 0 if nothing
/// is known. The number of shapes is bounded by the width.
pub fn counters(facts: &Facts, frame: &Frame) -> Scene {
    let tracks = tracks(facts, &frame.scale());
    let mut scene = Scene::new(frame.width, tracks.len() as f32 * TRACK, "Counters over time");
    for (i, counter) in tracks.iter().enumerate() {
        draw(&mut scene, frame, i as f32 * TRACK, counter);
    }
    let height = scene.height;
    axis::breaks(&mut scene, &frame.scale(), 0.0, height);
    scene
}

fn columns(scale: &TimeScale) -> usize {
    (scale.x1 - scale.x0).max(1.0).ceil() as usize
}

fn widen(slot: &mut Option<(f64, f64)>, value: f64) {
    *slot = Some(slot.map_or((value, value), |(least, most)| (least.min(value), most.max(value))));
}

/// Returns a step function at each pixel: value `i` holds from `t[i]` to the next; 0 before the first.
fn steps(scale: &TimeScale, t: &[i64], values: &[u32]) -> Envelope {
    let mut out = vec![None; columns(scale)];
    let last = out.len() - 1;
    let column = |t: i64| ((scale.x(t) - scale.x0).max(0.0) as usize).min(last);
    let first = t.partition_point(|t| *t <= scale.t0).saturating_sub(1);
    if t.first().is_some_and(|t| *t > scale.t0) {
        out[..=column(t[0])].iter_mut().for_each(|slot| widen(slot, 0.0));
    }
    for i in first..t.len() {
        if t[i] > scale.t1 {
            break;
        }
        let until = t.get(i + 1).copied().unwrap_or(scale.t1);
        for slot in &mut out[column(t[i])..=column(until)] {
            widen(slot, f64::from(values[i]));
        }
    }
    out
}

/// Returns samples at each pixel, without interpolation.
fn envelope(scale: &TimeScale, points: impl Iterator<Item = (i64, f64)>) -> Envelope {
    let mut out = vec![None; columns(scale)];
    let last = out.len() - 1;
    for (t, value) in points.filter(|(t, _)| (scale.t0..=scale.t1).contains(t)) {
        widen(&mut out[((scale.x(t) - scale.x0).max(0.0) as usize).min(last)], value);
    }
    out
}

fn draw(scene: &mut Scene, frame: &Frame, top: f32, counter: &Counter) {
    let Counter { name, role, envelope: found, .. } = counter;
    let (role, most, least) = (*role, counter.most(), counter.least());
    let bottom = top + TRACK - 2.0;
    let span = (most - least).max(f64::MIN_POSITIVE);
    let y = |v: f64| bottom - ((v - least) / span) as f32 * (TRACK - 8.0);
    let text = fit(name, frame.gutter - 16.0, 12.0, Weight::Regular, Face::Sans);
    scene.push(Text::new(10.0, top + 14.0, 12.0, Role::Text, text));
    let about = format!("≤ {}", counter.short(most));
    let about = fit(&about, frame.gutter - 16.0, 11.0, Weight::Regular, Face::Sans);
    scene.push(Text::new(10.0, top + 28.0, 11.0, Role::TextMuted, about));
    let left = frame.gutter;
    let mut body = Group {
        clip: Some(Rect::new(left, top, (frame.width - left).max(0.0), TRACK)),
        label: name.clone(),
        ..Group::default()
    };
    let mut area = Bars::default();
    let mut line: Vec<Seg> = Vec::new();
    let mut before: Option<(f64, f64)> = None;
    let mut from = 0;
    // Columns of equal values form one shape.
    for i in 0..=found.len() {
        let now = found.get(i).copied().flatten();
        if now == before && i < found.len() {
            continue;
        }
        if let Some((low, high)) = before {
            let (x, wide) = (left + from as f32, (i - from) as f32);
            let (a, b) = (y(high), y(low));
            area.push(
                Rect::new(x, a, wide, (bottom - a).max(0.0)),
                Paint::from(role).with_alpha(50),
                Hit::NONE,
            );
            line.extend([Seg::Move(x, a), Seg::Line(x + wide, a)]);
            if b - a > 0.5 {
                line.extend([Seg::Move(x + wide / 2.0, a), Seg::Line(x + wide / 2.0, b)]);
            }
        }
        (before, from) = (now, i);
    }
    body.push(area);
    body.push(Path::stroked(line, Stroke::new(role, 1.25)));
    scene.push(body);
    scene.push(Path::line((0.0, bottom + 1.5), (frame.width, bottom + 1.5), Stroke::new(Role::Grid, 1.0)));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;
    use crate::timeline::{Index, Lanes};

    #[test]
    fn every_peak_is_visible_at_every_zoom_and_shapes_are_bounded() {
        let text: String = (0..3_000).map(|i| format!("t{i} {i}..{}.5 w1\n", i)).collect();
        let run = makespan_model::notation::run(&format!("{text}peak 1500.1..1500.2 w2")).unwrap();
        let facts = Facts::new(Arc::new(run));
        let index = Index::new(facts.run(), Lanes::Worker);
        for width in [200.0f32, 900.0] {
            let frame = Frame::whole(&index, width);
            let concurrency = facts.concurrency();
            let found = steps(&frame.scale(), &concurrency.t, &concurrency.running);
            assert_eq!(found.iter().flatten().map(|v| v.1).fold(0.0, f64::max), 2.0);
            assert!(found.iter().all(Option::is_some));
            let made = counters(&facts, &frame);
            assert_eq!(made.height, TRACK);
            assert!(made.item_count() < width as usize * 3, "{}", made.item_count());
        }
        let near = Frame { window: (10_600_000_000, 10_900_000_000), ..Frame::whole(&index, 900.0) };
        let concurrency = facts.concurrency();
        let idle = steps(&near.scale(), &concurrency.t, &concurrency.running);
        assert!(idle.iter().all(|v| *v == Some((0.0, 0.0))), "between two tasks nothing runs");
    }
}
