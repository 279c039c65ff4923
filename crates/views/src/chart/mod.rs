//! Charts of a run: each a value with axes, a legend, a table twin and words for every point, drawn at any size.
//!
//! Statistical charts are written once against plotters' `DrawingBackend` ([`draw()`]): the app draws them on a canvas,
//! reports record them into a scene ([`Picture::scene`]). The radar is no statistical chart and is a scene at once.
//!
//! ```
//! use makespan_views::Subject;
//! use makespan_views::chart::{Choice, Kind, list, picture};
//! let run = makespan_model::notation::run("fetch 0..4 w1\nalign 4..9 w1 fetch\nsort 4..5 w2 fetch").unwrap();
//! let facts = makespan_analysis::Facts::new(std::sync::Arc::new(run));
//! let subject = Subject::of(&facts);
//! assert!(list(&subject).iter().any(|chart| chart.choice.kind == Kind::Tasks && chart.missing.is_none()));
//! let longest = picture(&subject, &Choice { kind: Kind::Tasks, of: "duration".into(), ..Choice::default() }).unwrap();
//! assert_eq!(longest.twin.rows[0][0].text(), "align");
//! ```

use serde::{Deserialize, Serialize};

mod axis;
mod backend;
mod bins;
mod concurrency;
mod counts;
mod density;
mod distribution;
mod draw;
mod families;
mod few;
mod flags;
mod frame;
mod input_output;
mod plot;
mod radar;
mod scatter;
mod series;
mod tasks;
mod tip;
mod trend;

use makespan_model::Order as _;
use makespan_scene::Scene;

use crate::table::Table;

pub use crate::subject::Subject;
pub use axis::{Axis, Scale};
pub use concurrency::concurrency_plot;
pub use draw::draw;
pub(crate) use frame::{SMALL, wide, wrapped};
pub use input_output::Pair;
pub use plot::{Bar, Dot, Key, Line, Plot, Rule, Shape};
pub use radar::Radar;
pub use tip::Tip;
pub(crate) use tip::said;
pub(crate) use trend::{by_start, start_of};

/// The kinds of chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// Attempts at work over time.
    #[default]
    Concurrency,
    /// Samples of a metric over time, or in their order.
    Series,
    /// The tasks with the greatest values of a measure.
    Tasks,
    /// What was read against what was written.
    InputOutput,
    /// How a measure is distributed over the tasks.
    Distribution,
    /// Two measures of each task.
    Scatter,
    /// Mean measures of each step.
    Steps,
    /// Measures of several runs.
    Runs,
    /// The makespan, or the duration of a step or task, from run to run.
    Trend,
    /// How often a word was recorded.
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
    /// What it shows: the key of a measure, of a family of series, of a recorded word, the name of a [`Pair`], or for a
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
    /// What to ask [`picture`] for.
    pub choice: Choice,
    /// What people read.
    pub title: String,
    /// Why it cannot be drawn of this run, in a sentence.
    pub missing: Option<String>,
}

impl Chart {
    fn new(kind: Kind, of: impl Into<String>, title: impl Into<String>) -> Chart {
        Chart {
            choice: Choice { kind, of: of.into(), ..Choice::default() },
            title: title.into(),
            missing: None,
        }
    }

    fn missing_if(self, missing: bool, why: &str) -> Chart {
        Chart { missing: missing.then(|| why.to_owned()), ..self }
    }

    /// A name for it that stays the same from run to run.
    pub fn key(&self) -> String {
        let Choice { kind, of, against, .. } = &self.choice;
        [kind.name(), of, against].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(":")
    }
}

/// The charts of a run in the order in which they are offered: those that can be drawn, then of each kind that cannot,
/// why. O(s log s + n) for s samples and n tasks, with what the facts cost.
pub fn list(subject: &Subject<'_>) -> Vec<Chart> {
    let mut out = Vec::new();
    concurrency::list(subject, &mut out);
    tasks::list(subject, &mut out);
    input_output::list(subject, &mut out);
    distribution::list(subject, &mut out);
    scatter::list(subject, &mut out);
    radar::list(subject, &mut out);
    trend::list(subject, &mut out);
    counts::list(subject, &mut out);
    // Last, since there may be any number of them.
    series::list(subject, &mut out);
    out.order_by_key(|c| c.missing.is_some());
    out
}

/// The measures of a run that are known of any task that counts: key and title, for whoever lets people choose.
pub fn known_measures(subject: &Subject<'_>) -> Vec<(String, String)> {
    let measures = &subject.facts.measures().list;
    let known = measures.iter().enumerate().filter(|(i, _)| subject.knows(*i));
    known.map(|(_, m)| (m.key.clone(), m.title.clone())).collect()
}

/// The chart, ready to be drawn.
///
/// # Errors
///
/// Why it cannot be drawn, in a sentence: what the run does not tell.
pub fn picture(subject: &Subject<'_>, choice: &Choice) -> Result<Picture, String> {
    match choice.kind {
        Kind::Concurrency => concurrency::picture(subject),
        Kind::Series => series::picture(subject, choice),
        Kind::Tasks => tasks::picture(subject, choice),
        Kind::InputOutput => input_output::picture(subject, choice),
        Kind::Distribution => distribution::picture(subject, choice),
        Kind::Scatter => scatter::picture(subject, choice),
        Kind::Steps => radar::steps(subject),
        Kind::Runs => radar::runs(subject),
        Kind::Trend => trend::picture(subject, choice),
        Kind::Counts => counts::picture(subject, choice),
    }
}

/// How a chart is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
// There is one at a time, and never a list of them.
#[allow(clippy::large_enum_variant)]
pub enum Body {
    /// Between two axes, by [`draw()`].
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
    fn plot(plot: Plot, twin: Table) -> Picture {
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
            Body::Plot(plot) => frame::Frame::natural_height(plot, width),
            Body::Radar(radar) => radar.height(width),
        }
    }

    /// The picture at a size, px.
    pub fn scene(&self, width: f32, height: f32) -> Scene {
        match &self.body {
            Body::Plot(plot) => draw::scene(plot, width, height),
            Body::Radar(radar) => radar.scene(width, height),
        }
    }

    /// What lies nearest to a point (px) of the picture at a size.
    pub fn tip(&self, size: (f32, f32), x: f32, y: f32) -> Option<Tip> {
        match &self.body {
            Body::Plot(plot) => tip::tip(plot, size, x, y),
            Body::Radar(radar) => radar.tip(size, x, y),
        }
    }
}

/// The rows that a twin holds at most.
const MOST_ROWS: usize = 1_000;
