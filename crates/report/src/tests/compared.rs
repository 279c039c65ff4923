//! Reports of several runs compare them.

use super::*;

/// The `i`-th of several runs of a workflow; from the `slower`-th on aligning takes longer.
fn nightly(i: u64, slower: u64) -> Arc<Run> {
    let start = i * 1_000;
    let fetched = start + 40 + i * 7 % 3;
    let aligned = fetched + 60 + i % 4 + if i >= slower { 30 } else { 0 };
    let end = aligned + 20 + i * 5 % 3;
    run(&format!(
        "run night-{i}\nfetch {start}..{fetched} w1\nalign {fetched}..{aligned} w1 fetch\ncheck {aligned}..{end} w2 align"
    ))
}

#[test]
fn two_runs_are_compared_whatever_their_order() {
    let runs = [nightly(1, 1), nightly(0, 1)];
    let page = html(&runs, None, &Options::default()).unwrap().html;
    for words in [
        "<h2>Comparison</h2>",
        "B took 34 s longer: 2 min 00 s → 2 min 34 s, +28 %",
        "<bdi>A night-0 · B night-1</bdi>",
        "Parts of the difference",
        "From the makespan of A to that of B",
        "ran longer",
        "This compares single runs.",
    ] {
        assert!(page.contains(words), "{words} is missing");
    }
    assert!(!page.contains("Earlier half") && !page.contains("All runs in order of time"));
    let one = html(&runs[..1], None, &Options::default()).unwrap().html;
    assert!(!one.contains("Comparison"));
}

#[test]
fn many_runs_compare_the_earlier_half_with_the_later() {
    let runs: Vec<Arc<Run>> = (0..10).map(|i| nightly(i, 5)).collect();
    let page = html(&runs, None, &Options::default()).unwrap().html;
    for words in [
        "The candidate is slower by",
        "5 runs against 5",
        "All runs in order of time",
        "▲ slower",
        "run 6: +",
    ] {
        assert!(page.contains(words), "{words} is missing");
    }
    let five = html(&runs[..5], None, &Options::default()).unwrap().html;
    assert!(!five.contains("Earlier half") && five.contains("All runs in order of time"));
}

#[test]
fn each_workflow_is_compared_with_itself() {
    let of = |workflow: &str, id: &str, end: i64| {
        let mut runs = RunsBuilder::new();
        runs.event(Event::Run(RunInfo {
            id: Cow::Borrowed(id),
            workflow: Some(Cow::Borrowed(workflow)),
            ..RunInfo::default()
        }));
        runs.event(Event::Task(Task { id: Cow::Borrowed("t"), ..Task::default() }));
        runs.event(Event::Attempt(Attempt {
            task: Cow::Borrowed("t"),
            number: 1,
            started: Some(0),
            ended: Some(end),
            ..Attempt::default()
        }));
        Arc::new(runs.finish().0.remove(0))
    };
    let runs = [of("x", "1", 5), of("y", "2", 6), of("x", "3", 7), of("z", "4", 8), of("y", "5", 9)];
    let page = html(&runs, None, &Options::default()).unwrap().html;
    assert!(page.contains("Comparison of <bdi>x</bdi>") && page.contains("Comparison of <bdi>y</bdi>"));
    assert!(!page.contains("Comparison of <bdi>z</bdi>"));
    // Where none has a namesake all are held against each other.
    let apart = html(&[of("x", "1", 5), of("y", "2", 6)], None, &Options::default()).unwrap().html;
    assert!(apart.contains("<h2>Comparison</h2>") && apart.contains("<bdi>workflow</bdi>"));
}

#[test]
fn hostile_runs_are_compared_without_harm_and_within_bounds() {
    let evil = html(&[evil_run(), evil_run()], None, &Options::default()).unwrap().html;
    assert!(evil.contains("Comparison") && !evil.contains("<img") && !evil.contains("<script>x"));
    let empty = html(&[Arc::new(Run::default()), Arc::new(Run::default())], None, &Options::default());
    assert!(empty.unwrap().html.contains("Not comparable: both have no tasks"));
    let large = |shift: usize| {
        use std::fmt::Write as _;
        let mut text = String::from("run large\n");
        for i in 0..3_000 {
            let _ = writeln!(text, "t{i} {i}..{} w{}", i + 2 + i % 7 * shift, i % 9);
        }
        run(&text)
    };
    let (a, b) = (large(1), large(2));
    let alone = html(std::slice::from_ref(&a), None, &Options::default()).unwrap().html.len()
        + html(std::slice::from_ref(&b), None, &Options::default()).unwrap().html.len();
    let both = html(&[a, b], None, &Options::default()).unwrap().html.len();
    assert!(both < alone + (48 << 10), "{both} bytes with a comparison, {alone} without");
}
