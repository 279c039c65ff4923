//! Components that ask the engine and show its answers: pictures that move, tables of any length, pages. The panels are
//! built from these.

mod asked;
mod by;
mod heading;
mod lane_menu;
mod legend;
mod page;
mod rows;
mod scrollbar;
mod stage;

pub(crate) use asked::{Answered, asked};
pub(crate) use by::{ColouredBy, LanesBy};
pub(crate) use legend::Legend;
pub(crate) use page::{PageView, page_title};
pub(crate) use rows::TableView;
pub(crate) use stage::{PictureView, Twin};
