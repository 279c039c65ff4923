//! Verbs about runs that are kept in a store.

pub(crate) mod list;
pub(crate) mod metrics;
pub(crate) mod status;
mod words;
