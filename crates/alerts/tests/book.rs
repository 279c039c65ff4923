//! The state of alerts: what fires, is announced, resolved and snoozed, and when.
#![allow(clippy::unwrap_used)]

use makespan_alerts::{
    AlertBook, AlertEntry, AlertRule, AlertState, Condition, EntryKind, Judged, Judgement, RunSeen, Verdict,
};
use makespan_analysis::Quantity;

fn rule(name: &str) -> AlertRule {
    AlertRule::new(name, Condition::status("failed").unwrap())
}

fn found(verdict: Verdict, value: f64) -> Judgement {
    let text = format!("value {value}");
    Judgement {
        verdict,
        value: Some(value),
        limit: Some(5.0),
        quantity: Quantity::Number,
        tasks: Vec::new(),
        text,
    }
}

/// Looks, keeps what came of it, and says which kinds that were.
fn look(book: &mut AlertBook, run: &RunSeen<'_>, verdict: Verdict, value: f64, now: i64) -> Vec<EntryKind> {
    let rule = rule("hot");
    let entries = book.look(run, &[Judged { rule: &rule, found: found(verdict, value) }], now);
    // The way over a file changes nothing.
    let read: Vec<AlertEntry> =
        entries.iter().map(|entry| AlertEntry::read(&entry.line()).unwrap()).collect();
    assert_eq!(read, entries);
    entries.iter().for_each(|entry| book.apply(entry));
    entries.into_iter().map(|entry| entry.kind).collect()
}

use EntryKind::{Announced, Fired, Resolved};
use Verdict::{Clear, Firing, Unknown};

#[test]
fn an_alert_fires_once_and_is_resolved_with_the_value() {
    let (mut book, run) = (AlertBook::default(), RunSeen::new("r"));
    assert_eq!(look(&mut book, &run, Clear, 1.0, 1), []);
    assert_eq!(look(&mut book, &run, Firing, 6.0, 2), [Fired, Announced]);
    assert_eq!(look(&mut book, &run, Firing, 7.0, 3), []);
    assert_eq!(look(&mut book, &run, Unknown, f64::NAN, 4), []);
    assert_eq!(look(&mut book, &run, Clear, 3.0, 5), [Resolved]);
    assert_eq!(look(&mut book, &run, Clear, 3.0, 6), []);
    let alert = book.alert(1).unwrap();
    assert_eq!((alert.state(), alert.fired, alert.resolved), (AlertState::Resolved, 2, Some(5)));
    assert_eq!((alert.value, alert.resolved_value), (Some(6.0), Some(3.0)));
    // What comes back is another alert.
    assert_eq!(look(&mut book, &run, Firing, 8.0, 7), [Fired, Announced]);
    assert_eq!(book.alerts().map(|alert| alert.id).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn a_snoozed_alert_is_announced_when_the_snooze_ends_if_it_still_fires() {
    for of_run in [None, Some("r")] {
        let (mut book, run) = (AlertBook::default(), RunSeen::new("r"));
        book.apply(&AlertEntry::snooze("hot", of_run, 0, 10));
        assert_eq!(look(&mut book, &run, Firing, 6.0, 2), [Fired]);
        assert_eq!(look(&mut book, &run, Firing, 6.0, 9), []);
        assert_eq!(book.snoozed("hot", "r", 9), Some(10));
        assert_eq!(look(&mut book, &run, Firing, 6.0, 10), [Announced]);
        assert_eq!(look(&mut book, &run, Firing, 6.0, 11), []);
    }
    let (mut book, run) = (AlertBook::default(), RunSeen::new("r"));
    book.apply(&AlertEntry::snooze("hot", Some("other"), 0, 10));
    assert_eq!(look(&mut book, &run, Firing, 6.0, 2), [Fired, Announced]);
}

#[test]
fn a_later_successful_run_of_the_workflow_resolves_earlier_alerts() {
    let run =
        |id, started, is_over| RunSeen { id, workflow: Some("nightly"), started: Some(started), is_over };
    let mut book = AlertBook::default();
    assert_eq!(look(&mut book, &run("r1", 10, true), Firing, 6.0, 20), [Fired, Announced]);
    // Not while it goes on, not one that was earlier, not one of another workflow.
    assert_eq!(look(&mut book, &run("r2", 30, false), Clear, 1.0, 31), []);
    assert_eq!(look(&mut book, &run("r0", 5, true), Clear, 1.0, 32), []);
    let other = RunSeen { workflow: Some("other"), ..run("r3", 40, true) };
    assert_eq!(look(&mut book, &other, Clear, 1.0, 41), []);
    assert_eq!(look(&mut book, &run("r2", 30, true), Clear, 1.0, 50), [Resolved]);
    assert_eq!(book.alert(1).unwrap().resolved_by.as_deref(), Some("r2"));
}

#[test]
fn alerts_of_removed_runs_are_resolved() {
    let mut book = AlertBook::default();
    look(&mut book, &RunSeen::new("a"), Firing, 6.0, 1);
    look(&mut book, &RunSeen::new("b"), Firing, 6.0, 1);
    let entries = book.without_runs(|run| run == "a", 2);
    entries.iter().for_each(|entry| book.apply(entry));
    assert_eq!(book.open().map(|alert| alert.run.as_str()).collect::<Vec<_>>(), ["b"]);
}

#[test]
fn a_compacted_book_keeps_the_newest_alerts_and_all_open_ones() {
    let mut book = AlertBook::default();
    for i in 0..20 {
        let id = format!("r{i}");
        look(&mut book, &RunSeen::new(&id), Firing, f64::from(i), i64::from(i));
        if i > 0 {
            look(&mut book, &RunSeen::new(&id), Clear, 0.0, i64::from(i));
        }
    }
    book.apply(&AlertEntry::delivery(20, "ops", 30, "200"));
    book.apply(&AlertEntry::snooze("hot", None, 0, 99));
    let mut again = AlertBook::default();
    book.entries(3).iter().for_each(|entry| again.apply(entry));
    assert_eq!(again.alerts().map(|a| a.id).collect::<Vec<_>>(), [20, 19, 18, 1]);
    for alert in again.alerts() {
        assert_eq!(Some(alert), book.alert(alert.id));
    }
    assert_eq!(again.snoozed("hot", "r", 5), Some(99));
    // Numbers go on where they were.
    assert_eq!(look(&mut again, &RunSeen::new("x"), Firing, 1.0, 98), [Fired]);
    assert_eq!(again.alerts().next().unwrap().id, 21);
}

#[test]
fn lines_that_are_not_entries_are_ignored() {
    for line in ["", "{}", "[]", "{\"t\":1,\"kind\":\"exploded\"}", "{\"t\":1e99,\"kind\":\"fired\"}"] {
        assert_eq!(AlertEntry::read(line), None, "{line}");
    }
}
