//! The language of Graphviz. Nodes have numbers, names are quoted, and no part of a name becomes an attribute, a link or
//! markup.

use std::fmt::Write as _;

use makespan_analysis::Facts;
use makespan_model::{Run, TaskId};
use makespan_scene::{Theme, duration, visible};
use makespan_views::status_role;
use petgraph::dot::{Config, Dot, RankDir};

/// Writes one graph per run.
pub(crate) fn dot(runs: &[&Facts], theme: &Theme) -> String {
    runs.iter().map(|facts| graph(facts, theme)).collect()
}

fn graph(facts: &Facts, theme: &Theme) -> String {
    let run = facts.run();
    let critical = facts.critical_path().map(|p| p.on_path.as_slice()).unwrap_or_default();
    let is_critical = |t: TaskId| critical.get(t.index()).copied().unwrap_or(false);
    let node = |_, (t, ()): (TaskId, &())| {
        let role = status_role(run.tasks.status[t.index()]);
        let (fill, text) = (theme.colour(role).hex(), theme.colour(role.on()).hex());
        let thick = if is_critical(t) { " penwidth=3" } else { "" };
        format!("label={} fillcolor=\"{fill}\" fontcolor=\"{text}\"{thick}", quoted(&label(run, t)))
    };
    let edge = |_, (from, to, ()): (TaskId, TaskId, &())| {
        let critical = is_critical(from) && is_critical(to);
        let style = if run.edges_inferred { "style=dotted" } else { "" };
        format!("{style}{}", if critical { " penwidth=3" } else { "" })
    };
    let config =
        [Config::GraphContentOnly, Config::NodeNoLabel, Config::EdgeNoLabel, Config::RankDir(RankDir::LR)];
    let body = Dot::with_attr_getters(run.dependencies(), &config, &edge, &node);
    let mut out = format!("digraph {} {{\n", quoted(run.title()));
    let _ = writeln!(out, "    node [shape=box style=\"filled,rounded\" fontname=\"sans-serif\"]");
    let _ = write!(out, "{body:?}");
    for (from, to) in &run.cut {
        let _ = writeln!(out, "    {from} -> {to} [ style=dashed constraint=false ]");
    }
    out.push_str("}\n");
    out
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
