//! What people do to runs.

use makespan_store::{Error, EventRange, Mark, RunFilter, RunQuery};

use crate::support::homes::Home;
use crate::support::*;

fn label(name: &str, value: Option<&str>) -> Mark {
    Mark::Label { name: name.to_owned(), value: value.map(str::to_owned) }
}

pub(crate) fn people_pin_label_and_remove_runs(home: &dyn Home) {
    let store = home.open();
    let first = "{\"event\":\"run\",\"run\":\"r\",\"labels\":{\"team\":\"red\",\"x\":1}}";
    tell(&*store, "r", &[first]);
    store.mark("r", &Mark::Pin(true)).unwrap();
    store.mark("r", &label("team", Some("blue"))).unwrap();
    store.mark("r", &label("keep", Some("wi\0th 😀"))).unwrap();
    let run = store.run("r").unwrap().unwrap();
    assert!(run.pinned);
    let labels: Vec<(&str, &str)> = run.all_labels().into_iter().collect();
    assert_eq!(labels, [("keep", "wi\0th 😀"), ("team", "blue"), ("x", "1")]);
    // Events replace the labels of events, not those of people; and marks change no event.
    put(&*store, "r", "q", &[(1, "{\"event\":\"run\",\"run\":\"r\",\"labels\":{\"team\":\"green\"}}")])
        .unwrap();
    let run = store.run("r").unwrap().unwrap();
    assert_eq!(run.all_labels().into_iter().collect::<Vec<_>>(), [("keep", "wi\0th 😀"), ("team", "blue")]);
    store.mark("r", &label("team", None)).unwrap();
    store.mark("r", &label("never there", None)).unwrap();
    store.mark("r", &Mark::Pin(false)).unwrap();
    let run = store.run("r").unwrap().unwrap();
    assert_eq!(run.all_labels().into_iter().collect::<Vec<_>>(), [("keep", "wi\0th 😀"), ("team", "green")]);
    assert!(!run.pinned);
    assert_eq!(lines(&*store, "r").len(), 2);
    assert_eq!(store.mark("s", &Mark::Pin(true)), Err(Error::NoRun { run: "s".to_owned() }));
    // All of it outlives the process that did it.
    store.mark("r", &Mark::Pin(true)).unwrap();
    let before = store.run("r").unwrap();
    drop(store);
    assert_eq!(home.open().run("r").unwrap(), before);
}

pub(crate) fn a_new_event_restores_a_run_from_the_trash(home: &dyn Home) {
    let store = home.open();
    tell(&*store, "r", &["{\"event\":\"task\",\"task\":\"a\"}"]);
    let total = |trashed: bool| {
        let filter = RunFilter { trashed, ..RunFilter::default() };
        store.runs(&RunQuery { filter, ..RunQuery::default() }).unwrap().total
    };
    store.mark("r", &Mark::Trash(Some(77))).unwrap();
    assert_eq!((total(false), total(true)), (0, 1));
    assert_eq!(store.run("r").unwrap().unwrap().trashed, Some(77));
    // What is sent once more says nothing new.
    let again = [(1, "{\"event\":\"task\",\"task\":\"a\"}")];
    assert_eq!(put(&*store, "r", "teller", &again).unwrap().stored, 0);
    assert_eq!((total(false), total(true)), (0, 1));
    put(&*store, "r", "q", &[(1, "{\"event\":\"task\",\"task\":\"b\"}")]).unwrap();
    assert_eq!((total(false), total(true)), (1, 0));
    store.mark("r", &Mark::Trash(Some(78))).unwrap();
    store.mark("r", &Mark::Trash(None)).unwrap();
    assert_eq!((total(false), total(true), lines(&*store, "r").len()), (1, 0, 2));
}

pub(crate) fn a_removed_run_is_gone_and_can_be_recorded_again(home: &dyn Home) {
    let store = home.open();
    for run in ["r", "other"] {
        let opens = opening(run, "w");
        let sample = "{\"event\":\"sample\",\"name\":\"m\",\"value\":1}".to_owned();
        tell(&*store, run, &[opens, attempt("t", 1, Some(2), "failed"), sample]);
        store.mark(run, &label("l", Some("v"))).unwrap();
    }
    let other = (store.run("other").unwrap(), records(&*store, "other"));
    store.delete("r").unwrap();
    store.delete("never there").unwrap();
    assert_eq!(store.run("r").unwrap(), None);
    assert!(records_of(&*store, "r", EventRange::All).is_err());
    assert!((store.run("other").unwrap(), records(&*store, "other")) == other);
    let info = store.info().unwrap();
    assert_eq!((info.runs, info.events), (1, 3));
    // Nothing is left of it: neither its numbers nor its tasks, metrics, labels and pins.
    tell(&*store, "r", &["{\"event\":\"task\",\"task\":\"t\"}"]);
    let run = store.run("r").unwrap().unwrap();
    assert_eq!(
        (run.events, run.tasks.total(), run.all_labels().len(), run.workflow.is_some()),
        (1, 1, 0, false)
    );
    assert_eq!(store.metrics("r").unwrap(), []);
    drop(store);
    let store = home.open();
    assert_eq!((store.run("r").unwrap().unwrap(), lines(&*store, "r").len()), (run, 1));
}
