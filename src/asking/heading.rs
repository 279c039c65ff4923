//! The heading of a column: it sorts, shows the distribution of its numbers, and can be sized and moved.

use std::borrow::Cow;

use leptos::ev::{DragEvent, PointerEvent};
use leptos::prelude::*;
use makespan_scene::visible;
use makespan_views::tasks::{ColumnAct, Field, Spread};
use makespan_views::{Align, Column};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::state::actions::{Action, Setting};
use crate::state::store::Store;

/// The type of dragged columns, which only this page understands.
const DRAGGED: &str = "application/x-makespan-column";

/// The heading. `is_own` tells whether the reader chooses the columns.
#[component]
pub(super) fn Heading(
    store: Store,
    sorted: Memo<Option<(Cow<'static, str>, bool)>>,
    column: Column,
    at: usize,
    width: Option<u16>,
    is_own: bool,
) -> AnyView {
    // A column without a title has no heading, rather than an empty one.
    if column.title.is_empty() {
        return view! { <td></td> }.into_any();
    }
    let (key, title) = (column.key.into_owned(), column.title.into_owned());
    let (by, dragged) = (key.clone(), key.clone());
    let field = is_own.then(|| Field::named(&key)).flatten();
    let way = Memo::new(move |_| sorted.get().filter(|s| s.0 == key).map(|s| s.1));
    let aria = move || way.get().map_or("none", |d| if d { "descending" } else { "ascending" });
    let is_sortable = move || sorted.with(Option::is_some);
    let press = move |_| {
        if is_sortable() {
            store.dispatch(Action::Set(Setting::Sort(by.clone())));
        }
    };
    let begin = move |e: DragEvent| {
        if let Some(data) = e.data_transfer() {
            let _ = data.set_data(DRAGGED, &dragged);
        }
    };
    let is_column =
        |e: &DragEvent| e.data_transfer().is_some_and(|data| data.types().includes(&DRAGGED.into(), 0));
    let over = move |e: DragEvent| {
        if is_own && is_column(&e) {
            e.prevent_default();
            e.stop_propagation();
        }
    };
    let drop = move |e: DragEvent| {
        let name = e.data_transfer().and_then(|data| data.get_data(DRAGGED).ok());
        if let Some(field) = name.filter(|_| is_own).and_then(|name| Field::named(&name)) {
            e.prevent_default();
            e.stop_propagation();
            store.dispatch(Action::Set(Setting::Column(ColumnAct::Move(field, at))));
        }
    };
    let edge = field.map(|field| view! { <Edge store=store field=field/> });
    let px = width.map(|px| format!("{px}px"));
    let drawn = column.spread.map(|spread| histogram(&spread));
    view! {
        <th scope="col" class:number=column.align == Align::Right aria-sort=aria style:width=px.clone() style:min-width=px.clone() style:max-width=px
            draggable=is_own.to_string() on:dragstart=begin on:dragenter=over on:dragover=over on:drop=drop>
            <button type="button" on:click=press>
                <bdi>{visible(&title).into_owned()}</bdi><span aria-hidden="true" class="sort">{move || way.get().map_or("", |d| if d { "▾" } else { "▴" })}</span>
            </button>
            {drawn}
            {edge}
        </th>
    }
    .into_any()
}

/// The right edge of a heading. Dragging it sets the width of the column; a double click makes it as wide as its content.
#[component]
fn Edge(store: Store, field: Field) -> impl IntoView {
    // The pointer, where it began, and the width then.
    let held = StoredValue::new(None::<(i32, f64, f64)>);
    let set = {
        let field = field.clone();
        move |width| store.dispatch(Action::Set(Setting::Column(ColumnAct::Width(field.clone(), width))))
    };
    let down = move |e: PointerEvent| {
        let Some(edge) = e.target().and_then(|t| t.dyn_into::<Element>().ok()) else { return };
        let Some(head) = edge.closest("th").ok().flatten().and_then(|h| h.dyn_into::<HtmlElement>().ok())
        else {
            return;
        };
        e.prevent_default();
        let _ = edge.set_pointer_capture(e.pointer_id());
        held.set_value(Some((e.pointer_id(), f64::from(e.client_x()), f64::from(head.offset_width()))));
    };
    let moved = {
        let set = set.clone();
        move |e: PointerEvent| {
            let of_this = held.with_value(|h| h.filter(|h| h.0 == e.pointer_id()));
            if let Some((_, from, width)) = of_this {
                set(Some((width + f64::from(e.client_x()) - from).max(0.0) as u16));
            }
        }
    };
    let up = move |_: PointerEvent| held.set_value(None);
    view! {
        <span class="edge" aria-hidden="true" title="Drag to size the column; double-click for the width of its content" draggable="true"
            on:dragstart=|e: DragEvent| { e.prevent_default(); e.stop_propagation() }
            on:pointerdown=down on:pointermove=moved on:pointerup=up on:pointercancel=up on:dblclick=move |_| set(None)></span>
    }
}

/// The number of tasks by value, as small bars; its words are a title.
fn histogram(spread: &Spread) -> impl IntoView + use<> {
    let most = spread.bins.iter().copied().max().unwrap_or(0).max(1);
    let bar = |(i, n): (usize, &u32)| {
        // A bin with one task among thousands is still visible.
        let height = if *n == 0 { 0.0 } else { (f64::from(*n) / f64::from(most) * 14.0).max(1.0) };
        view! { <rect x=i.to_string() y=format!("{:.2}", 14.0 - height) width="0.8" height=format!("{height:.2}")/> }
    };
    let bars: Vec<_> = spread.bins.iter().enumerate().map(bar).collect();
    let about = format!("Distribution: {}", spread.about);
    let title = about.clone();
    let frame = format!("0 0 {} 14", spread.bins.len());
    view! { <span class="spread" title=title><svg viewBox=frame preserveAspectRatio="none" role="img" aria-label=about>{bars}</svg></span> }
}
