//! Pictures as PNG: the SVG of the same options, drawn with the fonts by which its texts were measured.
//!
//! No font of the system is used, so the same picture has the same bytes on every machine. It is drawn in horizontal
//! bands and compressed band by band, so that memory does not grow with the height of the picture.

use std::io::Write as _;
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_scene::{Role, Theme, counted};
use png::{BitDepth, ColorType, Encoder, PixelDimensions, Unit};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Source};
use resvg::usvg::{Group, ImageHrefResolver, Node, Options as Reading, Tree};

use crate::error::ExportError;
use crate::options::{Format, Options};
use crate::picture;

/// Maximum number of pixels of a picture; a larger one is scaled down.
const MOST_PIXELS: f64 = 100_000_000.0;
/// Number of pixels that are drawn at once.
const BAND: u32 = 1 << 22;
/// Pixels per metre at scale 1, which is 96 per inch.
const DENSITY: f64 = 96.0 / 0.0254;
const SANS: &str = "DejaVu Sans";
const MONO: &str = "DejaVu Sans Mono";

/// Draws the picture that [`crate::export`] writes as SVG, at `scale` pixels per px. What the picture lacks is added to
/// `notes`, as sentences. At most 100 million pixels are drawn: a larger picture is scaled down.
///
/// # Errors
///
/// [`ExportError`] if there is not exactly one run, it has nothing to draw, or it cannot be drawn.
pub fn png(
    runs: &[&Facts],
    options: &Options,
    scale: f32,
    notes: &mut Vec<String>,
) -> Result<Vec<u8>, ExportError> {
    let svg = match runs {
        [] => return Err(ExportError::NoRun),
        [one] => picture::svg(one, options, notes)?,
        all => return Err(ExportError::OneRun("PNG", all.len())),
    };
    pixels(&svg, scale, &options.theme, notes)
}

/// Draws an SVG at `scale` pixels per px, on white. Nothing that it refers to is loaded, neither files nor addresses; its
/// texts are set in the fonts of [`png`], with the same limit and notes.
///
/// # Errors
///
/// [`ExportError`] if the text is not a valid SVG, or cannot be drawn.
pub fn rasterise(svg: &str, scale: f32, notes: &mut Vec<String>) -> Result<Vec<u8>, ExportError> {
    pixels(svg, scale, &Theme::light(), notes)
}

fn pixels(svg: &str, scale: f32, theme: &Theme, notes: &mut Vec<String>) -> Result<Vec<u8>, ExportError> {
    let tree = Tree::from_str(svg, &reading()).map_err(not_drawn)?;
    let missing = missing_glyphs(tree.root());
    if missing > 0 {
        notes.push(format!(
            "{} not in the font {SANS}, drawn as boxes; use --format {} to keep the text",
            counted(missing, "character"),
            Format::Svg.name()
        ));
    }
    let (width, height) = (tree.size().width(), tree.size().height());
    let size = Size::of(f64::from(width), f64::from(height), f64::from(scale));
    notes.extend(size.reduced(scale));
    drawn(&tree, size, theme)
}

fn not_drawn(error: impl ToString) -> ExportError {
    ExportError::NotDrawn(error.to_string())
}

/// Returns how the picture is read: with our fonts, whatever family a text names, and without any file.
fn reading() -> Reading<'static> {
    let mut fonts = Database::new();
    for font in [dejavu::sans::regular(), dejavu::sans::bold(), dejavu::sans_mono::regular()] {
        fonts.load_font_source(Source::Binary(Arc::new(font)));
    }
    fonts.set_serif_family(SANS);
    fonts.set_sans_serif_family(SANS);
    fonts.set_cursive_family(SANS);
    fonts.set_fantasy_family(SANS);
    fonts.set_monospace_family(MONO);
    let nothing =
        ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) };
    Reading {
        fontdb: Arc::new(fonts),
        font_family: SANS.to_owned(),
        image_href_resolver: nothing,
        ..Reading::default()
    }
}

/// Returns the number of glyphs that no font has.
fn missing_glyphs(root: &Group) -> usize {
    let (mut groups, mut missing) = (vec![root], 0);
    while let Some(group) = groups.pop() {
        for node in group.children() {
            match node {
                Node::Group(group) => groups.push(group),
                Node::Text(text) => {
                    let glyphs = text.layouted().iter().flat_map(|span| &span.positioned_glyphs);
                    missing += glyphs.filter(|glyph| glyph.id.0 == 0).count();
                }
                Node::Path(_) | Node::Image(_) => {}
            }
        }
    }
    missing
}

/// The size of a picture in pixels.
#[derive(Clone, Copy)]
struct Size {
    width: u32,
    height: u32,
    /// Pixels per px.
    factor: f64,
}

impl Size {
    /// Returns the size at a scale, or at the largest one that gives at most [`MOST_PIXELS`].
    fn of(width: f64, height: f64, scale: f64) -> Size {
        let most = (MOST_PIXELS / (width * height)).sqrt();
        let side = |px: f64| {
            let side = px * scale.min(most);
            // Rounding up must not exceed the limit.
            let whole = if most < scale { side.floor() } else { side.ceil() };
            whole.clamp(1.0, MOST_PIXELS) as u32
        };
        Size { width: side(width), height: side(height), factor: scale.min(most) }
    }

    /// Returns a sentence if the picture has a smaller scale than this one.
    fn reduced(self, scale: f32) -> Option<String> {
        (self.factor < f64::from(scale)).then(|| {
            format!(
                "the picture is drawn at scale {:.2} instead of {scale}, which would need more than 100 million pixels",
                self.factor
            )
        })
    }
}

fn drawn(tree: &Tree, size: Size, theme: &Theme) -> Result<Vec<u8>, ExportError> {
    let rows = (BAND / size.width).clamp(1, size.height);
    let mut band = Pixmap::new(size.width, rows).ok_or_else(|| not_drawn("the picture is too large"))?;
    let ground = theme.colour(Role::Surface);
    let ground = Color::from_rgba8(ground.r, ground.g, ground.b, 255);
    let factor = size.factor as f32;

    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, size.width, size.height);
    // The ground is opaque, so nothing shows through.
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    let density = (DENSITY * size.factor).round() as u32;
    encoder.set_pixel_dims(Some(PixelDimensions { xppu: density, yppu: density, unit: Unit::Meter }));
    let mut writer = encoder.write_header().map_err(not_drawn)?;
    let mut stream = writer.stream_writer().map_err(not_drawn)?;
    let mut bytes = Vec::new();
    for top in (0..size.height).step_by(rows as usize) {
        band.fill(ground);
        let moved = Transform::from_row(factor, 0.0, 0.0, factor, 0.0, -(top as f32));
        resvg::render(tree, moved, &mut band.as_mut());
        let count = (rows.min(size.height - top) * size.width) as usize;
        bytes.clear();
        bytes.extend(band.pixels().iter().take(count).flat_map(|p| [p.red(), p.green(), p.blue()]));
        stream.write_all(&bytes).map_err(not_drawn)?;
    }
    stream.finish().map_err(not_drawn)?;
    writer.finish().map_err(not_drawn)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_loads_nothing_that_it_refers_to() {
        let svg = |href: &str| {
            format!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{href}" width="9" height="9"/></svg>"#
            )
        };
        let red = "data:image/svg+xml;utf8,&lt;svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'&gt;\
                   &lt;rect width='9' height='9' fill='red'/&gt;&lt;/svg&gt;";
        let drawn = |svg: &str| rasterise(svg, 1.0, &mut Vec::new());
        assert_eq!(drawn(&svg(red)), drawn(&svg("")));
        assert!(matches!(drawn("<svg"), Err(ExportError::NotDrawn(_))));
    }

    #[test]
    fn a_picture_of_any_size_has_a_bounded_number_of_pixels() {
        for (width, height) in
            [(1_200.0, 40_000.0), (8_048.0, 8_048.0), (3e7, 30.0), (1.0, 1e9), (1e30, 1e30)]
        {
            let size = Size::of(width, height, 4.0);
            let pixels = f64::from(size.width) * f64::from(size.height);
            assert!((1.0..=MOST_PIXELS).contains(&pixels), "{width} × {height}: {pixels}");
            assert!(size.reduced(4.0).is_some_and(|note| note.contains("instead of 4")));
        }
        let size = Size::of(1_200.5, 10.0, 2.0);
        assert_eq!((size.width, size.height, size.reduced(2.0)), (2_401, 20, None));
    }
}
