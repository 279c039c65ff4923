//! All tasks of both runs with both durations.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_views::Table;
use makespan_views::compare::tasks::{self, Sort, SortKey};

use super::{Told, choose, chosen};
use crate::widgets::Grid;

/// The table.
#[component]
pub(super) fn TasksTable(told: Told) -> impl IntoView {
    let Told { store, painted } = told;
    let order = Memo::new(move |_| {
        let Some(versus) = store.versus() else { return Vec::new() };
        let (filter, sort) = store.view.with(|v| (v.filter.clone(), v.compare.sort));
        let mask = versus.mask(&filter);
        tasks::order(&versus.pair(), versus.contribution(), mask.as_deref(), sort)
    });
    let count = Memo::new(move |_| order.with(Vec::len));
    let rows = move |range: std::ops::Range<usize>| {
        let Some(versus) = store.versus() else { return Table::default() };
        order.with(|o| tasks::table(&versus.pair(), versus.contribution(), o, range))
    };
    let selected = chosen(store);
    let place = move || {
        let row = selected.get_untracked()?;
        order.with_untracked(|o| o.iter().position(|r| *r == row))
    };
    let sorted = Signal::derive(move || {
        store.view.with(|v| Some((v.compare.sort.key.name(), v.compare.sort.descending)))
    });
    let on_head = move |key: &str| {
        if let Some(key) = SortKey::ALL.into_iter().find(|k| k.name() == key) {
            store.change(|v| {
                let sort = v.compare.sort;
                let descending = if sort.key == key {
                    !sort.descending
                } else {
                    key.column().align == makespan_views::Align::Right
                };
                v.compare.sort = Sort { key, descending };
            });
        }
    };
    view! {
        <Grid name="compare-tasks" title="Tasks of both runs" columns=tasks::columns() count=count rows=Rc::new(rows) selected=selected
            place=Rc::new(place) sorted=sorted on_head=Rc::new(on_head)
            on_task=Rc::new(move |row| choose(store, Some(row))) painted=painted/>
    }
}
