//! The network side: the accept loop, its limits, and access checks.

pub(crate) mod accept;
pub(crate) mod body;
pub(crate) mod budget;
pub(crate) mod guard;
mod http2;
mod preface;
pub(crate) mod reply;
pub(crate) mod timed;
pub(crate) mod token;
