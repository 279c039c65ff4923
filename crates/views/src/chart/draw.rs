//! Draws a chart on any backend of plotters: the app's canvas, or a scene.

use makespan_scene::{Anchor, FONT_STACK_SANS, Hit, Rect, Rgb, Role, Scene, visible};
use plotters::coord::Shift;
use plotters::element::{Cross, PathElement, Polygon};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::backend::{GRAIN, SceneBackend, disguised};
use super::bins::{binned, stepped};
use super::density::Density;
use super::frame::{Frame, Label, SMALL, wide};
use super::plot::{Bar, Line, Plot, Shape};
use crate::target::Target;

/// The drawing context: the area, the colour of a role (with the number of the drawn thing, 0 for none), device px per
/// CSS px.
struct Ground<'a, DB: DrawingBackend> {
    area: &'a DrawingArea<DB, Shift>,
    ink: &'a dyn Fn(Role, usize) -> Rgb,
    scale: f64,
}

type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// Draws the chart over the whole area. `colour` resolves roles; `scale` is the number of backend pixels per CSS pixel.
///
/// # Errors
///
/// Errors of the backend.
pub fn draw<DB: DrawingBackend>(
    plot: &Plot,
    area: &DrawingArea<DB, Shift>,
    colour: &dyn Fn(Role) -> Rgb,
    scale: f64,
) -> Drawn<DB> {
    Ground { area, ink: &|role, _| colour(role), scale }.all(plot)
}

/// Builds the chart as a scene of this size, px. Bars and points of a task link to it.
pub(super) fn scene(plot: &Plot, width: f32, height: f32) -> Scene {
    let mut scene = Scene::new(width, height, visible(&plot.title));
    let hit = |task: Option<u32>| task.map_or(Hit::NONE, |t| Target::Task(t).hit());
    let hits: Vec<Hit> =
        plot.bars.iter().map(|b| b.task).chain(plot.dots.iter().map(|d| d.task)).map(hit).collect();
    let area = SceneBackend { scene: &mut scene, hits: &hits, size: (width, height) }.into_drawing_area();
    // The recording backend cannot fail, so there is no error to report.
    let _ = Ground { area: &area, ink: &disguised, scale: GRAIN }.all(plot);
    drop(area);
    scene
}

impl<DB: DrawingBackend> Ground<'_, DB> {
    fn all(&self, plot: &Plot) -> Drawn<DB> {
        let (w, h) = self.area.dim_in_pixel();
        let frame = Frame::new(plot, (f64::from(w) / self.scale) as f32, (f64::from(h) / self.scale) as f32);
        self.area.fill(&self.colour(Role::Surface))?;
        self.grid(plot, &frame)?;
        for (i, bar) in plot.bars.iter().enumerate() {
            self.bar(plot, &frame, bar, i + 1)?;
        }
        self.lines(plot, &frame)?;
        if plot.is_dense() {
            self.density(&Density::new(plot, &frame))?;
        } else {
            self.dots(plot, &frame)?;
        }
        for (rule, top) in plot.rules.iter().zip(&frame.rule_tops) {
            let x = frame.x(plot, rule.x);
            self.stroke(&[(x, *top), (x, frame.inner.bottom())], rule.role, 1.25)?;
        }
        for words in &frame.rule_words {
            self.rect(*words, Role::Surface, 0)?;
        }
        for patch in &frame.patches {
            let (x, y) = (patch.rect.x + patch.rect.w / 2.0, patch.rect.y + patch.rect.h / 2.0);
            match patch.shape {
                Some(shape) => self.dot((x, y), shape, patch.role, 0)?,
                None => self.rect(patch.rect, patch.role, 0)?,
            }
        }
        frame.labels.iter().try_for_each(|label| self.label(label))
    }

    fn colour(&self, role: Role) -> RGBColor {
        self.thing(role, 0)
    }

    fn thing(&self, role: Role, thing: usize) -> RGBColor {
        let c = (self.ink)(role, thing);
        RGBColor(c.r, c.g, c.b)
    }

    /// Converts px to backend pixels.
    fn px(&self, n: f32) -> i32 {
        (f64::from(n) * self.scale).round() as i32
    }

    fn pen(&self, role: Role, thick: f32) -> ShapeStyle {
        ShapeStyle::from(self.colour(role)).stroke_width(self.px(thick).max(1) as u32)
    }

    fn stroke(&self, points: &[(f32, f32)], role: Role, thick: f32) -> Drawn<DB> {
        let points: Vec<(i32, i32)> = points.iter().map(|p| (self.px(p.0), self.px(p.1))).collect();
        self.area.draw(&PathElement::new(points, self.pen(role, thick)))
    }

    /// Draws a filled rectangle with edges on whole pixels, so that neighbours neither overlap nor leave a gap.
    fn rect(&self, rect: Rect, role: Role, thing: usize) -> Drawn<DB> {
        let snap = |n: f32| self.px(n.round());
        let (x0, y0) = (snap(rect.x), snap(rect.y));
        // A value above zero stays visible.
        let far =
            |from: i32, to: f32, size: f32| snap(to).max(if size > 0.0 { from + self.px(1.0) } else { from });
        let (x1, y1) = (far(x0, rect.right(), rect.w), far(y0, rect.bottom(), rect.h));
        let style = self.thing(role, thing).filled();
        self.area.draw(&Rectangle::new([(x0, y0), (x1, y1)], style))
    }

    fn label(&self, label: &Label) -> Drawn<DB> {
        let across = match label.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let style = if label.bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = (FONT_STACK_SANS, f64::from(label.size) * self.scale, style).into_font();
        let style = font.color(&self.colour(label.role)).pos(Pos::new(across, VPos::Center));
        self.area.draw(&Text::new(label.text.as_str(), (self.px(label.x), self.px(label.y)), style))
    }

    /// Draws the grid at the labels of the axes, and the axes themselves.
    fn grid(&self, plot: &Plot, frame: &Frame) -> Drawn<DB> {
        let inner = frame.inner;
        let crossed = plot.is_sideways() || (plot.lines.is_empty() && !plot.dots.is_empty());
        let foot = inner.bottom();
        for &value in &frame.y_grid {
            let y = frame.y(plot, value);
            self.stroke(&[(inner.x, y), (inner.right(), y)], Role::Grid, 1.0)?;
        }
        for &value in &frame.x_grid {
            let x = frame.x(plot, value);
            match crossed {
                true => self.stroke(&[(x, inner.y), (x, foot)], Role::Grid, 1.0)?,
                false => self.stroke(&[(x, foot), (x, foot + 4.0)], Role::Border, 1.0)?,
            }
        }
        let zero = if plot.is_sideways() { frame.x(plot, 0.0) } else { inner.x };
        self.stroke(&[(zero, inner.y), (zero, foot)], Role::Border, 1.0)?;
        self.stroke(&[(inner.x, foot), (inner.right(), foot)], Role::Border, 1.0)
    }

    /// Returns the part of the area for the data.
    fn inside(&self, inner: Rect) -> DrawingArea<DB, Shift> {
        let (x, y) = (self.px(inner.x), self.px(inner.y));
        self.area.clone().shrink((x, y), (self.px(inner.w).max(1), self.px(inner.h).max(1)))
    }

    fn bar(&self, plot: &Plot, frame: &Frame, bar: &Bar, thing: usize) -> Drawn<DB> {
        let rect = frame.bar(plot, bar.x, bar.y);
        self.rect(rect, bar.role, thing)?;
        if bar.marked {
            let r = rect.inset(-1.0);
            let around =
                [(r.x, r.y), (r.right(), r.y), (r.right(), r.bottom()), (r.x, r.bottom()), (r.x, r.y)];
            self.stroke(&around, Role::Selection, 2.0)?;
        }
        if bar.label.is_empty() || rect.h < 9.0 {
            return Ok(());
        }
        let size = if rect.h < 13.0 { SMALL - 1.0 } else { SMALL };
        let needs = wide(&bar.label, size);
        let backwards = bar.x.1 < bar.x.0;
        let (end, anchor, room) = if backwards {
            (rect.x - 4.0, Anchor::End, rect.x - frame.inner.x)
        } else {
            (rect.right() + 4.0, Anchor::Start, frame.inner.right() + 8.0 - rect.right())
        };
        let within = needs + 8.0 > room;
        let label = Label {
            x: if within { frame.x(plot, bar.x.1) + if backwards { 4.0 } else { -4.0 } } else { end },
            y: rect.y + rect.h / 2.0,
            size,
            bold: false,
            role: if within { bar.role.on() } else { Role::Text },
            anchor: match (within, anchor) {
                (false, anchor) => anchor,
                (true, Anchor::Start) => Anchor::End,
                (true, _) => Anchor::Start,
            },
            text: bar.label.clone(),
        };
        if within && needs + 8.0 > rect.w { Ok(()) } else { self.label(&label) }
    }

    fn lines(&self, plot: &Plot, frame: &Frame) -> Drawn<DB> {
        let mut chart = ChartBuilder::on(&self.inside(frame.inner)).build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
        let columns = frame.inner.w.max(1.0) as usize;
        let base = plot.y.place(0.0);
        // Lines without a colour of their own are drawn first.
        let order = plot
            .lines
            .iter()
            .filter(|l| l.role.is_none())
            .chain(plot.lines.iter().filter(|l| l.role.is_some()));
        for line in order {
            let role = line.role.unwrap_or(Role::EdgeMuted);
            let (colour, pen) =
                (self.colour(role), self.pen(role, if line.role.is_some() { 1.75 } else { 1.0 }));
            let (x, y) = (|v: f64| plot.x.place(v), |v: f64| plot.y.place(v));
            let dense = line.points.len() > 2 * columns;
            let path: Vec<(f64, f64)> = if line.steps {
                stepped(&line.points, columns, x).into_iter().map(|p| (p.0, y(p.1))).collect()
            } else if dense {
                let bins = binned(&line.points, columns, x);
                let band = bins.iter().map(|b| (b.x, y(b.max)));
                let band: Vec<_> = band.chain(bins.iter().rev().map(|b| (b.x, y(b.min)))).collect();
                chart.draw_series(std::iter::once(Polygon::new(band, colour.mix(0.25))))?;
                bins.iter().map(|b| (b.x, y(b.mean))).collect()
            } else {
                line.points.iter().map(|p| (x(p.0), y(p.1))).collect()
            };
            if line.area {
                chart.draw_series(AreaSeries::new(path.iter().copied(), base, colour.mix(0.2)))?;
            }
            let ends = path.first().copied().zip(path.last().copied());
            chart.draw_series(LineSeries::new(path, pen))?;
            self.beads(plot, frame, line, role, ends)?;
        }
        Ok(())
    }

    /// Draws the points of a line that has few: a single point is not a line, and several show what was measured.
    fn beads(
        &self,
        plot: &Plot,
        frame: &Frame,
        line: &Line,
        role: Role,
        ends: Option<((f64, f64), (f64, f64))>,
    ) -> Drawn<DB> {
        let Some((first, last)) = ends else { return Ok(()) };
        let length = (last.0 - first.0) as f32 * frame.inner.w;
        if line.steps || line.points.len() > 1 && length / (line.points.len() as f32) < 22.0 {
            return Ok(());
        }
        for &(x, y) in &line.points {
            let at = (self.px(frame.x(plot, x)), self.px(frame.y(plot, y)));
            self.area.draw(&Circle::new(at, self.px(2.25).max(1), self.colour(role).filled()))?;
        }
        Ok(())
    }

    fn dots(&self, plot: &Plot, frame: &Frame) -> Drawn<DB> {
        // Failures are drawn last, because they matter most.
        for shape in [Shape::Disc, Shape::Ring, Shape::Cross] {
            for (i, dot) in plot.dots.iter().enumerate().filter(|(_, d)| d.shape == shape) {
                let at = (frame.x(plot, dot.x), frame.y(plot, dot.y));
                self.dot(at, shape, dot.role, plot.bars.len() + i + 1)?;
            }
        }
        Ok(())
    }

    fn dot(&self, (x, y): (f32, f32), shape: Shape, role: Role, thing: usize) -> Drawn<DB> {
        let (at, colour) = ((self.px(x), self.px(y)), self.thing(role, thing));
        let pen = ShapeStyle::from(colour).stroke_width(self.px(1.75).max(1) as u32);
        match shape {
            Shape::Disc => self.area.draw(&Circle::new(at, self.px(3.25), colour.filled())),
            Shape::Ring => self.area.draw(&Circle::new(at, self.px(3.0), pen)),
            Shape::Cross => self.area.draw(&Cross::new(at, self.px(3.25), pen)),
        }
    }

    fn density(&self, density: &Density) -> Drawn<DB> {
        for cell in &density.cells {
            self.rect(cell.rect, cell.role, 0)?;
        }
        for (i, patch) in density.patches.iter().enumerate() {
            self.rect(*patch, Role::heat(i as f32 / 8.0), 0)?;
        }
        density.labels.iter().try_for_each(|(x, y, text)| {
            let label = Label {
                x: *x,
                y: *y,
                size: SMALL,
                bold: false,
                role: Role::TextMuted,
                anchor: Anchor::Start,
                text: text.clone(),
            };
            self.label(&label)
        })
    }
}
