//! Servers that go away and come back, connections that are cut, passwords that nobody may see.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use makespan_store::{Error, Store, open};

use crate::support::child::{Job, Said, acknowledged};
use crate::support::homes::Home;
use crate::support::servers::{PASSWORD, Server};
use crate::support::*;

/// Tests of one kind of server follow one another: they break what the others need.
pub(crate) fn alone(kind: &Mutex<()>) -> MutexGuard<'_, ()> {
    kind.lock().unwrap_or_else(PoisonError::into_inner)
}

macro_rules! each_server {
    ($($feature:literal $kind:ident $home:ident $cut:expr;)*) => {
        $(
            #[cfg(feature = $feature)]
            pub(crate) mod $kind {
                use crate::support::homes::{Home as _, $home};

                pub(crate) static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());

                fn with(test: impl FnOnce(&$home)) {
                    let _alone = super::alone(&ALONE);
                    if let Some(home) = <$home>::new() {
                        test(&home);
                    }
                }

                /// With a server that may be harmed.
                fn with_ours(test: impl FnOnce(&$home)) {
                    with(|home| {
                        if home.is_ours() {
                            test(home);
                        } else {
                            crate::support::skipped($feature, "a server that was given is not harmed");
                        }
                    });
                }

                #[test]
                fn a_server_crash_loses_and_duplicates_nothing() {
                    with_ours(|home| super::crash(home, <$home>::server().unwrap()));
                }

                #[test]
                fn broken_connections_are_replaced() {
                    with_ours(|home| super::cut(home, || $cut(home)));
                }

                #[test]
                fn no_error_contains_a_password() {
                    with_ours(|home| super::secrets(home));
                }

                #[test]
                fn concurrent_processes_create_one_store_even_if_some_die() {
                    with(|home| super::first(home));
                }

                #[test]
                fn several_processes_write_and_read_many_runs() {
                    with(|home| super::several(home));
                }
            }
        )*
    };
}

each_server! {
    "postgres" postgres Postgres |home: &Postgres| {
        home.sql("SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
                  WHERE datname = current_database() AND pid <> pg_backend_pid()");
    };
    "mysql" mysql Mysql |home: &Mysql| {
        let kill = "SELECT CONCAT('KILL ', id, ';') FROM information_schema.processlist
                    WHERE db = DATABASE() AND id <> CONNECTION_ID()";
        // One that ends by itself meanwhile (error 1094: unknown thread id) is cut too.
        let kill = home.sql(kill);
        home.sql(&format!(
            "DELIMITER //\nBEGIN NOT ATOMIC\nDECLARE CONTINUE HANDLER FOR 1094 BEGIN END;\n{kill}\nEND //"
        ));
    };
    "redis" redis Redis |home: &Redis| {
        home.command("CLIENT KILL TYPE normal SKIPME yes");
    };
    "mongodb" mongodb Mongodb |home: &Mongodb| home.cut();
}

fn numbers(store: &dyn Store, run: &str) -> Vec<u64> {
    records(store, run).into_iter().map(|(_, seq, _)| seq).collect()
}

fn crash(home: &dyn Home, server: &Server) {
    const LAST: u64 = 1_500;
    let store = home.open();
    put(&*store, "here", "p", &[(1, "{}")]).unwrap();
    let job = Job {
        url: home.url(),
        run: "r".to_owned(),
        producer: "p".to_owned(),
        from: 1,
        to: LAST,
        batch: 20,
        tries: 100_000,
    };
    let mut child = job.start();
    assert!(matches!(child.wait_for_first(), Said::Acknowledged(_)));
    for pause in [30, 60] {
        std::thread::sleep(Duration::from_millis(pause));
        server.crash();
        let refused = [
            store.run("here").map(|_| ()).unwrap_err(),
            put(&*store, "here", "p", &[(2, "{}")]).map(|_| ()).unwrap_err(),
            open(&home.url()).map(|_| ()).unwrap_err(),
        ];
        for error in refused {
            assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
            assert!(error.is_transient() && !format!("{error} {error:?}").contains(PASSWORD));
        }
        server.restart();
        assert_eq!(store.run("here").unwrap().unwrap().events, 1, "the same store goes on");
    }
    put(&*store, "here", "p", &[(1, "{}"), (2, "{}")]).unwrap();
    assert_eq!(numbers(&*store, "here"), [1, 2]);
    let said = child.finish();
    assert_eq!(acknowledged(&said), Some(LAST));
    assert!(said.iter().all(|s| !matches!(s, Said::Failed(why) if why.contains(PASSWORD))));
    assert_eq!(numbers(&*store, "r"), (1..=LAST).collect::<Vec<_>>());
    assert_eq!(store.run("r").unwrap().unwrap().events, LAST);
}

fn cut(home: &dyn Home, cut: impl Fn()) {
    let store = home.open();
    for i in 0..5u64 {
        let lines: Vec<(u64, String)> = (i * 50 + 1..=i * 50 + 50).map(|n| (n, Job::line("p", n))).collect();
        assert_eq!(put(&*store, "r", "p", &lines).unwrap().stored, 50);
        assert_eq!(numbers(&*store, "r").len() as u64, i * 50 + 50);
        cut();
        assert_eq!(store.run("r").unwrap().unwrap().events, i * 50 + 50);
        if i % 2 == 0 {
            cut();
        }
    }
    assert_eq!(numbers(&*store, "r"), (1..=250).collect::<Vec<_>>());
}

fn secrets(home: &dyn Home) {
    let right = home.url();
    let info = home.open().info().unwrap();
    assert!(info.location.contains("***") && !info.location.contains(PASSWORD), "{}", info.location);
    let wrong = right.replace(PASSWORD, "letmein-secret");
    for (url, secret) in [(wrong, "letmein-secret"), (home.nowhere(), PASSWORD)] {
        let error = open(&url).map(|_| ()).unwrap_err();
        let expected = matches!(error, Error::Location { .. } | Error::Unavailable { .. });
        let said = format!("{error} {error:?}");
        assert!(expected && said.contains("***") && !said.contains(secret), "{said}");
    }
}

/// Children that find nothing make the tables; half of them are killed, at some point of it.
fn first(home: &dyn Home) {
    let job = |i: u64| Job {
        url: home.url(),
        run: "r".to_owned(),
        producer: format!("p{i}"),
        from: 1,
        to: 20,
        batch: 20,
        tries: 1,
    };
    let mut random = Random(23);
    let mut children: Vec<_> = (0..8).map(|i| job(i).start()).collect();
    for child in children.iter_mut().step_by(2) {
        std::thread::sleep(Duration::from_millis(random.below(25)));
        child.kill();
    }
    let said: Vec<Vec<Said>> = children.into_iter().map(|child| child.finish()).collect();
    for said in said.iter().skip(1).step_by(2) {
        assert_eq!(acknowledged(said), Some(20), "{said:?}");
    }
    let store = home.open();
    let found: BTreeSet<String> = records(&*store, "r").into_iter().map(|(producer, ..)| producer).collect();
    assert!(["p1", "p3", "p5", "p7"].iter().all(|p| found.contains(*p)), "{found:?}");
}

/// As many children as there are producers and runs write at once, while this process writes and reads as well.
fn several(home: &dyn Home) {
    const CHILDREN: u64 = 12;
    const RUNS: u64 = 3;
    let job = |i: u64| Job {
        url: home.url(),
        run: format!("r{}", i % RUNS),
        producer: format!("p{}", i / RUNS),
        from: 1,
        to: 120,
        batch: 25,
        tries: 1,
    };
    let store = home.open();
    let begun = Instant::now();
    let children: Vec<_> = (0..CHILDREN).map(|i| job(i).start()).collect();
    let mut mine = 0;
    while begun.elapsed() < Duration::from_millis(500) {
        mine += 1;
        let run = format!("r{}", mine % RUNS);
        put(&*store, &run, "mine", &[(mine, "{}")]).unwrap();
        let seen = store.run(&run).unwrap().unwrap().events;
        let read = records(&*store, &run);
        assert!(read.len() as u64 >= seen, "what was told is there");
        let distinct: BTreeSet<(&str, u64)> = read.iter().map(|(p, n, _)| (p.as_str(), *n)).collect();
        assert_eq!(distinct.len(), read.len(), "nothing twice");
    }
    for child in children {
        let said = child.finish();
        assert_eq!(acknowledged(&said), Some(120), "{said:?}");
        assert!(!said.iter().any(|s| matches!(s, Said::Failed(_))), "{said:?}");
    }
    let events: u64 = (0..RUNS).map(|run| store.run(&format!("r{run}")).unwrap().unwrap().events).sum();
    assert_eq!(events, CHILDREN * 120 + mine);
}

/// Another program locks the run b and then wants a, the store locks a and then wants b: one of both is told to begin
/// again, and the store does. `lock` is what locks a run, `other` runs two statements with so many seconds between them
/// in one transaction, and `seen` says whether there was a deadlock.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) fn deadlock(
    home: &dyn Home,
    lock: &(dyn Fn(&str) -> String + Sync),
    other: &(dyn Fn(&str, f64, &str) + Sync),
    seen: impl Fn() -> bool,
) {
    let store = home.open();
    for run in ["a", "b", "first"] {
        put(&*store, run, "p", &[(1, "{}")]).unwrap();
    }
    // Who is when where is a matter of time, of which a busy machine needs more.
    let rounds = (2..).zip([1, 3, 9, 27]).find(|&(number, slower)| {
        std::thread::scope(|scope| {
            let pause = |ms: u32| std::thread::sleep(Duration::from_millis(ms.into()) * slower);
            let slower = f64::from(slower);
            scope.spawn(move || other(&lock("first"), 0.8 * slower, ""));
            scope.spawn(move || other(&lock("b"), 1.2 * slower, &lock("a")));
            pause(300);
            // While the store waits for the first run, what comes for a and b gathers for its next transaction.
            for (ms, run) in [(100, "first"), (50, "a"), (0, "b")] {
                let store = &*store;
                scope.spawn(move || assert_eq!(put(store, run, "p", &[(number, "{}")]).unwrap().stored, 1));
                pause(ms);
            }
        });
        let begun = Instant::now();
        // Servers count now and then.
        while !seen() && begun.elapsed() < Duration::from_secs(12) {
            std::thread::sleep(Duration::from_millis(100));
        }
        seen()
    });
    let (last, _) = rounds.expect("there was no deadlock to survive");
    for run in ["a", "b", "first"] {
        assert_eq!(numbers(&*store, run), (1..=last).collect::<Vec<_>>());
    }
}
