//! The order in which a list records attempts decides nothing: they are numbered by their times.
#![allow(clippy::unwrap_used)]

use makespan_format::Status;
use makespan_import::{Options, Source, open};
use makespan_model::{Run, RunsBuilder};

const ROWS: [(&str, &str, u32, u32, &str); 5] = [
    ("extract", "", 0, 5, "failed"),
    ("extract", "", 7, 9, "failed"),
    ("extract", "", 12, 20, "success"),
    ("load", "extract", 20, 25, "failed"),
    ("load", "extract", 30, 31, "success"),
];

fn time(second: u32) -> String {
    format!("2026-01-05T10:00:{second:02}Z")
}

fn json(row: &(&str, &str, u32, u32, &str)) -> String {
    let (id, after, start, end, status) = row;
    let after = if after.is_empty() { String::new() } else { format!("\"{after}\"") };
    format!(
        r#"{{"id":"{id}","depends_on":[{after}],"start":"{}","end":"{}","status":"{status}"}}"#,
        time(*start),
        time(*end)
    )
}

fn csv(row: &(&str, &str, u32, u32, &str)) -> String {
    let (id, after, start, end, status) = row;
    format!("{id},{after},{},{},{status}", time(*start), time(*end))
}

fn read(name: &str, text: String) -> Run {
    let mut runs = RunsBuilder::new();
    let outcome = open(vec![Source::new(name, text.into_bytes())], &Options::default(), &mut runs);
    assert!(outcome.files[0].error.is_none(), "{:?}", outcome.files[0].error);
    runs.finish().0.remove(0)
}

/// Start in seconds since the run's, length in seconds and status of every attempt of a task, in the order of their numbers.
fn attempts(run: &Run, task: &str) -> Vec<(i64, i64, Status)> {
    let origin = run.span().unwrap().0;
    let task = run.find_task(task).unwrap();
    run.attempts_of(task)
        .map(|attempt| {
            let (from, to) = run.interval(attempt).unwrap();
            let seconds = |ns: i64| ns / 1_000_000_000;
            (seconds(from - origin), seconds(to - from), run.attempts.status[attempt.index()])
        })
        .collect()
}

#[test]
fn attempts_are_numbered_by_their_times_whatever_the_order_of_the_records() {
    let head = "id,depends_on,start,end,status";
    let orders = [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 4, 0, 3, 1]];
    for order in orders {
        let rows = order.map(|at| ROWS[at]);
        let records = rows.map(|row| json(&row));
        let table = format!("{head}\n{}\n", rows.map(|row| csv(&row)).join("\n"));
        for (name, text) in [
            ("list.json", format!("[{}]", records.join(","))),
            ("list.jsonl", records.join("\n")),
            ("list.csv", table.clone()),
            ("list.tsv", table.replace(',', "\t")),
        ] {
            let run = read(name, text);
            let (failed, succeeded) = (Status::Failed, Status::Succeeded);
            let extract = [(0, 5, failed), (7, 2, failed), (12, 8, succeeded)];
            assert_eq!(attempts(&run, "extract"), extract, "{name}, {order:?}");
            assert_eq!(attempts(&run, "load"), [(20, 5, failed), (30, 1, succeeded)], "{name}, {order:?}");
            assert_eq!((run.edge_count(), run.status()), (1, Some(succeeded)), "{name}, {order:?}");
        }
    }
}
