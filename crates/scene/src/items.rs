//! The display list: a few kinds of items, colours as roles, an opaque hit id for each item.
//!
//! Coordinates are CSS pixels, x to the right and y down. Items are painted in order, later ones on top.

use crate::role::Role;
use crate::shown::shown_string;
use serde::{Deserialize, Serialize};

/// A length or coordinate in CSS pixels.
pub type Px = f32;

/// An axis-parallel rectangle: top left corner and size, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    /// Left side.
    pub x: f32,
    /// Top side.
    pub y: f32,
    /// Width.
    pub w: f32,
    /// Height.
    pub h: f32,
}

impl Rect {
    /// Returns a rectangle from its top left corner and size.
    pub fn new(x: f32, y: f32, w: f32, h: f32) -> Rect {
        Rect { x, y, w, h }
    }

    /// Returns the x of the right side.
    pub fn right(&self) -> f32 {
        self.x + self.w
    }

    /// Returns the y of the bottom side.
    pub fn bottom(&self) -> f32 {
        self.y + self.h
    }

    /// Returns whether the point is inside; the left and top edges are part of the rectangle, the right and bottom ones
    /// are not.
    pub fn contains(&self, x: f32, y: f32) -> bool {
        x >= self.x && x < self.right() && y >= self.y && y < self.bottom()
    }

    /// Returns whether the two share some area.
    pub fn intersects(&self, other: &Rect) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// Returns the rectangle with every side moved inwards by `d` (outwards if negative); its size is never negative.
    pub fn inset(&self, d: f32) -> Rect {
        let (w, h) = ((self.w - 2.0 * d).max(0.0), (self.h - 2.0 * d).max(0.0));
        Rect { x: self.x + (self.w - w) / 2.0, y: self.y + (self.h - h) / 2.0, w, h }
    }

    /// Returns whether all four numbers are finite.
    pub fn is_finite(&self) -> bool {
        self.x.is_finite() && self.y.is_finite() && self.w.is_finite() && self.h.is_finite()
    }
}

/// The hit id of a shape, with a meaning only to the code that built the scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hit(pub u64);

impl Hit {
    /// No hit id: the pointer passes through.
    pub const NONE: Hit = Hit(u64::MAX);
}

impl Default for Hit {
    fn default() -> Hit {
        Hit::NONE
    }
}

/// A colour role with an opacity, 255 being opaque.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Paint {
    /// The purpose, from which the theme takes the colour.
    pub role: Role,
    /// Opacity, 0 to 255.
    pub alpha: u8,
}

impl Paint {
    /// Returns the same role with another opacity.
    pub fn with_alpha(self, alpha: u8) -> Paint {
        Paint { alpha, ..self }
    }
}

impl From<Role> for Paint {
    fn from(role: Role) -> Paint {
        Paint { role, alpha: 255 }
    }
}

/// The pattern of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Dash {
    /// Unbroken.
    #[default]
    Solid,
    /// Strokes of four line widths, gaps of three.
    Dashed,
    /// Dots of one line width, gaps of two.
    Dotted,
}

impl Dash {
    /// Returns the lengths of stroke and gap in line widths, or `None` for a solid line.
    pub fn pattern(self) -> Option<[f32; 2]> {
        match self {
            Dash::Solid => None,
            Dash::Dashed => Some([4.0, 3.0]),
            Dash::Dotted => Some([1.0, 2.0]),
        }
    }
}

/// The style of a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stroke {
    /// Colour and opacity.
    pub paint: Paint,
    /// Line width in pixels.
    pub width: f32,
    /// Pattern.
    pub dash: Dash,
}

impl Stroke {
    /// Returns a solid line.
    pub fn new(paint: impl Into<Paint>, width: f32) -> Stroke {
        Stroke { paint: paint.into(), width, dash: Dash::Solid }
    }

    /// Returns the same line with another pattern.
    pub fn dashed(self, dash: Dash) -> Stroke {
        Stroke { dash, ..self }
    }
}

/// Many rectangles as columns of equal length: row `i` of each column is one bar.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bars {
    /// Left sides.
    #[serde(with = "crate::columns")]
    pub x: Vec<f32>,
    /// Top sides.
    #[serde(with = "crate::columns")]
    pub y: Vec<f32>,
    /// Widths.
    #[serde(with = "crate::columns")]
    pub w: Vec<f32>,
    /// Heights.
    #[serde(with = "crate::columns")]
    pub h: Vec<f32>,
    /// Fills.
    #[serde(with = "crate::columns")]
    pub fill: Vec<Paint>,
    /// Hit id of each bar; a missing row has none.
    #[serde(with = "crate::columns")]
    pub hit: Vec<Hit>,
    /// Corner radius of all bars.
    pub radius: f32,
    /// Outline of all bars.
    pub outline: Option<Stroke>,
}

impl Bars {
    /// Adds one bar.
    pub fn push(&mut self, rect: Rect, paint: impl Into<Paint>, hit: Hit) {
        self.x.push(rect.x);
        self.y.push(rect.y);
        self.w.push(rect.w);
        self.h.push(rect.h);
        self.fill.push(paint.into());
        self.hit.push(hit);
    }

    /// Returns the number of bars: the length of the shortest geometry or fill column.
    pub fn len(&self) -> usize {
        self.x.len().min(self.y.len()).min(self.w.len()).min(self.h.len()).min(self.fill.len())
    }

    /// Returns whether there is no bar.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns rectangle, fill and hit id of bar `i`.
    pub fn get(&self, i: usize) -> Option<(Rect, Paint, Hit)> {
        let rect = Rect { x: *self.x.get(i)?, y: *self.y.get(i)?, w: *self.w.get(i)?, h: *self.h.get(i)? };
        Some((rect, *self.fill.get(i)?, self.hit.get(i).copied().unwrap_or(Hit::NONE)))
    }

    /// Returns all bars in painting order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Rect, Paint, Hit)> + '_ {
        (0..self.len()).filter_map(|i| self.get(i))
    }
}

/// One piece of an outline.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Seg {
    /// Starts a new outline at a point.
    Move(f32, f32),
    /// A straight line to a point.
    Line(f32, f32),
    /// A cubic Bézier curve: first control point, second control point, end.
    Cubic(f32, f32, f32, f32, f32, f32),
    /// Back to the last `Move`.
    Close,
}

/// A free shape, filled by the non-zero rule, stroked, or both (the stroke on top).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Path {
    /// The outline.
    pub segs: Vec<Seg>,
    /// Fill, if any.
    pub fill: Option<Paint>,
    /// Stroke, if any.
    pub stroke: Option<Stroke>,
    /// Hit id of the shape.
    pub hit: Hit,
}

impl Path {
    /// Returns a filled shape.
    pub fn filled(segs: Vec<Seg>, paint: impl Into<Paint>) -> Path {
        Path { segs, fill: Some(paint.into()), stroke: None, hit: Hit::NONE }
    }

    /// Returns a stroked shape.
    pub fn stroked(segs: Vec<Seg>, stroke: Stroke) -> Path {
        Path { segs, fill: None, stroke: Some(stroke), hit: Hit::NONE }
    }

    /// Returns a straight line between two points.
    pub fn line(from: (f32, f32), to: (f32, f32), stroke: Stroke) -> Path {
        Path::stroked(vec![Seg::Move(from.0, from.1), Seg::Line(to.0, to.1)], stroke)
    }

    /// Returns the same shape with a hit id.
    pub fn with_hit(self, hit: Hit) -> Path {
        Path { hit, ..self }
    }
}

/// The point of a text that its `x` denotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Anchor {
    /// The left end.
    #[default]
    Start,
    /// The middle.
    Middle,
    /// The right end.
    End,
}

/// Weight of letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Weight {
    /// Normal.
    #[default]
    Regular,
    /// Bold.
    Bold,
}

/// Typeface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Face {
    /// Proportional, without serifs.
    #[default]
    Sans,
    /// All letters of one width.
    Mono,
}

/// One line of text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// The anchor's x.
    pub x: f32,
    /// The baseline's y.
    pub y: f32,
    /// Font size in pixels.
    pub size: f32,
    /// The point that `x` denotes.
    pub anchor: Anchor,
    /// Thickness.
    pub weight: Weight,
    /// Kind of letters.
    pub face: Face,
    /// Colour.
    pub paint: Paint,
    /// The words.
    pub text: String,
    /// Hit id of the text.
    pub hit: Hit,
    /// Turn about (x, y) in degrees, clockwise.
    pub rotate: f32,
}

impl Text {
    /// Regular sans text starting at `x`, upright, standing for nothing; of a long one the beginning
    /// ([`shown`](crate::shown())).
    pub fn new(x: f32, y: f32, size: f32, paint: impl Into<Paint>, text: impl Into<String>) -> Text {
        Text {
            x,
            y,
            size,
            anchor: Anchor::Start,
            weight: Weight::Regular,
            face: Face::Sans,
            paint: paint.into(),
            text: shown_string(text.into()),
            hit: Hit::NONE,
            rotate: 0.0,
        }
    }

    /// The same text held at another point.
    pub fn anchored(self, anchor: Anchor) -> Text {
        Text { anchor, ..self }
    }

    /// The same text in bold.
    pub fn bold(self) -> Text {
        Text { weight: Weight::Bold, ..self }
    }

    /// The same text in the other kind of letters.
    pub fn with_face(self, face: Face) -> Text {
        Text { face, ..self }
    }

    /// The same text standing for something.
    pub fn with_hit(self, hit: Hit) -> Text {
        Text { hit, ..self }
    }
}

/// Items that are moved, scaled and clipped together: a point p inside is painted at `p * scale + (dx, dy)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Move to the right.
    pub dx: f32,
    /// Move down.
    pub dy: f32,
    /// Scale, the same in both directions.
    pub scale: f32,
    /// Nothing outside is painted; in the group's own coordinates.
    pub clip: Option<Rect>,
    /// The items, in painting order.
    pub items: Vec<Item>,
    /// Accessible name; may be empty.
    pub label: String,
}

impl Default for Group {
    fn default() -> Group {
        Group { dx: 0.0, dy: 0.0, scale: 1.0, clip: None, items: Vec::new(), label: String::new() }
    }
}

impl Group {
    /// An empty group moved by (dx, dy).
    pub fn at(dx: f32, dy: f32) -> Group {
        Group { dx, dy, ..Group::default() }
    }

    /// Adds an item on top.
    pub fn push(&mut self, item: impl Into<Item>) {
        self.items.push(item.into());
    }
}

/// An area that leads somewhere. Painted as nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Where to press.
    pub area: Rect,
    /// An `http:`, `https:` or `#` address, as [`Link::new`] made sure.
    pub href: String,
    /// The link's accessible name.
    pub title: String,
}

impl Link {
    /// A link to an `http://`, `https://` or `#fragment` address; `None` for every other one.
    ///
    /// Browsers ignore white space and C0 controls inside a scheme (`java\tscript:`, URL Standard, "basic URL
    /// parser" steps 1 to 3), so these are removed before the address is judged, and from what is kept.
    pub fn new(area: Rect, href: &str, title: impl Into<String>) -> Option<Link> {
        let href = clean_href(href)?;
        Some(Link { area, href, title: title.into() })
    }
}

/// The address without white space and controls if it is one that may be followed.
pub(crate) fn clean_href(href: &str) -> Option<String> {
    let clean: String = href.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    let starts =
        |scheme: &str| clean.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    (clean.starts_with('#') || starts("http://") || starts("https://")).then_some(clean)
}

/// One entry of the display list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Item {
    /// Items moved, scaled, clipped together.
    Group(Group),
    /// Many rectangles.
    Bars(Bars),
    /// A free shape.
    Path(Path),
    /// A line of text.
    Text(Text),
    /// An area that leads somewhere.
    Link(Link),
}

macro_rules! into_item {
    ($($kind:ident)*) => { $(impl From<$kind> for Item {
        fn from(value: $kind) -> Item { Item::$kind(value) }
    })* };
}
into_item! { Group Bars Path Text Link }

/// A picture: size in pixels, a title, and what to paint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// Width in pixels.
    pub width: f32,
    /// Height in pixels.
    pub height: f32,
    /// The picture's accessible name.
    pub title: String,
    /// The items, in painting order.
    pub items: Vec<Item>,
}

impl Scene {
    /// An empty picture.
    pub fn new(width: f32, height: f32, title: impl Into<String>) -> Scene {
        Scene { width, height, title: shown_string(title.into()), items: Vec::new() }
    }

    /// Adds an item on top.
    pub fn push(&mut self, item: impl Into<Item>) {
        self.items.push(item.into());
    }

    /// The number of drawn primitives: every bar, path and text counts one; groups and links none.
    pub fn item_count(&self) -> usize {
        let mut open: Vec<&[Item]> = vec![&self.items];
        let mut count = 0usize;
        while let Some(items) = open.pop() {
            for item in items {
                match item {
                    Item::Group(group) => open.push(&group.items),
                    Item::Bars(bars) => count += bars.len(),
                    Item::Path(_) | Item::Text(_) => count += 1,
                    Item::Link(_) => {}
                }
            }
        }
        count
    }
}
