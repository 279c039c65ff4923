//! The attempts of run B over those of run A, on one axis that counts from a moment both runs have.

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
