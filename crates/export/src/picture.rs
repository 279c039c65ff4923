//! Pictures of a whole run as SVG.

use std::borrow::Cow;

use makespan_analysis::Facts;

use makespan_scene::{Bars, Hit, Rect, Role, Scene, counted, svg as painted};
use makespan_views::{Look, Marks, graph, timeline};

use crate::error::ExportError;
use crate::options::{Options, Picture};

/// Width of a timeline, px.
const WIDTH: f32 = 1200.0;
/// Maximum number of rows of a timeline.
const MOST_ROWS: u32 = 2_000;
/// Maximum side of a graph, px; a larger one is scaled down.
const LARGEST: f32 = 8_000.0;

/// Draws a picture at its natural size.
pub(crate) fn svg(facts: &Facts, options: &Options, notes: &mut Vec<String>) -> Result<String, ExportError> {
    let critical = facts.critical_path().map(|p| p.on_path.clone()).unwrap_or_default();
    let look = Look { marks: Marks { critical, ..Marks::default() }, ..Look::default() };
    let scene = match options.picture {
        Picture::Graph => graph_scene(facts, &look, notes)?,
        Picture::Timeline => timeline_scene(facts, &look, notes)?,
    };
    Ok(painted(&on_ground(scene), &options.theme))
}

/// Returns the same picture with a background, for a file of its own.
fn on_ground(mut scene: Scene) -> Scene {
    let mut ground = Bars::default();
    ground.push(Rect::new(0.0, 0.0, scene.width, scene.height), Role::Surface, Hit::NONE);
    scene.items.insert(0, ground.into());
    scene
}

fn graph_scene(facts: &Facts, look: &Look, notes: &mut Vec<String>) -> Result<Scene, ExportError> {
    let run = facts.run();
    if run.task_count() == 0 {
        return Err(ExportError::NoPicture("tasks"));
    }
    let drawn = graph::drawn(facts, &graph::Graphing::default(), None);
    if let Some(words) = drawn.graph.grouped(run) {
        notes.push(words);
    }
    if drawn.graph.left_out > 0 {
        notes.push(format!("{} not shown in the graph", counted(drawn.graph.left_out, "task")));
    }
    let placed = &drawn.layout;
    let zoom = (LARGEST / placed.width.max(placed.height).max(1.0)).min(1.0);
    let (width, height) = (placed.width * zoom + 48.0, placed.height * zoom + 48.0);
    let frame = graph::Frame { width, height, camera: graph::fit(placed, width, height) };
    Ok(graph::scene(run, &drawn, look, &frame))
}

fn timeline_scene(facts: &Facts, look: &Look, notes: &mut Vec<String>) -> Result<Scene, ExportError> {
    let run = facts.run();
    let index = timeline::Index::still(run, MOST_ROWS);
    if index.row_count() == 0 {
        return Err(ExportError::NoPicture("attempts with times"));
    }
    let whole = timeline::Frame::whole(&index, WIDTH);
    let rows = index.row_count().min(MOST_ROWS);
    if rows < index.row_count() {
        let more: Cow<'_, str> = counted((index.row_count() - rows) as usize, "row").into();
        notes.push(format!("{more} not shown in the timeline"));
    }
    let frame = timeline::Frame { height: whole.top + rows as f32 * whole.row_height + 4.0, ..whole };
    Ok(timeline::scene(run, &index, look, &frame))
}
