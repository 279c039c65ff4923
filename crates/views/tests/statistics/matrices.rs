//! What the matrices say.

use makespan_analysis::Facts;
use makespan_model::TaskId;
use makespan_scene::{Role, hit};
use makespan_views::heatmap::{
    Calendar, DayColour, Fill, Frame, Lead, LineOrder, LinedUp, Matrix, RowOrder, RunColour, Runs,
    RunsOptions, Tasks, TasksOptions, Way, WorkerOrder, Workers, cell_at, neighbour, scene, tip, twin,
};
use makespan_views::{Look, Subject, Target};

use crate::{measured, rows, task, words};

const S: i64 = 1_000_000_000;

fn cpu() -> Facts {
    measured(
        "b 0..4 w1\na 4..9 w1 b\nc 9..19 w1 a",
        &[(Some("a"), "cpu", "%", 50.0, Some(5)), (Some("c"), "cpu", "%", 100.0, Some(9))],
    )
}

fn options(order: RowOrder, by: &str, descending: bool) -> TasksOptions {
    let columns = vec!["duration".into(), "cpu".into()];
    TasksOptions { columns, order, by: by.into(), descending, ..TasksOptions::default() }
}

#[test]
fn a_value_is_placed_within_its_column_and_the_unknown_has_no_colour() {
    let facts = cpu();
    let matrix = Tasks::new(&Subject::of(&facts), &options(RowOrder::Start, "", false)).unwrap();
    let table = twin(&matrix, 0..10);
    assert_eq!(table.columns.iter().map(|c| &*c.title).collect::<Vec<_>>(), ["Task", "Duration", "cpu"]);
    assert_eq!(rows(&table), ["b | 4 s | ", "a | 5 s | 50 %", "c | 10 s | 100 %"]);
    let fills: Vec<Fill> = (0..3).map(|row| matrix.entries(row, 1..2)[0].fill).collect();
    assert_eq!(fills, [Fill::Unknown, Fill::Value(Role::Heat0), Fill::Value(Role::Heat8)]);
    // 5 s lies a sixth of the way from 4 to 10.
    assert_eq!(matrix.entries(1, 0..1)[0].fill, Fill::Value(Role::Heat1));
    assert_eq!(tip(&matrix, 0, 1), "b\ncpu (50 % to 100 %)\nunknown");
    assert_eq!(tip(&matrix, 2, 1), "c\ncpu (50 % to 100 %)\ncpu 100 %");
    assert_eq!(matrix.lead(2, 0), Some(Lead::Task(task(&facts, "c"))));
    assert_eq!(tip(&matrix, 3, 0), "");
}

#[test]
fn rows_are_ordered_and_the_unknown_comes_last_either_way() {
    let facts = cpu();
    let names = |order, by: &str, descending| -> String {
        let matrix = Tasks::new(&Subject::of(&facts), &options(order, by, descending)).unwrap();
        (0..matrix.rows()).map(|row| matrix.row(row).text).collect()
    };
    assert_eq!(names(RowOrder::Start, "", false), "bac");
    assert_eq!(names(RowOrder::Name, "", false), "abc");
    assert_eq!(names(RowOrder::Name, "", true), "cba");
    assert_eq!(names(RowOrder::Column, "cpu", false), "acb");
    assert_eq!(names(RowOrder::Column, "cpu", true), "cab");
    assert_eq!(names(RowOrder::Column, "duration", true), "cab");
    assert_eq!(names(RowOrder::Alike, "", false).len(), 3);
    let mask = [true, false, true];
    let subject = Subject { mask: Some(&mask), ..Subject::of(&facts) };
    assert_eq!(Tasks::new(&subject, &options(RowOrder::Name, "", false)).unwrap().rows(), 2);
    assert!(Tasks::new(&Subject { mask: Some(&[false; 3]), ..subject }, &TasksOptions::default()).is_err());
}

#[test]
fn measures_that_are_the_same_everywhere_are_named_and_left_out() {
    let facts = cpu();
    let matrix = Tasks::new(&Subject::of(&facts), &TasksOptions::default()).unwrap();
    let heads: Vec<String> = (0..matrix.columns()).map(|c| matrix.column(c).text).collect();
    assert_eq!(heads, ["Duration", "cpu"]);
    let note = &matrix.notes()[1];
    assert!(note.contains("Waited (0 s)") && note.contains("Tries (1)"), "{note}");
}

#[test]
fn the_cell_under_the_pointer_is_the_drawn_cell() {
    let facts = cpu();
    let matrix = Tasks::new(&Subject::of(&facts), &options(RowOrder::Start, "", false)).unwrap();
    let frame = Frame::fit(&matrix, 400.0, 300.0);
    let drawn = scene(&matrix, &frame);
    for (row, column) in [(0, 0), (1, 1), (2, 0)] {
        let r = frame.place(row, column);
        let (x, y) = (r.x + r.w / 2.0, r.y + r.h / 2.0);
        assert_eq!(cell_at(&matrix, &frame, x, y), Some((row, column)));
        assert_eq!(Target::of(hit(&drawn, x, y, 0.0)), Some(Target::Cell(row as u32, column as u32)));
    }
    assert_eq!(cell_at(&matrix, &frame, 1.0, frame.top() + 1.0), None);
    assert_eq!(cell_at(&matrix, &frame, f32::NAN, 0.0), None);
    let texts = words(&drawn);
    for text in ["Tasks by measure", "lowest", "unknown", "b", "cpu", "100 %"] {
        assert!(texts.iter().any(|t| t == text), "{text} is missing: {texts:?}");
    }
}

#[test]
fn keys_move_the_focus_and_never_out_of_the_matrix() {
    let facts = cpu();
    let matrix = Tasks::new(&Subject::of(&facts), &options(RowOrder::Start, "", false)).unwrap();
    let frame = Frame::fit(&matrix, 400.0, 300.0);
    let go = |from, way| neighbour(&matrix, &frame, from, way);
    assert_eq!(go((0, 0), Way::Left), (0, 0));
    assert_eq!(go((0, 0), Way::Right), (0, 1));
    assert_eq!(go((0, 1), Way::Right), (0, 1));
    assert_eq!(go((0, 1), Way::Down), (1, 1));
    assert_eq!(go((0, 1), Way::PageDown), (2, 1));
    assert_eq!(go((2, 1), Way::PageUp), (0, 1));
    assert_eq!(go((2, 1), Way::First), (2, 0));
    assert_eq!(go((2, 0), Way::Last), (2, 1));
    assert_eq!(go((usize::MAX, usize::MAX), Way::Down), (2, 1));
}

/// Three runs of two tasks, not in the order of their starts; the second task is missing in one.
fn three() -> [Facts; 3] {
    [
        measured("run late\nx 1000..1040 w\ny 1040..1041 w x failed", &[]),
        measured("run early\nx 0..10 w\ny 10..11 w x", &[]),
        measured("run middle\nx 500..520 w", &[]),
    ]
}

fn lined_up() -> Vec<LinedUp> {
    let t = |i| Some(TaskId(i));
    vec![("x".to_owned(), vec![t(0), t(0), t(0)]), ("y".to_owned(), vec![t(1), t(1), None])]
}

#[test]
fn tasks_are_followed_from_run_to_run() {
    let runs = three();
    let (runs, lines) = (runs.each_ref(), lined_up());
    let shown = |colour, order| {
        let matrix = Runs::new(&runs, lines.clone(), &Look::PLAIN, RunsOptions { colour, order }).unwrap();
        rows(&twin(&matrix, 0..9))
    };
    // By start: early, middle, late.
    assert_eq!(shown(RunColour::Duration, LineOrder::Given), ["x | 10 s | 20 s | 40 s", "y | 1 s |  | 1 s"]);
    assert_eq!(
        shown(RunColour::Change, LineOrder::Given),
        ["x | −50 % | ±0 % | +100 %", "y | ±0 % |  | ±0 %"]
    );
    assert_eq!(
        shown(RunColour::Status, LineOrder::Failed)[0],
        "y | succeeded, 1 second (1000000000 ns), ±0 % relative to the median of the row |  | failed, 1 second (1000000000 ns), ±0 % relative to the median of the row"
    );
    assert_eq!(shown(RunColour::Attempts, LineOrder::Change), ["x | 1 | 1 | 1", "y | 1 |  | 1"]);
    let options = RunsOptions { colour: RunColour::Change, ..RunsOptions::default() };
    let matrix = Runs::new(&runs, lines.clone(), &Look::PLAIN, options).unwrap();
    let fill = |row, column| matrix.entries(row, column..column + 1)[0].clone();
    assert_eq!(fill(0, 0).fill, Fill::Value(Role::Diverge0));
    assert_eq!(fill(0, 1).fill, Fill::Value(Role::Diverge4));
    assert_eq!(fill(0, 2).fill, Fill::Value(Role::Diverge8));
    assert_eq!(fill(1, 1).fill, Fill::Nothing);
    // A failure bears its sign whatever is coloured.
    assert_eq!((fill(1, 0).sign, fill(1, 2).sign), (None, Some(Role::Failed)));
    assert_eq!(matrix.lead(1, 2), Some(Lead::TaskOfRun(0, TaskId(1))));
    assert_eq!(matrix.column(0).text, "01-01 00:00");
    assert!(Runs::new(&runs[..1], lines, &Look::PLAIN, options).is_err());
}

#[test]
fn a_worker_is_at_work_for_a_share_of_each_part() {
    // w1: 0 to 4 and, overlapping, 2 to 6; w2: 5 to 10.
    let facts = measured("a 0..4 w1\nb 2..6 w1\nc 5..10 w2\nd 1..2", &[]);
    let look = Look::PLAIN;
    let matrix = Workers::new(&facts, &look, (0, 10 * S), 5, WorkerOrder::Name).unwrap();
    assert_eq!(
        rows(&twin(&matrix, 0..9)),
        ["w1 | 100 % | 100 % | 100 % |  | ", "w2 |  |  | 50 % | 100 % | 100 %"]
    );
    assert_eq!(
        tip(&matrix, 1, 2),
        "w2, busy for 5 s, 50 % of the makespan\n+4 s to +6 s\nbusy 50 % of the time (1 s)"
    );
    assert_eq!(matrix.lead(1, 2), Some(Lead::Worker("w2".to_owned(), (4 * S, 6 * S))));
    // Any part of the columns gives what all of them give.
    let all = matrix.entries(0, 0..5);
    for from in 0..5 {
        assert_eq!(matrix.entries(0, from..5), all[from..]);
    }
    assert_eq!(matrix.notes()[1], "Not shown, worker unknown: 1 interval of work.");
    let busiest = Workers::new(&facts, &look, (0, 10 * S), 5, WorkerOrder::Busiest).unwrap();
    assert_eq!(busiest.row(0).text, "w1");
    assert!(Workers::new(&measured("a 0..1", &[]), &look, (0, S), 5, WorkerOrder::Name).is_err());
}

#[test]
fn runs_of_a_day_are_one_cell_of_the_calendar() {
    // 1970-01-01 was a Thursday; a day has 86,400 s.
    let run =
        |start: i64, long: i64, how: &str| measured(&format!("t {start}..{} w {how}", start + long), &[]);
    let all = [run(10, 4, ""), run(86_390, 8, "failed"), run(86_400 * 4, 6, ""), run(86_410, 1, "")];
    let runs: Vec<&Facts> = all.iter().collect();
    let matrix = Calendar::new(&runs, 0, DayColour::Failures).unwrap();
    let last = matrix.columns() - 1;
    assert_eq!(matrix.rows(), 7);
    // The last week holds Monday the 5th, the one before it Thursday and Friday.
    assert_eq!(
        tip(&matrix, 3, last - 1),
        "Thu\nweek from 1969-12-29\nThu 1970-01-01: 2 runs, 1 failed, median makespan 6 s"
    );
    assert_eq!(tip(&matrix, 0, last), "Mon\nweek from 1970-01-05\nMon 1970-01-05: 1 run, makespan 6 s");
    assert_eq!(matrix.lead(3, last - 1), Some(Lead::Runs(vec![0, 1])));
    let thursday = &matrix.entries(3, last - 1..last)[0];
    assert_eq!((thursday.fill, thursday.text.as_str()), (Fill::Value(Role::Failed), "1/2"));
    assert_eq!(matrix.entries(6, last..last + 1)[0].fill, Fill::Nothing);
    // A quarter of an hour east of Greenwich the second run started on Friday, with the fourth.
    let east = Calendar::new(&runs, 900, DayColour::Count).unwrap();
    assert_eq!(east.entries(4, last - 1..last)[0].text, "2");
    assert!(Calendar::new(&[&measured("t - - pending", &[])], 0, DayColour::Count).is_err());
}
