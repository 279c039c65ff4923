//! The graph: its canvas, its layout, its gestures, and its twin.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_layout::{Direction, Layout};
use makespan_scene::{Hit, Scene, count};
use makespan_views::graph::{Frame, Graph, fit, overlay, scene, twin};
use makespan_views::{Camera, Look, Target};

use crate::platform::dom;
use crate::state::actions::Action;
use crate::state::session::Loaded;
use crate::state::store::{Ask, Store};
use crate::state::update::Move;
use crate::surface::{Gesture, MakeScene, Stage};
use crate::widgets::Grid;
use crate::worker;

type Shown = (Rc<Loaded>, Rc<Graph>, Rc<Layout>);

fn frame_of(store: Store, layout: &Layout, width: f64, height: f64) -> Frame {
    let (w, h) = (width as f32, height as f32);
    Frame { width: w, height: h, camera: store.view.with(|v| v.camera).unwrap_or_else(|| fit(layout, w, h)) }
}

fn set_camera(store: Store, layout: &Layout, camera: Camera) {
    // The picture never leaves the window altogether.
    let x = camera.x.clamp(0.0, layout.width);
    let y = camera.y.clamp(0.0, layout.height);
    store.change(|v| v.camera = Some(Camera { x, y, zoom: camera.zoom.clamp(0.002, 4.0) }));
}

fn task_of(graph: &Graph, hit: Hit) -> Option<u32> {
    match Target::of(hit)? {
        Target::Task(t) => Some(t),
        Target::Group(n) => graph.nodes.get(n as usize)?.tasks.first().copied(),
        _ => None,
    }
}

fn gesture(store: Store, size: (f64, f64), shown: &Shown, g: Gesture) {
    let (_, graph, layout) = shown;
    let frame = untrack(|| frame_of(store, layout, size.0, size.1));
    let c = frame.camera;
    match g {
        Gesture::Hover(_, _, hit) => {
            let task = task_of(graph, hit);
            if store.hover.get_untracked() != task {
                store.hover.set(task);
            }
        }
        Gesture::Leave => store.hover.set(None),
        Gesture::Click(_, _, hit) => store.dispatch(Action::Select(task_of(graph, hit))),
        Gesture::DoubleClick(x, y, hit) => match task_of(graph, hit) {
            Some(_) => show_selected(store, graph, layout, &frame, 1.0),
            None => set_camera(store, layout, frame.zoomed(x as f32, y as f32, 2.0)),
        },
        Gesture::Drag(dx, dy) | Gesture::Scroll(dx, dy) => {
            let sign = if matches!(g, Gesture::Drag(..)) { -1.0 } else { 1.0 };
            let (x, y) = (c.x + sign * dx as f32 / c.zoom, c.y + sign * dy as f32 / c.zoom);
            set_camera(store, layout, Camera { x, y, zoom: c.zoom });
        }
        Gesture::Select(from, to, true) => {
            let (w, h) = ((to.0 - from.0).abs().max(8.0) as f32, (to.1 - from.1).abs().max(8.0) as f32);
            let (mx, my) = (f64::midpoint(from.0, to.0) as f32, f64::midpoint(from.1, to.1) as f32);
            let x = c.x + (mx - frame.width / 2.0) / c.zoom;
            let y = c.y + (my - frame.height / 2.0) / c.zoom;
            let zoom = c.zoom * (frame.width / w).min(frame.height / h);
            set_camera(store, layout, Camera { x, y, zoom: zoom.min(2.0) });
        }
        Gesture::Select(_, _, false) => {}
        Gesture::Zoom(x, y, by) => set_camera(store, layout, frame.zoomed(x as f32, y as f32, by as f32)),
    }
}

fn show_selected(store: Store, graph: &Graph, layout: &Layout, frame: &Frame, least: f32) {
    let node = store.selected.get_untracked().and_then(|t| graph.node_of.get(t as usize)).copied();
    if let Some(p) = node.and_then(|n| layout.nodes.get(n as usize)) {
        set_camera(store, layout, Camera { x: p.x, y: p.y, zoom: frame.camera.zoom.max(least) });
    }
}

/// The view.
#[component]
pub(crate) fn GraphPanel(store: Store, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    let size = RwSignal::new((0.0, 0.0));
    let filter = Memo::new(move |_| store.view.with(|v| v.filter.clone()));
    let graph = move || store.run().map(|l| (Rc::clone(&l), filter.with(|f| l.graph(f))));
    Effect::new(move |_| {
        let Some((loaded, graph)) = graph() else { return };
        let filter = filter.get();
        if loaded.wants_layout(&filter) {
            worker::lay_out(&graph.request(Direction::LeftRight), move |layout| {
                loaded.set_layout(&filter, layout);
                dom::mark("makespan:laidout", &[]);
                store.laid_out.update(|n| *n += 1);
            });
        }
    });
    let shown = move || -> Option<Shown> {
        store.laid_out.track();
        let (loaded, graph) = graph()?;
        let layout = filter.with(|f| loaded.layout(f))?;
        Some((loaded, graph, layout))
    };
    let look = Memo::new(move |_| store.run().map_or_else(Look::default, |l| store.look(&l)));
    let base = move |w: f32, h: f32| {
        let Some((loaded, graph, layout)) = shown() else { return Scene::default() };
        let frame = frame_of(store, &layout, f64::from(w), f64::from(h));
        look.with(|look| scene(&loaded.run, &graph, &layout, look, &frame))
    };
    let above = move |w: f32, h: f32| {
        let Some((_, graph, layout)) = shown() else { return Scene::default() };
        let frame = frame_of(store, &layout, f64::from(w), f64::from(h));
        let look = Look { hover: store.hover.get(), selected: store.selected.get(), ..Look::default() };
        overlay(&graph, &layout, &look, &frame)
    };
    Effect::new(move |_| {
        let Some((_, ask)) = store.ask.get() else { return };
        let Some(shown) = untrack(shown) else { return };
        let (w, h) = size.get_untracked();
        let frame = untrack(|| frame_of(store, &shown.2, w, h));
        match ask {
            Ask::Reveal => show_selected(store, &shown.1, &shown.2, &frame, 0.5),
            Ask::Camera(Move::Fit) => store.change(|v| v.camera = None),
            Ask::Camera(Move::Zoom(by)) => set_camera(
                store,
                &shown.2,
                frame.zoomed(frame.width / 2.0, frame.height / 2.0, by as f32 / 1000.0),
            ),
            Ask::Camera(Move::Pan(x, y)) => {
                gesture(store, (w, h), &shown, Gesture::Scroll(x as f64 / 1000.0 * w, y as f64 / 1000.0 * h));
            }
        }
    });
    let label = Signal::derive(move || {
        graph().map_or(String::new(), |(_, g)| {
            format!("Graph: {} nodes, {} edges. The table (V) holds the same.", g.nodes.len(), g.edges.len())
        })
    });
    let about = move || {
        let (loaded, g) = graph()?;
        let mut parts = Vec::new();
        if g.by_step {
            parts.push(format!(
                "{} tasks shown as {} steps",
                count(loaded.run.task_count() as u64),
                count(g.nodes.len() as u64)
            ));
        }
        if g.filtered {
            let (some, all) = (count(g.nodes.len() as u64), count(loaded.run.task_count() as u64));
            parts.push(format!("the {some} of {all} tasks that pass the filter"));
        } else if g.left_out > 0 {
            parts.push(format!(
                "{} of {} tasks: failures, the critical path and the earliest; the table holds all",
                count(g.nodes.len() as u64),
                count(loaded.run.task_count() as u64)
            ));
        }
        if g.inferred {
            parts.push("no dependencies in this file: inferred from time, drawn dotted".to_owned());
        } else if loaded.run.edge_count() == 0 && g.nodes.len() > 1 {
            parts.push("no dependencies in this file, and no times to infer them from".to_owned());
        }
        if g.cut.iter().any(|c| *c) {
            parts.push("dashed edges close a cycle and count in no analysis".to_owned());
        }
        (!parts.is_empty()).then(|| parts.join(" · "))
    };
    let waiting = move || graph().is_some() && shown().is_none();
    let twin_count = Memo::new(move |_| graph().map_or(0, |(_, g)| g.nodes.len()));
    let on: Rc<dyn Fn(Gesture)> = Rc::new(move |g| {
        if let Some(shown) = untrack(shown) {
            gesture(store, size.get_untracked(), &shown, g);
        }
    });
    let (base, above): (MakeScene, MakeScene) = (Rc::new(base), Rc::new(above));
    let rows: Rc<dyn Fn(std::ops::Range<usize>) -> makespan_views::Table> = Rc::new(move |range| {
        graph().map_or_else(Default::default, |(loaded, g)| twin(&loaded.run, &g, range))
    });
    let painted_twin = Rc::clone(&painted);
    let drawn: Rc<dyn Fn(usize)> = Rc::new(move |n| {
        if untrack(shown).is_some() {
            painted(n);
        }
    });
    let parts = StoredValue::new_local((base, above, on, drawn, painted_twin, rows));
    view! {
        <div class="panel">
            <div class="tools" role="toolbar" aria-label="Graph">
                <button type="button" title="Zoom in (W)" aria-label="Zoom in" on:click=move |_| store.dispatch(Action::Zoom(1.5))>"+"</button>
                <button type="button" title="Zoom out (S)" aria-label="Zoom out" on:click=move |_| store.dispatch(Action::Zoom(1.0 / 1.5))>"−"</button>
                <button type="button" title="Show everything (0)" on:click=move |_| store.dispatch(Action::Fit)>"Fit"</button>
                <button type="button" title="As a table (V)" class:on=move || store.view.with(|v| v.twin) on:click=move |_| store.dispatch(Action::Twin)>"As a table"</button>
                <span class="hovered">{about}</span>
                <Show when=waiting><span role="status">"Laying out…"</span></Show>
            </div>
            <Show when=move || !store.view.with(|v| v.twin)
                fallback=move || parts.with_value(|p| view! {
                    <Grid name="graph-twin" title="Nodes and dependencies" columns=twin_columns() count=twin_count rows=Rc::clone(&p.5) selected=store.selected
                        place=Rc::new(|| None) sorted=Signal::derive(|| None) on_head=Rc::new(|_| {})
                        on_task=Rc::new(move |t| store.dispatch(Action::Select(Some(t)))) painted=Rc::clone(&p.4)/>
                })>
                {move || parts.with_value(|p| view! {
                    <Stage name="graph" label=label theme=store.theme size=size base=Rc::clone(&p.0) overlay=Rc::clone(&p.1) on=Rc::clone(&p.2) painted=Rc::clone(&p.3)/>
                })}
            </Show>
        </div>
    }
}

fn twin_columns() -> Vec<makespan_views::Column> {
    twin(&makespan_model::Run::default(), &Graph::default(), 0..0).columns
}
