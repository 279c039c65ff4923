//! The state of the view: everything that a link carries.

use serde::{Deserialize, Serialize};

use crate::chart::Choice;
use crate::colours::Colouring;
use crate::compare::Comparing;
use crate::filter::Filter;
use crate::graph::Graphing;
use crate::heatmap::Heating;
use crate::look::{Camera, TimeMode, View};
use crate::marker::Markers;
use crate::tasks::Sort;
use crate::timeline::{Arrangement, Gaps, Lanes};

/// Everything that a link carries.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ViewState {
    /// The view shown.
    pub view: View,
    /// Which of the open runs, from 0.
    pub run: usize,
    /// Id of the selected task.
    pub selected: Option<String>,
    /// What is filtered.
    pub filter: Filter,
    /// Lanes of the timeline.
    pub lanes: Lanes,
    /// What was done to lanes: collapsed, pinned, hidden.
    pub rows: Arrangement,
    /// Whether the timeline folds gaps in which nothing runs.
    pub gaps: Gaps,
    /// What colours mean.
    pub colours: Colouring,
    /// How times are written.
    pub time: TimeMode,
    /// The part of time that is seen, ns since the epoch; all of it where absent.
    pub window: Option<(i64, i64)>,
    /// How far the timeline is scrolled down, in rows.
    pub scroll: u32,
    /// Moments that the reader marked on the timeline.
    pub markers: Markers,
    /// Whether the critical path is marked.
    pub critical: bool,
    /// Whether the timeline shows behind each bar what its task took in the runs before.
    pub before: bool,
    /// Whether counters stand above the timeline: what ran, was queued and was measured at each moment.
    pub counters: bool,
    /// Order of the table.
    pub sort: Sort,
    /// The part of the graph that is seen; all of it where absent.
    pub camera: Option<Camera>,
    /// What the graph shows.
    pub graph: Graphing,
    /// Whether the table twin is shown in place of the picture.
    pub twin: bool,
    /// The chart that is shown.
    pub chart: Choice,
    /// The matrix that is shown.
    pub heat: Heating,
    /// What is compared.
    pub compare: Comparing,
    /// What the columns of tables mean, as the option `--map` takes it; empty where nobody named it.
    pub mapping: String,
    /// Name of the theme; the reader's own choice where absent.
    pub theme: Option<String>,
}

impl ViewState {
    /// Shows another run: what was seen of the one before means nothing to it.
    pub fn show_run(&mut self, number: usize) {
        (self.run, self.selected, self.window, self.camera, self.scroll) = (number, None, None, None, 0);
        self.filter.area = None;
        self.rows = Arrangement::default();
        self.graph = Graphing { by: self.graph.by, ..Graphing::default() };
    }

    /// The same without what only pictures read: windows, cameras, how far is scrolled, markers.
    pub fn without_places(&self) -> ViewState {
        let mut rest = self.clone();
        (rest.window, rest.scroll, rest.camera) = (None, 0, None);
        rest.markers = Markers::default();
        (rest.heat.row, rest.heat.across) = (0, None);
        (rest.compare.window, rest.compare.scroll, rest.compare.camera) = (None, 0, None);
        rest
    }

    /// The run of that number is gone: those behind it move up.
    pub fn forget_run(&mut self, number: usize) {
        if self.run == number {
            self.show_run(number.saturating_sub(1));
        } else if self.run > number {
            self.run -= 1;
        }
        self.markers.forget_run(number);
        self.compare.forget_run(number);
    }
}
