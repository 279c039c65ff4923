//! One graph of the tasks and dependencies of two runs: what both have, what only one has, and how long each took.

mod nodes;
mod picture;
mod twin;

pub use nodes::{Graph, Node};
pub use picture::{overlay, scene};
pub use twin::twin;
