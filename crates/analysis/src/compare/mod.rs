//! Runs beside runs: which task is which, what differs, and how sure one can be of it.
//!
//! The first stage is to find the tasks of one run in another: [`matching()`] for two runs, [`lineup()`] for many. For
//! two runs, [`explain()`] splits the difference of the makespans and [`caveats()`] decides whether they can be
//! compared. [`verdicts()`] compares one set of runs with another, [`trends()`] analyses many in a row. The first run
//! is the baseline, *a*; a delta is always *b* minus *a*, so a positive one means that *b* took longer.
//!
//! ```
//! use makespan_analysis::{Facts, compare::*};
//! let run = |text: &str| Facts::new(std::sync::Arc::new(makespan_model::notation::run(text).unwrap()));
//! let a = run("fetch 0..4 w1\nalign 4..9 w1 fetch");
//! let b = run("fetch 0..4 w1\nalign 4..7 w1 fetch\nsort 7..9 w1 align");
//! let matching = matching(&a, &b);
//! let found = explain(&a, &b, &matching).unwrap();
//! let parts: Vec<_> = found.parts.iter().map(|p| (p.kind, p.delta_ns / 1_000_000_000)).collect();
//! assert_eq!(parts, [(PartKind::Task, -2), (PartKind::New, 2)]);
//! ```

mod changes;
mod columns;
mod explain;
mod fairness;
mod keys;
mod lineup;
mod matching;
mod measured;
mod neighbourhood;
mod samples;
mod set_fairness;
mod settings;
pub mod statistics;
mod trend;
mod verdict;

pub use changes::Change;
pub use explain::{DifferencePart, Explanation, PartKind, explain};
pub use fairness::{Caveat, Side, caveats};
pub use lineup::{Lineup, LineupRow, lineup};
pub use matching::{Evidence, Match, MatchedTask, Matching, matching};
pub use measured::{MeasureDelta, StepDelta, measure_delta, measure_deltas, step_deltas};
pub use samples::{Margin, fair_makespan};
pub use set_fairness::{SetCaveat, set_caveats};
pub use settings::{Saying, Setting, run_settings, task_settings};
pub use trend::{Level, Point, Series, Spread, Trend, Trends, spread, trend, trends};
pub use verdict::{RowVerdict, TwoSamples, Verdict, Verdicts, verdicts};
