//! The interval plot ("forest plot"): a line for each task, with its shift relative to the baseline as a point with an
//! interval, in front of the margin within which a change does not matter.

use makespan_analysis::compare::{TwoSamples, Verdicts};
use makespan_scene::{
    Anchor, Bars, Face, Group, Hit, Item, LinearScale, Paint, Path, Rect, Role, Scene, Seg, Stroke, Text,
    Weight, fit, fit_middle, width,
};

use super::words::{shift_in_words, verdict_role, verdict_sign, verdict_word};
use super::{line, line_count, name};
use crate::amount::Unit;
use crate::compare::Lines;
use crate::compare::delta::around;
use crate::look::Look;
use crate::target::Target;

const AXIS: f32 = 34.0;

/// Returns the first lines at a width, at most `most`.
pub fn frame(verdicts: &Verdicts, width_px: f32, most: u32) -> Lines {
    let mut lines = Lines { width: width_px, height: 0.0, head: AXIS, row_height: 28.0, first_row: 0 };
    if lines.is_narrow() {
        lines.row_height = 46.0;
    }
    lines.height = AXIS + lines.row_height * line_count(verdicts).clamp(1, most.max(1)) as f32 + 4.0;
    lines
}

/// Returns the left and right side of the plot, between the names and the text beside it, which get the room that they
/// need if there is enough.
fn plot(verdicts: &Verdicts, frame: &Lines) -> (f32, f32) {
    if frame.is_narrow() {
        return (12.0, (frame.width - 12.0).max(22.0));
    }
    let unit = Unit::of(verdicts.quantity);
    let room = |at: u32| {
        let Some((_, samples)) = line(verdicts, at) else { return 0.0 };
        let chip = width(&chip_words(verdicts, samples), 10.5, Weight::Bold, Face::Sans);
        chip + width(&shift_in_words(&unit, samples), 11.0, Weight::Regular, Face::Sans) + 52.0
    };
    let longest = frame.shown(line_count(verdicts)).map(room).fold(0.0, f32::max);
    let left = frame.width * 0.24;
    (left, (frame.width - longest).clamp(left + frame.width * 0.2, frame.width * 0.66))
}

/// Returns the sign and word of a verdict.
fn chip_words(verdicts: &Verdicts, samples: &TwoSamples) -> String {
    format!("{} {}", verdict_sign(&samples.verdict), verdict_word(&samples.verdict, verdicts.quantity))
}

/// Returns a change relative to the median of the baseline: 0.5 means 50 % more; `None` if undefined.
fn relative(samples: &TwoSamples, value: f64) -> Option<f64> {
    let r = value / samples.baseline_median.filter(|m| *m > 0.0)?;
    r.is_finite().then_some(r)
}

/// Returns the axis: from the farthest ends of what is shown, at least as wide as the margin, at most −100 % to +300 %;
/// intervals that extend further end in an arrow.
fn scale(verdicts: &Verdicts, frame: &Lines) -> LinearScale {
    let (mut low, mut high) = (-0.1f64, 0.1f64);
    for at in frame.shown(line_count(verdicts)) {
        let Some((_, s)) = line(verdicts, at) else { break };
        for value in s.interval.map(|(l, h)| [l, h]).into_iter().flatten().chain(s.estimate) {
            if let Some(r) = relative(s, value) {
                (low, high) = (low.min(r), high.max(r));
            }
        }
    }
    let air = (high - low) * 0.04;
    let (left, right) = plot(verdicts, frame);
    let (v0, v1) = ((low - air).max(-1.0), (high + air).min(3.0));
    LinearScale { v0, v1, x0: f64::from(left), x1: f64::from(right) }
}

/// Draws the lines of the frame. `look` selects and hovers rows of the line-up.
pub fn scene(verdicts: &Verdicts, look: &Look, frame: &Lines) -> Scene {
    let mut scene = Scene::new(frame.width, frame.height, super::title(verdicts));
    let scale = scale(verdicts, frame);
    let unit = Unit::of(verdicts.quantity);
    let mut drawing = Drawing::default();
    let mut marked = Bars::default();
    for at in frame.shown(line_count(verdicts)) {
        let Some((row, samples)) = line(verdicts, at) else { break };
        let rect = frame.row(at);
        let hit = row.map_or(Hit::NONE, |r| Target::Matched(r).hit());
        let ground = if row.is_some() && row == look.selected {
            Paint::from(Role::Selection).with_alpha(50)
        } else if row.is_some() && row == look.hover {
            Paint::from(Role::Hover).with_alpha(40)
        } else {
            Paint::from(if at % 2 == 0 { Role::Panel } else { Role::Surface })
        };
        marked.push(rect, ground, hit);
        drawing.line(verdicts, &unit, row, samples, &scale, frame, rect);
    }
    scene.push(marked);
    axis(&mut scene, &scale, frame);
    let mut body = Group {
        clip: Some(frame.body()),
        label: "Shifts with their intervals".to_owned(),
        ..Group::default()
    };
    drawing.finish(&mut body);
    scene.push(body);
    scene
}

fn axis(scene: &mut Scene, scale: &LinearScale, frame: &Lines) {
    let zero = scale.x(0.0) as f32;
    for tick in scale.ticks((((scale.x1 - scale.x0) / 46.0) as usize).clamp(3, 9)) {
        let x = scale.x(tick.v) as f32;
        scene.push(Path::line((x, AXIS - 4.0), (x, frame.height), Stroke::new(Role::Grid, 1.0)));
        let text = match (tick.v * 100.0).round() {
            0.0 => "0".to_owned(),
            p if p < 0.0 => format!("−{:.0} %", -p),
            p => format!("+{p:.0} %"),
        };
        scene.push(Text::new(x, AXIS - 9.0, 10.5, Role::TextMuted, text).anchored(Anchor::Middle));
    }
    scene.push(Path::line((zero, AXIS - 4.0), (zero, frame.height), Stroke::new(Role::Text, 1.0)));
    let (left, right) = (scale.x0 as f32, scale.x1 as f32);
    for (x, anchor, words) in [(left, Anchor::Start, "← less"), (right, Anchor::End, "more →")] {
        scene.push(Text::new(x, 11.0, 10.5, Role::TextMuted, words).anchored(anchor));
    }
}

#[derive(Default)]
struct Drawing {
    bands: Bars,
    chips: Bars,
    outlines: Bars,
    items: Vec<Item>,
}

impl Drawing {
    #[allow(clippy::too_many_arguments)]
    fn line(
        &mut self,
        verdicts: &Verdicts,
        unit: &Unit,
        row: Option<u32>,
        samples: &TwoSamples,
        scale: &LinearScale,
        frame: &Lines,
        rect: Rect,
    ) {
        let (left, right) = (scale.x0 as f32, scale.x1 as f32);
        let narrow = frame.is_narrow();
        let whole = row.is_none();
        let base = rect.y + if narrow { 15.0 } else { rect.h / 2.0 + 4.0 };
        let middle = rect.y + if narrow { 32.0 } else { rect.h / 2.0 };
        self.interval(verdicts, samples, scale, (left, right), middle, whole);

        let chip = self.chip(
            verdicts,
            samples,
            if narrow { frame.width - 12.0 } else { right + 14.0 },
            base,
            narrow,
        );
        let (a, b) = samples.sizes();
        let sizes = format!("{a} v {b}");
        let size_room = width(&sizes, 10.5, Weight::Regular, Face::Sans) + 12.0;
        let name_room = if narrow { frame.width - chip - 24.0 - size_room } else { left - size_room - 24.0 };
        let weight = if whole { Weight::Bold } else { Weight::Regular };
        let label = fit_middle(&name(verdicts, row), name_room, 12.0, weight, Face::Sans).into_owned();
        let at = 12.0 + width(&label, 12.0, weight, Face::Sans) + 8.0;
        let label = Text::new(12.0, base, 12.0, Role::Text, label);
        self.items.push(if whole { label.bold() } else { label }.into());
        let at = if narrow { at } else { left - size_room };
        self.items.push(Text::new(at, base, 10.5, Role::TextMuted, sizes).into());
        if !narrow {
            let x = right + 14.0 + chip + 10.0;
            let words =
                fit(&shift_in_words(unit, samples), frame.width - x - 8.0, 11.0, Weight::Regular, Face::Sans)
                    .into_owned();
            self.items.push(Text::new(x, base, 11.0, Role::Text, words).into());
        }
    }

    /// Draws the margin, the interval and the estimate.
    fn interval(
        &mut self,
        verdicts: &Verdicts,
        samples: &TwoSamples,
        scale: &LinearScale,
        (left, right): (f32, f32),
        y: f32,
        whole: bool,
    ) {
        let x = |r: f64| (scale.x(r) as f32).clamp(left, right);
        if let Some(median) = samples.baseline_median.filter(|m| *m > 0.0) {
            let margin = around(verdicts.margin, median) / median;
            let (from, to) = (x(-margin), x(margin));
            let band = Rect::new(from, y - 9.0, to - from, 18.0);
            self.bands.push(band, Paint::from(Role::Neutral).with_alpha(60), Hit::NONE);
        }
        let role = verdict_role(samples);
        let stroke = match role {
            Some(_) => super::super::word_role(samples.estimate.unwrap_or(0.0) as f32),
            None => Role::TextMuted,
        };
        let stroke = if matches!(samples.verdict, makespan_analysis::compare::Verdict::Equivalent { .. }) {
            Role::Neutral
        } else {
            stroke
        };
        if let Some((low, high)) = samples.interval
            && let (Some(low), Some(high)) = (relative(samples, low), relative(samples, high))
        {
            let (from, to) = (x(low), x(high));
            let mut segs = vec![Seg::Move(from, y), Seg::Line(to, y)];
            // An end within the plot has a cap, one beyond it an arrow.
            for (at, end, inward) in [(from, low >= scale.v0, 5.0), (to, high <= scale.v1, -5.0)] {
                if end {
                    segs.extend([Seg::Move(at, y - 4.0), Seg::Line(at, y + 4.0)]);
                } else {
                    let tip =
                        [Seg::Move(at + inward, y - 4.0), Seg::Line(at, y), Seg::Line(at + inward, y + 4.0)];
                    segs.extend(tip);
                }
            }
            self.items.push(Path::stroked(segs, Stroke::new(stroke, 1.5)).into());
        }
        let Some(r) = samples.estimate.and_then(|e| relative(samples, e)) else { return };
        let (at, half) = (x(r), if whole { 7.0 } else { 4.0 });
        // The whole run is a diamond, like the summary of a forest plot.
        let segs = if whole {
            vec![
                Seg::Move(at - half, y),
                Seg::Line(at, y - half),
                Seg::Line(at + half, y),
                Seg::Line(at, y + half),
                Seg::Close,
            ]
        } else {
            vec![
                Seg::Move(at - half, y - half),
                Seg::Line(at + half, y - half),
                Seg::Line(at + half, y + half),
                Seg::Line(at - half, y + half),
                Seg::Close,
            ]
        };
        self.items.push(Path::filled(segs, stroke).into());
    }

    /// Draws the verdict in a chip whose colour goes from grey to full with the size of the change. Returns its width.
    /// `x` is its left side, or its right side if `from_right`.
    fn chip(
        &mut self,
        verdicts: &Verdicts,
        samples: &TwoSamples,
        x: f32,
        base: f32,
        from_right: bool,
    ) -> f32 {
        let words = chip_words(verdicts, samples);
        let wide = width(&words, 10.5, Weight::Bold, Face::Sans) + 14.0;
        let left = if from_right { x - wide } else { x };
        let rect = Rect::new(left, base - 12.0, wide, 16.0);
        let text = match verdict_role(samples) {
            Some(role) => {
                self.chips.push(rect, role, Hit::NONE);
                role.on()
            }
            None => {
                self.outlines.push(rect, Paint::from(Role::Surface).with_alpha(0), Hit::NONE);
                Role::TextMuted
            }
        };
        self.items.push(
            Text::new(left + wide / 2.0, base, 10.5, text, words).anchored(Anchor::Middle).bold().into(),
        );
        wide
    }

    fn finish(mut self, group: &mut Group) {
        self.chips.radius = 8.0;
        self.outlines.radius = 8.0;
        self.outlines.outline = Some(Stroke::new(Role::Border, 1.0));
        group.push(self.bands);
        group.push(self.chips);
        group.push(self.outlines);
        group.items.extend(self.items);
    }
}
