//! A flowchart for Mermaid. Ids are generated numbers; names are quoted, and characters with a meaning in Mermaid, HTML or
//! Markdown become entities, so that no name can become a directive, a link or a style.

use std::fmt::Write as _;

use makespan_analysis::Facts;
use makespan_model::{Order as _, Status};
use makespan_scene::{counted, visible};
use makespan_views::graph::{BUDGET, Graph, Graphing, Grouping, nodes_of};

/// Maximum number of dependencies that Mermaid draws by default.
const MOST_EDGES: usize = 500;
/// Maximum length of the text, in characters, with room for the rest of the page.
const MOST_TEXT: usize = 45_000;
/// Maximum length of a name, in characters.
pub(crate) const LONGEST_NAME: usize = 80;

/// A flowchart, and what readers have to know about it.
pub(crate) struct Flowchart {
    /// The text for Mermaid.
    pub(crate) text: String,
    /// What is drawn by step or not at all, as sentences.
    pub(crate) notes: Vec<String>,
    /// Whether Mermaid refuses to draw it unless its limits are raised.
    pub(crate) is_too_large: bool,
}

/// The nodes and edges of one run.
struct Part {
    text: String,
    edges: usize,
    by: Grouping,
    left_out: usize,
}

impl Part {
    fn new(facts: &Facts, number: usize, by: Grouping) -> Part {
        let graph = nodes_of(facts, &Graphing { by, ..Graphing::default() }, None);
        let mut text = String::new();
        nodes(&graph, number, &mut text);
        Part { text, edges: graph.edges.len(), by: graph.by, left_out: graph.left_out }
    }

    /// Returns the finest part that can be drawn: by task, or by step if there are too many tasks.
    fn finest(facts: &Facts, number: usize) -> Part {
        if facts.run().task_count() > BUDGET && facts.steps().len() <= BUDGET {
            return Part::new(facts, number, Grouping::Steps);
        }
        Part::new(facts, number, Grouping::Tasks)
    }
}

/// Writes all runs, each as a subgraph if there are several. If they are too large for Mermaid together, the largest are
/// drawn by step until the others fit.
pub(crate) fn flowchart(runs: &[&Facts]) -> Flowchart {
    let mut parts: Vec<Part> = runs.iter().enumerate().map(|(i, facts)| Part::finest(facts, i)).collect();
    let mut edges: usize = parts.iter().map(|part| part.edges).sum();
    let mut length: usize = parts.iter().map(|part| part.text.len()).sum();
    let mut largest: Vec<usize> = (0..parts.len()).filter(|&i| parts[i].by == Grouping::Tasks).collect();
    largest.order_by(|a, b| parts[*b].text.len().cmp(&parts[*a].text.len()).then(a.cmp(b)));
    for i in largest {
        if edges <= MOST_EDGES && length <= MOST_TEXT {
            break;
        }
        if parts[i].left_out > 0 {
            continue;
        }
        let by_step = Part::new(runs[i], i, Grouping::Steps);
        if by_step.text.len() < parts[i].text.len() {
            edges = edges - parts[i].edges + by_step.edges;
            length = length - parts[i].text.len() + by_step.text.len();
            parts[i] = by_step;
        }
    }

    let mut notes = Vec::new();
    match (runs, parts.iter().filter(|part| part.by == Grouping::Steps).count()) {
        (_, 0) => {}
        ([one], _) => {
            let tasks = counted(one.run().task_count(), "task");
            notes.push(format!("{tasks} are more than Mermaid draws; each node stands for a step"));
        }
        (all, coarse) => {
            let all = counted(all.len(), "run");
            notes.push(format!("{coarse} of {all} drawn with a node for each step; together they have more tasks than Mermaid draws"));
        }
    }
    let left_out: usize = parts.iter().map(|part| part.left_out).sum();
    if left_out > 0 {
        notes.push(format!("{} not shown in the flowchart", counted(left_out, "task")));
    }
    let mut text = String::from("flowchart LR\n");
    for (number, (facts, part)) in runs.iter().zip(&parts).enumerate() {
        if runs.len() > 1 {
            let _ = writeln!(text, "subgraph r{number} [\"{}\"]", label(facts.run().title()));
            text.push_str(&part.text);
            text.push_str("end\n");
        } else {
            text.push_str(&part.text);
        }
    }
    text.push_str(
        "classDef failed stroke-width:3px,stroke-dasharray:6 3\nclassDef pending stroke-dasharray:2 3\n",
    );
    Flowchart { text, notes, is_too_large: edges > MOST_EDGES || length > MOST_TEXT }
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
    for (outer, inner) in &graph.within {
        let _ = writeln!(out, "r{run}n{outer} -.- r{run}n{inner}");
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
