//! What stands between a socket and an answer: the accept loop, its limits, and who may ask.

pub(crate) mod accept;
pub(crate) mod body;
pub(crate) mod guard;
pub(crate) mod reply;
pub(crate) mod timed;
pub(crate) mod token;
