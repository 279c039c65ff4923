//! Tables whose columns are mapped: the offer, what is chosen, the first rows as tasks, and the run that comes of it.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::rc::Rc;

use makespan_engine::{Answer, Change, Columns, Opened, Question, Session, decode, encode};
use makespan_import::{OWN, Utc};
use makespan_model::Status;
use makespan_views::ViewState;

const ODD: &str = "Auftrag;Anfang;Ende;Ergebnis;Knoten;vorher\n\
    holen;2026-03-01 10:00:00;2026-03-01 10:01:00;GRÜN;n1;\n\
    packen;2026-03-01 10:01:00;2026-03-01 10:03:30;ok;n2;holen\n\
    senden;2026-03-01 10:03:30;2026-03-01 10:04:00;failed;n1;holen|packen\n";

fn open(session: &mut Session, text: &str) -> Opened {
    session.open(vec![("jobs.csv".to_owned(), text.as_bytes().to_vec())])
}

fn columns(session: &Session, mapping: &str, changes: &[Change]) -> Columns {
    let question = Question::Columns { table: 0, mapping: mapping.to_owned(), changes: changes.to_vec() };
    let question = decode(&encode(&question)).unwrap();
    let Answer::Columns(columns) = decode(&encode(&session.answer(&question))).unwrap() else {
        panic!("no columns")
    };
    columns
}

fn preview(columns: &Columns) -> Vec<String> {
    let row = |row: &Vec<makespan_views::Cell>| {
        row.iter().map(|cell| cell.text().into_owned()).collect::<Vec<_>>().join(" | ")
    };
    columns.preview.rows.iter().map(row).collect()
}

#[test]
fn an_unknown_table_is_offered_previewed_and_opened() {
    let mut session = Session::new(Rc::new(Utc));
    let opened = open(&mut session, ODD);
    assert_eq!((opened.found, opened.files[0].table, opened.files[0].is_doubtful), (0, Some(0), true));
    let guess = columns(&session, "", &[]);
    assert_eq!((guess.file.as_str(), guess.about.as_str(), guess.others), ("jobs.csv", "3 tasks", 0));
    assert_eq!(
        preview(&guess),
        [
            "unknown | holen | holen | +0 s | 1 min 00 s | 1 | ",
            "succeeded | packen | packen | +1 min 00 s | 2 min 30 s | 1 | ",
            "failed | senden | senden | +3 min 30 s | 30 s | 1 | ",
        ]
    );
    let changes = [
        Change::Field { column: "Knoten".to_owned(), field: "worker".to_owned() },
        Change::Word { word: "GRÜN".to_owned(), status: "succeeded".to_owned() },
    ];
    let chosen = columns(&session, "", &changes);
    assert_eq!(preview(&chosen)[0], "succeeded | holen | holen | +0 s | 1 min 00 s | 1 | n1");

    // The text is what a link keeps, and what opens the table.
    let link = makespan_views::encode(&ViewState { mapping: chosen.choices.text, ..ViewState::default() });
    let mapping = makespan_views::decode(&link).unwrap().mapping;
    session.read_tables_by(&mapping);
    let opened = open(&mut session, ODD);
    assert_eq!((opened.found, opened.bad_mapping), (1, None));
    let run = &session.runs_of([0])[0];
    assert_eq!(run.task_count(), 3);
    let statuses = [Status::Succeeded, Status::Succeeded, Status::Failed];
    assert_eq!(run.tasks.status, statuses);
    assert!(!run.edges_inferred);
    assert_eq!(columns(&session, &mapping, &[]).choices.words[0].chosen, "succeeded");
}

#[test]
fn a_table_recognised_by_its_names_is_offered_only_if_its_values_add_information() {
    let mut session = Session::new(Rc::new(Utc));
    let known = "id,started,ended,status\na,2026-03-01T10:00:00Z,2026-03-01T10:00:05Z,ok\n";
    let opened = open(&mut session, known);
    assert_eq!((opened.found, opened.files[0].table, opened.files[0].is_doubtful), (1, Some(0), false));
    let half = "id,started,until,status\na,2026-03-01T10:00:00Z,2026-03-01T10:00:05Z,ok\n";
    let opened = open(&mut session, half);
    assert_eq!((opened.found, opened.files[0].is_doubtful), (1, true));
    let list = r#"[{"id":"a","t0":1772359200,"t1":1772359205,"status":"ok"}]"#;
    let opened = open(&mut session, list);
    assert_eq!((opened.files[0].format.as_deref(), opened.files[0].is_doubtful), (Some("plain"), true));
    assert_eq!(preview(&columns(&session, "", &[])), ["succeeded | a | a | +0 s | 5 s | 1 | "]);
}

#[test]
fn other_tables_are_not_offered_for_mapping() {
    let mut session = Session::new(Rc::new(Utc));
    for text in
        ["just words\nand more\n", "{\"a\":1}", "fetch 0..4 w1\nalign 4..9 w1 fetch", "<html>,</html>"]
    {
        let opened = open(&mut session, text);
        assert_eq!((opened.files[0].table, opened.files[0].is_doubtful), (None, false), "{text}");
    }
    let opened = open(&mut session, "name,price\nbread,3\n");
    assert_eq!((opened.files[0].table, opened.files[0].is_doubtful), (Some(0), false));
    let columns = columns(&session, "", &[]);
    assert!(columns.preview.rows.len() == 1 && !columns.choices.text.is_empty());
}

#[test]
fn an_invalid_mapping_is_reported_and_replaced_by_the_guess() {
    let mut session = Session::new(Rc::new(Utc));
    session.read_tables_by("[columns]\nnonsense = \"x\"\n");
    let opened = open(&mut session, ODD);
    assert!(opened.bad_mapping.is_some_and(|why| why.contains("nonsense")));
    let columns = columns(&session, "nonsense", &[]);
    assert!(columns.problems[0].contains("expected KEY"), "{:?}", columns.problems);
    assert_eq!(columns.preview.rows.len(), 3);
    assert_eq!(
        session.answer(&Question::Columns { table: 7, mapping: String::new(), changes: Vec::new() }),
        Answer::Nothing
    );
}

#[test]
fn the_beginning_of_a_large_table_is_enough() {
    let mut text = String::from("Job;von;bis\n");
    for i in 0..20_000 {
        text.push_str(&format!("job {i};2026-03-01T10:00:00Z;2026-03-01T10:00:05Z\n"));
    }
    let mut session = Session::new(Rc::new(Utc));
    assert!(open(&mut session, &text).files[0].is_doubtful);
    let columns = columns(&session, "", &[]);
    assert!(columns.about.ends_with("in the first 63 KiB"), "{}", columns.about);
    assert_eq!((columns.preview.rows.len(), columns.problems.len()), (8, 0), "{:?}", columns.problems);
    session.read_tables_by(&columns.choices.text);
    assert_eq!(open(&mut session, &text).found, 1);
    assert_eq!(session.runs_of([0])[0].task_count(), 20_000);
}

#[test]
fn a_report_maps_no_columns() {
    let mut session = Session::of_formats(Rc::new(Utc), &OWN);
    session.read_tables_by("[columns]\nid = \"Auftrag\"\n");
    let opened = open(&mut session, ODD);
    assert_eq!((opened.found, opened.files[0].table, opened.bad_mapping), (0, None, None));
}
