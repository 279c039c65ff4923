//! Verbs about runs that are kept in a store.

pub(crate) mod copy;
pub(crate) mod gc;
pub(crate) mod import;
pub(crate) mod lineage;
pub(crate) mod list;
pub(crate) mod mark;
pub(crate) mod metrics;
pub(crate) mod monitor;
pub(crate) mod status;
mod words;

pub(crate) use words::moment;
