//! Several measures around a point: what a step, or a run, is large and small in.
//!
//! Each axis goes from 0 in the middle to the largest of the shapes shown, so that measures of unlike units stand beside
//! one another; the picture says so, and writes at each axis what its end is.

use makespan_scene::Role;
use serde::{Deserialize, Serialize};

mod made;
mod picture;

use crate::amount::Unit;
pub(super) use made::{list, runs, steps};

/// An axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spoke {
    /// What it measures.
    pub name: String,
    /// How its numbers are written.
    pub unit: Unit,
    /// The value at its end, above 0.
    pub largest: f64,
}

/// What one step or run is like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// Whose it is.
    pub name: String,
    /// Its colour.
    pub role: Role,
    /// A value for each axis, 0 or above; NaN where it is not known.
    pub values: Vec<f64>,
}

/// The chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Radar {
    /// What it shows.
    pub title: String,
    /// The axes, clockwise from the top.
    pub spokes: Vec<Spoke>,
    /// The shapes.
    pub outlines: Vec<Outline>,
    /// What has to be said about it.
    pub notes: Vec<String>,
}
