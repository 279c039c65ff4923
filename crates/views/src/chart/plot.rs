//! A statistical chart as a value: axes, and what stands between them, in the units of the data. Pixels come later.

use makespan_scene::Role;
use serde::{Deserialize, Serialize};

use super::axis::Axis;

/// The colour of the `i`-th of several things side by side: categories in an order in which the first ones stand apart
/// most, on light and on dark.
pub(super) fn hue(i: usize) -> Role {
    Role::category([4, 0, 2, 6, 5, 1, 7, 3][i % 8])
}

/// Points joined by a line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// What it shows.
    pub name: String,
    /// Its colour; grey where there are too many lines to tell apart.
    pub role: Option<Role>,
    /// Ascending in x; finite.
    pub points: Vec<(f64, f64)>,
    /// Whether the area between the line and 0 is tinted.
    pub area: bool,
    /// Whether a value holds up to the next point, instead of changing evenly towards it.
    pub steps: bool,
}

/// A bar: a rectangle that stands for one number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// From one value of x to another.
    pub x: (f64, f64),
    /// From one value of y to another.
    pub y: (f64, f64),
    /// Its colour.
    pub role: Role,
    /// Its number as text, beside the bar; empty where there is no room for any.
    pub label: String,
    /// What it says when asked.
    pub tip: String,
    /// The task that it leads to.
    pub task: Option<u32>,
    /// Whether it stands for what is selected.
    pub marked: bool,
}

/// How a point is drawn. Shapes tell apart what colours tell apart, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shape {
    /// A disc.
    #[default]
    Disc,
    /// A cross: a failure.
    Cross,
    /// A ring: neither success nor failure.
    Ring,
}

/// A point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dot {
    /// Where.
    pub x: f64,
    /// Where.
    pub y: f64,
    /// Its colour.
    pub role: Role,
    /// Its shape.
    pub shape: Shape,
    /// The task that it leads to.
    pub task: Option<u32>,
}

/// A value of x that is marked from top to bottom, with words above.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Where.
    pub x: f64,
    /// Its colour.
    pub role: Role,
    /// What it marks.
    pub label: String,
}

/// A line of the legend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// The colour explained.
    pub role: Role,
    /// The shape explained; a square patch where there is none.
    pub shape: Option<Shape>,
    /// What it stands for.
    pub text: String,
}

/// The chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plot {
    /// What it shows.
    pub title: String,
    /// Whether the title is part of the picture; a page that has said it already leaves it out.
    pub headed: bool,
    /// From left to right.
    pub x: Axis,
    /// From bottom to top; names go from top to bottom.
    pub y: Axis,
    /// Bars, drawn first.
    pub bars: Vec<Bar>,
    /// Lines, drawn over bars.
    pub lines: Vec<Line>,
    /// Points, drawn over lines. Above [`Plot::DENSE`] of them, how many there are is drawn in their place.
    pub dots: Vec<Dot>,
    /// What each point says; as long as `dots`, or empty.
    pub dot_tips: Vec<String>,
    /// Marked values.
    pub rules: Vec<Rule>,
    /// What the colours mean.
    pub legend: Vec<Key>,
    /// What has to be said about it: how it was made, what was left out.
    pub notes: Vec<String>,
}

impl Plot {
    /// The most points that are drawn one by one.
    pub const DENSE: usize = 2_000;

    /// An empty chart between two axes.
    pub fn new(title: impl Into<String>, x: Axis, y: Axis) -> Plot {
        Plot {
            title: title.into(),
            headed: true,
            x,
            y,
            bars: Vec::new(),
            lines: Vec::new(),
            dots: Vec::new(),
            dot_tips: Vec::new(),
            rules: Vec::new(),
            legend: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The same without its title, for a page that has said it already.
    pub fn unheaded(self) -> Plot {
        Plot { headed: false, ..self }
    }

    /// Whether there are too many points to draw one by one.
    pub fn is_dense(&self) -> bool {
        self.dots.len() > Plot::DENSE
    }

    /// Whether bars grow to the right from names at the left, instead of upwards.
    pub fn is_sideways(&self) -> bool {
        self.y.names().is_some()
    }
}
