//! Where the nodes and lines of a drawn graph stand, as JSON for programs that draw it themselves.

use makespan_analysis::Facts;
use makespan_model::{NONE, Run};
use makespan_views::graph::{Drawn, Graphing, drawn};
use serde::Serialize;

use crate::error::ExportError;

/// A drawn graph; lengths are px at zoom 1, from the top left corner.
#[derive(Serialize)]
struct Document<'r> {
    /// Version of this document.
    makespan_graph: u32,
    run: &'r str,
    width: f32,
    height: f32,
    inferred: bool,
    tasks_not_shown: usize,
    nodes: Vec<Place<'r>>,
    edges: Vec<Line>,
}

#[derive(Serialize)]
struct Place<'r> {
    label: &'r str,
    /// Ids of the tasks that the node represents.
    tasks: Vec<&'r str>,
    /// The centre.
    x: f32,
    y: f32,
    width: f32,
    height: f32,
    layer: u32,
    /// Index of the expanded group around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    expanded: bool,
}

#[derive(Serialize)]
struct Line {
    /// Indexes of the nodes.
    from: u32,
    to: u32,
    kind: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    critical: bool,
    /// Control points of cubic Bézier curves: the start, then two control points and the end of each.
    points: Vec<[f32; 2]>,
}

/// Writes the positions of the whole graph of a run as the app draws it first.
pub(crate) fn first(facts: &Facts) -> Result<String, ExportError> {
    if facts.run().task_count() == 0 {
        return Err(ExportError::NoPicture("tasks"));
    }
    Ok(positions(facts.run(), &drawn(facts, &Graphing::default(), None)))
}

/// Writes the positions of a graph that was drawn for a run, as `docs/exports.md` describes them. O(n + e + points).
pub fn positions(run: &Run, drawn: &Drawn) -> String {
    let (graph, layout) = (&drawn.graph, &drawn.layout);
    let nodes = graph.nodes.iter().enumerate().zip(&layout.nodes).map(|((at, node), centre)| Place {
        label: &node.label,
        tasks: node.tasks.iter().map(|t| run.task_id(makespan_model::TaskId(*t))).collect(),
        x: centre.x,
        y: centre.y,
        width: node.size.w,
        height: node.size.h,
        layer: layout.layer.get(at).copied().unwrap_or_default(),
        within: Some(node.parent).filter(|parent| *parent != NONE),
        expanded: node.is_open,
    });
    let lines = graph.edges.iter().chain(&graph.within).enumerate();
    let edges = lines.map(|(at, (from, to))| Line {
        from: *from,
        to: *to,
        kind: match graph.cut.get(at) {
            None => "contains",
            Some(true) => "closes-cycle",
            Some(false) => "dependency",
        },
        critical: graph.critical.get(at).copied().unwrap_or_default(),
        points: layout
            .routes
            .get(at)
            .map_or_else(Vec::new, |r| r.points.iter().map(|p| [p.x, p.y]).collect()),
    });
    let document = Document {
        makespan_graph: 1,
        run: &run.id,
        width: layout.width,
        height: layout.height,
        inferred: graph.inferred,
        tasks_not_shown: graph.left_out,
        nodes: nodes.collect(),
        edges: edges.collect(),
    };
    // Nothing in it can fail to be written.
    serde_json::to_string(&document).unwrap_or_default() + "\n"
}
