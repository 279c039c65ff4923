#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod file;
pub mod outbox;
mod server;
mod waits;
mod worker;

pub use server::{Sent, Server};
pub use waits::Waits;
pub use worker::{Open, Shipping, Worker, leftovers};

/// Maximum number of events of a request; the server accepts twice as many.
pub const MOST_LINES: u64 = 5_000;
/// Maximum number of bytes of a request.
pub const MOST_BYTES: usize = 4 << 20;
