//! Profiles of Bazel, and the actions of their builds.

use super::*;

const ID: &str = "chrome-trace";

#[test]
fn the_critical_path_of_a_profile_becomes_dependencies() {
    let runs = fixtures(ID, &["bazel.json"]);
    // The components of the critical path do not count as work.
    assert_eq!(all_counts(&runs), ["0f6d2a4e-build: 5 tasks, 5 attempts, 2 edges: 5 succeeded"]);
    let run = &runs[0];
    assert_eq!(edges(run), ["slice 1 -> slice 3", "slice 3 -> slice 4"]);
    assert_eq!(run.text(run.source), "Bazel profile");
    let found = codes(run);
    assert!(found.contains(&("critical-path-recorded", 3)) && found.contains(&("not-shown", 1)), "{found:?}");
}

#[test]
fn the_action_graph_beside_a_profile_adds_its_dependencies() {
    for names in [["bazel.json", "aquery.json"], ["aquery.json", "bazel.json"]] {
        let runs = fixtures(ID, &names);
        assert_eq!(all_counts(&runs), ["0f6d2a4e-build: 5 tasks, 5 attempts, 4 edges: 5 succeeded"]);
        let expected =
            ["slice 1 -> slice 3", "slice 2 -> slice 4", "slice 3 -> slice 4", "slice 4 -> slice 5"];
        assert_eq!(edges(&runs[0]), expected);
        assert!(codes(&runs[0]).contains(&("action-graph", 5)), "{:?}", codes(&runs[0]));
    }
}

#[test]
fn an_action_graph_alone_is_shown_without_times() {
    let runs = fixtures(ID, &["aquery.json"]);
    assert_eq!(all_counts(&runs), ["aquery.json: 5 tasks, 0 attempts, 4 edges: 5 pending"]);
    assert_eq!(codes(&runs[0]), [("no-results", 1)]);
    let run = &runs[0];
    let link = run.find_task("action 4").unwrap();
    assert_eq!(run.text(run.tasks.name[link.index()]), "bazel-out/k8-fastbuild/bin/app/app");
}

#[test]
fn the_execution_log_beside_a_profile_adds_dependencies_too() {
    let spawn = |target: &str, mnemonic: &str, input: &str, output: &str| {
        format!(
            r#"{{"commandArgs":["x"],"inputs":[{{"path":"{input}"}}],"listedOutputs":["{output}"],"mnemonic":"{mnemonic}","targetLabel":"{target}","exitCode":0}}"#
        )
    };
    let out = "bazel-out/k8-fastbuild/bin";
    let log = [
        spawn("//app:app_test", "TestRunner", &format!("{out}/app/app"), &format!("{out}/app/app_test.log")),
        spawn("//app:app", "CppLink", &format!("{out}/lib/_objs/lib/util.o"), &format!("{out}/app/app")),
        spawn("//lib:util", "CppCompile", "lib/util.cc", &format!("{out}/lib/_objs/lib/util.o")),
    ];
    let mut sources = read(Path::new(FIXTURES), ID, &["bazel.json"]);
    sources.push(Source::new("log.json", log.join("\n").into_bytes()));
    let runs = opened(ID, sources);
    let expected = ["slice 1 -> slice 3", "slice 2 -> slice 4", "slice 3 -> slice 4", "slice 4 -> slice 5"];
    assert_eq!(edges(&runs[0]), expected);
    // Two of the actions are not in the log.
    assert!(codes(&runs[0]).contains(&("action-graph-partial", 2)), "{:?}", codes(&runs[0]));
}

#[test]
fn two_profiles_stay_two_runs_and_a_damaged_graph_costs_only_itself() {
    let mut sources = read(Path::new(FIXTURES), ID, &["bazel.json"]);
    let text = String::from_utf8(sources[0].bytes.to_vec()).unwrap();
    sources.push(Source::new("other.json", text.replace("0f6d2a4e", "77aa").into_bytes()));
    let ids = |runs: &[Run]| runs.iter().map(|run| run.id.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(&opened(ID, sources.clone())), ["0f6d2a4e-build", "77aa-build"]);
    let graph = r#"{"artifacts":[{"id":1,"pathFragmentId":1}],"actions":[{"targetId":9,"outputIds":[1,7]},5],"pathFragments":[{"id":1,"label":"a","parentId":1}],"depSetOfFiles":[{"id":1,"#;
    sources.push(Source::new("graph.json", graph.as_bytes().to_vec()));
    let runs = opened(ID, sources);
    assert_eq!(ids(&runs), ["0f6d2a4e-build", "77aa-build"]);
    assert_eq!(edges(&runs[1]), ["slice 1 -> slice 3", "slice 3 -> slice 4"]);
}

#[test]
fn recorded_profiles() {
    let rows = [
        ("tiny.json.gz", "526 tasks, 526 attempts, 1 edges: 526 succeeded"),
        ("local-jobs-4.json.gz", "1308 tasks, 1308 attempts, 5 edges: 1308 succeeded"),
    ];
    for (name, row) in rows {
        let Some(runs) = samples(ID, "bazel", &[name]) else { return };
        assert_eq!(counts(&runs[0]), row, "{name}");
    }
}
