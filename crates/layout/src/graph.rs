//! Compressed sparse rows, the only representation of graphs in this crate.

/// Marks "none" where an index is expected.
pub(crate) const NONE: u32 = u32::MAX;

/// The numbers `0..keys.len()` grouped by key, ascending within a group.
pub(crate) struct Groups {
    start: Vec<u32>,
    items: Vec<u32>,
}

impl Groups {
    /// Groups by `keys`, all below `groups`; items whose key is [`NONE`] are left out.
    pub(crate) fn new(groups: usize, keys: &[u32]) -> Self {
        let mut start = vec![0u32; groups + 1];
        for &key in keys.iter().filter(|&&key| key != NONE) {
            start[key as usize + 1] += 1;
        }
        for i in 0..groups {
            start[i + 1] += start[i];
        }
        let mut next = start.clone();
        let mut items = vec![0; start[groups] as usize];
        for (item, &key) in keys.iter().enumerate().filter(|&(_, &key)| key != NONE) {
            items[next[key as usize] as usize] = item as u32;
            next[key as usize] += 1;
        }
        Groups { start, items }
    }

    /// The items of one group.
    pub(crate) fn of(&self, group: u32) -> &[u32] {
        &self.items[self.start[group as usize] as usize..self.start[group as usize + 1] as usize]
    }

    /// Number of groups.
    pub(crate) fn len(&self) -> usize {
        self.start.len() - 1
    }
}

/// A directed graph without self-loops and without two edges between the same nodes in the same direction.
pub(crate) struct Graph {
    /// First node of each edge.
    pub(crate) tail: Vec<u32>,
    /// Second node of each edge.
    pub(crate) head: Vec<u32>,
    /// Number of edges of the request that an edge represents.
    pub(crate) weight: Vec<u32>,
    out: Groups,
    into: Groups,
}

impl Graph {
    pub(crate) fn new(nodes: usize, tail: Vec<u32>, head: Vec<u32>, weight: Vec<u32>) -> Self {
        let (out, into) = (Groups::new(nodes, &tail), Groups::new(nodes, &head));
        Graph { tail, head, weight, out, into }
    }

    /// Number of nodes.
    pub(crate) fn nodes(&self) -> usize {
        self.out.len()
    }

    /// Number of edges.
    pub(crate) fn edges(&self) -> usize {
        self.tail.len()
    }

    /// Edges that leave `node`.
    pub(crate) fn out(&self, node: u32) -> &[u32] {
        self.out.of(node)
    }

    /// Edges that enter `node`.
    pub(crate) fn into(&self, node: u32) -> &[u32] {
        self.into.of(node)
    }

    /// Returns the nodes such that every edge goes forward, lowest index first among nodes of equal depth; nodes on a
    /// cycle, and those after one, are missing.
    pub(crate) fn topological(&self) -> Vec<u32> {
        let mut open: Vec<u32> = (0..self.nodes() as u32).map(|v| self.into(v).len() as u32).collect();
        let mut order: Vec<u32> = (0..self.nodes() as u32).filter(|&v| open[v as usize] == 0).collect();
        let mut done = 0;
        while done < order.len() {
            let node = order[done];
            done += 1;
            for &edge in self.out(node) {
                let head = self.head[edge as usize];
                open[head as usize] -= 1;
                if open[head as usize] == 0 {
                    order.push(head);
                }
            }
        }
        order
    }
}

/// Neighbours of each node on one side, with the weight of the link.
pub(crate) struct Links {
    start: Vec<u32>,
    node: Vec<u32>,
    weight: Vec<u32>,
}

impl Links {
    /// Links `from[i]` to `to[i]`, seen from `from`.
    pub(crate) fn new(nodes: usize, from: &[u32], to: &[u32], weight: &[u32]) -> Self {
        let groups = Groups::new(nodes, from);
        let node = groups.items.iter().map(|&i| to[i as usize]).collect();
        let weight = groups.items.iter().map(|&i| weight[i as usize]).collect();
        Links { start: groups.start, node, weight }
    }

    /// Returns the range of a node's links in the flat arrays.
    pub(crate) fn range(&self, node: u32) -> std::ops::Range<usize> {
        self.start[node as usize] as usize..self.start[node as usize + 1] as usize
    }

    /// Neighbours of `node`.
    pub(crate) fn of(&self, node: u32) -> &[u32] {
        &self.node[self.range(node)]
    }

    /// Neighbours of `node` with weights.
    pub(crate) fn weighted(&self, node: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let range = self.range(node);
        self.node[range.clone()].iter().copied().zip(self.weight[range].iter().copied())
    }

    /// Number of links.
    pub(crate) fn len(&self) -> usize {
        self.node.len()
    }
}
