//! Rows of one id in formats that are not lists of JSON records: duplicates, tries, and tasks of their own.

use super::*;

/// A row: first and last second, and whether it succeeded.
type Row = (i64, i64, bool);

/// A format: importer, a file of rows of one id, whether its rows record failures.
struct Format(&'static str, fn(&[Row]) -> String, bool);

const FORMATS: [Format; 10] = [
    Format("nextflow", nextflow, true),
    Format("snakemake", snakemake, true),
    Format("cromwell", cromwell, true),
    Format("circleci", circleci, true),
    Format("otlp", otlp, true),
    Format("jaeger", jaeger, true),
    Format("zipkin", zipkin, true),
    Format("wfcommons", wfcommons, false),
    Format("joblog", parallel, true),
    Format("argo", argo, false),
];

const BASE: i64 = 1_770_000_000;

fn iso(second: i64) -> String {
    format!("2026-02-02T02:{:02}:{:02}", 40 + second / 60, second % 60)
}

fn joined(rows: &[Row], one: impl Fn(&Row) -> String, between: &str) -> String {
    rows.iter().map(one).collect::<Vec<_>>().join(between)
}

fn nextflow(rows: &[Row]) -> String {
    let one = |(from, to, ok): &Row| {
        let word = if *ok { "COMPLETED" } else { "FAILED" };
        let [from, to] = [from, to].map(|t| iso(*t).replace('T', " "));
        format!("1\tab/cdef01\t7\tx\t{word}\t0\t{from}.000\t{from}.000\t{to}.000\n")
    };
    "task_id\thash\tnative_id\tname\tstatus\texit\tsubmit\tstart\tcomplete\n".to_owned()
        + &joined(rows, one, "")
}

fn snakemake(rows: &[Row]) -> String {
    let stamp = |t: i64| format!("[Mon Feb  2 02:{:02}:{:02} 2026]\n", 40 + t / 60, t % 60);
    let mut lines: Vec<(i64, u8, String)> = Vec::new();
    for (from, to, ok) in rows {
        lines.push((*from, 1, stamp(*from) + "rule x:\n    input: a\n    output: b\n    jobid: 1\n\n"));
        let end = if *ok { "Finished jobid: 1 (Rule: x)\n" } else { "Error in rule x:\n    jobid: 1\n\n" };
        lines.push((*to, 0, stamp(*to) + end));
    }
    lines.sort();
    let lines: String = lines.into_iter().map(|(_, _, line)| line).collect();
    format!("Building DAG of jobs...\nUsing shell: /bin/bash\nProvided cores: 2\n{lines}")
}

fn cromwell(rows: &[Row]) -> String {
    let one = |(from, to, ok): &Row| {
        let word = if *ok { "Done" } else { "Failed" };
        let [from, to] = [from, to].map(|t| iso(*t));
        format!(r#"{{"executionStatus":"{word}","shardIndex":-1,"start":"{from}Z","end":"{to}Z"}}"#)
    };
    let calls = joined(rows, one, ",");
    format!(r#"{{"workflowName":"w","id":"i","calls":{{"w.x":[{calls}]}}}}"#)
}

fn circleci(rows: &[Row]) -> String {
    let one = |(from, to, ok): &Row| {
        let word = if *ok { "success" } else { "failed" };
        let [from, to] = [from, to].map(|t| iso(*t));
        format!(
            r#"{{"id":"x","name":"x","dependencies":[],"project_slug":"p","status":"{word}","started_at":"{from}Z","stopped_at":"{to}Z"}}"#
        )
    };
    let last = r#"{"id":"y","name":"y","dependencies":["x"],"project_slug":"p","status":"success"}"#;
    format!(r#"{{"items":[{},{last}]}}"#, joined(rows, one, ","))
}

fn otlp(rows: &[Row]) -> String {
    let one = |(from, to, ok): &Row| {
        let code = if *ok { 1 } else { 2 };
        let [from, to] = [from, to].map(|t| (BASE + t) * 1_000_000_000);
        format!(
            r#"{{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"x","startTimeUnixNano":"{from}","endTimeUnixNano":"{to}","status":{{"code":{code}}}}}"#
        )
    };
    let link = r#"{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"}"#;
    let last = format!(
        r#"{{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"aee19b7ec3c1b174","name":"y","startTimeUnixNano":"{0}","endTimeUnixNano":"{0}","links":[{link}]}}"#,
        (BASE + 50) * 1_000_000_000
    );
    let spans = joined(rows, one, ",");
    format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{spans},{last}]}}]}}]}}"#)
}

fn jaeger(rows: &[Row]) -> String {
    let one = |(from, to, ok): &Row| {
        let tags = if *ok { "" } else { r#"{"key":"error","type":"bool","value":true}"# };
        let (start, lasted) = ((BASE + from) * 1_000_000, (to - from) * 1_000_000);
        format!(
            r#"{{"traceID":"t","spanID":"x","operationName":"x","references":[],"startTime":{start},"duration":{lasted},"tags":[{tags}],"processID":"p1"}}"#
        )
    };
    let last = format!(
        r#"{{"traceID":"t","spanID":"y","operationName":"y","references":[{{"refType":"FOLLOWS_FROM","traceID":"t","spanID":"x"}}],"startTime":{},"duration":1,"tags":[],"processID":"p1"}}"#,
        (BASE + 50) * 1_000_000
    );
    let spans = joined(rows, one, ",");
    format!(
        r#"{{"data":[{{"traceID":"t","spans":[{spans},{last}],"processes":{{"p1":{{"serviceName":"s","tags":[]}}}}}}]}}"#
    )
}

fn zipkin(rows: &[Row]) -> String {
    let one = |(from, to, ok): &Row| {
        let tags = if *ok { "" } else { r#""error":"true""# };
        let (start, lasted) = ((BASE + from) * 1_000_000, (to - from) * 1_000_000);
        format!(
            r#"{{"traceId":"t","id":"x","name":"x","timestamp":{start},"duration":{lasted},"localEndpoint":{{"serviceName":"s"}},"tags":{{{tags}}}}}"#
        )
    };
    format!("[{}]", joined(rows, one, ","))
}

fn wfcommons(rows: &[Row]) -> String {
    let one = |(from, to, _): &Row| {
        format!(r#"{{"id":"x","runtimeInSeconds":{},"executedAt":"{}Z"}}"#, to - from, iso(*from))
    };
    let ran = joined(rows, one, ",");
    let tasks = r#"{"name":"x","id":"x","parents":[],"children":["y"]},{"name":"y","id":"y","parents":["x"],"children":[]}"#;
    format!(
        r#"{{"name":"w","schemaVersion":"1.5","workflow":{{"specification":{{"tasks":[{tasks}],"files":[]}},"execution":{{"executedAt":"{}Z","tasks":[{ran},{{"id":"y","runtimeInSeconds":1}}]}}}}}}"#,
        iso(0)
    )
}

fn parallel(rows: &[Row]) -> String {
    let one = |(from, to, ok): &Row| {
        format!("1\t:\t{}.000\t{}.000\t0\t0\t{}\t0\tx a\n", BASE + from, to - from, u8::from(!*ok))
    };
    "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n".to_owned()
        + &joined(rows, one, "")
}

fn argo(rows: &[Row]) -> String {
    let one = |(from, to, ok): &Row| {
        let word = if *ok { "Succeeded" } else { "Failed" };
        let [from, to] = [from, to].map(|t| iso(*t));
        format!(
            r#""x":{{"id":"x","name":"w.x","displayName":"x","type":"Pod","phase":"{word}","startedAt":"{from}Z","finishedAt":"{to}Z","children":["y"]}}"#
        )
    };
    let last = r#""y":{"id":"y","name":"w.y","displayName":"y","type":"Pod","phase":"Pending"}"#;
    let nodes = joined(rows, one, ",");
    format!(
        r#"{{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow","metadata":{{"name":"w"}},"status":{{"nodes":{{{nodes},{last}}}}}}}"#
    )
}

/// Seconds and number of tries of each task of the id, and the counts of duplicates and of tasks of their own.
fn found(format: &Format, rows: &[Row]) -> (Vec<(i64, usize)>, [u64; 2]) {
    let Format(id, write, _) = format;
    let runs = text(id, &write(rows));
    assert_eq!(runs.len(), 1, "{id}");
    let run = &runs[0];
    let is_own = |name: &str| {
        name.split(" #").next().is_some_and(|n| n.ends_with('x') || n == "1" || n == "eee19b7ec3c1b174")
    };
    let mut tasks: Vec<(i64, usize)> = run
        .task_ids()
        .filter(|task| is_own(run.task_id(*task)))
        .map(|task| {
            let (from, to) = run.task_interval(task).unwrap_or_default();
            ((to - from) / 1_000_000_000, run.attempts_of(task).len())
        })
        .collect();
    tasks.sort_unstable();
    let count = |code: &str| run.diagnostics.iter().filter(|d| &*d.code == code).map(|d| d.count).sum();
    (tasks, [count("duplicate-record"), count("duplicate-id")])
}

#[test]
fn rows_of_one_id_that_overlap_are_two_tasks() {
    for format in &FORMATS {
        assert_eq!(
            found(format, &[(0, 10, true), (5, 25, true)]),
            (vec![(10, 1), (20, 1)], [0, 1]),
            "{}",
            format.0
        );
    }
}

#[test]
fn rows_that_are_the_same_are_duplicates() {
    for format in &FORMATS {
        assert_eq!(found(format, &[(0, 10, true), (0, 10, true)]), (vec![(10, 1)], [1, 0]), "{}", format.0);
    }
}

#[test]
fn a_row_after_a_failed_one_is_the_next_attempt() {
    for format in FORMATS.iter().filter(|format| format.2) {
        assert_eq!(found(format, &[(0, 10, false), (20, 25, true)]), (vec![(25, 2)], [0, 0]), "{}", format.0);
        let other = found(format, &[(0, 10, true), (20, 25, true)]);
        assert_eq!(other, (vec![(5, 1), (10, 1)], [0, 1]), "{}", format.0);
    }
}

#[test]
fn a_dependency_on_an_id_of_two_tasks_includes_both() {
    let rows = [(0, 10, true), (5, 25, true)];
    for (id, write) in [
        ("circleci", circleci as fn(&[Row]) -> String),
        ("jaeger", jaeger),
        ("otlp", otlp),
        ("wfcommons", wfcommons),
        ("argo", argo),
    ] {
        let runs = text(id, &write(&rows));
        let mut before: Vec<String> = edges(&runs[0]);
        before.retain(|edge| edge.contains(" -> y") || edge.ends_with("aee19b7ec3c1b174"));
        assert_eq!(before.len(), 2, "{id}: {before:?}");
        assert!(before.iter().any(|edge| edge.contains(" #2 -> ")), "{id}: {before:?}");
    }
}
