//! Attempts over time: lanes of packed rows, merged to the pixel budget.

mod arranged;
pub mod axis;
mod counters;
mod frame;
mod gaps;
mod grouped;
mod heads;
mod index;
mod lane;
mod level;
mod markers;
mod marks;
mod minimap;
mod nest;
mod picture;
mod place;
mod twin;
mod waits;

pub use arranged::{Arrangement, LaneAct, LaneOrder};
pub use counters::{Counter, counters, tracks};
pub(crate) use frame::folded_window;
pub use frame::{AXIS_HEIGHT, DrawnArea, Frame, MOST_ROWS};
pub use gaps::Gaps;
pub(crate) use gaps::{Foldable, foldable};
pub(crate) use grouped::{UNNAMED, grouped, lacking};
pub use heads::mark_focus;
pub use index::{Index, Slice};
pub use lane::{Head, Lane, Lanes};
pub(crate) use lane::{PlacedLane, timed};
pub use markers::{draw_markers, marker_ticks};
pub(crate) use minimap::edges;
pub use minimap::{mark_seen, minimap};
pub use picture::{overlay, scene, slice_at};
pub use twin::twin;
pub(crate) use waits::reason;
pub use waits::{wait_tip, waits, waits_table};
