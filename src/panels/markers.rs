//! The markers of the run: a list to jump to, and the note of the chosen one.

use leptos::ev::KeyboardEvent;
use leptos::html::Input;
use leptos::prelude::*;
use makespan_views::LONGEST_NOTE;

use crate::state::actions::Action;
use crate::state::markers::MarkerAct;
use crate::state::store::Store;

/// Distance by which a button moves a marker, px of the picture.
const NUDGE: f64 = 4.0;

/// The list below the timeline; empty while the run has no markers.
#[component]
pub(crate) fn MarkerBar(store: Store) -> impl IntoView {
    let has_any = Memo::new(move |_| store.view.with(|v| v.markers.has(v.run)));
    let open = Memo::new(move |_| {
        store.state.with(|s| {
            let of_run = |place: &usize| s.view.markers.get(*place).is_some_and(|m| m.run == s.view.run);
            s.panels.marker.filter(of_run)
        })
    });
    let act = move |what| store.dispatch(Action::Marker(what));
    let chips = move || {
        let all = store.shell.with(|s| s.markers.clone());
        all.into_iter()
            .map(|(place, when, note)| {
                let is_open = move || open.get() == Some(place);
                view! {
                    <li>
                        <button type="button" class="chip plain" class:on=is_open aria-pressed=move || is_open().to_string()
                            title=store.hint("Show this marker", "K") on:click=move |_| act(MarkerAct::Open(place))>
                            <span class="when">{when}</span><bdi>{note}</bdi>
                        </button>
                    </li>
                }
            })
            .collect::<Vec<_>>()
    };
    view! {
        <Show when=move || has_any.get()>
            <section class="markers" aria-label="Markers" data-testid="markers">
                <h2>"Markers"</h2>
                <ul>{chips}</ul>
                {move || open.get().map(|place| view! { <MarkerNote store=store place=place/> })}
            </section>
        </Show>
    }
}

/// The note of a marker, and its buttons.
#[component]
fn MarkerNote(store: Store, place: usize) -> impl IntoView {
    let field = NodeRef::<Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let act = move |what| store.dispatch(Action::Marker(what));
    let note = move || store.view.with(|v| v.markers.get(place).map_or_else(String::new, |m| m.note.clone()));
    let keys = move |e: KeyboardEvent| {
        if matches!(e.key().as_str(), "Enter" | "Escape") {
            e.prevent_default();
            e.stop_propagation();
            act(MarkerAct::Close);
        }
    };
    view! {
        <div class="marker-note">
            <input type="text" node_ref=field aria-label="Note of the marker" placeholder="Note" maxlength=LONGEST_NOTE.to_string()
                autocomplete="off" prop:value=note on:input=move |e| act(MarkerAct::Write(place, event_target_value(&e))) on:keydown=keys/>
            <button type="button" aria-label="Move the marker earlier" title="Move the marker earlier" on:click=move |_| act(MarkerAct::Nudge(place, -NUDGE))>"←"</button>
            <button type="button" aria-label="Move the marker later" title="Move the marker later" on:click=move |_| act(MarkerAct::Nudge(place, NUDGE))>"→"</button>
            <button type="button" title=store.hint("Remove the marker", "Del") on:click=move |_| act(MarkerAct::Remove(Some(place)))>"Remove"</button>
            <button type="button" title=store.hint("Close the note", "Esc") on:click=move |_| act(MarkerAct::Close)>"Close"</button>
        </div>
    }
}
