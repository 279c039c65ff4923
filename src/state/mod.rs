//! What the page knows: the open runs, the shared view, and what the keys do.

pub(crate) mod actions;
pub(crate) mod session;
pub(crate) mod store;
pub(crate) mod update;
pub(crate) mod versus;
