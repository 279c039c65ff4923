//! Which runs need not be kept, and how they go: [`plan`] decides and touches nothing, [`apply`] does what the plan
//! says and nothing else.
//!
//! A run goes in two steps. First it is put into the trash, out of which an event or a person can take it; a day later
//! the next plan finds it there and [`apply`] removes it for good. A stop at any point leaves nothing half done: the
//! next plan goes on from what the store says. All times are UTC.

mod apply;
mod archive;
mod plan;
mod policy;

pub use apply::{Applied, apply};
pub use archive::archive;
pub use plan::{Doubt, Leaving, Plan, plan};
pub use policy::{IN_TRASH, Kept, Policy, Reason};
