//! Nextflow.

use super::*;

const ID: &str = "nextflow";

#[test]
fn a_trace_and_the_graph_of_its_processes() {
    let runs = fixtures(ID, &["trace.txt", "dag.dot"]);
    assert_eq!(
        all_counts(&runs),
        ["trace.txt: 4 tasks, 5 attempts, 3 edges: 2 succeeded 1 cancelled 1 cached"]
    );
    let run = &runs[0];
    assert_eq!(edges(run), ["PREP -> RUN:ALIGN (s1)", "PREP -> RUN:ALIGN (s2)", "RUN:ALIGN (s1) -> SUM",]);
    // The end is submission and duration, the start that less the time at work.
    assert_eq!(seconds(run, "PREP"), 8.0);
    assert_eq!(seconds(run, "RUN:ALIGN (s1)"), 111.0);
    let codes: Vec<&str> = codes(run).into_iter().map(|c| c.0).collect();
    assert_eq!(codes, ["start-assumed", "cached-times", "naive-times"]);
    let memory: Vec<f64> = (0..run.samples.value.len())
        .filter(|i| run.text(run.samples.name[*i]) == "peak_rss")
        .map(|i| run.samples.value[i])
        .collect();
    assert!(memory.contains(&13_107_200.0) && memory.contains(&1_073_741_824.0), "{memory:?}");
}

#[test]
fn reports_and_timelines_are_read_although_their_data_is_javascript() {
    let runs = fixtures(ID, &["report.html"]);
    assert_eq!(all_counts(&runs), ["happy_wing: 2 tasks, 2 attempts, 0 edges: 1 succeeded 1 failed"]);
    assert_eq!((seconds(&runs[0], "PREP"), runs[0].text(runs[0].source)), (9.0, "Nextflow 23.10.1"));
    let runs = fixtures(ID, &["timeline.html"]);
    assert_eq!(all_counts(&runs), ["timeline.html: 2 tasks, 2 attempts, 0 edges: 2 succeeded"]);
    assert_eq!((seconds(&runs[0], "PREP"), seconds(&runs[0], "SUM")), (9.0, 8.0));
    // The timeline of the run of a report is not a run of its own.
    let runs = fixtures(ID, &["timeline.html", "report.html"]);
    assert_eq!((runs.len(), codes(&runs[0])), (1, vec![("same-run", 1)]));
}

#[test]
fn columns_come_in_any_order_and_number() {
    let table = "name,realtime,status,hash,exit\nA (1),1200,COMPLETED,x/1,0\nA (1),900,COMPLETED,x/2,0\nB,bad,NEW,x/3,-\n";
    let runs = text(ID, table);
    assert_eq!(all_counts(&runs), ["text: 3 tasks, 3 attempts, 0 edges: 1 pending 2 succeeded"]);
    assert_eq!(
        (ids(&runs[0]), codes(&runs[0])),
        (vec!["A (1)", "A (1) #2", "B"], vec![("duplicate-id", 1), ("bad-number", 1)])
    );
}

#[test]
fn a_completed_task_with_an_exit_code_has_failed() {
    let rows =
        ["A\tCOMPLETED\t3", "B\tCOMPLETED\t0", "C\tCACHED\t3", "D\tABORTED\t143", "E\tCOMPLETED\t2147483647"];
    let rows = rows.map(|row| format!("1\t{row}\t2026-02-03 10:00:00.000\t5s\t4s\n"));
    let runs =
        text(ID, &format!("task_id\tname\tstatus\texit\tsubmit\tduration\trealtime\n{}", rows.concat()));
    let run = &runs[0];
    let statuses = ["A", "B", "C", "D", "E"].map(|task| status(run, task));
    assert_eq!(statuses, ["failed", "succeeded", "cached", "cancelled", "succeeded"]);
    let said = run.diagnostics.iter().find(|d| d.code == "exit-code-disagrees").unwrap();
    assert!(said.count == 1 && said.message.contains("A, exit code 3"), "{}", said.message);
}

#[test]
fn requested_resources_are_parameters_and_not_measurements() {
    let table = "task_id\tname\tstatus\texit\tsubmit\tduration\tpeak_rss\t%cpu\tcpus\tmemory\ttime\n\
        1\tA\tCOMPLETED\t0\t2026-02-03 10:00:00.000\t50s\t1 GB\t100.0%\t4\t6 GB\t1h\n";
    let runs = text(ID, table);
    let run = &runs[0];
    let task = run.find_task("A").unwrap();
    assert_eq!(run.text(run.tasks.params[task.index()]), r#"{"time":"1h","cpus":4,"memory":6442450944}"#);
    let mut names: Vec<&str> = run.samples.name.iter().map(|name| run.text(*name)).collect();
    names.sort_unstable();
    assert_eq!(names, ["%cpu", "peak_rss"]);
}

#[test]
fn recorded_runs() {
    let rows: [(&[&str], &str); 8] = [
        (&["chipseq_a.execution_trace.txt"], "275 tasks, 275 attempts, 0 edges: 258 succeeded 17 failed"),
        (&["chipseq_b.execution_trace.txt"], "275 tasks, 275 attempts, 0 edges: 258 succeeded 17 failed"),
        (&["chipseq.execution_report.html"], "275 tasks, 275 attempts, 0 edges: 258 succeeded 17 failed"),
        (&["gwas.execution_trace.txt"], "4 tasks, 4 attempts, 0 edges: 4 succeeded"),
        (&["gwas.execution_timeline.html"], "4 tasks, 4 attempts, 0 edges: 4 succeeded"),
        (&["openproblems_864.execution_trace.txt"], "852 tasks, 864 attempts, 0 edges: 852 succeeded"),
        (&["wfcommons_a.execution_trace.txt"], "29 tasks, 29 attempts, 0 edges: 26 succeeded 3 failed"),
        (&["cvd.pipeline_dag.dot"], "1 tasks, 0 attempts, 0 edges: 1 pending"),
    ];
    let (mut got, mut want) = (Vec::new(), Vec::new());
    for (names, row) in rows {
        let Some(runs) = samples(ID, ID, names) else { return };
        got.push(counts(&runs[0]));
        want.push(row);
    }
    assert_eq!(got, want);
}
