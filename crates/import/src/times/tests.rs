#![allow(clippy::unwrap_used)]
use super::*;
use crate::importer::{Fixed, InUnit, Utc};
use crate::json::tape::Tape;

fn clock() -> Clock<'static> {
    Clock::new(Rc::new(Utc))
}

fn value(clock: &mut Clock<'_>, json: &str) -> Option<i64> {
    let mut tape = Tape::default();
    let text = format!("{json} ");
    tape.read(&text, 0).unwrap();
    clock.value(tape.value(&text))
}

#[test]
fn numbers_by_their_size_and_texts_by_their_form() {
    let t = 1_767_225_600_000_000_000;
    for same in [
        "1767225600",
        "1767225600.0",
        "\"1767225600\"",
        "1767225600000",
        "1767225600000000",
        "1767225600000000000",
        "\"2026-01-01T00:00:00Z\"",
        "\"2026-01-01 00:00:00\"",
        "1.7672256e9",
    ] {
        assert_eq!(value(&mut clock(), same), Some(t), "{same}");
    }
    assert_eq!(value(&mut clock(), "1767225600123456789"), Some(t + 123_456_789));
    assert_eq!(value(&mut clock(), "1767225600.25"), Some(t + 250_000_000));
    let mut bad = clock();
    for none in ["true", "[]", "\"soon\"", "1e999", "\"abc\"", "1e30"] {
        assert_eq!(value(&mut bad, none), None, "{none}");
    }
    assert_eq!((bad.bad.count, bad.never.count), (6, 0));
    assert_eq!((value(&mut bad, "null"), value(&mut bad, "\"\""), bad.bad.count), (None, None, 6));
}

#[test]
fn placeholder_times_are_unknown_and_distinguished_from_unreadable_ones() {
    let mut clock = clock();
    for never in [
        "\"0001-01-01T00:00:00Z\"",
        "\"9999-12-31T23:59:59.999999\"",
        "18446744073709551615",
        "9223372036854775808",
        "\"never\"",
        "\"-infinity\"",
    ] {
        assert_eq!(value(&mut clock, never), None, "{never}");
    }
    assert_eq!((clock.bad.count, clock.never.count), (0, 6));
}

#[test]
fn zones_are_applied_to_naive_times_only() {
    let zone = Fixed { seconds: 3600, name: "CET".to_owned() };
    let mut clock = Clock::new(Rc::new(zone));
    assert_eq!(clock.read("1970-01-01 01:00:02"), Some(2_000_000_000));
    assert_eq!(clock.read("1970-01-01T00:00:02+00:00"), Some(2_000_000_000));
    assert_eq!(clock.read("2.5"), Some(2_500_000_000));
    assert_eq!(clock.iso("2.5"), None);
    assert_eq!(clock.maybe(Some(&"")), None);
    assert_eq!(
        clock.read("1970-01-01T00:00:00"),
        Some(0),
        "the epoch without a zone means never in every zone"
    );
    assert_eq!((clock.naive, clock.bad.count, clock.bad.first.as_str()), (2, 1, "2.5"));
}

#[test]
fn a_unit_given_by_the_user_is_used() {
    let mut clock = Clock::new(Rc::new(InUnit { zone: Utc, unit: Unit::Milliseconds }));
    assert_eq!(value(&mut clock, "1500"), Some(1_500_000_000));
    assert_eq!(value(&mut clock, "1.5"), Some(1_500_000));
    assert_eq!(value(&mut clock, "\"1970-01-01T00:00:09Z\""), Some(9_000_000_000));
    assert_eq!(clock.guessed, [0; 4]);
}

/// Two hours east of UTC until 03:00 of a day, then one.
struct Autumn;

const CHANGE: i64 = 20_000 * 86_400 + 3 * 3600;

impl Zone for Autumn {
    fn name(&self) -> &str {
        "autumn"
    }

    fn offset(&self, civil_seconds: i64) -> i32 {
        if civil_seconds < CHANGE { 7200 } else { 3600 }
    }
}

#[test]
fn ambiguous_local_times_follow_the_order_of_the_records() {
    let mut clock = Clock::new(Rc::new(Autumn));
    let civil = |minutes: i64| {
        let seconds = CHANGE + minutes * 60;
        makespan_format::time::format_rfc3339(seconds * 1_000_000_000).trim_end_matches('Z').to_owned()
    };
    let mut recorded = |from: i64, to: i64| {
        let (started, ended) = (clock.read(&civil(from)), clock.read(&civil(to)));
        let mut attempt = Attempt { started, ended, ..Attempt::default() };
        clock.settle(&mut attempt);
        (attempt.ended.unwrap() - attempt.started.unwrap()) / 60_000_000_000
    };
    // 02:40 to 02:20, in the other hour; 02:20 to 03:10, after that; 02:45 to 02:50, with no doubt left.
    assert_eq!((recorded(-20, -40), recorded(-40, 10), recorded(-15, -10)), (40, 50, 5));
    assert_eq!(recorded(-200, -190), 10);
    assert_eq!(clock.local.twice, 5);
}

#[test]
fn a_task_starts_after_what_it_depends_on_where_its_time_occurs_twice() {
    let mut clock = Clock::new(Rc::new(Autumn));
    let civil = |minutes: i64| makespan_format::time::format_rfc3339((CHANGE + minutes * 60) * 1_000_000_000);
    let mut recorded = |task: &str, after: &[Cow<'_, str>], from: i64, to: i64| {
        let [started, ended] = [from, to].map(|t| clock.read(civil(t).trim_end_matches('Z')));
        let mut attempt = Attempt { started, ended, ..Attempt::default() };
        let ready = clock.ready(after);
        clock.settle_after(&mut attempt, task, ready);
        [attempt.started, attempt.ended].map(|t| t.unwrap() / 60_000_000_000 - CHANGE / 60 + 120)
    };
    // 01:30 to 02:50; then from 02:20 in the other hour, whatever began at 02:25 beside it.
    assert_eq!(recorded("a", &[], -90, -10), [-90, -10]);
    assert_eq!(recorded("b", &[], -45, -40), [-45, -40]);
    assert_eq!(recorded("c", &["a".into(), "b".into(), "unknown".into()], -40, 0), [20, 60]);
}

#[test]
fn records_with_one_time_each_follow_each_other() {
    let mut clock = Clock::new(Rc::new(Autumn));
    let mut minutes = |of_day: i64| {
        let civil = makespan_format::time::format_rfc3339((CHANGE + of_day * 60) * 1_000_000_000);
        let t = clock.read(civil.trim_end_matches('Z'));
        (clock.in_order(t).unwrap() - (CHANGE - 7200) * 1_000_000_000) / 60_000_000_000
    };
    // 02:50, 02:10 in the other hour, 02:20 after it, 03:05; and a record of 02:30 that is out of order in either hour.
    assert_eq!([minutes(-10), minutes(-50), minutes(-40), minutes(5), minutes(-30)], [-10, 10, 20, 65, -30]);
}

#[test]
fn durations() {
    let read = |json: &str| {
        let mut tape = Tape::default();
        let text = format!("{json} ");
        tape.read(&text, 0).unwrap();
        duration(tape.value(&text), 1e9)
    };
    assert_eq!(
        (read("1.5"), read("-1"), read("\"2\""), read("1e300")),
        (Some(1_500_000_000), None, Some(2_000_000_000), None)
    );
}
