//! Runs that grow while they are looked at.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::rc::Rc;

use makespan_engine::{Answer, Question, Session};
use makespan_views::{View, ViewState};

fn session() -> Session {
    Session::new(Rc::new(makespan_import::Utc))
}

fn tasks(session: &Session, run: usize) -> usize {
    let view = ViewState { run, view: View::Timeline, ..ViewState::default() };
    match session.answer(&Question::Shell { view }) {
        Answer::Shell(shell) => shell.tasks,
        other => panic!("{other:?}"),
    }
}

fn line(task: &str, start: i64, end: i64) -> String {
    format!(
        r#"{{"event":"attempt","task":"{task}","number":1,"started":{start},"ended":{end},"status":"succeeded"}}
"#
    )
}

#[test]
fn a_run_grows_in_its_place_and_ends_as_the_whole_file_would() {
    let mut session = session();
    session.open(vec![("other.txt".to_owned(), b"run other\na 0..4".to_vec())]);
    session.live_begin("r");
    let mut all = String::from("{\"event\":\"run\",\"run\":\"r\"}\n");
    for i in 0..20 {
        let next = format!(
            "{{\"event\":\"task\",\"task\":\"t{i}\",\"after\":[{}]}}\n{}",
            if i == 0 { String::new() } else { format!("\"t{}\"", i - 1) },
            line(&format!("t{i}"), i * 10, i * 10 + 9)
        );
        assert_eq!(session.live_push("r", &next), (i as u64 + 1) * 2);
        all.push_str(&next);
        let opened = session.live_refresh("r").unwrap();
        assert_eq!((opened.runs, opened.first, opened.added), (2, 1, usize::from(i == 0)));
        assert_eq!(tasks(&session, 1), i as usize + 1);
        assert_eq!(tasks(&session, 0), 1, "the other run stays as it is");
    }
    assert!(session.live_refresh("r").is_none(), "there is nothing new");
    let mut whole = self::session();
    whole.open(vec![("r.jsonl".to_owned(), all.into_bytes())]);
    let view = |run| ViewState { run, view: View::Overview, ..ViewState::default() };
    let page = |session: &Session, run| session.answer(&Question::Page { view: view(run), width: 900.0 });
    let (Answer::Page(live), Answer::Page(read)) = (page(&session, 1), page(&whole, 0)) else { panic!() };
    assert_eq!((live.title, live.status), (read.title, read.status));
    session.live_end("r");
    assert_eq!((session.live_push("r", &line("late", 0, 1)), tasks(&session, 1)), (0, 20));
}

#[test]
fn invalid_lines_are_counted_and_the_rest_is_shown() {
    let mut session = session();
    session.live_begin("r");
    session.live_push("r", "not json\n{\"event\":\"of the future\"}\n");
    session.live_push("r", &line("a", 0, 5));
    session.live_refresh("r").unwrap();
    let Answer::Shell(shell) = session.answer(&Question::Shell { view: ViewState::default() }) else {
        panic!()
    };
    assert_eq!((shell.tasks, shell.diagnostics), (1, 1));
}

#[test]
fn a_grown_file_replaces_its_earlier_content() {
    let mut session = session();
    session.open(vec![
        ("a.txt".to_owned(), b"run a\nx 0..4".to_vec()),
        ("b.txt".to_owned(), b"run b\ny 0..4".to_vec()),
    ]);
    let runs = |session: &mut Session, text: &str| {
        session.begin(Some(1));
        session.begin_file("a.txt", None);
        session.push(text.as_bytes());
        session.end_file();
        session.finish_again()
    };
    let opened = runs(&mut session, "run a\nx 0..4\nz 4..9 - x");
    assert_eq!((opened.runs, opened.added, opened.first), (2, 0, 0));
    assert_eq!((tasks(&session, 0), tasks(&session, 1)), (2, 1));
    // A file that cannot be read for a moment takes nothing away.
    assert_eq!(runs(&mut session, "").found, 0);
    assert_eq!(tasks(&session, 0), 2);
}
