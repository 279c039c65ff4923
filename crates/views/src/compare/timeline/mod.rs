//! The attempts of run B over those of run A, on one axis that counts from a moment both runs have.

mod aligned;
mod connect;
mod ground;
mod picture;
mod rows;
mod twin;

pub use aligned::Aligned;
pub use picture::{FOOT_HEIGHT, frame, overlay, row_at, scene};
pub use twin::twin;
