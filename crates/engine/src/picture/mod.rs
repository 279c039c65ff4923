//! The pictures: of each the scene, what lies on top of it, its table, and what a press on it does.

pub(crate) mod graph;
pub(crate) mod lines;
pub(crate) mod matrix;
pub(crate) mod over;
pub(crate) mod timeline;
pub(crate) mod union;

use std::ops::Range;

use makespan_scene::{Bars, Hit, Paint, Rect, Role, Scene, Stroke};
use makespan_views::compare::Part;
use makespan_views::{Table, View, ViewState};

use crate::answer::{Overlay, Picture, Turn};
use crate::question::{Pointer, Press, Size};
use crate::session::Session;

/// One of the pictures, of one state of the view.
pub(crate) trait Shown {
    /// The picture at a size.
    fn picture(&self, size: Size) -> Picture;
    /// What lies on top of it.
    fn overlay(&self, size: Size, pointer: &Pointer) -> Overlay;
    /// How many rows its table has.
    fn rows(&self) -> usize;
    /// Rows of its table; the range lies within them.
    fn table(&self, range: Range<usize>) -> Table;
    /// What the cells of the marked row of the table lead to.
    fn marked(&self) -> Option<u32>;
    /// What a press does.
    fn press(&self, size: Size, press: &Press, out: &mut Turn);
    /// Moves what is seen so that the selected task is in the picture.
    fn reveal(&self, size: Size, view: &mut ViewState);
}

/// The picture that a view shows; none for views that are read like a page, or without a run.
pub(crate) fn shown<'s>(session: &'s Session, view: &'s ViewState) -> Option<Box<dyn Shown + 's>> {
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

/// Marks a part of a picture that is being picked.
pub(crate) fn picked(scene: &mut Scene, rect: Rect) {
    let mut bars = Bars { outline: Some(Stroke::new(Role::Accent, 1.0)), ..Bars::default() };
    bars.push(rect, Paint::from(Role::Accent).with_alpha(40), Hit::NONE);
    scene.push(bars);
}
