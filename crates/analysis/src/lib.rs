//! Facts about a run: pure functions on [`Run`](makespan_model::Run), one file each, with the definition in the doc
//! comment.
//!
//! Times and durations are `i64` nanoseconds and saturate; [`UNKNOWN`](makespan_model::UNKNOWN) marks one that is not
//! known and [`NONE`](makespan_model::NONE) a task that is not there. What is not defined for a run is `None` or
//! follows a convention that its doc comment states. Nothing recurses, and nothing is worse than O((n + e) log n).
//! Dependencies that were cut out of cycles count nowhere; inferred ones count like recorded ones, and whoever shows
//! the result says so.
//!
//! ```
//! let run = makespan_model::notation::run("fetch 0..4 w1\nalign 4..9 w1 fetch\nsort 4..6 w2 fetch").unwrap();
//! let path = makespan_analysis::critical_path(&run).unwrap();
//! assert_eq!(path.tasks.iter().map(|t| run.task_id(*t)).collect::<Vec<_>>(), ["fetch", "align"]);
//! assert_eq!(makespan_analysis::totals(&run).work, 11_000_000_000);
//! ```

mod busy;
mod concurrency;
mod critical_path;
mod differences;
mod errors;
mod facts;
mod fingerprint;
mod lineage;
mod measures;
mod natural;
mod nest;
mod network;
mod slack;
mod slowest;
mod steps;
mod totals;
mod units;
mod waiting;
mod workers;

pub use busy::{Busy, busy};
pub use concurrency::{Concurrency, concurrency};
pub use critical_path::{CriticalPath, critical_path};
pub use differences::{Difference, differences};
pub use errors::{ErrorGroup, Errors, errors};
pub use facts::Facts;
pub use fingerprint::fingerprint;
pub use lineage::{downstream, upstream};
pub use measures::{Measure, Measures, Standard, measures};
pub use natural::natural_cmp;
pub use slack::{Slack, slack};
pub use slowest::slowest;
pub use steps::{StepStat, steps};
pub use totals::{Totals, totals};
pub use units::{Quantity, unit};
pub use waiting::{Waiting, waiting};
pub use workers::{WorkerUse, workers};
