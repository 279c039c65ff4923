//! Foreign run files to events.
//!
//! [`open()`] takes files as bytes and hands their events to a sink. What a file is, is judged by its content: every
//! importer of the [`registry`] looks at its beginning ([`Head`]) and says how sure it is. A bad record becomes a
//! diagnostic and reading goes on; a bad file becomes a verdict and the others are read.
//!
//! ```
//! use makespan_import::{open, Options, Source, Verdict};
//! let file = Source::new("run.json", br#"{"tasks":[{"id":"a","start":0,"end":9}]}"#.to_vec());
//! let mut runs = makespan_model::RunsBuilder::new();
//! let outcome = open(vec![file], &Options::default(), &mut runs);
//! assert_eq!(outcome.files[0].kind, Verdict::Read);
//! assert_eq!(outcome.files[0].format, Some("plain"));
//! ```

mod archive;
pub mod chrome_trace;
mod document;
mod encoding;
pub mod error;
mod files;
pub mod graflow;
pub mod importer;
pub mod json;
pub mod kailash;
pub mod limits;
mod lines;
pub mod makespan;
pub mod moe;
pub mod mpt;
mod opening;
mod pairs;
pub mod plain;
pub mod registry;
pub mod sniff;
pub mod sqlite;
pub mod tally;
pub mod testing;
pub mod text;

pub use files::{FileVerdict, Outcome, Verdict};
pub use importer::{Claim, ClaimedFile, FileReader, Fixed, Importer, Options, ReadError, Source, Utc, Zone};
pub use makespan::read_events;
pub use opening::{Opening, Progress, Settings, open};
pub use registry::{REGISTRY, by_id};
pub use sniff::{Head, JsonKind, Member, Shape};
