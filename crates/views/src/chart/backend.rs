//! Lets plotters record into a scene, as an alternative to the app's canvas.

use makespan_scene::{
    Anchor, Bars, Face, Hit, Item, Paint, Path, Rect, Rgb, Role, Scene, Seg, Stroke, Text, Weight, width,
};
use plotters::style::FontStyle;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

/// Plotters counts whole pixels; with a picture that is this many times larger, it draws between them.
pub(super) const GRAIN: f64 = 10.0;

/// Maximum number of things that shapes can refer to.
const MOST_HITS: usize = u16::MAX as usize - 1;

/// Encodes a role as a colour, because plotters knows only colours: red is the role, green and blue are the number of
/// the drawn thing, 0 for none.
pub(super) fn disguised(role: Role, thing: usize) -> Rgb {
    let thing = if thing > MOST_HITS { 0 } else { thing as u16 };
    Rgb { r: role as u8, g: (thing >> 8) as u8, b: thing as u8 }
}

/// A plotters backend that records.
pub(super) struct SceneBackend<'s> {
    pub(super) scene: &'s mut Scene,
    /// The things that shapes refer to, by number minus one.
    pub(super) hits: &'s [Hit],
    /// Size in CSS px.
    pub(super) size: (f32, f32),
}

fn px(n: i32) -> f32 {
    (f64::from(n) / GRAIN) as f32
}

fn paint(colour: BackendColor) -> Paint {
    let role = Role::ALL.get(usize::from(colour.rgb.0)).copied().unwrap_or(Role::Text);
    Paint { role, alpha: (colour.alpha * 255.0).round() as u8 }
}

impl SceneBackend<'_> {
    fn hit(&self, colour: BackendColor) -> Hit {
        let thing = usize::from(colour.rgb.1) << 8 | usize::from(colour.rgb.2);
        thing.checked_sub(1).and_then(|i| self.hits.get(i)).copied().unwrap_or(Hit::NONE)
    }

    /// Adds a bar to those drawn last if they are of the same kind.
    fn bar(&mut self, rect: Rect, colour: BackendColor, radius: f32) {
        let (paint, hit) = (paint(colour), self.hit(colour));
        if let Some(Item::Bars(bars)) = self.scene.items.last_mut()
            && bars.radius == radius
            && bars.outline.is_none()
        {
            bars.push(rect, paint, hit);
            return;
        }
        let mut bars = Bars { radius, ..Bars::default() };
        bars.push(rect, paint, hit);
        self.scene.push(bars);
    }

    fn path(
        &mut self,
        points: impl IntoIterator<Item = BackendCoord>,
        style: &impl BackendStyle,
        fill: bool,
    ) {
        let paint = paint(style.color());
        if paint.alpha == 0 {
            return;
        }
        let points: Vec<(f32, f32)> = points.into_iter().map(|(x, y)| (px(x), px(y))).collect();
        let thick = (f64::from(style.stroke_width()) / GRAIN) as f32;
        let mut segs: Vec<Seg> = Vec::with_capacity(points.len() + 1);
        let straight = |axis: fn(&(f32, f32)) -> f32| points.windows(2).all(|p| axis(&p[0]) == axis(&p[1]));
        // Thin lines along an axis are sharp only in the middle of a pixel.
        let (sharp_x, sharp_y) = (!fill && straight(|p| p.0), !fill && straight(|p| p.1));
        for &(x, y) in &points {
            let x = if sharp_x { x.floor() + 0.5 } else { x };
            let y = if sharp_y { y.floor() + 0.5 } else { y };
            segs.push(if segs.is_empty() { Seg::Move(x, y) } else { Seg::Line(x, y) });
        }
        if segs.len() < 2 {
            return;
        }
        let hit = self.hit(style.color());
        if fill {
            segs.push(Seg::Close);
            self.scene.push(Path::filled(segs, paint).with_hit(hit));
        } else {
            self.scene.push(Path::stroked(segs, Stroke::new(paint, thick)).with_hit(hit));
        }
    }
}

type Drawn = Result<(), DrawingErrorKind<std::convert::Infallible>>;

impl DrawingBackend for SceneBackend<'_> {
    type ErrorType = std::convert::Infallible;

    fn get_size(&self) -> (u32, u32) {
        ((f64::from(self.size.0) * GRAIN) as u32, (f64::from(self.size.1) * GRAIN) as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Drawn {
        let side = (1.0 / GRAIN) as f32;
        self.bar(Rect::new(px(x), px(y), side, side), colour, 0.0);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.path([from, to], style, false);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.path(path, style, false);
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        a: BackendCoord,
        b: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        if !fill {
            self.path([a, (b.0, a.1), b, (a.0, b.1), a], style, false);
        } else if style.color().alpha > 0.0 {
            self.bar(Rect::new(px(a.0), px(a.1), px(b.0 - a.0), px(b.1 - a.1)), style.color(), 0.0);
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let r = (f64::from(radius) / GRAIN) as f32;
        // A square with fully rounded corners is a disc.
        let square = Rect::new(px(x) - r, px(y) - r, 2.0 * r, 2.0 * r);
        if fill {
            self.bar(square, style.color(), r);
        } else {
            let thick = (f64::from(style.stroke_width()) / GRAIN) as f32;
            let stroke = Stroke::new(paint(style.color()), thick);
            let mut ring = Bars { radius: r, outline: Some(stroke), ..Bars::default() };
            ring.push(square, paint(style.color()).with_alpha(0), self.hit(style.color()));
            self.scene.push(ring);
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Drawn {
        self.path(points, style, true);
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, (x, y): BackendCoord) -> Drawn {
        let size = (style.size() / GRAIN) as f32;
        let anchor = style.anchor();
        let at = match anchor.h_pos {
            HPos::Left => Anchor::Start,
            HPos::Center => Anchor::Middle,
            HPos::Right => Anchor::End,
        };
        let y = px(y)
            + match anchor.v_pos {
                VPos::Top => size,
                VPos::Center => size * 0.36,
                VPos::Bottom => 0.0,
            };
        let shown = Text::new(px(x), y, size, paint(style.color()), text).anchored(at);
        self.scene.push(if matches!(style.style(), FontStyle::Bold) { shown.bold() } else { shown });
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
