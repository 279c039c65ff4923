//! Argo Workflows.

use super::*;

const ID: &str = "argo";

#[test]
fn retries_groups_and_skips_of_a_workflow_in_yaml() {
    let runs = fixtures(ID, &["workflow.yaml"]);
    assert_eq!(all_counts(&runs), ["u-1: 3 tasks, 3 attempts, 2 edges: 1 succeeded 1 failed 1 skipped"]);
    let run = &runs[0];
    assert_eq!(edges(run), ["[0].fetch -> [1].load", "[0].fetch -> [1].notify"]);
    assert_eq!((seconds(run, "[0].fetch"), seconds(run, "[1].load")), (20.0, 39.0));
    assert_eq!((run.title(), run.text(run.workflow)), ("etl-x1", "etl"));
    assert_eq!(run.task_step(run.find_task("[1].load").unwrap()), "load");
}

#[test]
fn compressed_nodes_of_a_list() {
    let runs = fixtures(ID, &["list.json"]);
    assert_eq!(all_counts(&runs), ["w: 2 tasks, 2 attempts, 1 edges: 2 succeeded"]);
    assert_eq!(edges(&runs[0]), ["a -> b"]);
    let definition = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata:\n  name: hello\nspec: {}\n";
    let runs = text(ID, definition);
    assert_eq!(
        (all_counts(&runs), codes(&runs[0])),
        (vec!["hello: 0 tasks, 0 attempts, 0 edges:".to_owned()], vec![("no-nodes", 1)])
    );
}

#[test]
fn recorded_workflows() {
    let rows = [
        (
            "dag-disable-fail-fast.yaml",
            "5 tasks, 6 attempts, 4 edges: 4 succeeded 1 failed; A -> B, A -> C, B -> D, D -> E",
        ),
        ("dag_retry_succeeded.yaml", "1 tasks, 3 attempts, 0 edges: 1 succeeded; "),
        ("dag_xfail.yaml", "3 tasks, 3 attempts, 2 edges: 2 succeeded 1 failed; A -> B, A -> C"),
        (
            "kfp_mock-coinflip-runtime.json",
            "6 tasks, 4 attempts, 4 edges: 4 succeeded 2 skipped; [0].flip-coin -> [1].heads, [0].flip-coin -> [1].tails, [1].tails[0].flip-coin -> [1].tails[1].heads, [1].tails[0].flip-coin -> [1].tails[1].tails",
        ),
        (
            "kfp_mock-retry-runtime.json",
            "3 tasks, 3 attempts, 2 edges: 3 succeeded; print-msg -> random-failure, random-failure -> print-msg-2",
        ),
        (
            "kfp_mock-xgboost-runtime.json",
            "8 tasks, 7 attempts, 6 edges: 1 pending 6 succeeded 1 failed; [0].createcluster -> [1].analyze, [1].analyze -> [2].transform, [2].transform -> [3].train, [3].train -> [4].batchpredict, [4].batchpredict -> [5].confusionmatrix, [5].confusionmatrix -> onExit",
        ),
    ];
    let (mut got, mut want) = (Vec::new(), Vec::new());
    for (name, row) in rows {
        let Some(runs) = samples(ID, ID, &[name]) else { return };
        got.push(format!("{}; {}", counts(&runs[0]), edges(&runs[0]).join(", ")));
        want.push(row);
    }
    assert_eq!(got, want);
}

#[test]
fn tasks_in_a_retried_container_are_retried_with_it() {
    let node = |id: &str,
                name: &str,
                kind: &str,
                phase: &str,
                boundary: &str,
                [from, to]: [u32; 2],
                children: &str| {
        let time = |second: u32| format!("2026-03-01T10:{:02}:{:02}Z", second / 60, second % 60);
        let display = name.rsplit('.').next().unwrap_or(name);
        format!(
            r#""{id}":{{"id":"{id}","name":"{name}","displayName":"{display}","type":"{kind}","phase":"{phase}","boundaryID":"{boundary}","startedAt":"{}","finishedAt":"{}","children":[{children}]}}"#,
            time(from),
            time(to)
        )
    };
    let nodes = [
        node("w", "w", "DAG", "Succeeded", "", [0, 90], r#""r","p""#),
        node("r", "w.a", "Retry", "Succeeded", "w", [0, 60], r#""r0","r1""#),
        node("r1", "w.a(1)", "Steps", "Succeeded", "w", [30, 60], r#""g1""#),
        node("g1", "w.a(1)[0]", "StepGroup", "Succeeded", "r1", [30, 40], r#""x1""#),
        node("x1", "w.a(1)[0].x", "Pod", "Succeeded", "r1", [30, 40], r#""g2""#),
        node("g2", "w.a(1)[1]", "StepGroup", "Succeeded", "r1", [40, 60], r#""y1""#),
        node("y1", "w.a(1)[1].y", "Pod", "Succeeded", "r1", [40, 60], ""),
        node("r0", "w.a(0)", "Steps", "Failed", "w", [0, 20], r#""g0""#),
        node("g0", "w.a(0)[0]", "StepGroup", "Failed", "r0", [0, 20], r#""x0""#),
        node("x0", "w.a(0)[0].x", "Pod", "Failed", "r0", [0, 20], ""),
        node("p", "w.p", "Pod", "Succeeded", "w", [60, 90], ""),
    ];
    let json = format!(
        r#"{{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow","metadata":{{"name":"w","uid":"u"}},"status":{{"phase":"Succeeded","nodes":{{{}}}}}}}"#,
        nodes.join(",")
    );
    let runs = text(ID, &json);
    assert_eq!(all_counts(&runs), ["u: 4 tasks, 6 attempts, 1 edges: 4 succeeded"]);
    let run = &runs[0];
    assert_eq!(edges(run), ["a[0].x -> a[1].y"]);
    let x = run.find_task("a[0].x").unwrap();
    let statuses: Vec<_> = run.attempts_of(x).map(|a| run.attempts.status[a.index()].name()).collect();
    assert_eq!(statuses, ["failed", "succeeded"]);
    let parent = run.tasks.parent[x.index()];
    assert_eq!(parent, run.find_task("a").unwrap().0);
    assert_eq!(codes(run), []);
}
