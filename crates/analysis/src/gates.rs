//! Gates: tasks that every path goes through.

use makespan_model::{NONE, Order as _, Run, TaskId};

/// Where the paths of a run come together; see [`gates()`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gates {
    /// The gates, in topological order.
    pub tasks: Vec<TaskId>,
    /// By task, the immediate dominator: the last task before it that every path to it goes through; [`NONE`] if its
    /// paths have no task in common.
    pub nearest: Vec<u32>,
    /// By task, the number of tasks that can only be reached through it.
    pub behind: Vec<u32>,
}

impl Gates {
    /// For each task whether it is a gate.
    pub fn mask(&self) -> Vec<bool> {
        let mut mask = vec![false; self.nearest.len()];
        self.tasks.iter().for_each(|task| mask[task.index()] = true);
        mask
    }
}

/// The gates of a run: tasks that lie on every path from a task that depends on nothing to one that nothing depends on.
/// Of tasks that are not connected by dependencies, directly or through others, each group has gates of its own; a task
/// without dependencies and dependents is not a gate, and of a chain every task is one.
///
/// Before a gate everything of its group must be over, and nothing of it can start before the gate ends: no number of
/// workers lets anything run beside it. `nearest` and `behind` say the same of parts of the graph, by the tree of
/// dominators (Lengauer & Tarjan 1979, *A fast algorithm for finding dominators in a flowgraph*). Without cycles that
/// tree grows in one pass in topological order: the dominator of a task is the nearest common ancestor of those that it
/// depends on. Ancestors are found by jumps of doubled length (Myers 1983, *An applicative random-access stack*), so
/// that the cost is O(n + e log n) whatever the graph; the iteration of Cooper, Harvey & Kennedy, as `petgraph` has it,
/// takes n² on graphs that are easily made.
pub fn gates(run: &Run) -> Gates {
    let n = run.task_count();
    let mut tree = Tree::with_capacity(n);
    for t in 0..n {
        let before = run.predecessors.row(t).iter().map(|&p| p + 1);
        tree.grow(before.reduce(|a, b| tree.meet(a, b)).unwrap_or(ROOT));
    }
    let mut behind = vec![0u32; n];
    for t in (0..n).rev() {
        let dominator = tree.parent[t + 1];
        if dominator != ROOT {
            behind[dominator as usize - 1] += behind[t] + 1;
        }
    }
    let mut tasks = Vec::new();
    for last in ends(run, &tree) {
        let mut node = last;
        while node != ROOT {
            tasks.push(TaskId(node - 1));
            node = tree.parent[node as usize];
        }
    }
    tasks.order();
    // The root does not represent a task.
    let nearest = tree.parent[1..].iter().map(|p| p.checked_sub(1).unwrap_or(NONE)).collect();
    Gates { tasks, nearest, behind }
}

/// For each group of connected tasks, of two at least, the node that all paths to its ends go through last.
fn ends(run: &Run, tree: &Tree) -> Vec<u32> {
    let n = run.task_count();
    // The smallest task of a group represents it.
    let mut groups = petgraph::unionfind::UnionFind::<u32>::new(n);
    for (from, to) in run.successors.pairs() {
        groups.union(from, to);
    }
    let mut last: Vec<Option<u32>> = vec![None; n];
    for t in 0..n as u32 {
        let is_alone = run.predecessors.row(t as usize).is_empty();
        if run.successors.row(t as usize).is_empty() && !is_alone {
            let slot = &mut last[groups.find(t) as usize];
            *slot = Some(slot.map_or(t + 1, |other| tree.meet(other, t + 1)));
        }
    }
    last.into_iter().flatten().collect()
}

/// The root above all tasks; the node of a task is its index plus one.
const ROOT: u32 = 0;

/// A tree that grows leaf by leaf, in which the nearest common ancestor of two nodes is found in O(log n).
struct Tree {
    parent: Vec<u32>,
    depth: Vec<u32>,
    /// An ancestor further up: twice as far as the one that its parent jumps to, where two such jumps are equally long.
    jump: Vec<u32>,
}

impl Tree {
    fn with_capacity(n: usize) -> Tree {
        let column = || {
            let mut column = Vec::with_capacity(n + 1);
            column.push(ROOT);
            column
        };
        Tree { parent: column(), depth: column(), jump: column() }
    }

    fn grow(&mut self, parent: u32) {
        let p = parent as usize;
        let (first, second) = (self.jump[p], self.jump[self.jump[p] as usize]);
        let length = |from: u32, to: u32| self.depth[from as usize] - self.depth[to as usize];
        let jump = if length(parent, first) == length(first, second) { second } else { parent };
        self.depth.push(self.depth[p] + 1);
        self.parent.push(parent);
        self.jump.push(jump);
    }

    /// The nearest common ancestor of two nodes, which each is of itself.
    fn meet(&self, mut a: u32, mut b: u32) -> u32 {
        if self.depth[a as usize] < self.depth[b as usize] {
            std::mem::swap(&mut a, &mut b);
        }
        let wanted = self.depth[b as usize];
        while self.depth[a as usize] > wanted {
            let far = self.jump[a as usize];
            a = if self.depth[far as usize] >= wanted { far } else { self.parent[a as usize] };
        }
        while a != b {
            let (far_a, far_b) = (self.jump[a as usize], self.jump[b as usize]);
            (a, b) = if far_a == far_b {
                (self.parent[a as usize], self.parent[b as usize])
            } else {
                (far_a, far_b)
            };
        }
        a
    }
}
