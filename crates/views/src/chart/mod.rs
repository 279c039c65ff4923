//! Charts of a run: each is a value with axes, a legend, a table and a text for every point, drawn at any size.
//!
//! Statistical charts are written once, for plotters' `DrawingBackend` ([`draw()`]): the app draws them on a canvas,
//! and reports record them into a scene ([`Picture::scene`]). The radar is not a statistical chart and is always a
//! scene.
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

mod axis;
mod backend;
mod bins;
mod choice;
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
mod picture;
mod plot;
mod radar;
mod scatter;
mod series;
mod tasks;
mod tip;
mod trend;

use makespan_model::Order as _;

pub use crate::subject::Subject;
pub use axis::{Axis, Scale};
pub use choice::{Chart, Choice, Kind};
pub use concurrency::concurrency_plot;
pub use draw::draw;
pub(crate) use frame::{SMALL, wide, wrapped};
pub use input_output::Pair;
pub use picture::{Body, Picture};
pub use plot::{Bar, Dot, Key, Line, Plot, Rule, Shape};
pub use radar::Radar;
pub use tip::Tip;
pub(crate) use tip::said;
pub(crate) use trend::{by_start, start_of};

/// Returns the charts of a run in the order of the menu: those that can be drawn, followed by those that cannot, with
/// the reason. O(s log s + n) for s samples and n tasks, plus the cost of the facts.
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
    // Last, because there may be any number of them.
    series::list(subject, &mut out);
    out.order_by_key(|c| c.missing.is_some());
    out
}

/// Returns the measures that are known for any counted task, as key and title, to choose from.
pub fn known_measures(subject: &Subject<'_>) -> Vec<(String, String)> {
    let measures = &subject.facts.measures().list;
    let known = measures.iter().enumerate().filter(|(i, _)| subject.knows(*i));
    known.map(|(_, m)| (m.key.clone(), m.title.clone())).collect()
}

/// Iterates over the titles and pictures of all series of samples of a run, in the order of the menu. Each picture is
/// computed when it is reached; O(s + m log m) before the first, for s samples of m metrics.
pub fn each_series<'a>(
    subject: &'a Subject<'a>,
) -> impl ExactSizeIterator<Item = (String, Result<Picture, String>)> + 'a {
    series::each(subject)
}

/// Returns the chart, ready to be drawn.
///
/// # Errors
///
/// The reason why it cannot be drawn, as a sentence about what the run does not record.
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
