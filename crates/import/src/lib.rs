//! Foreign run files to events.

pub mod importer;
pub mod json;
pub mod limits;
pub mod sniff;

#[cfg(feature = "graflow")]
pub mod graflow;
#[cfg(feature = "kailash")]
pub mod kailash;
#[cfg(feature = "moe")]
pub mod moe;
#[cfg(feature = "mpt")]
pub mod mpt;
#[cfg(feature = "sqlite")]
pub mod sqlite;

pub use importer::{Claim, Fixed, Importer, Options, Part, ReadError, Source, Utc, Zone};
pub use sniff::{Head, Key, Kind, Shape};
