//! The graph of tasks and dependencies.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_views::gesture::Movement;

use crate::asking::{ColouredBy, Legend, PictureView, Twin};
use crate::platform::dom;
use crate::state::actions::Action;
use crate::state::store::Store;
use crate::widgets::Zooming;

/// The view.
#[component]
pub(crate) fn GraphPanel(store: Store, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    let twin = Twin::new(store);
    let go = move |movement| store.dispatch(Action::Move(movement));
    let waits = Memo::new(move |_| twin.picture.with(Option::is_none));
    Effect::new(move |_| {
        if !waits.get() {
            dom::mark("makespan:laidout", &[]);
        }
    });
    view! {
        <div class="panel">
            <div class="tools" role="toolbar" aria-label="Graph">
                <ColouredBy store=store/>
                <Zooming by=move |by| go(Movement::ZoomMiddle(by)) fit=move || go(Movement::Fit)/>
                <button type="button" title="As a table (V)" class:on=move || store.view.with(|v| v.twin) on:click=move |_| store.dispatch(Action::Twin)>"As a table"</button>
                <span class="hovered">{move || twin.about()}</span>
                <Show when=move || waits.get() && !store.view.with(|v| v.twin)><span role="status">"Laying out…"</span></Show>
            </div>
            <Legend store=store twin=twin/>
            <PictureView store=store twin=twin name="graph" table="graph-twin" painted=painted/>
        </div>
    }
}
