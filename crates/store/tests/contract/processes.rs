//! Threads and processes at work on one store, and what is left when they are killed.

use std::collections::BTreeMap;
use std::time::Duration;

use makespan_store::{Error, open};

use crate::support::child::{Job, Said, acknowledged};
use crate::support::homes::Home;
use crate::support::*;

pub(crate) fn many_threads_append_to_one_run(home: &dyn Home) {
    let store = home.open();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let store = &*store;
            scope.spawn(move || {
                let producer = format!("p{thread}");
                for batch in 0..25u64 {
                    let numbers = batch * 20 + 1..=batch * 20 + 20;
                    let lines: Vec<(u64, String)> = numbers.map(|n| (n, Job::line(&producer, n))).collect();
                    // Two threads send each batch, as two deliveries of one message would.
                    let run = "shared";
                    assert!(put(store, run, &producer, &lines).unwrap().stored <= 20);
                    let twin = format!("p{}", thread ^ 1);
                    let lines: Vec<(u64, String)> =
                        lines.iter().map(|(n, _)| (*n, Job::line(&twin, *n))).collect();
                    put(store, run, &twin, &lines).unwrap();
                    if batch % 5 == 0 {
                        assert!(store.run(run).unwrap().unwrap().events > 0);
                        assert!(!records(store, run).is_empty());
                    }
                }
            });
        }
    });
    whole(&*store, "shared", &(0..8).map(|i| (format!("p{i}"), 500)).collect());
}

/// Each producer's numbers are there from 1 on without a gap, each once and with its own line.
fn whole(store: &dyn makespan_store::Store, run: &str, last: &BTreeMap<String, u64>) {
    let mut next: BTreeMap<String, u64> = BTreeMap::new();
    for (producer, seq, line) in records(store, run) {
        let expected = next.entry(producer.clone()).or_insert(1);
        assert_eq!(seq, *expected, "{producer}");
        assert_eq!(line, Job::line(&producer, seq));
        *expected += 1;
    }
    let found: BTreeMap<String, u64> =
        next.into_iter().map(|(producer, next)| (producer, next - 1)).collect();
    assert_eq!(&found, last);
    let state = store.run(run).unwrap().unwrap();
    assert_eq!(state.events, last.values().sum::<u64>());
    let samples: u64 = last.values().map(|n| (1..=*n).filter(|n| n % 4 == 2).count() as u64).sum();
    assert_eq!(store.metrics(run).unwrap()[0].count, samples);
}

pub(crate) fn nothing_acknowledged_is_lost_when_writers_are_killed(home: &dyn Home) {
    // More of them by `MAKESPAN_KILLS=500 cargo test -p makespan-store killed`.
    let kills = std::env::var("MAKESPAN_KILLS").map_or(20, |kills| kills.parse().unwrap());
    let mut random = Random(5);
    let (mut stored, mut unfinished) = (0, 0);
    for _ in 0..kills {
        // What was acknowledged last is sent again, as whoever missed the answer would.
        let from = stored.max(10) - 9;
        let job = Job {
            url: home.url(),
            run: "r".to_owned(),
            producer: "p".to_owned(),
            from,
            to: from + 100_000,
            batch: 60,
            tries: 1,
        };
        let mut child = job.start();
        let first = child.wait_for_first();
        assert!(matches!(first, Said::Acknowledged(_)), "{first:?}");
        std::thread::sleep(Duration::from_millis(1 + random.below(80)));
        child.kill();
        let mut said = child.finish();
        said.push(first);
        let acknowledged = acknowledged(&said).unwrap();
        assert!(!said.iter().any(|s| matches!(s, Said::Failed(_))), "{said:?}");

        let store = home.open();
        let all = records(&*store, "r");
        let last = all.last().unwrap().1;
        assert!(last >= acknowledged, "{last} < {acknowledged}");
        assert_eq!(all.len() as u64, last, "no gap, nothing twice");
        unfinished += u64::from(last > acknowledged);
        stored = last;
    }
    let store = home.open();
    whole(&*store, "r", &BTreeMap::from([("p".to_owned(), stored)]));
    let again: Vec<(u64, String)> = (1..=stored).map(|n| (n, Job::line("p", n))).collect();
    assert_eq!(put(&*store, "r", "p", &again).unwrap().stored, 0);
    assert!(stored > kills, "{stored} events, {unfinished} times more than was acknowledged");
}

pub(crate) fn several_processes_write_or_get_busy(home: &dyn Home) {
    let store = home.open();
    put(&*store, "r", "p0", &[(1, Job::line("p0", 1))]).unwrap();
    let job = |i: u64| Job {
        url: home.url(),
        run: "r".to_owned(),
        producer: format!("p{i}"),
        from: 1,
        to: 400,
        batch: 30,
        tries: 1,
    };
    let children: Vec<_> = (0..3).map(|i| job(i).start()).collect();
    // Reading goes on meanwhile, and sees whole batches in order.
    for _ in 0..5 {
        assert!(records(&*store, "r").len() as u64 <= store.run("r").unwrap().unwrap().events);
    }
    let said: Vec<Vec<Said>> = children.into_iter().map(|child| child.finish()).collect();
    if home.many_writers() {
        for said in &said {
            assert_eq!(acknowledged(said), Some(400), "{said:?}");
        }
        whole(&*store, "r", &(0..3).map(|i| (format!("p{i}"), 400)).collect());
    } else {
        for said in &said {
            assert!(matches!(&said[..], [Said::Failed(why)] if why.contains("another process")), "{said:?}");
        }
        // The right to write goes to the next one when the first is done.
        drop(store);
        assert_eq!(acknowledged(&job(0).start().finish()), Some(400));
        whole(&*home.open(), "r", &BTreeMap::from([("p0".to_owned(), 400)]));
    }
}

pub(crate) fn a_store_of_a_later_release_is_not_changed(home: &dyn Home) {
    let store = home.open();
    tell(&*store, "r", &["{\"event\":\"task\",\"task\":\"a\"}"]);
    drop(store);
    home.make_newer();
    let before = home.contents();
    let refused = open(&home.url()).err();
    assert!(matches!(refused, Some(Error::Newer { found: 99, .. })), "{refused:?}");
    assert!(home.contents() == before);
}
