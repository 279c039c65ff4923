//! One graph of the tasks and dependencies of both runs.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_layout::{Direction, Layout};
use makespan_scene::{Hit, Scene, count};
use makespan_views::compare::graph::{Graph, overlay, scene, twin};
use makespan_views::compare::{Legend, Mode};
use makespan_views::graph::{Frame, fit};
use makespan_views::{Camera, Look, Marks, Target};

use super::{Told, choose, chosen};
use crate::platform::dom;
use crate::state::actions::Action;
use crate::state::store::{Ask, Store};
use crate::state::update::Move;
use crate::state::versus::Versus;
use crate::surface::{Gesture, MakeScene, Picture, Stage};
use crate::widgets::Grid;
use crate::worker;

type Shown = (Rc<Versus>, Rc<Graph>, Rc<Layout>);

fn frame_of(store: Store, layout: &Layout, (w, h): (f32, f32)) -> Frame {
    Frame {
        width: w,
        height: h,
        camera: store.view.with(|v| v.compare.camera).unwrap_or_else(|| fit(layout, w, h)),
    }
}

fn set_camera(store: Store, layout: &Layout, camera: Camera) {
    let (x, y) = (camera.x.clamp(0.0, layout.width), camera.y.clamp(0.0, layout.height));
    store.change(|v| v.compare.camera = Some(Camera { x, y, zoom: camera.zoom.clamp(0.002, 4.0) }));
}

fn row_of(shown: &Shown, hit: Hit) -> Option<u32> {
    match Target::of(hit)? {
        Target::Matched(row) => Some(row),
        Target::Group(node) => shown.1.row_of(&shown.0.pair(), node),
        _ => None,
    }
}

fn gesture(store: Store, size: (f64, f64), shown: &Shown, g: Gesture) {
    let frame = untrack(|| frame_of(store, &shown.2, (size.0 as f32, size.1 as f32)));
    let c = frame.camera;
    match g {
        Gesture::Hover(_, _, hit) => store.hover.set(row_of(shown, hit)),
        Gesture::Leave => store.hover.set(None),
        Gesture::Click(_, _, hit) => choose(store, row_of(shown, hit)),
        Gesture::DoubleClick(x, y, _) => set_camera(store, &shown.2, frame.zoomed(x as f32, y as f32, 2.0)),
        Gesture::Drag(dx, dy) | Gesture::Scroll(dx, dy) => {
            let sign = if matches!(g, Gesture::Drag(..)) { -1.0 } else { 1.0 };
            let (x, y) = (c.x + sign * dx as f32 / c.zoom, c.y + sign * dy as f32 / c.zoom);
            set_camera(store, &shown.2, Camera { x, y, ..c });
        }
        Gesture::Select(from, to, true) => {
            let (w, h) = ((to.0 - from.0).abs().max(8.0) as f32, (to.1 - from.1).abs().max(8.0) as f32);
            let (mx, my) = (f64::midpoint(from.0, to.0) as f32, f64::midpoint(from.1, to.1) as f32);
            let (x, y) = (c.x + (mx - frame.width / 2.0) / c.zoom, c.y + (my - frame.height / 2.0) / c.zoom);
            let zoom = c.zoom * (frame.width / w).min(frame.height / h);
            set_camera(store, &shown.2, Camera { x, y, zoom: zoom.min(2.0) });
        }
        Gesture::Select(_, _, false) => {}
        Gesture::Zoom(x, y, by) => set_camera(store, &shown.2, frame.zoomed(x as f32, y as f32, by as f32)),
    }
}

/// The graph.
#[component]
pub(super) fn UnionGraph(told: Told) -> impl IntoView {
    let Told { store, painted } = told;
    let size = RwSignal::new((0.0, 0.0));
    let filter = Memo::new(move |_| store.view.with(|v| v.filter.clone()));
    let mode = Memo::new(move |_| store.view.with(|v| v.compare.mode));
    let selected = chosen(store);
    let graph = move || store.versus().map(|v| (Rc::clone(&v), filter.with(|f| v.graph(f))));
    Effect::new(move |_| {
        let Some((versus, graph)) = graph() else { return };
        if versus.wants_layout() {
            worker::lay_out(&graph.request(Direction::LeftRight), move |layout| {
                versus.set_layout(&graph, layout);
                dom::mark("makespan:laidout", &[]);
                store.laid_out.update(|n| *n += 1);
            });
        }
    });
    let shown = move || -> Option<Shown> {
        store.laid_out.track();
        let (versus, graph) = graph()?;
        let layout = versus.layout()?;
        Some((versus, graph, layout))
    };
    let look = move |versus: &Versus| {
        let dim =
            filter.with(|f| versus.mask(f)).map_or(Vec::new(), |m| m.iter().map(|passes| !passes).collect());
        Look { marks: Marks { dim, ..Marks::default() }, ..Look::default() }
    };
    let base = move |w: f32, h: f32| {
        let Some(shown) = shown() else { return Scene::default() };
        let frame = frame_of(store, &shown.2, (w, h));
        scene(&shown.0.pair(), &shown.1, &shown.2, &look(&shown.0), mode.get(), &frame)
    };
    let above = move |w: f32, h: f32| {
        let Some((_, graph, layout)) = shown() else { return Scene::default() };
        let frame = frame_of(store, &layout, (w, h));
        let look = Look { hover: store.hover.get(), selected: selected.get(), ..Look::default() };
        overlay(&graph, &layout, &look, &frame)
    };
    Effect::new(move |_| {
        let Some((_, ask)) = store.ask.get() else { return };
        let Some(shown) = untrack(shown) else { return };
        let (w, h) = size.get_untracked();
        let frame = untrack(|| frame_of(store, &shown.2, (w as f32, h as f32)));
        match ask {
            Ask::Reveal => {
                let node = selected.get_untracked().and_then(|r| shown.1.node_of.get(r as usize).copied());
                if let Some(p) = node.and_then(|n| shown.2.nodes.get(n as usize)) {
                    set_camera(store, &shown.2, Camera { x: p.x, y: p.y, zoom: frame.camera.zoom.max(0.5) });
                }
            }
            Ask::Camera(Move::Fit) => store.change(|v| v.compare.camera = None),
            Ask::Camera(Move::Zoom(by)) => {
                set_camera(
                    store,
                    &shown.2,
                    frame.zoomed(frame.width / 2.0, frame.height / 2.0, by as f32 / 1000.0),
                );
            }
            Ask::Camera(Move::Pan(x, y)) => {
                gesture(store, (w, h), &shown, Gesture::Scroll(x as f64 / 1000.0 * w, y as f64 / 1000.0 * h));
            }
        }
    });
    let on: Rc<dyn Fn(Gesture)> = Rc::new(move |g| {
        if let Some(shown) = untrack(shown) {
            gesture(store, size.get_untracked(), &shown, g);
        }
    });
    let label = Signal::derive(move || {
        graph().map_or(String::new(), |(_, g)| {
            format!(
                "Graph of both runs: {} nodes, {} edges. The table (V) holds the same.",
                g.nodes.len(),
                g.edges.len()
            )
        })
    });
    let about = move || {
        let (versus, g) = graph()?;
        g.by_step.then(|| {
            let rows = count(versus.matching.tasks.len() as u64);
            format!("{rows} tasks shown as {} steps", count(g.nodes.len() as u64))
        })
    };
    let modes = Mode::ALL
        .into_iter()
        .map(|m| {
            let on = move || mode.get() == m;
            view! { <button type="button" class:on=on aria-pressed=move || on().to_string() title="Shift X" on:click=move |_| store.change(|v| v.compare.mode = m)>{m.title()}</button> }
        })
        .collect::<Vec<_>>();
    let twin_count = Memo::new(move |_| graph().map_or(0, |(_, g)| g.nodes.len()));
    let rows: Rc<dyn Fn(std::ops::Range<usize>) -> makespan_views::Table> =
        Rc::new(move |range| graph().map_or_else(Default::default, |(v, g)| twin(&v.pair(), &g, range)));
    let columns = move || untrack(graph).map_or_else(Vec::new, |(v, g)| twin(&v.pair(), &g, 0..0).columns);
    let painted_twin = Rc::clone(&painted);
    let drawn: Rc<dyn Fn(usize)> = Rc::new(move |n| {
        if untrack(shown).is_some() {
            painted(n);
        }
    });
    let (base, above): (MakeScene, MakeScene) = (Rc::new(base), Rc::new(above));
    let legend: Rc<dyn Fn(f32) -> Scene> = Rc::new(|w| Legend::Graph.scene(w));
    let parts = StoredValue::new_local((base, above, on, drawn, painted_twin, rows, legend));
    view! {
        <div class="tools" role="toolbar" aria-label="Graph of both runs">
            <span class="group" role="group" aria-label="Which runs">{modes}</span>
            <button type="button" title="Show everything (0)" on:click=move |_| store.dispatch(Action::Fit)>"Fit"</button>
            <button type="button" title="As a table (V)" class:on=move || store.view.with(|v| v.twin) on:click=move |_| store.dispatch(Action::Twin)>"As a table"</button>
            <button type="button" title="Save the picture as SVG" on:click=move |_| store.dispatch(Action::SavePicture)>"Save SVG"</button>
            <span class="hovered">{about}</span>
        </div>
        <Show when=move || !store.view.with(|v| v.twin)
            fallback=move || parts.with_value(|p| view! {
                <Grid name="compare-graph-twin" title="Nodes of both runs" columns=columns() count=twin_count rows=Rc::clone(&p.5) selected=selected
                    place=Rc::new(|| None) sorted=Signal::derive(|| None) on_head=Rc::new(|_| {})
                    on_task=Rc::new(move |row| choose(store, Some(row))) painted=Rc::clone(&p.4)/>
            })>
            {move || parts.with_value(|p| view! {
                    <Picture theme=store.theme scene=Rc::clone(&p.6)/>
                    <Stage name="compare-graph" label=label theme=store.theme size=size base=Rc::clone(&p.0) overlay=Rc::clone(&p.1) on=Rc::clone(&p.2) painted=Rc::clone(&p.3)/>
                })}
        </Show>
    }
}
