//! GraphML (Brandes et al. 2002, *GraphML Progress Report*), as read by yEd, Gephi and networkx.

use std::fmt::Write as _;

use makespan_analysis::Facts;
use makespan_format::time::{SECOND, format_rfc3339};
use makespan_model::{TaskId, UNKNOWN};
use makespan_views::tasks::{start_of, worker_of};

use crate::xml::xml;

/// An attribute of a node: its name in the file, and its type.
const KEYS: [(&str, &str); 11] = [
    ("run", "string"),
    ("task", "string"),
    ("label", "string"),
    ("step", "string"),
    ("kind", "string"),
    ("status", "string"),
    ("worker", "string"),
    ("started", "string"),
    ("duration", "double"),
    ("attempts", "int"),
    ("critical", "boolean"),
];

/// Writes all runs in one graph, since programs read only the first of a file. The attribute `run` tells them apart.
pub(crate) fn graphml(runs: &[&Facts]) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
    );
    for (key, kind) in KEYS {
        let _ = writeln!(out, "  <key id=\"{key}\" for=\"node\" attr.name=\"{key}\" attr.type=\"{kind}\"/>");
    }
    out.push_str("  <key id=\"cycle\" for=\"edge\" attr.name=\"cycle\" attr.type=\"boolean\"/>\n");
    out.push_str("  <key id=\"name\" for=\"graph\" attr.name=\"name\" attr.type=\"string\"/>\n");
    out.push_str("  <graph id=\"g\" edgedefault=\"directed\">\n");
    if let [one] = runs {
        let _ = writeln!(out, "    <data key=\"name\">{}</data>", xml(one.run().title()));
    }
    for (number, facts) in runs.iter().enumerate() {
        graph(facts, number, &mut out);
    }
    out.push_str("  </graph>\n</graphml>\n");
    out
}

fn graph(facts: &Facts, number: usize, out: &mut String) {
    let run = facts.run();
    let critical = facts.critical_path().map(|p| p.on_path.as_slice()).unwrap_or_default();
    let id = |task: u32| format!("r{number}n{task}");
    for t in run.task_ids() {
        let i = t.index();
        let started = start_of(run, t);
        let values = [
            Some(run.id.clone()),
            Some(run.task_id(t).to_owned()),
            Some(run.task_name(t).to_owned()),
            Some(run.task_step(t).to_owned()),
            Some(run.text(run.tasks.kind[i]).to_owned()).filter(|k| !k.is_empty()),
            Some(run.tasks.status[i].name().to_owned()),
            Some(worker_of(run, t).to_owned()).filter(|w| !w.is_empty()),
            (started != UNKNOWN).then(|| format_rfc3339(started)),
            run.task_interval(t)
                .map(|(from, to)| (to.saturating_sub(from) as f64 / SECOND as f64).to_string()),
            Some(run.attempts_of(t).len().to_string()),
            Some(critical.get(i).copied().unwrap_or(false).to_string()),
        ];
        let _ = writeln!(out, "    <node id=\"{}\">", id(t.0));
        for ((key, _), value) in KEYS.iter().zip(values) {
            if let Some(value) = value {
                let _ = writeln!(out, "      <data key=\"{key}\">{}</data>", xml(&value));
            }
        }
        out.push_str("    </node>\n");
    }
    for (from, to) in run.successors.pairs() {
        let (from, to) = (id(TaskId(from).0), id(TaskId(to).0));
        let _ = writeln!(out, "    <edge source=\"{from}\" target=\"{to}\"/>");
    }
    for (from, to) in &run.cut {
        let (from, to) = (id(*from), id(*to));
        let _ = writeln!(
            out,
            "    <edge source=\"{from}\" target=\"{to}\"><data key=\"cycle\">true</data></edge>"
        );
    }
}
