//! Heavy work off the page: opening files and laying out graphs. The work itself is plain functions ([`job`]); whether
//! they run in a worker or, where none can be had, in the page makes no difference to what they give.

pub(crate) mod job;
mod page;
mod side;
mod warm;

pub(crate) use page::{Progress, Stage, cancel, lay_out, open, prepare};
pub use side::worker_main;
