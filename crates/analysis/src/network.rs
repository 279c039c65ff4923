//! The project network: what must come before what, dependencies and containment in one graph.

use makespan_model::{NONE, Run};

use crate::nest::Nest;

/// Every task is two moments, its begin (node `2 t`) and its end (node `2 t + 1`). A dependency leads from an end to
/// a begin; what is contained begins after its container and ends before it. Where the two contradict each other
/// (something outside waits for a container, and something inside for that), containment is left out.
pub(crate) struct Network<'r> {
    run: &'r Run,
    /// Containment, if there is any and it counts.
    pub(crate) nest: Option<Nest>,
    /// All nodes, topologically ordered.
    pub(crate) order: Vec<u32>,
}

/// The begin of a task.
pub(crate) fn begin(task: u32) -> usize {
    task as usize * 2
}

/// The end of a task.
pub(crate) fn end(task: u32) -> usize {
    task as usize * 2 + 1
}

impl<'r> Network<'r> {
    /// O(n + e).
    pub(crate) fn new(run: &'r Run) -> Network<'r> {
        let nodes = run.task_count() as u32 * 2;
        let mut network = Network { run, nest: Nest::new(run), order: Vec::new() };
        if network.nest.is_some() {
            network.order = network.sorted();
        }
        if network.order.len() < nodes as usize {
            // The tasks are already in topological order.
            network.nest = None;
            network.order = (0..nodes).collect();
        }
        network
    }

    /// Returns the nodes in topological order (Kahn 1962); fewer than all if there is a cycle.
    fn sorted(&self) -> Vec<u32> {
        let nodes = self.run.task_count() as u32 * 2;
        let mut missing = vec![0u32; nodes as usize];
        for node in 0..nodes {
            self.next(node, |to| missing[to as usize] += 1);
        }
        let mut order: Vec<u32> = (0..nodes).filter(|&node| missing[node as usize] == 0).collect();
        let mut at = 0;
        while let Some(&node) = order.get(at) {
            at += 1;
            self.next(node, |to| {
                missing[to as usize] -= 1;
                if missing[to as usize] == 0 {
                    order.push(to);
                }
            });
        }
        order
    }

    /// Calls `visit` with every node that comes directly after `node`; of a begin the end of the same task first.
    pub(crate) fn next(&self, node: u32, mut visit: impl FnMut(u32)) {
        let task = node / 2;
        if node.is_multiple_of(2) {
            visit(node + 1);
            if let Some(nest) = &self.nest {
                nest.children.row(task as usize).iter().for_each(|&c| visit(c * 2));
            }
            return;
        }
        let successors = self.run.successors.row(task as usize);
        let Some(nest) = &self.nest else {
            successors.iter().for_each(|&s| visit(s * 2));
            return;
        };
        // A dependency between a container and its contents adds nothing to their nesting.
        successors
            .iter()
            .filter(|&&s| !nest.contains(task, s) && !nest.contains(s, task))
            .for_each(|&s| visit(s * 2));
        let parent = self.run.tasks.parent[task as usize];
        if parent != NONE {
            visit(parent * 2 + 1);
        }
    }
}
