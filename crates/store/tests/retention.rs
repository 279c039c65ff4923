//! What need not be kept goes, and nothing else; runs are copied and put aside whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

#[path = "retention/copies.rs"]
mod copies;
#[path = "retention/going.rs"]
mod going;
#[path = "retention/meddler.rs"]
mod meddler;
#[path = "retention/model.rs"]
mod model;

use support::homes::{Files, Home};

/// A fresh place of each kind of store that needs no server.
fn homes() -> Vec<Box<dyn Home>> {
    let mut homes: Vec<Box<dyn Home>> = vec![Box::new(Files::new().unwrap())];
    #[cfg(feature = "sqlite")]
    homes.push(Box::new(support::homes::Sqlite::new().unwrap()));
    homes
}
