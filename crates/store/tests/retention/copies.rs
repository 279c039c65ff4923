//! Runs go from store to store and lose nothing.

use makespan_model::RunsBuilder;
use makespan_store::{Copied, Error, EventRange, Gaps, Mark, OnDamage, RunState, Store, copy, export};

use crate::homes;
use crate::meddler::Meddler;
use crate::support::*;

/// A copy of an undamaged run.
fn whole(events: u64, stored: u64) -> Copied {
    Copied { events, stored, gaps: Gaps::default() }
}

/// A run of two producers whose batches came out of order, with lines of every kind and all marks.
fn told(store: &dyn Store, run: &str) {
    let line = |i: u64| match i % 4 {
        0 => format!("{{\"event\":\"task\",\"task\":\"t{}\"}}", i / 4),
        1 => attempt(&format!("t{}", i / 4), i as i64, Some(i as i64 + 9), "succeeded"),
        2 => format!("{{\"event\":\"sample\",\"name\":\"m\\u0000\",\"value\":{i}}}"),
        _ => format!("no event: {i} \u{1f600}\0"),
    };
    for (from, to, producer) in
        [(1, 700, "a"), (300, 650, "b"), (900, 950, "a"), (701, 899, "a"), (1, 299, "b"), (951, 6_000, "a")]
    {
        let lines: Vec<(u64, String)> = (from..=to).map(|n| (n, line(n))).collect();
        put(store, run, producer, &lines).unwrap();
    }
    store.mark(run, &Mark::Pin(true)).unwrap();
    let label = Mark::Label { name: "team\0".to_owned(), value: Some("x \u{1f600}".to_owned()) };
    store.mark(run, &label).unwrap();
    store.mark(run, &Mark::Trash(Some(77))).unwrap();
}

/// Everything about a run but when each store heard of it.
fn all_of(store: &dyn Store, run: &str) -> (RunState, Records, Records, Vec<u8>) {
    let state = store.run(run).unwrap().unwrap();
    let state = RunState { created: 0, updated: 0, unsettled: false, ..state };
    let mut file = Vec::new();
    assert!(export(store, run, &mut file).unwrap().gaps.is_empty());
    (state, records(store, run), records_of(store, run, EventRange::After(0)).unwrap(), file)
}

#[test]
fn a_copy_is_the_same_run_in_every_direction() {
    for id in ["r", "a\0b/../\u{1f600}"] {
        let (homes, others) = (homes(), homes());
        let first = homes[0].open();
        told(&*first, id);
        let original = all_of(&*first, id);
        let mut from = first;
        for home in homes[1..].iter().chain(&others) {
            let to = home.open();
            let events = original.0.events;
            assert_eq!(copy(&*from, &*to, id, OnDamage::Refuse).unwrap(), whole(events, events));
            assert!(all_of(&*to, id) == original, "{}", home.url());
            assert_eq!(
                copy(&*from, &*to, id, OnDamage::Refuse).unwrap(),
                whole(events, 0),
                "a second copy doubles nothing"
            );
            assert!(all_of(&*to, id) == original, "{}", home.url());
            from = to;
        }
        let missing = copy(&*from, &*others[0].open(), "never there", OnDamage::Refuse);
        assert_eq!(missing, Err(Error::NoRun { run: "never there".to_owned() }));
    }
}

#[test]
fn an_interrupted_copy_is_completed_by_the_next() {
    let (homes, others) = (homes(), homes());
    for (from, to) in homes.iter().zip(others.iter().rev()) {
        let (from, to) = (from.open(), to.open());
        told(&*from, "r");
        let (events, mut changes, mut stored) = (from.run("r").unwrap().unwrap().events, 0, 0);
        loop {
            let before = to.run("r").unwrap().map_or(0, |run| run.events);
            assert!(before >= stored);
            stored = before;
            match copy(&*from, &Meddler::stopping(&*to, changes), "r", OnDamage::Refuse) {
                Ok(copied) => break assert_eq!(copied.events, events),
                Err(error) => assert!(error.is_transient()),
            }
            changes += 1;
        }
        assert!(changes > 5, "{changes} stops");
        assert!(all_of(&*to, "r") == all_of(&*from, "r"));
    }
}

#[test]
fn a_copy_adds_to_an_existing_run_and_removes_nothing() {
    let (homes, others) = (homes(), homes());
    let (from, to) = (homes[0].open(), others[0].open());
    tell(&*from, "r", &["{\"event\":\"task\",\"task\":\"a\"}"]);
    put(&*to, "r", "another", &[(1, "{\"event\":\"task\",\"task\":\"b\"}")]).unwrap();
    to.mark("r", &Mark::Pin(true)).unwrap();
    assert_eq!(copy(&*from, &*to, "r", OnDamage::Refuse).unwrap(), whole(1, 1));
    let run = to.run("r").unwrap().unwrap();
    assert_eq!((run.events, run.tasks.total(), run.pinned), (2, 2, true));
}

#[test]
fn an_export_reads_back_as_the_run() {
    for home in homes() {
        let store = home.open();
        let lines = [attempt("a", 1, Some(5), "succeeded"), attempt("b", 5, Some(9), "failed")];
        tell(&*store, "named by nothing else", &lines);
        let mut file = Vec::new();
        assert_eq!(export(&*store, "named by nothing else", &mut file).unwrap().events, 2);
        let text = String::from_utf8(file).unwrap();
        let mut builder = RunsBuilder::new();
        for line in text.lines() {
            builder.apply(&makespan_format::read_line(line.as_bytes()).unwrap().event);
        }
        let runs = builder.finish().0;
        assert_eq!((runs.len(), runs[0].id.as_str(), runs[0].task_count()), (1, "named by nothing else", 2));
        assert!(text.ends_with(&format!("{}\n{}\n", lines[0], lines[1])));
    }
}
