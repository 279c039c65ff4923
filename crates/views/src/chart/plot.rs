//! A statistical chart as a value: axes, and shapes in the units of the data. Pixels come later.

use makespan_scene::Role;
use serde::{Deserialize, Serialize};

use super::axis::Axis;

/// Returns the colour of the `i`-th of several categories, ordered so that the first ones differ most, on light and on
/// dark.
pub(super) fn hue(i: usize) -> Role {
    Role::category([4, 0, 2, 6, 5, 1, 7, 3][i % 8])
}

/// Points joined by a line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// Its colour; grey if there are too many lines to distinguish.
    pub role: Option<Role>,
    /// Its points, finite and ascending in x.
    pub points: Vec<(f64, f64)>,
    /// Whether the area between the line and 0 is tinted.
    pub area: bool,
    /// Whether a value holds up to the next point, instead of changing linearly.
    pub steps: bool,
}

/// A bar: a rectangle that represents one number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// From one value of x to another.
    pub x: (f64, f64),
    /// From one value of y to another.
    pub y: (f64, f64),
    /// Its colour.
    pub role: Role,
    /// Its number as text, beside the bar; empty if there is no room.
    pub label: String,
    /// Its tooltip.
    pub tip: String,
    /// The task that it links to.
    pub task: Option<u32>,
    /// Whether it is the selected one.
    pub marked: bool,
}

/// The shape of a point. Shapes distinguish the same things as colours.
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
    /// Horizontal position.
    pub x: f64,
    /// Vertical position.
    pub y: f64,
    /// Its colour.
    pub role: Role,
    /// Its shape.
    pub shape: Shape,
    /// The task that it links to.
    pub task: Option<u32>,
}

/// A marked value of x, drawn from top to bottom with a label above.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Position.
    pub x: f64,
    /// Its colour.
    pub role: Role,
    /// Its label.
    pub label: String,
}

/// An entry of the legend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// The colour explained.
    pub role: Role,
    /// The shape explained; `None` for a square patch.
    pub shape: Option<Shape>,
    /// Its meaning.
    pub text: String,
}

/// The chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plot {
    /// Its title.
    pub title: String,
    /// Whether the title is part of the picture; a page that already shows it omits it.
    pub headed: bool,
    /// The horizontal axis, from left to right.
    pub x: Axis,
    /// The vertical axis: numbers from bottom to top, names from top to bottom.
    pub y: Axis,
    /// Bars, drawn first.
    pub bars: Vec<Bar>,
    /// Lines, drawn over bars.
    pub lines: Vec<Line>,
    /// Points, drawn over lines. If there are more than [`Plot::DENSE`], their density is drawn instead.
    pub dots: Vec<Dot>,
    /// Tooltip of each point; as long as `dots`, or empty.
    pub dot_tips: Vec<String>,
    /// Marked values.
    pub rules: Vec<Rule>,
    /// The meaning of the colours.
    pub legend: Vec<Key>,
    /// Remarks: how it was computed, what was omitted.
    pub notes: Vec<String>,
}

impl Plot {
    /// Maximum number of points that are drawn one by one.
    pub const DENSE: usize = 2_000;

    /// Creates an empty chart with two axes.
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

    /// Removes the title from the picture, for a page that already shows it.
    pub fn unheaded(self) -> Plot {
        Plot { headed: false, ..self }
    }

    /// Returns whether there are too many points to draw one by one.
    pub fn is_dense(&self) -> bool {
        self.dots.len() > Plot::DENSE
    }

    /// Returns whether bars extend to the right from names on the left, instead of upwards.
    pub fn is_sideways(&self) -> bool {
        self.y.names().is_some()
    }
}
