//! Runs beside each other: which ones, and the parts of the comparison.

mod graph;
mod many;
mod page;
mod sides;
mod tasks;
mod timeline;

use std::rc::Rc;

use leptos::prelude::*;
use makespan_views::View;
use makespan_views::compare::Part;

use crate::state::actions::Action;
use crate::state::store::Store;

use graph::UnionGraph;
use many::{Statistics, Trend};
use page::Page;
use sides::SidesBar;
use tasks::TasksTable;
use timeline::Over;

/// What a part of the comparison is told: the store, and who hears of what was drawn.
#[derive(Clone)]
struct Told {
    store: Store,
    painted: Rc<dyn Fn(usize)>,
}

/// A row of the comparison was chosen: its task in B, or in A where B has none.
fn choose(store: Store, row: Option<u32>) {
    let task = row.and_then(|r| untrack(|| store.versus())?.task_of(r));
    match task {
        Some((run, task)) => store.dispatch(Action::SelectIn(run, task.0)),
        None => store.dispatch(Action::Select(None)),
    }
}

/// The row of the selected task.
fn chosen(store: Store) -> Memo<Option<u32>> {
    Memo::new(move |_| {
        let run = store.view.with(|v| v.run);
        store.versus()?.row_of(run, store.selected.get()?)
    })
}

/// The view.
#[component]
pub(crate) fn ComparePanel(store: Store, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    let told = StoredValue::new_local(Told { store, painted });
    let runs = Memo::new(move |_| store.session.with(|s| s.runs.len()));
    let part = Memo::new(move |_| store.view.with(|v| v.compare.part));
    let tabs: Vec<_> = Part::ALL
        .into_iter()
        .map(|p| {
            let here = move || part.get() == p;
            view! {
                <button type="button" role="tab" class:on=here aria-selected=move || here().to_string() data-part=p.name()
                    on:click=move |_| store.change(|v| (v.compare.part, v.compare.scroll) = (p, 0))>{p.title()}</button>
            }
        })
        .collect();
    let tabs = StoredValue::new_local(Some(tabs));
    let body = move || {
        let told = told.get_value();
        match part.get() {
            Part::Summary | Part::Steps | Part::Parameters => {
                view! { <Page told=told part=part.get()/> }.into_any()
            }
            Part::Tasks => view! { <TasksTable told=told/> }.into_any(),
            Part::Graph => view! { <UnionGraph told=told/> }.into_any(),
            Part::Timeline => view! { <Over told=told/> }.into_any(),
            Part::Statistics => view! { <Statistics told=told/> }.into_any(),
            Part::Trend => view! { <Trend told=told/> }.into_any(),
        }
    };
    let alone = move || {
        told.with_value(|t| (t.painted)(0));
        view! {
            <div class="landing">
                <h2>"One run is open. Open another one to compare it with."</h2>
                <p class="note">"Drop it anywhere on this page, or choose its file; runs of one workflow are matched task by task, also where tasks were renamed."</p>
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
