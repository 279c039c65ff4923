//! The chosen matrix and its options: everything that a link needs to show it again.

use super::options::{
    DayColour, LineOrder, Normal, RowOrder, RunColour, RunsOptions, TasksOptions, WorkerOrder,
};
use serde::{Deserialize, Serialize};

/// The matrices, in the order of the menu.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Which {
    /// Tasks by measure.
    #[default]
    Tasks,
    /// Workers over time.
    Workers,
    /// Tasks by run.
    Runs,
    /// Days of runs.
    Days,
}

impl Which {
    /// All matrices.
    pub const ALL: [Which; 4] = [Which::Tasks, Which::Workers, Which::Runs, Which::Days];

    /// Returns the name in links.
    pub fn name(self) -> &'static str {
        match self {
            Which::Tasks => "tasks",
            Which::Workers => "workers",
            Which::Runs => "runs",
            Which::Days => "days",
        }
    }

    /// Returns the title.
    pub fn title(self) -> &'static str {
        match self {
            Which::Tasks => "Tasks by measure",
            Which::Workers => "Workers over time",
            Which::Runs => "Tasks by run",
            Which::Days => "Runs by day",
        }
    }
}

/// The chosen matrix and its options.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Heating {
    /// The matrix.
    pub which: Which,
    /// Options of tasks by measure.
    pub tasks: TasksOptions,
    /// Options of tasks by run.
    pub runs: RunsOptions,
    /// Options of workers over time.
    pub workers: WorkerOrder,
    /// Options of days of runs.
    pub days: DayColour,
    /// First visible row.
    pub row: usize,
    /// Horizontal scroll position, px; `None` for the default of the matrix.
    pub across: Option<u32>,
}

impl Heating {
    /// Returns the members of a link that differ from the defaults.
    pub(crate) fn members(&self) -> Vec<(&'static str, String)> {
        let usual = Heating::default();
        let flag = |on: bool| if on { "1" } else { "0" };
        let all = [
            ("heat", self.which.name(), usual.which.name()),
            ("hnormal", self.tasks.normal.name(), usual.tasks.normal.name()),
            ("hlog", flag(self.tasks.log), "0"),
            ("horder", self.tasks.order.name(), usual.tasks.order.name()),
            ("hby", &self.tasks.by, ""),
            ("hdown", flag(self.tasks.descending), "0"),
            ("hcolour", self.runs.colour.name(), usual.runs.colour.name()),
            ("hlines", self.runs.order.name(), usual.runs.order.name()),
            ("hworkers", self.workers.name(), usual.workers.name()),
            ("hdays", self.days.name(), usual.days.name()),
        ];
        let mut out: Vec<(&'static str, String)> = all
            .into_iter()
            .filter(|(_, now, usual)| now != usual)
            .map(|(k, v, _)| (k, v.to_owned()))
            .collect();
        if self.row > 0 {
            out.push(("hrow", self.row.to_string()));
        }
        if let Some(across) = self.across {
            out.push(("hx", across.to_string()));
        }
        out
    }

    /// Reads a member of a link; ignores others.
    pub(crate) fn take(&mut self, key: &str, value: &str) {
        let named = |name: &str| value == name;
        match key {
            "heat" => self.which = Which::ALL.into_iter().find(|w| named(w.name())).unwrap_or_default(),
            "hnormal" => {
                self.tasks.normal = Normal::ALL.into_iter().find(|n| named(n.name())).unwrap_or_default()
            }
            "hlog" => self.tasks.log = named("1"),
            "horder" => {
                self.tasks.order = RowOrder::ALL.into_iter().find(|o| named(o.name())).unwrap_or_default()
            }
            "hby" => self.tasks.by = value.to_owned(),
            "hdown" => self.tasks.descending = named("1"),
            "hcolour" => {
                self.runs.colour = RunColour::ALL.into_iter().find(|c| named(c.name())).unwrap_or_default()
            }
            "hlines" => {
                self.runs.order = LineOrder::ALL.into_iter().find(|o| named(o.name())).unwrap_or_default()
            }
            "hworkers" => {
                self.workers = WorkerOrder::ALL.into_iter().find(|o| named(o.name())).unwrap_or_default()
            }
            "hdays" => self.days = DayColour::ALL.into_iter().find(|c| named(c.name())).unwrap_or_default(),
            "hrow" => self.row = value.parse().unwrap_or(0),
            "hx" => self.across = value.parse().ok(),
            _ => {}
        }
    }
}
