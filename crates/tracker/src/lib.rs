#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod artifact;
mod builder;
mod clock;
mod contain;
mod context;
mod listener;
mod outcome;
#[doc(hidden)]
pub mod probe;
mod recorder;
mod redact;
mod retry;
mod run;
mod sink;
#[cfg(feature = "tracing")]
mod spans;
mod task;
mod text;
mod tracker;
pub mod usage;
mod value;

pub use artifact::Artifact;
pub use builder::{AsTask, Planned, TaskBuilder, TaskRef};
pub use context::{Context, Entered, InContext, Instrumented, Paused, task};
pub use makespan_format::Event;
#[cfg(feature = "macros")]
pub use makespan_tracker_macro::task;
pub use redact::Redaction;
pub use retry::{Attempt, Backoff};
pub use run::{Run, RunBuilder};
pub use sink::{Batch, FileSink, MemorySink, Recording, Sink, Tee};
#[cfg(feature = "tracing")]
pub use spans::SpanLayer;
pub use task::Task;
pub use text::Text;
pub use tracker::{Durability, Options, Stats, Tracker};
pub use value::{Number, Value};
