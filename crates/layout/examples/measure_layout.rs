//! Lays out the graphs in the given files and prints one JSON object per line: name, nodes, edges, the median time of
//! the layout in ms, and the pairs of edges that cross when drawn straight from centre to centre (null on graphs where
//! counting them takes far longer than the layout).
//!
//! Without arguments it lays out graphs of 100, 1,000 and 10,000 nodes made from a seed.
//!
//! A file holds `nodes edges` on its first line, then one `from to` per edge. Boxes are 120 × 36 px.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;
use std::time::Instant;

use makespan_layout::{Direction, Request, Size, layout, quality};

/// Counting is quadratic at worst.
const MOST_EDGES: usize = 50_000;

fn read(text: &str) -> Option<Request> {
    let mut numbers = text.split_ascii_whitespace().map(|word| word.parse::<u32>().ok());
    let (nodes, edges) = (numbers.next()??, numbers.next()??);
    let edges = (0..edges).map(|_| Some((numbers.next()??, numbers.next()??))).collect::<Option<_>>()?;
    Some(Request {
        nodes: vec![Size { w: 120.0, h: 36.0 }; nodes as usize],
        edges,
        direction: Direction::TopDown,
        layer_gap: 40.0,
        node_gap: 20.0,
        page: 0.0,
    })
}

/// A layered graph of `nodes` nodes with two edges to the layer before from most of them.
fn made(nodes: u32) -> String {
    let wide = nodes.isqrt();
    let mut seed = 7u64;
    let mut edges = Vec::new();
    for to in wide..nodes {
        for _ in 0..2 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let layer = to / wide - 1;
            edges.push(format!("{} {to}", layer * wide + (seed >> 33) as u32 % wide));
        }
    }
    format!("{nodes} {}\n{}", edges.len(), edges.join("\n"))
}

fn main() -> ExitCode {
    let mut graphs: Vec<(String, Option<String>)> =
        std::env::args().skip(1).map(|path| (path.clone(), std::fs::read_to_string(path).ok())).collect();
    if graphs.is_empty() {
        graphs = [100, 1_000, 10_000].map(|n| (format!("made-{n}"), Some(made(n)))).to_vec();
    }
    let mut code = ExitCode::SUCCESS;
    for (path, text) in graphs {
        let Some(request) = text.as_deref().and_then(read) else {
            eprintln!("{path}: no graph");
            code = ExitCode::FAILURE;
            continue;
        };
        let mut times = Vec::new();
        let mut drawing = None;
        for _ in 0..3 {
            let start = Instant::now();
            drawing = Some(layout(&request));
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        let Some(drawing) = drawing else { continue };
        let known = request.edges.len() <= MOST_EDGES;
        let count = |count: &dyn Fn() -> u64| if known { count().to_string() } else { "null".to_owned() };
        let crossings = count(&|| quality::straight_crossings(&drawing.nodes, &request.edges));
        let drawn = count(&|| quality::drawn_crossings(&drawing.routes, &request.edges));
        let name: String = std::path::Path::new(&path)
            .file_stem()
            .map(|stem| {
                stem.to_string_lossy().chars().filter(|c| !c.is_control() && !"\"\\".contains(*c)).collect()
            })
            .unwrap_or_default();
        println!(
            "{{\"name\":\"{name}\",\"nodes\":{},\"edges\":{},\"ms\":{:.2},\"crossings\":{crossings},\"drawn\":{drawn},\"width\":{:.0},\"height\":{:.0}}}",
            request.nodes.len(),
            request.edges.len(),
            times[1],
            drawing.width,
            drawing.height,
        );
    }
    code
}
