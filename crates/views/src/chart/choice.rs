//! Which charts there are, and which of them is drawn.

use serde::{Deserialize, Serialize};

/// The kinds of chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// Number of attempts running at the same time, over time.
    #[default]
    Concurrency,
    /// Samples of a metric over time, or in their order if they have no times.
    Series,
    /// The tasks with the greatest values of a measure.
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
    /// All kinds, in the order in which they are offered.
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

    /// The name in links.
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

    /// Whether it can be drawn with equal ratios equally long. Bars cannot: they begin at 0, which has no logarithm.
    pub fn has_log(self) -> bool {
        matches!(self, Kind::Series | Kind::Distribution | Kind::Scatter)
    }
}

/// Which chart is drawn, and of what: all that a link has to hold to show it again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Choice {
    /// The kind.
    pub kind: Kind,
    /// What it shows: the key of a measure, of a family of series, of a recorded word, the name of a [`Pair`](super::Pair), or for a
    /// trend `step:NAME` or `task:ID` (or the task's name). Empty for the kinds that show one thing only, and for the trend of the makespan.
    pub of: String,
    /// For a scatter the measure that goes upwards; for a distribution the place (from 0) among the open runs of one
    /// that is laid over it. Otherwise empty.
    pub against: String,
    /// Whether equal ratios are drawn equally long, where the chart can.
    pub log: bool,
}

/// A chart that is offered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// What to ask [`picture`](super::picture()) for.
    pub choice: Choice,
    /// What people read.
    pub title: String,
    /// Why it cannot be drawn of this run, in a sentence.
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

    /// A name for it that stays the same from run to run.
    pub fn key(&self) -> String {
        let Choice { kind, of, against, .. } = &self.choice;
        [kind.name(), of, against].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(":")
    }
}
