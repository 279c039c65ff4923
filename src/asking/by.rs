//! Choices of what lanes group by and what colours mean: what every run has, and its own labels, parameters and metrics.

use leptos::prelude::*;
use makespan_scene::visible;
use makespan_views::timeline::Lanes;
use makespan_views::{Colouring, Property};

use crate::state::actions::{Action, Setting};
use crate::state::panels::Chosen;
use crate::state::store::Store;
use crate::widgets::{Choice, Options};

/// A button that opens the list of labels, parameters and metrics. It shows the current one.
fn own(store: Store, chosen: Chosen, about: &'static str, now: Signal<Option<Property>>) -> impl IntoView {
    let is_on = move || now.with(Option::is_some);
    let title = move || match now.get() {
        Some(property) => format!("{} {}", property.kind(), visible(property.title())),
        None => "other…".to_owned(),
    };
    view! {
        <button type="button" class:on=is_on aria-haspopup="dialog" title=about
            on:click=move |_| store.dispatch(Action::Properties(Some(chosen)))><bdi>{title}</bdi></button>
    }
}

/// The choice of what lanes group by.
#[component]
pub(crate) fn LanesBy(store: Store) -> impl IntoView {
    let all: Vec<_> = Lanes::ALL.into_iter().zip(["task", "worker", "step", "status", "nested"]).collect();
    let now = Signal::derive(move || store.shell.with(|s| s.lanes.clone()));
    let property =
        Signal::derive(move || now.with(|l| if let Lanes::Of(own) = l { Some(own.clone()) } else { None }));
    view! {
        <span class="group">
            <Choice label="Lanes by" all=all now=now choose=move |l| store.dispatch(Action::Set(Setting::Lanes(l)))/>
            {own(store, Chosen::Lanes, "A lane for each value of a label or a parameter", property)}
        </span>
    }
}

/// The choice of what colours mean.
#[component]
pub(crate) fn ColouredBy(store: Store) -> impl IntoView {
    let now = Signal::derive(move || store.view.with(|v| v.colours.clone()));
    let property = Signal::derive(move || {
        now.with(|c| if let Colouring::Of(own) = c { Some(own.clone()) } else { None })
    });
    let all = Signal::derive(move || {
        let built_in = Colouring::ALL.into_iter().chain(property.get().map(Colouring::Of));
        built_in.map(|c| (c.name().into_owned(), c.name().into_owned())).collect::<Vec<_>>()
    });
    let name = Signal::derive(move || now.with(|c| c.name().into_owned()));
    let choose = move |key: String| {
        if let Some(by) = Colouring::named(&key) {
            store.dispatch(Action::Set(Setting::Colours(by)));
        }
    };
    view! {
        <span class="group">
            <Options label="Colour by" all=all now=name choose=choose/>
            {own(store, Chosen::Colours, "Colours for a label, a parameter or a metric", property)}
        </span>
    }
}
