//! Runs while they grow: each followed run is read once for all clients that follow it.

pub(crate) mod changes;
pub(crate) mod lineage;
pub(crate) mod list;
pub(crate) mod sse;
pub(crate) mod subscription;
pub(crate) mod tail;
pub(crate) mod ws;
