//! From tasks to nodes: each task one, or, where there are too many to read, each step one.

use makespan_layout::{Direction, Request, Size};
use makespan_model::{HashMap, Run, Status, StrId, TaskId, UNKNOWN};
use makespan_scene::{Face, Weight, counted, duration, width};

/// How many nodes are laid out one by one. Beyond it nobody can read a graph, and tasks are shown by step.
pub const BUDGET: usize = 2_000;

/// A box of the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The tasks it stands for, at least one.
    pub tasks: Vec<u32>,
    /// First line.
    pub label: String,
    /// Second line.
    pub note: String,
    /// How many of its tasks have each status.
    pub statuses: [u32; Status::COUNT],
}

impl Node {
    /// The status that matters most.
    pub fn status(&self) -> Status {
        const FIRST: [Status; Status::COUNT] = [
            Status::Failed,
            Status::UpstreamFailed,
            Status::Cancelled,
            Status::Unknown,
            Status::Retrying,
            Status::Running,
            Status::Queued,
            Status::Pending,
            Status::Succeeded,
            Status::Cached,
            Status::Skipped,
        ];
        FIRST.into_iter().find(|s| self.statuses[*s as usize] > 0).unwrap_or(Status::Pending)
    }

    /// Size on the plane of the layout, px at zoom 1.
    pub fn size(&self) -> Size {
        let wide = width(&self.label, 12.0, Weight::Bold, Face::Sans).max(width(
            &self.note,
            10.5,
            Weight::Regular,
            Face::Sans,
        ));
        Size { w: (wide + 40.0).clamp(92.0, 230.0), h: 40.0 }
    }
}

/// The nodes and edges that are shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// The boxes.
    pub nodes: Vec<Node>,
    /// (from, to), by index of `nodes`.
    pub edges: Vec<(u32, u32)>,
    /// Per edge whether a cycle forced it out of every analysis.
    pub cut: Vec<bool>,
    /// The node of each task, `u32::MAX` where it is not shown.
    pub node_of: Vec<u32>,
    /// Whether nodes stand for steps.
    pub by_step: bool,
    /// How many tasks are not shown.
    pub left_out: usize,
    /// Whether those that are shown are those that pass the filter.
    pub filtered: bool,
    /// Whether the edges were inferred from times.
    pub inferred: bool,
}

impl Graph {
    /// The graph of a run. Where it has more tasks than [`BUDGET`] and the filter leaves few enough, those are shown
    /// one by one; else tasks are grouped by step; where that are still too many, the tasks with failures, those of
    /// the critical path and the earliest are shown, and `left_out` says how many are not.
    pub fn new(run: &Run, mask: Option<&[bool]>, critical: &[TaskId]) -> Graph {
        let n = run.task_count();
        if n <= BUDGET {
            return Graph::of_tasks(run, &(0..n as u32).collect::<Vec<_>>());
        }
        if let Some(mask) = mask {
            let some: Vec<u32> = (0..n as u32).filter(|&t| mask[t as usize]).collect();
            if !some.is_empty() && some.len() <= BUDGET {
                return Graph { filtered: true, ..Graph::of_tasks(run, &some) };
            }
        }
        let by_step = Graph::of_steps(run);
        if by_step.nodes.len() <= BUDGET {
            return by_step;
        }
        let mut chosen = vec![false; n];
        let failed = run.task_ids().filter(|t| run.tasks.status[t.index()] == Status::Failed);
        let wanted =
            failed.take(BUDGET / 2).chain(critical.iter().copied().take(BUDGET / 2)).chain(run.task_ids());
        let mut left = BUDGET;
        for t in wanted {
            if left > 0 && !chosen[t.index()] {
                chosen[t.index()] = true;
                left -= 1;
            }
        }
        Graph::of_tasks(run, &(0..n as u32).filter(|&t| chosen[t as usize]).collect::<Vec<_>>())
    }

    fn of_tasks(run: &Run, tasks: &[u32]) -> Graph {
        let mut node_of = vec![u32::MAX; run.task_count()];
        let mut nodes = Vec::with_capacity(tasks.len());
        for &t in tasks {
            node_of[t as usize] = nodes.len() as u32;
            let id = TaskId(t);
            let (name, step) = (run.task_name(id), run.task_step(id));
            let mut note =
                run.task_interval(id).map_or(String::new(), |(s, e)| duration(e.saturating_sub(s)));
            let tries = run.attempts_of(id).len();
            if tries > 1 {
                note = format!(
                    "{note}{}{}",
                    if note.is_empty() { "" } else { " · " },
                    counted(tries, "attempt")
                );
            }
            if step != name {
                note = format!("{step}{}{note}", if note.is_empty() { "" } else { " · " });
            }
            let mut statuses = [0; Status::COUNT];
            statuses[run.tasks.status[t as usize] as usize] = 1;
            nodes.push(Node { tasks: vec![t], label: short(name), note: short(&note), statuses });
        }
        let left_out = run.task_count() - tasks.len();
        Graph { nodes, node_of, left_out, ..Graph::default() }.with_edges(run)
    }

    /// The graph of the steps of a run, however few its tasks are.
    pub fn of_steps(run: &Run) -> Graph {
        let mut of: HashMap<StrId, u32> = HashMap::default();
        let mut graph =
            Graph { by_step: true, node_of: vec![u32::MAX; run.task_count()], ..Graph::default() };
        let mut spans: Vec<(i64, i64)> = Vec::new();
        for t in run.task_ids() {
            let i = t.index();
            let key = [run.tasks.step[i], run.tasks.name[i], run.tasks.id[i]];
            let key = key.into_iter().find(|k| !k.is_empty()).unwrap_or_default();
            let at = *of.entry(key).or_insert_with(|| {
                let label = short(run.task_step(t));
                graph.nodes.push(Node {
                    tasks: Vec::new(),
                    label,
                    note: String::new(),
                    statuses: [0; Status::COUNT],
                });
                spans.push((i64::MAX, UNKNOWN));
                graph.nodes.len() as u32 - 1
            });
            let node = &mut graph.nodes[at as usize];
            node.tasks.push(t.0);
            node.statuses[run.tasks.status[i] as usize] += 1;
            graph.node_of[i] = at;
            if let Some((s, e)) = run.task_interval(t) {
                let span = &mut spans[at as usize];
                *span = (span.0.min(s), span.1.max(e));
            }
        }
        for (node, (from, to)) in graph.nodes.iter_mut().zip(spans) {
            let span = if to == UNKNOWN {
                String::new()
            } else {
                format!(" · {}", duration(to.saturating_sub(from)))
            };
            node.note = format!("{}{span}", counted(node.tasks.len(), "task"));
        }
        graph.with_edges(run)
    }

    fn with_edges(mut self, run: &Run) -> Graph {
        self.inferred = run.edges_inferred;
        let node = |t: u32| self.node_of.get(t as usize).copied().unwrap_or(u32::MAX);
        let shown = |(a, b): (u32, u32)| {
            let (a, b) = (node(a), node(b));
            (a != u32::MAX && b != u32::MAX && a != b).then_some((a, b))
        };
        let mut edges: Vec<((u32, u32), bool)> = run
            .successors
            .pairs()
            .filter_map(shown)
            .map(|e| (e, false))
            .chain(run.cut.iter().copied().filter_map(shown).map(|e| (e, true)))
            .collect();
        edges.sort_unstable();
        edges.dedup_by_key(|e| e.0);
        (self.edges, self.cut) = edges.into_iter().unzip();
        self
    }

    /// What the layout needs to know.
    pub fn request(&self, direction: Direction) -> Request {
        Request {
            nodes: self.nodes.iter().map(Node::size).collect(),
            edges: self.edges.clone(),
            direction,
            layer_gap: 56.0,
            node_gap: 16.0,
        }
    }
}

/// Names may be megabytes long; a node shows a few words.
fn short(text: &str) -> String {
    makespan_scene::fit(text, 190.0, 12.0, Weight::Bold, Face::Sans).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn small_graphs_show_tasks_and_large_ones_steps() {
        let run =
            makespan_model::notation::run("a 0..1 w\nb 1..2 w a\nc 1..3 w a failed\na2 3..4 w b a2").unwrap();
        let graph = Graph::new(&run, None, &[]);
        assert_eq!((graph.nodes.len(), graph.edges.len(), graph.by_step), (4, 3, false));
        let mut text = String::new();
        for i in 0..BUDGET * 2 {
            text.push_str(&format!("m{i} 0..1 w step=map\nr{i} 1..2 w m{i} step=reduce\n"));
        }
        let run = makespan_model::notation::run(&text).unwrap();
        let graph = Graph::new(&run, None, &[]);
        assert!(graph.by_step);
        assert_eq!((graph.nodes.len(), graph.edges.clone()), (2, vec![(0, 1)]));
        assert_eq!(graph.nodes[0].note, "4,000 tasks · 1 s");
        let mask: Vec<bool> = run.task_ids().map(|t| run.task_id(t).ends_with("99")).collect();
        let few = Graph::new(&run, Some(&mask), &[]);
        assert_eq!((few.by_step, few.left_out + few.nodes.len()), (false, run.task_count()));
    }
}
