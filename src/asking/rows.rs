//! A table of any number of rows: only visible rows are requested and in the document.

use std::borrow::Cow;
use std::rc::Rc;

use leptos::html::Div;
use leptos::prelude::*;
use makespan_engine::{Answer, Question, Rows};
use makespan_views::tasks::{Field, OpenGroup};
use makespan_views::{Align, Cell, View};

use super::asked;
use super::heading::Heading;
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
            View::Table => Some((v.table.sort.key.name(), v.table.sort.descending)),
            View::Compare if !v.twin => {
                Some((Cow::Borrowed(v.compare.sort.key.name()), v.compare.sort.descending))
            }
            _ => None,
        })
    });
    let widths = Memo::new(move |_| match store.view.with(|v| (v.view, v.table.columns.clone())) {
        (View::Table, columns) => columns.into_iter().map(|s| s.width).collect(),
        _ => Vec::new(),
    });
    let is_own = Memo::new(move |_| store.view.with(|v| v.view == View::Table));
    let head = move || {
        let widths = widths.get();
        let of = |(at, column)| {
            let width = widths.get(at).copied().flatten();
            view! { <Heading store=store sorted=sorted column=column at=at width=width is_own=is_own.get()/> }
        };
        columns.get().into_iter().enumerate().map(of).collect::<Vec<_>>()
    };
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
        let shown = lines(store, &answer, &widths.get(), &on_task);
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

/// What the cells of a column have in common.
struct Style {
    is_number: bool,
    /// The largest amount, by which bars are scaled; 0 without bars.
    most: f64,
    /// px.
    width: Option<u16>,
}

fn lines(store: Store, answer: &Rows, widths: &[Option<u16>], on_task: &OnTask) -> Vec<AnyView> {
    let style = |(at, c): (usize, &makespan_views::Column)| Style {
        is_number: c.align == Align::Right,
        most: c.spread.as_ref().map_or(0.0, |s| s.most),
        width: widths.get(at).copied().flatten(),
    };
    let styles: Vec<Style> = answer.table.columns.iter().enumerate().map(style).collect();
    let columns = &answer.table.columns;
    let named = columns.iter().position(|c| c.key == Field::Name.name()).unwrap_or(0);
    let line = |(i, row): (usize, &Vec<Cell>)| {
        let number = (answer.first + i + 2).to_string();
        let cells: Vec<_> =
            row.iter().zip(&styles).map(|(cell, style)| cell_of(cell, style, on_task)).collect();
        if let Some(group) = answer.groups.iter().find(|g| g.row == i) {
            return group_line(store, group, number, named, cells);
        }
        let task = row.iter().find_map(|c| c.task);
        let marked = task.is_some() && task == answer.marked;
        let on_task = Rc::clone(on_task);
        let press = move |_| {
            if let Some(task) = task {
                on_task(task);
            }
        };
        view! { <tr class:marked=marked aria-selected=marked.to_string() aria-rowindex=number on:click=press>{cells}</tr> }.into_any()
    };
    answer.table.rows.iter().enumerate().map(line).collect()
}

/// The line of a group of tasks: its name in place of a task's, and what its other cells sum up.
fn group_line(
    store: Store,
    group: &OpenGroup,
    number: String,
    at: usize,
    mut cells: Vec<AnyView>,
) -> AnyView {
    let name = group.name.clone();
    let press = move |_| store.dispatch(Action::Set(Setting::RowGroup(name.clone())));
    let (sign, title) = (if group.is_open { "▾" } else { "▸" }, group.title());
    let open = group.is_open.to_string();
    let head = view! {
        <td class="group-head"><button type="button" class="name" aria-expanded=open on:click=press>
            <span aria-hidden="true">{sign}</span>" "<bdi>{title}</bdi>
        </button></td>
    };
    if let Some(cell) = cells.get_mut(at) {
        *cell = head.into_any();
    }
    view! { <tr class="group" aria-rowindex=number>{cells}</tr> }.into_any()
}

fn cell_of(cell: &Cell, style: &Style, on_task: &OnTask) -> AnyView {
    let title = makespan_scene::visible(&cell.precise()).into_owned();
    let width = style.width.map(|px| format!("{px}px"));
    // The bar is a gradient up to this position.
    let part = cell.value.amount().filter(|n| style.most > 0.0 && *n > 0.0);
    let part = part.map(|n| format!("{:.1}%", n / style.most * 100.0));
    view! {
        <td class:number=style.is_number class:bar=part.is_some() title=title style:max-width=width style=("--part", part)>
            <CellView cell=cell.clone() on_task=Rc::clone(on_task)/>
        </td>
    }
    .into_any()
}
