//! Retention: [`plan`] decides which runs to remove and changes nothing, [`apply`] executes the plan.
//!
//! Removal has two steps. A run is first moved to the trash, from which an event or a person can restore it. A day
//! later, the next plan finds it there and [`apply`] deletes it permanently. An interruption at any point is harmless:
//! the next plan continues from the state of the store. All times are UTC.

mod apply;
mod archive;
mod plan;
mod policy;

pub use apply::{Applied, apply};
pub use archive::archive;
pub use plan::{Doubt, Leaving, Plan, plan};
pub use policy::{IN_TRASH, Kept, Policy, Reason};
