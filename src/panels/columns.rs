//! The sheet that maps the columns of a table: the meaning of each, and a preview of the first tasks.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_engine::{Answer, Change, ColumnChoice, Columns, Question, WordChoice};
use makespan_scene::{counted, visible};

use crate::asking::asked;
use crate::platform::{dom, export};
use crate::state::actions::Action;
use crate::state::store::Store;
use crate::widgets::{Dialog, Rows};

/// Returns offsets of times without a zone: that of the reader, UTC, and the others by hours.
fn zones() -> Vec<(String, String)> {
    let own = [("", "this browser's time zone"), ("Z", "UTC")]
        .map(|(key, title)| (key.to_owned(), title.to_owned()));
    let hours = (-12..=14).filter(|hours| *hours != 0).map(|hours| {
        let sign = if hours < 0 { '-' } else { '+' };
        let zone = format!("{sign}{:02}:00", i32::abs(hours));
        (zone.clone(), format!("UTC{zone}"))
    });
    own.into_iter().chain(hours).collect()
}

/// A drop-down list with an accessible name.
#[component]
fn Select(
    label: String,
    all: Vec<(String, String)>,
    now: String,
    choose: impl Fn(String) + 'static,
) -> impl IntoView {
    let option = |(key, title): (String, String)| {
        let on = key == now;
        view! { <option value=key prop:selected=on>{title}</option> }
    };
    let options: Vec<_> = all.into_iter().map(option).collect();
    view! { <select aria-label=label on:change=move |e| choose(event_target_value(&e))>{options}</select> }
}

/// Returns keys with their titles, after an entry for none.
fn named(none: &str, names: &[String]) -> Vec<(String, String)> {
    let own = names.iter().map(|name| (name.clone(), name.clone()));
    std::iter::once((String::new(), none.to_owned())).chain(own).collect()
}

/// The sheet. `table` is the index of the table among the given files.
#[component]
pub(crate) fn ColumnsSheet(store: Store, table: usize) -> impl IntoView {
    let close = move || store.dispatch(Action::Columns(None));
    let begun = store.view.with_untracked(|view| view.mapping.clone());
    let changes = RwSignal::new(Vec::<Change>::new());
    let change = move |change: Change| changes.update(|all| all.push(change));
    let columns = asked(
        store,
        move || Some(Question::Columns { table, mapping: begun.clone(), changes: changes.get() }),
        |answer| if let Answer::Columns(columns) = answer { Some(columns) } else { None },
    );
    let text =
        Memo::new(move |_| columns.with(|c| c.as_ref().map_or_else(String::new, |c| c.choices.text.clone())));
    let is_incomplete = move || text.with(String::is_empty);
    let said = RwSignal::new("");
    let open = move |_| store.dispatch(Action::ReadBy(text.get_untracked()));
    let copy = move |_| {
        dom::copy(&text.get_untracked());
        said.set("Mapping copied.");
    };
    let save = move |_| {
        let saved = export::save("mapping.toml", "application/toml", &text.get_untracked()).is_ok();
        said.set(if saved { "Saved as mapping.toml." } else { "The browser did not save the mapping." });
    };
    let head = move || {
        columns.get().map(|c| {
            let others = match c.others {
                0 => String::new(),
                n => format!(" The same mapping reads {}.", counted(n, "more table")),
            };
            view! { <p class="note">"Choose what each column of "<b><bdi>{visible(&c.file).into_owned()}</bdi></b>" stands for. The others are kept as parameters of the tasks."{others}</p> }
        })
    };
    view! {
        <Dialog label="Map columns" class="sheet mapping" close=close>
            <div class="sheet-head"><h2>"Map columns"</h2><button type="button" on:click=move |_| close()>"Close"</button></div>
            <div data-testid="columns">
                {head}
                {move || columns.get().map(|c| choices(&c, change))}
                <div role="status" aria-live="polite">{move || columns.get().map(|c| preview(&c))}</div>
            </div>
            <div class="buttons">
                <button type="button" class="main" disabled=is_incomplete on:click=open>"Open as tasks"</button>
                <button type="button" disabled=is_incomplete title="Copy the mapping as the text that --map takes" on:click=copy>"Copy mapping"</button>
                <button type="button" disabled=is_incomplete title="Save the mapping as a file for --map" on:click=save>"Save mapping"</button>
                <span class="note" role="status" aria-live="polite">{move || said.get()}</span>
            </div>
        </Dialog>
    }
}

/// The choices: a field and a unit for each column, a status for each word, and the zone.
fn choices<F: Fn(Change) + Copy + 'static>(columns: &Columns, change: F) -> impl IntoView + use<F> {
    let choices = &columns.choices;
    let fields = named("parameter", &choices.fields);
    let units = named("by size", &choices.units);
    let row = |column: &ColumnChoice| {
        let name = visible(&column.name).into_owned();
        let (key, field) = (column.name.clone(), column.field.clone());
        let choose = move |field| change(Change::Field { column: key.clone(), field });
        let unit = column.unit.clone().map(|unit| {
            let choose = move |unit| change(Change::Unit { field: field.clone(), unit });
            view! { <Select label=format!("Unit of {name}") all=units.clone() now=unit choose=choose/> }
        });
        let values: Vec<_> = column.values.iter().map(|value| visible(value).into_owned()).collect();
        view! {
            <tr>
                <th scope="row"><bdi>{name.clone()}</bdi></th>
                <td class="values"><bdi>{values.join(" · ")}</bdi></td>
                <td><Select label=format!("Field of {name}") all=fields.clone() now=column.field.clone() choose=choose/>{unit}</td>
            </tr>
        }
    };
    let rows: Vec<_> = choices.columns.iter().map(row).collect();
    let word = |word: &WordChoice| {
        let name = visible(&word.word).into_owned();
        let key = word.word.clone();
        let choose = move |status| change(Change::Word { word: key.clone(), status });
        let statuses = named(&format!("{} (automatic)", word.usual), &choices.statuses);
        view! { <label class="group"><bdi>{name.clone()}</bdi>" "<Select label=format!("Status of {name}") all=statuses now=word.chosen.clone() choose=choose/></label> }
    };
    let words: Vec<_> = choices.words.iter().map(word).collect();
    let words =
        (!words.is_empty()).then(|| view! { <fieldset><legend>"Status words"</legend>{words}</fieldset> });
    view! {
        <table class="rows"><caption class="hidden">"Columns"</caption>
            <thead><tr><th scope="col">"Column"</th><th scope="col">"Values"</th><th scope="col">"Field"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
        {words}
        <label class="group">"Times without a zone "<Select label="Times without a zone".to_owned() all=zones() now=choices.zone.clone() choose=move |zone| change(Change::Zone(zone))/></label>
    }
}

/// The first rows as tasks, and problems.
fn preview(columns: &Columns) -> impl IntoView + use<> {
    let problems: Vec<_> =
        columns.problems.iter().map(|why| view! { <li>{visible(why).into_owned()}</li> }).collect();
    let table = (!columns.preview.rows.is_empty())
        .then(|| view! { <Rows table=columns.preview.clone() on_task=Rc::new(|_| ())/> });
    view! {
        <h3>"Preview"{(!columns.about.is_empty()).then(|| format!(": {}", columns.about))}</h3>
        {table}
        {(!problems.is_empty()).then(|| view! { <ul class="warn">{problems}</ul> })}
    }
}
