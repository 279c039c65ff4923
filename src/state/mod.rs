//! The state of the page: the shared view, the actions of keys, and the shown answers.

pub(crate) mod actions;
pub(crate) mod alerts;
mod choices;
pub(crate) mod combo;
pub(crate) mod drag;
mod effect;
pub(crate) mod history;
pub(crate) mod keys;
pub(crate) mod markers;
mod opening;
pub(crate) mod panels;
pub(crate) mod phase;
mod recent;
pub(crate) mod serving;
pub(crate) mod settings;
mod sharing;
pub(crate) mod store;
#[cfg(test)]
mod tests;
pub(crate) mod update;
