//! Measures algorithms of `petgraph` on the dependencies of generated runs beside those of this crate and prints one JSON
//! object each: the graph, the algorithm, and the median of five times in ms.
//!
//! `layers`: 100 000 tasks in layers of 64, each after up to three of the layer before. `fan`: a chain of 5 000 tasks and
//! 5 000 that depend on both of its ends, which is the worst case of petgraph's dominators. A number as argument measures
//! that many tasks instead of 100 000.

#![allow(clippy::print_stdout)]

use std::fmt::Write;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use makespan_analysis::gates;
use makespan_model::{Run, notation};
use petgraph::algo::dominators::simple_fast;
use petgraph::algo::tred::{dag_to_toposorted_adjacency_list, dag_transitive_reduction_closure};
use petgraph::algo::{kosaraju_scc, toposort};
use petgraph::graph::DiGraph;

fn layers(tasks: usize) -> Result<Run, String> {
    let mut seed = 0x9E37_79B9_7F4A_7C15u64;
    let mut below = |n: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed as usize % n
    };
    let mut text = String::new();
    for t in 0..tasks {
        let _ = write!(text, "t{t} - -");
        if let Some(before) = (t / 64).checked_sub(1) {
            for _ in 0..1 + below(3) {
                let _ = write!(text, " t{}", before * 64 + below(64));
            }
        }
        text.push('\n');
    }
    notation::run(&text)
}

fn fan(n: usize) -> Result<Run, String> {
    let mut text = String::from("t0 - -\n");
    for t in 1..n {
        let _ = writeln!(text, "t{t} - - t{}", t - 1);
    }
    for t in n..2 * n {
        let _ = writeln!(text, "t{t} - - t0 t{}", n - 1);
    }
    notation::run(&text)
}

/// Prints the median of five times.
fn measure<T>(graph: &str, algorithm: &str, mut work: impl FnMut() -> T) {
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            let begun = Instant::now();
            black_box(work());
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!(r#"{{"graph":"{graph}","algorithm":"{algorithm}","ms":{:.2}}}"#, times[2]);
}

/// The same graph in petgraph's own form, with a root before everything.
fn rooted(run: &Run) -> (DiGraph<(), (), u32>, u32) {
    let root = run.task_count() as u32;
    let starts = run.task_ids().filter(|t| run.predecessors.row(t.index()).is_empty());
    (DiGraph::from_edges(run.successors.pairs().chain(starts.map(|t| (root, t.0)))), root)
}

fn main() -> ExitCode {
    let tasks = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let (Ok(layers), Ok(fan), Ok(small)) = (layers(tasks), fan(tasks / 20), layers(tasks / 20)) else {
        return ExitCode::FAILURE;
    };
    let graph = layers.dependencies();
    measure("layers", "petgraph toposort", || toposort(graph, None).map(|order| order.len()));
    measure("layers", "petgraph kosaraju_scc", || kosaraju_scc(graph).len());
    let (own, _) = rooted(&layers);
    measure("layers", "petgraph kosaraju_scc on a DiGraph made for it", || {
        kosaraju_scc(&rooted(&layers).0).len()
    });
    measure("layers", "petgraph kosaraju_scc on a DiGraph that is there", || kosaraju_scc(&own).len());
    for (name, run) in [("layers", &layers), ("fan", &fan)] {
        measure(name, "gates", || gates(run).tasks.len());
        let (graph, root) = rooted(run);
        measure(name, "petgraph dominators", || simple_fast(&graph, root.into()).root().index());
    }
    let (graph, _) = rooted(&small);
    if let Ok(order) = toposort(&graph, None) {
        measure("layers of a twentieth", "petgraph transitive reduction", || {
            let (list, _) = dag_to_toposorted_adjacency_list::<_, u32>(&graph, &order);
            dag_transitive_reduction_closure(&list).0.edge_count()
        });
    }
    ExitCode::SUCCESS
}
