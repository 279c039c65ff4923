//! The timeline: its picture, and the strip of the whole run above it.

use std::rc::Rc;

use leptos::ev::PointerEvent;
use leptos::html::Div;
use leptos::prelude::*;
use makespan_engine::{Answer, Question};
use makespan_scene::Scene;
use makespan_views::gesture::{Frame, Movement};
use makespan_views::timeline::{LaneAct, mark_seen};
use makespan_views::{Brush, Grip, ViewState};
use wasm_bindgen::JsCast;

use crate::asking::{ColouredBy, LanesBy, Legend, PictureView, Twin, asked};
use crate::state::actions::Action;
use crate::state::store::Store;
use crate::surface::{Still, observe};
use crate::widgets::{Tools, Zooming};

const MAP_HEIGHT: f32 = 34.0;

/// The view.
#[component]
pub(crate) fn TimelinePanel(store: Store, painted: Rc<dyn Fn(usize)>, children: Children) -> impl IntoView {
    let twin = Twin::new(store);
    let is_before = move || store.view.with(|v| v.before);
    let is_counted = move || store.view.with(|v| v.counters);
    let older = Memo::new(move |_| store.shell.with(|s| s.has_runs_before));
    let is_table = Memo::new(move |_| store.view.with(|v| v.twin));
    let has_counters = Memo::new(move |_| is_counted() && !is_table.get());
    let is_folded = Memo::new(move |_| twin.folds());
    let has_gaps = Memo::new(move |_| twin.picture.with(|p| p.as_ref().is_some_and(|p| p.gaps > 0)));
    let is_arranged = Memo::new(move |_| store.view.with(|v| !v.rows.is_natural()));
    let go = move |movement| store.dispatch(Action::Move(movement));
    view! {
        <div class="panel">
            <Tools name="Timeline">
                <LanesBy store=store/>
                <ColouredBy store=store/>
                <Zooming by=move |by| go(Movement::ZoomMiddle(by)) fit=move || go(Movement::Fit)/>
                <button type="button" title=store.hint("As a table", "V") class:on=move || is_table.get() on:click=move |_| store.dispatch(Action::Twin)>"As a table"</button>
                <button type="button" title=store.hint("Counters: tasks running and queued, and metrics over time", "Shift M") class:on=is_counted
                    aria-pressed=move || is_counted().to_string() on:click=move |_| store.dispatch(Action::Counters)>"Counters"</button>
                <Show when=move || has_gaps.get()>
                    <button type="button" title=store.hint("Fold gaps in which nothing runs", "H") class:on=move || is_folded.get()
                        aria-pressed=move || is_folded.get().to_string() on:click=move |_| store.dispatch(Action::Gaps)>"Fold gaps"</button>
                </Show>
                <Show when=move || is_arranged.get()>
                    <button type="button" title=store.hint("Unpin, show and sort lanes as usual", "Shift G") on:click=move |_| store.dispatch(Action::Lane(None, LaneAct::ShowAll))>"Show all lanes"</button>
                </Show>
                <Show when=move || older.get()>
                    <button type="button" title=store.hint("Behind each bar, show the durations of its task in earlier runs: range, 10th to 90th percentile, median", "Shift B")
                        class:on=is_before aria-pressed=move || is_before().to_string() on:click=move |_| store.dispatch(Action::Before)>"Earlier runs"</button>
                </Show>
                <button type="button" title="Mark the selected moment with a note (M: the moment under the pointer)" on:click=move |_| store.dispatch(Action::Mark)>"Add marker"</button>
                <span class="hovered">{move || twin.about()}</span>
            </Tools>
            <Legend store=store twin=twin/>
            <Show when=move || !is_table.get()><MiniMap store=store twin=twin/></Show>
            <Show when=move || has_counters.get()><Counters store=store twin=twin/></Show>
            <PictureView store=store twin=twin name="timeline" table="timeline-twin" painted=painted/>
            {children()}
        </div>
    }
}

/// The counters of the visible part: tasks running and queued, and metrics over time.
#[component]
fn Counters(store: Store, twin: Twin) -> impl IntoView {
    let holder = NodeRef::<Div>::new();
    let size = RwSignal::new((0.0f64, 0.0f64));
    observe(holder, size);
    let width = Memo::new(move |_| size.get().0 as f32);
    // Gestures move the window before the picture arrives; the counters follow them.
    let seen = move || {
        let frame = twin.picture.with(|p| p.as_ref().map_or(Frame::Still, |p| p.frame.clone()));
        store.view.with(|v| match frame.following(v) {
            Frame::Time { frame, .. } => Some(frame.window),
            _ => v.window,
        })
    };
    let about = Memo::new(move |_| (store.view.with(|v| (v.run, v.lanes.clone(), v.gaps)), seen()));
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

/// A press that moves less than this is not a drag, px.
const STILL: f64 = 3.0;

/// The whole run in a strip with the visible part. Dragging its edges or itself moves it, dragging beside it selects
/// another part, a click centres it there, and a double click shows everything. On the picture, keys do the same.
#[component]
fn MiniMap(store: Store, twin: Twin) -> impl IntoView {
    let holder = NodeRef::<Div>::new();
    let size = RwSignal::new((0.0f64, 0.0f64));
    observe(holder, size);
    let width = Memo::new(move |_| size.get().0 as f32);
    // The strip shows the whole run, so only these change it.
    let about = Memo::new(move |_| store.view.with(|v| (v.run, v.lanes.clone(), v.gaps, v.markers.clone())));
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
        let frame = twin.picture.with(|p| p.as_ref().map_or(Frame::Still, |p| p.frame.clone()));
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
    let at = move |e: &PointerEvent| match untrack(seen) {
        Frame::Time { frame, whole, .. } => {
            let is_coarse = e.pointer_type() != "mouse";
            Some(Brush::at(&frame, whole, f64::from(e.offset_x()), is_coarse))
        }
        _ => None,
    };
    // The current drag: its pointer, where it began, whether it has moved.
    let held = StoredValue::new(None::<(i32, Brush, f64, bool)>);
    let cursor = RwSignal::new(Grip::Outside.cursor());
    let shape = move |to: &'static str| {
        if cursor.get_untracked() != to {
            cursor.set(to);
        }
    };
    let down = move |e: PointerEvent| {
        if e.button() != 0 || held.with_value(Option::is_some) {
            return;
        }
        let Some(brush) = at(&e) else { return };
        if let Some(target) = e.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) {
            let _ = target.set_pointer_capture(e.pointer_id());
        }
        shape(if brush.grip() == Grip::Window { "grabbing" } else { brush.grip().cursor() });
        held.set_value(Some((e.pointer_id(), brush, f64::from(e.offset_x()), false)));
    };
    let moved = move |e: PointerEvent| {
        let x = f64::from(e.offset_x());
        let movement = held.try_update_value(|held| match held {
            Some((id, brush, from, is_drag)) if *id == e.pointer_id() => {
                *is_drag |= (x - *from).abs() >= STILL;
                is_drag.then(|| brush.dragged(x))
            }
            _ => None,
        });
        match movement.flatten() {
            Some(movement) => store.dispatch(Action::Move(movement)),
            None if held.with_value(Option::is_none) => {
                shape(at(&e).map_or_else(|| Grip::Outside.cursor(), |brush| brush.grip().cursor()));
            }
            None => {}
        }
    };
    let up = move |e: PointerEvent| {
        let of_this =
            |held: &Option<(i32, Brush, f64, bool)>| held.as_ref().is_some_and(|h| h.0 == e.pointer_id());
        if !held.with_value(of_this) {
            return;
        }
        let ended = held.try_update_value(Option::take).flatten();
        if let Some((_, brush, _, false)) = ended
            && e.type_() == "pointerup"
            && let Some(movement) = brush.pressed()
        {
            store.dispatch(Action::Move(movement));
        }
        shape(at(&e).map_or_else(|| Grip::Outside.cursor(), |brush| brush.grip().cursor()));
    };
    view! {
        <div class="minimap" node_ref=holder data-testid="minimap" style:cursor=move || cursor.get()
            on:pointerdown=down on:pointermove=moved on:pointerup=up on:pointercancel=up
            on:dblclick=move |_| store.dispatch(Action::Move(Movement::Fit))>
            <Still theme=store.theme scene=scene/>
        </div>
    }
}
