//! However much a file holds, an answer for the page holds what a page can show, and says what it leaves out.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::rc::Rc;

use makespan_engine::{Answer, LISTED, Question, Session};
use makespan_import::Utc;
use makespan_views::{Block, View, ViewState};

const LIST: usize = 200;

fn opened(lines: &str) -> Session {
    let mut session = Session::new(Rc::new(Utc));
    session.open(vec![("run.jsonl".to_owned(), lines.as_bytes().to_vec())]);
    session
}

fn blocks(session: &Session, view: View) -> Vec<Block> {
    let view = ViewState { view, selected: Some("a".to_owned()), ..ViewState::default() };
    let mut all = Vec::new();
    for question in [Question::Page { view: view.clone(), width: 800.0 }, Question::Details { view }] {
        if let Answer::Page(page) = session.answer(&question) {
            all.extend(page.sections.into_iter().flat_map(|s| s.blocks));
        }
    }
    all
}

#[test]
fn lists_on_a_page_are_limited_and_count_the_rest() {
    let mut lines = String::from("{\"event\":\"run\",\"makespan\":1,\"run\":\"r\"}\n");
    let labels: Vec<String> = (0..1000).map(|i| format!("\"l{i}\":{i}")).collect();
    lines += &format!("{{\"event\":\"task\",\"task\":\"a\",\"labels\":{{{}}}}}\n", labels.join(","));
    for i in 0..1000 {
        lines += &format!("{{\"event\":\"diagnostic\",\"code\":\"c{i}\",\"text\":\"number {i}\"}}\n");
    }
    let all = blocks(&opened(&lines), View::Overview);
    let rows = |b: &Block| match b {
        Block::Table(table) => table.rows.len(),
        Block::Pairs(pairs) => pairs.len(),
        _ => 0,
    };
    assert_eq!(all.iter().map(rows).max(), Some(LIST));
    let counted =
        all.iter().any(|b| matches!(b, Block::Table(t) if t.rows.len() == LIST && t.left_out >= 800));
    let said =
        all.iter().any(|b| matches!(b, Block::Note(text) if text == "800 more entries are not shown."));
    assert!(counted && said, "both the diagnostics and the labels count what they leave out");
}

#[test]
fn a_name_of_a_megabyte_is_shown_by_its_first_4_kib() {
    let name = "x".repeat(1 << 20);
    let lines = format!(
        "{{\"event\":\"run\",\"makespan\":1,\"run\":\"{name}\",\"name\":\"{name}\"}}\n{{\"event\":\"start\",\"task\":\"{name}\",\"t\":\"2026-01-05T08:00:00Z\",\"worker\":\"{name}\"}}\n"
    );
    let session = opened(&lines);
    for view in [View::Overview, View::Timeline, View::Table, View::Graph] {
        let state = ViewState { view, ..ViewState::default() };
        for question in [
            Question::Shell { view: state.clone() },
            Question::Page { view: state.clone(), width: 800.0 },
            Question::Picture { view: state.clone(), size: (800.0, 600.0) },
            Question::Rows { view: state, range: 0..10 },
        ] {
            let size = makespan_engine::encode(&session.answer(&question)).len();
            assert!(size < 200_000, "{size} bytes for {question:?}");
        }
    }
}

#[test]
fn the_list_of_runs_stays_short_and_holds_the_run_shown_and_the_two_compared() {
    let runs: String = (0..1000)
        .map(|i| {
            format!("{{\"event\":\"run\",\"makespan\":1,\"run\":\"r{i}\"}}\n{{\"event\":\"start\",\"task\":\"a\",\"t\":{i}}}\n")
        })
        .collect();
    let session = opened(&runs);
    for run in [0, 500, 999] {
        let Answer::Shell(shell) =
            session.answer(&Question::Shell { view: ViewState { run, ..ViewState::default() } })
        else {
            panic!("a shell")
        };
        assert_eq!((shell.run_count, shell.runs.len()), (1000, LISTED));
        let listed: Vec<usize> = shell.runs.iter().map(|r| r.number).collect();
        assert!(listed.is_sorted() && listed.contains(&run), "{run} in {listed:?}");
        let (a, b) = shell.sides.pair().unwrap();
        assert!(listed.contains(&a) && listed.contains(&b));
        assert_eq!(shell.side_sizes, (999, 1));
    }
}

#[test]
fn a_run_that_is_open_already_is_found_among_thousands() {
    let runs: String =
        (0..3000).map(|i| format!("{{\"event\":\"run\",\"makespan\":1,\"run\":\"r{i}\"}}\n")).collect();
    let mut session = opened(&runs);
    let again = session.open(vec![("again.jsonl".to_owned(), runs.into_bytes())]);
    assert_eq!((again.added, again.runs), (0, 3000));
}
