//! A chart that is ready to be drawn at any size, and its table.

use makespan_scene::Scene;
use serde::{Deserialize, Serialize};

use super::draw::scene;
use super::frame::Frame;
use super::plot::Plot;
use super::radar::Radar;
use super::tip::{Tip, tip};
use crate::table::Table;

/// The rows that a twin holds at most.
pub(super) const MOST_ROWS: usize = 1_000;

/// How a chart is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
// There is one at a time, and never a list of them.
#[allow(clippy::large_enum_variant)]
pub enum Body {
    /// Between two axes, by [`draw()`](super::draw()).
    Plot(Plot),
    /// Around a point, as a scene.
    Radar(Radar),
}

/// A chart and its table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// The chart.
    pub body: Body,
    /// What it shows, as a table.
    pub twin: Table,
}

impl Picture {
    pub(super) fn plot(plot: Plot, twin: Table) -> Picture {
        Picture { body: Body::Plot(plot), twin }
    }

    /// What it shows.
    pub fn title(&self) -> &str {
        match &self.body {
            Body::Plot(plot) => &plot.title,
            Body::Radar(radar) => &radar.title,
        }
    }

    /// The height that it needs at a width, px.
    pub fn height(&self, width: f32) -> f32 {
        match &self.body {
            Body::Plot(plot) => Frame::natural_height(plot, width),
            Body::Radar(radar) => radar.height(width),
        }
    }

    /// The picture at a size, px.
    pub fn scene(&self, width: f32, height: f32) -> Scene {
        match &self.body {
            Body::Plot(plot) => scene(plot, width, height),
            Body::Radar(radar) => radar.scene(width, height),
        }
    }

    /// What lies nearest to a point (px) of the picture at a size.
    pub fn tip(&self, size: (f32, f32), x: f32, y: f32) -> Option<Tip> {
        match &self.body {
            Body::Plot(plot) => tip(plot, size, x, y),
            Body::Radar(radar) => radar.tip(size, x, y),
        }
    }
}
