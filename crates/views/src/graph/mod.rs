//! Tasks and what they depend on: which nodes there are, what layout they ask for, and the picture.

mod nodes;
mod picture;
mod twin;

pub use nodes::{BUDGET, Graph, Node};
pub use picture::{Frame, fit, overlay, scene};
pub(crate) use picture::{bounds, push_route};
pub use twin::twin;
