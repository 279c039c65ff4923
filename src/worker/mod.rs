//! Communication between the page and the engine. Questions and answers are those of `makespan-engine`; this folder
//! transports them as messages.

mod growing;
mod page;
mod port;
mod remote;
mod side;
mod warm;
mod writing;

pub(crate) use page::{
    Followed, Grown, Line, Listener, Written, ask, cancel, close, close_all, follow, memory_bytes, open,
    packed, report, restart, start, unfollow,
};
pub use side::{serve, serve_report};
