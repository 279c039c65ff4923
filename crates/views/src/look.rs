//! What all pictures share: the views by name, how times are written, which tasks are marked.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use makespan_model::Status;
use makespan_scene::Role;

use crate::colours::Colours;
use crate::roles::status_role;

/// The views, in the order of their keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum View {
    /// What happened, in one page.
    #[default]
    Overview,
    /// Tasks and what they depend on.
    Graph,
    /// Attempts over time.
    Timeline,
    /// Values as colours: tasks by measure, workers over time, tasks by run, days of runs.
    Heatmap,
    /// Two runs or many, beside each other.
    Compare,
    /// All tasks in rows.
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

    /// The name in links and test ids.
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

    /// What people read.
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

/// How times are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimeMode {
    /// Since the start of the run.
    #[default]
    Relative,
    /// Coordinated universal time.
    Utc,
    /// The zone of whoever looks.
    Local,
}

impl TimeMode {
    /// All modes, in the order in which the key goes through them.
    pub const ALL: [TimeMode; 3] = [TimeMode::Relative, TimeMode::Utc, TimeMode::Local];

    /// The name in links.
    pub fn name(self) -> &'static str {
        match self {
            TimeMode::Relative => "relative",
            TimeMode::Utc => "utc",
            TimeMode::Local => "local",
        }
    }

    /// What the app calls it.
    pub fn label(self) -> &'static str {
        match self {
            TimeMode::Relative => "since start",
            TimeMode::Utc => "UTC",
            TimeMode::Local => "local time",
        }
    }
}

/// Which part of the graph is seen: the point in the middle of the picture, and how many pixels a unit has.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Camera {
    /// Centre, in units of the layout.
    pub x: f32,
    /// Centre, in units of the layout.
    pub y: f32,
    /// Pixels per unit.
    pub zoom: f32,
}

/// Which tasks are marked in which way, each by task; an empty list marks none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// Filtered out: drawn pale.
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

    /// Whether the task is filtered out.
    pub fn is_dim(&self, task: u32) -> bool {
        Marks::at(&self.dim, task)
    }

    /// Whether the task lies on the critical path.
    pub fn is_critical(&self, task: u32) -> bool {
        Marks::at(&self.critical, task)
    }

    /// Whether the task is up- or downstream of the selected one.
    pub fn is_related(&self, task: u32) -> bool {
        Marks::at(&self.related, task)
    }
}

/// How a picture is to look, whatever it shows.
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
    /// What the colours of tasks mean, where that is not their status.
    pub colours: Option<Arc<Colours>>,
}

impl Look {
    /// The colour of a task in a status.
    pub(crate) fn role(&self, task: u32, status: Status) -> Role {
        self.colours.as_ref().map_or_else(|| status_role(status), |c| c.role(task, status))
    }

    /// Nothing marked or selected, times since the start.
    pub const PLAIN: Look = Look {
        marks: Marks { dim: Vec::new(), critical: Vec::new(), related: Vec::new() },
        time: TimeMode::Relative,
        offset: 0,
        selected: None,
        hover: None,
        colours: None,
    };
}
