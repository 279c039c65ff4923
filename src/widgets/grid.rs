//! A table of any number of rows: only those in sight are in the document.

use std::rc::Rc;

use leptos::html::Div;
use leptos::prelude::*;
use makespan_views::{Align, Column, Table};

use super::CellView;
use super::parts::OnTask;

/// Height of a row, px; also in the style sheet.
const ROW: f64 = 28.0;
/// Browsers cap the height of an element near 17 million px; beyond this many rows the scale is stretched.
const TALLEST: f64 = 8_000_000.0;

/// A grid of `count` rows. `rows` makes the table of a range; `selected` is the task whose row is marked, `at` its
/// place; headers dispatch `on_head` with their key.
#[component]
pub(crate) fn Grid(
    name: &'static str,
    #[prop(into)] title: Signal<String>,
    columns: Vec<Column>,
    count: Memo<usize>,
    rows: Rc<dyn Fn(std::ops::Range<usize>) -> Table>,
    selected: Memo<Option<u32>>,
    place: Rc<dyn Fn() -> Option<usize>>,
    sorted: Signal<Option<(&'static str, bool)>>,
    on_head: Rc<dyn Fn(&str)>,
    on_task: OnTask,
    painted: Rc<dyn Fn(usize)>,
) -> impl IntoView {
    let holder = NodeRef::<Div>::new();
    let top = RwSignal::new(0.0f64);
    let height = RwSignal::new(600.0f64);
    let stretch = Memo::new(move |_| (count.get() as f64 * ROW / TALLEST).max(1.0));
    let range = Memo::new(move |_| {
        let first = (top.get() * stretch.get() / ROW).floor() as usize;
        let n = (height.get() / ROW).ceil() as usize + 2;
        let first = first.min(count.get().saturating_sub(n.saturating_sub(2)));
        first..(first + n).min(count.get())
    });
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
    // The marked row is brought into sight when the selection changes.
    Effect::new(move |before: Option<Option<u32>>| {
        let now = selected.get();
        if before.is_some_and(|b| b != now)
            && let (Some(h), Some(at)) = (holder.get_untracked(), place())
        {
            let y = at as f64 * ROW / stretch.get_untracked();
            let (from, room) = (f64::from(h.scroll_top()), f64::from(h.client_height()) - 2.0 * ROW);
            if y < from || y > from + room {
                h.set_scroll_top((y - room / 2.0).max(0.0) as i32);
            }
        }
        now
    });
    let aligned: Vec<bool> = columns.iter().map(|c| c.align == Align::Right).collect();
    let width = columns.len();
    let head: Vec<_> = columns
        .into_iter()
        .map(|c| {
            let on_head = Rc::clone(&on_head);
            let key = c.key.clone();
            let way = Memo::new(move |_| sorted.get().filter(|s| s.0 == key).map(|s| s.1));
            let way = move || way.get();
            let aria = move || way().map_or("none", |d| if d { "descending" } else { "ascending" });
            view! {
                <th scope="col" class:number=c.align == Align::Right aria-sort=aria>
                    <button type="button" on:click=move |_| on_head(&c.key)>
                        {c.title.clone()}<span aria-hidden="true" class="sort">{move || way().map_or("", |d| if d { "▾" } else { "▴" })}</span>
                    </button>
                </th>
            }
        })
        .collect();
    let calls = StoredValue::new_local((rows, painted, on_task));
    let body = move || {
        let range = range.get();
        let (rows, painted, on_task) = calls.get_value();
        let table = rows(range.clone());
        painted(table.rows.len());
        let rows: Vec<_> = table
            .rows
            .into_iter()
            .enumerate()
            .map(|(i, row)| {
                let task = row.iter().find_map(|c| c.task);
                let on_task = Rc::clone(&on_task);
                let cells: Vec<_> = row
                    .into_iter()
                    .enumerate()
                    .map(|(i, cell)| {
                        let title = makespan_scene::visible(&cell.precise()).into_owned();
                        let on_task = Rc::clone(&on_task);
                        view! { <td class:number=aligned.get(i).copied().unwrap_or(false) title=title><CellView cell=cell on_task=on_task/></td> }
                    })
                    .collect();
                let marked = move || task.is_some() && selected.get() == task;
                let press = move |_| {
                    if let Some(task) = task {
                        on_task(task);
                    }
                };
                view! { <tr class:marked=marked aria-selected=move || marked().to_string() aria-rowindex=(range.start + i + 2).to_string() on:click=press>{cells}</tr> }
            })
            .collect();
        let above = (range.start as f64 * ROW / stretch.get()).max(0.0);
        let below = (count.get().saturating_sub(range.end) as f64 * ROW / stretch.get()).max(0.0);
        view! {
            <tr class="spacer" aria-hidden="true" style:height=format!("{above}px")><td colspan=width.to_string()></td></tr>
            {rows}
            <tr class="spacer" aria-hidden="true" style:height=format!("{below}px")><td colspan=width.to_string()></td></tr>
        }
    };
    view! {
        <div class="grid" node_ref=holder data-testid=name on:scroll=move |_| seen() tabindex="0" role="region" aria-label=move || title.get()>
            <table aria-rowcount=move || (count.get() + 1).to_string()>
                <thead><tr>{head}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
}
