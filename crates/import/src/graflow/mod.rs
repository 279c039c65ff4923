//! Graflow: the runtime graph exported by its tracer, the output of its console tracer, checkpoints, and drawings of
//! the defined graph, which are the only ones with dependencies.

mod checkpoint;
mod console;
mod drawing;
pub mod lineage;
mod outline;
mod printed;
mod runs;
mod runtime;

use makespan_format::EventSink;

use self::runs::Runs;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::pairs::{info, warn};
use crate::sniff::{Head, JsonKind};

const RUNTIME: &str = "runtime graph";
const CONSOLE: &str = "console trace";
const STATE: &str = "checkpoint state";
const META: &str = "checkpoint metadata";
const PICKLE: &str = "checkpoint pickle";
const NODE_LINK: &str = "static graph";
const MERMAID: &str = "static drawing";
const ASCII: &str = "static text drawing";

/// Reads files of Graflow 0.2.
pub const IMPORTER: Importer = Importer {
    id: "graflow",
    title: "Graflow",
    parts: &[RUNTIME, CONSOLE, STATE, META, PICKLE, NODE_LINK, MERMAID, ASCII],
    how: "Save tracer.export_runtime_graph(\"json\") or what ConsoleTracer prints; draw_mermaid() beside it adds the dependencies.",
    lossy: "in the runtime graph: dependencies, members of parallel groups, earlier attempts; in console text: the date. Open both files of a trace together",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    let shape = &head.shape;
    if shape.root == JsonKind::Object {
        let keys = |all: &[&str]| all.iter().all(|k| shape.has(k));
        return if keys(&["nodes", "edges", "execution_order"]) {
            claim(95, RUNTIME, "an object with nodes, edges and execution_order")
        } else if !shape.complete
            && ["status", "start_time", "metadata"].iter().all(|k| shape.inner_has("nodes", k))
        {
            // The nodes of a large graph fill all that is looked at.
            claim(85, RUNTIME, "nodes with status, start_time and metadata")
        } else if keys(&["schema_version", "completed_tasks", "pending_tasks"]) {
            claim(95, STATE, "an object with schema_version, completed_tasks and pending_tasks")
        } else if keys(&["checkpoint_id", "session_id", "steps", "start_node"]) {
            claim(92, META, "an object with checkpoint_id, session_id and start_node")
        } else if keys(&["nodes", "edges"]) && shape.keys.len() == 2 && drawing::is_node_link(head.bytes) {
            claim(70, NODE_LINK, "names of nodes and pairs of names as edges")
        } else {
            None
        };
    }
    if matches!(head.bytes, [0x80, 2..=5, ..]) && head.name.ends_with(".pkl") {
        return claim(60, PICKLE, "a Python pickle");
    }
    if !head.text {
        return None;
    }
    if (has("SPAN START: ") || has("SPAN END: ") || has("TRACE START: "))
        && String::from_utf8_lossy(head.bytes).lines().take(200).any(printed::is_line)
    {
        return claim(92, CONSOLE, "lines of a console tracer");
    }
    if drawing::is_mermaid(head.bytes) {
        return claim(50, MERMAID, "a Mermaid graph drawn top down");
    }
    if has("╔═") && has("ParallelGroup") {
        return claim(40, ASCII, "a graph drawn in characters");
    }
    None
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let mut runs = Runs::default();
    let mut failures = Vec::new();
    let of = |wanted: &'static str| parts.iter().filter(move |p| p.part == wanted).map(|p| p.source);
    // How many tries there were is known from the texts; the graphs come first, since they have dates.
    let texts: Vec<_> = of(CONSOLE)
        .map(|source| {
            let first = runs.texts.list.len();
            let is_loose = runs.texts.add(&String::from_utf8_lossy(&source.bytes));
            (source, first..runs.texts.list.len(), is_loose)
        })
        .collect();
    for source in of(RUNTIME) {
        failures.extend(runtime::read(source, options.zone, &mut runs, sink).err());
    }
    for (source, traces, is_loose) in texts {
        console::read(source, traces, is_loose, &mut runs, sink);
    }
    let states: Vec<_> = of(STATE).collect();
    let metas: Vec<_> = of(META).collect();
    failures.extend(checkpoint::read(&states, &metas, options.zone, &mut runs, sink));
    for source in of(NODE_LINK).chain(of(MERMAID)) {
        let mermaid = of(MERMAID).any(|s| std::ptr::eq(s, source));
        match drawing::read(source, mermaid, sink) {
            Ok(drawing) => drawing.join(&source.name, &mut runs, sink),
            Err(message) => failures.push(message),
        }
    }
    for source in of(PICKLE) {
        let message = format!(
            "{}: a pickle is a program, it is never loaded; the .state.json and .meta.json beside it are read",
            source.name
        );
        info(sink, "pickle", message);
    }
    for source in of(ASCII) {
        let message = format!("{}: a drawing in characters is not read, draw_mermaid() is", source.name);
        info(sink, "derived-file", message);
    }
    match failures.pop() {
        Some(message) if runs.list.is_empty() => Err(ReadError::Broken { message, offset: None }),
        last => {
            for message in failures.into_iter().chain(last) {
                warn(sink, "unreadable", message);
            }
            Ok(())
        }
    }
}
