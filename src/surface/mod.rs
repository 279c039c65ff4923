//! Scenes on a canvas: the painter, gestures, and still pictures.

mod canvas;
mod gestures;
mod plot;
pub(crate) mod shown;
mod size;
mod still;

pub(crate) use canvas::{context, paint, paint_moved};
pub(crate) use gestures::{Gesture, Gestures};
pub(crate) use plot::{Draw, plotted};
pub(crate) use size::observe;
pub(crate) use still::{OnPoint, Still, TipAt, bubble};
