#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod artifact;
mod builder;
mod clock;
mod contain;
mod context;
mod current;
mod durability;
mod lock;
mod outcome;
mod place;
#[doc(hidden)]
pub mod probe;
mod recorder;
mod redact;
mod reference;
mod retry;
mod run;
mod sink;
#[cfg(feature = "tracing")]
mod spanned;
#[cfg(feature = "tracing")]
mod spans;
mod stats;
mod task;
mod text;
mod tracker;
pub mod usage;
mod value;

pub use artifact::Artifact;
pub use builder::{Planned, TaskBuilder, task};
pub use context::{Context, Paused};
pub use current::{Entered, InContext, Instrumented};
pub use durability::Durability;
pub use makespan_format::Event;
#[cfg(feature = "macros")]
pub use makespan_tracker_macro::task;
pub use redact::Redaction;
pub use reference::{AsTask, TaskRef};
pub use retry::{Attempt, Backoff};
pub use run::{Run, RunBuilder};
pub use sink::{Batch, FileSink, MemorySink, Recording, Sink, Tee};
#[cfg(feature = "tracing")]
pub use spans::SpanLayer;
pub use stats::Stats;
pub use task::Task;
pub use text::Text;
pub use tracker::{Options, Tracker};
pub use value::{Number, Value};
