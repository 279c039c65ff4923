//! The log painter: a scene as readable text, one line per item, for golden tests.

use std::fmt::Write as _;

use crate::items::{Bars, Group, Hit, Link, Paint, Path, Scene, Seg, Stroke, Text};
use crate::painter::{Painter, paint};

/// Logs everything that is painted, one line each; the content of groups is indented.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogPainter {
    /// The lines written so far.
    pub out: String,
    depth: usize,
}

/// The scene as the log painter writes it.
pub fn log(scene: &Scene) -> String {
    let mut painter = LogPainter::default();
    paint(scene, &mut painter);
    painter.out
}

/// Two decimals at most, no trailing zeros, no "-0".
fn n(value: f32) -> String {
    let rounded = (f64::from(value) * 100.0).round() / 100.0;
    format!("{}", rounded + 0.0)
}

fn paint_name(paint: Paint) -> String {
    match paint.alpha {
        255 => paint.role.name().to_owned(),
        alpha => format!("{}/{alpha}", paint.role.name()),
    }
}

fn stroke_name(stroke: &Stroke) -> String {
    format!("{}:{}:{:?}", paint_name(stroke.paint), n(stroke.width), stroke.dash).to_lowercase()
}

fn hit_name(hit: Hit) -> String {
    if hit == Hit::NONE { String::new() } else { format!(" hit={}", hit.0) }
}

impl LogPainter {
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{}{text}", "  ".repeat(self.depth));
    }
}

impl Painter for LogPainter {
    fn begin(&mut self, scene: &Scene) {
        self.line(&format!("scene {}x{} {:?}", n(scene.width), n(scene.height), scene.title));
    }

    fn push(&mut self, group: &Group) {
        let mut text = format!("group at={},{}", n(group.dx), n(group.dy));
        if group.scale != 1.0 {
            let _ = write!(text, " scale={}", group.scale);
        }
        if let Some(clip) = group.clip {
            let _ = write!(text, " clip={},{},{},{}", n(clip.x), n(clip.y), n(clip.w), n(clip.h));
        }
        if !group.label.is_empty() {
            let _ = write!(text, " label={:?}", group.label);
        }
        self.line(&text);
        self.depth += 1;
    }

    fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn bars(&mut self, bars: &Bars) {
        let mut text = format!("bars {}", bars.len());
        if bars.radius != 0.0 {
            let _ = write!(text, " radius={}", n(bars.radius));
        }
        if let Some(outline) = &bars.outline {
            let _ = write!(text, " outline={}", stroke_name(outline));
        }
        self.line(&text);
        self.depth += 1;
        for (rect, paint, hit) in bars.iter() {
            let (x, y, w, h) = (n(rect.x), n(rect.y), n(rect.w), n(rect.h));
            self.line(&format!("bar role={} x={x} y={y} w={w} h={h}{}", paint_name(paint), hit_name(hit)));
        }
        self.depth -= 1;
    }

    fn path(&mut self, path: &Path) {
        let mut text = String::from("path");
        if let Some(fill) = path.fill {
            let _ = write!(text, " fill={}", paint_name(fill));
        }
        if let Some(stroke) = &path.stroke {
            let _ = write!(text, " stroke={}", stroke_name(stroke));
        }
        text.push_str(&hit_name(path.hit));
        for seg in &path.segs {
            let _ = match *seg {
                Seg::Move(x, y) => write!(text, " M{},{}", n(x), n(y)),
                Seg::Line(x, y) => write!(text, " L{},{}", n(x), n(y)),
                Seg::Cubic(a, b, c, d, e, f) => {
                    write!(text, " C{},{},{},{},{},{}", n(a), n(b), n(c), n(d), n(e), n(f))
                }
                Seg::Close => write!(text, " Z"),
            };
        }
        self.line(&text);
    }

    fn text(&mut self, text: &Text) {
        let mut line = format!("text {:?} at={},{} size={}", text.text, n(text.x), n(text.y), n(text.size));
        let _ = write!(line, " {:?} {:?} {:?}", text.anchor, text.weight, text.face);
        let _ = write!(line, " role={}", paint_name(text.paint));
        if text.rotate != 0.0 {
            let _ = write!(line, " rotate={}", n(text.rotate));
        }
        line.push_str(&hit_name(text.hit));
        self.line(&line);
    }

    fn link(&mut self, link: &Link) {
        let (x, y, w, h) = (n(link.area.x), n(link.area.y), n(link.area.w), n(link.area.h));
        self.line(&format!("link {:?} {:?} area={x},{y},{w},{h}", link.href, link.title));
    }

    fn end(&mut self) {}
}
