//! The waterfall as a scene: bars along an axis of time, one below the other, each beginning where the previous one
//! ends.

use makespan_scene::{
    Anchor, Bars, Dash, Face, Group, Hit, Item, Paint, Path, Rect, Role, Scene, Seg, Stroke, Text, TimeScale,
    Weight, counted, duration, fit, width,
};

use super::{Bar, BarKind, part_words};
use crate::clip::shortened_name;
use crate::compare::axis::length_axis;
use crate::compare::delta::{percent_ns, signed};
use crate::compare::{Pair, word_role};
use crate::target::Target;

const AXIS: f32 = 26.0;

/// The layout.
struct Measures {
    wide: f32,
    row: f32,
    /// Left and right side of the bars.
    left: f32,
    right: f32,
    narrow: bool,
}

impl Measures {
    fn new(pair: &Pair<'_>, bars: &[Bar], wide: f32) -> Measures {
        let narrow = wide < 640.0;
        let values = bars.iter().map(|b| width(&value(bars, b), 11.5, Weight::Bold, Face::Sans));
        let longest = values.fold(0.0, f32::max);
        let label = |bar: &Bar| {
            let (name, about) = label(pair, bar);
            let wide = |words: &str| width(words, 12.0, Weight::Bold, Face::Sans);
            wide(&name) + wide(&about) + 26.0
        };
        let names = bars.iter().map(label).fold(0.0, f32::max);
        let (left, right) = if narrow {
            (10.0, wide - 10.0)
        } else {
            (names.clamp(wide * 0.12, wide * 0.36), wide - longest - 16.0)
        };
        Measures { wide, row: if narrow { 40.0 } else { 27.0 }, left, right: right.max(left + 10.0), narrow }
    }
}

/// Draws the waterfall at a width. If all bars end far from 0, the axis does not begin there, and the bars of the two
/// makespans have a break mark.
pub fn scene(pair: &Pair<'_>, bars: &[Bar], wide: f32) -> Scene {
    let m = Measures::new(pair, bars, wide);
    let height = AXIS + m.row * bars.len() as f32 + 6.0;
    let mut scene = Scene::new(wide, height, "From the makespan of A to that of B");
    let (scale, broken) = scale(bars, &m);
    length_axis(&mut scene, &scale, AXIS - 6.0, height - 4.0);
    let mut shapes = Bars { radius: 2.0, ..Bars::default() };
    let mut over: Vec<Item> = Vec::new();
    for (i, bar) in bars.iter().enumerate() {
        let y = AXIS + i as f32 * m.row;
        let rect = place(bar, &scale, &m, y);
        let whole = matches!(bar.kind, BarKind::A | BarKind::B);
        let hit = bar.row.map_or(Hit::NONE, |r| Target::Matched(r).hit());
        shapes.push(rect, fill(pair, bar), hit);
        if whole && broken {
            over.push(break_mark(rect).into());
        }
        // The line from the end of this bar to the beginning of the next one.
        if let Some(next) = bars.get(i + 1) {
            let x = x_of(&scale, bar.to, &m);
            let below = place(next, &scale, &m, y + m.row);
            let stroke = Stroke::new(Role::TextMuted, 1.0).dashed(Dash::Dotted);
            over.push(Path::line((x, rect.bottom()), (x, below.y), stroke).into());
        }
        words(pair, bars, bar, rect, y, &m, hit, &mut over);
    }
    let mut body = Group { label: "Parts of the difference".to_owned(), ..Group::default() };
    body.push(shapes);
    body.items.extend(over);
    scene.push(body);
    scene
}

/// Returns the axis, and whether it begins after 0.
fn scale(bars: &[Bar], m: &Measures) -> (TimeScale<'static>, bool) {
    let ends = || bars.iter().map(|b| b.to);
    let (low, high) = (ends().min().unwrap_or(0), ends().max().unwrap_or(1).max(1));
    let broken = low * 2 > high && low < high;
    let from = if broken { low - (high - low) / 4 - 1 } else { low.min(0) };
    let to = |t: i128| t.clamp(i128::from(i64::MIN / 4), i128::from(i64::MAX / 4)) as i64;
    let window = (to(from.max(0).min(low)), to(high));
    let scale = TimeScale::plain(window, (f64::from(m.left), f64::from(m.right)));
    (scale, broken && from > 0)
}

fn x_of(scale: &TimeScale<'_>, at: i128, m: &Measures) -> f32 {
    let at = at.clamp(i128::from(i64::MIN / 4), i128::from(i64::MAX / 4)) as i64;
    (scale.x(at) as f32).clamp(m.left - 1e4, m.right + 1e4)
}

fn place(bar: &Bar, scale: &TimeScale<'_>, m: &Measures, y: f32) -> Rect {
    let whole = matches!(bar.kind, BarKind::A | BarKind::B);
    let from = if whole { m.left.max(x_of(scale, 0, m)) } else { x_of(scale, bar.from, m) };
    let to = x_of(scale, bar.to, m);
    let (top, high) = if m.narrow { (y + 19.0, 16.0) } else { (y + 4.0, m.row - 9.0) };
    Rect::new(from.min(to), top, (to - from).abs().max(1.5), high)
}

fn fill(pair: &Pair<'_>, bar: &Bar) -> Paint {
    match bar.kind {
        BarKind::A => Paint::from(Role::Neutral).with_alpha(178),
        BarKind::B => {
            // A failed run is not faster.
            pair.whole_strength().map_or(Role::Neutral, Role::diverge).into()
        }
        BarKind::Part(makespan_analysis::compare::PartKind::Remainder) => Role::Neutral.into(),
        BarKind::Part(_) => word_role(bar.delta().signum() as f32).into(),
        BarKind::Smaller(_) => Paint::from(word_role(bar.delta().signum() as f32)).with_alpha(150),
    }
}

/// Returns two slanted lines through the left end of a bar, which show that it is longer than drawn.
fn break_mark(rect: Rect) -> Path {
    let at = rect.x + 9.0;
    let one = |x: f32| [Seg::Move(x - 2.5, rect.bottom() + 2.0), Seg::Line(x + 2.5, rect.y - 2.0)];
    Path::stroked([one(at), one(at + 5.0)].concat(), Stroke::new(Role::Surface, 2.0))
}

/// Draws the label of the bar and its contribution.
#[allow(clippy::too_many_arguments)]
fn words(
    pair: &Pair<'_>,
    bars: &[Bar],
    bar: &Bar,
    rect: Rect,
    y: f32,
    m: &Measures,
    hit: Hit,
    over: &mut Vec<Item>,
) {
    let (name, about) = label(pair, bar);
    let value = value(bars, bar);
    let base = if m.narrow { y + 14.0 } else { rect.y + rect.h / 2.0 + 4.0 };
    let wide = width(&value, 11.5, Weight::Bold, Face::Sans);
    // Labels are to the left of the bars, or above them if there is no room; the value is at the end of the bar.
    let room = if m.narrow { m.wide - 30.0 - wide } else { m.left - 24.0 };
    let bold = name.is_empty() || matches!(bar.kind, BarKind::A | BarKind::B);
    let first = if name.is_empty() { about.as_str() } else { &name };
    let weight = if bold && !name.is_empty() { Weight::Bold } else { Weight::Regular };
    // If both do not fit, the name may use up to two thirds.
    let both = !name.is_empty() && !about.is_empty();
    let name_room = if both {
        room - (width(&about, 10.5, Weight::Regular, Face::Sans) + 8.0).min(room / 3.0)
    } else {
        room
    };
    let first = fit(first, name_room, 12.0, weight, Face::Sans).into_owned();
    let used = width(&first, 12.0, weight, Face::Sans);
    let role = if name.is_empty() { Role::TextMuted } else { Role::Text };
    let text = Text::new(10.0, base, 12.0, role, first).with_hit(hit);
    over.push(if weight == Weight::Bold { text.bold() } else { text }.into());
    if both {
        let about = fit(&about, room - used - 8.0, 10.5, Weight::Regular, Face::Sans).into_owned();
        over.push(Text::new(10.0 + used + 8.0, base, 10.5, Role::TextMuted, about).into());
    }
    let text = if m.narrow {
        Text::new(m.wide - 10.0, base, 11.5, Role::Text, value).anchored(Anchor::End)
    } else if bar.delta() < 0 && rect.x - wide - 12.0 > m.left {
        Text::new(rect.x - 6.0, base, 11.5, Role::Text, value).anchored(Anchor::End)
    } else {
        Text::new(rect.right() + 6.0, base, 11.5, Role::Text, value)
    };
    over.push(text.bold().into());
}

/// Returns the name of a bar's subject, and its description.
fn label(pair: &Pair<'_>, bar: &Bar) -> (String, String) {
    let run = |letter: &str, facts: &makespan_analysis::Facts| {
        (letter.to_owned(), shortened_name(facts.run().title()))
    };
    match bar.kind {
        BarKind::A => run("A", pair.a),
        BarKind::B => run("B", pair.b),
        BarKind::Smaller(n) => (String::new(), counted(n, "smaller part")),
        BarKind::Part(kind) => {
            let task = bar.row.and_then(|r| pair.row(r));
            let both = task.is_some_and(|t| t.a.is_some() && t.b.is_some());
            let name = task.map_or(String::new(), |t| shortened_name(&pair.name(t)));
            (name, part_words(kind, bar.delta().signum() as i64, both).to_owned())
        }
    }
}

/// Returns the number at a bar.
fn value(bars: &[Bar], bar: &Bar) -> String {
    let ns = |n: i128| n.clamp(i128::from(-i64::MAX), i128::from(i64::MAX)) as i64;
    match bar.kind {
        BarKind::A => duration(ns(bar.to)),
        BarKind::B => {
            let a = bars.first().map(|a| ns(a.to));
            let share = percent_ns(a, Some(ns(bar.to)));
            let share = if share.is_empty() { share } else { format!(" ({share})") };
            format!("{}{share}", duration(ns(bar.to)))
        }
        _ => signed(ns(bar.delta())),
    }
}
