//! The current picture of the page, for copying and saving.

use std::cell::RefCell;

use makespan_scene::{Role, Theme};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::platform::{dom, export};

struct Offered {
    name: &'static str,
    canvas: HtmlCanvasElement,
}

thread_local! {
    static OFFERED: RefCell<Option<Offered>> = const { RefCell::new(None) };
}

/// Sets the current picture: the newest main picture is the one that is copied or saved.
pub(crate) fn offer(name: &'static str, canvas: &HtmlCanvasElement) {
    OFFERED.with_borrow_mut(|offered| {
        if offered.as_ref().is_none_or(|s| s.canvas != *canvas) {
            *offered = Some(Offered { name, canvas: canvas.clone() });
        }
    });
}

/// Copies the picture to the clipboard as it is on the screen; `false` if there is none.
pub(crate) fn copy(theme: &Theme, said: impl Fn(&str) + Clone + 'static) -> bool {
    let made = OFFERED.with_borrow(|offered| {
        let offered = offered.as_ref().filter(|s| s.canvas.is_connected())?;
        Some((format!("makespan-{}", offered.name), grounded(&offered.canvas, theme)?))
    });
    let Some((name, canvas)) = made else { return false };
    export::copy_picture(&canvas, &name, said);
    true
}

/// Returns a copy of the canvas on the theme's background, because canvases are transparent.
fn grounded(canvas: &HtmlCanvasElement, theme: &Theme) -> Option<HtmlCanvasElement> {
    let copy: HtmlCanvasElement = dom::document()?.create_element("canvas").ok()?.dyn_into().ok()?;
    copy.set_width(canvas.width());
    copy.set_height(canvas.height());
    let context: CanvasRenderingContext2d = copy.get_context("2d").ok()??.dyn_into().ok()?;
    context.set_fill_style_str(&theme.colour(Role::Surface).hex());
    context.fill_rect(0.0, 0.0, f64::from(copy.width()), f64::from(copy.height()));
    context.draw_image_with_html_canvas_element(canvas, 0.0, 0.0).ok()?;
    Some(copy)
}
