//! Values of the views as elements. Text of a run enters the document as text nodes only.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_scene::{Role, glyph_char, visible};
use makespan_views::{Align, Cell, Figure, Table};

use crate::platform::dom;

/// A status: its sign, its colour, its word.
#[component]
pub(crate) fn Badge(role: Role, #[prop(into)] word: String) -> impl IntoView {
    let class = format!("badge role-{}", role.name());
    view! { <span class=class><span class="badge-sign" aria-hidden="true">{glyph_char(role)}</span>{word}</span> }
}

/// Called when a name that links to a task is clicked.
pub(crate) type OnTask = Rc<dyn Fn(u32)>;

/// A value with its link: to a task, or to the web page whose address it is.
#[component]
pub(crate) fn CellView(cell: Cell, on_task: OnTask) -> impl IntoView {
    let text = visible(&cell.text()).into_owned();
    match (cell.status, cell.task) {
        (Some(role @ (Role::Less | Role::More | Role::Neutral)), None) => {
            view! { <span class=format!("delta role-{}", role.name())>{text}</span> }.into_any()
        }
        (Some(role), _) => view! { <Badge role=role word=text/> }.into_any(),
        (None, Some(task)) => {
            view! { <button type="button" class="name" on:click=move |_| on_task(task)><bdi>{text}</bdi></button> }.into_any()
        }
        _ => match dom::web_address(&cell.precise()).filter(|_| text.starts_with("http")) {
            Some(address) => {
                view! { <a href=address target="_blank" rel="noopener noreferrer"><bdi>{text}</bdi></a> }.into_any()
            }
            None => view! { <bdi>{text}</bdi> }.into_any(),
        },
    }
}

/// Number of columns from which a table does not fit a narrow page, which then shows each row as a few lines.
const STACKED: usize = 4;

/// A table of few rows. Columns of drawings are omitted, because a page has pictures. The roles keep it a table where
/// the style sheet stacks its rows.
#[component]
pub(crate) fn Rows(table: Table, on_task: OnTask) -> impl IntoView {
    let aligned: Vec<Align> = table.columns.iter().map(|c| c.align).collect();
    let titles: Vec<String> = table.columns.iter().map(|c| visible(&c.title).into_owned()).collect();
    let head: Vec<_> = table
        .columns
        .iter()
        .filter(|c| c.align != Align::Plot)
        .map(|c| {
            // A column that needs no title has no heading, rather than an empty one.
            if c.title.is_empty() {
                return view! { <td role="cell"></td> }.into_any();
            }
            view! { <th scope="col" role="columnheader" class:number=c.align == Align::Right><bdi>{visible(&c.title).into_owned()}</bdi></th> }.into_any()
        })
        .collect();
    let body: Vec<_> = table
        .rows
        .into_iter()
        .map(|row| {
            let cells: Vec<_> = row
                .into_iter()
                .zip(aligned.iter().zip(&titles))
                .filter(|(_, (align, _))| **align != Align::Plot)
                .map(|(cell, (align, of))| {
                    let title = visible(&cell.precise()).into_owned();
                    let (of, is_blank) = (of.clone(), cell.text().is_empty());
                    let on_task = Rc::clone(&on_task);
                    view! { <td role="cell" class:number=*align == Align::Right class:blank=is_blank data-of=of title=title><CellView cell=cell on_task=on_task/></td> }
                })
                .collect();
            view! { <tr role="row">{cells}</tr> }
        })
        .collect();
    let stacks = head.len() >= STACKED;
    let more = (table.left_out > 0).then(|| view! { <p class="more">{format!("and {} more", makespan_scene::count(table.left_out as u64))}</p> });
    let title = table.title.clone();
    view! {
        <div class="scroll-x" tabindex="0" role="region" aria-label=title><table class="rows" class:stacks=stacks role="table"><caption class="hidden">{table.title}</caption><thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table></div>
        {more}
    }
}

/// Names with values.
#[component]
pub(crate) fn Pairs(pairs: Vec<(String, Cell)>, on_task: OnTask) -> impl IntoView {
    let items: Vec<_> = pairs
        .into_iter()
        .map(|(name, cell)| {
            let title = visible(&cell.precise()).into_owned();
            let on_task = Rc::clone(&on_task);
            view! { <div class="pair" title=title><dt><bdi>{visible(&name).into_owned()}</bdi></dt><dd><CellView cell=cell on_task=on_task/></dd></div> }
        })
        .collect();
    view! { <dl class="pairs">{items}</dl> }
}

/// The most important numbers.
#[component]
pub(crate) fn Figures(figures: Vec<Figure>) -> impl IntoView {
    let items: Vec<_> = figures
        .into_iter()
        .map(|f| {
            let title = visible(&f.value.precise()).into_owned();
            let value = visible(&f.value.text()).into_owned();
            view! { <div class="figure" title=title><dt>{f.label}</dt><dd><b>{value}</b><span>{f.note}</span></dd></div> }
        })
        .collect();
    view! { <dl class="figures">{items}</dl> }
}

/// A command with a button that copies it.
#[component]
pub(crate) fn CommandLine(text: String) -> impl IntoView {
    let copied = RwSignal::new(false);
    let command = text.clone();
    let copy = move |_| {
        dom::copy(&command);
        copied.set(true);
    };
    view! {
        <div class="command">
            <pre tabindex="0"><code>{text}</code></pre>
            <button type="button" title="Copy this command" on:click=copy>{move || if copied.get() { "Copied" } else { "Copy" }}</button>
        </div>
    }
}
