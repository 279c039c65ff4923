//! A chart that is ready to be drawn at any size, and its table.

use makespan_scene::Scene;
use serde::{Deserialize, Serialize};

use super::draw::scene;
use super::frame::Frame;
use super::plot::Plot;
use super::radar::Radar;
use super::tip::{Tip, tip};
use crate::table::Table;

/// Maximum number of rows of the table.
pub(super) const MOST_ROWS: usize = 1_000;

/// The drawable part of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
// There is one at a time, and never a list of them.
#[allow(clippy::large_enum_variant)]
pub enum Body {
    /// With two axes, drawn by [`draw()`](super::draw()).
    Plot(Plot),
    /// Around a point, drawn as a scene.
    Radar(Radar),
}

/// A chart and its table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// The chart.
    pub body: Body,
    /// The same data as a table.
    pub twin: Table,
}

impl Picture {
    pub(super) fn plot(plot: Plot, twin: Table) -> Picture {
        Picture { body: Body::Plot(plot), twin }
    }

    /// Returns its title.
    pub fn title(&self) -> &str {
        match &self.body {
            Body::Plot(plot) => &plot.title,
            Body::Radar(radar) => &radar.title,
        }
    }

    /// Returns the height that it needs at a width, px.
    pub fn height(&self, width: f32) -> f32 {
        match &self.body {
            Body::Plot(plot) => Frame::natural_height(plot, width),
            Body::Radar(radar) => radar.height(width),
        }
    }

    /// Returns the picture at a size, px.
    pub fn scene(&self, width: f32, height: f32) -> Scene {
        match &self.body {
            Body::Plot(plot) => scene(plot, width, height),
            Body::Radar(radar) => radar.scene(width, height),
        }
    }

    /// Returns what is nearest to a point (px) of the picture at a size.
    pub fn tip(&self, size: (f32, f32), x: f32, y: f32) -> Option<Tip> {
        match &self.body {
            Body::Plot(plot) => tip(plot, size, x, y),
            Body::Radar(radar) => radar.tip(size, x, y),
        }
    }
}
