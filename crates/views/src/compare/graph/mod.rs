//! A graph of the tasks and dependencies of two runs: common ones, those of one run only, and their durations.

mod nodes;
mod picture;
mod twin;

pub use nodes::{Graph, Node};
pub use picture::{overlay, scene};
pub use twin::twin;
