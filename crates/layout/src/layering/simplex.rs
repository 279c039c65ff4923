//! Network simplex for layers (Gansner et al. 1993).
//!
//! A spanning tree of tight edges is kept, and an edge with negative cut value is exchanged as long as there is one.
//! Because every edge's least length is 1 and inner edges cancel out, the cut value of a tree edge is just the sum,
//! over the subtree below it, of what leaves each node less what enters it; so a pivot only adds and subtracts one
//! number along a path. The layers are valid after every pivot, so the search can stop at any time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::graph::{Graph, NONE};

/// Candidates to look at before the best of them leaves the tree.
const SEARCH: usize = 30;

/// Shortens the total edge length of valid layers of a connected graph, at most until `work` nodes and edges have
/// been visited. Layers may become negative.
pub(super) fn shorten(graph: &Graph, layer: &mut [i32], mut work: u64) {
    if graph.nodes() < 2 {
        return;
    }
    let Some(mut tree) = Tree::tight(graph, layer) else { return };
    let mut next = 0;
    while let Some(leaving) = tree.leaving(&mut next, &mut work) {
        if !tree.pivot(leaving, layer, &mut work) || work == 0 {
            break;
        }
    }
}

/// A rooted spanning tree. Children are linked lists, so that parts can be hung elsewhere at once; the preorder tells
/// in O(1) what lies below a node.
struct Tree<'g> {
    graph: &'g Graph,
    parent: Vec<u32>,
    edge: Vec<u32>,
    child: Vec<u32>,
    next: Vec<u32>,
    prev: Vec<u32>,
    order: Vec<u32>,
    enter: Vec<u32>,
    size: Vec<u32>,
    /// What leaves the subtree of a node less what enters it.
    net: Vec<i64>,
}

impl<'g> Tree<'g> {
    /// Moves the nodes until a spanning tree of tight edges stands, Prim's way: the tree moves as a whole towards the
    /// nearest node outside. Two heaps hold the edges that get shorter and longer when it moves down.
    fn tight(graph: &'g Graph, layer: &mut [i32]) -> Option<Self> {
        let n = graph.nodes();
        let mut tree = Tree {
            graph,
            parent: vec![NONE; n],
            edge: vec![NONE; n],
            child: vec![NONE; n],
            next: vec![NONE; n],
            prev: vec![NONE; n],
            order: vec![0; n],
            enter: vec![0; n],
            size: vec![0; n],
            net: vec![0; n],
        };
        let mut inside = vec![false; n];
        // Layer of a node in the tree, less how far the tree had moved when it came in.
        let mut base = vec![0i64; n];
        let (mut down, mut up) = (BinaryHeap::new(), BinaryHeap::new());
        let mut moved = 0i64;
        let mut joining = vec![0u32];
        let mut sequence = Vec::with_capacity(n);
        while let Some(node) = joining.pop() {
            inside[node as usize] = true;
            sequence.push(node);
            base[node as usize] = i64::from(layer[node as usize]) - moved;
            for &edge in graph.out(node) {
                let head = graph.head[edge as usize] as usize;
                if !inside[head] {
                    down.push(Reverse((i64::from(layer[head]) - base[node as usize] - 1, edge)));
                }
            }
            for &edge in graph.into(node) {
                let tail = graph.tail[edge as usize] as usize;
                if !inside[tail] {
                    up.push(Reverse((base[node as usize] - i64::from(layer[tail]) - 1, edge)));
                }
            }
            while down
                .peek()
                .is_some_and(|&Reverse((_, e)): &Reverse<(i64, u32)>| inside[graph.head[e as usize] as usize])
            {
                down.pop();
            }
            while up
                .peek()
                .is_some_and(|&Reverse((_, e)): &Reverse<(i64, u32)>| inside[graph.tail[e as usize] as usize])
            {
                up.pop();
            }
            let below = down.peek().map(|&Reverse((key, edge))| (key - moved, edge));
            let above = up.peek().map(|&Reverse((key, edge))| (key + moved, edge));
            match (below, above) {
                (Some((slack, edge)), other) if other.is_none_or(|(s, _)| slack <= s) => {
                    moved += slack;
                    tree.hang(graph.head[edge as usize], graph.tail[edge as usize], edge);
                    joining.push(graph.head[edge as usize]);
                }
                (_, Some((slack, edge))) => {
                    moved -= slack;
                    tree.hang(graph.tail[edge as usize], graph.head[edge as usize], edge);
                    joining.push(graph.tail[edge as usize]);
                }
                _ => {}
            }
        }
        if sequence.len() < n {
            return None;
        }
        for node in 0..n {
            layer[node] = (base[node] + moved) as i32;
        }
        for &node in sequence.iter().rev() {
            let sum = |edges: &[u32]| edges.iter().map(|&e| i64::from(graph.weight[e as usize])).sum::<i64>();
            tree.net[node as usize] += sum(graph.out(node)) - sum(graph.into(node));
            if tree.parent[node as usize] != NONE {
                tree.net[tree.parent[node as usize] as usize] += tree.net[node as usize];
            }
        }
        tree.renumber(0, 0);
        Some(tree)
    }

    fn hang(&mut self, node: u32, parent: u32, edge: u32) {
        let first = self.child[parent as usize];
        self.parent[node as usize] = parent;
        self.edge[node as usize] = edge;
        self.prev[node as usize] = NONE;
        self.next[node as usize] = first;
        if first != NONE {
            self.prev[first as usize] = node;
        }
        self.child[parent as usize] = node;
    }

    fn take_off(&mut self, node: u32) {
        let (prev, next) = (self.prev[node as usize], self.next[node as usize]);
        if prev == NONE {
            self.child[self.parent[node as usize] as usize] = next;
        } else {
            self.next[prev as usize] = next;
        }
        if next != NONE {
            self.prev[next as usize] = prev;
        }
    }

    /// Numbers the subtree of `top` in preorder, from `first`.
    fn renumber(&mut self, top: u32, first: u32) {
        let mut clock = first;
        let mut node = top;
        loop {
            self.enter[node as usize] = clock;
            self.order[clock as usize] = node;
            clock += 1;
            if self.child[node as usize] != NONE {
                node = self.child[node as usize];
                continue;
            }
            loop {
                self.size[node as usize] = clock - self.enter[node as usize];
                if node == top {
                    return;
                }
                if self.next[node as usize] != NONE {
                    node = self.next[node as usize];
                    break;
                }
                node = self.parent[node as usize];
            }
        }
    }

    fn below(&self, top: u32, node: u32) -> bool {
        self.enter[node as usize].wrapping_sub(self.enter[top as usize]) < self.size[top as usize]
    }

    /// The child end of a tree edge with negative cut value, searched from where the last search stopped.
    fn leaving(&self, next: &mut usize, work: &mut u64) -> Option<u32> {
        let n = self.parent.len();
        let mut best: Option<(i64, u32)> = None;
        let mut found = 0;
        for _ in 0..n {
            let node = *next;
            *next = if node + 1 == n { 0 } else { node + 1 };
            *work = work.saturating_sub(1);
            if self.edge[node] == NONE {
                continue;
            }
            let tail_below = self.graph.tail[self.edge[node] as usize] == node as u32;
            let cut = if tail_below { self.net[node] } else { -self.net[node] };
            if cut < 0 {
                if best.is_none_or(|(least, _)| cut < least) {
                    best = Some((cut, node as u32));
                }
                found += 1;
                if found == SEARCH {
                    break;
                }
            }
        }
        best.map(|(_, node)| node)
    }

    /// Takes the edge above `node` out, puts the tightest edge back that leads the other way across the cut, and moves
    /// the smaller side. False if there is no such edge, which an acyclic connected graph does not allow.
    fn pivot(&mut self, node: u32, layer: &mut [i32], work: &mut u64) -> bool {
        let n = self.parent.len();
        let graph = self.graph;
        let tail_below = graph.tail[self.edge[node as usize] as usize] == node;
        let (from, to) = (
            self.enter[node as usize] as usize,
            (self.enter[node as usize] + self.size[node as usize]) as usize,
        );
        let small_below = to - from <= n / 2;
        let side: Vec<u32> = if small_below {
            self.order[from..to].to_vec()
        } else {
            self.order[..from].iter().chain(&self.order[to..]).copied().collect()
        };
        // The new edge enters the side that held the tail of the old one.
        let entering_side = small_below == tail_below;
        let mut best: Option<(i32, u32)> = None;
        for &member in &side {
            let edges = if entering_side { graph.into(member) } else { graph.out(member) };
            *work = work.saturating_sub(edges.len() as u64 + 1);
            for &edge in edges {
                let (tail, head) = (graph.tail[edge as usize], graph.head[edge as usize]);
                let other = if entering_side { tail } else { head };
                if self.below(node, other) == small_below {
                    continue;
                }
                let slack = layer[head as usize] - layer[tail as usize] - 1;
                if best.is_none_or(|b| (slack, edge) < b) {
                    best = Some((slack, edge));
                }
            }
        }
        let Some((slack, edge)) = best else { return false };
        let shift = if entering_side { -slack } else { slack };
        for &member in &side {
            layer[member as usize] += shift;
        }
        let (tail, head) = (graph.tail[edge as usize], graph.head[edge as usize]);
        let (inner, outer) = if self.below(node, tail) { (tail, head) } else { (head, tail) };
        self.exchange(node, inner, outer, edge, work);
        true
    }

    /// Takes the subtree of `top` off and hangs it, by its node `inner`, under `outer`.
    fn exchange(&mut self, top: u32, inner: u32, outer: u32, edge: u32, work: &mut u64) {
        let total = self.net[top as usize];
        let old = self.parent[top as usize];
        let mut shared = old;
        while !self.below(shared, outer) {
            self.net[shared as usize] -= total;
            shared = self.parent[shared as usize];
        }
        let mut up = outer;
        while up != shared {
            self.net[up as usize] += total;
            up = self.parent[up as usize];
        }

        let (mut node, mut parent, mut link, mut under) = (inner, outer, edge, 0);
        loop {
            let (next, next_link, net) =
                (self.parent[node as usize], self.edge[node as usize], self.net[node as usize]);
            self.take_off(node);
            self.hang(node, parent, link);
            self.net[node as usize] = total - under;
            if node == top {
                break;
            }
            (parent, link, under, node) = (node, next_link, net, next);
        }
        *work = work.saturating_sub(u64::from(self.size[shared as usize]));
        self.renumber(shared, self.enter[shared as usize]);
    }
}
