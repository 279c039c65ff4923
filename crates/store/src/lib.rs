//! Stores that keep runs, behind one trait.

mod batch;
// Only databases fill blocks up and compress them.
#[cfg_attr(
    not(any(feature = "sqlite", feature = "postgres", feature = "mysql", feature = "mongodb")),
    allow(dead_code)
)]
mod block;
mod clock;
mod commit;
mod copy;
mod damage;
mod digest;
mod error;
mod file;
mod key;
mod location;
mod lock;
mod mark;
#[cfg(feature = "mongodb")]
mod mongodb;
#[cfg(feature = "mysql")]
mod mysql;
mod open;
mod order;
#[cfg(feature = "postgres")]
mod postgres;
pub mod private;
mod query;
mod ranges;
#[cfg(feature = "redis")]
mod redis;
pub mod retention;
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statistics;
mod store;

pub use batch::{Appended, Batch, Checked, LAST_SEQ, LONGEST_ID, LONGEST_LINE, Numbered, Read, Record};
pub use copy::{Copied, Exported, copy, export};
pub use damage::{Damage, DamagedRun, Gaps, OnDamage};
pub use digest::{Digest, MetricState, RunState, Stamp, Tally, TaskState};
pub use error::Error;
pub use key::{TextKey, key};
pub use location::Location;
pub use mark::Mark;
pub use open::{BACKENDS, Backend, Open, open};
pub use order::in_order;
pub use query::{Cursor, History, HistoryQuery, LARGEST_PAGE, Order, Page, RunFilter, RunQuery, TaskRun};
pub use statistics::{Counts, Durations, Group, Grouping};
pub use store::{Changes, EachRecord, EventRange, Info, Maintained, Store, all_runs};
