//! Reports of tests and accounting: JUnit XML and Slurm.

use super::*;

#[test]
fn test_cases_of_pytest() {
    let runs = fixtures("junit", &["pytest.xml"]);
    assert_eq!(
        all_counts(&runs),
        ["pytest.xml: 5 tasks, 4 attempts, 0 edges: 2 succeeded 2 failed 1 skipped"]
    );
    let run = &runs[0];
    assert_eq!(codes(run), [("simulated-times", 4)]);
    let read = run.find_task("tests.test_io::test_read[latin & 1]").unwrap();
    assert_eq!(run.task_step(read), "tests.test_io::test_read");
    assert_eq!(seconds(run, "tests.test_io::test_read[latin & 1]"), 0.5);
    assert_eq!(status(run, "tests.test_db.TestRows::test_drop"), "failed");
}

#[test]
fn suites_in_files_of_their_own_are_one_run() {
    let suite = |file: &str, name: &str| {
        let case = "<testcase name='t' time='1'/>";
        let text = format!("<testsuite name='{name}' timestamp='2025-03-01T10:00:00'>{case}</testsuite>");
        Source::new(format!("reports/{file}.xml"), text.into_bytes())
    };
    let runs = opened("junit", vec![suite("TEST-a", "a"), suite("TEST-b", "b")]);
    assert_eq!(all_counts(&runs), ["reports/TEST-a.xml: 2 tasks, 2 attempts, 0 edges: 2 succeeded"]);
    // The same suite twice is two runs, to be compared.
    assert_eq!(opened("junit", vec![suite("one", "a"), suite("two", "a")]).len(), 2);
}

#[test]
fn reruns_are_attempts_and_a_test_cut_short_is_unknown() {
    let run = &fixtures("junit", &["surefire.xml"])[0];
    assert_eq!(counts(run), "3 tasks, 5 attempts, 0 edges: 2 succeeded 1 failed");
    assert_eq!(seconds(run, "org.example.CartTest::ships"), 1000.5);
    let cut =
        &text("junit", "<testsuite name='a'><testcase name='t' time='1'/><testcase name='u' time='2'>")[0];
    assert_eq!(counts(cut), "2 tasks, 2 attempts, 0 edges: 1 succeeded 1 unknown");
    assert!(codes(cut).iter().any(|c| c.0 == "truncated"));
}

#[test]
fn jobs_of_slurm_between_bars() {
    let run = &fixtures("slurm", &["sacct.txt"])[0];
    assert_eq!(
        counts(run),
        "9 tasks, 9 attempts, 0 edges: 1 pending 1 running 4 succeeded 1 failed 1 cancelled 1 unknown"
    );
    assert_eq!(seconds(run, "sim[0]"), 93_783.0);
    assert_eq!((status(run, "sim[1]"), status(run, "odd")), ("failed", "unknown"));
    assert_eq!(run.parent(run.find_task("prepare.batch").unwrap()), run.find_task("prepare"));
    let found = codes(run);
    assert!(found.contains(&("unknown-status", 1)) && found.contains(&("bad-line", 1)), "{found:?}");
}

#[test]
fn jobs_of_slurm_in_aligned_columns_and_in_json() {
    let run = &fixtures("slurm", &["table.txt"])[0];
    assert_eq!(counts(run), "4 tasks, 3 attempts, 0 edges: 1 succeeded 2 failed 1 cancelled");
    assert_eq!(seconds(run, "rapport"), 172_810.0);
    let run = &fixtures("slurm", &["sacct.json"])[0];
    assert_eq!(counts(run), "4 tasks, 3 attempts, 0 edges: 1 pending 2 succeeded 1 failed");
    assert_eq!(ids(run), ["align", "align.batch", "call[4]", "wait"]);
}

#[test]
fn tries_of_nextest_have_their_own_times_and_those_after_a_failure_come_after_it() {
    let runs = fixtures("junit", &["nextest.xml"]);
    assert_eq!(
        all_counts(&runs),
        ["nextest.xml: 4 tasks, 5 attempts, 0 edges: 2 succeeded 1 failed 1 skipped"]
    );
    let run = &runs[0];
    let tries = |name: &str| -> Vec<(i64, i64, Status)> {
        let task = run.find_task(&format!("mill::bin/mill::tests::{name}")).unwrap();
        let origin = run.span().unwrap().0;
        let millis = |ns: i64| ns / 1_000_000;
        run.attempts_of(task)
            .map(|attempt| {
                let (from, to) = run.interval(attempt).unwrap();
                (millis(from - origin), millis(to - from), run.attempts.status[attempt.index()])
            })
            .collect()
    };
    assert_eq!(tries("sometimes"), [(400, 300, Status::Failed), (900, 200, Status::Succeeded)]);
    assert_eq!(tries("never"), [(100, 500, Status::Failed), (1100, 600, Status::Failed)]);
}
