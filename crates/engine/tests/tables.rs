//! The task table: its columns, its groups, and its text for spreadsheets.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::rc::Rc;

use makespan_engine::{Answer, Neighbour, Question, Session, Touch};
use makespan_views::tasks::{Field, Shown, Tabling};
use makespan_views::{Property, View, ViewState};

const LINES: &str = r#"{"event":"run","v":1,"run":"r"}
{"event":"task","task":"a","step":"load","labels":{"team":"x"}}
{"event":"start","task":"a","t":"2026-01-01T00:00:00Z"}
{"event":"end","task":"a","t":"2026-01-01T00:00:02Z","status":"succeeded"}
{"event":"task","task":"b","step":"sort","labels":{"team":"y"}}
{"event":"start","task":"b","t":"2026-01-01T00:00:02Z"}
{"event":"end","task":"b","t":"2026-01-01T00:00:03.5Z","status":"failed"}
{"event":"sample","task":"b","name":"rows","value":7}
"#;

fn session() -> Session {
    let mut session = Session::new(Rc::new(makespan_import::Utc));
    let opened = session.open(vec![("r.jsonl".to_owned(), LINES.as_bytes().to_vec())]);
    assert_eq!((opened.runs, opened.files[0].error.as_str()), (1, ""));
    session
}

/// The table with these columns.
fn view(columns: &[&str]) -> ViewState {
    let shown = |name: &&str| Shown { field: Field::named(name).unwrap(), width: None };
    let table = Tabling { columns: columns.iter().map(shown).collect(), ..Tabling::default() };
    ViewState { view: View::Table, table, ..ViewState::default() }
}

#[test]
fn the_text_of_a_table_has_its_columns_and_rows() {
    let session = session();
    let text = |view: ViewState, copied| {
        let Answer::Exported(file) = session.answer(&Question::TableText { view, copied }) else {
            panic!("no table")
        };
        assert_eq!((file.name.as_str(), file.about.as_str()), ("makespan-table.csv", "2 rows"));
        file.text
    };
    let csv = "Task,Duration (s),rows,team\r\na,2,,x\r\nb,1.5,7,y\r\n";
    let columns = ["name", "duration", "metric.rows", "label.team"];
    assert_eq!(text(view(&columns), false), csv);
    assert_eq!(text(view(&columns), true), csv.replace(',', "\t"));
}

#[test]
fn properties_are_found_by_a_part_of_their_name() {
    let session = session();
    let names = |text: &str, numbers| {
        let question = Question::Properties { view: view(&[]), text: text.to_owned(), numbers };
        let Answer::Properties(found) = session.answer(&question) else { panic!("no properties") };
        found.list.iter().map(|p| p.property.name()).collect::<Vec<_>>()
    };
    assert_eq!(names("", true), ["label.team", "metric.rows"]);
    assert_eq!(names("", false), ["label.team"]);
    assert_eq!(names(" TEA", true), ["label.team"]);
    assert!(names("nothing", true).is_empty());
    assert_eq!(Property::parse("label.team").unwrap().title(), "team");
}

#[test]
fn keys_move_along_the_rows_of_expanded_groups() {
    let session = session();
    let mut view = view(&["name"]);
    view.table.group_by(Field::named("step"));
    let next = |view: &ViewState| {
        let touch = Touch::Next(Neighbour::Below);
        let question = Question::Touch { view: view.clone(), size: (800.0, 600.0), touch };
        let Answer::Turn(turn) = session.answer(&question) else { panic!("no turn") };
        turn.after.selected
    };
    let rows = |view: &ViewState| {
        let Answer::Rows(rows) = session.answer(&Question::Rows { view: view.clone(), range: 0..10 }) else {
            panic!("no rows")
        };
        (rows.count, rows.groups.len(), rows.place)
    };
    view.selected = Some("a".to_owned());
    assert_eq!(rows(&view), (2, 2, Some(0)), "collapsed groups only");
    view.table.toggle("sort");
    assert_eq!(rows(&view), (3, 2, Some(0)));
    assert_eq!(next(&view).as_deref(), Some("b"));
}
