//! The available charts, and the choice of one.

use serde::{Deserialize, Serialize};

/// Kinds of charts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// Number of attempts running at the same time, over time.
    #[default]
    Concurrency,
    /// Samples of a metric over time, or in their order if they have no times.
    Series,
    /// Tasks with the greatest values of a measure.
    Tasks,
    /// What tasks read against what they wrote.
    InputOutput,
    /// How a measure, such as the duration, is distributed over the tasks.
    Distribution,
    /// Two measures of each task against each other.
    Scatter,
    /// Mean measures of each step, side by side.
    Steps,
    /// Measures of several open runs, side by side.
    Runs,
    /// The makespan, or the duration of a step or task, from run to run.
    Trend,
    /// How often each word of a recorded choice, such as a decision, occurs in the log lines.
    Counts,
}

impl Kind {
    /// All kinds, in the order of the menu.
    pub const ALL: [Kind; 10] = [
        Kind::Concurrency,
        Kind::Series,
        Kind::Tasks,
        Kind::InputOutput,
        Kind::Distribution,
        Kind::Scatter,
        Kind::Steps,
        Kind::Runs,
        Kind::Trend,
        Kind::Counts,
    ];

    /// Returns its name in links.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Concurrency => "concurrency",
            Kind::Series => "series",
            Kind::Tasks => "tasks",
            Kind::InputOutput => "io",
            Kind::Distribution => "distribution",
            Kind::Scatter => "scatter",
            Kind::Steps => "steps",
            Kind::Runs => "runs",
            Kind::Trend => "trend",
            Kind::Counts => "counts",
        }
    }

    /// Returns whether it supports a logarithmic axis. Bars do not: they begin at 0, which has no logarithm.
    pub fn has_log(self) -> bool {
        matches!(self, Kind::Series | Kind::Distribution | Kind::Scatter)
    }
}

/// The chosen chart and its subject: everything that a link needs to show it again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Choice {
    /// The kind.
    pub kind: Kind,
    /// Its subject: the key of a measure, of a family of series or of a recorded word; the name of a
    /// [`Pair`](super::Pair); for a trend, `step:NAME` or `task:ID` (or the task's name). Empty for kinds with a single
    /// subject, and for the trend of the makespan.
    pub of: String,
    /// For a scatter plot, the measure on the vertical axis; for a distribution, the index (from 0) of the open run to
    /// overlay. Otherwise empty.
    pub against: String,
    /// Whether to use a logarithmic axis, if the chart supports it.
    pub log: bool,
}

/// A chart in the menu.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// The choice to pass to [`picture`](super::picture()).
    pub choice: Choice,
    /// Its title.
    pub title: String,
    /// The reason why this run does not support it, as a sentence.
    pub missing: Option<String>,
}

impl Chart {
    pub(super) fn new(kind: Kind, of: impl Into<String>, title: impl Into<String>) -> Chart {
        Chart {
            choice: Choice { kind, of: of.into(), ..Choice::default() },
            title: title.into(),
            missing: None,
        }
    }

    pub(super) fn missing_if(self, missing: bool, why: &str) -> Chart {
        Chart { missing: missing.then(|| why.to_owned()), ..self }
    }

    /// Returns a key that is the same for all runs.
    pub fn key(&self) -> String {
        let Choice { kind, of, against, .. } = &self.choice;
        [kind.name(), of, against].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(":")
    }
}
