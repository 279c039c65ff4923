//! What every picture of the engine can do.

use std::ops::Range;

use makespan_scene::{Bars, Hit, Paint, Rect, Role, Scene, Stroke};
use makespan_views::{Table, ViewState};

use crate::answer::{Overlay, Picture, Turn};
use crate::question::{Pointer, Press, Size};

/// One of the pictures, of one state of the view.
pub(crate) trait Drawable {
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
    /// Shows the selected task as large as the picture allows; where it is already, everything.
    fn fit(&self, size: Size, view: &mut ViewState) {
        self.reveal(size, view);
    }
}

/// Marks a part of a picture that is being picked.
pub(crate) fn picked(scene: &mut Scene, rect: Rect) {
    let mut bars = Bars { outline: Some(Stroke::new(Role::Accent, 1.0)), ..Bars::default() };
    bars.push(rect, Paint::from(Role::Accent).with_alpha(40), Hit::NONE);
    scene.push(bars);
}
