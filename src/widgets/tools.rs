//! The bar of controls of a view: one row, and the others on request.

use leptos::ev::FocusEvent;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::surface::observe;

/// A bar of controls is higher than this where they do not fit one row, px.
const ROW: f64 = 60.0;

/// A bar of controls. Where they do not fit one row, only that row is visible until the reader asks for the others or
/// the focus gets there.
#[component]
pub(crate) fn Tools(#[prop(into)] name: String, children: Children) -> impl IntoView {
    let holder = NodeRef::<Div>::new();
    let size = RwSignal::new((0.0, 0.0));
    observe(holder, size);
    let wraps = Memo::new(move |_| size.get().1 > ROW);
    let is_open = RwSignal::new(false);
    let focused = move |e: FocusEvent| {
        let target = e.target().and_then(|t| t.dyn_into::<HtmlElement>().ok());
        if target.is_some_and(|t| f64::from(t.offset_top()) > ROW / 2.0) {
            is_open.set(true);
        }
    };
    view! {
        <div class="tools-bar" class:open=move || is_open.get()>
            <div class="tools-rows">
                <div class="tools" role="toolbar" aria-label=name node_ref=holder on:focusin=focused>{children()}</div>
            </div>
            <Show when=move || wraps.get()>
                <button type="button" class="tools-more" aria-expanded=move || is_open.get().to_string()
                    title=move || if is_open.get() { "Show one row of controls" } else { "Show all controls" }
                    on:click=move |_| is_open.update(|open| *open = !*open)>{move || if is_open.get() { "Less" } else { "More" }}</button>
            </Show>
        </div>
    }
}
