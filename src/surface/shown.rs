//! The picture that stands on the page, for whoever wants to take it along.

use std::cell::RefCell;
use std::rc::Rc;

use makespan_scene::{Role, Scene, Theme, svg};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::platform::{dom, export};

/// Makes the scene of what a canvas shows.
pub(crate) type AsScene = Rc<dyn Fn() -> Scene>;

struct Offered {
    name: &'static str,
    canvas: HtmlCanvasElement,
    scene: AsScene,
}

thread_local! {
    static OFFERED: RefCell<Option<Offered>> = const { RefCell::new(None) };
}

/// Says what the page shows now: the newest main picture is the one that is taken along.
pub(crate) fn offer(name: &'static str, canvas: &HtmlCanvasElement, scene: &AsScene) {
    OFFERED.with_borrow_mut(|shown| {
        if shown.as_ref().is_none_or(|s| s.canvas != *canvas || !Rc::ptr_eq(&s.scene, scene)) {
            *shown = Some(Offered { name, canvas: canvas.clone(), scene: Rc::clone(scene) });
        }
    });
}

/// The picture as SVG with real text, in the colours of a theme, as a file; `false` where no picture stands.
pub(crate) fn save(theme: &Theme) -> bool {
    let made = OFFERED.with_borrow(|shown| {
        let shown = shown.as_ref().filter(|s| s.canvas.is_connected())?;
        let mut scene = (shown.scene)();
        // A picture by itself needs a ground of its own.
        let mut ground = makespan_scene::Bars::default();
        let all = makespan_scene::Rect::new(0.0, 0.0, scene.width, scene.height);
        ground.push(all, Role::Surface, makespan_scene::Hit::NONE);
        scene.items.insert(0, ground.into());
        Some((format!("makespan-{}.svg", shown.name), svg(&scene, theme)))
    });
    made.is_some_and(|(name, text)| export::save(&name, "image/svg+xml", &text).is_ok())
}

/// The picture on the clipboard, as it is on the screen; `false` where no picture stands.
pub(crate) fn copy(theme: &Theme, said: impl Fn(&str) + Clone + 'static) -> bool {
    let made = OFFERED.with_borrow(|shown| {
        let shown = shown.as_ref().filter(|s| s.canvas.is_connected())?;
        Some((format!("makespan-{}", shown.name), grounded(&shown.canvas, theme)?))
    });
    let Some((name, canvas)) = made else { return false };
    export::copy_picture(&canvas, &name, said);
    true
}

/// A copy of the canvas over the theme's ground, since canvases are transparent.
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
