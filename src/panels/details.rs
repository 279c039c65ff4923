//! The panel of the selected task.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_model::TaskId;
use makespan_scene::visible;
use makespan_views::details::details;
use makespan_views::status_role;

use crate::state::actions::Action;
use crate::state::store::Store;
use crate::widgets::{Badge, OnTask, SectionView};

/// Everything known of the selected task.
#[component]
pub(crate) fn Details(store: Store) -> impl IntoView {
    let body = move || {
        let (loaded, task) = (store.run()?, store.selected.get()?);
        let id = TaskId(task);
        let look = store.look(&loaded);
        let status = loaded.run.tasks.status[id.index()];
        let on_task: OnTask = Rc::new(move |t| store.dispatch(Action::Select(Some(t))));
        let name: String = loaded.run.task_name(id).chars().take(300).collect();
        let sections: Vec<_> = details(&loaded.facts, id, &look)
            .into_iter()
            .map(|section| {
                let folded = matches!(&*section.id, "record" | "labels");
                view! { <SectionView section=section theme=store.theme on_task=Rc::clone(&on_task) on_hit=Rc::new(|_| {}) redraw=None chart=None folded=folded/> }
            })
            .collect();
        Some(view! {
            <header>
                <h2><bdi>{visible(&name).into_owned()}</bdi></h2>
                <button type="button" title="Show it in the view (F)" on:click=move |_| store.dispatch(Action::Focus)>"Show"</button>
                <button type="button" aria-label="Close details" title="Close (Esc)" on:click=move |_| store.dispatch(Action::Select(None))>"✗"</button>
            </header>
            <p><Badge role=status_role(status) word=status.name()/></p>
            {sections}
        })
    };
    view! { <aside class="details" aria-label="Details of the selected task" data-testid="details">{body}</aside> }
}
