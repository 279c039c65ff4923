//! Files of MoneyPrinterTurbo's workflow monitor. What the recorded ones hold was counted with sqlite3 and jq.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod emitted;

use emitted::{Emitted, all, emit, expect, fixture, samples, source};
use makespan_import::mpt::IMPORTER;
use makespan_import::{Head, Source};

const SEED: &str = "moneyprinter-workflow-monitor";

fn count(emitted: &Emitted, event: &str, needle: &str) -> usize {
    emitted.of(event).into_iter().filter(|l| l.contains(needle)).count()
}

/// Whether a diagnostic of that code was reported with that count.
fn said(emitted: &Emitted, code: &str, times: u64) -> bool {
    let code = format!("\"code\":\"{code}\"");
    let times = if times > 1 { format!("\"count\":{times}") } else { "\"text\"".to_owned() };
    emitted.of("diagnostic").into_iter().any(|l| l.contains(&code) && l.contains(&times))
}

/// Sum of `ended` minus `started` over the attempts that have both, in microseconds.
fn work_us(emitted: &Emitted) -> i64 {
    let of = |line: &str, key: &str| -> Option<i64> {
        let rest = line.split_once(&format!("\"{key}\":"))?.1;
        rest[..rest.find([',', '}'])?].parse().ok()
    };
    emitted.of("attempt").into_iter().filter_map(|l| Some(of(l, "ended")? - of(l, "started")?)).sum::<i64>()
        / 1000
}

struct Case {
    name: &'static str,
    status: &'static str,
    tasks: usize,
    /// Attempts by status: succeeded, failed, running.
    attempts: [usize; 3],
    /// Tasks that say their status themselves: pending, skipped.
    idle: [usize; 2],
    after: usize,
    alerts: usize,
    samples: usize,
    work_us: i64,
    codes: &'static [&'static str],
}

const CASES: [Case; 7] = [
    Case {
        name: "01_success",
        status: "succeeded",
        tasks: 6,
        attempts: [6, 0, 0],
        idle: [0, 0],
        after: 5,
        alerts: 2,
        samples: 42,
        work_us: 3_485_702,
        codes: &[],
    },
    Case {
        name: "02_failure_retry",
        status: "failed",
        tasks: 4,
        attempts: [3, 1, 0],
        idle: [0, 0],
        after: 3,
        alerts: 3,
        samples: 0,
        work_us: 329_162,
        codes: &["attempts-lost"],
    },
    Case {
        name: "03_majority_failure_critical",
        status: "running",
        tasks: 3,
        attempts: [0, 2, 0],
        idle: [1, 0],
        after: 2,
        alerts: 4,
        samples: 0,
        work_us: 104_818,
        codes: &["stale-status", "stale-totals"],
    },
    Case {
        name: "04_skip_running_pending",
        status: "running",
        tasks: 4,
        attempts: [0, 0, 2],
        idle: [1, 1],
        after: 0,
        alerts: 1,
        samples: 0,
        work_us: 0,
        codes: &["running-without-end"],
    },
    Case {
        name: "07_nan_metric_alert_threshold",
        status: "running",
        tasks: 1,
        attempts: [0, 0, 1],
        idle: [0, 0],
        after: 0,
        alerts: 1,
        samples: 1,
        work_us: 0,
        codes: &["running-without-end"],
    },
    Case {
        name: "08_cli",
        status: "pending",
        tasks: 3,
        attempts: [0, 0, 0],
        idle: [3, 0],
        after: 0,
        alerts: 0,
        samples: 0,
        work_us: 0,
        codes: &["stale-totals"],
    },
    Case {
        name: "09_demo",
        status: "running",
        tasks: 7,
        attempts: [0, 0, 1],
        idle: [6, 0],
        after: 0,
        alerts: 6,
        samples: 0,
        work_us: 0,
        codes: &["running-without-end"],
    },
];

#[test]
fn databases_alone() {
    let Some(root) = samples(SEED) else { return };
    for case in &CASES {
        let emitted = emit(&IMPORTER, &[source(&root, &format!("{}/workflow_monitor.db", case.name))]);
        assert_eq!(emitted.result, Ok(()), "{}", case.name);
        let run = emitted.of("run")[0];
        assert!(run.contains(&format!("\"status\":\"{}\"", case.status)), "{run}");
        let attempts = ["succeeded", "failed", "running"]
            .map(|s| count(&emitted, "attempt", &format!("\"status\":\"{s}\"")));
        let idle = ["pending", "skipped"].map(|s| count(&emitted, "task", &format!("\"status\":\"{s}\"")));
        let got =
            (emitted.of("task").len(), attempts, idle, emitted.of("alert").len(), emitted.of("sample").len());
        assert_eq!(got, (case.tasks, case.attempts, case.idle, case.alerts, case.samples), "{}", case.name);
        assert_eq!(count(&emitted, "task", "\"after\":["), case.after, "{}", case.name);
        // Each time is rounded to a microsecond, by sqlite3 and here in another order.
        assert!((work_us(&emitted) - case.work_us).abs() <= 1, "{}: {}", case.name, work_us(&emitted));
        assert_eq!(emitted.codes(), case.codes, "{}: {:?}", case.name, emitted.of("diagnostic"));
    }
}

#[test]
fn several_databases_are_several_runs() {
    let Some(root) = samples(SEED) else { return };
    let sources: Vec<Source> =
        CASES.iter().map(|c| source(&root, &format!("{}/workflow_monitor.db", c.name))).collect();
    let emitted = emit(&IMPORTER, &sources);
    assert_eq!(count(&emitted, "run", "\"source\":"), 7);
    assert_eq!(
        (emitted.of("task").len(), emitted.of("alert").len(), emitted.of("sample").len()),
        (28, 17, 43)
    );
}

#[test]
fn everything_of_a_case_is_one_run() {
    let Some(root) = samples(SEED) else { return };
    // Alerts and samples are those of the database and, where it lost them, of the answers.
    for (case, attempts, alerts, samples, twice) in [
        ("01_success", 6, 2, 42, 46),
        ("02_failure_retry", 9, 3, 0, 6),
        ("03_majority_failure_critical", 2, 4, 0, 8),
        ("04_skip_running_pending", 2, 1, 0, 2),
        ("07_nan_metric_alert_threshold", 1, 11, 1, 13),
    ] {
        let sources: Vec<Source> =
            all(&root).into_iter().filter(|s| s.name.starts_with(&format!("{case}/"))).collect();
        let emitted = emit(&IMPORTER, &sources);
        assert_eq!((&emitted.result, emitted.unclaimed.as_slice()), (&Ok(()), [].as_slice()), "{case}");
        assert_eq!(count(&emitted, "run", "\"source\":"), 1, "{case}");
        let got = (emitted.of("attempt").len(), emitted.of("alert").len(), emitted.of("sample").len());
        assert_eq!(got, (attempts, alerts, samples), "{case}");
        assert!(said(&emitted, "recorded-twice", twice), "{case}: {:?}", emitted.of("diagnostic"));
        assert!(said(&emitted, "merged-sources", 1) && said(&emitted, "unreliable-copy", 1), "{case}");
    }
}

#[test]
fn an_answer_knows_the_end_that_the_database_lacks() {
    let Some(root) = samples(SEED) else { return };
    let case = "07_nan_metric_alert_threshold";
    let names = ["workflow_monitor.db", "asdict_WorkflowExecution_289bfe28.json"];
    let emitted = emit(&IMPORTER, &names.map(|n| source(&root, &format!("{case}/{n}"))));
    let run = emitted.of("run")[0];
    assert!(run.contains("\"status\":\"succeeded\"") && run.contains("\"status\":\"running\""), "{run}");
    assert!(emitted.of("attempt")[0].contains("\"ended\":1795223105546467000,\"status\":\"succeeded\""));
    assert!(said(&emitted, "metric-not-a-number", 2) && said(&emitted, "not-a-number", 2));
}

#[test]
fn the_log_has_the_earlier_attempts() {
    let Some(root) = samples(SEED) else { return };
    let names = ["02_failure_retry/workflow_monitor.db", "02_failure_retry/monitor.log"];
    let emitted = emit(&IMPORTER, &names.map(|n| source(&root, n)));
    let terms = "cd9db05a-3eac-4df1-8632-55aba08f81ed";
    let audio = "5e7a1e63-258b-448a-95fd-ed2a24d81015";
    let tries = |task: &str| {
        emitted.of("attempt").into_iter().filter(|l| l.contains(task)).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        tries(terms)[..2],
        [
            format!(
                r#"{{"event":"attempt","task":"{terms}","started":1795221892356000000,"ended":1795221892406000000,"status":"failed","error":{{"message":"HTTP 429 rate limited"}}}}"#
            ),
            format!(
                r#"{{"event":"attempt","task":"{terms}","try":2,"started":1795221892433000000,"ended":1795221892514000000,"status":"failed","error":{{"message":"HTTP 500"}}}}"#
            ),
        ]
    );
    // This one was failed four times and started once: the start is that of the last.
    let audio = tries(audio);
    assert_eq!(audio.len(), 4);
    assert_eq!(audio.iter().filter(|l| l.contains("\"started\"")).count(), 1, "{audio:?}");
    assert!(said(&emitted, "attempts-from-log", 5));
    assert_eq!(emitted.of("log").len(), 33);
}

#[test]
fn single_answers() {
    let Some(root) = samples(SEED) else { return };
    for (name, tasks, codes) in [
        ("01_success/asdict_WorkflowExecution_c02b581e.json", 6, vec![]),
        ("01_success/get_status_c02b581e.json", 6, vec!["no-times"]),
        ("01_success/get_history_c02b581e.json", 0, vec!["no-steps"]),
        ("01_success/recent_alerts.json", 0, vec!["no-steps"]),
        ("01_success/performance_summary_c02b581e.json", 0, vec!["no-run"]),
        ("02_failure_retry/performance_summary_bca712c6.json", 0, vec!["empty-summary"]),
        ("01_success/report_c02b581e.txt", 0, vec!["derived-file"]),
        ("01_success/workflow_monitor.dump.sql", 0, vec!["derived-file"]),
        ("01_success/hive_memory.db", 0, vec!["unreliable-copy"]),
    ] {
        let emitted = emit(&IMPORTER, &[source(&root, name)]);
        assert_eq!(
            (&emitted.result, emitted.of("task").len(), emitted.codes()),
            (&Ok(()), tasks, codes.iter().map(|c| (*c).to_owned()).collect()),
            "{name}"
        );
    }
    let emitted = emit(&IMPORTER, &[source(&root, "01_success/performance_summary_c02b581e.json")]);
    assert!(emitted.of("run")[0].contains("\"cpu_usage.mean\":67.5"));
    // The log alone: five steps of which it names the start, and what became of them.
    let emitted = emit(&IMPORTER, &[source(&root, "02_failure_retry/monitor.log")]);
    assert_eq!((emitted.of("task").len(), emitted.of("attempt").len()), (4, 9));
    assert!(
        emitted.of("run")[0].contains("\"name\":\"Retry and fail\"")
            && emitted.of("run")[0].contains("\"status\":\"failed\"")
    );
}

#[test]
fn foreign_files_are_left_to_others() {
    let Some(root) = samples("kailash-2.65.0") else { return };
    for source in all(&root) {
        let claim = (IMPORTER.sniff)(&Head::new(&source.name, &source.bytes));
        assert_eq!(claim, None, "{}", source.name);
    }
    for name in ["graflow-0.2.0", "graflow-lineage-seed-code", "moe-event-tracking"] {
        let Some(root) = samples(name) else { return };
        for source in all(&root) {
            assert_eq!(
                (IMPORTER.sniff)(&Head::new(&source.name, &source.bytes)),
                None,
                "{name}/{}",
                source.name
            );
        }
    }
}

#[test]
fn small_files_whole() {
    let emitted = emit(&IMPORTER, &[fixture("mpt/execution.json")]);
    assert_eq!(emitted.result, Ok(()));
    expect(&emitted, "mpt/execution.jsonl");
    let emitted = emit(&IMPORTER, &[fixture("mpt/retry.log"), fixture("mpt/alerts.json")]);
    assert_eq!(emitted.result, Ok(()));
    expect(&emitted, "mpt/retry.jsonl");
}

#[test]
fn odd_records_cost_only_themselves() {
    let text = r#"{"workflow_id":7,"name":null,"status":"exploded","start_time":"soon","end_time":1e300,
        "duration":"x","total_steps":"2","steps":{"a":5,"b":{"status":[],"dependencies":"c","retry_count":-3,
        "start_time":1.5},"b":{"name":"twice"}},"alerts":[1,{"message":"m"}],"metrics":{"x":1}}"#;
    let emitted = emit(&IMPORTER, &[Source::new("odd.json", text.as_bytes().to_vec())]);
    assert_eq!(emitted.result, Ok(()));
    assert_eq!((emitted.of("task").len(), emitted.of("alert").len()), (1, 1));
    assert!(said(&emitted, "bad-record", 1) && said(&emitted, "bad-time", 2), "{:?}", emitted.lines);
    assert!(said(&emitted, "bad-value", 1), "{:?}", emitted.lines);
    let cut = Source::new("cut.json", br#"{"workflow_id":"w","steps":{"a":{"status":"running","st"#.to_vec());
    let emitted = emit(&IMPORTER, &[cut]);
    assert_eq!((&emitted.result, emitted.codes()[0].as_str()), (&Ok(()), "truncated"));
    let broken =
        Source::new("workflow_monitor.db", b"SQLite format 3\0workflow_steps workflow_alerts".to_vec());
    assert!(emit(&IMPORTER, &[broken]).result.is_err());
}

#[test]
fn a_later_run_of_the_same_id_is_a_run_of_its_own_and_a_later_state_is_not() {
    let record = |status: &str, from: u32, to: &str, step: &str| {
        format!(
            r#"{{"workflow_id":"w","name":"Render","status":"{status}","start_time":{from},"end_time":{to},"total_steps":1,"completed_steps":1,"failed_steps":0,"progress":100,"metadata":{{}},"alerts":[],"metrics":[],"steps":{{"s":{{"step_id":"s","name":"Fetch","status":"{step}","start_time":{from},"end_time":{to},"dependencies":[],"metadata":{{}},"retry_count":0}}}}}}"#
        )
    };
    let check = |records: &[String], runs: &[&str]| {
        let text = format!("[{}]", records.join(","));
        let emitted = emit(&IMPORTER, &[Source::new("history.json", text.into_bytes())]);
        let mut ids: Vec<&str> = emitted
            .of("run")
            .into_iter()
            .filter_map(|line| line.split_once("\"run\":\"")?.1.split('"').next())
            .collect();
        ids.dedup();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids, runs);
        assert_eq!(said(&emitted, "duplicate-id", 1), runs.len() > 1);
    };
    let first = record("failed", 1000, "1010", "failed");
    check(&[record("running", 1000, "null", "running"), first.clone()], &["w"]);
    check(&[first.clone(), record("completed", 1020, "1030", "completed")], &["w", "w #2"]);
    check(&[first.clone(), first], &["w"]);
}
