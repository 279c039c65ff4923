//! Tables: columns whose meaning is guessed, and columns that a mapping names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use makespan_import::{FileVerdict, Mapping, Options, Source, Utc, Verdict, Zone, open};
use makespan_model::{Run, RunsBuilder, Status};

/// UTC, and a mapping.
struct Mapped(Option<Mapping>);

impl Zone for Mapped {
    fn name(&self) -> &str {
        Utc.name()
    }

    fn offset(&self, civil_seconds: i64) -> i32 {
        Utc.offset(civil_seconds)
    }

    fn mapping(&self) -> Option<&Mapping> {
        self.0.as_ref()
    }
}

fn opened(name: &str, text: &str, mapping: Option<&str>) -> (Vec<Run>, FileVerdict) {
    let zone = Mapped(mapping.map(|text| Mapping::parse(text).unwrap()));
    let mut runs = RunsBuilder::new();
    let source = Source::new(name, text.as_bytes().to_vec());
    let mut outcome = open(vec![source], &Options { zone: &zone }, &mut runs);
    (runs.finish().0, outcome.files.remove(0))
}

/// Tasks with seconds and status, and the recorded dependencies.
fn tasks(run: &Run) -> Vec<String> {
    let mut all: Vec<String> = run
        .task_ids()
        .map(|t| {
            let seconds = run.task_interval(t).map(|(from, to)| (to - from) as f64 / 1e9);
            let before = if run.edges_inferred { 0 } else { run.predecessors.row(t.index()).len() };
            let status = run.tasks.status[t.index()].name();
            format!("{} {seconds:?} {status} after {before}", run.task_id(t))
        })
        .collect();
    all.sort();
    all
}

const CSV: &str = include_str!("fixtures/table/jobs.csv");

#[test]
fn guessed_columns_are_reported() {
    let (runs, file) = opened("jobs.csv", CSV, None);
    assert_eq!((file.kind, file.format), (Verdict::Read, Some("table")), "{file}");
    assert_eq!(
        tasks(&runs[0]),
        [
            "fetch Some(30.0) succeeded after 0",
            "load, all Some(90.0) failed after 1",
            "odd Some(10.0) unknown after 0",
            "report None pending after 2",
        ]
    );
    let said = runs[0].diagnostics.iter().find(|d| &*d.code == "columns-guessed").unwrap();
    assert!(said.message.contains("started = \"Start Time (ms)\""), "{}", said.message);
}

#[test]
fn a_mapping_names_columns_units_and_words() {
    let mapping = "[columns]\nid = \"Job Name\"\nworker = \"Host\"\nstatus = \"State\"\nstarted = \"Start Time (ms)\"\nduration = \"Cost\"\n[units]\nstarted = \"ms\"\nduration = \"ms\"\n[status]\n\"GREENISH\" = \"cached\"\nok = \"skipped\"\n";
    let (runs, file) = opened("jobs.csv", CSV, Some(mapping));
    assert_eq!((file.kind, file.format), (Verdict::Read, Some("table")), "{file}");
    assert_eq!(
        tasks(&runs[0]),
        [
            "fetch Some(0.0015) skipped after 0",
            "load, all Some(0.002) failed after 0",
            "odd None cached after 0",
            "report None pending after 0",
        ]
    );
}

#[test]
fn a_mapping_follows_paths_in_json() {
    let json = r#"{"meta":1,"data":{"items":[
        {"info":{"nm":"x","t":[1740823200,1740823260]},"st":{"word":"KO"}},
        {"info":{"nm":"y","t":[1740823260,1740823270]},"st":{"word":"fine"}}]}}"#;
    let mapping = r#"{"rows":"data.items","columns":{"id":"info.nm","started":"info.t.0","ended":"info.t.1","status":"st.word"},
        "units":{"started":"s","ended":"s"},"status":{"KO":"failed"}}"#;
    let (runs, file) = opened("odd.json", json, Some(mapping));
    assert_eq!(file.kind, Verdict::Read, "{file}");
    assert_eq!(tasks(&runs[0]), ["x Some(60.0) failed after 0", "y Some(10.0) unknown after 0"]);
    assert_eq!(runs[0].tasks.status.iter().filter(|s| **s == Status::Succeeded).count(), 0);
}

#[test]
fn a_mapping_leaves_files_of_known_formats_alone() {
    let events = "{\"event\":\"run\",\"makespan\":1,\"run\":\"r\"}\n{\"event\":\"task\",\"task\":\"t\"}\n";
    let (runs, file) = opened("e.jsonl", events, Some("[columns]\nid = \"task\"\n"));
    assert_eq!((runs.len(), file.format), (1, Some("makespan")));
    let (runs, file) = opened("none.csv", "a,b\n1,2\n", Some("[columns]\nid = \"nothing\"\n"));
    assert_eq!((runs.len(), file.kind), (0, Verdict::Broken), "{file}");
}

#[test]
fn zones_of_a_mapping_are_offsets() {
    let csv = "n;t0;t1\na;2025-03-01 12:00:00;2025-03-01T11:00:30Z\n";
    let mapping = "zone = \"+01:00\"\n[columns]\nid = \"n\"\nstarted = \"t0\"\nended = \"t1\"\n";
    assert_eq!(tasks(&opened("z.csv", csv, Some(mapping)).0[0]), ["a Some(30.0) succeeded after 0"]);
}

#[test]
fn a_row_without_a_status_in_a_table_of_statuses_is_unknown_and_one_that_runs_is_running() {
    let csv = "id,started,ended,status,error\na,2025-03-01T12:00:00Z,2025-03-01T12:00:05Z,ok,\n\
               b,2025-03-01T12:00:00Z,2025-03-01T12:00:07Z,,\nc,2025-03-01T12:00:00Z,,,\n\
               d,2025-03-01T12:00:00Z,2025-03-01T12:00:07Z,,no answer\n";
    let (runs, _) = opened("some.csv", csv, None);
    assert_eq!(
        tasks(&runs[0]),
        [
            "a Some(5.0) succeeded after 0",
            "b Some(7.0) unknown after 0",
            "c None running after 0",
            "d Some(7.0) failed after 0",
        ]
    );
    let said = runs[0].diagnostics.iter().find(|d| &*d.code == "status-missing").unwrap();
    assert_eq!(said.count, 1);
}

#[test]
fn a_list_without_any_status_says_that_success_is_inferred() {
    let csv = "task,started,ended\na,2025-03-01T12:00:00Z,2025-03-01T12:00:05Z\n";
    let json = r#"[{"id":"a","start":"2025-03-01T12:00:00Z","end":"2025-03-01T12:00:05Z"}]"#;
    for (name, text) in [("t.csv", csv), ("t.json", json)] {
        let (runs, _) = opened(name, text, None);
        assert_eq!(tasks(&runs[0]), ["a Some(5.0) succeeded after 0"], "{name}");
        let said = runs[0].diagnostics.iter().find(|d| &*d.code == "status-inferred");
        assert!(said.is_some_and(|d| d.count == 1 && d.message.contains("inferred")), "{name}");
    }
    let emitted = json.replace("}]", ",\"status\":\"ok\"}]");
    let (runs, _) = opened("t.json", &emitted, None);
    assert!(runs[0].diagnostics.iter().all(|d| &*d.code != "status-inferred"));
}

#[test]
fn a_task_without_a_status_beside_tasks_with_one_is_unknown() {
    let times = r#""start":"2025-03-01T12:00:00Z","end":"2025-03-01T12:00:05Z""#;
    let list = format!(
        r#"[{{"id":"a",{times}}},{{"id":"b",{times},"status":"ok"}},{{"id":"c",{times},"status":"failed"}},
            {{"id":"d",{times}}},{{"id":"d","status":"ok"}},{{"id":"e",{times},"error":"boom"}}]"#
    );
    let lines =
        list.trim_matches(['[', ']']).replace("}},{", "}\n{").replace("},{", "}\n{").replace(",\n", "\n");
    for (name, text) in [("t.json", list.as_str()), ("t.jsonl", lines.as_str())] {
        let (runs, _) = opened(name, text, None);
        let want = [
            "a Some(5.0) unknown after 0",
            "b Some(5.0) succeeded after 0",
            "c Some(5.0) failed after 0",
            "d Some(5.0) succeeded after 0",
            "e Some(5.0) failed after 0",
        ];
        assert_eq!(tasks(&runs[0]), want, "{name}");
        let said: Vec<_> = runs[0]
            .diagnostics
            .iter()
            .filter(|d| d.code.starts_with("status-"))
            .map(|d| (&*d.code, d.count))
            .collect();
        assert_eq!(said, [("status-missing", 1)], "{name}");
    }
}

#[test]
fn mapped_columns_missing_from_the_table_are_reported() {
    let csv = "n;t0;t1\na;2025-03-01T12:00:00Z;2025-03-01T11:00:30Z\n";
    let json = r#"[{"n":"a","t0":"2025-03-01T12:00:00Z","t1":"2025-03-01T12:00:30Z"}]"#;
    for (name, text) in [("x.csv", csv), ("x.json", json)] {
        let wrong = "[columns]\nid = \"n\"\nstarted = \"t0\"\nended = \"t_1\"\n";
        let (runs, _) = opened(name, text, Some(wrong));
        let said = runs[0].diagnostics.iter().find(|d| &*d.code == "column-missing").unwrap();
        assert!(said.message.contains("ended = \"t_1\""), "{}", said.message);
        let right = wrong.replace("t_1", "t1");
        let (runs, _) = opened(name, text, Some(&right));
        assert!(runs[0].diagnostics.iter().all(|d| &*d.code != "column-missing"), "{name}");
    }
    let (_, file) = opened("x.csv", csv, Some("[columns]\nid = \"Job\"\n"));
    assert!(file.to_string().contains("its columns are n, t0, t1"), "{file}");
}
