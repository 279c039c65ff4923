//! The contents of the selected area of the timeline, also while it is being drawn.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_engine::{Page, Question};
use makespan_views::gesture::Frame;

use crate::asking::PageView;
use crate::state::actions::{Action, Setting};
use crate::state::store::Store;

/// The drawer at the bottom of the timeline; empty while no area is selected.
#[component]
pub(crate) fn AreaDrawer(store: Store) -> impl IntoView {
    let is_open =
        Memo::new(move |_| store.state.with(|s| s.panels.picking.is_some() || s.view.filter.area.is_some()));
    // While an area is being drawn, the drawer is on top of the picture, which would otherwise change its size under
    // the pointer, and on the side where the pointer is not.
    let is_over = Memo::new(move |_| store.state.with(|s| s.panels.picking.is_some()));
    let is_high = Memo::new(move |_| {
        let last = store.state.with(|s| s.panels.picking.and_then(|a| a.rows)).map_or(0, |rows| rows.1);
        store.frame.with_value(|f| {
            matches!(f, Frame::Time { frame, .. } if frame.row_top(last.saturating_add(1)) > frame.height * 0.5)
        })
    });
    let asked = Memo::new(move |_| store.state.with(|s| (s.view.without_places(), s.panels.picking)));
    let question: Rc<dyn Fn(f32) -> Question> = Rc::new(move |_| {
        let (view, drawn) = asked.get();
        Question::Area { view, drawn }
    });
    let head: Rc<dyn Fn(&Page) -> AnyView> = Rc::new(move |page| {
        let clear = move |_| {
            let filter = store.view.with_untracked(|v| v.filter.without_area());
            store.dispatch(Action::Set(Setting::Filter(filter)));
        };
        view! {
            <header>
                <h2>{page.title.clone()}</h2>
                <button type="button" title=store.hint("Zoom to the area", "F") on:click=move |_| store.dispatch(Action::FocusArea)>"Zoom"</button>
                <button type="button" aria-label="Clear the area" title=store.hint("Clear the area", "Esc") on:click=clear>"✗"</button>
            </header>
        }
        .into_any()
    });
    let question = StoredValue::new_local(question);
    let head = StoredValue::new_local(head);
    view! {
        <Show when=move || is_open.get()>
            <aside class="drawer" class:over=move || is_over.get() class:high=move || is_over.get() && is_high.get() aria-label="Selected area" tabindex="0">
                <PageView store=store name="area" question=question.get_value() painted=Rc::new(|_| {}) head=head.get_value()/>
            </aside>
        </Show>
    }
}
