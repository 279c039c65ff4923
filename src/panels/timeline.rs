//! The timeline: its picture, and the small map of the whole run above it.

use std::rc::Rc;

use leptos::html::Div;
use leptos::prelude::*;
use makespan_engine::{Answer, Question};
use makespan_scene::Scene;
use makespan_views::ViewState;
use makespan_views::gesture::{Frame, Movement};
use makespan_views::timeline::{Lanes, mark_seen};

use crate::asking::{ColouredBy, Legend, PictureView, Twin, asked};
use crate::state::actions::{Action, Setting};
use crate::state::store::Store;
use crate::surface::{Still, observe};
use crate::widgets::{Choice, Zooming};

const MAP_HEIGHT: f32 = 34.0;

/// The view.
#[component]
pub(crate) fn TimelinePanel(store: Store, painted: Rc<dyn Fn(usize)>, children: Children) -> impl IntoView {
    let twin = Twin::new(store);
    let lanes: Vec<_> = Lanes::ALL.into_iter().map(|l| (l, l.name())).collect();
    let is_before = move || store.view.with(|v| v.before);
    let is_counted = move || store.view.with(|v| v.counters);
    let older = Memo::new(move |_| store.shell.with(|s| s.has_runs_before));
    let is_table = Memo::new(move |_| store.view.with(|v| v.twin));
    let has_counters = Memo::new(move |_| is_counted() && !is_table.get());
    let go = move |movement| store.dispatch(Action::Move(movement));
    view! {
        <div class="panel">
            <div class="tools" role="toolbar" aria-label="Timeline">
                <Choice label="Lanes by" all=lanes now=Signal::derive(move || store.shell.with(|s| s.lanes))
                    choose=move |l| store.dispatch(Action::Set(Setting::Lanes(l)))/>
                <ColouredBy store=store/>
                <Zooming by=move |by| go(Movement::ZoomMiddle(by)) fit=move || go(Movement::Fit)/>
                <button type="button" title="As a table (V)" class:on=move || is_table.get() on:click=move |_| store.dispatch(Action::Twin)>"As a table"</button>
                <button type="button" title="Counters: what ran, was queued and was measured at each moment (Shift M)" class:on=is_counted
                    aria-pressed=move || is_counted().to_string() on:click=move |_| store.dispatch(Action::Counters)>"Counters"</button>
                <Show when=move || older.get()>
                    <button type="button" title="Show behind each bar the durations of its task in earlier runs: range, 10th to 90th percentile, median (Shift B)"
                        class:on=is_before aria-pressed=move || is_before().to_string() on:click=move |_| store.dispatch(Action::Before)>"Earlier runs"</button>
                </Show>
                <span class="hovered">{move || twin.about()}</span>
            </div>
            <Legend store=store twin=twin/>
            <Show when=move || !is_table.get()><MiniMap store=store twin=twin/></Show>
            <Show when=move || has_counters.get()><Counters store=store twin=twin/></Show>
            <PictureView store=store twin=twin name="timeline" table="timeline-twin" painted=painted/>
            {children()}
        </div>
    }
}

/// What ran, was queued and was measured at each moment of the part that is seen.
#[component]
fn Counters(store: Store, twin: Twin) -> impl IntoView {
    let holder = NodeRef::<Div>::new();
    let size = RwSignal::new((0.0f64, 0.0f64));
    observe(holder, size);
    let width = Memo::new(move |_| size.get().0 as f32);
    // Gestures move the window before the picture comes; the strip follows the same window.
    let seen = move || {
        let frame = twin.picture.with(|p| p.as_ref().map_or(Frame::Still, |p| p.frame));
        store.view.with(|v| match frame.following(v) {
            Frame::Time { frame, .. } => Some(frame.window),
            _ => v.window,
        })
    };
    let about = Memo::new(move |_| (store.view.with(|v| (v.run, v.lanes)), seen()));
    let strip = asked(
        store,
        move || {
            let (_, window) = about.get();
            let view = ViewState { window, ..store.view.get_untracked() };
            (width.get() >= 1.0).then(|| Question::Counters { view, width: width.get() })
        },
        |answer| if let Answer::Counters(scene) = answer { Some(scene) } else { None },
    );
    let scene: Rc<dyn Fn(f32) -> Scene> = Rc::new(move |w| {
        strip.with(|s| s.as_ref().map_or_else(|| Scene::new(w, 0.0, ""), |s| (**s).clone()))
    });
    view! { <div class="counters" node_ref=holder data-testid="counters"><Still theme=store.theme scene=scene/></div> }
}

/// The whole run in a strip; a press shows the part around it.
#[component]
fn MiniMap(store: Store, twin: Twin) -> impl IntoView {
    let holder = NodeRef::<Div>::new();
    let size = RwSignal::new((0.0f64, 0.0f64));
    observe(holder, size);
    let width = Memo::new(move |_| size.get().0 as f32);
    // The strip is of the whole run: only these change it.
    let about = Memo::new(move |_| store.view.with(|v| (v.run, v.lanes)));
    let strip = asked(
        store,
        move || {
            about.track();
            let view = store.view.get_untracked();
            (width.get() >= 1.0).then(|| Question::Map { view, size: (width.get(), MAP_HEIGHT) })
        },
        |answer| if let Answer::Map(scene) = answer { Some(scene) } else { None },
    );
    let seen = move || {
        let frame = twin.picture.with(|p| p.as_ref().map_or(Frame::Still, |p| p.frame));
        store.view.with(|v| frame.following(v))
    };
    let scene: Rc<dyn Fn(f32) -> Scene> = Rc::new(move |w| {
        let mut made =
            strip.with(|s| s.as_ref().map_or_else(|| Scene::new(w, MAP_HEIGHT, ""), |s| (**s).clone()));
        if let Frame::Time { frame, whole, .. } = seen() {
            mark_seen(&mut made, &frame, whole);
        }
        made
    });
    let pressed = move |e: leptos::ev::PointerEvent| {
        if let (1, Frame::Time { frame, .. }) = (e.buttons() & 1, untrack(seen)) {
            let scale = frame.scale();
            let part = (f64::from(e.offset_x()) - scale.x0) / (scale.x1 - scale.x0).max(1.0);
            store.dispatch(Action::Move(Movement::Centre(part)));
        }
    };
    view! {
        <div class="minimap" node_ref=holder data-testid="minimap" on:pointerdown=pressed on:pointermove=pressed>
            <Still theme=store.theme scene=scene/>
        </div>
    }
}
