//! Facts about a run: pure functions on [`Run`](makespan_model::Run), one file each, with the definition in the doc
//! comment.
//!
//! Times and durations are `i64` nanoseconds and saturate; [`UNKNOWN`](makespan_model::UNKNOWN) marks an unknown one
//! and [`NONE`](makespan_model::NONE) a missing task. A value that is undefined for a run is `None` or follows a
//! convention that its doc comment states. Nothing is recursive, and nothing is worse than O((n + e) log n).
//! Dependencies that were cut out of cycles do not count; inferred ones count like recorded ones, and callers that show
//! the result must mark it.
//!
//! ```
//! let run = makespan_model::notation::run("fetch 0..4 w1\nalign 4..9 w1 fetch\nsort 4..6 w2 fetch").unwrap();
//! let path = makespan_analysis::critical_path(&run).unwrap();
//! assert_eq!(path.tasks.iter().map(|t| run.task_id(*t)).collect::<Vec<_>>(), ["fetch", "align"]);
//! assert_eq!(makespan_analysis::totals(&run).work, 11_000_000_000);
//! ```

mod across;
mod bounds;
mod busy;
mod causes;
mod charge;
pub mod compare;
mod concurrency;
mod critical_path;
mod differences;
mod distribution;
mod errors;
mod facts;
mod findings;
mod fingerprint;
mod gate;
mod gates;
mod lineage;
mod longest;
mod measures;
mod natural;
mod near_critical;
mod nearest;
mod nest;
mod network;
mod observed;
mod own_time;
mod progress;
pub mod query;
mod requests;
mod retries;
mod rules;
mod runs;
mod slack;
mod slots;
mod slowest;
mod source;
mod steps;
mod stragglers;
mod totals;
mod trends;
mod utilisation;
mod waiting;
mod workers;

pub use across::{errors_of_runs, steps_of_runs};
pub use bounds::{Bounds, SlotCount, bounds, makespan_bounds};
pub use busy::{Busy, busy, going_on};
pub use causes::{Cause, CauseSums, Causes, Culprit, WaitPiece, causes};
pub use concurrency::{Concurrency, concurrency};
pub use critical_path::{CriticalPath, critical_path};
pub use differences::{Difference, differences};
pub use distribution::Distribution;
pub use errors::{ErrorGroup, Errors, SharedError, errors};
pub use facts::Facts;
pub use findings::{Action, Evidence, Finding, Subject, findings};
pub use fingerprint::fingerprint;
pub use gate::Gate;
pub use gates::{Gates, gates};
pub use lineage::{downstream, upstream};
pub use makespan_format::amount::{Quantity, unit};
pub use measures::{Measure, Measures, Standard, measures};
pub use natural::natural_cmp;
pub use near_critical::{NearCritical, near_critical};
pub use nearest::nearest;
pub use observed::{ObservedPath, Segment, SegmentKind, observed_path};
pub use progress::{StepProgress, progress, recent};
pub use requests::{Demand, Requests, Waste, requests};
pub use retries::{Retries, RetryCost, retries};
pub use rules::{Aggregate, Comparison, FIGURES, Judged, Rule, RuleError, Verdict, judge};
pub use runs::{DateRange, RunFigures, RunStatistics, RunsOverview, run_statistics};
pub use slack::{Slack, slack};
pub use slowest::slowest;
pub use source::{is_profile, is_trace};
pub use steps::{StepStat, steps};
pub use stragglers::{Straggler, stragglers};
pub use totals::{Totals, totals};
pub use trends::{Scope, Trend, TrendBin, trend};
pub use utilisation::{Utilisation, utilisation};
pub use waiting::{Waiting, waiting};
pub use workers::{WorkerUse, workers};
