//! The meaning of a picture's colours: a legend whose entries filter.

use leptos::prelude::*;
use makespan_scene::visible;

use super::stage::Twin;
use crate::state::actions::{Action, Setting};
use crate::state::store::Store;

/// The colours of the picture, each a button that filters by its meaning.
#[component]
pub(crate) fn Legend(store: Store, twin: Twin) -> impl IntoView {
    let entries =
        Memo::new(move |_| twin.picture.with(|p| p.as_ref().map_or_else(Vec::new, |p| p.colours.clone())));
    let shown = move || !entries.with(Vec::is_empty);
    let buttons = move || {
        let entry = |c: makespan_views::Coloured| {
            let name = visible(&c.name).into_owned();
            let swatch = format!("swatch role-{}", c.role.name());
            if c.query.is_empty() {
                return view! { <span class="legend-entry"><i class=swatch aria-hidden="true"></i><bdi>{name}</bdi></span> }.into_any();
            }
            let text = c.query.clone();
            let on = {
                let text = text.clone();
                move || store.view.with(|v| v.filter.text == text)
            };
            let is_on = on.clone();
            let press = move |_| {
                let text = if is_on() { String::new() } else { text.clone() };
                let filter = store.view.with_untracked(|v| v.filter.with_text(text));
                store.dispatch(Action::Set(Setting::Filter(filter)));
            };
            let pressed = on.clone();
            view! { <button type="button" class="legend-entry" class:on=on aria-pressed=move || pressed().to_string() title=c.query on:click=press><i class=swatch aria-hidden="true"></i><bdi>{name}</bdi></button> }.into_any()
        };
        entries.get().into_iter().map(entry).collect::<Vec<_>>()
    };
    view! { <Show when=shown><div class="legend" role="group" aria-label="Colours">{buttons}</div></Show> }
}
