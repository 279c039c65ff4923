//! A sheet over the page that keeps the keyboard focus until it is closed, and then returns it.

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use crate::platform::dom;

/// Elements that can be focused within a sheet.
const FOCUSABLE: &str =
    "button:not([disabled]), input, select, textarea, summary, a[href], [tabindex]:not([tabindex='-1'])";

/// The sheet. The element with `autofocus` is focused, otherwise the first focusable one; Esc and a click beside the
/// sheet close it.
#[component]
pub(crate) fn Dialog(
    label: &'static str,
    #[prop(default = "sheet")] class: &'static str,
    close: impl Fn() + Copy + 'static,
    children: Children,
) -> impl IntoView {
    let page = NodeRef::<Div>::new();
    let before = StoredValue::new_local(dom::focused());
    let inside = move || -> Vec<HtmlElement> {
        let all = page.get_untracked().map_or_else(Vec::new, |page| dom::within(&page, FOCUSABLE));
        // Elements in a closed part are not displayed and cannot be focused.
        all.into_iter().filter(|e| e.offset_parent().is_some()).collect()
    };
    Effect::new(move |_| {
        let Some(page) = page.get() else { return };
        let chosen = page.query_selector("[autofocus]").ok().flatten().and_then(|e| e.dyn_into().ok());
        if let Some(first) = chosen.or_else(|| inside().into_iter().next()) {
            let _ = HtmlElement::focus(&first);
        }
    });
    on_cleanup(move || {
        // The previously focused element may be gone; then the page decides.
        if let Some(element) = before.try_update_value(Option::take).flatten().filter(|e| e.is_connected()) {
            let _ = element.focus();
        }
    });
    let keys = move |e: KeyboardEvent| match e.key().as_str() {
        "Escape" => {
            e.prevent_default();
            e.stop_propagation();
            close();
        }
        "Tab" => {
            let all = inside();
            let (Some(first), Some(last)) = (all.first(), all.last()) else { return };
            let here = dom::focused();
            let (end, next) = if e.shift_key() { (first, last) } else { (last, first) };
            if here.as_ref() == Some(end) || here.is_none_or(|h| !all.contains(&h)) {
                e.prevent_default();
                let _ = next.focus();
            }
        }
        _ => {}
    };
    let beside = move |e: leptos::ev::PointerEvent| {
        if e.target() == e.current_target() {
            e.prevent_default();
            close();
        }
    };
    view! {
        <div class=class on:keydown=keys on:pointerdown=beside>
            <div class="sheet-page" role="dialog" aria-modal="true" aria-label=label node_ref=page>{children()}</div>
        </div>
    }
}
