//! The language of Graphviz. Nodes have numbers, names are quoted, and no part of a name becomes an attribute, a link or
//! markup.

use std::fmt::Write as _;

use makespan_analysis::Facts;
use makespan_model::{Run, TaskId};
use makespan_scene::{Theme, counted, duration, visible};
use makespan_views::status_role;

/// Writes one graph: `dot` makes a picture of each graph, and a file has one picture. Several runs are clusters in it.
pub(crate) fn dot(runs: &[&Facts], theme: &Theme) -> String {
    let title = match runs {
        [one] => one.run().title().to_owned(),
        several => counted(several.len(), "run"),
    };
    let mut out = format!("digraph {} {{\n", quoted(&title));
    let _ = writeln!(out, "    rankdir=\"LR\"");
    let _ = writeln!(out, "    node [shape=box style=\"filled,rounded\" fontname=\"sans-serif\"]");
    let mut first = 0;
    for (number, facts) in runs.iter().enumerate() {
        if runs.len() > 1 {
            let _ = writeln!(out, "    subgraph cluster_{number} {{");
            let _ = writeln!(out, "    fontname=\"sans-serif\" label={}", quoted(facts.run().title()));
            graph(facts, first, theme, &mut out);
            out.push_str("    }\n");
        } else {
            graph(facts, first, theme, &mut out);
        }
        first += facts.run().task_count();
    }
    out.push_str("}\n");
    out
}

/// Writes the nodes and edges of a run. The nodes of the file are numbered from `first` on.
fn graph(facts: &Facts, first: usize, theme: &Theme, out: &mut String) {
    let run = facts.run();
    let critical = facts.critical_path().map(|p| p.on_path.as_slice()).unwrap_or_default();
    let is_critical = |t: u32| critical.get(t as usize).copied().unwrap_or(false);
    let node = |t: u32| first + t as usize;
    for t in run.task_ids() {
        let role = status_role(run.tasks.status[t.index()]);
        let (fill, text) = (theme.colour(role).hex(), theme.colour(role.on()).hex());
        let thick = if is_critical(t.0) { " penwidth=3" } else { "" };
        let label = quoted(&label(run, t));
        let _ = writeln!(
            out,
            "    {} [label={label} fillcolor=\"{fill}\" fontcolor=\"{text}\"{thick}]",
            node(t.0)
        );
    }
    let style = if run.edges_inferred { "style=dotted" } else { "" };
    for (from, to) in run.successors.pairs() {
        let thick = if is_critical(from) && is_critical(to) { "penwidth=3" } else { "" };
        let attributes =
            [style, thick].into_iter().filter(|one| !one.is_empty()).collect::<Vec<_>>().join(" ");
        let attributes = if attributes.is_empty() { attributes } else { format!(" [{attributes}]") };
        let _ = writeln!(out, "    {} -> {}{attributes}", node(from), node(to));
    }
    for (from, to) in &run.cut {
        let _ = writeln!(out, "    {} -> {} [style=dashed constraint=false]", node(*from), node(*to));
    }
}

/// Returns the name of a task, and below it its duration.
fn label(run: &Run, t: TaskId) -> String {
    let length = run.task_interval(t).map(|(from, to)| duration(to.saturating_sub(from)));
    match length {
        Some(length) => format!("{}\n{length}", visible(run.task_name(t))),
        None => visible(run.task_name(t)).into_owned(),
    }
}

/// Returns a text in quotes. Backslashes are doubled, since `\N` and the like have a meaning in labels.
fn quoted(text: &str) -> String {
    let text: Vec<_> = text.split('\n').map(visible).collect();
    format!("\"{}\"", text.join("\n").replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
