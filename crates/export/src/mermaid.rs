//! A flowchart for Mermaid. Ids are generated numbers; names are quoted, and characters with a meaning in Mermaid, HTML or
//! Markdown become entities, so that no name can become a directive, a link or a style.

use std::fmt::Write as _;

use makespan_analysis::Facts;
use makespan_model::Status;
use makespan_scene::{counted, visible};
use makespan_views::graph::{BUDGET, Graph, Graphing, Grouping};

/// Maximum number of dependencies that Mermaid draws by default.
const MOST_EDGES: usize = 500;
/// Maximum length of the text, in characters, with room for the rest of the page.
const MOST_TEXT: usize = 45_000;
/// Maximum length of a name, in characters.
pub(crate) const LONGEST_NAME: usize = 80;

/// Writes all runs, each as a subgraph if there are several. A graph too large for Mermaid is drawn by step.
pub(crate) fn flowchart(runs: &[&Facts], notes: &mut Vec<String>) -> String {
    let mut out = String::from("flowchart LR\n");
    for (number, facts) in runs.iter().enumerate() {
        let mut part = String::new();
        let run = facts.run();
        let of = |by| Graph::new(facts, &Graphing { by, ..Graphing::default() }, None);
        let many = run.task_count() > BUDGET;
        let mut graph = of(if many { Grouping::Steps } else { Grouping::Tasks });
        if graph.nodes.len() > BUDGET {
            graph = of(Grouping::Tasks);
        }
        nodes(&graph, number, &mut part);
        let allowed = (MOST_EDGES / runs.len().max(1), MOST_TEXT / runs.len().max(1));
        let too_large = |graph: &Graph, text: &str| graph.edges.len() > allowed.0 || text.len() > allowed.1;
        if graph.by == Grouping::Tasks && graph.left_out == 0 && too_large(&graph, &part) {
            graph = of(Grouping::Steps);
            part.clear();
            nodes(&graph, number, &mut part);
        }
        if graph.by == Grouping::Steps {
            let tasks = counted(run.task_count(), "task");
            notes.push(format!("{tasks} are more than Mermaid draws; each node stands for a step"));
        }
        if too_large(&graph, &part) {
            notes.push(
                "the flowchart is too large for the default limits of Mermaid; raise `maxEdges` and `maxTextSize`"
                    .to_owned(),
            );
        }
        if graph.left_out > 0 {
            notes.push(format!("{} not shown in the flowchart", counted(graph.left_out, "task")));
        }
        if runs.len() > 1 {
            let _ = writeln!(out, "subgraph r{number} [\"{}\"]", label(run.title()));
            out.push_str(&part);
            out.push_str("end\n");
        } else {
            out.push_str(&part);
        }
    }
    out.push_str(
        "classDef failed stroke-width:3px,stroke-dasharray:6 3\nclassDef pending stroke-dasharray:2 3\n",
    );
    out
}

fn nodes(graph: &Graph, run: usize, out: &mut String) {
    for (i, node) in graph.nodes.iter().enumerate() {
        let status = node.status();
        let class = match status {
            Status::Failed | Status::UpstreamFailed => ":::failed",
            Status::Pending | Status::Queued => ":::pending",
            _ => "",
        };
        let note = if node.note.is_empty() { String::new() } else { format!(" · {}", label(&node.note)) };
        let _ = writeln!(out, "r{run}n{i}[\"{}{note} · {}\"]{class}", label(&node.label), status.name());
    }
    for ((from, to), cut) in graph.edges.iter().zip(&graph.cut) {
        let arrow = if *cut || graph.inferred { "-.->" } else { "-->" };
        let _ = writeln!(out, "r{run}n{from} {arrow} r{run}n{to}");
    }
}

/// Returns a name for use within quotes. Letters, digits and a few harmless characters stay; all others become entities,
/// as does a character at the beginning that would start a list.
pub(crate) fn label(text: &str) -> String {
    let text = text.replace(['\n', '\r', '\t'], " ");
    let text = visible(&text);
    let mut out = String::with_capacity(text.len());
    // A name that begins as a list does: digits and a point, or a dash.
    let mut in_number = true;
    for (i, c) in text.chars().take(LONGEST_NAME).enumerate() {
        let plain = c.is_alphanumeric() || " _,/".contains(c) || (!in_number && matches!(c, '.' | '-'));
        // What is not ASCII means nothing to Mermaid.
        if plain || (!c.is_ascii() && i > 0) {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
        in_number &= c.is_ascii_digit();
    }
    if text.chars().nth(LONGEST_NAME).is_some() {
        out.push('…');
    }
    // A node without a label has none to be read.
    if out.trim().is_empty() { "(no name)".replace('(', "#40;").replace(')', "#41;") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_for_mermaid() {
        assert_eq!(label("a\"];click n1 href\"x"), "a#34;#93;#59;click n1 href#34;x");
        assert_eq!(label("%%{init: {}}%%"), "#37;#37;#123;init#58; #123;#125;#125;#37;#37;");
        assert_eq!(label("1. one\n`two`"), "1#46; one #96;two#96;");
        assert_eq!(label("- x.y"), "#45; x.y");
        assert_eq!(label("# &amp; <b>"), "#35; #38;amp#59; #60;b#62;");
        assert_eq!(label("übung"), "übung");
        assert_eq!(label(" "), "#40;no name#41;");
        assert_eq!(label(&"x".repeat(100)).chars().count(), LONGEST_NAME + 1);
    }
}
