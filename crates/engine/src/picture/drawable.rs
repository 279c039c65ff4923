//! The interface of all pictures.

use std::ops::Range;

use makespan_scene::{Bars, Hit, Paint, Rect, Role, Scene, Stroke};
use makespan_views::{Table, ViewState};

use crate::answer::{Overlay, Picture, Turn};
use crate::question::{Pointer, Press, Size};

/// A picture of one state of the view.
pub(crate) trait Drawable {
    /// Draws the picture at a size.
    fn picture(&self, size: Size) -> Picture;
    /// Draws its overlay.
    fn overlay(&self, size: Size, pointer: &Pointer) -> Overlay;
    /// Returns the number of rows of its table.
    fn rows(&self) -> usize;
    /// Returns rows of its table; the range is valid.
    fn table(&self, range: Range<usize>) -> Table;
    /// Returns the link of the marked row's cells.
    fn marked(&self) -> Option<u32>;
    /// Applies a click.
    fn press(&self, size: Size, press: &Press, out: &mut Turn);
    /// Moves the visible part so that the selected task is in the picture.
    fn reveal(&self, size: Size, view: &mut ViewState);
    /// Zooms to the selected task; if it is already shown that way, shows everything.
    fn fit(&self, size: Size, view: &mut ViewState) {
        self.reveal(size, view);
    }
}

/// Marks the part of a picture that is being selected.
pub(crate) fn picked(scene: &mut Scene, rect: Rect) {
    let mut bars = Bars { outline: Some(Stroke::new(Role::Accent, 1.0)), ..Bars::default() };
    bars.push(rect, Paint::from(Role::Accent).with_alpha(40), Hit::NONE);
    scene.push(bars);
}
