//! Formats that are recognised but cannot be read: their names, and advice.

use crate::sniff::{Head, JsonKind};

/// First bytes of files, what such a file is, and what would help.
const BEGINNINGS: &[(&[u8], &str, &str)] = &[
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it and open the files in it"),
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it and open the files in it"),
    (b"\x04\x22\x4d\x18", "data compressed by LZ4", "unpack it with `lz4 -d`, or compress it with zstd"),
    (b"LZIP", "data compressed by lzip", "unpack it with `lzip -d`, or compress it with xz"),
    (b"\x1f\x9d", "data compressed by compress", "unpack it with `uncompress`"),
    (b"\x1f\x8b", "a gzip file inside an archive", "unpack the archive first"),
    (b"ARROW1", "an Arrow file", "write it as CSV or JSON lines"),
    (b"Obj\x01", "an Avro file", "write it as JSON lines, for example with `avro-tools tojson`"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", "write its table of tasks as CSV"),
    (
        b"SQLite format 3\0",
        "a SQLite database of an unknown program",
        "write its table of tasks as CSV and name the columns with --map",
    ),
    (b"\x80\x04\x95", "a Python pickle", "write it as JSON: a pickle can run code and is never opened"),
    (b"%PDF-", "a PDF document", "open the data that it was made from"),
    (b"\x89PNG", "a picture", "open the data that it was made from"),
    (b"\x7fELF", "an executable", "run it with `makespan run`, or open a file that it writes"),
];

/// Members of a JSON object, or of the first element of an array, what such a file is, and what would help.
const MEMBERS: &[(&[&str], &str, &str)] = &[
    (
        &["Event", "Spark Version"],
        "an event log of Spark",
        "write the stages of its history server's REST API as CSV and name the columns with --map",
    ),
    (
        &["Event", "Stage ID"],
        "an event log of Spark",
        "write the stages of its history server's REST API as CSV and name the columns with --map",
    ),
    (
        &["meta", "threads", "libs"],
        "a Firefox Profiler profile",
        "record with a tracer that writes Trace Event JSON instead",
    ),
    (
        &["nodes", "samples", "timeDeltas"],
        "a Chrome CPU profile",
        "record a trace instead, which has tasks with start and end",
    ),
    (&["$schema", "shared", "profiles"], "a speedscope profile", "open the trace that it was made from"),
    (
        &["cells", "nbformat"],
        "a Jupyter notebook",
        "record its cells with the Python package (docs/recording-python.md)",
    ),
    (&["$schema", "version", "runs"], "static analysis results (SARIF)", "it contains findings and no tasks"),
    (
        &["eventType", "job", "inputs"],
        "an OpenLineage event without a run",
        "open the events of runs, which have `run` and `eventTime`",
    ),
    (&["log", "_meta"], "a HAR file", "write its entries as CSV and name the columns with --map"),
];

/// Beginnings of the first line of texts, what such a file is, and what would help.
const TEXTS: &[(&str, &str, &str)] = &[(
    "output_file\tdate\trule\t",
    "a summary of Snakemake",
    "it has no times of jobs; open the log in .snakemake/log or the folder .snakemake/metadata",
)];

/// Beginnings of the first line of texts that are drawings of graphs, and what such a file is.
const GRAPHS: &[(&str, &str)] = &[
    ("digraph", "a graph of Graphviz"),
    ("strict digraph", "a graph of Graphviz"),
    ("graph {", "a graph of Graphviz"),
    ("flowchart", "a flowchart of Mermaid"),
    ("graph TB", "a flowchart of Mermaid"),
    ("graph TD", "a flowchart of Mermaid"),
    ("graph BT", "a flowchart of Mermaid"),
    ("graph LR", "a flowchart of Mermaid"),
    ("graph RL", "a flowchart of Mermaid"),
    ("graph;", "a flowchart of Mermaid"),
    ("stateDiagram", "a state diagram of Mermaid"),
    ("sequenceDiagram", "a sequence diagram of Mermaid"),
    ("@startuml", "a diagram of PlantUML"),
];

/// The application id in the header of SQLite databases that are stores of Makespan, and its place.
const STORE: (usize, &[u8]) = (68, b"MKSP");

/// A file that no importer reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// What it is, and what would help.
    pub(crate) text: String,
    /// Whether nothing is missing from a run beside it: a drawing of a graph, a file that a task left.
    pub(crate) is_extra: bool,
}

/// Returns what a file is that no importer reads, and what would help; `None` if it is not known.
pub(crate) fn known(head: &Head<'_>) -> Option<Known> {
    if let Some(what) = graph(head) {
        let text = format!("{what}, which has no times; open the record of a run, which has them");
        return Some(Known { text, is_extra: true });
    }
    if let Some(what) = left_by_a_task(head.name) {
        return Some(Known { text: format!("{what}; it has no tasks"), is_extra: true });
    }
    unreadable(head).map(|text| Known { text, is_extra: false })
}

/// Returns what a file is that a task left beside the record of its run, by its path: its content can be anything.
fn left_by_a_task(name: &str) -> Option<&'static str> {
    let mut parts = name.rsplit('/');
    let file = parts.next().unwrap_or_default();
    let is_hex = |text: &str, len: usize| {
        text.len() == len && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
    };
    if file.get(..36).is_some_and(|id| is_hex(id, 36)) && file[36..].starts_with("-attachment") {
        return Some("an attachment of a test in Allure results");
    }
    let mut outer = name.split('/').zip(name.split('/').skip(1));
    outer
        .any(|(run, inner)| is_hex(run, 32) && inner == "artifacts")
        .then_some("an artifact of a run of MLflow")
}

/// Returns which kind of drawing of a graph a file is.
fn graph(head: &Head<'_>) -> Option<&'static str> {
    if head.shape.record_has(&["nodes", "edges"]) {
        return Some("a graph");
    }
    if head.shape.root != JsonKind::NotJson || !head.text {
        return None;
    }
    let text = String::from_utf8_lossy(&head.bytes[..head.bytes.len().min(4_000)]);
    let is_content = |line: &&str| !line.is_empty() && !line.starts_with("%%") && *line != "```mermaid";
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(is_content);
    let mut first = lines.next().unwrap_or_default();
    if first == "---" {
        // What is said of a document stands before it, between such lines.
        first = lines.by_ref().skip_while(|line| *line != "---").nth(1).unwrap_or_default();
    }
    GRAPHS.iter().find(|(start, _)| first.starts_with(start)).map(|(_, what)| *what)
}

fn unreadable(head: &Head<'_>) -> Option<String> {
    let (at, id) = STORE;
    if head.bytes.starts_with(b"SQLite format 3\0") && head.bytes.get(at..at + id.len()) == Some(id) {
        let name = head.name;
        return Some(format!(
            "a store of Makespan, not a file of one run; add --store sqlite:{name} and name a run, or list its runs with \
             `makespan list --store sqlite:{name}`"
        ));
    }
    let say = |what: &str, help: &str| format!("{what}, which cannot be read; {help}");
    if let Some((_, what, help)) = BEGINNINGS.iter().find(|(start, ..)| head.bytes.starts_with(start)) {
        return Some(say(what, help));
    }
    if let Some((_, what, help)) = MEMBERS.iter().find(|(keys, ..)| head.shape.record_has(keys)) {
        return Some(say(what, help));
    }
    let is_history =
        head.shape.inner_has("events", "previousEventId") && head.shape.inner_has("events", "type");
    if is_history {
        return Some(say(
            "an AWS Step Functions history",
            "write its states as CSV and name the columns with --map",
        ));
    }
    let is_lookup = |inner: &str| head.shape.inner_has("response", inner);
    if is_lookup("first_task_display_name") || (is_lookup("taskId") && is_lookup("error")) {
        return Some(say("an answer of the Luigi scheduler", "open its `task_list` or `dep_graph`"));
    }
    if head.shape.inner_has("info", "invocation_id") {
        return Some(say("a log of dbt", "open run_results.json and manifest.json of its target folder"));
    }
    let begins = head.bytes.trim_ascii_start();
    let begins = begins.strip_prefix(b"[").unwrap_or(begins).trim_ascii_start();
    if head.text && begins.strip_prefix(b"{").is_some_and(|b| b.trim_ascii_start().starts_with(b"'")) {
        return Some(say("JSON with single quotes", "write it with double quotes, in Python by `json.dump`"));
    }
    if head.shape.root == JsonKind::NotJson && head.text {
        let text = String::from_utf8_lossy(&head.bytes[..head.bytes.len().min(400)]);
        let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        if let Some((_, what, help)) = TEXTS.iter().find(|(start, ..)| first.starts_with(start)) {
            return Some(say(what, help));
        }
    }
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    if head.shape.root == JsonKind::NotJson
        && head.text
        && has("gradle")
        && has("<title>Profile report</title>")
    {
        return Some(say(
            "a Gradle profile report",
            "it has no start times; record them with `--scan` or the OpenTelemetry plugin",
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn recognised_but_unsupported_files_get_advice() {
        let of = |bytes: &[u8]| known(&Head::new("x", bytes)).map(|known| known.text);
        assert!(of(b"ARROW1\0\0").unwrap().contains("an Arrow file, which cannot be read; write it as CSV"));
        assert!(
            of(b"{\"Event\":\"SparkListenerLogStart\",\"Spark Version\":\"3.5\"}\n{}")
                .unwrap()
                .contains("Spark")
        );
        assert!(
            of(b"{\"events\":[{\"id\":1,\"type\":\"ExecutionStarted\",\"previousEventId\":0}]}")
                .unwrap()
                .contains("Step")
        );
        for (text, what) in [
            ("output_file\tdate\trule\tlog-file(s)\nx\t-\tr\t", "a summary of Snakemake"),
            ("{\"data\":{},\"info\":{\"invocation_id\":\"i\",\"msg\":\"Running\"}}\n{}", "a log of dbt"),
            ("{\"response\":[{\"name\":\"w\",\"first_task_display_name\":\"All()\"}]}", "Luigi"),
            ("[{'id': 't', 'start': 1}]", "single quotes"),
            ("{\"eventType\":\"START\",\"job\":{},\"inputs\":[]}", "OpenLineage event without a run"),
        ] {
            assert!(of(text.as_bytes()).unwrap().contains(what), "{text}");
        }
        let mut store = b"SQLite format 3\0".to_vec();
        store.resize(68, 0);
        store.extend_from_slice(b"MKSP");
        assert!(of(&store).unwrap().contains("a store of Makespan"), "{:?}", of(&store));
        store[68] = 0;
        assert!(of(&store).unwrap().contains("an unknown program"), "{:?}", of(&store));
        assert_eq!(of(b"hello"), None);
        assert_eq!(of(b"---\nhello: 1"), None);
    }
    #[test]
    fn drawings_of_graphs_are_recognised() {
        for (text, what) in [
            ("digraph g {\n}", Some("Graphviz")),
            ("---\ntitle: DAG\n---\nflowchart TB\n a --> b", Some("Mermaid")),
            ("%%{init: {}}%%\n\ngraph LR\n a --> b", Some("Mermaid")),
            ("```mermaid\nflowchart LR\n a --> b\n```", Some("Mermaid")),
            ("{\"nodes\":[],\"edges\":[]}", Some("a graph")),
            ("graphics: none", None),
            ("---\nhello: 1", None),
        ] {
            let known = known(&Head::new("x", text.as_bytes()));
            assert_eq!(known.as_ref().map(|k| k.is_extra), what.map(|_| true), "{text}");
            assert!(what.is_none_or(|what| known.is_some_and(|k| k.text.contains(what))), "{text}");
        }
    }
}
