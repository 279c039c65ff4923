//! The way between the page and the engine. Questions and answers are those of `makespan-engine`; this folder carries
//! them as messages.

mod page;
mod port;
mod side;
mod warm;

pub(crate) use page::{Line, Listener, ask, cancel, close, close_all, memory_bytes, open, restart, start};
pub use side::serve;
