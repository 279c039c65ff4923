//! The defined graph as Graflow draws it: Mermaid text, or names and pairs of names. Matched to runs by task ids.

use makespan_format::{Event, EventSink, RunInfo, Task};
use makespan_model::HashMap;

use super::runs::{Runs, beside};
use crate::importer::Source;
use crate::json;
use crate::pairs::{Record, info, items, scalar};

/// Edges between task ids, and which group holds which.
#[derive(Default, Debug, PartialEq)]
pub(super) struct Drawing {
    edges: Vec<(String, String)>,
    members: Vec<(String, String)>,
}

/// Whether `nodes` holds plain names: other graphs have objects there.
pub(super) fn is_node_link(head: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(head, b"\"nodes\"") else { return false };
    let mut rest = head[at + 7..].iter().filter(|b| !b.is_ascii_whitespace());
    rest.next() == Some(&b':') && rest.next() == Some(&b'[') && rest.next() == Some(&b'"')
}

/// Whether this is Mermaid as this program draws it: a graph from top to bottom, perhaps after a front matter.
pub(super) fn is_mermaid(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&head[..head.len().min(2048)]);
    let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
    lines.by_ref().take(20).any(|l| l == "graph TD;") && (text.contains("classDef") || text.contains(" --> "))
}

/// Reads a drawing; `mermaid` says which of the two kinds.
pub(super) fn read(source: &Source, mermaid: bool, sink: &mut dyn EventSink) -> Result<Drawing, String> {
    if mermaid {
        return Ok(read_mermaid(&String::from_utf8_lossy(&source.bytes)));
    }
    let mut scratch = Vec::new();
    let (root, mended) = json::parse::<Record<'_>>(&source.bytes, &mut scratch)
        .map_err(|e| format!("{}: {e}", source.name))?;
    mended.report(&source.name, sink);
    let mut drawing = Drawing::default();
    for raw in root.raw("edges").map(items).unwrap_or_default() {
        let pair = items(raw.get());
        let ends = match pair.as_slice() {
            [from, to, ..] => (scalar(from.get()), scalar(to.get())),
            _ => match Record::parse(raw.get()) {
                Some(edge) => (edge.text("source"), edge.text("target")),
                None => continue,
            },
        };
        if let (Some(from), Some(to)) = ends {
            drawing.edges.push((from.into_owned(), to.into_owned()));
        }
    }
    Ok(drawing)
}

/// Mermaid ids are mangled (`clean_α` and `clean_β` both become `clean_`), labels are the task ids.
fn read_mermaid(text: &str) -> Drawing {
    let mut labels: HashMap<&str, &str> = HashMap::default();
    let mut drawing = Drawing::default();
    let mut edges = Vec::new();
    let mut group: Option<&str> = None;
    for line in text.lines().map(|l| l.trim().trim_end_matches(';')) {
        if let Some(rest) = line.strip_prefix("subgraph ") {
            let (id, label) = rest.split_once('[').unwrap_or((rest, rest));
            let label = label.trim_end_matches(']').trim_matches('"').trim();
            labels.insert(id.trim(), label);
            group = Some(label);
        } else if line == "end" {
            group = None;
        } else if let Some((from, to)) = line.split_once(" --> ") {
            // `a -- label --> b` names the edge.
            let from = from.split_once(" -- ").map_or(from, |(from, _)| from);
            edges.push((from.trim(), to.trim()));
        } else if let Some((id, rest)) = line.split_once("([") {
            let label = rest.split_once("])").map_or(rest, |(label, _)| label);
            labels.insert(id, label.trim_matches('"'));
        } else if let Some((id, rest)) = line.split_once('[')
            && !id.contains(' ')
        {
            let label = rest.split_once("]:::").map_or(rest, |(label, _)| label).trim_end_matches(']');
            let label = label.trim_matches('"');
            labels.insert(id, label);
            drawing.members.extend(group.map(|g| (g.to_owned(), label.to_owned())));
        }
    }
    let name = |id: &str| labels.get(id).map_or(id, |l| *l).to_owned();
    drawing.edges.extend(edges.into_iter().map(|(from, to)| (name(from), name(to))));
    drawing
}

impl Drawing {
    /// Emits the edges whose ends a run has, for the runs in the same folder, else for all.
    pub(super) fn join(&self, file: &str, runs: &mut Runs, sink: &mut dyn EventSink) {
        let near = runs.list.iter().any(|r| beside(&r.file, file));
        let mut joined = Vec::new();
        for run in runs.list.iter_mut().filter(|r| !near || beside(&r.file, file)) {
            let mut after: Vec<(&str, Vec<&str>)> = Vec::new();
            let mut index: HashMap<&str, usize> = HashMap::default();
            for (from, to) in &self.edges {
                let known = run.tasks.contains(from) && run.tasks.contains(to) && from != to;
                if known && run.edges.insert((from.clone(), to.clone())) {
                    let at = *index.entry(to).or_insert_with(|| {
                        after.push((to, Vec::new()));
                        after.len() - 1
                    });
                    after[at].1.push(from);
                }
            }
            let inside =
                |(g, m): &&(String, String)| g != m && run.tasks.contains(g) && run.tasks.contains(m);
            let members: Vec<_> = self.members.iter().filter(inside).collect();
            let all = self.edges.iter().any(|edge| run.edges.contains(edge));
            if !all && members.is_empty() {
                continue;
            }
            joined.push(run.run.clone());
            sink.event(Event::Run(RunInfo { id: run.run.as_str().into(), ..RunInfo::default() }));
            for (task, from) in after {
                sink.event(Event::Task(Task {
                    id: task.into(),
                    after: from.into_iter().map(Into::into).collect(),
                    ..Task::default()
                }));
            }
            for (group, member) in members {
                sink.event(Event::Task(Task {
                    id: member.into(),
                    parent: Some(group.into()),
                    ..Task::default()
                }));
            }
        }
        if joined.is_empty() {
            info(
                sink,
                "unjoined-graph",
                format!("{file}: no run here has two of the tasks that this graph connects"),
            );
        } else {
            let message = format!("{file}: dependencies taken over for {}", joined.join(", "));
            info(sink, "joined-graph", message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mermaid_labels_are_the_task_ids() {
        let text = "---\nconfig:\n---\ngraph TD;\n    subgraph G_1[\" G_1 \"]\n        direction TB\n        \
                    a___1[a_é];\n        b_1[b];\n    end\n    class G_1 parallelGroup;\n    x_1([x]):::first;\n    \
                    y_1[y];\n    x_1 --> G_1;\n    G_1 -- then --> y_1;\n    classDef first fill:#fff;\n";
        assert!(is_mermaid(text.as_bytes()));
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let want = Drawing {
            edges: vec![pair("x", "G_1"), pair("G_1", "y")],
            members: vec![pair("G_1", "a_é"), pair("G_1", "b")],
        };
        assert_eq!(read_mermaid(text), want);
    }

    #[test]
    fn names_distinguish_a_static_graph_from_a_recorded_one() {
        assert!(is_node_link(br#"{ "nodes" : [ "a"], "edges": []}"#));
        assert!(!is_node_link(br#"{"nodes":[{"id":"a"}],"edges":[]}"#));
        assert!(!is_node_link(br#"{"nodes"#));
    }
}
