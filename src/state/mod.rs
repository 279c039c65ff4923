//! The state of the page: the shared view, the actions of keys, and the shown answers.

pub(crate) mod actions;
pub(crate) mod alerts;
pub(crate) mod history;
pub(crate) mod markers;
pub(crate) mod phase;
pub(crate) mod serving;
pub(crate) mod settings;
mod sharing;
pub(crate) mod store;
pub(crate) mod update;
