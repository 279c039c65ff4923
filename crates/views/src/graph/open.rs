//! The initial form of a graph: the most detailed one that is readable as a whole.

use makespan_analysis::Facts;
use makespan_model::NONE;

use super::arrange::Drawn;
use super::choice::{Graphing, Grouping};
use super::focus::in_focus;
use super::implied;
use super::nodes::Graph;

/// Maximum number of nodes that fit on a page.
const MOST: usize = 160;

/// Builds the nodes and lines of [`Graph::new`], without lines that say nothing new about an inferred order.
pub fn nodes_of(facts: &Facts, choice: &Graphing, mask: Option<&[bool]>) -> Graph {
    let mut graph = Graph::new(facts, choice, mask);
    implied::remove(&mut graph, facts.run());
    graph
}

/// Builds the graph of the tasks in `mask` and in focus, as the reader chose it. With [`Grouping::Automatic`], nodes
/// are tasks; or, if these are not readable on one page, stacks; or steps; or groups; or, if even these are too many,
/// the form with the fewest nodes. O((n + e) log (n + e)) plus a bounded search.
pub fn drawn(facts: &Facts, choice: &Graphing, mask: Option<&[bool]>) -> Drawn {
    let focus = in_focus(facts, &choice.focus);
    let both: Option<Vec<bool>> = match (focus, mask) {
        (Some(focus), Some(mask)) => Some(focus.iter().zip(mask).map(|(a, b)| *a && *b).collect()),
        (Some(focus), None) => Some(focus),
        (None, mask) => mask.map(<[bool]>::to_vec),
    };
    // If filter and focus leave nothing, everything is shown.
    let mask = both.as_deref().filter(|m| m.contains(&true));
    let of = |by| nodes_of(facts, &Graphing { by, ..choice.clone() }, mask);
    if choice.by != Grouping::Automatic {
        return Drawn::new(of(choice.by));
    }
    let run = facts.run();
    let shown = mask.map_or(run.task_count(), |m| m.iter().filter(|b| **b).count());
    let has_groups =
        run.tasks.group.iter().any(|g| !g.is_empty()) || run.tasks.parent.iter().any(|p| *p != NONE);
    let mut fewest: Option<Graph> = None;
    for by in [Grouping::Tasks, Grouping::Stacks, Grouping::Steps, Grouping::Groups] {
        let skipped = (by == Grouping::Tasks && shown > MOST) || (by == Grouping::Groups && !has_groups);
        if skipped {
            continue;
        }
        let graph = of(by);
        // The groups that the reader expanded do not affect the choice for the rest.
        let is_expanded = graph.nodes.iter().any(|n| n.is_open);
        if is_expanded {
            return Drawn::new(graph);
        }
        if graph.nodes.len() <= MOST && graph.left_out == 0 {
            let drawn = Drawn::new(graph.clone());
            if drawn.is_readable() {
                return drawn;
            }
        }
        if fewest.as_ref().is_none_or(|f| (graph.left_out, graph.nodes.len()) < (f.left_out, f.nodes.len())) {
            fewest = Some(graph);
        }
    }
    fewest.map(Drawn::new).unwrap_or_default()
}
