//! What only Redis does: runs that go away, and servers that promise less than a disk.

use std::time::{Duration, Instant};

use makespan_store::{Error, Mark, RunQuery, open};

use crate::servers::{alone, redis::ALONE};
use crate::support::homes::{Home, Redis};
use crate::support::*;

#[test]
fn runs_expire_unless_they_are_pinned() {
    let _alone = alone(&ALONE);
    let Some(home) = Redis::new() else { return };
    let store = open(&format!("{}&expiry=1s", home.url())).unwrap();
    for run in ["short", "kept"] {
        tell(&*store, run, &[attempt("t", 1, Some(2), "succeeded")]);
    }
    store.mark("kept", &Mark::Pin(true)).unwrap();
    let begun = Instant::now();
    while store.run("short").unwrap().is_some() {
        assert!(begun.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(matches!(records_of(&*store, "short", Default::default()), Err(Error::NoRun { .. })));
    let page = store.runs(&RunQuery::default()).unwrap();
    assert_eq!((page.total, page.runs[0].id.as_str(), lines(&*store, "kept").len()), (1, "kept", 1));
    assert_eq!(home.command("SCARD makespan:runs"), "2");
    store.maintain().unwrap();
    assert_eq!(home.command("SCARD makespan:runs"), "1");
    // One that comes again begins anew: nothing of the first one is left.
    tell(&*store, "short", &[attempt("u", 1, None, "running")]);
    assert_eq!(store.run("short").unwrap().unwrap().tasks.total(), 1);
    assert!(open("redis://localhost/0?expiry=soon").is_err_and(|e| e.to_string().contains("expiry")));
}

#[test]
fn a_server_that_may_lose_events_is_reported() {
    let _alone = alone(&ALONE);
    let Some(home) = Redis::new() else { return };
    let store = home.open();
    assert_eq!(store.info().unwrap().findings, []);
    home.command("CONFIG SET appendfsync everysec");
    let findings = store.info().unwrap().findings;
    home.command("CONFIG SET appendfsync always");
    assert_eq!(findings.iter().map(|f| &*f.code).collect::<Vec<_>>(), ["not-durable"]);
}

#[test]
fn foreign_keys_are_not_changed() {
    let _alone = alone(&ALONE);
    let Some(home) = Redis::new() else { return };
    home.command("SET makespan:schema theirs");
    assert!(matches!(open(&home.url()).err(), Some(Error::Foreign { .. })));
    assert_eq!(home.command("DBSIZE"), "1");
    tell(&*open(&format!("{}&prefix=ours", home.url())).unwrap(), "r", &["{}"]);
    assert_eq!(home.command("GET makespan:schema"), "theirs");
}
