//! Leaves out lines between groups that say nothing new about an inferred order.

use makespan_model::{Order as _, Run, UNKNOWN};

use super::nodes::Graph;
use crate::tasks::start_of;

/// Maximum number of nodes; the sets of the nodes behind each take n² / 8 bytes.
const MOST: usize = 2_000;

/// Removes lines of an inferred order between nodes of a graph with groups: those that lead back to a node that started
/// earlier, which only say that tasks of two groups alternated, and those that other lines imply (transitive reduction;
/// Aho, Garey and Ullman 1972). The critical path keeps its lines, unless most lines are on it, as where one task runs at a
/// time. O(n e / 64) for up to [`MOST`] nodes, and nothing is
/// removed from a larger graph.
pub(super) fn remove(graph: &mut Graph, run: &Run) {
    let n = graph.nodes.len();
    if !graph.inferred || !graph.has_groups() || n > MOST {
        return;
    }
    let start = |node: usize| {
        let starts = graph.nodes[node].tasks.iter().map(|t| start_of(run, makespan_model::TaskId(*t)));
        starts.filter(|start| *start != UNKNOWN).min().unwrap_or(i64::MAX)
    };
    let mut order: Vec<(i64, usize)> = (0..n).map(|node| (start(node), node)).collect();
    order.order();
    let mut rank = vec![0; n];
    order.iter().enumerate().for_each(|(at, (_, node))| rank[*node] = at);
    let mut next: Vec<Vec<(usize, usize)>> = vec![Vec::new(); n];
    for (line, (from, to)) in graph.edges.iter().enumerate() {
        let (from, to) = (rank[*from as usize], rank[*to as usize]);
        if from < to {
            next[from].push((to, line));
        }
    }
    let most_are_critical = graph.critical.iter().filter(|c| **c).count() * 2 > graph.edges.len();
    let mut kept = if most_are_critical { vec![false; graph.edges.len()] } else { graph.critical.clone() };
    let words = n.div_ceil(64);
    // For each rank the ranks that follow it by lines.
    let mut behind = vec![0_u64; n * words];
    for from in (0..n).rev() {
        next[from].order();
        for (to, line) in std::mem::take(&mut next[from]) {
            let (own, others) = behind[from * words..].split_at_mut(words);
            if own[to / 64] >> (to % 64) & 1 == 0 {
                kept[line] = true;
            }
            own[to / 64] |= 1 << (to % 64);
            let its = &others[(to - from - 1) * words..][..words];
            own.iter_mut().zip(its).for_each(|(own, its)| *own |= its);
        }
    }
    let keep = |line: &mut usize| {
        *line += 1;
        kept[*line - 1]
    };
    let (mut edge, mut cut, mut critical) = (0, 0, 0);
    graph.edges.retain(|_| keep(&mut edge));
    graph.cut.retain(|_| keep(&mut cut));
    graph.critical.retain(|_| keep(&mut critical));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use makespan_analysis::Facts;

    use super::super::{Graphing, Grouping};
    use super::*;

    /// The lines between steps, by name.
    fn lines(text: &str, inferred: bool) -> Vec<String> {
        let mut run = makespan_model::notation::run(text).unwrap();
        run.edges_inferred = inferred;
        let facts = Facts::new(Arc::new(run));
        let choice = Graphing { by: Grouping::Steps, ..Graphing::default() };
        let mut graph = Graph::new(&facts, &choice, None);
        remove(&mut graph, facts.run());
        let name = |node: u32| graph.nodes[node as usize].label.clone();
        assert_eq!((graph.cut.len(), graph.critical.len()), (graph.edges.len(), graph.edges.len()));
        graph.edges.iter().map(|(a, b)| format!("{} {}", name(*a), name(*b))).collect()
    }

    /// Tasks of one step follow those of another, and the other way round.
    const ALTERNATING: &str = "c1 0..10 w step=cut\nc2 1..11 w step=cut\ns1 11..12 w c1 c2 step=sew\n\
        c3 12..14 w s1 step=cut\ns2 14..16 w c1 c3 step=sew\np1 20..22 w c1 s2 step=pack\np2 20..29 w s2 step=pack\n\
        late 30..31 w c1 step=check\n";

    #[test]
    fn an_inferred_order_of_groups_is_drawn_without_what_other_lines_imply() {
        let all = ["cut sew", "cut pack", "cut late", "sew cut", "sew pack"];
        assert_eq!(lines(ALTERNATING, false), all);
        // Most lines are on the critical path.
        assert_eq!(lines(ALTERNATING, true), ["cut sew", "cut late", "sew pack"]);
        let more = format!("{ALTERNATING}q 11..12 w c1 step=q\nr 11..12 w c1 step=r\nz 11..12 w c1 step=z\n");
        let kept = lines(&more, true);
        assert!(kept.contains(&"sew cut".to_owned()) && !kept.contains(&"cut pack".to_owned()), "{kept:?}");
    }
}
