//! Moments: times of day, dates, and since the start of the run.

use makespan_analysis::query::{Query, QueryContext};

use crate::{check, check_wrong, facts};

/// 2026-01-05T11:58:00Z, in seconds.
const NOON: i64 = 1_767_614_280;

fn at_noon() -> makespan_analysis::Facts {
    let t = |s: i64| NOON + s;
    facts(
        &format!(
            "a {}..{} w\nb {}|{}..{} w a\nc {}.. w b\nd - - c",
            t(0),
            t(60),
            t(90),
            t(120),
            t(180),
            t(200)
        ),
        &[],
    )
}

#[test]
fn moments_are_times_of_day_dates_or_since_the_start() {
    check(
        &at_noon(),
        &[
            ("start<\"12:00\"", "a"),
            ("start>=12:00", "b c"),
            ("start=12:00:00", "b"),
            ("start!=12:00", "a c"),
            ("start in (11:58, 12:00)", "a b"),
            ("started<2026-01-05T12:00", "a"),
            ("start<2026-01-05T13:00+01:00", "a"),
            ("start>2026-01-05", "a b c"),
            ("start<\"2026-01-05 12:00:00.5\"", "a b"),
            ("start>1m", "b c"),
            ("start>+2m", "c"),
            ("start<=+1m60s", "a b"),
            ("start:0", "a"),
            // Only what is over has an end, and only what was queued a time of that.
            ("end>1s", "a b"),
            ("not end<1h", "c d"),
            ("queued<12:00", "b"),
            ("ready>=1m", "b c"),
            ("has:start", "a b c"),
            ("has:end", "a b"),
        ],
    );
    check_wrong(
        &at_noon(),
        &[
            ("start<noon", "noon", "expected a time of day such as 12:00, a date such as"),
            ("start<25:00", "25:00", "is not a moment"),
            ("start<", "", "a value is missing"),
            ("end:", "", "is not a moment"),
        ],
    );
}

#[test]
fn times_of_day_are_in_the_zone_of_the_query() {
    let facts = at_noon();
    let count = |text: &str, utc_offset| {
        let mask = Query::parse(text).unwrap().mask(&facts, QueryContext { utc_offset }).unwrap();
        mask.into_iter().filter(|m| *m).count()
    };
    assert_eq!((count("start<12:00", 0), count("start<13:00", 3600), count("start<12:00", 3600)), (1, 1, 0));
    // East of the date line the run is of the next day, and its midnight before it began.
    assert_eq!((count("start<2026-01-06", 0), count("start<2026-01-06", 13 * 3600)), (3, 0));
    assert_eq!((count("start>00:00", 13 * 3600), count("start>2m", 13 * 3600)), (3, 1));
}

#[test]
fn without_times_no_moment_fits() {
    let facts = facts("a - -\nb - - a", &[]);
    check(
        &facts,
        &[
            ("start<12:00", ""),
            ("start!=12:00", ""),
            ("start>1m", ""),
            ("not start<12:00", "a b"),
            ("start>1970-01-01", ""),
        ],
    );
}
