//! Attempts over time: lanes of packed rows, merged to the pixel budget.

pub mod axis;
mod counters;
mod frame;
mod index;
mod marks;
mod minimap;
mod picture;
mod twin;
mod waits;

pub use counters::{Counter, counters, tracks};
pub(crate) use frame::padded;
pub use frame::{AXIS_HEIGHT, Frame};
pub use index::{Index, Lane, Lanes, Slice};
pub(crate) use index::{PlacedLane, UNNAMED, grouped, timed};
pub use minimap::{mark_seen, minimap};
pub use picture::{overlay, scene, slice_at};
pub use twin::twin;
pub(crate) use waits::reason;
pub use waits::{wait_tip, waits, waits_table};
