//! Scenes on a canvas: the painter, and the pair of canvases that a view draws on.

mod canvas;
mod stage;

pub(crate) use canvas::paint;
pub(crate) use stage::{Draw, Gesture, MakeScene, Picture, Stage};
