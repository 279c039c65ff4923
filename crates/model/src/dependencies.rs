//! The dependencies of a run as `petgraph` sees a graph, so that its algorithms work on them as they are.

use std::iter::{Copied, Map};
use std::ops::Range;
use std::slice;

use petgraph::visit::{
    Data, GraphBase, GraphProp, GraphRef, IntoEdgeReferences, IntoNeighbors, IntoNeighborsDirected,
    IntoNodeIdentifiers, IntoNodeReferences, NodeCompactIndexable, NodeCount, NodeIndexable, VisitMap,
    Visitable,
};
use petgraph::{Directed, Direction};

use crate::{Rows, TaskId};

/// Tasks and what each of them needs: a directed graph whose nodes are tasks, with an edge from each task to those that
/// depend on it. It borrows both directions, so that neither is ever searched for.
///
/// ```
/// use petgraph::algo::has_path_connecting;
/// let run = makespan_model::notation::run("fetch 0..4\nalign 4..9 w1 fetch\ncall 9..12 w1 align").unwrap();
/// let [first, last] = [0, 2].map(makespan_model::TaskId);
/// assert!(has_path_connecting(run.dependencies(), first, last, None));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Dependencies<'r> {
    successors: &'r Rows,
    predecessors: &'r Rows,
}

impl<'r> Dependencies<'r> {
    /// Takes the two directions of one graph.
    pub(crate) fn new(successors: &'r Rows, predecessors: &'r Rows) -> Dependencies<'r> {
        Dependencies { successors, predecessors }
    }
}

impl GraphBase for Dependencies<'_> {
    type NodeId = TaskId;
    /// From and to.
    type EdgeId = (TaskId, TaskId);
}

impl GraphRef for Dependencies<'_> {}

impl GraphProp for Dependencies<'_> {
    type EdgeType = Directed;
}

/// The tasks beside one.
pub type Neighbors<'r> = Map<Copied<slice::Iter<'r, u32>>, fn(u32) -> TaskId>;

impl<'r> IntoNeighbors for Dependencies<'r> {
    type Neighbors = Neighbors<'r>;

    fn neighbors(self, task: TaskId) -> Neighbors<'r> {
        self.neighbors_directed(task, Direction::Outgoing)
    }
}

impl<'r> IntoNeighborsDirected for Dependencies<'r> {
    type NeighborsDirected = Neighbors<'r>;

    fn neighbors_directed(self, task: TaskId, direction: Direction) -> Neighbors<'r> {
        let rows = match direction {
            Direction::Outgoing => self.successors,
            Direction::Incoming => self.predecessors,
        };
        rows.row(task.index()).iter().copied().map(TaskId)
    }
}

impl IntoNodeIdentifiers for Dependencies<'_> {
    type NodeIdentifiers = Map<Range<u32>, fn(u32) -> TaskId>;

    fn node_identifiers(self) -> Self::NodeIdentifiers {
        (0..self.successors.len() as u32).map(TaskId)
    }
}

impl NodeCount for Dependencies<'_> {
    fn node_count(&self) -> usize {
        self.successors.len()
    }
}

impl NodeIndexable for Dependencies<'_> {
    fn node_bound(&self) -> usize {
        self.successors.len()
    }

    fn to_index(&self, task: TaskId) -> usize {
        task.index()
    }

    fn from_index(&self, i: usize) -> TaskId {
        TaskId(i as u32)
    }
}

/// Nodes and edges have no weights: the run contains the data of the tasks.
impl Data for Dependencies<'_> {
    type NodeWeight = ();
    type EdgeWeight = ();
}

impl<'r> IntoNodeReferences for Dependencies<'r> {
    type NodeRef = (TaskId, &'r ());
    type NodeReferences = Map<Range<u32>, fn(u32) -> (TaskId, &'r ())>;

    fn node_references(self) -> Self::NodeReferences {
        (0..self.successors.len() as u32).map(|task| (TaskId(task), &()))
    }
}

/// All dependencies, by the task that is needed.
#[derive(Clone, Debug)]
pub struct Edges<'r> {
    successors: &'r Rows,
    from: u32,
    next: usize,
}

impl<'r> Iterator for Edges<'r> {
    type Item = (TaskId, TaskId, &'r ());

    fn next(&mut self) -> Option<Self::Item> {
        while (self.from as usize) < self.successors.len() {
            if let Some(&to) = self.successors.row(self.from as usize).get(self.next) {
                self.next += 1;
                return Some((TaskId(self.from), TaskId(to), &()));
            }
            (self.from, self.next) = (self.from + 1, 0);
        }
        None
    }
}

impl<'r> IntoEdgeReferences for Dependencies<'r> {
    type EdgeRef = (TaskId, TaskId, &'r ());
    type EdgeReferences = Edges<'r>;

    fn edge_references(self) -> Edges<'r> {
        Edges { successors: self.successors, from: 0, next: 0 }
    }
}

impl NodeCompactIndexable for Dependencies<'_> {}

/// Set of visited tasks.
#[derive(Clone, Debug)]
pub struct Visited(Vec<bool>);

impl VisitMap<TaskId> for Visited {
    fn visit(&mut self, task: TaskId) -> bool {
        self.0.get_mut(task.index()).is_some_and(|seen| !std::mem::replace(seen, true))
    }

    fn is_visited(&self, task: &TaskId) -> bool {
        self.0.get(task.index()).is_some_and(|seen| *seen)
    }

    fn unvisit(&mut self, task: TaskId) -> bool {
        self.0.get_mut(task.index()).is_some_and(std::mem::take)
    }
}

impl Visitable for Dependencies<'_> {
    type Map = Visited;

    fn visit_map(&self) -> Visited {
        Visited(vec![false; self.node_count()])
    }

    fn reset_map(&self, map: &mut Visited) {
        map.0.clear();
        map.0.resize(self.node_count(), false);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use petgraph::algo::{kosaraju_scc, toposort};
    use petgraph::visit::{Dfs, Reversed};

    use super::*;

    #[test]
    fn the_algorithms_of_petgraph_work_on_a_run_as_it_is() {
        let run = crate::notation::run("a 0..1\nb 1..2 w a\nc 1..3 w a\nd 3..4 w b c\ne 0..1").unwrap();
        let graph = run.dependencies();
        let order = toposort(graph, None).unwrap();
        let place = |task: u32| order.iter().position(|t| *t == TaskId(task)).unwrap();
        assert!(run.successors.pairs().all(|(from, to)| place(from) < place(to)));
        assert_eq!(kosaraju_scc(graph).len(), run.task_count());
        let edges: Vec<(u32, u32)> = graph.edge_references().map(|(from, to, _)| (from.0, to.0)).collect();
        assert_eq!(edges, run.successors.pairs().collect::<Vec<_>>());
        assert_eq!(graph.node_references().count(), run.task_count());
        let d = run.task_ids().find(|t| run.task_id(*t) == "d").unwrap();
        let mut walk = Dfs::new(Reversed(graph), d);
        let mut before: Vec<&str> =
            std::iter::from_fn(|| walk.next(Reversed(graph))).map(|t| run.task_id(t)).collect();
        before.sort_unstable();
        assert_eq!(before, ["a", "b", "c", "d"]);
    }
}
