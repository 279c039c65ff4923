//! The SVG painter: a scene as standalone XML with presentation attributes only.
//!
//! No script, style sheet, foreign object or external resource is ever written; text is real text. Shapes with a
//! number that is not finite are left out.

use std::fmt::Write as _;

use crate::font::{FONT_STACK_MONO, FONT_STACK_SANS};
use crate::items::{
    Anchor, Bars, Face, Group, Hit, Link, Paint, Path, Rect, Scene, Seg, Stroke, Text, Weight, clean_href,
};
use crate::painter::{Painter, paint};
use crate::role::Role;
use crate::theme::Theme;

/// Bars with a side shorter than this get no edge of their own: it would hide the fill.
const MIN_EDGED: f32 = 4.0;

/// Options for writing an SVG.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SvgOptions<'a> {
    /// Put before every id, so that several pictures live in one page; only letters, digits, `-` and `_` are kept.
    pub id_prefix: &'a str,
    /// For a picture inside a page: adds `class="f-ROLE"` and `class="s-ROLE"` beside the attributes, so that the style
    /// sheet of the page ([`class_rules`]) can change the theme, and `data-hit` on shapes with a hit id.
    pub css_roles: bool,
}

/// The scene as a standalone SVG document.
pub fn svg(scene: &Scene, theme: &Theme) -> String {
    svg_with(scene, theme, SvgOptions::default())
}

/// The scene as an SVG document, written as the options say.
pub fn svg_with(scene: &Scene, theme: &Theme, options: SvgOptions<'_>) -> String {
    let prefix =
        options.id_prefix.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    let mut painter =
        SvgPainter { out: String::new(), theme, prefix, css_roles: options.css_roles, clips: 0, skipping: 0 };
    paint(scene, &mut painter);
    painter.out
}

/// Style rules that map the classes of `css_roles` to the custom properties of [`Theme::css`].
pub fn class_rules() -> String {
    let mut out = String::new();
    for role in Role::ALL {
        let name = role.name();
        let _ = writeln!(out, ".f-{name}{{fill:var(--role-{name})}}\n.s-{name}{{stroke:var(--role-{name})}}");
        if role.is_status() {
            let _ = writeln!(out, ".s-{name}-edge{{stroke:var(--role-{name}-edge)}}");
        }
    }
    out
}

struct SvgPainter<'a> {
    out: String,
    theme: &'a Theme,
    prefix: String,
    css_roles: bool,
    clips: usize,
    /// Depth within groups that cannot be painted.
    skipping: usize,
}

/// A line around a fill: the caller's, or the edge that the theme asks for.
#[derive(Clone, Copy)]
enum Outline<'a> {
    None,
    Stroke(&'a Stroke),
    Edge(Role),
}

impl SvgPainter<'_> {
    fn number(&mut self, value: f32) {
        number(&mut self.out, value);
    }

    fn attribute(&mut self, name: &str, value: f32) {
        let _ = write!(self.out, " {name}=\"");
        self.number(value);
        self.out.push('"');
    }

    fn opacity(&mut self, name: &str, alpha: u8) {
        if alpha < 255 {
            self.attribute(name, f32::from(alpha) / 255.0);
        }
    }

    /// Fill, line and class attributes of one element.
    fn style(&mut self, fill: Option<Paint>, outline: Outline<'_>) {
        let mut classes = String::new();
        match fill {
            None => self.out.push_str(" fill=\"none\""),
            Some(paint) => {
                let _ = write!(self.out, " fill=\"{}\"", self.theme.colour(paint.role).hex());
                self.opacity("fill-opacity", paint.alpha);
                let _ = write!(classes, "f-{}", paint.role.name());
            }
        }
        let gap = if classes.is_empty() { "" } else { " " };
        match outline {
            Outline::None => {}
            Outline::Stroke(stroke) => {
                let _ = write!(self.out, " stroke=\"{}\"", self.theme.colour(stroke.paint.role).hex());
                self.opacity("stroke-opacity", stroke.paint.alpha);
                if stroke.width != 1.0 {
                    self.attribute("stroke-width", stroke.width);
                }
                if let Some([on, off]) = stroke.dash.pattern() {
                    self.out.push_str(" stroke-dasharray=\"");
                    self.number(on * stroke.width);
                    self.out.push(' ');
                    self.number(off * stroke.width);
                    self.out.push('"');
                }
                let _ = write!(classes, "{gap}s-{}", stroke.paint.role.name());
            }
            Outline::Edge(role) => {
                if let Some(edge) = self.theme.edge(role) {
                    let _ = write!(self.out, " stroke=\"{}\"", edge.hex());
                }
                let _ = write!(classes, "{gap}s-{}-edge", role.name());
            }
        }
        if self.css_roles && !classes.is_empty() {
            let _ = write!(self.out, " class=\"{classes}\"");
        }
    }

    fn hit(&mut self, hit: Hit) {
        if self.css_roles && hit != Hit::NONE {
            let _ = write!(self.out, " data-hit=\"{}\"", hit.0);
        }
    }

    /// The line around one bar. A picture that can change its theme names the edge even where this theme has none.
    fn outline<'b>(&self, bars: &'b Bars, rect: &Rect, paint: Paint) -> Outline<'b> {
        match &bars.outline {
            Some(stroke) if stroke.width > 0.0 && stroke.width.is_finite() => Outline::Stroke(stroke),
            Some(_) => Outline::None,
            None if paint.alpha < 255 || rect.w.min(rect.h) < MIN_EDGED => Outline::None,
            None if self.theme.edge(paint.role).is_some() || (self.css_roles && paint.role.is_status()) => {
                Outline::Edge(paint.role)
            }
            None => Outline::None,
        }
    }

    fn rect(&mut self, rect: Rect, radius: f32) {
        self.out.push_str("<rect");
        self.attribute("x", rect.x);
        self.attribute("y", rect.y);
        self.attribute("width", rect.w);
        self.attribute("height", rect.h);
        let radius = corner(&rect, radius);
        if radius > 0.0 {
            self.attribute("rx", radius);
        }
    }

    /// One bar as a sub-path of a merged path.
    fn sub_path(&mut self, rect: Rect, radius: f32) {
        let r = corner(&rect, radius);
        let mut put = |letter: char, values: &[f32]| {
            self.out.push(letter);
            numbers(&mut self.out, values);
        };
        put('M', &[rect.x + r, rect.y]);
        put('h', &[rect.w - 2.0 * r]);
        if r > 0.0 {
            put('a', &[r, r, 0.0, 0.0, 1.0, r, r]);
        }
        put('v', &[rect.h - 2.0 * r]);
        if r > 0.0 {
            put('a', &[r, r, 0.0, 0.0, 1.0, -r, r]);
        }
        put('h', &[2.0 * r - rect.w]);
        if r > 0.0 {
            put('a', &[r, r, 0.0, 0.0, 1.0, -r, -r]);
            put('v', &[2.0 * r - rect.h]);
            put('a', &[r, r, 0.0, 0.0, 1.0, r, -r]);
        }
        self.out.push('z');
    }
}

fn corner(rect: &Rect, radius: f32) -> f32 {
    if radius > 0.0 { radius.min(rect.w / 2.0).min(rect.h / 2.0) } else { 0.0 }
}

/// The bar as it can be drawn: finite and of positive size; a 1 px edge is inside it.
fn drawable(rect: Rect) -> Option<Rect> {
    let flipped = Rect {
        x: rect.x.min(rect.x + rect.w),
        y: rect.y.min(rect.y + rect.h),
        w: rect.w.abs(),
        h: rect.h.abs(),
    };
    (rect.is_finite() && flipped.w > 0.0 && flipped.h > 0.0).then_some(flipped)
}

impl Painter for SvgPainter<'_> {
    fn begin(&mut self, scene: &Scene) {
        let side = |v: f32| if v.is_finite() { v.max(0.0) } else { 0.0 };
        let (w, h) = (side(scene.width), side(scene.height));
        self.out.push_str("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"");
        self.attribute("width", w);
        self.attribute("height", h);
        self.out.push_str(" viewBox=\"0 0");
        for v in [w, h] {
            self.out.push(' ');
            self.number(v);
        }
        self.out.push_str("\" font-family=\"");
        escape(&mut self.out, FONT_STACK_SANS);
        self.out.push_str("\" stroke-linejoin=\"round\">\n<title>");
        escape(&mut self.out, &scene.title);
        self.out.push_str("</title>\n");
    }

    fn push(&mut self, group: &Group) {
        let sound = group.dx.is_finite() && group.dy.is_finite() && group.scale.is_finite();
        if self.skipping > 0 || !sound || group.clip.is_some_and(|clip| !clip.is_finite()) {
            self.skipping += 1;
            return;
        }
        let clip = group.clip.map(|clip| {
            let id = format!("{}clip{}", self.prefix, self.clips);
            self.clips += 1;
            let _ = write!(self.out, "<clipPath id=\"{id}\">");
            self.rect(Rect { w: clip.w.max(0.0), h: clip.h.max(0.0), ..clip }, 0.0);
            self.out.push_str("/></clipPath>\n");
            id
        });
        self.out.push_str("<g");
        let moved = group.dx != 0.0 || group.dy != 0.0;
        if moved || group.scale != 1.0 {
            self.out.push_str(" transform=\"");
            if moved {
                self.out.push_str("translate(");
                numbers(&mut self.out, &[group.dx, group.dy]);
                self.out.push(')');
            }
            if group.scale != 1.0 {
                // Two decimals are right for pixels, not for factors.
                let _ = write!(self.out, "scale({})", group.scale);
            }
            self.out.push('"');
        }
        if let Some(id) = clip {
            let _ = write!(self.out, " clip-path=\"url(#{id})\"");
        }
        if !group.label.is_empty() {
            self.out.push_str(" role=\"group\" aria-label=\"");
            escape(&mut self.out, &group.label);
            self.out.push('"');
        }
        self.out.push_str(">\n");
    }

    fn pop(&mut self) {
        if self.skipping > 0 {
            self.skipping -= 1;
        } else {
            self.out.push_str("</g>\n");
        }
    }

    fn bars(&mut self, bars: &Bars) {
        if self.skipping > 0 {
            return;
        }
        let mut rows = bars
            .iter()
            .filter_map(|(rect, paint, hit)| {
                let rect = drawable(rect)?;
                let outline = self.outline(bars, &rect, paint);
                let edged = matches!(outline, Outline::Edge(_));
                // Half of the edge's width: it must not grow the bar.
                Some((if edged { rect.inset(0.5) } else { rect }, paint, hit, outline, edged))
            })
            .collect::<Vec<_>>()
            .into_iter()
            .peekable();
        while let Some((rect, paint, hit, outline, edged)) = rows.next() {
            // Translucent bars stay apart: inside one path, where two overlap the colour would be laid on once.
            if hit != Hit::NONE || paint.alpha < 255 {
                self.rect(rect, bars.radius);
                self.style(Some(paint), outline);
                self.hit(hit);
                self.out.push_str("/>\n");
                continue;
            }
            self.out.push_str("<path d=\"");
            self.sub_path(rect, bars.radius);
            while let Some((next, ..)) =
                rows.next_if(|row| row.1 == paint && row.2 == Hit::NONE && row.4 == edged)
            {
                self.sub_path(next, bars.radius);
            }
            self.out.push('"');
            self.style(Some(paint), outline);
            self.out.push_str("/>\n");
        }
    }

    fn path(&mut self, path: &Path) {
        let stroke = path.stroke.as_ref().filter(|s| s.width > 0.0 && s.width.is_finite());
        let sound = path.segs.iter().all(|seg| match *seg {
            Seg::Move(x, y) | Seg::Line(x, y) => x.is_finite() && y.is_finite(),
            Seg::Cubic(a, b, c, d, e, f) => [a, b, c, d, e, f].iter().all(|v| v.is_finite()),
            Seg::Close => true,
        });
        if self.skipping > 0 || !sound || path.segs.is_empty() || (path.fill.is_none() && stroke.is_none()) {
            return;
        }
        self.out.push_str("<path d=\"");
        for seg in &path.segs {
            match *seg {
                Seg::Move(x, y) => {
                    self.out.push('M');
                    numbers(&mut self.out, &[x, y]);
                }
                Seg::Line(x, y) => {
                    self.out.push('L');
                    numbers(&mut self.out, &[x, y]);
                }
                Seg::Cubic(a, b, c, d, e, f) => {
                    self.out.push('C');
                    numbers(&mut self.out, &[a, b, c, d, e, f]);
                }
                Seg::Close => self.out.push('Z'),
            }
        }
        self.out.push('"');
        self.style(path.fill, stroke.map_or(Outline::None, Outline::Stroke));
        self.hit(path.hit);
        self.out.push_str("/>\n");
    }

    fn text(&mut self, text: &Text) {
        let sound = [text.x, text.y, text.size, text.rotate].iter().all(|v| v.is_finite());
        if self.skipping > 0 || !sound || text.size <= 0.0 || text.text.is_empty() {
            return;
        }
        self.out.push_str("<text");
        self.attribute("x", text.x);
        self.attribute("y", text.y);
        self.attribute("font-size", text.size);
        if text.face == Face::Mono {
            self.out.push_str(" font-family=\"");
            escape(&mut self.out, FONT_STACK_MONO);
            self.out.push('"');
        }
        if text.weight == Weight::Bold {
            self.out.push_str(" font-weight=\"bold\"");
        }
        match text.anchor {
            Anchor::Start => {}
            Anchor::Middle => self.out.push_str(" text-anchor=\"middle\""),
            Anchor::End => self.out.push_str(" text-anchor=\"end\""),
        }
        if text.rotate != 0.0 {
            self.out.push_str(" transform=\"rotate(");
            numbers(&mut self.out, &[text.rotate, text.x, text.y]);
            self.out.push_str(")\"");
        }
        self.style(Some(text.paint), Outline::None);
        self.hit(text.hit);
        self.out.push('>');
        escape(&mut self.out, &keep_spaces(&text.text));
        self.out.push_str("</text>\n");
    }

    fn link(&mut self, link: &Link) {
        // The fields are public: judge the address again, here where it leaves.
        let (Some(href), Some(area)) = (clean_href(&link.href), drawable(link.area)) else { return };
        if self.skipping > 0 {
            return;
        }
        self.out.push_str("<a href=\"");
        escape(&mut self.out, &href);
        self.out.push_str("\" rel=\"noopener noreferrer\"><title>");
        escape(&mut self.out, &link.title);
        self.out.push_str("</title>");
        self.rect(area, 0.0);
        self.out.push_str(" fill=\"none\" pointer-events=\"all\"/></a>\n");
    }

    fn end(&mut self) {
        self.out.push_str("</svg>\n");
    }
}

/// Writes a number with at most two decimals, without trailing zeros and never as "-0".
fn number(out: &mut String, value: f32) {
    let hundredths = (f64::from(value) * 100.0).round() as i64;
    let size = hundredths.unsigned_abs();
    if hundredths < 0 {
        out.push('-');
    }
    let _ = write!(out, "{}", size / 100);
    match size % 100 {
        0 => {}
        part if part % 10 == 0 => {
            let _ = write!(out, ".{}", part / 10);
        }
        part => {
            let _ = write!(out, ".{part:02}");
        }
    }
}

/// Numbers with a space between, except where a minus already parts them.
fn numbers(out: &mut String, values: &[f32]) {
    for (i, &value) in values.iter().enumerate() {
        let from = out.len();
        number(out, value);
        if i > 0 && !out[from..].starts_with('-') {
            out.insert(from, ' ');
        }
    }
}

/// XML would fold runs of spaces into one: all but single inner ones become no-break spaces.
fn keep_spaces(text: &str) -> String {
    let mut before = ' ';
    text.chars()
        .map(|c| {
            let kept = if c == ' ' && before == ' ' { '\u{a0}' } else { c };
            before = c;
            kept
        })
        .collect()
}

/// Escapes text for element content and quoted attributes; drops what XML 1.0 (section 2.2) does not allow, and the
/// controls it discourages.
fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
}
