//! The combined graph as a table: each node with its durations and dependencies.

use super::super::{Pair, delta, pair::sign};
use super::Graph;
use crate::table::{Cell, Column, Table};

/// Returns the table of nodes `range`.
pub fn twin(pair: &Pair<'_>, graph: &Graph, range: std::ops::Range<usize>) -> Table {
    let columns = vec![
        Column::text("match", "Match"),
        Column::text("name", if graph.by_step { "Step" } else { "Task" }),
        Column::number("tasks", "Tasks"),
        Column::number("a", "A"),
        Column::number("b", "B"),
        Column::number("delta", "Difference"),
        Column::text("after", "Depends on"),
    ];
    let mut table = Table::new("Tasks and dependencies of both runs", columns);
    let mut after = vec![Vec::new(); graph.nodes.len()];
    for (&(from, to), &side) in graph.edges.iter().zip(&graph.sides) {
        after[to as usize].push((from, side));
    }
    let shown = graph.nodes.iter().zip(&after).enumerate().skip(range.start).take(range.len());
    for (i, (node, after)) in shown {
        let strength = node.strength(pair);
        let mut name = Cell::new(node.label.clone());
        if let Some(row) = graph.row_of(pair, i as u32) {
            name = name.task(row);
        }
        table.push(vec![
            Cell::new(format!("{} {}", sign(node.how, strength), node.how.name())),
            name,
            Cell::new(node.rows.len().to_string()),
            delta::known_cell(node.a_ns),
            delta::known_cell(node.b_ns),
            delta::delta_cell(node.a_ns, node.b_ns, strength),
            Cell::new(names(graph, after)),
        ]);
    }
    table.left_out = graph.nodes.len() - table.rows.len();
    table
}

/// Returns the names of nodes; dependencies of one run only are marked with its sign.
fn names(graph: &Graph, nodes: &[(u32, (bool, bool))]) -> String {
    const MOST: usize = 12;
    let one = |&(n, side): &(u32, (bool, bool))| {
        let sign = match side {
            (false, true) => "+",
            (true, false) => "−",
            _ => "",
        };
        format!("{sign}{}", graph.nodes[n as usize].label)
    };
    let shown: Vec<String> = nodes.iter().take(MOST).map(one).collect();
    let more = nodes.len().saturating_sub(MOST);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{tail}", shown.join(", "))
}
