//! The event vocabulary of Makespan and its JSON Lines form.
//!
//! Everything that enters the product is an [`Event`]: programs that record themselves, importers of foreign
//! files, stores and live streams all speak this vocabulary, and one fold makes a run of it. Events borrow from
//! the bytes they were read from, so that reading a file allocates nothing per field.
//!
//! One line of a file is one JSON object with a member `event` that names its kind; `docs/events.md` describes
//! each, `docs/events.schema.json` is the same as JSON Schema. Times are nanoseconds since the Unix epoch, as an
//! integer or as an RFC 3339 string.
//!
//! ```
//! use makespan_format::{read_line, Event};
//! let line = br#"{"event":"start","task":"align","try":1,"t":"2026-01-05T08:00:00Z","worker":"w1"}"#;
//! let read = read_line(line).unwrap();
//! assert!(matches!(read.event, Event::Attempt(a) if a.started == Some(1_767_600_000_000_000_000)));
//! ```

pub mod amount;
mod clip;
mod diagnostic;
mod event;
mod json;
mod line;
pub mod packed;
mod quick;
mod read;
mod status;
pub mod time;
mod write;

pub use clip::{clip, clip_chars};
pub use diagnostic::{Diagnostic, Severity};
pub use event::{
    Alert, Artifact, Attempt, Direction, ErrorInfo, Event, EventSink, Log, RunInfo, Sample, Task,
};
pub use json::{Fields, Json, write_json_string};
pub use line::Line;
pub use read::{LineError, keep_readable, read_line};
pub use status::Status;
pub use write::write_line;

/// The version of the vocabulary that this crate writes; it reads this one and all before it.
pub const VERSION: u32 = 1;
