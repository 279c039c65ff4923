//! A table of any number of rows: only visible rows are requested and in the document.

use std::rc::Rc;

use leptos::html::Div;
use leptos::prelude::*;
use makespan_engine::{Answer, Question, Rows};
use makespan_views::{Align, Cell, Column, View};

use super::asked;
use crate::state::actions::{Action, Setting};
use crate::state::store::Store;
use crate::widgets::{CellView, OnTask};

/// Height of a row, px; must match the style sheet.
const ROW: f64 = 28.0;
/// Browsers limit the height of an element to about 17 million px; beyond this many px, the scroll position is scaled.
const TALLEST: f64 = 8_000_000.0;
/// Number of rows above and below the visible ones that are requested with them.
const MARGIN: usize = 20;

/// The table of the current view. Its columns can be sorted if the view supports it.
#[component]
pub(crate) fn TableView(store: Store, name: &'static str, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    let holder = NodeRef::<Div>::new();
    let (top, height) = (RwSignal::new(0.0f64), RwSignal::new(600.0f64));
    let count = RwSignal::new(0usize);
    let stretch = Memo::new(move |_| (count.get() as f64 * ROW / TALLEST).max(1.0));
    let range = Memo::new(move |_| {
        let first = (top.get() * stretch.get() / ROW).floor() as usize;
        first.saturating_sub(MARGIN)..first + (height.get() / ROW).ceil() as usize + MARGIN
    });
    let rows = asked(
        store,
        move || Some(Question::Rows { view: store.view.get(), range: range.get() }),
        |answer| if let Answer::Rows(rows) = answer { Some(rows) } else { None },
    );
    let seen = move || {
        if let Some(h) = holder.get_untracked() {
            top.set(f64::from(h.scroll_top()));
            height.set(f64::from(h.client_height()).max(ROW));
        }
    };
    Effect::new(move |_| {
        if holder.get().is_some() {
            seen();
        }
    });
    Effect::new(move |_| {
        if let Some(rows) = rows.get() {
            count.set(rows.count);
        }
    });
    // Scrolls to the marked row when it changes.
    Effect::new(move |before: Option<Option<u32>>| {
        let (now, place) = rows.with(|r| r.as_ref().map_or((None, None), |r| (r.marked, r.place)));
        if before.is_some_and(|b| b != now)
            && let (Some(h), Some(at)) = (holder.get_untracked(), place)
        {
            let y = at as f64 * ROW / stretch.get_untracked();
            let (from, room) = (f64::from(h.scroll_top()), f64::from(h.client_height()) - 2.0 * ROW);
            if y < from || y > from + room {
                h.set_scroll_top((y - room / 2.0).max(0.0) as i32);
            }
        }
        now
    });
    let columns =
        Memo::new(move |_| rows.with(|r| r.as_ref().map_or_else(Vec::new, |r| r.table.columns.clone())));
    let sorted = Memo::new(move |_| {
        store.view.with(|v| match v.view {
            View::Table => Some((v.sort.key.name(), v.sort.descending)),
            View::Compare if !v.twin => Some((v.compare.sort.key.name(), v.compare.sort.descending)),
            _ => None,
        })
    });
    let head = move || columns.get().into_iter().map(|c| heading(store, sorted, c)).collect::<Vec<_>>();
    let on_task: OnTask = Rc::new(move |row| store.dispatch(Action::Select(Some(row))));
    let calls = StoredValue::new_local((painted, on_task));
    let body = move || {
        let answer = rows.get()?;
        let (painted, on_task) = calls.get_value();
        painted(answer.table.rows.len());
        let width = answer.table.columns.len().to_string();
        let stretch = stretch.get();
        let above = answer.first as f64 * ROW / stretch;
        let below = answer.count.saturating_sub(answer.range().end) as f64 * ROW / stretch;
        let shown = lines(&answer, &on_task);
        Some(view! {
            <tr class="spacer" aria-hidden="true" style:height=format!("{above}px")><td colspan=width.clone()></td></tr>
            {shown}
            <tr class="spacer" aria-hidden="true" style:height=format!("{below}px")><td colspan=width></td></tr>
        })
    };
    let title = move || rows.with(|r| r.as_ref().map_or_else(String::new, |r| r.table.title.clone()));
    // ARIA: -1 means "not known", as before the first answer.
    let row_count = move || rows.with(|r| r.as_ref().map_or(-1, |r| r.count as i64 + 1)).to_string();
    let is_empty = move || rows.with(|r| r.as_ref().is_some_and(|r| r.count == 0));
    view! {
        <Show when=is_empty><p class="note empty">"No rows to show. Clear the filter to see all tasks."</p></Show>
        <div class="grid" node_ref=holder data-testid=name on:scroll=move |_| seen() tabindex="0" role="region" aria-label=title>
            <table aria-rowcount=row_count>
                <thead><tr>{head}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
}

fn heading(store: Store, sorted: Memo<Option<(&'static str, bool)>>, column: Column) -> AnyView {
    // A column without a title has no heading, rather than an empty one.
    if column.title.is_empty() {
        return view! { <td></td> }.into_any();
    }
    let (key, title) = (column.key.into_owned(), column.title.into_owned());
    let by = key.clone();
    let way = Memo::new(move |_| sorted.get().filter(|s| s.0 == key).map(|s| s.1));
    let aria = move || way.get().map_or("none", |d| if d { "descending" } else { "ascending" });
    let is_sortable = move || sorted.get().is_some();
    let press = move |_| {
        if is_sortable() {
            store.dispatch(Action::Set(Setting::Sort(by.clone())));
        }
    };
    view! {
        <th scope="col" class:number=column.align == Align::Right aria-sort=aria>
            <button type="button" on:click=press>
                <bdi>{makespan_scene::visible(&title).into_owned()}</bdi><span aria-hidden="true" class="sort">{move || way.get().map_or("", |d| if d { "▾" } else { "▴" })}</span>
            </button>
        </th>
    }
    .into_any()
}

fn lines(answer: &Rows, on_task: &OnTask) -> Vec<impl IntoView + use<>> {
    let aligned: Vec<bool> = answer.table.columns.iter().map(|c| c.align == Align::Right).collect();
    let line = |(i, row): (usize, &Vec<Cell>)| {
        let task = row.iter().find_map(|c| c.task);
        let marked = task.is_some() && task == answer.marked;
        let cells: Vec<_> = row
            .iter()
            .zip(&aligned)
            .map(|(cell, number)| {
                let title = makespan_scene::visible(&cell.precise()).into_owned();
                view! { <td class:number=*number title=title><CellView cell=cell.clone() on_task=Rc::clone(on_task)/></td> }
            })
            .collect();
        let on_task = Rc::clone(on_task);
        let press = move |_| {
            if let Some(task) = task {
                on_task(task);
            }
        };
        let number = (answer.first + i + 2).to_string();
        view! { <tr class:marked=marked aria-selected=marked.to_string() aria-rowindex=number on:click=press>{cells}</tr> }
    };
    answer.table.rows.iter().enumerate().map(line).collect()
}
