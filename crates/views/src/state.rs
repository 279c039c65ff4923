//! The state of the view, which a link contains.

use serde::{Deserialize, Serialize};

use crate::chart::Choice;
use crate::colours::Colouring;
use crate::compare::Comparing;
use crate::filter::Filter;
use crate::graph::Graphing;
use crate::heatmap::Heating;
use crate::look::{Camera, TimeMode, View};
use crate::marker::Markers;
use crate::tasks::Tabling;
use crate::timeline::{Arrangement, Gaps, Lanes};

/// The state of the view; a link contains all of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ViewState {
    /// The current view.
    pub view: View,
    /// Index of the current run among the open ones.
    pub run: usize,
    /// Id of the selected task.
    pub selected: Option<String>,
    /// The filter.
    pub filter: Filter,
    /// Grouping of the timeline's lanes.
    pub lanes: Lanes,
    /// Collapsed, pinned and hidden lanes.
    pub rows: Arrangement,
    /// Whether the timeline folds gaps in which nothing runs.
    pub gaps: Gaps,
    /// The meaning of colours.
    pub colours: Colouring,
    /// The time format.
    pub time: TimeMode,
    /// The visible time span, ns since the epoch; `None` for the whole run.
    pub window: Option<(i64, i64)>,
    /// Vertical scroll position of the timeline, in rows.
    pub scroll: u32,
    /// Markers of the reader on the timeline.
    pub markers: Markers,
    /// Whether the critical path is marked.
    pub critical: bool,
    /// Whether the timeline shows durations of earlier runs behind each bar.
    pub before: bool,
    /// Whether counters are shown above the timeline: tasks running and queued, and metrics over time.
    pub counters: bool,
    /// Columns, order and groups of the table.
    pub table: Tabling,
    /// The visible part of the graph; `None` for the whole graph.
    pub camera: Option<Camera>,
    /// The state of the graph.
    pub graph: Graphing,
    /// Whether the table is shown instead of the picture.
    pub twin: bool,
    /// The current chart.
    pub chart: Choice,
    /// The current matrix.
    pub heat: Heating,
    /// The state of the comparison.
    pub compare: Comparing,
    /// The meaning of table columns, in the form of the option `--map`; empty if not set.
    pub mapping: String,
    /// Name of the theme; `None` for the reader's own choice.
    pub theme: Option<String>,
}

impl ViewState {
    /// Switches to another run, and resets what refers to the previous one.
    pub fn show_run(&mut self, number: usize) {
        (self.run, self.selected, self.window, self.camera, self.scroll) = (number, None, None, None, 0);
        self.filter.area = None;
        self.rows = Arrangement::default();
        self.table.open.clear();
        self.graph = Graphing { by: self.graph.by, ..Graphing::default() };
    }

    /// Returns the state without the parts that only pictures use: windows, cameras, scroll positions, markers.
    pub fn without_places(&self) -> ViewState {
        let mut rest = self.clone();
        (rest.window, rest.scroll, rest.camera) = (None, 0, None);
        rest.markers = Markers::default();
        (rest.heat.row, rest.heat.across) = (0, None);
        (rest.compare.window, rest.compare.scroll, rest.compare.camera) = (None, 0, None);
        rest
    }

    /// Removes a closed run; the indices of later runs decrease.
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
