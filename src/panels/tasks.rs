//! All tasks in rows.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_views::tasks::{self, Sort, SortKey};

use crate::state::actions::Action;
use crate::state::store::Store;
use crate::widgets::Grid;

/// The table.
#[component]
pub(crate) fn TasksPanel(store: Store, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    let order = Memo::new(move |_| {
        let Some(loaded) = store.run() else { return Vec::new() };
        let (filter, sort) = store.view.with(|v| (v.filter.clone(), v.sort));
        let mask = loaded.mask(&filter);
        let mask = (!mask.is_empty()).then_some(&mask[..]);
        tasks::order(&loaded.run, &loaded.facts.waiting().wait, mask, sort)
    });
    let count = Memo::new(move |_| order.with(Vec::len));
    let rows = move |range: std::ops::Range<usize>| {
        let Some(loaded) = store.run() else { return Default::default() };
        let look = store.look(&loaded);
        order.with(|o| tasks::table(&loaded.run, &loaded.facts.waiting().wait, o, range, &look))
    };
    let place = move || {
        let selected = store.selected.get_untracked()?;
        order.with_untracked(|o| o.iter().position(|t| *t == selected))
    };
    let sorted = Signal::derive(move || store.view.with(|v| Some((v.sort.key.name(), v.sort.descending))));
    let on_head = move |key: &str| {
        if let Some(key) = SortKey::ALL.into_iter().find(|k| k.name() == key) {
            store.change(|v| {
                let again = v.sort.key == key;
                v.sort = Sort {
                    key,
                    descending: if again {
                        !v.sort.descending
                    } else {
                        key != SortKey::Name && key != SortKey::Step && key != SortKey::Start
                    },
                };
            });
        }
    };
    let empty = move || count.get() == 0;
    view! {
        <div class="panel">
            <Show when=empty><p class="note empty">"No task passes the filter."</p></Show>
            <Grid name="table" title="All tasks" columns=tasks::columns() count=count rows=Rc::new(rows) selected=store.selected
                place=Rc::new(place) sorted=sorted on_head=Rc::new(on_head)
                on_task=Rc::new(move |t| store.dispatch(Action::Select(Some(t)))) painted=painted/>
        </div>
    }
}
