//! The graph of tasks and dependencies.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_engine::{Answer, Question};
use makespan_scene::Scene;
use makespan_views::gesture::{Frame, Movement};
use makespan_views::graph::{self, Drawing, Focus, Grouping};

use crate::asking::{ColouredBy, Legend, PictureView, Twin, asked};
use crate::platform::dom;
use crate::state::actions::{Action, Narrowing, Setting};
use crate::state::store::Store;
use crate::surface::Still;
use crate::widgets::{Choice, Options, Tools, Zooming};

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
    let drawing = Signal::derive(move || store.view.with(|v| v.graph.drawing));
    // The current focus comes first; the other entries change it.
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
    let has_map = Memo::new(move |_| {
        store.state.with(|s| s.settings.map && !s.view.twin) && map_of(store, twin).is_some()
    });
    view! {
        <div class="panel">
            <Tools name="Graph">
                <Options label="Nodes" all=nodes now=now choose=choose/>
                <Choice label="Drawing" all=Drawing::ALL.map(|d| (d, d.title())).to_vec() now=drawing choose=move |d| store.dispatch(Action::Set(Setting::Drawing(d)))/>
                <Options label="Focus" all=focuses now=focus choose=narrow/>
                <Show when=move || store.view.with(|v| v.graph.focus != Focus::Everything)>
                    <button type="button" title=store.hint("Copy the engine's command that runs the tasks in focus again", "Shift R") on:click=move |_| store.dispatch(Action::CopyRerun)>"Copy re-run command"</button>
                </Show>
                <ColouredBy store=store/>
                <Zooming by=move |by| go(Movement::ZoomMiddle(by)) fit=move || go(Movement::Fit)/>
                <button type="button" title=store.hint("As a table", "V") class:on=move || store.view.with(|v| v.twin) on:click=move |_| store.dispatch(Action::Twin)>"As a table"</button>
                <Show when=move || waits.get() && !store.view.with(|v| v.twin)><span role="status">"Laying out…"</span></Show>
            </Tools>
            <p class="about" data-testid="graph-about">{move || twin.text(|p| p.about.clone())}</p>
            <Legend store=store twin=twin/>
            <div class="graph-holder">
                <PictureView store=store twin=twin name="graph" table="graph-twin" painted=painted/>
                <Show when=move || has_map.get()><MiniMap store=store twin=twin/></Show>
            </div>
        </div>
    }
}

/// The inputs of the map.
#[derive(Clone, Copy)]
struct Seen {
    /// The visible part.
    frame: graph::Frame,
    /// Size of the layout.
    layout: (f32, f32),
    /// Size of the map, px.
    map: (f32, f32),
}

/// Returns the inputs of the map; `None` if the whole graph is visible or the window is too small for a map.
fn map_of(store: Store, twin: Twin) -> Option<Seen> {
    let frame = twin.picture.with(|p| p.as_ref().map_or(Frame::Still, |p| p.frame.clone()));
    // Gestures move the window before the picture arrives; the map follows them.
    let Frame::Plane { frame, size, .. } = store.view.with(|v| frame.following(v)) else { return None };
    let map = graph::map_size(size, (frame.width, frame.height))?;
    (!graph::sees_all(&frame, size)).then_some(Seen { frame, layout: size, map })
}

/// All nodes in a corner, with the visible part, which a click or a drag moves.
#[component]
fn MiniMap(store: Store, twin: Twin) -> impl IntoView {
    let seen = move || map_of(store, twin);
    let size = Memo::new(move |_| seen().map(|s| s.map));
    let window = Memo::new(move |_| seen().map(|s| (s.frame.width, s.frame.height)));
    // The map shows the whole graph, so only these change it.
    let about = Memo::new(move |_| {
        let layout = seen().map(|s| s.layout);
        (store.view.with(|v| (v.run, v.filter.clone(), v.graph.clone())), layout)
    });
    let map = asked(
        store,
        move || {
            about.track();
            Some(Question::Map { view: store.view.get_untracked(), size: window.get()? })
        },
        |answer| if let Answer::Map(scene) = answer { Some(scene) } else { None },
    );
    let scene: Rc<dyn Fn(f32) -> Scene> = Rc::new(move |_| {
        let (w, h) = size.get().unwrap_or_default();
        let mut made = map.with(|m| m.as_ref().map_or_else(|| Scene::new(w, h, ""), |m| (**m).clone()));
        if let Some(Seen { frame, layout, .. }) = seen() {
            graph::mark_seen(&mut made, &frame, layout);
        }
        made
    });
    let pressed = move |e: leptos::ev::PointerEvent| {
        if let (1, Some(Seen { layout, map, .. })) = (e.buttons() & 1, untrack(seen)) {
            e.prevent_default();
            let (x, y) = graph::map_point(layout, map, (e.offset_x() as f32, e.offset_y() as f32));
            store.dispatch(Action::Move(Movement::To(x.into(), y.into())));
        }
    };
    let width = move || format!("{}px", size.get().unwrap_or_default().0);
    let height = move || format!("{}px", size.get().unwrap_or_default().1);
    view! {
        <div class="graph-map" style:width=width style:height=height data-testid="graph-map" title="Press or drag to move (Shift V hides the map)" on:pointerdown=pressed on:pointermove=pressed>
            <Still theme=store.theme scene=scene/>
        </div>
    }
}
