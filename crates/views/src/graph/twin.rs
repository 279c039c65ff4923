//! The graph as a table: each node with its predecessors and successors.

use makespan_model::{Run, TaskId};

use super::choice::Grouping;
use super::nodes::Graph;
use crate::roles::status_role;
use crate::table::{Cell, Column, Table};

/// Returns nodes `range` of the graph.
pub fn twin(run: &Run, graph: &Graph, range: std::ops::Range<usize>) -> Table {
    let title = match graph.by {
        Grouping::Steps => "Steps and dependencies",
        Grouping::Groups => "Groups and dependencies",
        _ => "Tasks and dependencies",
    };
    let columns = vec![
        Column::text("name", "Node"),
        Column::text("status", "Status"),
        Column::number("tasks", "Tasks"),
        Column::text("after", "Depends on"),
        Column::text("before", "Needed by"),
    ];
    let mut table = Table::new(title, columns);
    let (mut after, mut before) = (vec![Vec::new(); graph.nodes.len()], vec![Vec::new(); graph.nodes.len()]);
    for &(a, b) in &graph.edges {
        after[b as usize].push(a);
        before[a as usize].push(b);
    }
    let names = |nodes: &[u32]| {
        let shown =
            nodes.iter().take(12).map(|&n| graph.nodes[n as usize].label.as_str()).collect::<Vec<_>>();
        let more = nodes.len().saturating_sub(12);
        let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
        Cell::new(format!("{}{tail}", shown.join(", ")))
    };
    let end = range.end.min(graph.nodes.len());
    for i in range.start.min(end)..end {
        let node = &graph.nodes[i];
        let status = node.status();
        let name = match node.task() {
            Some(t) => {
                let id = TaskId(t);
                Cell::new(run.task_name(id).to_owned()).exact(run.task_id(id)).task(t)
            }
            None => Cell::new(node.label.clone()),
        };
        table.push(vec![
            name,
            Cell::new(status.name()).status(status_role(status)),
            Cell::new(node.tasks.len().to_string()),
            names(&after[i]),
            names(&before[i]),
        ]);
    }
    table.left_out = graph.nodes.len() - table.rows.len();
    table
}
