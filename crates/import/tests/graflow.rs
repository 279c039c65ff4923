//! Files of Graflow and of its lineage interface. What the recorded ones hold was counted with grep and Python.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod emitted;

use emitted::{Emitted, all, emit, expect, fixture, samples, source};
use makespan_import::graflow::{IMPORTER, lineage};
use makespan_import::{Head, Source};

const SEED: &str = "graflow-0.2.0";
const LINEAGE: &str = "graflow-lineage-seed-code";

fn count(emitted: &Emitted, event: &str, needle: &str) -> usize {
    emitted.of(event).into_iter().filter(|l| l.contains(needle)).count()
}

fn text(name: &str, text: &str) -> Source {
    Source::new(name, text.as_bytes().to_vec())
}

/// File; runs; tasks; attempts that succeeded and that failed; highest number of a try; codes but `naive-times`.
type Case = (&'static str, usize, usize, [usize; 2], u32, &'static [&'static str]);

const GRAPHS: [Case; 9] = [
    ("01_success_parallel/runtime_graph.json", 1, 4, [4, 0], 1, &[]),
    ("02_failure/runtime_graph.json", 1, 2, [1, 1], 1, &["never-ended"]),
    ("02_failure/runtime_graph_group.json", 1, 2, [1, 1], 1, &["never-ended"]),
    ("03_retry/runtime_graph.json", 1, 2, [2, 0], 3, &["attempts-lost"]),
    ("04_dynamic_iteration_goto_terminate/runtime_graph.json", 1, 4, [4, 0], 1, &[]),
    ("04_dynamic_iteration_goto_terminate/runtime_graph_cancel.json", 1, 1, [1, 0], 1, &["never-ended"]),
    ("04_dynamic_iteration_goto_terminate/runtime_graph_terminate.json", 1, 1, [1, 0], 1, &[]),
    ("07_chain_240_sequential/runtime_graph.json", 1, 240, [240, 0], 1, &[]),
    // Two runs of one tracer: the second replaced the nodes of the first.
    (
        "07_chain_240_sequential/runtime_graph_default_max_steps.json",
        2,
        480,
        [240, 0],
        1,
        &["times-replaced"],
    ),
];

#[test]
fn runtime_graphs() {
    let Some(root) = samples(SEED) else { return };
    for (name, runs, tasks, attempts, most, codes) in GRAPHS {
        let emitted = emit(&IMPORTER, &[source(&root, name)]);
        let got = ["succeeded", "failed"].map(|s| count(&emitted, "attempt", &format!("\"status\":\"{s}\"")));
        assert_eq!(
            (&emitted.result, emitted.of("run").len(), emitted.of("task").len(), got),
            (&Ok(()), runs, tasks, attempts),
            "{name}"
        );
        let tries =
            (1..9).filter(|n| count(&emitted, "attempt", &format!("\"try\":{n},")) > 0).max().unwrap_or(1);
        assert_eq!(tries, most, "{name}");
        let codes_emitted: Vec<String> = emitted.codes().into_iter().filter(|c| c != "naive-times").collect();
        assert_eq!(codes_emitted, codes, "{name}");
        assert_eq!(emitted.of("attempt").len(), attempts[0] + attempts[1], "{name}");
        assert_eq!(count(&emitted, "task", "\"after\":["), 0, "{name}");
    }
}

const TEXTS: [Case; 9] = [
    ("01_success_parallel/console_trace.txt", 1, 7, [7, 0], 1, &[]),
    ("02_failure/console_trace.txt", 1, 2, [1, 1], 1, &["never-ended"]),
    ("02_failure/console_trace_group.txt", 1, 5, [3, 2], 1, &["never-ended"]),
    ("03_retry/console_trace.txt", 1, 2, [2, 2], 3, &[]),
    ("04_dynamic_iteration_goto_terminate/console_trace.txt", 1, 4, [4, 0], 1, &[]),
    ("04_dynamic_iteration_goto_terminate/console_trace_cancel.txt", 1, 1, [1, 0], 1, &["never-ended"]),
    ("04_dynamic_iteration_goto_terminate/console_trace_terminate.txt", 1, 1, [1, 0], 1, &[]),
    ("07_chain_240_sequential/console_trace.txt", 1, 240, [240, 0], 1, &[]),
    ("07_chain_240_sequential/console_trace_default_max_steps.txt", 1, 240, [240, 0], 1, &[]),
];

#[test]
fn console_texts() {
    let Some(root) = samples(SEED) else { return };
    for (name, runs, tasks, attempts, most, codes) in TEXTS {
        let emitted = emit(&IMPORTER, &[source(&root, name)]);
        assert_eq!((&emitted.result, count(&emitted, "run", "\"source\"")), (&Ok(()), runs), "{name}");
        let mut ids: Vec<&str> =
            emitted.of("task").into_iter().map(|l| l.split('"').nth(7).expect("id")).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), tasks, "{name}");
        let got = ["succeeded", "failed"].map(|s| count(&emitted, "attempt", &format!("\"status\":\"{s}\"")));
        assert_eq!(got, attempts, "{name}");
        // Every end has its start.
        assert_eq!(count(&emitted, "attempt", "\"started\""), attempts[0] + attempts[1], "{name}");
        let tries =
            (1..9).filter(|n| count(&emitted, "attempt", &format!("\"try\":{n},")) > 0).max().unwrap_or(1);
        assert_eq!(tries, most, "{name}");
        let codes_emitted: Vec<String> = emitted.codes().into_iter().filter(|c| c != "no-date").collect();
        assert_eq!(codes_emitted, codes, "{name}");
    }
}

#[test]
fn text_and_graph_of_a_recorded_run_are_one_and_drawings_join_it() {
    let Some(root) = samples(SEED) else { return };
    let sources: Vec<Source> =
        all(&root).into_iter().filter(|s| s.name.starts_with("01_success_parallel/")).collect();
    let emitted = emit(&IMPORTER, &sources);
    assert_eq!((&emitted.result, emitted.unclaimed.len()), (&Ok(()), 0));
    assert_eq!(ids(&emitted).len(), 1);
    // Two drawings of one graph give its three edges once, and three members of the group.
    assert_eq!(count(&emitted, "task", "\"after\""), 3);
    let all = emit(&IMPORTER, &all(&root));
    assert_eq!((&all.result, all.unclaimed.as_slice()), (&Ok(()), ["README.txt".to_owned()].as_slice()));
    // Drawings join the runs in their own folder only, though others have tasks of these names.
    assert_eq!(count(&all, "task", "\"after\":[\"extract\"]"), 1);
}

/// The ids of the runs.
fn ids(emitted: &Emitted) -> Vec<&str> {
    let mut ids: Vec<&str> = emitted
        .of("run")
        .into_iter()
        .filter_map(|l| l.split("\"run\":\"").nth(1)?.split('"').next())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[test]
fn text_and_graph_of_one_trace_are_one_run() {
    let names = ["joined/runtime.json", "joined/console.txt"].map(|n| fixture(&format!("graflow/{n}")));
    let emitted = emit(&IMPORTER, &names);
    assert_eq!((&emitted.result, emitted.unclaimed.len()), (&Ok(()), 0));
    expect(&emitted, "graflow/joined/events.jsonl");
    // The order of the files decides nothing.
    let [graph, text] = names;
    assert_eq!(emit(&IMPORTER, &[text, graph]).lines, emitted.lines);
}

#[test]
fn a_text_takes_the_date_of_its_graph_only() {
    let graph = |trace: &str, start: &str| {
        format!(
            r#"{{"nodes":[{{"id":"w_1","status":"completed","start_time":"{start}","metadata":{{"type":"trace",
            "trace_id":"{trace}"}}}},{{"id":"a","status":"completed","start_time":"{start}",
            "metadata":{{"type":"span"}}}}],"edges":[],"execution_order":["w_1","a"]}}"#
        )
    };
    let console = "→ [23:59:59.900] TRACE START: w_1 (trace_id: t1)\n\
        → [00:00:01.000] SPAN START: b (task_type: T, handler_type: direct)\n";
    let second = 1_767_571_200_000_000_000i64;
    // Trace and start of the graph; runs, and the start of b.
    for (trace, start, runs, started) in [
        ("t1", "2026-01-04T23:59:59.900512", 1, second + 1_000_000_000),
        // The graph names a zone, the text shows the clock of another one.
        ("t1", "2026-01-04T18:14:59.900512-00:00", 1, second - 20_700_000_000_000 + 1_000_000_000),
        // Clocks that differ by no zone: both start at the same moment.
        ("t1", "2026-01-04T23:53:59.900000", 1, second - 360_000_000_000 + 1_000_000_000),
        ("t2", "2026-01-04T23:59:59.900512", 2, 86_401_000_000_000),
        ("t1", "never", 2, 86_401_000_000_000),
    ] {
        let emitted = emit(&IMPORTER, &[text("g.json", &graph(trace, start)), text("c.txt", console)]);
        assert_eq!(ids(&emitted).len(), runs, "{start}: {:?}", emitted.of("run"));
        let needle = format!("\"task\":\"b\",\"started\":{started},");
        assert_eq!(count(&emitted, "attempt", &needle), 1, "{start}: {:?}", emitted.of("attempt"));
        assert_eq!(emitted.codes().contains(&"no-date".to_owned()), runs == 2, "{start}");
    }
}

#[test]
fn lineage_answers_of_several_moments_are_one_run_each() {
    let Some(root) = samples(LINEAGE) else { return };
    let emitted = emit(&lineage::IMPORTER, &all(&root));
    assert_eq!(
        (&emitted.result, emitted.unclaimed.as_slice()),
        (&Ok(()), ["README.txt".to_owned()].as_slice())
    );
    let got = (emitted.of("run").len(), emitted.of("task").len(), emitted.of("attempt").len());
    assert_eq!(got, (2, 8, 5));
    assert_eq!((count(&emitted, "attempt", "\"failed\""), count(&emitted, "attempt", "\"try\":2")), (1, 1));
    // Edges of both graphs; the second run has nothing but its graph.
    assert_eq!(count(&emitted, "task", "\"after\""), 6);
    assert_eq!(count(&emitted, "task", "\"status\":\"pending\""), 4);
    assert_eq!(count(&emitted, "run", "\"status\":\"succeeded\""), 0);
    let codes = emitted.codes();
    for code in ["never-ended", "merged-sources", "naive-times", "summary-of-all"] {
        assert!(codes.iter().any(|c| c == code), "{code}: {codes:?}");
    }
}

#[test]
fn single_lineage_answers() {
    let Some(root) = samples(LINEAGE) else { return };
    for (name, runs, tasks, attempts) in [
        ("01_running_executions.json", 1, 0, 0),
        ("01_running_graph_current.json", 1, 4, 0),
        ("01_running_task_history_enrich.json", 1, 1, 1),
        ("01_running_metrics_summary.json", 1, 0, 0),
        ("02_execution_detail.json", 1, 4, 5),
        ("02_all_tasks_done_graph_current.json", 1, 4, 0),
        ("02_all_tasks_done_task_history_enrich.json", 1, 1, 2),
        ("03_second_run_graph_cleared_executions.json", 2, 0, 0),
        ("03_second_run_graph_cleared_graph_current.json", 1, 4, 0),
        ("01_running_health.json", 0, 0, 0),
        ("openapi.json", 0, 0, 0),
        ("unknown_execution.json", 0, 0, 0),
    ] {
        let emitted = emit(&lineage::IMPORTER, &[source(&root, name)]);
        let got = (emitted.of("run").len(), emitted.of("task").len(), emitted.of("attempt").len());
        assert_eq!(
            (&emitted.result, emitted.unclaimed.len(), got),
            (&Ok(()), 0, (runs, tasks, attempts)),
            "{name}"
        );
    }
    let names = ["01_running_graph_current.json", "01_running_executions.json"];
    let emitted = emit(&lineage::IMPORTER, &names.map(|n| source(&root, n)));
    assert_eq!(emitted.of("run").len(), 1, "the graph belongs to the run its nodes name");
    assert!(emitted.of("task")[2].contains("\"status\":\"running\""), "{:?}", emitted.of("task"));
}

#[test]
fn foreign_files_are_left_to_others() {
    for name in ["kailash-2.65.0", "kailash-0.3.2", "moneyprinter-workflow-monitor", "moe-event-tracking"] {
        let Some(root) = samples(name) else { return };
        for source in all(&root) {
            for importer in [&IMPORTER, &lineage::IMPORTER] {
                let claim =
                    (importer.sniff)(&Head::new(&source.name, &source.bytes)).filter(|c| c.score > 50);
                assert_eq!(claim, None, "{name}/{}", source.name);
            }
        }
    }
}

#[test]
fn small_files_whole() {
    let emitted = emit(&IMPORTER, &[fixture("graflow/console.txt")]);
    assert_eq!(emitted.result, Ok(()));
    expect(&emitted, "graflow/console.jsonl");
    let names = ["runtime.json", "session.state.json", "session.meta.json", "drawing.mmd"];
    let emitted = emit(&IMPORTER, &names.map(|n| fixture(&format!("graflow/{n}"))));
    assert_eq!((&emitted.result, emitted.unclaimed.len()), (&Ok(()), 0));
    expect(&emitted, "graflow/runtime.jsonl");
    let emitted =
        emit(&IMPORTER, &[fixture("graflow/session.state.json"), fixture("graflow/session.meta.json")]);
    expect(&emitted, "graflow/checkpoint.jsonl");
    let emitted =
        emit(&lineage::IMPORTER, &[fixture("graflow/detail.json"), fixture("graflow/current.json")]);
    expect(&emitted, "graflow/lineage.jsonl");
}

#[test]
fn pickles_are_named_and_never_loaded() {
    let emitted = emit(&IMPORTER, &[Source::new("a.pkl", b"\x80\x04\x95cos\nsystem\n".to_vec())]);
    assert_eq!((&emitted.result, emitted.codes()), (&Ok(()), vec!["pickle".to_owned()]));
}

#[test]
fn odd_records_cost_only_themselves() {
    let graph = r#"{"nodes":[5,{"id":"a","status":[],"start_time":"never","metadata":3},{"status":"running"}],
        "edges":[{"source":"a","target":"a"},7],"execution_order":["a","ghost",null,"a"]}"#;
    let emitted = emit(&IMPORTER, &[text("odd.json", graph)]);
    assert_eq!((&emitted.result, emitted.of("attempt").len()), (&Ok(()), 1));
    let codes = emitted.codes();
    for code in ["bad-record", "no-root", "time-never", "attempts-lost"] {
        assert!(codes.iter().any(|c| c == code), "{code}: {codes:?}");
    }
    let emitted = emit(&IMPORTER, &[text("end.txt", "✓ [00:00:02.000] SPAN END: a (1.50s)\n")]);
    assert!(
        emitted.of("attempt")[0].contains("\"started\":500000000,\"ended\":2000000000"),
        "{:?}",
        emitted.lines
    );
    let detail =
        r#"{"execution":[],"task_executions":[1,{"task_id":"a","execution_id":null,"duration":"x"}]}"#;
    let emitted = emit(&lineage::IMPORTER, &[text("d.json", detail)]);
    assert_eq!((&emitted.result, emitted.of("run").len()), (&Ok(()), 1));
    assert!(emitted.codes().iter().any(|c| c == "bad-record"));
}

#[test]
fn a_large_graph_is_known_by_its_nodes() {
    let node = |i: usize| {
        format!(
            r#"{{"id":"t{i}","status":"completed","start_time":"2026-01-05T08:00:00",
            "end_time":"2026-01-05T08:00:01","metadata":{{"type":"span","task_type":"T"}}}}"#
        )
    };
    let nodes: Vec<String> = (0..20_000).map(node).collect();
    let order: Vec<String> = (0..20_000).map(|i| format!("\"t{i}\"")).collect();
    let graph =
        format!(r#"{{"nodes":[{}],"edges":[],"execution_order":[{}]}}"#, nodes.join(","), order.join(","));
    let emitted = emit(&IMPORTER, &[text("large.json", &graph)]);
    assert_eq!(emitted.of("attempt").len(), 20_000);
}

#[test]
fn many_open_spans_and_many_edges_stay_fast() {
    let mut lines = String::from("→ [00:00:00.000] TRACE START: w\n");
    for i in 0..20_000 {
        lines.push_str(&format!("{}→ [00:00:01.000] SPAN START: t{i}\n", " ".repeat(2 + i % 7)));
    }
    for i in 0..20_000 {
        lines.push_str(&format!("  ✓ [00:00:02.000] SPAN END: t{i} (1.00s)\n"));
    }
    let emitted = emit(&IMPORTER, &[text("wide.txt", &lines)]);
    assert_eq!(emitted.of("attempt").len(), 40_000);
    let nodes: Vec<String> = (0..20_000).map(|i| format!("{{\"id\":\"n{i}\",\"data\":{{}}}}")).collect();
    let edges: Vec<String> =
        (1..20_000).map(|i| format!("{{\"source\":\"n{i}\",\"target\":\"n0\"}}")).collect();
    let graph = format!("{{\"nodes\":[{}],\"edges\":[{}]}}", nodes.join(","), edges.join(","));
    let emitted = emit(&lineage::IMPORTER, &[text("fan.json", &graph)]);
    assert_eq!(emitted.of("task").len(), 20_000);
}

#[test]
fn an_order_that_leaves_out_the_trace_is_one_run() {
    let node = |id: &str, kind: &str, second: u8| {
        format!(
            r#"{{"id":"{id}","status":"completed","start_time":"2026-01-06T12:00:0{second}","end_time":"2026-01-06T12:00:09","metadata":{{"type":"{kind}"}}}}"#
        )
    };
    let nodes = [node("workflow_0a1b2c3d", "trace", 0), node("cut", "span", 1), node("glue", "span", 2)];
    let graph = format!(r#"{{"nodes":[{}],"edges":[],"execution_order":["cut","glue"]}}"#, nodes.join(","));
    let emitted = emit(&IMPORTER, &[text("runtime_graph.json", &graph)]);
    assert_eq!(ids(&emitted), ["workflow_0a1b2c3d"]);
}
