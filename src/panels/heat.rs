//! Values as colours: the matrices and their choices.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_engine::Touch;
use makespan_views::heatmap::{
    DayColour, Heating, LineOrder, Normal, RowOrder, RunColour, Way, Which, WorkerOrder,
};

use crate::asking::{PictureView, Twin};
use crate::state::actions::{Action, Setting};
use crate::state::store::Store;
use crate::widgets::{Options, Toggle, Tools};

const WHICH: &[(Which, &str)] = &[
    (Which::Tasks, "tasks by measure"),
    (Which::Workers, "workers over time"),
    (Which::Runs, "tasks by run"),
    (Which::Days, "runs by day"),
];
const ORDERS: &[(RowOrder, &str)] = &[
    (RowOrder::Start, "start"),
    (RowOrder::Name, "name"),
    (RowOrder::Column, "a measure"),
    (RowOrder::Alike, "similarity"),
];
const NORMALS: &[(Normal, &str)] = &[(Normal::Range, "minimum to maximum"), (Normal::Rank, "rank")];
const COLOURS: &[(RunColour, &str)] = &[
    (RunColour::Status, "status"),
    (RunColour::Duration, "duration"),
    (RunColour::Change, "change from the median"),
    (RunColour::Attempts, "attempts"),
];
const LINES: &[(LineOrder, &str)] =
    &[(LineOrder::Given, "the workflow"), (LineOrder::Failed, "failures"), (LineOrder::Change, "change")];
const WORKERS: &[(WorkerOrder, &str)] = &[(WorkerOrder::Name, "name"), (WorkerOrder::Busiest, "busy time")];
const DAYS: &[(DayColour, &str)] = &[
    (DayColour::Failures, "failures"),
    (DayColour::Makespan, "makespan"),
    (DayColour::Count, "number of runs"),
];

/// The choices of the current matrix.
#[component]
fn Choices(store: Store) -> impl IntoView {
    let heat = Memo::new(move |_| store.view.with(|v| v.heat.clone()));
    let which = Memo::new(move |_| heat.with(|h| h.which));
    let set = move |change: &dyn Fn(&mut Heating)| {
        let mut next = heat.get_untracked();
        change(&mut next);
        store.dispatch(Action::Set(Setting::Heat(next)));
    };
    let measures = Signal::derive(move || store.shell.with(|s| s.measures.clone()));
    let of_tasks = move || {
        let by_measure = Memo::new(move |_| heat.with(|h| h.tasks.order == RowOrder::Column));
        view! {
            <Options label="Rows by" all=named(ORDERS) now=Signal::derive(move || key(ORDERS, heat.with(|h| h.tasks.order)))
                choose=move |k| set(&|h| h.tasks.order = of(ORDERS, &k))/>
            <Show when=move || by_measure.get()>
                <Options label="" all=measures now=Signal::derive(move || heat.with(|h| h.tasks.by.clone()))
                    choose=move |k: String| set(&|h| h.tasks.by.clone_from(&k))/>
            </Show>
            <Toggle word="Reverse" about="Reverse the order of the rows" on=Signal::derive(move || heat.with(|h| h.tasks.descending))
                press=move || set(&|h| h.tasks.descending = !h.tasks.descending)/>
            <Options label="Colours from" all=named(NORMALS) now=Signal::derive(move || key(NORMALS, heat.with(|h| h.tasks.normal)))
                choose=move |k| set(&|h| h.tasks.normal = of(NORMALS, &k))/>
            <Toggle word="Logarithmic" about="Use a logarithmic colour scale" on=Signal::derive(move || heat.with(|h| h.tasks.log))
                press=move || set(&|h| h.tasks.log = !h.tasks.log)/>
        }
        .into_any()
    };
    let own = move || {
        match which.get() {
        Which::Tasks => of_tasks(),
        Which::Workers => view! {
            <Options label="Rows by" all=named(WORKERS) now=Signal::derive(move || key(WORKERS, heat.with(|h| h.workers)))
                choose=move |k| set(&|h| h.workers = of(WORKERS, &k))/>
        }
        .into_any(),
        Which::Runs => view! {
            <Options label="Colour" all=named(COLOURS) now=Signal::derive(move || key(COLOURS, heat.with(|h| h.runs.colour)))
                choose=move |k| set(&|h| h.runs.colour = of(COLOURS, &k))/>
            <Options label="Rows by" all=named(LINES) now=Signal::derive(move || key(LINES, heat.with(|h| h.runs.order)))
                choose=move |k| set(&|h| h.runs.order = of(LINES, &k))/>
        }
        .into_any(),
        Which::Days => view! {
            <Options label="Colour" all=named(DAYS) now=Signal::derive(move || key(DAYS, heat.with(|h| h.days)))
                choose=move |k| set(&|h| h.days = of(DAYS, &k))/>
        }
        .into_any(),
    }
    };
    view! {
        <Options label="Show" all=named(WHICH) now=Signal::derive(move || key(WHICH, which.get()))
            choose=move |k| set(&|h| h.which = of(WHICH, &k))/>
        {own}
    }
}

type Named<T> = &'static [(T, &'static str)];

/// Returns the choices as keys and titles: the key is the index in the list.
fn named<T>(all: Named<T>) -> Signal<Vec<(String, String)>> {
    let list: Vec<_> =
        all.iter().enumerate().map(|(i, (_, title))| (i.to_string(), (*title).to_owned())).collect();
    Signal::derive(move || list.clone())
}

fn key<T: PartialEq>(all: Named<T>, now: T) -> String {
    all.iter().position(|(value, _)| *value == now).unwrap_or(0).to_string()
}

fn of<T: Copy + Default>(all: Named<T>, key: &str) -> T {
    key.parse().ok().and_then(|i: usize| all.get(i)).map_or_else(T::default, |(value, _)| *value)
}

/// The view.
#[component]
pub(crate) fn HeatPanel(store: Store, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    let twin = Twin::new(store);
    let keys = move |e: leptos::ev::KeyboardEvent| {
        let focus = store.state.with_untracked(|s| s.panels.focus);
        let touch = match (e.key().as_str(), focus) {
            ("ArrowLeft", _) => Touch::Focus(focus, Way::Left),
            ("ArrowRight", _) => Touch::Focus(focus, Way::Right),
            ("ArrowUp", _) => Touch::Focus(focus, Way::Up),
            ("ArrowDown", _) => Touch::Focus(focus, Way::Down),
            ("PageUp", _) => Touch::Focus(focus, Way::PageUp),
            ("PageDown", _) => Touch::Focus(focus, Way::PageDown),
            ("Home", _) => Touch::Focus(focus, Way::First),
            ("End", _) => Touch::Focus(focus, Way::Last),
            ("Enter", Some((row, column))) => Touch::Enter(row, column),
            _ => return,
        };
        e.prevent_default();
        e.stop_propagation();
        store.touch(touch);
    };
    let missing = Memo::new(move |_| twin.picture.with(|p| p.as_ref().and_then(|p| p.missing.clone())));
    let nothing = move || missing.get().map(|why| view! { <p class="note empty">{why}</p> });
    view! {
        <div class="panel">
            <Tools name="Heatmap">
                <Choices store=store/>
                <button type="button" title=store.hint("As a table", "V") class:on=move || store.view.with(|v| v.twin) on:click=move |_| store.dispatch(Action::Twin)>"As a table"</button>
                <button type="button" title=store.hint("Copy the picture", "Shift Y") on:click=move |_| store.dispatch(Action::CopyPicture)>"Copy"</button>
                <button type="button" title="Save the picture as SVG" on:click=move |_| store.dispatch(Action::SavePicture)>"Save SVG"</button>
            </Tools>
            {nothing}
            <div class="stage-holder" on:keydown=keys>
                <PictureView store=store twin=twin name="heatmap" table="heatmap-twin" painted=painted/>
            </div>
        </div>
    }
}
