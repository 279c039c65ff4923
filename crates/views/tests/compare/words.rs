//! What the tables and sentences say, on runs worked out by hand.

use makespan_analysis::Facts;
use makespan_analysis::compare::{Match, explain, matching, trends, verdicts};
use makespan_scene::Role;
use makespan_views::Table;
use makespan_views::compare::tasks::{Sort, SortKey};
use makespan_views::compare::{
    Pair, Part, figures, headline, parameters_of, statistics, summary, tasks, trend, waterfall,
};

use super::facts;

const A: &str = "
    run first
    fetch   0..10   w1
    old     10..20  w1   fetch        step=align
    call    20..30  w1   old
    lint    10..12  w2   fetch";

const B: &str = "
    run second
    fetch   0..10   w1
    new     10..26  w1   fetch        step=align
    call    26..30  w1   new          failed
    call    31..41  w1                try=2
    scan    26..28  w2   new";

fn texts(table: &Table, row: usize) -> Vec<String> {
    table.rows[row].iter().map(|c| c.text().into_owned()).collect()
}

#[test]
fn a_row_states_how_it_was_matched_and_what_changed() {
    let (a, b) = (facts(A), facts(B));
    let matching = matching(&a, &b);
    let pair = Pair::new(&a, &b, &matching);
    let explanation = explain(&a, &b, &matching).unwrap();
    let contributions = waterfall::contributions(&pair, &explanation);
    assert_eq!(contributions.iter().flatten().sum::<i64>(), explanation.delta_ns);
    let order = tasks::order(&pair, &contributions, None, Sort::default());
    let table = tasks::table(&pair, &contributions, &order, 0..9);
    assert_eq!(
        texts(&table, 0),
        [
            "→ renamed",
            "old → new",
            "align",
            "10 s",
            "16 s",
            "+6 s",
            "+60 %",
            "+6 s",
            "matched by step and parameters, duration"
        ]
    );
    assert_eq!(texts(&table, 1)[..2], ["▲ changed", "call"]);
    assert_eq!(texts(&table, 1)[5..], ["+5 s", "+50 %", "+5 s", "duration, 1 → 2 attempts"]);
    assert_eq!(table.rows[0][5].status, Some(Role::More));
    let by_name = tasks::order(&pair, &contributions, None, Sort { key: SortKey::Name, descending: false });
    let names: Vec<&str> = by_name.iter().map(|r| matching.tasks[*r as usize].key.as_str()).collect();
    assert_eq!(names, ["call", "fetch", "lint", "new", "scan"]);
    // Only those that the filter of either run lets through.
    let is =
        |f: &Facts, name: &str| f.run().task_ids().map(|t| f.run().task_id(t) == name).collect::<Vec<_>>();
    let mask = pair.mask(&is(&a, "lint"), &is(&b, "scan"));
    let some =
        tasks::order(&pair, &contributions, Some(&mask), Sort { key: SortKey::Match, descending: false });
    let how: Vec<Match> = some.iter().map(|r| matching.tasks[*r as usize].how).collect();
    assert_eq!(how, [Match::Added, Match::Removed]);
}

#[test]
fn the_page_of_two_runs_holds_the_answer_and_its_parts() {
    let (a, b) = (facts(A), facts(B));
    let matching = matching(&a, &b);
    let pair = Pair::new(&a, &b, &matching);
    let explanation = explain(&a, &b, &matching);
    let page = summary(&pair, explanation.as_ref(), 600.0);
    assert_eq!(page.headline.answer.text(), "B took 11 s longer: 30 s → 41 s, +37 %");
    assert_eq!(page.headline, headline(&pair));
    assert_eq!(
        page.headline.notes[0],
        "3 tasks are in both runs, 1 of them renamed, 1 only in B, 1 only in A."
    );
    let ids: Vec<&str> = page.sections.iter().map(|s| &*s.id).collect();
    assert_eq!(ids, ["figures", "difference", "tasks", "parameters"]);
    let renamed = matching.tasks.iter().find(|t| t.how == Match::Renamed).unwrap();
    let said = format!("{:?}", parameters_of(&pair, renamed));
    assert!(said.contains("\"old\"") && said.contains("\"new\""), "{said}");
    assert!(Part::ALL.iter().any(|p| p.name() == "statistics"));
}

/// Runs of one task, of so many seconds; those below 0 failed.
fn series(lengths: &[i64]) -> Vec<Facts> {
    let one = |l: &i64| facts(&format!("t 0..{} w {}", l.abs(), if *l < 0 { "failed" } else { "" }));
    lengths.iter().map(one).collect()
}

#[test]
fn no_evidence_is_never_called_no_change() {
    let said = |before: &[i64], after: &[i64]| {
        let (a, b) = (series(before), series(after));
        let found =
            verdicts(&a.iter().collect::<Vec<_>>(), &b.iter().collect::<Vec<_>>(), "duration").unwrap();
        let table = statistics::table(&found, 0..1);
        (statistics::title(&found), table.rows[0][1].text().into_owned())
    };
    let (title, word) = said(&[100, 110, 90, 130, 95], &[105, 125, 92, 99, 128]);
    assert!(
        title.starts_with("No evidence that the makespan changed: ") && title.contains("could show"),
        "{title}"
    );
    assert_eq!(word, "? no evidence");
    let (title, word) = said(&[100, 101, 102, 100, 99], &[150, 151, 149, 152, 150]);
    assert!(title.starts_with("The candidate is slower by +50 s ("), "{title}");
    assert_eq!(word, "▲ slower");
    let (title, word) = said(&[100], &[150]);
    assert_eq!(title, "Too few successful runs for a verdict on the makespan: 1 run against 1");
    assert_eq!(word, "… too few runs");
    let (title, word) = said(&[1_000, 1_001, 1_002, 1_000, 999], &[1_001, 1_000, 1_002, 999, 1_000]);
    assert!(title.starts_with("The makespans are equivalent within 50 s"), "{title}");
    assert_eq!(word, "≈ equivalent");
}

#[test]
fn a_failed_run_is_not_compared_with_earlier_ones() {
    let of = |lengths: &[i64]| {
        let runs = series(lengths);
        let found = trends(&runs.iter().collect::<Vec<_>>(), "duration").unwrap();
        let table = trend::table(&found, &trend::order(&found, None), 0..1);
        let row: Vec<String> = table.rows[0].iter().map(|c| c.text().into_owned()).collect();
        (row[1].clone(), row[2].clone(), row[3].clone())
    };
    let own = |row: (&str, &str, &str)| (row.0.to_owned(), row.1.to_owned(), row.2.to_owned());
    assert_eq!(of(&[100, 102, 98, 100, -3]), own(("3 s", "failed", "")));
    assert_eq!(of(&[100, 102, 98, 100, 150]), own(("2 min 30 s", "succeeded", "+50 %")));
}

#[test]
fn a_failure_never_has_the_colour_of_faster() {
    let (a, b) = (facts("t 0..100 w\nu 100..140 w t"), facts("t 0..3 w failed\nu 3..43 w t"));
    let matching = matching(&a, &b);
    let pair = Pair::new(&a, &b, &matching);
    let cells = tasks::row(&pair, &[], 0);
    assert_eq!((&*cells[0].text(), &*cells[5].text()), ("≠ changed", "−1 min 37 s"));
    assert_eq!((cells[5].status, pair.strength(&matching.tasks[0])), (Some(Role::Neutral), None));
    assert_eq!((pair.whole_strength(), figures(&pair).rows[1][3].status), (None, Some(Role::Neutral)));
    assert_eq!(pair.strength(&matching.tasks[1]), Some(0.0));
}
