//! Attempts over time: lanes of packed rows, merged to the pixel budget.

pub mod axis;
mod index;
mod minimap;
mod picture;
mod twin;
mod waits;

pub use index::{Index, Lane, Lanes, Slice};
pub(crate) use index::{PlacedLane, UNNAMED, grouped, timed};
pub use minimap::{mark_seen, minimap};
pub(crate) use picture::padded;
pub use picture::{AXIS_HEIGHT, Frame, overlay, scene};
pub use twin::twin;
pub use waits::{waits, waits_table};
