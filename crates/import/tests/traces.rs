//! Traces whose events pair in unusual ways, or whose numbers cannot be meant.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use makespan_import::{InUnit, Options, Source, Unit, Utc, open};
use makespan_model::{Run, RunsBuilder, Status, TaskId};

fn run_in(unit: Option<Unit>, text: &str) -> Run {
    let mut runs = RunsBuilder::new();
    let source = vec![Source::new("trace.json", text.as_bytes().to_vec())];
    match unit {
        Some(unit) => open(source, &Options { zone: &InUnit { zone: Utc, unit } }, &mut runs),
        None => open(source, &Options::default(), &mut runs),
    };
    runs.finish().0.pop().expect("a run")
}

fn run(text: &str) -> Run {
    run_in(None, text)
}

fn task(run: &Run, name: &str) -> TaskId {
    run.task_ids().find(|&t| run.task_name(t) == name).expect("a task of that name")
}

/// Duration in µs.
fn took(run: &Run, name: &str) -> Option<i64> {
    run.task_interval(task(run, name)).map(|(from, to)| (to - from) / 1000)
}

fn said(run: &Run, code: &str) -> u64 {
    run.diagnostics.iter().filter(|d| d.code == code).map(|d| d.count).sum()
}

#[test]
fn asynchronous_slices_of_one_id_pair_by_name_and_scope() {
    let run = run(r#"[
        {"name":"outer","cat":"net","ph":"b","ts":10,"pid":1,"tid":1,"id":7},
        {"name":"first","cat":"net","ph":"b","ts":20,"pid":1,"tid":1,"id":7},
        {"name":"second","cat":"net","ph":"b","ts":30,"pid":1,"tid":1,"id":7},
        {"name":"elsewhere","cat":"net","scope":"s","ph":"b","ts":31,"pid":1,"tid":1,"id":7},
        {"name":"first","cat":"net","ph":"e","ts":45,"pid":1,"tid":1,"id":7},
        {"name":"outer","cat":"net","ph":"e","ts":90,"pid":1,"tid":1,"id":7},
        {"name":"second","cat":"net","ph":"e","ts":80,"pid":1,"tid":1,"id":7},
        {"name":"nobody","cat":"net","ph":"e","ts":81,"pid":1,"tid":1,"id":7},
        {"name":"elsewhere","cat":"net","scope":"s","ph":"e","ts":82,"pid":1,"tid":1,"id":7}]"#);
    assert_eq!(
        ["outer", "first", "second", "elsewhere"].map(|name| took(&run, name)),
        [Some(80), Some(25), Some(50), Some(51)]
    );
    assert_eq!((said(&run, "crossed-slices"), said(&run, "end-without-begin")), (1, 1));
    assert_eq!(run.parent(task(&run, "second")), Some(task(&run, "outer")));
}

#[test]
fn an_end_of_another_name_closes_nothing() {
    let run =
        run(r#"[{"ph":"B","ts":0,"pid":1,"tid":1,"name":"a"},{"ph":"B","ts":10,"pid":1,"tid":1,"name":"b"},
        {"ph":"E","ts":20,"pid":1,"tid":1,"name":"z"},{"ph":"E","ts":30,"pid":1,"tid":1},
        {"ph":"E","ts":40,"pid":1,"tid":1,"name":"a"},{"ph":"E","ts":50,"pid":1,"tid":1,"name":"a"}]"#);
    assert_eq!((took(&run, "a"), took(&run, "b")), (Some(40), Some(20)));
    assert_eq!((said(&run, "end-without-begin"), said(&run, "crossed-slices")), (2, 0));
}

#[test]
fn flows_that_slices_bind_to_are_recorded_dependencies() {
    let run = run(r#"[{"name":"a","ph":"X","ts":0,"dur":5,"pid":1,"tid":1,"bind_id":"9","flow_out":true},
        {"name":"b","ph":"X","ts":10,"dur":5,"pid":1,"tid":2,"bind_id":"9","flow_in":true},
        {"name":"c","ph":"X","ts":20,"dur":5,"pid":1,"tid":3,"bind_id":"9","flow_in":1},
        {"name":"d","ph":"X","ts":12,"dur":1,"pid":1,"tid":4,"bind_id":"8","flow_in":true}]"#);
    assert!(!run.edges_inferred);
    let before = |name: &str| {
        let t = task(&run, name).0;
        run.predecessors.row(t as usize).iter().map(|&p| run.task_name(TaskId(p))).collect::<Vec<_>>()
    };
    assert_eq!((before("b"), before("c")), (vec!["a"], vec!["a"]));
    assert_eq!((before("d").len(), said(&run, "flow-without-start")), (0, 1));
}

#[test]
fn durations_that_cannot_be_leave_the_end_unknown() {
    let run = run(r#"[{"name":"ok","ph":"X","ts":0,"dur":10,"pid":1,"tid":1},
        {"name":"less","ph":"X","ts":20,"dur":-1,"pid":1,"tid":1},
        {"name":"much","ph":"X","ts":30,"dur":1e30,"pid":1,"tid":1},
        {"name":"list","ph":"X","ts":40,"dur":[1],"pid":1,"tid":1},
        {"name":"ages","ph":"X","ts":50,"dur":5000000000000000,"pid":1,"tid":1},
        {"name":"after","ph":"X","ts":60,"dur":1,"pid":1,"tid":1}]"#);
    assert_eq!(run.task_count(), 6);
    for name in ["less", "much", "list", "ages"] {
        assert_eq!((name, took(&run, name)), (name, None));
        assert_eq!(run.tasks.status[task(&run, name).index()], Status::Unknown);
    }
    assert_eq!(run.span(), Some((0, 61_000)));
    assert_eq!((said(&run, "bad-duration"), said(&run, "duration-implausible")), (3, 1));
    assert_eq!(run.parent(task(&run, "after")), Some(task(&run, "ages")));
}

#[test]
fn units_are_found_named_or_doubted() {
    let ns = r#"[{"name":"a","ph":"X","ts":1767700000000000000,"dur":3000000000,"pid":1,"tid":1}]"#;
    let got = run(ns);
    assert_eq!(got.span(), Some((1_767_700_000_000_000_000, 1_767_700_003_000_000_000)));
    assert_eq!(said(&got, "time-unit-guessed"), 1);
    let seconds = r#"[{"name":"a","ph":"X","ts":1767700000,"dur":2.5,"pid":1,"tid":1}]"#;
    assert_eq!(said(&run(seconds), "time-unit-doubtful"), 1);
    let got = run_in(Some(Unit::Seconds), seconds);
    assert_eq!(got.span(), Some((1_767_700_000_000_000_000, 1_767_700_002_500_000_000)));
    assert_eq!(said(&got, "time-unit-doubtful"), 0);
}

#[test]
fn one_slice_at_zero_does_not_move_the_others() {
    let run = run(r#"[{"name":"boot","ph":"X","ts":0,"dur":7,"pid":1,"tid":1},
        {"name":"a","ph":"X","ts":1767700000000000,"dur":1000000,"pid":1,"tid":2},
        {"name":"b","ph":"X","ts":1767700001000000,"dur":1000000,"pid":1,"tid":2}]"#);
    assert_eq!(run.extent(), Some((1_767_700_000_000_000_000, 1_767_700_002_000_000_000)));
    assert_eq!((run.task_count(), said(&run, "time-implausible")), (3, 2));
}

/// Two devices, a launch each, as PyTorch writes them; `flows` are flow events between.
fn launches(flows: &str) -> Run {
    run(&format!(
        r#"{{"schemaVersion":1,"deviceProperties":[{{"id":0}},{{"id":1}}],"traceEvents":[
        {{"name":"process_name","ph":"M","ts":0,"pid":9,"tid":0,"args":{{"name":"python"}}}},
        {{"name":"process_labels","ph":"M","ts":0,"pid":9,"tid":0,"args":{{"labels":"CPU"}}}},
        {{"name":"process_name","ph":"M","ts":0,"pid":0,"tid":0,"args":{{"name":"python"}}}},
        {{"name":"process_labels","ph":"M","ts":0,"pid":0,"tid":0,"args":{{"labels":"GPU 0"}}}},
        {{"name":"process_name","ph":"M","ts":0,"pid":1,"tid":0,"args":{{"name":"python"}}}},
        {{"name":"process_labels","ph":"M","ts":0,"pid":1,"tid":0,"args":{{"labels":"GPU 1"}}}},
        {{"name":"thread_name","ph":"M","ts":0,"pid":0,"tid":7,"args":{{"name":"stream 7"}}}},
        {{"name":"thread_name","ph":"M","ts":0,"pid":1,"tid":7,"args":{{"name":"stream 7"}}}},
        {{"ph":"X","cat":"cpu_op","name":"aten::mm","pid":9,"tid":9,"ts":10,"dur":30,"args":{{"External id":2}}}},
        {{"ph":"X","cat":"cuda_runtime","name":"launch a","pid":9,"tid":9,"ts":15,"dur":5,"args":{{"correlation":11}}}},
        {{"ph":"X","cat":"kernel","name":"gemm","pid":0,"tid":7,"ts":30,"dur":40,"args":{{"correlation":11,"stream":7}}}},
        {{"ph":"X","cat":"cuda_runtime","name":"launch b","pid":9,"tid":9,"ts":25,"dur":5,"args":{{"correlation":12}}}},
        {{"ph":"X","cat":"gpu_memcpy","name":"copy","pid":1,"tid":7,"ts":50,"dur":10,"args":{{"correlation":12}}}},
        {{"ph":"X","cat":"kernel","name":"orphan","pid":1,"tid":7,"ts":70,"dur":5,"args":{{"correlation":99}}}},
        {{"ph":"X","cat":"cuda_runtime","name":"sync","pid":9,"tid":9,"ts":45,"dur":5,"args":{{"correlation":0}}}},
        {{"ph":"X","cat":"kernel","name":"graph","pid":1,"tid":7,"ts":80,"dur":5,"args":{{"correlation":0}}}}{flows}]}}"#
    ))
}

#[test]
fn work_on_a_device_comes_after_the_call_that_launched_it() {
    let flows = r#",{"ph":"s","id":11,"pid":9,"tid":9,"ts":15,"cat":"ac2g","name":"ac2g"},
        {"ph":"f","id":11,"pid":0,"tid":7,"ts":30,"cat":"ac2g","name":"ac2g","bp":"e"}"#;
    for run in [launches(""), launches(flows)] {
        let before = |name: &str| -> Vec<&str> {
            let row = run.predecessors.row(task(&run, name).index());
            row.iter().map(|t| run.task_name(TaskId(*t))).collect()
        };
        assert!(!run.edges_inferred);
        assert_eq!([before("gemm"), before("copy")], [["launch a"], ["launch b"]]);
        assert!(before("orphan").is_empty() && before("graph").is_empty());
        assert_eq!((said(&run, "launch-missing"), said(&run, "launch-unclear")), (1, 0));
        let worker = |name: &str| {
            let attempt = run.attempts_of(task(&run, name)).next().expect("an attempt");
            run.text(run.attempts.worker[attempt.index()]).to_owned()
        };
        assert_eq!([worker("gemm"), worker("copy")], ["python GPU 0 / stream 7", "python GPU 1 / stream 7"]);
    }
}
