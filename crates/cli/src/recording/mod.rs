//! Verbs that record: a run with its steps from scripts, or a command that is executed.

pub(crate) mod command;
pub(crate) mod create;
pub(crate) mod finish;
pub(crate) mod note;
pub(crate) mod step;
mod transition;
