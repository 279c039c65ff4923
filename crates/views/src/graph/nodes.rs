//! Converts tasks to nodes: a task has a node of its own, unless it belongs to a collapsed group.

use makespan_analysis::Facts;
use makespan_model::{HashMap, NONE, Order as _, Run, Status};
use makespan_scene::counted;

use super::choice::{Graphing, Grouping};
use super::groups::Groups;
use super::node::{Node, length};

/// Maximum number of tasks with nodes of their own. A larger graph is not readable.
pub const BUDGET: usize = 2_000;
/// Maximum number of members of an expanded group that are shown one by one; the rest forms a group within it.
const MEMBERS: usize = 120;
/// Maximum number of failed tasks of a group that are shown beside it; more form a group of their own.
const APART: usize = 3;

/// The visible nodes and edges.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// (from, to), by index of `nodes`; both have the same `parent`. Sorted.
    pub edges: Vec<(u32, u32)>,
    /// (container, contained) as in `edges`, for tasks that depend on nothing: otherwise spans of a trace would be boxes
    /// without any relation.
    pub within: Vec<(u32, u32)>,
    /// For each edge, whether analyses ignore it because it closes a cycle.
    pub cut: Vec<bool>,
    /// For each edge, whether it is on the critical path.
    pub critical: Vec<bool>,
    /// The innermost node of each task; `u32::MAX` if it is not shown.
    pub node_of: Vec<u32>,
    /// What nodes represent.
    pub by: Grouping,
    /// Number of tasks that are not shown.
    pub left_out: usize,
    /// Whether only tasks that match the filter or are in focus are shown.
    pub filtered: bool,
    /// Whether the edges were inferred from times.
    pub inferred: bool,
}

impl Graph {
    /// Builds the graph of the tasks in `mask` (of all, if `None`), with nodes according to `choice`. If more than
    /// [`BUDGET`] tasks would be shown one by one, those that failed, those on the critical path and the earliest are
    /// shown, and `left_out` counts the rest. O((n + e) log (n + e)).
    pub fn new(facts: &Facts, choice: &Graphing, mask: Option<&[bool]>) -> Graph {
        let run = facts.run();
        let groups = Groups::new(run, choice.by);
        let passes = |t: u32| mask.is_none_or(|m| m.get(t as usize).copied().unwrap_or(false));
        let mut shown: Vec<u32> = (0..run.task_count() as u32).filter(|&t| passes(t)).collect();
        let all = shown.len();
        if groups.of.iter().filter(|g| **g == NONE).count() > BUDGET {
            shown = most_important(facts, &groups, &shown);
        }
        let mut building = Building::new(run, choice, &groups);
        building.place(&shown);
        let mut graph = Graph {
            nodes: building.nodes,
            node_of: building.node_of,
            by: choice.by,
            left_out: all - shown.len(),
            filtered: mask.is_some(),
            ..Graph::default()
        };
        graph.connect(run);
        graph.mark(facts);
        graph
    }

    /// Returns the number of lines: edges, and those to contained tasks.
    pub(crate) fn line_count(&self) -> usize {
        self.edges.len() + self.within.len()
    }

    /// Returns the ends of a line, edges first.
    pub(crate) fn line(&self, at: usize) -> Option<(u32, u32)> {
        self.edges.get(at).or_else(|| self.within.get(at - self.edges.len())).copied()
    }

    /// Returns the number of nodes that are not borders.
    pub fn count(&self) -> usize {
        self.nodes.iter().filter(|n| !n.is_open).count()
    }

    /// Returns whether any node represents several tasks.
    pub fn has_groups(&self) -> bool {
        self.nodes.iter().any(|n| n.group.is_some())
    }

    /// Describes what nodes represent if they are not single tasks, as a sentence without a full stop.
    pub fn grouped(&self, run: &Run) -> Option<String> {
        let what = match self.by {
            Grouping::Automatic | Grouping::Tasks => return None,
            Grouping::Stacks => "equal tasks are stacked",
            Grouping::Steps => "shown by step",
            Grouping::Groups => "shown by group",
        };
        let tasks = counted(run.task_count() - self.left_out, "task");
        self.has_groups().then(|| format!("{tasks} as {}: {what}", counted(self.count(), "node")))
    }

    /// Returns the node of a group.
    pub fn node_of_group(&self, key: &str) -> Option<u32> {
        self.nodes.iter().position(|n| n.group.as_deref() == Some(key)).map(|n| n as u32)
    }

    /// Returns the node of a task.
    pub fn node_of_task(&self, task: u32) -> Option<u32> {
        self.node_of.get(task as usize).copied().filter(|n| *n != NONE)
    }

    /// Returns the two nodes that an edge between two tasks connects: those in the innermost common group.
    fn lifted(&self, depth: &[u32], (a, b): (u32, u32)) -> Option<(u32, u32)> {
        let (mut a, mut b) = (self.node_of_task(a)?, self.node_of_task(b)?);
        let up = |n: u32| self.nodes[n as usize].parent;
        while a != b && up(a) != up(b) {
            let (da, db) = (depth[a as usize], depth[b as usize]);
            if da >= db {
                a = up(a);
            }
            if db >= da {
                b = up(b);
            }
            if a == NONE || b == NONE {
                return None;
            }
        }
        (a != b).then_some((a, b))
    }

    fn depths(&self) -> Vec<u32> {
        let depth = |n: &Node| {
            let (mut depth, mut at) = (0, n.parent);
            while let Some(outer) = self.nodes.get(at as usize) {
                (depth, at) = (depth + 1, outer.parent);
            }
            depth
        };
        self.nodes.iter().map(depth).collect()
    }

    fn connect(&mut self, run: &Run) {
        self.inferred = run.edges_inferred;
        let depth = self.depths();
        let lifted = |e: (u32, u32)| self.lifted(&depth, e);
        let mut edges: Vec<((u32, u32), bool)> = run
            .successors
            .pairs()
            .filter_map(lifted)
            .map(|e| (e, false))
            .chain(run.cut.iter().copied().filter_map(lifted).map(|e| (e, true)))
            .collect();
        edges.order();
        edges.dedup_by_key(|e| e.0);
        let contained = |t: u32| (run.tasks.parent[t as usize], t);
        let free = (0..run.task_count() as u32).filter(|t| run.predecessors.row(*t as usize).is_empty());
        let mut within: Vec<(u32, u32)> =
            free.map(contained).filter(|(outer, _)| *outer != NONE).filter_map(lifted).collect();
        within.order();
        within.dedup();
        let is_edge = |e: (u32, u32)| edges.binary_search_by_key(&e, |edge| edge.0).is_ok();
        within.retain(|&(a, b)| !is_edge((a, b)) && !is_edge((b, a)));
        self.within = within;
        (self.edges, self.cut) = edges.into_iter().unzip();
    }

    /// Marks the critical path, gates and durations.
    fn mark(&mut self, facts: &Facts) {
        let depth = self.depths();
        self.critical = vec![false; self.edges.len()];
        let path = facts.critical_path().map_or(&[][..], |p| &p.tasks);
        for two in path.windows(2) {
            let edge = self.lifted(&depth, (two[0].0, two[1].0));
            if let Some(at) = edge.and_then(|e| self.edges.binary_search(&e).ok()) {
                self.critical[at] = true;
            }
        }
        let gates = facts.gates();
        // In a chain every task is a gate, so marking them says nothing.
        if gates.tasks.len() * 2 <= facts.run().task_count() {
            for task in &gates.tasks {
                if let Some(n) = self.node_of_task(task.0) {
                    let node = &mut self.nodes[n as usize];
                    node.is_gate = node.tasks.len() == 1;
                }
            }
        }
        let run = facts.run();
        let middle = |node: &Node| match node.task() {
            Some(t) => length(run, t),
            None if node.is_open => None,
            None => super::node::Spread::of(run, &node.tasks).map(|s| s.median),
        };
        let lengths: Vec<Option<i64>> = self.nodes.iter().map(middle).collect();
        let longest = lengths.iter().flatten().copied().max().unwrap_or(0);
        if longest > 0 {
            for (node, length) in self.nodes.iter_mut().zip(lengths) {
                node.share = length.map(|ns| (ns.max(0) as f64 / longest as f64) as f32);
            }
        }
    }
}

/// Returns at most [`BUDGET`] of the tasks without a group: those that failed, the critical path, and the earliest; and
/// all tasks with a group.
fn most_important(facts: &Facts, groups: &Groups, shown: &[u32]) -> Vec<u32> {
    let run = facts.run();
    let mut chosen = vec![false; run.task_count()];
    let is_free = |t: &u32| groups.of[*t as usize] == NONE;
    let mut passes = vec![false; run.task_count()];
    shown.iter().for_each(|&t| passes[t as usize] = true);
    let failed = |t: &&u32| run.tasks.status[**t as usize] == Status::Failed;
    let path = facts.critical_path().map_or(&[][..], |p| &p.tasks);
    let first = shown.iter().filter(failed).take(BUDGET / 2);
    let mut left = BUDGET;
    for t in first.copied().chain(path.iter().map(|t| t.0).take(BUDGET / 2)).chain(shown.iter().copied()) {
        if left > 0 && is_free(&t) && passes[t as usize] && !chosen[t as usize] {
            chosen[t as usize] = true;
            left -= 1;
        }
    }
    shown.iter().copied().filter(|t| !is_free(t) || chosen[*t as usize]).collect()
}

/// The nodes under construction.
struct Building<'a> {
    run: &'a Run,
    choice: &'a Graphing,
    groups: &'a Groups,
    /// For each collapsed group, the outermost collapsed group around it or itself; [`NONE`] if all are expanded.
    closed: Vec<u32>,
    nodes: Vec<Node>,
    node_of: Vec<u32>,
    /// The border of each visible expanded group.
    borders: HashMap<u32, u32>,
}

impl<'a> Building<'a> {
    fn new(run: &'a Run, choice: &'a Graphing, groups: &'a Groups) -> Building<'a> {
        let mut closed: Vec<u32> = Vec::with_capacity(groups.all.len());
        for (g, group) in groups.all.iter().enumerate() {
            let outer = closed.get(group.parent as usize).copied().unwrap_or(NONE);
            let own = if choice.is_open(&group.key) { NONE } else { g as u32 };
            closed.push(if outer == NONE { own } else { outer });
        }
        Building {
            run,
            choice,
            groups,
            closed,
            nodes: Vec::new(),
            node_of: vec![NONE; run.task_count()],
            borders: HashMap::default(),
        }
    }

    /// Creates the nodes of the visible tasks, in order.
    fn place(&mut self, shown: &[u32]) {
        let mut of_closed: Vec<Vec<u32>> = vec![Vec::new(); self.groups.all.len()];
        let mut of_open: Vec<Vec<u32>> = vec![Vec::new(); self.groups.all.len()];
        // By the first task of each: nodes are in the order of the tasks, so that layouts stay similar.
        for &t in shown {
            let group = self.groups.of[t as usize] as usize;
            match self.closed.get(group) {
                None => {}
                Some(&NONE) => of_open[group].push(t),
                Some(&closed) => of_closed[closed as usize].push(t),
            }
        }
        for &t in shown {
            let group = self.groups.of[t as usize];
            let Some(&closed) = self.closed.get(group as usize) else {
                self.single(t, NONE);
                continue;
            };
            let members =
                if closed == NONE { &mut of_open[group as usize] } else { &mut of_closed[closed as usize] };
            // Taken with the first task of the group.
            let members = std::mem::take(members);
            match (members.is_empty(), closed == NONE) {
                (true, _) => {}
                (false, true) => self.open(group, members),
                (false, false) => self.closed(closed, members),
            }
        }
        self.fill_borders();
    }

    fn single(&mut self, task: u32, parent: u32) {
        self.node_of[task as usize] = self.nodes.len() as u32;
        self.nodes.push(Node { parent, ..Node::of_task(self.run, task) });
    }

    fn several(&mut self, tasks: Vec<u32>, label: &str, key: String, parent: u32) {
        let at = self.nodes.len() as u32;
        tasks.iter().for_each(|&t| self.node_of[t as usize] = at);
        self.nodes.push(Node { parent, ..Node::of_group(self.run, tasks, label, key) });
    }

    /// Adds a collapsed group, and beside it those of its tasks that failed.
    fn closed(&mut self, group: u32, tasks: Vec<u32>) {
        let groups = self.groups;
        let Some(of) = groups.all.get(group as usize) else { return };
        let parent = self.border(of.parent);
        if let [only] = tasks[..] {
            self.single(only, parent);
            return;
        }
        let is_failed = |t: &u32| self.run.tasks.status[*t as usize] == Status::Failed;
        let (failed, rest): (Vec<u32>, Vec<u32>) = tasks.into_iter().partition(is_failed);
        if rest.is_empty() {
            self.several(failed, &of.label, of.key.clone(), parent);
            return;
        }
        self.several(rest, &of.label, of.key.clone(), parent);
        let key = format!("!{}", of.key);
        if failed.len() <= APART {
            failed.into_iter().for_each(|t| self.single(t, parent));
        } else if self.choice.is_open(&key) {
            let border = self.nodes.len() as u32;
            self.nodes
                .push(Node { parent, ..Node::border(self.run, failed.clone(), &of.label, key.clone()) });
            self.some(failed, &of.label, &key, border);
        } else {
            self.several(failed, &of.label, key, parent);
        }
    }

    /// Adds the tasks of an expanded group.
    fn open(&mut self, group: u32, tasks: Vec<u32>) {
        let groups = self.groups;
        let Some(of) = groups.all.get(group as usize) else { return };
        let border = self.border(group);
        self.some(tasks, &of.label, &of.key, border);
    }

    /// Adds tasks within a border: the failed and the longest one by one, and the rest as a group.
    fn some(&mut self, mut tasks: Vec<u32>, label: &str, key: &str, border: u32) {
        let key = format!("+{key}");
        let most = if self.choice.is_open(&key) { BUDGET } else { MEMBERS };
        if tasks.len() > most {
            let run = self.run;
            let rank = |t: &u32| {
                let failed = run.tasks.status[*t as usize] == Status::Failed;
                (!failed, std::cmp::Reverse(length(run, *t)), *t)
            };
            tasks.order_by_cached_key(rank);
            let mut rest = tasks.split_off(most);
            rest.order();
            self.several(rest, &format!("more of {label}"), key, border);
        }
        tasks.into_iter().for_each(|t| self.single(t, border));
    }

    /// Returns the border of an expanded group; creates it and those around it if needed.
    fn border(&mut self, group: u32) -> u32 {
        let groups = self.groups;
        let (mut missing, mut at) = (Vec::new(), group);
        while let Some(of) = groups.all.get(at as usize).filter(|_| !self.borders.contains_key(&at)) {
            missing.push(at);
            at = of.parent;
        }
        let mut parent = self.borders.get(&at).copied().unwrap_or(NONE);
        for group in missing.into_iter().rev() {
            let of = &groups.all[group as usize];
            let node = Node { parent, ..Node::border(self.run, Vec::new(), &of.label, of.key.clone()) };
            parent = self.nodes.len() as u32;
            self.borders.insert(group, parent);
            self.nodes.push(node);
        }
        parent
    }

    /// Adds to each border all tasks within it.
    fn fill_borders(&mut self) {
        let mut within: Vec<Vec<u32>> = vec![Vec::new(); self.nodes.len()];
        for (t, &node) in self.node_of.iter().enumerate() {
            let mut at = self.nodes.get(node as usize).map_or(NONE, |n| n.parent);
            while let Some(outer) = self.nodes.get(at as usize) {
                within[at as usize].push(t as u32);
                at = outer.parent;
            }
        }
        for (node, tasks) in self.nodes.iter_mut().zip(within).filter(|(node, _)| node.is_open) {
            let full = Node::border(self.run, tasks, &node.label, node.group.clone().unwrap_or_default());
            *node = Node { parent: node.parent, ..full };
        }
    }
}
