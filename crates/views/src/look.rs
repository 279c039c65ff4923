//! What all pictures share: the names of the views, the time format, the marked tasks.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use makespan_model::Status;
use makespan_scene::Role;

use crate::colours::Colours;
use crate::roles::status_role;

/// The views, in the order of their keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum View {
    /// The run on one page.
    #[default]
    Overview,
    /// Tasks and their dependencies.
    Graph,
    /// Attempts over time.
    Timeline,
    /// Values as colours: tasks by measure, workers over time, tasks by run, days of runs.
    Heatmap,
    /// Comparison of runs.
    Compare,
    /// All tasks as rows.
    Table,
    /// Measures, metrics and distributions.
    Charts,
}

impl View {
    /// All views, in the order of their keys.
    pub const ALL: [View; 7] = [
        View::Overview,
        View::Graph,
        View::Timeline,
        View::Heatmap,
        View::Compare,
        View::Table,
        View::Charts,
    ];

    /// Returns the name in links and test ids.
    pub fn name(self) -> &'static str {
        match self {
            View::Overview => "overview",
            View::Graph => "graph",
            View::Timeline => "timeline",
            View::Heatmap => "heatmap",
            View::Compare => "compare",
            View::Table => "table",
            View::Charts => "charts",
        }
    }

    /// Returns the title.
    pub fn title(self) -> &'static str {
        match self {
            View::Overview => "Overview",
            View::Graph => "Graph",
            View::Timeline => "Timeline",
            View::Heatmap => "Heatmap",
            View::Compare => "Compare",
            View::Table => "Table",
            View::Charts => "Charts",
        }
    }
}

/// How times are formatted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimeMode {
    /// Relative to the start of the run.
    #[default]
    Relative,
    /// Coordinated universal time.
    Utc,
    /// The reader's local time zone.
    Local,
}

impl TimeMode {
    /// All modes, in the order in which the key cycles through them.
    pub const ALL: [TimeMode; 3] = [TimeMode::Relative, TimeMode::Utc, TimeMode::Local];

    /// Returns the name in links.
    pub fn name(self) -> &'static str {
        match self {
            TimeMode::Relative => "relative",
            TimeMode::Utc => "utc",
            TimeMode::Local => "local",
        }
    }

    /// Returns its name in the app.
    pub fn label(self) -> &'static str {
        match self {
            TimeMode::Relative => "since start",
            TimeMode::Utc => "UTC",
            TimeMode::Local => "local time",
        }
    }
}

/// The visible part of the graph: the point in the middle of the picture, and the zoom.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Camera {
    /// Centre, in units of the layout.
    pub x: f32,
    /// Centre, in units of the layout.
    pub y: f32,
    /// Pixels per unit.
    pub zoom: f32,
}

/// Marked tasks, each list by task; an empty list marks none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// Filtered out: drawn dimmed.
    pub dim: Vec<bool>,
    /// On the critical path.
    pub critical: Vec<bool>,
    /// Up- or downstream of the selected task.
    pub related: Vec<bool>,
}

impl Marks {
    fn at(list: &[bool], task: u32) -> bool {
        list.get(task as usize).copied().unwrap_or(false)
    }

    /// Returns whether the task is filtered out.
    pub fn is_dim(&self, task: u32) -> bool {
        Marks::at(&self.dim, task)
    }

    /// Returns whether the task is on the critical path.
    pub fn is_critical(&self, task: u32) -> bool {
        Marks::at(&self.critical, task)
    }

    /// Returns whether the task is up- or downstream of the selected one.
    pub fn is_related(&self, task: u32) -> bool {
        Marks::at(&self.related, task)
    }
}

/// The appearance of any picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// Marked tasks.
    pub marks: Marks,
    /// How times are written.
    pub time: TimeMode,
    /// Seconds east of UTC of the local zone at the time of the run, for [`TimeMode::Local`].
    pub offset: i32,
    /// The selected task.
    pub selected: Option<u32>,
    /// What is under the pointer.
    pub hover: Option<u32>,
    /// The meaning of the colours of tasks, if it is not their status.
    pub colours: Option<Arc<Colours>>,
}

impl Look {
    /// Returns the colour of a task with a status.
    pub(crate) fn role(&self, task: u32, status: Status) -> Role {
        self.colours.as_ref().map_or_else(|| status_role(status), |c| c.role(task, status))
    }

    /// Nothing marked or selected, relative times.
    pub const PLAIN: Look = Look {
        marks: Marks { dim: Vec::new(), critical: Vec::new(), related: Vec::new() },
        time: TimeMode::Relative,
        offset: 0,
        selected: None,
        hover: None,
        colours: None,
    };
}
