//! Tooltips of a chart.

use makespan_scene::visible;

use super::density::Density;
use super::frame::Frame;
use super::plot::Plot;
use crate::target::Target;

/// Maximum distance of a pointer from a point or a line, px.
const NEAR: f32 = 24.0;

/// The tooltip of a point in a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Tip {
    /// Its name and its numbers, as lines.
    pub text: String,
    /// Position of the datum, px, where a mark is drawn.
    pub at: (f32, f32),
    /// Its link.
    pub target: Option<Target>,
}

/// Prepares text for a tooltip, with hidden characters made visible.
pub(crate) fn said(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

/// Returns what is nearest to a point (px) of the chart drawn at this size; `None` if nothing is near. O(log n) for
/// lines, O(n) for bars and points.
pub(super) fn tip(plot: &Plot, (w, h): (f32, f32), x: f32, y: f32) -> Option<Tip> {
    let frame = Frame::new(plot, w, h);
    if !(x.is_finite() && y.is_finite()) {
        return None;
    }
    let found = dots(plot, &frame, x, y)
        .or_else(|| bars(plot, &frame, x, y))
        .or_else(|| lines(plot, &frame, x, y))?;
    Some(Tip { text: said(&found.text), ..found })
}

fn dots(plot: &Plot, frame: &Frame, x: f32, y: f32) -> Option<Tip> {
    if plot.is_dense() {
        let density = Density::new(plot, frame);
        let cell = density.at(x, y)?;
        let r = cell.rect;
        let value = |px: f32, py: f32| {
            let (a, b) = ((px - frame.inner.x) / frame.inner.w, (frame.inner.bottom() - py) / frame.inner.h);
            (plot.x.text(plot.x.value(f64::from(a))), plot.y.text(plot.y.value(f64::from(b))))
        };
        let ((x0, y0), (x1, y1)) = (value(r.x, r.bottom()), value(r.right(), r.y));
        let text = format!("{}\n{x0} to {x1}\n{y0} to {y1}", makespan_scene::counted(cell.points, "point"));
        return Some(Tip { text, at: (r.x + r.w / 2.0, r.y + r.h / 2.0), target: None });
    }
    let place = |i: usize| (frame.x(plot, plot.dots[i].x), frame.y(plot, plot.dots[i].y));
    let distance = |i: usize| {
        let (dx, dy) = (place(i).0 - x, place(i).1 - y);
        dx * dx + dy * dy
    };
    let nearest = (0..plot.dots.len()).min_by(|&a, &b| distance(a).total_cmp(&distance(b)))?;
    if distance(nearest) > NEAR * NEAR {
        return None;
    }
    let text = plot.dot_tips.get(nearest).cloned().unwrap_or_default();
    Some(Tip { text, at: place(nearest), target: plot.dots[nearest].task.map(Target::Task) })
}

fn bars(plot: &Plot, frame: &Frame, x: f32, y: f32) -> Option<Tip> {
    let inner = frame.inner;
    if y < inner.y || y > inner.bottom() || (!plot.is_sideways() && !(inner.x..=inner.right()).contains(&x)) {
        return None;
    }
    // The whole row or column of a bar counts as the bar, so that small bars can be hit.
    let gap = |i: usize| {
        let r = frame.bar(plot, plot.bars[i].x, plot.bars[i].y);
        if plot.is_sideways() { (r.y - y).max(y - r.bottom()) } else { (r.x - x).max(x - r.right()) }.max(0.0)
    };
    let nearest = (0..plot.bars.len()).min_by(|&a, &b| gap(a).total_cmp(&gap(b)))?;
    if gap(nearest) > NEAR / 2.0 {
        return None;
    }
    let bar = &plot.bars[nearest];
    let r = frame.bar(plot, bar.x, bar.y);
    Some(Tip {
        text: bar.tip.clone(),
        at: (r.x + r.w / 2.0, r.y + r.h / 2.0),
        target: bar.task.map(Target::Task),
    })
}

fn lines(plot: &Plot, frame: &Frame, x: f32, y: f32) -> Option<Tip> {
    let inner = frame.inner;
    if !inner.inset(-NEAR / 2.0).contains(x, y) {
        return None;
    }
    let place = ((x - inner.x) / inner.w).clamp(0.0, 1.0);
    let value = plot.x.value(f64::from(place));
    // For each line, the point nearest in x, or the one whose value still holds; of these, the one nearest to the
    // pointer.
    let candidates = plot.lines.iter().filter_map(|line| {
        let next = line.points.partition_point(|p| p.0 <= value);
        let before = next.checked_sub(1).and_then(|i| line.points.get(i));
        let after = line.points.get(next).filter(|_| !line.steps);
        let near = |p: &&(f64, f64)| (frame.x(plot, p.0) - x).abs();
        let point = before.into_iter().chain(after).min_by(|a, b| near(a).total_cmp(&near(b)))?;
        let at = (if line.steps { x } else { frame.x(plot, point.0) }, frame.y(plot, point.1));
        Some((line, *point, at))
    });
    let distance = |at: (f32, f32)| (at.0 - x).powi(2) + (at.1 - y).powi(2);
    let (line, point, at) = candidates.min_by(|a, b| distance(a.2).total_cmp(&distance(b.2)))?;
    let moment = plot.x.text(if line.steps { value } else { point.0 });
    let text = format!("{}: {}\n{} {moment}", line.name, plot.y.text(point.1), label_of(plot));
    Some(Tip { text, at, target: None })
}

/// Returns the prefix of a value of the bottom axis.
fn label_of(plot: &Plot) -> &str {
    match plot.x.scale {
        super::axis::Scale::Order => plot.x.label.split(' ').next().unwrap_or(""),
        _ => "at",
    }
}
