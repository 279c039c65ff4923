//! Which matrix is shown, and how: all that a link has to hold to show it again.

use super::options::{
    DayColour, LineOrder, Normal, RowOrder, RunColour, RunsOptions, TasksOptions, WorkerOrder,
};
use serde::{Deserialize, Serialize};

/// The matrices, in the order in which they are offered.
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

    /// The name in links.
    pub fn name(self) -> &'static str {
        match self {
            Which::Tasks => "tasks",
            Which::Workers => "workers",
            Which::Runs => "runs",
            Which::Days => "days",
        }
    }

    /// What people read.
    pub fn title(self) -> &'static str {
        match self {
            Which::Tasks => "Tasks by measure",
            Which::Workers => "Workers over time",
            Which::Runs => "Tasks by run",
            Which::Days => "Runs by day",
        }
    }
}

/// What is shown, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Heating {
    /// The matrix.
    pub which: Which,
    /// Of tasks by measure.
    pub tasks: TasksOptions,
    /// Of tasks by run.
    pub runs: RunsOptions,
    /// Of workers over time.
    pub workers: WorkerOrder,
    /// Of days of runs.
    pub days: DayColour,
    /// First row seen.
    pub row: usize,
    /// How far it is scrolled to the right, px; as the matrix begins by itself where absent.
    pub across: Option<u32>,
}

impl Heating {
    /// The members of a link, as far as they are not as usual.
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

    /// Takes a member of a link; others are passed over.
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
