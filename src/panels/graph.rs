//! The graph of tasks and dependencies.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_views::gesture::Movement;
use makespan_views::graph::{Focus, Grouping};

use crate::asking::{ColouredBy, Legend, PictureView, Twin};
use crate::platform::dom;
use crate::state::actions::{Action, Narrowing, Setting};
use crate::state::store::Store;
use crate::widgets::{Options, Zooming};

/// Ways to change the focus, by key.
const FOCUSES: &[(&str, &str)] = &[
    ("all", "Everything"),
    ("near", "Selection and neighbours"),
    ("before", "All before the selection"),
    ("after", "All after the selection"),
    ("alone", "Selection only"),
    ("between", "Between two tasks"),
    ("failed", "Failed tasks and neighbours"),
];

/// The view.
#[component]
pub(crate) fn GraphPanel(store: Store, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    let twin = Twin::new(store);
    let go = move |movement| store.dispatch(Action::Move(movement));
    let waits = Memo::new(move |_| twin.picture.with(Option::is_none));
    Effect::new(move |_| {
        if !waits.get() {
            dom::mark("makespan:laidout", &[]);
        }
    });
    let keyed = |all: &[(&str, &str)]| {
        all.iter().map(|(k, t)| ((*k).to_owned(), (*t).to_owned())).collect::<Vec<_>>()
    };
    let nodes = Signal::stored(Grouping::ALL.map(|g| (g.name().to_owned(), g.title().to_owned())).to_vec());
    let now = Signal::derive(move || store.view.with(|v| v.graph.by.name().to_owned()));
    let choose = move |name: String| {
        let by = Grouping::ALL.into_iter().find(|g| g.name() == name).unwrap_or_default();
        store.dispatch(Action::Set(Setting::Nodes(by)));
    };
    // What is in focus, in words, stands first; the others change it.
    let focuses = Signal::derive(move || {
        let mut all = keyed(FOCUSES);
        let words = store.view.with(|v| v.graph.focus.words());
        if let Some(words) = words {
            all.insert(0, (String::new(), words));
        }
        all
    });
    let focus = Signal::derive(move || {
        let is_whole = store.view.with(|v| v.graph.focus == Focus::Everything);
        if is_whole { FOCUSES[0].0.to_owned() } else { String::new() }
    });
    let narrow = move |name: String| {
        let hop = |before| Narrowing::Hop { before, all: true };
        let how = match name.as_str() {
            "before" => hop(true),
            "after" => hop(false),
            "near" => {
                store.dispatch(Action::Narrow(Narrowing::Hop { before: true, all: false }));
                Narrowing::Hop { before: false, all: false }
            }
            "alone" => Narrowing::Isolate,
            "failed" => Narrowing::Failed,
            "between" => Narrowing::Between,
            "all" => Narrowing::Clear,
            _ => return,
        };
        store.dispatch(Action::Narrow(how));
    };
    view! {
        <div class="panel">
            <div class="tools" role="toolbar" aria-label="Graph">
                <Options label="Nodes" all=nodes now=now choose=choose/>
                <Options label="Focus" all=focuses now=focus choose=narrow/>
                <Show when=move || store.view.with(|v| v.graph.focus != Focus::Everything)>
                    <button type="button" title="Copy the engine's command that runs again what is in focus (Shift R)" on:click=move |_| store.dispatch(Action::CopyRerun)>"Copy re-run command"</button>
                </Show>
                <ColouredBy store=store/>
                <Zooming by=move |by| go(Movement::ZoomMiddle(by)) fit=move || go(Movement::Fit)/>
                <button type="button" title="As a table (V)" class:on=move || store.view.with(|v| v.twin) on:click=move |_| store.dispatch(Action::Twin)>"As a table"</button>
                <span class="hovered">{move || twin.about()}</span>
                <Show when=move || waits.get() && !store.view.with(|v| v.twin)><span role="status">"Laying out…"</span></Show>
            </div>
            <Legend store=store twin=twin/>
            <PictureView store=store twin=twin name="graph" table="graph-twin" painted=painted/>
        </div>
    }
}
