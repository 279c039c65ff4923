//! All tasks in rows: the table, its groups and its columns.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_scene::visible;
use makespan_views::tasks::{ColumnAct, Field, Shown};

use crate::asking::TableView;
use crate::state::actions::{Action, Setting};
use crate::state::panels::Chosen;
use crate::state::store::Store;
use crate::widgets::{Dialog, Options, Tools};

/// The table.
#[component]
pub(crate) fn TasksPanel(store: Store, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    let by = Memo::new(move |_| store.view.with(|v| v.table.by.clone()));
    let title = |f: &Field| visible(&f.title()).to_lowercase();
    let all = Signal::derive(move || {
        let own = by.get().filter(|f| !Field::GROUPS.contains(f));
        let fields = Field::GROUPS.into_iter().chain(own);
        let none = (String::new(), "nothing".to_owned());
        std::iter::once(none).chain(fields.map(|f| (f.name().into_owned(), title(&f)))).collect::<Vec<_>>()
    });
    let now =
        Signal::derive(move || by.with(|f| f.as_ref().map_or_else(String::new, |f| f.name().into_owned())));
    let choose = move |name: String| store.dispatch(Action::Set(Setting::RowsBy(Field::named(&name))));
    let other = move |_| store.dispatch(Action::Properties(Some(Chosen::Groups)));
    let take = move |copied| store.dispatch(Action::TableText { copied });
    view! {
        <div class="panel">
            <Tools name="Table">
                <span class="group">
                    <Options label="Group by" all=all now=now choose=choose/>
                    <button type="button" aria-haspopup="dialog" title="Group by a label or a parameter" on:click=other>"other…"</button>
                </span>
                <button type="button" aria-haspopup="dialog" title="Choose, move and size columns"
                    on:click=move |_| store.dispatch(Action::TableColumns)>"Columns…"</button>
                <button type="button" title="Copy the rows for a spreadsheet" on:click=move |_| take(true)>"Copy"</button>
                <button type="button" title="Save the rows as CSV" on:click=move |_| take(false)>"Save as CSV"</button>
            </Tools>
            <TableView store=store name="table" painted=painted/>
        </div>
    }
}

/// The sheet of columns: the shown ones in their order, and what else can be shown.
#[component]
pub(crate) fn TableColumnsSheet(store: Store) -> impl IntoView {
    let close = move || store.dispatch(Action::TableColumns);
    let act = move |act| store.dispatch(Action::Set(Setting::Column(act)));
    let shown = Memo::new(move |_| store.view.with(|v| v.table.shown()));
    let rows = move || {
        let all = shown.get();
        let last = all.len() - 1;
        let row = |(at, Shown { field, width }): (usize, Shown)| {
            let name = visible(&field.title()).into_owned();
            let (up, down, size, gone) = (field.clone(), field.clone(), field.clone(), field);
            let sized = move |e| {
                let px = event_target_value(&e).trim().parse::<u16>().ok();
                act(ColumnAct::Width(size.clone(), px));
            };
            view! {
                <li>
                    <span class="name"><bdi>{name.clone()}</bdi></span>
                    <label>"Width "<input type="number" min="40" max="1200" step="10" placeholder="auto" aria-label=format!("Width of {name}, px")
                        prop:value=width.map_or_else(String::new, |px| px.to_string()) on:change=sized/></label>
                    <button type="button" aria-label=format!("Move {name} to the left") title="To the left" disabled=at == 0
                        on:click=move |_| act(ColumnAct::Move(up.clone(), at - 1))>"↑"</button>
                    <button type="button" aria-label=format!("Move {name} to the right") title="To the right" disabled=at == last
                        on:click=move |_| act(ColumnAct::Move(down.clone(), at + 1))>"↓"</button>
                    <button type="button" aria-label=format!("Remove {name}") title="Remove" disabled=last == 0
                        on:click=move |_| act(ColumnAct::Toggle(gone.clone()))>"×"</button>
                </li>
            }
        };
        all.into_iter().enumerate().map(row).collect::<Vec<_>>()
    };
    let others = move || {
        let all = shown.get();
        let is_shown = |f: &Field| all.iter().any(|s| s.field == *f);
        let add = |field: Field| {
            let title = format!("+ {}", field.title());
            view! { <button type="button" on:click=move |_| act(ColumnAct::Toggle(field.clone()))>{title}</button> }
        };
        let fields = Field::USUAL.into_iter().chain(Field::OTHERS);
        fields.filter(|f| !is_shown(f)).map(add).collect::<Vec<_>>()
    };
    view! {
        <Dialog label="Columns" class="sheet table-columns" close=close>
            <div class="sheet-head"><h2>"Columns"</h2><button type="button" on:click=move |_| close()>"Close"</button></div>
            <ol data-testid="table-columns">{rows}</ol>
            <h3>"Add"</h3>
            <div class="buttons">
                {others}
                <button type="button" aria-haspopup="dialog" on:click=move |_| store.dispatch(Action::Properties(Some(Chosen::Column)))>"+ Label, parameter or metric…"</button>
            </div>
            <div class="buttons"><button type="button" on:click=move |_| act(ColumnAct::Reset)>"Default columns"</button></div>
            <p class="note">"Headings can also be dragged: by their right edge to size a column, otherwise to move it."</p>
        </Dialog>
    }
}
