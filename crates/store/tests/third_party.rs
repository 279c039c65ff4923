//! The store in Redis, compiled once more as a crate of somebody else would be: `crate` is this test here, and what the
//! module takes from it is what the library shows to everybody.
#![cfg(feature = "redis")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

#[path = "../src/redis/mod.rs"]
mod redis;

use makespan_store::*;
use support::homes::Home as _;

#[test]
fn a_store_can_be_written_with_the_public_interface() {
    let Some(home) = support::homes::Redis::new() else { return };
    let store = redis::open(&Location::parse(&home.url()).unwrap()).unwrap();
    support::tell(&*store, "r", &[support::attempt("t", 1, Some(2), "succeeded")]);
    assert_eq!(support::lines(&*open(&home.url()).unwrap(), "r"), support::lines(&*store, "r"));
    assert_eq!(store.info().unwrap().backend, "redis");
}
