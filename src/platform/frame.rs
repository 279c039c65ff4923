//! The only animation frame of the app, requested by everything that draws; nothing runs without a request.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

thread_local! {
    static WANTED: RefCell<Vec<Rc<dyn Fn()>>> = const { RefCell::new(Vec::new()) };
    static ASKED: Cell<bool> = const { Cell::new(false) };
    static TICK: RefCell<Option<Closure<dyn FnMut()>>> = const { RefCell::new(None) };
}

/// Draws in the next frame; if requested twice before it, `draw` runs once.
pub(crate) fn request(draw: &Rc<dyn Fn()>) {
    WANTED.with_borrow_mut(|wanted| {
        if !wanted.iter().any(|w| Rc::ptr_eq(w, draw)) {
            wanted.push(Rc::clone(draw));
        }
    });
    if ASKED.replace(true) {
        return;
    }
    TICK.with_borrow_mut(|tick| {
        let tick = tick.get_or_insert_with(|| {
            Closure::new(|| {
                ASKED.set(false);
                for draw in WANTED.take() {
                    draw();
                }
            })
        });
        if let Some(window) = web_sys::window() {
            let _ = window.request_animation_frame(tick.as_ref().unchecked_ref());
        }
    });
}
