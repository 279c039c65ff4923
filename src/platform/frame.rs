//! The one animation frame of the app. Whoever has something to draw asks for it; nothing runs while nobody asks.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

thread_local! {
    static WANTED: RefCell<Vec<Rc<dyn Fn()>>> = const { RefCell::new(Vec::new()) };
    static ASKED: Cell<bool> = const { Cell::new(false) };
    static TICK: RefCell<Option<Closure<dyn FnMut()>>> = const { RefCell::new(None) };
}

/// Draws in the next frame; asked for twice before it, `draw` runs once.
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

/// Lets the browser do what waits: a promise for the next turn of its loop. By a message to oneself, since timers that
/// follow each other are held back by some milliseconds each.
pub(crate) async fn breathe() {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let Ok(channel) = web_sys::MessageChannel::new() else {
            let _ = resolve.call0(&wasm_bindgen::JsValue::NULL);
            return;
        };
        channel.port1().set_onmessage(Some(&resolve));
        let _ = channel.port2().post_message(&wasm_bindgen::JsValue::NULL);
    });
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}
