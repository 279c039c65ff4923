//! Converts matched tasks to nodes: one per row, or one per step if there are too many rows.

use makespan_analysis::compare::{Match, MatchedTask};
use makespan_layout::{Direction, Request, Size};
use makespan_model::{HashMap, Order as _, Run, TaskId};
use makespan_scene::{Face, Weight, count, counted, duration, width};

use super::super::{Pair, delta};
use crate::clip::shortened_name;
use crate::graph::{BUDGET, PAGE};

/// A node of the combined graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The rows of the matching that it represents, at least one.
    pub rows: Vec<u32>,
    /// How it differs between the runs; a step is changed if any of its tasks is changed or is in one run only.
    pub how: Match,
    /// First line.
    pub label: String,
    /// Its duration in A, ns, if known; for a step, from its first start to its last end.
    pub a_ns: Option<i64>,
    /// Its duration in B, ns, if known.
    pub b_ns: Option<i64>,
    /// Number of its tasks that only B has.
    pub added: u32,
    /// Number of its tasks that only A has.
    pub removed: u32,
}

impl Node {
    /// Returns whether run A has it.
    pub fn in_a(&self) -> bool {
        self.how != Match::Added
    }

    /// Returns whether run B has it.
    pub fn in_b(&self) -> bool {
        self.how != Match::Removed
    }

    /// Returns how much longer or shorter it became, for colours; see [`Pair::strength`].
    pub fn strength(&self, pair: &Pair<'_>) -> Option<f32> {
        match self.rows.as_slice() {
            [row] => pair.row(*row).and_then(|t| pair.strength(t)),
            _ => pair.noise.strength(self.a_ns, self.b_ns),
        }
    }

    /// Returns the second line: both durations and the difference.
    pub fn note(&self) -> String {
        let known = |ns: Option<i64>| ns.map_or("?".to_owned(), duration);
        let times = match self.how {
            Match::Added => known(self.b_ns),
            Match::Removed => known(self.a_ns),
            _ if self.a_ns.is_none() && self.b_ns.is_none() => "no times".to_owned(),
            _ => {
                let percent = delta::percent_ns(self.a_ns, self.b_ns);
                let percent = if percent.is_empty() { percent } else { format!(" · {percent}") };
                format!("{} → {}{percent}", known(self.a_ns), known(self.b_ns))
            }
        };
        let mut note = times;
        if self.rows.len() > 1 {
            note = format!("{} · {note}", counted(self.rows.len(), "task"));
        }
        for (n, sign) in [(self.added, "+"), (self.removed, "−")] {
            if n > 0 && self.rows.len() > 1 {
                note.push_str(&format!(" · {sign}{}", count(u64::from(n))));
            }
        }
        note
    }

    /// Returns its size on the plane of the layout, px at zoom 1.
    pub fn size(&self) -> Size {
        let label = width(&self.label, 12.0, Weight::Bold, Face::Sans);
        let note = width(&self.note(), 10.5, Weight::Regular, Face::Sans);
        Size { w: (label.max(note) + 44.0).clamp(110.0, 250.0), h: 40.0 }
    }
}

/// The nodes and edges of both runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// (from, to), by index of `nodes`.
    pub edges: Vec<(u32, u32)>,
    /// For each edge, whether run A and run B have it.
    pub sides: Vec<(bool, bool)>,
    /// The node of each row of the matching; `u32::MAX` if it is not shown.
    pub node_of: Vec<u32>,
    /// Whether nodes represent steps.
    pub by_step: bool,
    /// Number of rows that are not shown.
    pub left_out: usize,
    /// Whether only rows that match the filter are shown.
    pub filtered: bool,
    /// Whether the edges of one of the runs were inferred from times.
    pub inferred: bool,
}

impl Graph {
    /// Builds the combined graph of two runs. If there are more rows than [`BUDGET`] and the filter leaves few enough,
    /// these are shown one by one. Otherwise rows are grouped by step. If there are still too many, the added, removed
    /// and renamed ones are shown, then those that differ most, and `left_out` counts the rest. `mask` is by row. O((n
    /// + e) log (n + e)).
    pub fn new(pair: &Pair<'_>, mask: Option<&[bool]>) -> Graph {
        let n = pair.rows().len();
        let all = 0..n as u32;
        if n <= BUDGET {
            return Graph::of_rows(pair, all.collect());
        }
        if let Some(mask) = mask {
            let some: Vec<u32> =
                all.clone().filter(|&r| mask.get(r as usize).copied().unwrap_or(true)).collect();
            if !some.is_empty() && some.len() <= BUDGET {
                return Graph { filtered: true, ..Graph::of_rows(pair, some) };
            }
        }
        let by_step = Graph::of_steps(pair);
        if by_step.nodes.len() <= BUDGET {
            return by_step;
        }
        let mut most: Vec<u32> = all.collect();
        most.order_by_cached_key(|&r| {
            let t = &pair.rows()[r as usize];
            let structural = matches!(t.how, Match::Added | Match::Removed | Match::Renamed);
            (!structural, std::cmp::Reverse(weight(t)), r)
        });
        most.truncate(BUDGET);
        most.order();
        Graph::of_rows(pair, most)
    }

    fn of_rows(pair: &Pair<'_>, rows: Vec<u32>) -> Graph {
        let mut node_of = vec![u32::MAX; pair.rows().len()];
        let mut nodes = Vec::with_capacity(rows.len());
        for row in rows {
            let t = &pair.rows()[row as usize];
            node_of[row as usize] = nodes.len() as u32;
            nodes.push(Node {
                rows: vec![row],
                how: t.how,
                label: shortened_name(&pair.name(t)),
                a_ns: t.a_ns,
                b_ns: t.b_ns,
                added: u32::from(t.how == Match::Added),
                removed: u32::from(t.how == Match::Removed),
            });
        }
        let left_out = pair.rows().len() - nodes.len();
        Graph { nodes, node_of, left_out, ..Graph::default() }.with_edges(pair)
    }

    fn of_steps(pair: &Pair<'_>) -> Graph {
        let mut of: HashMap<&str, u32> = HashMap::default();
        let mut graph =
            Graph { by_step: true, node_of: vec![u32::MAX; pair.rows().len()], ..Graph::default() };
        // First start and last end of each step in A and in B.
        let mut spans: Vec<[Option<(i64, i64)>; 2]> = Vec::new();
        for (row, t) in pair.rows().iter().enumerate() {
            let at = *of.entry(pair.step(t)).or_insert_with(|| {
                graph.nodes.push(Node {
                    rows: Vec::new(),
                    how: t.how,
                    label: shortened_name(pair.step(t)),
                    a_ns: None,
                    b_ns: None,
                    added: 0,
                    removed: 0,
                });
                spans.push([None, None]);
                graph.nodes.len() as u32 - 1
            });
            let node = &mut graph.nodes[at as usize];
            node.rows.push(row as u32);
            node.added += u32::from(t.how == Match::Added);
            node.removed += u32::from(t.how == Match::Removed);
            node.how = together(node.how, t.how);
            graph.node_of[row] = at;
            let [a, b] = &mut spans[at as usize];
            widen(a, pair.a.run(), t.a);
            widen(b, pair.b.run(), t.b);
        }
        let length = |span: Option<(i64, i64)>| span.map(|(s, e)| e.saturating_sub(s));
        for (node, [a, b]) in graph.nodes.iter_mut().zip(spans) {
            (node.a_ns, node.b_ns) = (length(a), length(b));
        }
        graph.with_edges(pair)
    }

    fn with_edges(mut self, pair: &Pair<'_>) -> Graph {
        let (a, b) = (pair.a.run(), pair.b.run());
        self.inferred = a.edges_inferred || b.edges_inferred;
        let mut edges: Vec<((u32, u32), (bool, bool))> = Vec::new();
        for (run, rows, side) in
            [(a, &pair.matching.of_a, (true, false)), (b, &pair.matching.of_b, (false, true))]
        {
            let node = |t: u32| {
                let row = rows.get(t as usize).copied().unwrap_or(u32::MAX);
                self.node_of.get(row as usize).copied().unwrap_or(u32::MAX)
            };
            let ends = run.successors.pairs().chain(run.cut.iter().copied());
            edges.extend(ends.filter_map(|(from, to)| {
                let (from, to) = (node(from), node(to));
                (from != u32::MAX && to != u32::MAX && from != to).then_some(((from, to), side))
            }));
        }
        edges.order_by(Ord::cmp);
        edges.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = (kept.1.0 || next.1.0, kept.1.1 || next.1.1);
            }
            same
        });
        (self.edges, self.sides) = edges.into_iter().unzip();
        self
    }

    /// Returns the input of the layout.
    pub fn request(&self, direction: Direction) -> Request {
        Request {
            nodes: self.nodes.iter().map(Node::size).collect(),
            edges: self.edges.clone(),
            direction,
            layer_gap: 56.0,
            node_gap: 16.0,
            page: PAGE,
        }
    }

    /// Returns the row that a node links to: the one that differs most.
    pub fn row_of(&self, pair: &Pair<'_>, node: u32) -> Option<u32> {
        let rows = &self.nodes.get(node as usize)?.rows;
        rows.iter().copied().max_by_key(|&r| (pair.row(r).map_or(0, weight), std::cmp::Reverse(r)))
    }
}

/// Returns how much the two durations of a row differ, ns.
fn weight(task: &MatchedTask) -> i64 {
    task.delta_ns.map_or(0, i64::saturating_abs)
}

/// Combines the matches of two tasks of a step.
fn together(a: Match, b: Match) -> Match {
    if a == b { a } else { Match::Changed }
}

fn widen(span: &mut Option<(i64, i64)>, run: &Run, task: Option<TaskId>) {
    if let Some((s, e)) = task.and_then(|t| run.task_interval(t)) {
        *span = Some(span.map_or((s, e), |(s0, e0)| (s0.min(s), e0.max(e))));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use makespan_analysis::Facts;
    use makespan_analysis::compare::matching;
    use makespan_model::notation;

    use super::*;

    fn facts(text: &str) -> Facts {
        Facts::new(Arc::new(notation::run(text).unwrap()))
    }

    #[test]
    fn the_combined_graph_contains_both_runs() {
        let a = facts("fetch 0..2 w\nalign 2..4 w fetch\nlint 2..3 v fetch");
        let b = facts("fetch 0..2 w\nalign 2..8 w fetch\nscan 2..3 v fetch\npack 8..9 w align scan");
        let m = matching(&a, &b);
        let pair = Pair::new(&a, &b, &m);
        let graph = Graph::new(&pair, None);
        let named = |name: &str| graph.nodes.iter().position(|n| n.label == name).unwrap() as u32;
        let side = |from: &str, to: &str| {
            let edge = (named(from), named(to));
            graph.edges.iter().position(|e| *e == edge).map(|i| graph.sides[i])
        };
        assert_eq!(graph.nodes.len(), 5);
        assert_eq!(side("fetch", "align"), Some((true, true)));
        assert_eq!(side("fetch", "lint"), Some((true, false)));
        assert_eq!(side("align", "pack"), Some((false, true)));
        assert_eq!(side("lint", "pack"), None);
        let align = &graph.nodes[named("align") as usize];
        assert_eq!(align.note(), "2 s → 6 s · +200 %");
        assert_eq!(graph.nodes[named("pack") as usize].how, Match::Added);
    }

    #[test]
    fn large_combined_graphs_are_by_step_and_filtered_ones_by_task() {
        let text = |n: usize, last: &str| {
            let mut text = String::new();
            for i in 0..n {
                text.push_str(&format!("m{i} 0..1 w step=map\nr{i} 1..{last} w m{i} step=reduce\n"));
            }
            text
        };
        let (a, b) = (facts(&text(BUDGET, "2")), facts(&text(BUDGET + 7, "3")));
        let m = matching(&a, &b);
        let pair = Pair::new(&a, &b, &m);
        let graph = Graph::new(&pair, None);
        assert_eq!((graph.by_step, graph.nodes.len(), &graph.edges[..]), (true, 2, &[(0, 1)][..]));
        assert_eq!(graph.nodes[1].note(), "2,007 tasks · 1 s → 2 s · +100 % · +7");
        assert_eq!(graph.nodes[1].how, Match::Changed);
        let mask: Vec<bool> = pair.rows().iter().map(|t| t.key.contains("99")).collect();
        let few = Graph::new(&pair, Some(&mask));
        assert!(!few.by_step && few.filtered && few.left_out + few.nodes.len() == pair.rows().len());
    }
}
