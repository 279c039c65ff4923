//! The panel of the selected task.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_engine::{Page, Question};
use makespan_scene::visible;

use crate::asking::PageView;
use crate::state::actions::Action;
use crate::state::store::Store;
use crate::widgets::Badge;

/// Everything known of the selected task.
#[component]
pub(crate) fn Details(store: Store) -> impl IntoView {
    let about = Memo::new(move |_| store.view.with(|v| v.without_places()));
    let question: Rc<dyn Fn(f32) -> Question> = Rc::new(move |_| Question::Details { view: about.get() });
    let head: Rc<dyn Fn(&Page) -> AnyView> = Rc::new(move |page| {
        let badge = page.status.clone().map(|(role, word)| view! { <p><Badge role=role word=word/></p> });
        view! {
            <header>
                <h2><bdi>{visible(&page.title).into_owned()}</bdi></h2>
                <button type="button" title=store.hint("Zoom to the selection", "F") on:click=move |_| store.dispatch(Action::Focus)>"Show"</button>
                <button type="button" aria-label="Close details" title=store.hint("Close", "Esc") on:click=move |_| store.dispatch(Action::Select(None))>"✗"</button>
            </header>
            {badge}
        }
        .into_any()
    });
    view! {
        <aside class="details" aria-label="Details of the selected task" data-testid="details">
            <PageView store=store name="details-page" question=question painted=Rc::new(|_| {}) head=head/>
        </aside>
    }
}
