//! What files go through: damage, cuts, disks that are full or read-only, calls that fail. Nothing that was acknowledged
//! and is still there is lost, and nothing is told that is not so.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

#[path = "faults/bits.rs"]
mod bits;
#[path = "faults/damage.rs"]
mod damage;
#[cfg(target_os = "linux")]
#[path = "faults/disk.rs"]
mod disk;
#[cfg(feature = "mongodb")]
#[path = "faults/mongodb.rs"]
mod mongodb;
#[cfg(feature = "mysql")]
#[path = "faults/mysql.rs"]
mod mysql;
#[cfg(feature = "postgres")]
#[path = "faults/postgres.rs"]
mod postgres;
#[cfg(feature = "redis")]
#[path = "faults/redis.rs"]
mod redis;
#[cfg(any(feature = "postgres", feature = "mysql", feature = "redis", feature = "mongodb"))]
#[path = "faults/servers.rs"]
mod servers;
#[cfg(feature = "sqlite")]
#[path = "faults/sqlite.rs"]
mod sqlite;

/// What a child process runs, see `support::child`.
#[test]
fn writes_as_instructed() {
    support::child::work();
}
