//! What came of tasks, told in the many places where engines tell it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use makespan_import::{Options, Source, open};
use makespan_model::{Run, RunsBuilder, Status};

fn run(name: &str, text: &str) -> Run {
    let mut runs = RunsBuilder::new();
    open(vec![Source::new(name, text.as_bytes().to_vec())], &Options::default(), &mut runs);
    runs.finish().0.pop().expect("a run")
}

fn statuses(run: &Run) -> Vec<(String, Status)> {
    let mut all: Vec<_> =
        run.task_ids().map(|t| (run.task_id(t).to_owned(), run.tasks.status[t.index()])).collect();
    all.sort();
    all
}

#[test]
fn every_outcome_member_of_a_task_list_is_read() {
    let text = r#"{"state":"finished","tasks":[
      {"id":"a","start":1767700000,"end":1767700010,"status":"completed","conclusion":"timed_out"},
      {"id":"b","start":1767700000,"end":1767700010,"state":{"type":"COMPLETED","name":"Completed"}},
      {"id":"c","start":1767700000,"end":1767700010,"state_type":"CRASHED"},
      {"id":"d","start":1767700000,"end":1767700010,"exit_status":2},
      {"id":"e","start":1767700000,"end":1767700010,"returncode":"0"},
      {"id":"f","start":1767700000,"end":1767700010,"error":{"kind":"IOError","message":"pipe closed"}},
      {"id":"g","start":1767700000,"end":1767700010,"status":"Completed","reason":"OOMKilled"},
      {"id":"h","start":1767700000,"end":1767700010,"status":"wobbling"},
      {"id":"i","start":1767700000,"end":1767700010,"result":[1,2],"error":""}]}"#;
    let run = run("list.json", text);
    use Status::*;
    let expected = [Failed, Succeeded, Failed, Failed, Succeeded, Failed, Failed, Unknown, Unknown];
    assert_eq!(statuses(&run).into_iter().map(|(_, s)| s).collect::<Vec<_>>(), expected);
    let said: Vec<_> = run.diagnostics.iter().filter(|d| d.code == "unknown-status").collect();
    assert!(said.len() == 1 && said[0].count == 1 && said[0].message.contains("wobbling"), "{said:?}");
    assert_eq!(run.status(), Some(Failed));
}

#[test]
fn arguments_of_trace_events_are_read_the_same_way() {
    let text = r#"[{"ph":"X","name":"a","ts":0,"dur":5,"pid":1,"tid":1,"args":{"exit_code":3}},
      {"ph":"X","name":"b","ts":9,"dur":5,"pid":1,"tid":1,"args":{"status":"ok","error":false,"state":"S"}},
      {"ph":"B","name":"c","ts":20,"pid":1,"tid":1,"args":{"status":"odd"}},
      {"ph":"E","name":"c","ts":25,"pid":1,"tid":1}]"#;
    let run = run("trace.json", text);
    use Status::*;
    assert_eq!(run.tasks.status, [Failed, Succeeded, Unknown]);
    assert_eq!(run.diagnostics.iter().filter(|d| d.code == "unknown-status").count(), 1);
}

#[test]
fn a_run_of_tasks_of_unknown_outcome_has_not_succeeded() {
    let run = run("list.json", r#"[{"id":"a","start":1767700000,"end":1767700010,"status":"zzz"}]"#);
    assert_eq!(run.status(), Some(Status::Unknown));
}
