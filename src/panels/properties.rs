//! The sheet that finds a label, a parameter or a metric of the run.

use leptos::prelude::*;
use makespan_engine::{Answer, Question};
use makespan_scene::{count, counted, visible};
use makespan_views::tasks::{ColumnAct, Field};
use makespan_views::timeline::Lanes;
use makespan_views::{Colouring, ListedProperty};

use crate::asking::asked;
use crate::state::actions::{Action, Setting};
use crate::state::panels::Chosen;
use crate::state::store::Store;
use crate::widgets::{Dialog, Finder};

fn about(listed: &ListedProperty) -> String {
    let values = listed.values.map_or_else(String::new, |n| format!(" · {}", counted(n, "value")));
    format!("{} · {}{values}", listed.property.kind(), counted(listed.tasks, "task"))
}

/// The sheet.
#[component]
pub(crate) fn PropertySheet(store: Store, chosen: Chosen) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let found = asked(
        store,
        move || {
            let view = store.view.get_untracked();
            Some(Question::Properties { view, text: text.get(), numbers: chosen.takes_numbers() })
        },
        |answer| if let Answer::Properties(found) = answer { Some(found) } else { None },
    );
    let items = Signal::derive(move || {
        let of = |listed: &ListedProperty| (visible(listed.property.title()).into_owned(), about(listed));
        found.with(|f| f.as_ref().map_or_else(Vec::new, |f| f.list.iter().map(of).collect()))
    });
    let close = move || store.dispatch(Action::Properties(None));
    let take = move |i: usize| {
        let listed = found.with_untracked(|f| f.as_ref().and_then(|f| f.list.get(i).cloned()));
        let Some(ListedProperty { property, .. }) = listed else { return };
        close();
        store.dispatch(Action::Set(match chosen {
            Chosen::Lanes => Setting::Lanes(Lanes::Of(property)),
            Chosen::Colours => Setting::Colours(Colouring::Of(property)),
            Chosen::Column => Setting::Column(ColumnAct::Toggle(Field::Of(property))),
            Chosen::Groups => Setting::RowsBy(Some(Field::Of(property))),
        }));
    };
    let note = move || {
        found.with(|f| {
            let f = f.as_ref()?;
            let is_all = text.with(String::is_empty);
            match (f.list.is_empty(), f.left_out) {
                (true, _) if is_all => Some(chosen.missing().to_owned()),
                (true, _) => Some("Nothing has this name.".to_owned()),
                (false, 0) => None,
                (false, more) => Some(format!("{} more: type a part of the name.", count(more as u64))),
            }
        })
    };
    view! {
        <Dialog label=chosen.title() class="sheet palette" close=close>
            <h2>{chosen.title()}</h2>
            <Finder label=chosen.title() placeholder="Part of a name" text=text items=items take=take/>
            {move || note().map(|note| view! { <p class="note">{note}</p> })}
        </Dialog>
    }
}
