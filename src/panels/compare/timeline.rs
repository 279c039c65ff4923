//! The attempts of one run over those of the other.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_scene::{Hit, Scene, TimeScale, duration};
use makespan_views::compare::timeline::{Aligned, frame, overlay, scene, twin};
use makespan_views::compare::{Alignment, Legend};
use makespan_views::timeline::{AXIS_HEIGHT, Frame, Lanes};
use makespan_views::{Look, Marks, Target};

use super::{Told, choose, chosen};
use crate::state::actions::Action;
use crate::state::store::{Ask, Store};
use crate::state::update::Move;
use crate::state::versus::Versus;
use crate::surface::{Gesture, MakeScene, Picture, Stage};
use crate::widgets::Grid;

/// The narrowest window of time, ns.
const NARROWEST: i64 = 1_000;

fn frame_of(store: Store, aligned: &Aligned, (w, h): (f32, f32)) -> Frame {
    let compare = store.view.with(|v| (v.compare.window, v.compare.scroll));
    let whole = frame(aligned, w);
    let visible = ((h - AXIS_HEIGHT) / whole.row_height).floor().max(1.0) as u32;
    Frame {
        height: h,
        window: compare.0.unwrap_or(whole.window),
        first_row: compare.1.min(aligned.row_count().saturating_sub(visible)),
        ..whole
    }
}

fn set_window(store: Store, aligned: &Aligned, scale: TimeScale) {
    let all = aligned.whole();
    let (from, to) = (scale.t0, scale.t1);
    store.change(|v| v.compare.window = (from > all.0 || to < all.1).then_some((from, to)));
}

fn row_of(hit: Hit) -> Option<u32> {
    match Target::of(hit)? {
        Target::Matched(row) => Some(row),
        _ => None,
    }
}

fn gesture(store: Store, frame: &Frame, aligned: &Aligned, at: RwSignal<Option<i64>>, g: Gesture) {
    let scale = frame.scale();
    let scroll = |rows: f64| {
        let most = aligned.row_count().saturating_sub(frame.visible_rows());
        let to = (f64::from(frame.first_row) + rows).round().clamp(0.0, f64::from(most)) as u32;
        store.change(|v| v.compare.scroll = to);
    };
    match g {
        Gesture::Hover(x, _, hit) => {
            at.set((x >= f64::from(frame.gutter)).then(|| scale.t(x)));
            store.hover.set(row_of(hit));
        }
        Gesture::Leave => {
            at.set(None);
            store.hover.set(None);
        }
        Gesture::Click(_, _, hit) => choose(store, row_of(hit)),
        Gesture::DoubleClick(x, _, _) => {
            set_window(store, aligned, scale.zoom(x, 2.0, aligned.whole(), NARROWEST))
        }
        Gesture::Drag(dx, dy) => {
            set_window(store, aligned, scale.pan(-dx, aligned.whole()));
            scroll(-dy / f64::from(frame.row_height));
        }
        Gesture::Select(from, to, true) => {
            let (t0, t1) = (scale.t(from.0.min(to.0)), scale.t(from.0.max(to.0)));
            if t1.saturating_sub(t0) >= NARROWEST {
                set_window(store, aligned, TimeScale { t0, t1, ..scale });
            }
        }
        Gesture::Select(_, _, false) => {}
        Gesture::Zoom(x, _, by) => set_window(store, aligned, scale.zoom(x, by, aligned.whole(), NARROWEST)),
        Gesture::Scroll(dx, dy) => {
            if dx != 0.0 {
                set_window(store, aligned, scale.pan(dx, aligned.whole()));
            }
            if dy != 0.0 {
                let rows = dy / f64::from(frame.row_height);
                scroll(if rows.abs() < 1.0 { rows.signum() } else { rows });
            }
        }
    }
}

/// The timelines over each other.
#[component]
pub(super) fn Over(told: Told) -> impl IntoView {
    let Told { store, painted } = told;
    let size = RwSignal::new((0.0f64, 0.0f64));
    let at = RwSignal::new(None::<i64>);
    let selected = chosen(store);
    let now = move || {
        let versus = store.versus()?;
        let (lanes, alignment) = store.view.with(|v| (v.lanes, v.compare.alignment));
        let row = if alignment == Alignment::Task { selected.get() } else { None };
        let aligned = versus.aligned(lanes, row);
        Some((versus, aligned))
    };
    let look = move |versus: &Versus| {
        let filter = store.view.with(|v| v.filter.clone());
        let dim = versus.mask(&filter).map_or(Vec::new(), |m| m.iter().map(|passes| !passes).collect());
        Look { marks: Marks { dim, ..Marks::default() }, ..Look::default() }
    };
    let base = move |w: f32, h: f32| {
        let Some((versus, aligned)) = now() else { return Scene::default() };
        scene(&versus.pair(), &aligned, &look(&versus), &frame_of(store, &aligned, (w, h)))
    };
    let above = move |w: f32, h: f32| {
        let Some((versus, aligned)) = now() else { return Scene::default() };
        let look = Look { hover: store.hover.get(), selected: selected.get(), ..Look::default() };
        overlay(&versus.pair(), &aligned, &look, &frame_of(store, &aligned, (w, h)), at.get())
    };
    let framed = move || {
        let (_, aligned) = untrack(now)?;
        let (w, h) = size.get_untracked();
        let frame = untrack(|| frame_of(store, &aligned, (w as f32, h as f32)));
        Some((aligned, frame))
    };
    Effect::new(move |_| {
        let Some((_, ask)) = store.ask.get() else { return };
        let Some((aligned, frame)) = framed() else { return };
        let scale = frame.scale();
        match ask {
            Ask::Camera(Move::Fit) => store.change(|v| (v.compare.window, v.compare.scroll) = (None, 0)),
            Ask::Camera(Move::Zoom(by)) => {
                let middle = f64::midpoint(scale.x0, scale.x1);
                set_window(
                    store,
                    &aligned,
                    scale.zoom(middle, by as f64 / 1000.0, aligned.whole(), NARROWEST),
                );
            }
            Ask::Camera(Move::Pan(x, y)) => {
                let (dx, dy) =
                    (x as f64 / 1000.0 * (scale.x1 - scale.x0), y as f64 / 1000.0 * f64::from(frame.height));
                gesture(store, &frame, &aligned, at, Gesture::Scroll(dx, dy));
            }
            Ask::Reveal => {}
        }
    });
    let on: Rc<dyn Fn(Gesture)> = Rc::new(move |g| {
        if let Some((aligned, frame)) = framed() {
            gesture(store, &frame, &aligned, at, g);
        }
    });
    let label = Signal::derive(move || {
        now().map_or(String::new(), |(_, a)| {
            let whole = duration(a.whole().1.saturating_sub(a.whole().0));
            format!("Both timelines over {whole}, {} rows. The table (V) holds the same.", a.row_count())
        })
    });
    let lanes = Lanes::ALL
        .into_iter()
        .map(|l| {
            let on = move || store.view.with(|v| v.lanes) == l;
            view! { <button type="button" class:on=on aria-pressed=move || on().to_string() on:click=move |_| store.change(|v| v.lanes = l)>{l.name()}</button> }
        })
        .collect::<Vec<_>>();
    let alignments = Alignment::ALL
        .into_iter()
        .map(|a| {
            let on = move || store.view.with(|v| v.compare.alignment) == a;
            view! { <button type="button" class:on=on aria-pressed=move || on().to_string() on:click=move |_| store.change(|v| v.compare.alignment = a)>{a.title()}</button> }
        })
        .collect::<Vec<_>>();
    let twin_count = Memo::new(move |_| store.versus().map_or(0, |v| v.matching.tasks.len()));
    let rows: Rc<dyn Fn(std::ops::Range<usize>) -> makespan_views::Table> =
        Rc::new(move |range| now().map_or_else(Default::default, |(v, a)| twin(&v.pair(), &a, range)));
    let columns = move || untrack(now).map_or_else(Vec::new, |(v, a)| twin(&v.pair(), &a, 0..0).columns);
    let legend: Rc<dyn Fn(f32) -> Scene> = Rc::new(|w| Legend::Timeline.scene(w));
    let (base, above): (MakeScene, MakeScene) = (Rc::new(base), Rc::new(above));
    let parts = StoredValue::new_local((base, above, on, Rc::clone(&painted), painted, rows, legend));
    view! {
        <div class="tools" role="toolbar" aria-label="Timelines of both runs">
            <span class="group" role="group" aria-label="Lanes by">"Lanes by "{lanes}</span>
            <span class="group" role="group" aria-label="Laid over each other at">"At the "{alignments}</span>
            <button type="button" title="Show everything (0)" on:click=move |_| store.dispatch(Action::Fit)>"Fit"</button>
            <button type="button" title="As a table (V)" class:on=move || store.view.with(|v| v.twin) on:click=move |_| store.dispatch(Action::Twin)>"As a table"</button>
            <button type="button" title="Save the picture as SVG" on:click=move |_| store.dispatch(Action::SavePicture)>"Save SVG"</button>
        </div>
        <Show when=move || !store.view.with(|v| v.twin)
            fallback=move || parts.with_value(|p| view! {
                <Grid name="compare-timeline-twin" title="Tasks of both runs over time" columns=columns() count=twin_count rows=Rc::clone(&p.5) selected=selected
                    place=Rc::new(|| None) sorted=Signal::derive(|| None) on_head=Rc::new(|_| {})
                    on_task=Rc::new(move |row| choose(store, Some(row))) painted=Rc::clone(&p.4)/>
            })>
            {move || parts.with_value(|p| view! {
                    <Picture theme=store.theme scene=Rc::clone(&p.6)/>
                    <Stage name="compare-timeline" label=label theme=store.theme size=size base=Rc::clone(&p.0) overlay=Rc::clone(&p.1) on=Rc::clone(&p.2) painted=Rc::clone(&p.3)/>
                })}
        </Show>
    }
}
