//! Scenes on a canvas: the painter, and the pair of canvases that a view draws on.

mod canvas;
mod plot;
pub(crate) mod shown;
mod stage;
mod still;

pub(crate) use canvas::paint;
pub(crate) use plot::plotted;
pub(crate) use shown::AsScene;
pub(crate) use stage::{Draw, Gesture, MakeScene, Stage};
pub(crate) use still::{OnPoint, Picture, TipAt};
