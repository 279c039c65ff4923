//! The comparison of runs: its sides and its parts.

mod moving;
mod sides;

use std::rc::Rc;

use leptos::prelude::*;
use makespan_engine::Question;
use makespan_views::View;
use makespan_views::compare::Part;

use crate::asking::{PageView, TableView};
use crate::state::actions::{Action, Setting};
use crate::state::store::Store;

use moving::Moving;
use sides::SidesBar;

/// The view.
#[component]
pub(crate) fn ComparePanel(store: Store, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    let painted = StoredValue::new_local(painted);
    let runs = Memo::new(move |_| store.shell.with(|s| s.run_count));
    let part = Memo::new(move |_| store.view.with(|v| v.compare.part));
    let about = Memo::new(move |_| store.view.with(|v| v.without_places()));
    let tabs: Vec<_> = Part::ALL
        .into_iter()
        .map(|p| {
            let here = move || part.get() == p;
            view! {
                <button type="button" role="tab" class:on=here aria-selected=move || here().to_string() data-part=p.name()
                    on:click=move |_| store.dispatch(Action::Set(Setting::Part(p)))>{p.title()}</button>
            }
        })
        .collect();
    let tabs = StoredValue::new_local(Some(tabs));
    let body = move || {
        let painted = painted.get_value();
        match part.get() {
            Part::Summary | Part::Steps | Part::Parameters => {
                let question: Rc<dyn Fn(f32) -> Question> =
                    Rc::new(move |width| Question::Page { view: about.get(), width });
                view! { <div class="overview"><PageView store=store name="compare-page" question=question painted=painted/></div> }.into_any()
            }
            Part::Tasks => view! { <TableView store=store name="compare-tasks" painted=painted/> }.into_any(),
            part => view! { <Moving store=store part=part painted=painted/> }.into_any(),
        }
    };
    let alone = move || {
        painted.with_value(|p| p(0));
        view! {
            <div class="landing">
                <h2>"Open another run to compare with this one"</h2>
                <p class="note">"Drop it anywhere on this page, or choose its file. Runs of one workflow are matched task by task, renamed tasks included."</p>
                <div class="buttons">
                    <button type="button" class="main" on:click=move |_| store.dispatch(Action::Open)>"Open another run"</button>
                    <button type="button" on:click=move |_| store.dispatch(Action::Show(View::Overview))>"Back to this run"</button>
                </div>
            </div>
        }
    };
    view! {
        <div class="panel" data-testid="compare">
            <Show when=move || { runs.get() > 1 } fallback=alone>
                <SidesBar store=store/>
                <div class="tools tabs" role="tablist" aria-label="Parts of the comparison">{tabs.try_update_value(Option::take)}</div>
                {body}
            </Show>
        </div>
    }
}
