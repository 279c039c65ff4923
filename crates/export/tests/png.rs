//! Pictures as PNG: the picture of the SVG export, the same everywhere, whatever its names are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod support;

use std::collections::BTreeSet;
use std::io::Cursor;

use makespan_analysis::Facts;
use makespan_export::{ExportError, Format, Options, Picture, png};
use makespan_scene::{Role, Theme};
use support::{UNKIND, events, facts, write};

/// A decoded picture.
struct Image {
    width: u32,
    height: u32,
    /// Three bytes a pixel.
    pixels: Vec<u8>,
}

impl Image {
    fn colours(&self) -> BTreeSet<[u8; 3]> {
        self.pixels.chunks(3).map(|p| [p[0], p[1], p[2]]).collect()
    }
}

fn decoded(bytes: &[u8]) -> Image {
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
    let mut reader = ::png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.color_type, ::png::ColorType::Rgb);
    Image { width: info.width, height: info.height, pixels }
}

fn drawn(run: &Facts, options: &Options, scale: f32) -> (Vec<u8>, Vec<String>) {
    let mut notes = Vec::new();
    (png(&[run], options, scale, &mut notes).unwrap(), notes)
}

/// Width and height that the SVG of the same options states, px.
fn stated(run: &Facts, options: &Options) -> [f64; 2] {
    let svg = write(&[run], Format::Svg, options).text;
    ["width", "height"].map(|side| {
        let rest = svg.split_once(&format!(" {side}=\"")).unwrap().1;
        rest.split('"').next().unwrap().parse().unwrap()
    })
}

#[test]
fn a_picture_has_the_size_of_the_svg_times_the_scale_and_the_colours_of_its_theme() {
    let run = facts(&events(&["fetch", "align", "call variants"]));
    for (picture, theme, scale) in [
        (Picture::Graph, "light", 2.0_f32),
        (Picture::Timeline, "dark", 2.0),
        (Picture::Timeline, "light", 1.5),
    ] {
        let theme = Theme::named(theme).unwrap();
        let ground = theme.colour(Role::Surface);
        let succeeded = theme.colour(Role::Succeeded);
        let options = Options { picture, theme, ..Options::default() };
        let (bytes, notes) = drawn(&run, &options, scale);
        let (again, _) = drawn(&run, &options, scale);
        assert!(bytes == again, "same run, same bytes");
        let image = decoded(&bytes);
        let [width, height] = stated(&run, &options).map(|side| (side * f64::from(scale)).ceil() as u32);
        assert_eq!((image.width, image.height), (width, height), "{picture:?}");
        let colours = image.colours();
        for colour in [ground, succeeded] {
            assert!(colours.contains(&[colour.r, colour.g, colour.b]), "{picture:?} {colour:?}");
        }
        assert!(colours.len() > 20, "edges and texts are smooth: {}", colours.len());
        assert_eq!(&image.pixels[..3], [ground.r, ground.g, ground.b], "the corner is ground");
        assert!(notes.is_empty(), "{notes:?}");
    }
}

#[test]
fn texts_are_drawn() {
    let options = Options::default();
    // Names of equal width, so that nothing but their letters differs.
    let [one, other] = ["aaaa", "eeee"].map(|name| {
        let line = format!("{{\"event\":\"task\",\"task\":\"t\",\"name\":\"{name}\"}}\n");
        let run = facts(&format!("{{\"event\":\"run\",\"run\":\"r\"}}\n{line}"));
        decoded(&drawn(&run, &options, 2.0).0)
    });
    assert_eq!(one.height, other.height);
    assert!(one.pixels != other.pixels);
}

#[test]
fn any_name_can_be_drawn_and_missing_glyphs_are_reported() {
    let run = facts(&events(UNKIND));
    for picture in [Picture::Graph, Picture::Timeline] {
        let options = Options { picture, ..Options::default() };
        let (bytes, notes) = drawn(&run, &options, 2.0);
        assert!(decoded(&bytes).colours().len() > 20);
        let said = notes.iter().filter(|note| note.contains("not in the font")).count();
        assert_eq!(said, 1, "{picture:?}: {notes:?}");
    }
    // Marks upon marks, right to left, joiners, variation selectors, and the last characters there are.
    let marks = "\u{300}".repeat(500);
    let long = "\u{202e}\u{5d0}\u{627}\u{64b}\u{200d}\u{fe0f}\u{10ffff}".repeat(200);
    let run =
        facts(&events(&[&marks, &long, "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}", "\u{ad}\u{feff}"]));
    let (bytes, _) = drawn(&run, &Options::default(), 1.0);
    assert!(decoded(&bytes).colours().len() > 20);
}

#[test]
fn a_picture_is_of_one_run_that_has_something_to_draw() {
    let run = facts(&events(&["a"]));
    let refused = |runs: &[&Facts]| png(runs, &Options::default(), 2.0, &mut Vec::new()).unwrap_err();
    assert_eq!(refused(&[]), ExportError::NoRun);
    assert_eq!(refused(&[&run, &run]), ExportError::OneRun("PNG", 2));
    let empty = facts("{\"event\":\"run\",\"run\":\"r\"}\n");
    assert_eq!(refused(&[&empty]), ExportError::NoPicture("tasks"));
}
