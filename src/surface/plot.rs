//! Draws charts of plotters on a canvas of the page, with plotters' canvas backend.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_scene::Theme;
use makespan_views::chart::{self, Plot};
use plotters::prelude::IntoDrawingArea;
use plotters_canvas::CanvasBackend;
use web_sys::HtmlCanvasElement;

use crate::platform::dom;

/// Draws on a canvas of a size, px, without a scene.
pub(crate) type Draw = Rc<dyn Fn(&HtmlCanvasElement, f64, f64)>;

/// Draws a chart; calls `failed` if the canvas refuses.
pub(crate) fn plotted(plot: Rc<Plot>, theme: Memo<usize>, failed: Rc<dyn Fn()>) -> Draw {
    Rc::new(move |canvas, _, _| {
        let Some(theme) = theme.try_get_untracked().map(|t| Theme::all()[t].clone()) else { return };
        let Some(backend) = CanvasBackend::with_canvas_object(canvas.clone()) else { return };
        let area = backend.into_drawing_area();
        // The backend counts device pixels; the context must not scale them again.
        if let Some(context) = canvas.get_context("2d").ok().flatten() {
            let context: web_sys::CanvasRenderingContext2d = wasm_bindgen::JsCast::unchecked_into(context);
            let _ = context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
        }
        if chart::draw(&plot, &area, &|role| theme.colour(role), dom::pixel_ratio()).is_err() {
            failed();
        }
    })
}
