//! The attempts of run B overlaid on those of run A, on one axis relative to a moment that both runs have.

mod aligned;
mod connect;
mod frame;
mod ground;
mod picture;
mod rows;
mod twin;

pub use aligned::Aligned;
pub use frame::{FOOT_HEIGHT, frame, frame_with_gaps};
pub use picture::{overlay, row_at, scene};
pub use twin::twin;
