//! The size of an element on the screen.

use std::rc::Rc;

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::ResizeObserver;

use crate::platform::frame;

/// Keeps `size` equal to the width and height of an element, px, while its component lives.
pub(crate) fn observe(element: NodeRef<Div>, size: RwSignal<(f64, f64)>) {
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let measured = element.clone();
        // Setting the size within the observer's callback would trigger it again, so it is set in the next frame.
        let measure: Rc<dyn Fn()> = Rc::new(move || {
            let now = (f64::from(measured.client_width()), f64::from(measured.client_height()));
            if size.try_get_untracked().is_some_and(|before| before != now) {
                size.set(now);
            }
        });
        let changed: Closure<dyn FnMut()> = Closure::new(move || frame::request(&measure));
        if let Ok(observer) = ResizeObserver::new(changed.as_ref().unchecked_ref()) {
            observer.observe(&element);
            // The listener must live as long as the observer.
            let kept = StoredValue::new_local(Some((observer, changed)));
            on_cleanup(move || {
                if let Some((observer, _)) = kept.try_update_value(Option::take).flatten() {
                    observer.disconnect();
                }
            });
        }
    });
}
