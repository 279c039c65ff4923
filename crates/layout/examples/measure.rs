//! Lays out the graphs in the given files and prints one JSON object per line: name, nodes, edges, the median time of
//! the layout in ms, and the pairs of edges that cross when drawn straight from centre to centre (null on graphs where
//! counting them takes far longer than the layout).
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
    })
}

fn main() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for path in std::env::args().skip(1) {
        let Some(request) = std::fs::read_to_string(&path).ok().as_deref().and_then(read) else {
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
        let crossings = if request.edges.len() <= MOST_EDGES {
            quality::straight_crossings(&drawing.nodes, &request.edges).to_string()
        } else {
            "null".to_owned()
        };
        let name: String = std::path::Path::new(&path)
            .file_stem()
            .map(|stem| {
                stem.to_string_lossy().chars().filter(|c| !c.is_control() && !"\"\\".contains(*c)).collect()
            })
            .unwrap_or_default();
        println!(
            "{{\"name\":\"{name}\",\"nodes\":{},\"edges\":{},\"ms\":{:.2},\"crossings\":{crossings},\"width\":{:.0},\"height\":{:.0}}}",
            request.nodes.len(),
            request.edges.len(),
            times[1],
            drawing.width,
            drawing.height,
        );
    }
    code
}
