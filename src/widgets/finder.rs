//! A text box over a list of what it finds, with the keys of a combobox (ARIA Authoring Practices, "Combobox").

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use makespan_scene::counted;

use crate::platform::dom;

/// The box and its list. Each item has a title and a remark; `take` is called with the index of the chosen one.
#[component]
pub(crate) fn Finder(
    label: &'static str,
    placeholder: &'static str,
    text: RwSignal<String>,
    items: Signal<Vec<(String, String)>>,
    take: impl Fn(usize) + Copy + Send + 'static,
) -> impl IntoView {
    let at = RwSignal::new(0usize);
    Effect::new(move |_| {
        items.track();
        at.set(0);
    });
    let go = move |to: usize| {
        at.set(to);
        dom::bring_into_view(&format!("makespan-found-{to}"));
    };
    let keys = move |e: KeyboardEvent| {
        let (count, now) = (items.with_untracked(Vec::len), at.get_untracked());
        match e.key().as_str() {
            "ArrowDown" if count > 0 => go((now + 1) % count),
            "ArrowUp" if count > 0 => go((now + count - 1) % count),
            "Enter" if count > 0 => take(now),
            _ => return,
        }
        e.prevent_default();
        e.stop_propagation();
    };
    let options = move || {
        let option = |(i, (title, about)): (usize, (String, String))| {
            let on = move || at.get() == i;
            let press = move |e: PointerEvent| {
                e.prevent_default();
                take(i);
            };
            view! { <li role="option" id=format!("makespan-found-{i}") class:on=on aria-selected=move || on().to_string() on:pointerdown=press><b><bdi>{title}</bdi></b><span>{about}</span></li> }
        };
        items.get().into_iter().enumerate().map(option).collect::<Vec<_>>()
    };
    let active = move || items.with(|all| !all.is_empty()).then(|| format!("makespan-found-{}", at.get()));
    view! {
        <input type="text" class="filter" autofocus role="combobox" aria-expanded="true" aria-controls="makespan-found" aria-autocomplete="list"
            aria-label=label autocomplete="off" spellcheck="false" placeholder=placeholder aria-activedescendant=active
            on:input=move |e| text.set(event_target_value(&e)) on:keydown=keys/>
        <ul id="makespan-found" class="found" role="listbox" aria-label="Results">{options}</ul>
        <p class="hidden" role="status">{move || counted(items.with(Vec::len), "result")}</p>
    }
}
