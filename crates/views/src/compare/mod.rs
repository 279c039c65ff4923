//! Comparison of runs: two runs side by side, two sets of runs, or a series of runs.
//!
//! Views of two runs take a [`Pair`]; A is the baseline, B the candidate, and a difference is B minus A. Blue means
//! less, orange means more, and grey is within the noise; a failure never has the colour of "faster". Rows, hits and
//! the marks of a [`Look`](crate::Look) are indices in the matching, or in the line-up of more than two runs.
//!
//! ```
//! use std::sync::Arc;
//! use makespan_analysis::{Facts, compare::{explain, matching}};
//! use makespan_views::compare::{Pair, headline, waterfall};
//! let run = |text: &str| Facts::new(Arc::new(makespan_model::notation::run(text).unwrap()));
//! let (a, b) = (run("fetch 0..4 w1\nalign 4..9 w1 fetch"), run("fetch 0..4 w1\nalign 4..12 w1 fetch"));
//! let matching = matching(&a, &b);
//! let pair = Pair::new(&a, &b, &matching);
//! assert_eq!(headline(&pair).answer.text(), "B took 3 s longer: 9 s → 12 s, +33 %");
//! let bars = waterfall::bars(&pair, &explain(&a, &b, &matching).unwrap(), 10);
//! assert_eq!(bars.len(), 3);
//! ```

mod axis;
mod delta;
pub mod graph;
mod headline;
mod legend;
mod lines;
mod marks;
mod measured;
mod pair;
mod parameters;
mod state;
pub mod statistics;
pub mod steps;
mod summary;
pub mod tasks;
pub mod timeline;
pub mod trend;
pub mod waterfall;

pub use delta::{Noise, delta_cell, percent, signed, word_role};
pub use headline::{Headline, figures, headline};
pub use legend::Legend;
pub use lines::Lines;
pub use marks::{Alignment, Mode, Part};
pub use measured::measured;
pub use pair::{Pair, match_sign, sign};
pub use parameters::{parameters, parameters_of};
pub use state::Comparing;
pub use summary::{Summary, figures_section, summary};
