//! Outcomes of tasks, recorded in the many places that engines use.
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
fn an_unknown_state_of_a_slice_is_unknown_unless_it_is_a_condition() {
    let slice = |name: &str, ts: u32, args: &str| {
        format!(r#"{{"ph":"X","name":"{name}","ts":{ts},"dur":5,"pid":1,"tid":1,"args":{{{args}}}}}"#)
    };
    let slices = [
        slice("a", 0, r#""state":"vaporised""#),
        slice("b", 10, r#""job_state":"VAPORISED""#),
        slice("c", 20, r#""Status":"vaporised""#),
        slice("d", 30, r#""state":"finished""#),
        slice("e", 40, r#""state":"vaporised","exit_code":0"#),
        slice("f", 50, r#""state":"Uninterruptible Sleep""#),
        slice("g", 60, r#""state":"R+""#),
        slice("Transmitting", 70, r#""state":"transmitting""#),
        slice("i", 80, r#""phase":"vaporised""#),
        slice("j", 90, r#""state":"vaporised","error":"no room""#),
    ];
    let run = run("trace.json", &format!("[{}]", slices.join(",")));
    use Status::*;
    assert_eq!(
        run.tasks.status,
        [Unknown, Unknown, Unknown, Succeeded, Succeeded, Succeeded, Succeeded, Succeeded, Succeeded, Failed]
    );
    let said: Vec<_> = run.diagnostics.iter().filter(|d| d.code == "unknown-status").collect();
    assert!(said.len() == 1 && said[0].count == 3 && said[0].message.contains("vaporised"), "{said:?}");
}

#[test]
fn a_run_of_tasks_of_unknown_outcome_has_not_succeeded() {
    let run = run("list.json", r#"[{"id":"a","start":1767700000,"end":1767700010,"status":"zzz"}]"#);
    assert_eq!(run.status(), Some(Status::Unknown));
}

#[test]
fn an_exit_code_beside_a_status_counts_in_tables_too() {
    let text = "job,start,end,state,exit code,failure\n\
        a,2026-01-06T12:00:00Z,2026-01-06T12:00:05Z,COMPLETED,0,\n\
        b,2026-01-06T12:00:00Z,2026-01-06T12:00:05Z,COMPLETED,9,\n\
        c,2026-01-06T12:00:00Z,2026-01-06T12:00:05Z,,0,\n\
        d,2026-01-06T12:00:00Z,2026-01-06T12:00:05Z,,,\n";
    use Status::*;
    assert_eq!(run("jobs.csv", text).tasks.status, [Succeeded, Failed, Succeeded, Unknown]);
}

#[test]
fn events_of_ours_may_tell_an_outcome_in_the_words_of_others() {
    let end = |task: &str, rest: &str| {
        format!(
            r#"{{"event":"attempt","task":"{task}","started":1767700000000000000,"ended":1767700005000000000,{rest}}}"#
        )
    };
    let lines = [
        r#"{"event":"run","makespan":1,"run":"r"}"#.to_owned(),
        end("a", r#""exit_code":3"#),
        end("b", r#""status":"succeeded","error":"pipe closed""#),
        end("c", r#""conclusion":"timed_out""#),
        end("d", r#""exit_code":0,"phase":"wobbling""#),
        end("e", r#""status":"cancelled","returncode":143"#),
        end("f", r#""state":{"type":"FAILED"}"#),
    ];
    let run = run("r.jsonl", &(lines.join("\n") + "\n"));
    use Status::*;
    assert_eq!(run.tasks.status, [Failed, Failed, Failed, Succeeded, Cancelled, Failed]);
}

#[test]
fn attributes_of_spans_tell_failures_that_their_codes_leave_open() {
    let span = |n: u8, code: &str, attribute: &str| {
        format!(
            r#"{{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"000000000000000{n}","name":"s","startTimeUnixNano":"1767700000000000000","endTimeUnixNano":"1767700001000000000","status":{{{code}}},"attributes":[{{"key":{attribute}}}]}}"#
        )
    };
    let spans = [
        span(1, "", r#""process.exit.code","value":{"intValue":"2"}"#),
        span(2, r#""code":1"#, r#""error.type","value":{"stringValue":"retried"}"#),
        span(3, "", r#""error.type","value":{"stringValue":"timeout"}"#),
        span(4, "", r#""error","value":{"boolValue":false}"#),
        span(5, "", r#""cicd.pipeline.task.run.result","value":{"stringValue":"cancellation"}"#),
        span(6, "", r#""http.response.status_code","value":{"intValue":"503"}"#),
        span(7, "", r#""http.status_code","value":{"intValue":404}"#),
        span(8, r#""code":1"#, r#""http.response.status_code","value":{"intValue":"503"}"#),
        span(9, "", r#""rpc.grpc.status_code","value":{"intValue":"14"}"#),
    ];
    let text = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{}]}}]}}]}}"#, spans.join(","));
    use Status::*;
    assert_eq!(
        run("t.json", &text).tasks.status,
        [Failed, Succeeded, Failed, Succeeded, Cancelled, Failed, Succeeded, Succeeded, Failed]
    );
}

#[test]
fn a_record_that_is_over_without_its_result_is_unknown_and_counted() {
    let azure = r#"{"records":[
      {"id":"1","parentId":null,"previousAttempts":[],"type":"Job","name":"a","startTime":"2026-01-06T12:00:00Z","finishTime":"2026-01-06T12:00:09Z","state":"completed","result":null},
      {"id":"2","parentId":"1","previousAttempts":[],"type":"Task","name":"b","startTime":"2026-01-06T12:00:00Z","finishTime":"2026-01-06T12:00:09Z","state":"completed","result":"succeeded"},
      {"id":"3","parentId":"1","previousAttempts":[],"type":"Task","name":"c","startTime":"2026-01-06T12:00:00Z","finishTime":null,"state":"inProgress","result":null}]}"#;
    let bitbucket = r#"{"values":[
      {"uuid":"{1}","name":"a","build_seconds_used":9,"started_on":"2026-01-06T12:00:00Z","completed_on":"2026-01-06T12:00:09Z","state":{"name":"COMPLETED","result":null}},
      {"uuid":"{2}","name":"b","build_seconds_used":9,"started_on":"2026-01-06T12:00:00Z","completed_on":"2026-01-06T12:00:09Z","state":{"name":"COMPLETED","result":{"name":"SUCCESSFUL"}}},
      {"uuid":"{3}","name":"c","build_seconds_used":9,"started_on":"2026-01-06T12:00:00Z","completed_on":null,"state":{"name":"IN_PROGRESS","stage":{"name":"RUNNING"}}}]}"#;
    let node = |id: u8, name: &str, state: &str, result: &str| {
        format!(
            r#"{{"id":"{id}","displayName":"{name}","type":"STAGE","startTime":"2026-01-06T12:00:00.000+0000","durationInMillis":9000,"state":"{state}","result":{result},"edges":[]}}"#
        )
    };
    let jenkins = [
        node(1, "a", "FINISHED", "\"UNKNOWN\""),
        node(2, "b", "FINISHED", "\"SUCCESS\""),
        node(3, "c", "RUNNING", "\"UNKNOWN\""),
    ];
    let jenkins = format!("[{}]", jenkins.join(","));
    let builds = r#"{"builds":[
      {"number":1,"fullDisplayName":"a","result":null,"building":false,"timestamp":1767700000000,"duration":9000},
      {"number":2,"fullDisplayName":"b","result":"SUCCESS","building":false,"timestamp":1767700000000,"duration":9000},
      {"number":3,"fullDisplayName":"c","result":null,"building":true,"timestamp":1767700000000,"duration":0}]}"#;
    let turbo = r#"{"id":"x","turboVersion":"2.1.0","execution":{"startTime":1767700000000},"tasks":[
      {"taskId":"a","task":"a","execution":{"startTime":1767700000000,"endTime":1767700009000,"exitCode":null}},
      {"taskId":"b","task":"b","execution":{"startTime":1767700000000,"endTime":1767700009000,"exitCode":0}}]}"#;
    let list = r#"[{"id":"a","start":1767700000,"end":1767700010,"status":"completed","conclusion":null},
      {"id":"b","start":1767700000,"end":1767700010,"status":"success","conclusion":null},
      {"id":"c","start":1767700000,"status":"in_progress","conclusion":null}]"#;
    use Status::*;
    for text in [azure, bitbucket, &jenkins, builds, turbo, list] {
        let run = run("x.json", text);
        let found: Vec<_> = statuses(&run).into_iter().map(|(_, status)| status).collect();
        let expected = [Unknown, Succeeded, Running];
        assert_eq!(found, expected[..found.len()], "{text}");
        let said: Vec<_> = run.diagnostics.iter().filter(|d| d.code == "unknown-status").collect();
        assert!(
            said.len() == 1 && said[0].count == 1 && said[0].message.contains("without"),
            "{text}\n{said:?}"
        );
    }
}
