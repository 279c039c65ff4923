//! The canvas painter.

use std::f64::consts::PI;

use makespan_scene::{
    Anchor, Bars, Face, Group, Link, Paint, Painter, Path, Rect, Rgb, Scene, Seg, Stroke, Text, Theme,
    Weight, font_stack,
};
use makespan_views::gesture::Affine;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::platform::dom;

/// Sets the backing store to the size on the screen, and returns a cleared context whose unit is a CSS pixel.
pub(crate) fn context(
    canvas: &HtmlCanvasElement,
    width: f64,
    height: f64,
) -> Option<CanvasRenderingContext2d> {
    let ratio = dom::pixel_ratio();
    let (w, h) = ((width * ratio).round() as u32, (height * ratio).round() as u32);
    if canvas.width() != w || canvas.height() != h {
        canvas.set_width(w);
        canvas.set_height(h);
    }
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    context.clear_rect(0.0, 0.0, width, height);
    Some(context)
}

/// Paints a scene whose body has moved since it was made; everything around the body stays.
pub(crate) fn paint_moved(
    scene: &Scene,
    theme: &Theme,
    context: &CanvasRenderingContext2d,
    body: Rect,
    by: Affine,
) {
    paint(scene, theme, context);
    let (x, y, w, h) = (f64::from(body.x), f64::from(body.y), f64::from(body.w), f64::from(body.h));
    context.clear_rect(x, y, w, h);
    context.save();
    context.begin_path();
    context.rect(x, y, w, h);
    context.clip();
    let _ = context.translate(by.dx, by.dy);
    let _ = context.scale(by.sx, by.sy);
    paint(scene, theme, context);
    context.restore();
}

/// Paints a scene on a context whose unit is a CSS pixel.
pub(crate) fn paint(scene: &Scene, theme: &Theme, context: &CanvasRenderingContext2d) {
    let mut painter =
        CanvasPainter { theme, context, colours: Vec::new(), fill: None, stroke: None, font: String::new() };
    context.set_line_join("round");
    makespan_scene::paint(scene, &mut painter);
}

struct CanvasPainter<'t> {
    theme: &'t Theme,
    context: &'t CanvasRenderingContext2d,
    /// The paints used so far in the browser's form: a text is passed once per picture, not once per bar.
    colours: Vec<(Paint, JsValue)>,
    fill: Option<Paint>,
    stroke: Option<Paint>,
    font: String,
}

/// Minimum width of bars with round corners, px.
const ROUND: f32 = 24.0;

fn css(theme: &Theme, paint: Paint) -> String {
    let c = theme.colour(paint.role);
    if paint.alpha == 255 { c.hex() } else { format!("{}{:02x}", c.hex(), paint.alpha) }
}

#[wasm_bindgen]
extern "C" {
    /// A context whose fill is set from a text that the browser already has.
    type Filled;
    #[wasm_bindgen(method, setter = fillStyle)]
    fn set_fill(this: &Filled, colour: &JsValue);
}

impl CanvasPainter<'_> {
    /// Setting a style makes the browser parse it, so it is set only when it changes.
    fn fill_with(&mut self, paint: Paint) {
        if self.fill == Some(paint) {
            return;
        }
        let at = self.colours.iter().position(|known| known.0 == paint).unwrap_or_else(|| {
            self.colours.push((paint, css(self.theme, paint).into()));
            self.colours.len() - 1
        });
        if let Some((_, colour)) = self.colours.get(at) {
            self.context.unchecked_ref::<Filled>().set_fill(colour);
            self.fill = Some(paint);
        }
    }

    fn stroke_with(&mut self, stroke: &Stroke) {
        if self.stroke != Some(stroke.paint) {
            self.context.set_stroke_style_str(&css(self.theme, stroke.paint));
            self.stroke = Some(stroke.paint);
        }
        self.context.set_line_width(f64::from(stroke.width));
        let dashes = js_sys::Array::new();
        for d in stroke.dash.pattern().into_iter().flatten() {
            dashes.push(&f64::from(d).into());
        }
        let _ = self.context.set_line_dash(&dashes);
    }

    /// Draws a dark outline around large pale bars, which would otherwise not stand out from the background.
    fn rim(&self, rects: &[Rect], colour: Rgb) {
        let c = self.context;
        c.begin_path();
        for r in rects.iter().map(|r| r.inset(0.5)) {
            c.rect(f64::from(r.x), f64::from(r.y), f64::from(r.w), f64::from(r.h));
        }
        c.set_stroke_style_str(&colour.hex());
        c.set_line_width(1.0);
        let _ = c.set_line_dash(&js_sys::Array::new());
        c.stroke();
    }

    fn forget(&mut self) {
        (self.fill, self.stroke) = (None, None);
        self.font.clear();
    }
}

impl Painter for CanvasPainter<'_> {
    fn begin(&mut self, _: &Scene) {}

    fn push(&mut self, group: &Group) {
        self.context.save();
        let _ = self.context.translate(f64::from(group.dx), f64::from(group.dy));
        let _ = self.context.scale(f64::from(group.scale), f64::from(group.scale));
        if let Some(clip) = group.clip {
            self.context.begin_path();
            self.context.rect(f64::from(clip.x), f64::from(clip.y), f64::from(clip.w), f64::from(clip.h));
            self.context.clip();
        }
        self.forget();
    }

    fn pop(&mut self) {
        self.context.restore();
        self.forget();
    }

    fn bars(&mut self, bars: &Bars) {
        // A style is set once for a series of bars with the same paint. Round corners need a path, which is expensive:
        // only bars that are large enough to show them get one, the others are filled directly.
        let c = self.context;
        let mut i = 0;
        while let Some((_, paint, _)) = bars.get(i) {
            let is_whole = paint.alpha == 255 && bars.outline.is_none();
            let rim = is_whole.then(|| self.theme.edge(paint.role)).flatten();
            let mut rimmed = Vec::new();
            let mut path = false;
            if paint.alpha > 0 {
                self.fill_with(paint);
            }
            while let Some((r, _, _)) = bars.get(i).filter(|b| b.1 == paint) {
                let (x, y, w, h) = (f64::from(r.x), f64::from(r.y), f64::from(r.w), f64::from(r.h));
                let is_round = bars.radius > 0.0 && r.w > ROUND;
                if (is_round || bars.outline.is_some()) && !path {
                    c.begin_path();
                    path = true;
                }
                if is_round {
                    let radius = f64::from(bars.radius).min(w / 2.0).min(h / 2.0);
                    let _ = c.round_rect_with_f64(x, y, w, h, radius);
                } else if bars.outline.is_some() {
                    c.rect(x, y, w, h);
                } else if paint.alpha > 0 {
                    c.fill_rect(x, y, w, h);
                }
                if rim.is_some() && r.w >= 4.0 && r.h >= 4.0 {
                    rimmed.push(r);
                }
                i += 1;
            }
            if path && paint.alpha > 0 {
                c.fill();
            }
            if let Some(outline) = &bars.outline {
                self.stroke_with(outline);
                c.stroke();
            }
            if let Some(colour) = rim.filter(|_| !rimmed.is_empty()) {
                self.rim(&rimmed, colour);
                self.stroke = None;
            }
        }
    }

    fn path(&mut self, path: &Path) {
        self.context.begin_path();
        let c = self.context;
        for seg in &path.segs {
            match *seg {
                Seg::Move(x, y) => c.move_to(f64::from(x), f64::from(y)),
                Seg::Line(x, y) => c.line_to(f64::from(x), f64::from(y)),
                Seg::Cubic(a, b, d, e, x, y) => c.bezier_curve_to(
                    f64::from(a),
                    f64::from(b),
                    f64::from(d),
                    f64::from(e),
                    f64::from(x),
                    f64::from(y),
                ),
                Seg::Close => c.close_path(),
            }
        }
        if let Some(fill) = path.fill {
            self.fill_with(fill);
            self.context.fill();
        }
        if let Some(stroke) = &path.stroke {
            self.stroke_with(stroke);
            self.context.stroke();
        }
    }

    fn text(&mut self, text: &Text) {
        let weight = if text.weight == Weight::Bold { "bold " } else { "" };
        let face = font_stack(if text.face == Face::Mono { Face::Mono } else { Face::Sans });
        let font = format!("{weight}{}px {face}", text.size);
        if font != self.font {
            self.context.set_font(&font);
            self.font = font;
        }
        self.context.set_text_align(match text.anchor {
            Anchor::Start => "left",
            Anchor::Middle => "center",
            Anchor::End => "right",
        });
        self.fill_with(text.paint);
        let (x, y) = (f64::from(text.x), f64::from(text.y));
        if text.rotate == 0.0 {
            let _ = self.context.fill_text(&text.text, x, y);
        } else {
            self.context.save();
            let _ = self.context.translate(x, y);
            let _ = self.context.rotate(f64::from(text.rotate) * PI / 180.0);
            let _ = self.context.fill_text(&text.text, 0.0, 0.0);
            self.context.restore();
        }
    }

    fn link(&mut self, _: &Link) {}

    fn end(&mut self) {}
}
