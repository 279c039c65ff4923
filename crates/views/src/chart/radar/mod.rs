//! Several measures around a point: the profile of a step or a run.
//!
//! Each axis goes from 0 in the middle to the largest value of the shown shapes, so that measures with different units
//! can be compared; the picture states this, and labels the end of each axis.

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
    /// The unit of its numbers.
    pub unit: Unit,
    /// The value at its end, above 0.
    pub largest: f64,
}

/// The shape of one step or run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// Its name.
    pub name: String,
    /// Its colour.
    pub role: Role,
    /// A value for each axis, 0 or above; NaN if unknown.
    pub values: Vec<f64>,
}

/// The chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Radar {
    /// Its title.
    pub title: String,
    /// The axes, clockwise from the top.
    pub spokes: Vec<Spoke>,
    /// The shapes.
    pub outlines: Vec<Outline>,
    /// Remarks.
    pub notes: Vec<String>,
}
