//! `makespan monitor` beside whoever records.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::process::Stdio;
use std::time::Duration;

use common::kept::Kept;
use common::text;

#[test]
fn a_run_is_shown_until_it_has_finished() {
    for store in ["sqlite:runs.db", "file:runs"] {
        let kept = Kept::new("monitor", store);
        let run = kept.created(&[]);
        for step in ["a", "b"] {
            kept.said(&["step", "add", &run, step]);
        }
        kept.said(&["step", "start", &run, "a"]);
        let once = kept.said(&["monitor", &run, "--once"]);
        assert!(once.contains("0%  0 of 2 tasks") && once.contains(&run), "{once}");
        assert!(kept.said(&["monitor", "--once"]).contains(&run));
        let mut command = kept.command();
        command.args(["monitor", &run, "--interval", "100ms"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(500));
        kept.said(&["step", "done", &run, "a"]);
        kept.said(&["step", "start", &run, "b"]);
        kept.said(&["step", "done", &run, "b"]);
        kept.said(&["finish", &run]);
        let ended = (0..400).find_map(|_| {
            std::thread::sleep(Duration::from_millis(50));
            child.try_wait().unwrap()
        });
        assert_eq!(ended.expect("it ends with the run").code(), Some(0));
        let shown = text(&child.wait_with_output().unwrap().stdout);
        assert!(shown.contains(" 0%  0 of 2 tasks"), "{shown}");
        assert!(shown.contains("100%  2 of 2 tasks"), "{shown}");
        assert!(!shown.contains('\u{1b}'), "a pipe gets plain text: {shown}");
        assert!(kept.said(&["monitor", "--once"]).starts_with("no active runs"));
    }
}

#[test]
fn a_missing_run_is_reported_and_creates_no_store() {
    let kept = Kept::new("monitor-none", "sqlite:runs.db");
    let output = kept.run(&["monitor", "nobody", "--once"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(kept.said(&["monitor", "--once"]).starts_with("no active runs"));
    assert!(!kept.folder.join("runs.db").exists());
    assert_eq!(kept.run(&["monitor", "--interval", "never"]).status.code(), Some(2));
}

#[test]
fn a_run_stays_active_while_a_task_runs_although_another_failed() {
    for store in ["sqlite:runs.db", "file:runs"] {
        let kept = Kept::new("monitor-failed", store);
        let run = kept.created(&["--steps", "a,b,c", "--parallel"]);
        let is_listed = || {
            let listed = kept.said(&["list", "--active"]).contains(&run);
            assert_eq!(listed, kept.said(&["monitor", "--once"]).contains(&run));
            listed
        };
        kept.said(&["step", "start", &run, "a"]);
        kept.said(&["step", "start", &run, "b"]);
        kept.said(&["step", "fail", &run, "a", "--error", "no answer"]);
        assert!(is_listed(), "another task is running");
        kept.said(&["step", "done", &run, "b"]);
        kept.said(&["step", "start", &run, "c"]);
        assert!(is_listed(), "the last task is running");
        kept.said(&["step", "done", &run, "c"]);
        kept.said(&["finish", &run]);
        assert!(!is_listed());
    }
}

#[test]
fn the_commands_that_graflow_and_moneyprinterturbo_announce_work() {
    for store in ["sqlite:runs.db", "file:runs"] {
        let kept = Kept::new("monitor-lineage", store);
        let other = kept.created(&[]);
        let lines = |run: &str, source: &str, status: &str| {
            format!(
                "{{\"event\":\"run\",\"makespan\":1,\"run\":\"{run}\",\"source\":\"{source}\",\"status\":\"{status}\"}}\n\
                 {{\"event\":\"attempt\",\"task\":\"a\",\"started\":1767225600000000000,\"ended\":1767225601000000000}}\n"
            )
        };
        let path = common::file(
            &kept.folder,
            "done.jsonl",
            lines("done", "makespan python, as graflow", "succeeded"),
        );
        kept.said(&["import", &path]);
        let path = common::file(&kept.folder, "open.jsonl", lines("open", "Graflow", "running"));
        kept.said(&["import", &path]);
        let status = kept.said(&["lineage", "status"]);
        assert!(status.starts_with("2 runs of Graflow in "), "{status}");
        assert!(status.contains("done") && status.contains("open") && !status.contains(&other), "{status}");
        let asked = kept.said(&["lineage", "clear"]);
        assert!(asked.starts_with("would move 1 run to the trash, 1 run kept, active or pinned"), "{asked}");
        assert!(kept.said(&["list", "--ids"]).contains("done"));
        kept.said(&["lineage", "clear", "--yes"]);
        let left = kept.said(&["list", "--ids"]);
        assert!(!left.contains("done") && left.contains("open") && left.contains(&other), "{left}");
        kept.said(&["restore", "done"]);
        for verb in ["status", "metrics"] {
            assert_eq!(kept.said(&[verb, "--workflow-id", "done"]), kept.said(&[verb, "done"]));
        }
        let once = kept.said(&["monitor", "--workflow-id", "done", "--once"]);
        assert!(once.contains("done"), "{once}");
        assert!(!kept.run(&["status"]).status.success());
    }
}

#[test]
fn the_commands_of_another_monitor_work_with_its_options() {
    let kept = Kept::new("monitor-options", "sqlite:runs.db");
    let created =
        kept.said(&["create", "--name", "Video", "--description", "A film", "--steps", "Download,Upload"]);
    let run = created.trim_end();
    assert_eq!(kept.said(&["list", "--ids"]), created, "a pipe gets the id alone");
    for step in ["Download", "Upload"] {
        kept.said(&["step", "start", run, step]);
        kept.said(&["step", "done", run, step]);
    }
    let shown = kept.said(&["monitor", "--workflow-id", run, "--interval", "2", "--generate-report"]);
    assert!(shown.contains("2 of 2 tasks") && shown.contains("Critical path"), "{shown}");
    assert!(!kept.said(&["monitor", run, "--once"]).contains("Critical path"));
    for (name, part) in
        [("report.txt", "Slowest tasks\n"), ("report.md", "## Summary\n"), ("report.html", "<!doctype html>")]
    {
        kept.said(&["report", "--workflow-id", run, "--output", name]);
        let text = std::fs::read_to_string(kept.folder.join(name)).unwrap();
        assert!(text.contains(part), "{name}: {text:.300}");
    }
    assert!(!kept.run(&["report", "-o", "x.html"]).status.success(), "a report is of something");
}
