//! Statistical charts, written once against plotters' `DrawingBackend`: the app draws them on a canvas, reports record
//! them into a scene.

use makespan_analysis::Concurrency;
use makespan_scene::{
    Anchor, Bars, Face, Hit, Paint, Path, Rect, Rgb, Role, Scene, Seg, Stroke, Text, Weight, duration, width,
};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};

/// How many attempts ran, and how many were queued, at each moment.
///
/// `colour` resolves roles; sizes of text are multiplied by `scale` (device pixels per CSS pixel of the backend).
/// Errors are the backend's own.
pub fn concurrency<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    data: &Concurrency,
    span: (i64, i64),
    colour: &dyn Fn(Role) -> Rgb,
    scale: f64,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let rgb = |role: Role| {
        let c = colour(role);
        RGBColor(c.r, c.g, c.b)
    };
    let px = |n: f64| (n * scale).round() as i32;
    let (wide, _) = area.dim_in_pixel();
    area.fill(&rgb(Role::Surface))?;
    let top = f64::from(data.max_running.max(data.queued.iter().copied().max().unwrap_or(0)).max(1));
    let length = span.1.saturating_sub(span.0).max(1) as f64;
    let mut chart = ChartBuilder::on(area)
        .margin(px(6.0))
        .margin_right(px(14.0))
        .x_label_area_size(px(22.0))
        .y_label_area_size(px(38.0))
        .build_cartesian_2d(0f64..length, 0f64..top * 1.08)?;
    let text = ("sans-serif", 11.0 * scale).into_font().color(&rgb(Role::TextMuted));
    let step = (top / 4.0).max(1.0);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(rgb(Role::Grid))
        .light_line_style(TRANSPARENT)
        .axis_style(rgb(Role::Border))
        .label_style(text)
        .x_labels((f64::from(wide) / scale / 110.0).clamp(2.0, 9.0) as usize)
        .y_labels((top / step).ceil() as usize + 1)
        .x_label_formatter(&|x| if *x == 0.0 { "0".to_owned() } else { duration(*x as i64) })
        .y_label_formatter(&|y| if y.fract() == 0.0 { format!("{y:.0}") } else { String::new() })
        .draw()?;
    let bins = (f64::from(wide) / scale).clamp(50.0, 1_500.0) as usize;
    let running = stepped(data, &data.running, span, bins);
    chart.draw_series(
        AreaSeries::new(running, 0.0, rgb(Role::Accent).mix(0.35))
            .border_style(ShapeStyle::from(rgb(Role::Accent)).stroke_width(px(1.5).max(1) as u32)),
    )?;
    if data.has_queue {
        let queued = stepped(data, &data.queued, span, bins);
        chart.draw_series(LineSeries::new(
            queued,
            ShapeStyle::from(rgb(Role::Retrying)).stroke_width(px(1.5).max(1) as u32),
        ))?;
    }
    Ok(())
}

/// The step function at most one step a bin, the highest value of each bin, so that no peak is lost.
fn stepped(data: &Concurrency, values: &[u32], span: (i64, i64), bins: usize) -> Vec<(f64, f64)> {
    let length = span.1.saturating_sub(span.0).max(1) as f64;
    let mut highest = vec![0u32; bins];
    let bin =
        |t: i64| ((t.saturating_sub(span.0) as f64 / length * bins as f64).max(0.0) as usize).min(bins - 1);
    for (i, &t) in data.t.iter().enumerate() {
        let until = data.t.get(i + 1).copied().unwrap_or(t);
        for b in &mut highest[bin(t)..=bin(until.saturating_sub(1).max(t))] {
            *b = (*b).max(values[i]);
        }
    }
    let mut points = Vec::new();
    for (i, &v) in highest.iter().enumerate() {
        if i == 0 || highest[i - 1] != v || i + 1 == bins {
            let x = i as f64 / bins as f64 * length;
            if i > 0 {
                points.push((x, f64::from(highest[i - 1])));
            }
            points.push((x, f64::from(v)));
        }
    }
    points.push((length, highest.last().copied().map_or(0.0, f64::from)));
    points
}

/// The chart as a scene, for reports.
pub fn concurrency_scene(data: &Concurrency, span: (i64, i64), width: u32, height: u32) -> Scene {
    let mut scene = Scene::new(width as f32, height as f32, "Attempts running over time");
    let area = SceneBackend { scene: &mut scene, size: (width, height) }.into_drawing_area();
    // The recording backend cannot fail, so there is no error to report.
    let _ = concurrency(&area, data, span, &role_as_colour, 1.0);
    drop(area);
    scene
}

/// A role disguised as a colour on its way through plotters, which knows only colours.
fn role_as_colour(role: Role) -> Rgb {
    Rgb { r: role as u8, g: 0, b: 0 }
}

struct SceneBackend<'s> {
    scene: &'s mut Scene,
    size: (u32, u32),
}

impl SceneBackend<'_> {
    fn paint(colour: BackendColor) -> Paint {
        let role = Role::ALL.get(usize::from(colour.rgb.0)).copied().unwrap_or(Role::Text);
        Paint { role, alpha: (colour.alpha * 255.0).round() as u8 }
    }

    fn path(&self, points: impl IntoIterator<Item = BackendCoord>, close: bool) -> Vec<Seg> {
        let mut segs = Vec::new();
        for (x, y) in points {
            let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
            segs.push(if segs.is_empty() { Seg::Move(x, y) } else { Seg::Line(x, y) });
        }
        if close && !segs.is_empty() {
            segs.push(Seg::Close);
        }
        segs
    }

    fn stroke(&mut self, segs: Vec<Seg>, style: &impl BackendStyle) {
        let paint = Self::paint(style.color());
        if paint.alpha > 0 && !segs.is_empty() {
            self.scene.push(Path::stroked(segs, Stroke::new(paint, style.stroke_width() as f32)));
        }
    }
}

type Drawn = Result<(), DrawingErrorKind<std::convert::Infallible>>;

impl DrawingBackend for SceneBackend<'_> {
    type ErrorType = std::convert::Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }
    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }
    fn present(&mut self) -> Drawn {
        Ok(())
    }
    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Drawn {
        let mut bars = Bars::default();
        bars.push(Rect::new(x as f32, y as f32, 1.0, 1.0), Self::paint(colour), Hit::NONE);
        self.scene.push(bars);
        Ok(())
    }
    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        let segs = self.path([from, to], false);
        self.stroke(segs, style);
        Ok(())
    }
    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let segs = self.path(path, false);
        self.stroke(segs, style);
        Ok(())
    }
    fn draw_rect<S: BackendStyle>(
        &mut self,
        a: BackendCoord,
        b: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        if fill {
            let mut bars = Bars::default();
            let rect = Rect::new(a.0 as f32, a.1 as f32, (b.0 - a.0) as f32, (b.1 - a.1) as f32);
            bars.push(rect, Self::paint(style.color()), Hit::NONE);
            self.scene.push(bars);
        } else {
            let segs = self.path([a, (b.0, a.1), b, (a.0, b.1)], true);
            self.stroke(segs, style);
        }
        Ok(())
    }
    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Drawn {
        let segs = self.path(points, true);
        self.scene.push(Path::filled(segs, Self::paint(style.color())));
        Ok(())
    }
    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, (x, y): BackendCoord) -> Drawn {
        let size = style.size() as f32;
        let (anchor, drop) = (style.anchor(), size * 0.36);
        let at = match anchor.h_pos {
            HPos::Left => Anchor::Start,
            HPos::Center => Anchor::Middle,
            HPos::Right => Anchor::End,
        };
        let y = y as f32
            + match anchor.v_pos {
                VPos::Top => size,
                VPos::Center => drop,
                VPos::Bottom => 0.0,
            };
        self.scene.push(Text::new(x as f32, y, size, Self::paint(style.color()), text).anchored(at));
        Ok(())
    }
    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Self::ErrorType>> {
        let size = style.size() as f32;
        Ok((width(text, size, Weight::Regular, Face::Sans).ceil() as u32, size.ceil() as u32))
    }
}
