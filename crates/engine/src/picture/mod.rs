//! The pictures: for each the scene, the overlay, the table, and the effect of a click.

mod drawable;
pub(crate) mod graph;
pub(crate) mod lanes;
pub(crate) mod lines;
pub(crate) mod matrix;
pub(crate) mod over;
pub(crate) mod timeline;
pub(crate) mod union;

use makespan_scene::Scene;
use makespan_views::compare::Part;
use makespan_views::{View, ViewState};

use crate::question::Size;
use crate::session::Session;
pub(crate) use drawable::Drawable;

/// Returns the picture of a view; `None` for pages, or without a run.
pub(crate) fn shown<'s>(session: &'s Session, view: &'s ViewState) -> Option<Box<dyn Drawable + 's>> {
    Some(match (view.view, view.compare.part) {
        (View::Timeline, _) => Box::new(timeline::Timeline::new(session, view)?),
        (View::Graph, _) => Box::new(graph::GraphOf::new(session, view)?),
        (View::Heatmap, _) => Box::new(matrix::MatrixOf::new(session, view)?),
        (View::Compare, Part::Graph) => Box::new(union::Union::new(session, view)?),
        (View::Compare, Part::Timeline) => Box::new(over::Over::new(session, view)?),
        (View::Compare, Part::Statistics) => Box::new(lines::Statistics::new(session, view)?),
        (View::Compare, Part::Trend) => Box::new(lines::Trend::new(session, view)?),
        _ => return None,
    })
}

/// Draws the small map of a view.
pub(crate) fn map(session: &Session, view: &ViewState, size: Size) -> Option<Scene> {
    match view.view {
        View::Graph => graph::map(session, view, size),
        _ => timeline::map(session, view, size),
    }
}
