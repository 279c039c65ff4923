//! Events go in and come out again.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use makespan_model::RunsBuilder;
use makespan_store::{Appended, Error, EventRange, Gaps, LAST_SEQ, LONGEST_LINE, in_order};

use crate::support::homes::Home;
use crate::support::*;

fn events(n: u64) -> Vec<(u64, String)> {
    (1..=n).map(|i| (i, format!("{{\"event\":\"log\",\"text\":\"line {i}\"}}"))).collect()
}

pub(crate) fn appended_events_are_read_back(home: &dyn Home) {
    let store = home.open();
    // More than a few blocks, in batches of every size.
    let (all, mut from) = (events(5_000), 0);
    for size in (1..).map(|i| i * 7 % 400 + 1) {
        let to = (from + size).min(all.len());
        let appended = put(&*store, "r", "p", &all[from..to]).unwrap();
        assert_eq!(appended, Appended { stored: (to - from) as u64, duplicates: 0, events: to as u64 });
        from = to;
        if from == all.len() {
            break;
        }
    }
    let expected: Records = all.iter().map(|(seq, line)| ("p".to_owned(), *seq, line.clone())).collect();
    assert!(records(&*store, "r") == expected);
    let run = store.run("r").unwrap().unwrap();
    let bytes: usize = all.iter().map(|(_, line)| line.len() + 1).sum();
    assert_eq!((run.events, run.bytes, run.unread), (5_000, bytes as u64, 0));
    assert_eq!(store.run("s").unwrap(), None);
    assert!(matches!(records_of(&*store, "s", EventRange::All), Err(Error::NoRun { .. })));
    let info = store.info().unwrap();
    assert_eq!((info.runs, info.events, info.findings), (1, 5_000, vec![]));
}

pub(crate) fn a_number_is_stored_once_however_often_it_is_sent(home: &dyn Home) {
    let store = home.open();
    let all = events(20);
    let send = |numbers: &[u64]| {
        let lines: Vec<(u64, &str)> = numbers.iter().map(|&n| (n, all[n as usize - 1].1.as_str())).collect();
        let done = put(&*store, "r", "p", &lines).unwrap();
        (done.stored, done.duplicates)
    };
    assert_eq!(send(&[1, 2, 3]), (3, 0));
    assert_eq!(send(&[1, 2, 3]), (0, 3));
    assert_eq!(send(&[2, 3, 4, 5]), (2, 2));
    assert_eq!(send(&[9, 9, 8, 9]), (2, 2));
    assert_eq!(send(&[5, 6, 8]), (1, 2));
    assert_eq!(send(&[7]), (1, 0));
    assert_eq!(send(&[20, 10, 1]), (2, 1));
    assert_eq!(send(&(1..=20).collect::<Vec<_>>()), (9, 11));
    assert_eq!(send(&(1..=20).collect::<Vec<_>>()), (0, 20));
    let read: Vec<u64> = records(&*store, "r").into_iter().map(|(_, seq, _)| seq).collect();
    assert_eq!(read, (1..=20).collect::<Vec<_>>());
    // The same numbers of another producer, and of another run, are other events.
    assert_eq!(put(&*store, "r", "q", &all).unwrap().stored, 20);
    assert_eq!(put(&*store, "s", "p", &all).unwrap().stored, 20);
    assert_eq!(put::<&str>(&*store, "t", "p", &[]).unwrap(), Appended::default());
    assert_eq!(store.run("t").unwrap(), None);
}

/// What happens in a run, told by three producers; each says of a task all that is said of it.
fn story() -> Vec<(&'static str, Vec<String>)> {
    let told = |who: &'static str, base: i64| {
        let mut lines = Vec::new();
        for i in 0..60i64 {
            let (task, t) = (format!("{who}-{i}"), base + i * 10);
            lines.push(format!("{{\"event\":\"task\",\"task\":\"{task}\",\"name\":\"{i}\"}}"));
            lines.push(format!("{{\"event\":\"queue\",\"task\":\"{task}\",\"t\":{t}}}"));
            lines.push(format!("{{\"event\":\"start\",\"task\":\"{task}\",\"t\":{}}}", t + 1));
            let error = if i % 7 == 0 { ",\"error\":\"no\"" } else { "" };
            lines.push(format!("{{\"event\":\"end\",\"task\":\"{task}\",\"t\":{}{error}}}", t + 9));
            if i % 7 == 0 {
                let again = t + 20;
                lines.push(format!("{{\"event\":\"start\",\"task\":\"{task}\",\"try\":2,\"t\":{again}}}"));
                lines
                    .push(format!("{{\"event\":\"end\",\"task\":\"{task}\",\"try\":2,\"t\":{}}}", again + 1));
            }
            lines.push(format!("{{\"event\":\"sample\",\"name\":\"m\",\"t\":{t},\"value\":{i}}}"));
        }
        (who, lines)
    };
    vec![told("a", 1_000), told("b", 2_000), told("c", 3_000)]
}

pub(crate) fn batches_in_any_order_make_the_same_run(home: &dyn Home) {
    let store = home.open();
    let story = story();
    for (who, lines) in &story {
        let lines: Vec<(u64, &str)> = (1..).zip(lines.iter().map(String::as_str)).collect();
        put(&*store, "in order", who, &lines).unwrap();
    }
    let mut random = Random(7);
    let mut batches: Vec<(&str, Vec<(u64, &str)>)> = Vec::new();
    for (who, lines) in &story {
        let numbered: Vec<(u64, &str)> = (1..).zip(lines.iter().map(String::as_str)).collect();
        let mut from = 0;
        while from < numbered.len() {
            let to = (from + 1 + random.below(25) as usize).min(numbered.len());
            batches.push((who, numbered[from..to].to_vec()));
            if random.below(3) == 0 {
                // Once more, with a little of what came before.
                batches.push((who, numbered[from.saturating_sub(5)..to].to_vec()));
            }
            from = to;
        }
    }
    random.shuffle(&mut batches);
    let (mut sent, mut seen) = (Vec::new(), BTreeSet::new());
    for (who, batch) in &batches {
        put(&*store, "shuffled", who, batch).unwrap();
        for (seq, line) in batch {
            if seen.insert((*who, *seq)) {
                sent.push((who.to_string(), *seq, line.to_string()));
            }
        }
    }
    let order = in_order(sent.iter().map(|(who, seq, _)| (who.as_str(), *seq)));
    let expected: Records = order.into_iter().map(|i| sent[i].clone()).collect();
    assert!(
        records(&*store, "shuffled") == expected,
        "events of a producer stand in the order of their numbers"
    );
    assert!(records_of(&*store, "shuffled", EventRange::After(0)).unwrap() == sent, "as they came");

    // The summary is right before and after it is computed anew, and so is every row behind it.
    let told = |run: &str| {
        let state = store.run(run).unwrap().unwrap();
        let metrics = store.metrics(run).unwrap();
        (
            state.tasks,
            state.status(),
            state.started(),
            state.ended(),
            state.events,
            metrics[0].count,
            metrics[0].latest,
        )
    };
    let straight = told("in order");
    assert_eq!(told("shuffled"), straight);
    assert!(store.run("shuffled").unwrap().unwrap().unsettled);
    assert_eq!(store.maintain().unwrap().settled, 1);
    assert_eq!(told("shuffled"), straight);
    assert!(!store.run("shuffled").unwrap().unwrap().unsettled);
    assert_eq!(store.maintain().unwrap().settled, 0);
    assert!(records(&*store, "shuffled") == expected);
    // What comes after that is still appended, and still only once.
    let more: Vec<(u64, String)> = vec![(1, story[0].1[0].clone()), (1_000, events(1)[0].1.clone())];
    assert_eq!(put(&*store, "shuffled", "a", &more).unwrap().stored, 1);
    // And the runs that are made of both are the same.
    let fold = |run: &str| {
        let mut builder = RunsBuilder::new();
        assert!(store.events(run, &mut builder).unwrap().is_empty());
        let mut run = builder.finish().0.swap_remove(0);
        run.id = String::new();
        let mut tasks: Vec<_> =
            run.task_ids().map(|t| (run.task_id(t).to_owned(), run.task_interval(t))).collect();
        tasks.sort();
        (tasks, run.span(), run.status())
    };
    assert_eq!(fold("shuffled"), fold("in order"));
}

pub(crate) fn a_short_run_can_grow_after_its_summary_was_recomputed(home: &dyn Home) {
    let store = home.open();
    let lines = [
        r#"{"event":"task","task":"a"}"#,
        r#"{"event":"start","task":"a","t":1}"#,
        r#"{"event":"sample","name":"m","value":1}"#,
        r#"{"event":"end","task":"a","t":3}"#,
        r#"{"event":"sample","name":"m","value":2}"#,
        r#"{"event":"start","task":"b","t":5}"#,
    ];
    for (run, order) in [("straight", [1, 2, 3, 4, 5, 6]), ("shuffled", [2, 3, 1, 4, 5, 6])] {
        for (sent, seq) in order.into_iter().enumerate() {
            if sent == 3 {
                assert_eq!(store.maintain().unwrap().settled, u64::from(run == "shuffled"));
            }
            assert_eq!(put(&*store, run, "p", &[(seq, lines[seq as usize - 1])]).unwrap().stored, 1);
            assert_eq!(put(&*store, run, "p", &[(seq, lines[seq as usize - 1])]).unwrap().stored, 0);
        }
    }
    let told = |run: &str| {
        let state = store.run(run).unwrap().unwrap();
        let metrics: Vec<_> =
            store.metrics(run).unwrap().into_iter().map(|m| (m.name, m.count, m.mean, m.latest)).collect();
        (state.tasks, state.events, state.started(), metrics, records(&*store, run))
    };
    assert_eq!(told("shuffled"), told("straight"));
    assert_eq!(told("straight").0.total(), 2);
}

pub(crate) fn two_producers_of_one_run_lose_nothing(home: &dyn Home) {
    let store = home.open();
    for (who, workflow) in [("first", "etl"), ("second", "other")] {
        let lines = [opening("same id", workflow), attempt(&format!("of {who}"), 1, Some(2), "succeeded")];
        let lines: Vec<(u64, &String)> = (1..).zip(&lines).collect();
        assert_eq!(put(&*store, "same id", who, &lines).unwrap().stored, 2);
    }
    let all = records(&*store, "same id");
    assert_eq!(
        all.iter().map(|(who, ..)| who.as_str()).collect::<Vec<_>>(),
        ["first", "first", "second", "second"]
    );
    let run = store.run("same id").unwrap().unwrap();
    // One run: the later statement of what it is counts, the tasks of both are there.
    assert_eq!((run.workflow.as_deref(), run.tasks.total(), run.events), (Some("other"), 2, 4));
    assert_eq!(store.runs(&Default::default()).unwrap().total, 1);
}

pub(crate) fn invalid_batches_are_refused_completely(home: &dyn Home) {
    let store = home.open();
    let long = "x".repeat(LONGEST_LINE + 1);
    let good = "{\"event\":\"task\",\"task\":\"a\"}";
    for (seq, line) in [
        (2, long.as_str()),
        (LAST_SEQ + 1, good),
        (2, "{\"event\":\"task\",\n\"task\":\"b\"}"),
        (2, "{\"event\":\"task\",\"run\":\"another\",\"task\":\"b\"}"),
    ] {
        let refused = put(&*store, "r", "p", &[(1, good), (seq, line)]);
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    }
    assert!(matches!(put(&*store, "", "p", &[(1, good)]), Err(Error::Invalid { .. })));
    assert!(matches!(put(&*store, "r", "", &[(1, good)]), Err(Error::Invalid { .. })));
    assert_eq!(store.run("r").unwrap(), None);
    assert_eq!(put(&*store, "r", "p", &[(1, good), (LAST_SEQ, good)]).unwrap().stored, 2);
    assert_eq!(records(&*store, "r").last().unwrap().1, LAST_SEQ);
}

pub(crate) fn the_longest_line_is_kept(home: &dyn Home) {
    let store = home.open();
    let mut random = Random(3);
    // Letters at random: nothing that compression would make small.
    let noise = |len: usize, random: &mut Random| -> String {
        (0..len)
            .map(|_| char::from(b'0' + random.below(75) as u8))
            .filter(|c| *c != '\\' && *c != '"')
            .collect()
    };
    let mut line = format!("{{\"event\":\"log\",\"text\":\"{}\"}}", noise(LONGEST_LINE - 64, &mut random));
    while line.len() < LONGEST_LINE {
        line.push(' ');
    }
    let short = "{\"event\":\"task\",\"task\":\"a\"}";
    put(&*store, "r", "p", &[(1, short), (2, &line), (3, short)]).unwrap();
    put(&*store, "r", "p", &[(4, short), (5, &line)]).unwrap();
    assert!(lines(&*store, "r") == [short, &line, short, short, &line]);
}

pub(crate) fn a_run_can_be_followed(home: &dyn Home) {
    let store = home.open();
    let all = events(2_000);
    let mut seen: Records = Vec::new();
    for batch in all.chunks(130) {
        put(&*store, "r", "p", batch).unwrap();
        let more = records_of(&*store, "r", EventRange::After(seen.len() as u64)).unwrap();
        assert_eq!(more.len(), batch.len());
        seen.extend(more);
    }
    assert_eq!(seen, records(&*store, "r"));
    assert_eq!(records_of(&*store, "r", EventRange::After(2_000)).unwrap(), []);
    assert_eq!(records_of(&*store, "r", EventRange::After(u64::MAX)).unwrap(), []);
}

pub(crate) fn reading_stops_when_the_caller_stops(home: &dyn Home) {
    let store = home.open();
    put(&*store, "r", "p", &events(3_000)).unwrap();
    for wanted in [1, 600, 2_999] {
        let mut seen = 0;
        let read = store.read("r", EventRange::All, &mut |_| {
            seen += 1;
            if seen == wanted { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((read, seen), (Ok(Gaps::default()), wanted));
    }
}

pub(crate) fn everything_is_there_after_reopening(home: &dyn Home) {
    let told = |store: &dyn makespan_store::Store| {
        (records(store, "r"), store.run("r").unwrap(), store.metrics("r").unwrap(), store.info().unwrap())
    };
    let store = home.open();
    for (who, lines) in story() {
        put(&*store, "r", who, &(1..).zip(lines).collect::<Vec<_>>()).unwrap();
    }
    let before = told(&*store);
    drop(store);
    let store = home.open();
    assert!(told(&*store) == before);
    for (who, lines) in story() {
        assert_eq!(put(&*store, "r", who, &(1..).zip(lines).collect::<Vec<_>>()).unwrap().stored, 0);
    }
    assert!(told(&*store) == before);
    // A second door to the same store sees the same, also what was written after it was opened.
    let other = home.open();
    put(&*store, "r", "late", &events(3)).unwrap();
    assert!(told(&*other) == told(&*store));
    assert_ne!(told(&*other), before);
}
