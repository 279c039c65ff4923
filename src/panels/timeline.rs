//! The timeline: its canvas, its small map, its gestures, and its twin.

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use makespan_analysis::compare::trends;
use makespan_model::{AttemptId, TaskId};
use makespan_scene::{Hit, Scene, TimeScale, count, duration};
use makespan_views::compare::trend;
use makespan_views::timeline::{AXIS_HEIGHT, Frame, Index, Lanes, minimap, overlay, scene, twin, waits};
use makespan_views::{Look, Target};

use crate::state::actions::Action;
use crate::state::session::Loaded;
use crate::state::store::{Ask, Store};
use crate::state::update::Move;
use crate::surface::{Gesture, MakeScene, Picture, Stage};
use crate::widgets::Grid;

const MAP_HEIGHT: f32 = 34.0;
/// The narrowest window of time, ns: below a nanosecond a pixel there is nothing to see.
const NARROWEST: i64 = 1_000;

/// The part of time that holds everything.
fn whole(index: &Index) -> (i64, i64) {
    Frame::whole(index, 800.0).window
}

fn frame_of(store: Store, index: &Index, width: f32, height: f32) -> Frame {
    let view = store.view.get();
    let rows = index.row_count().max(1) as f32;
    let row_height = ((height - AXIS_HEIGHT) / rows).floor().clamp(16.0, 28.0);
    let visible = ((height - AXIS_HEIGHT) / row_height).floor().max(1.0) as u32;
    Frame {
        width,
        height,
        gutter: Frame::gutter_for(index, width),
        row_height,
        window: view.window.unwrap_or_else(|| whole(index)),
        first_row: view.scroll.min(index.row_count().saturating_sub(visible)),
    }
}

/// Sets the window, or none where it is everything.
fn set_window(store: Store, index: &Index, window: (i64, i64)) {
    let all = whole(index);
    store.change(|v| v.window = (window.0 > all.0 || window.1 < all.1).then_some(window));
}

fn zoomed(scale: TimeScale, index: &Index, at: f64, factor: f64) -> (i64, i64) {
    let s = scale.zoom(at, factor, whole(index), NARROWEST);
    (s.t0, s.t1)
}

/// The task of a shape.
fn task_of(loaded: &Loaded, hit: Hit) -> Option<u32> {
    match Target::of(hit)? {
        Target::Attempt(a) | Target::Merged(a) => Some(loaded.run.attempts.task[a as usize]),
        Target::Task(t) => Some(t),
        _ => None,
    }
}

/// What a hand does to the time window and the rows.
fn gesture(
    store: Store,
    size: (f64, f64),
    pointer: RwSignal<Option<i64>>,
    brush: RwSignal<Option<(i64, i64)>>,
    g: Gesture,
) {
    let Some(loaded) = store.run() else { return };
    let index = loaded.index(store.view.with_untracked(|v| v.lanes));
    let frame = untrack(|| frame_of(store, &index, size.0 as f32, size.1 as f32));
    let scale = frame.scale();
    let scroll = |rows: f64| {
        let most = index.row_count().saturating_sub(frame.visible_rows());
        let to = (f64::from(frame.first_row) + rows).round().clamp(0.0, f64::from(most)) as u32;
        store.change(|v| v.scroll = to);
    };
    match g {
        Gesture::Hover(x, _, hit) => {
            let inside = x >= f64::from(frame.gutter);
            pointer.set(inside.then(|| scale.t(x)));
            let task = task_of(&loaded, hit);
            if store.hover.get_untracked() != task {
                store.hover.set(task);
            }
        }
        Gesture::Leave => {
            pointer.set(None);
            store.hover.set(None);
        }
        Gesture::Click(x, y, hit) => match Target::of(hit) {
            Some(Target::Lane(i)) => {
                if let Some(lane) = index.lanes.get(i as usize) {
                    store.said.set(format!("{}: {} attempts", lane.name, count(u64::from(lane.attempts))));
                }
            }
            Some(Target::Merged(_)) => {
                let near = frame.row_at(y as f32).and_then(|row| index.nearest(row, scale.t(x)));
                let task = near.map(|a| loaded.run.attempts.task[a.index()]);
                store.dispatch(Action::Select(task.or_else(|| task_of(&loaded, hit))));
            }
            _ => store.dispatch(Action::Select(task_of(&loaded, hit))),
        },
        Gesture::DoubleClick(x, _, hit) => {
            match task_of(&loaded, hit).and_then(|t| loaded.run.task_interval(TaskId(t))) {
                Some((s, e)) => {
                    let air = (e.saturating_sub(s) / 4).max(NARROWEST);
                    set_window(store, &index, (s.saturating_sub(air), e.saturating_add(air)));
                }
                None => set_window(store, &index, zoomed(scale, &index, x, 2.0)),
            }
        }
        Gesture::Drag(dx, dy) => {
            let s = scale.pan(-dx, whole(&index));
            set_window(store, &index, (s.t0, s.t1));
            scroll(-dy / f64::from(frame.row_height));
        }
        Gesture::Select(from, to, done) => {
            let (a, b) = (scale.t(from.0.min(to.0)), scale.t(from.0.max(to.0)));
            if done {
                brush.set(None);
                if b.saturating_sub(a) >= NARROWEST {
                    set_window(store, &index, (a, b));
                }
            } else {
                brush.set(Some((a, b)));
            }
        }
        Gesture::Zoom(x, _, by) => set_window(store, &index, zoomed(scale, &index, x, by)),
        Gesture::Scroll(dx, dy) => {
            if dx != 0.0 {
                let s = scale.pan(dx, whole(&index));
                set_window(store, &index, (s.t0, s.t1));
            }
            if dy != 0.0 {
                let rows = dy / f64::from(frame.row_height);
                scroll(if rows.abs() < 1.0 { rows.signum() } else { rows });
            }
        }
    }
}

/// Brings the selected task into the window and the rows.
fn reveal(store: Store, loaded: &Loaded, index: &Index, frame: &Frame) {
    let Some(task) = store.selected.get_untracked() else { return };
    let id = TaskId(task);
    let Some(row) = index.row_of_task(&loaded.run, id) else { return };
    let shown = frame.visible_rows();
    if row < frame.first_row || row >= frame.first_row + shown {
        store.change(|v| v.scroll = row.saturating_sub(shown / 2));
    }
    let attempts: Vec<AttemptId> = loaded.run.attempts_of(id).collect();
    let interval = attempts.iter().find_map(|a| loaded.run.interval(*a));
    if let Some((s, e)) = interval.filter(|(s, e)| *e < frame.window.0 || *s > frame.window.1) {
        let half = frame.window.1.saturating_sub(frame.window.0) / 2;
        let middle = s.saturating_add(e.saturating_sub(s) / 2);
        set_window(store, index, (middle.saturating_sub(half), middle.saturating_add(half)));
    }
}

/// The view.
#[component]
pub(crate) fn TimelinePanel(store: Store, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    let size = RwSignal::new((0.0, 0.0));
    let pointer = RwSignal::new(None::<i64>);
    let brush = RwSignal::new(None::<(i64, i64)>);
    // One index and one look, not one for each scene that reads them.
    let now = move || {
        let loaded = store.run()?;
        let index = loaded.index(store.view.with(|v| v.lanes));
        Some((loaded, index))
    };
    let look = Memo::new(move |_| store.run().map_or_else(Look::default, |l| store.look(&l)));
    let before = Memo::new(move |_| {
        let wanted = store.view.with(|v| v.before.then_some(v.run))?;
        let line = store.session.with(|s| s.before(wanted))?;
        let facts: Vec<_> = line.iter().map(|l| &l.facts).collect();
        trends(&facts, "duration").map(Arc::new)
    });
    let base = move |w: f32, h: f32| {
        let Some((loaded, index)) = now() else { return Scene::default() };
        let frame = frame_of(store, &index, w, h);
        let mut made = look.with(|look| scene(&loaded.run, &index, look, &frame));
        if let Some(trends) = before.get() {
            trend::with_before(&mut made, &loaded.run, &index, &trends, &frame);
        }
        made
    };
    let above = move |w: f32, h: f32| {
        let Some((loaded, index)) = now() else { return Scene::default() };
        let frame = frame_of(store, &index, w, h);
        let small = Look {
            hover: store.hover.get(),
            selected: store.selected.get(),
            ..look.with(|l| Look { marks: Default::default(), ..l.clone() })
        };
        let mut scene = overlay(&loaded.run, &index, &small, &frame, pointer.get());
        if let Some(task) = small.selected {
            scene.push(waits(&loaded.facts, &index, &frame, TaskId(task)));
        }
        if let Some((a, b)) = brush.get() {
            scene.items.extend(marked(&frame, a, b).items);
        }
        scene
    };
    let map = move |w: f32| {
        let Some((loaded, index)) = now() else { return Scene::default() };
        let (_, h) = size.get();
        let mut frame = frame_of(store, &index, w, (h as f32).max(100.0));
        frame.width = w;
        minimap(&loaded.run, &index, loaded.facts.concurrency(), &frame, MAP_HEIGHT)
    };
    Effect::new(move |_| {
        let Some((_, ask)) = store.ask.get() else { return };
        let Some((loaded, index)) = untrack(now) else { return };
        let (w, h) = size.get_untracked();
        let frame = untrack(|| frame_of(store, &index, w as f32, h as f32));
        let scale = frame.scale();
        match ask {
            Ask::Reveal => reveal(store, &loaded, &index, &frame),
            Ask::Camera(Move::Fit) => store.change(|v| (v.window, v.scroll) = (None, 0)),
            Ask::Camera(Move::Zoom(by)) => {
                let middle = f64::midpoint(scale.x0, scale.x1);
                set_window(store, &index, zoomed(scale, &index, middle, by as f64 / 1000.0));
            }
            Ask::Camera(Move::Pan(x, y)) => {
                let g = Gesture::Scroll(x as f64 / 1000.0 * (scale.x1 - scale.x0), y as f64 / 1000.0 * h);
                gesture(store, (w, h), pointer, brush, g);
            }
        }
    });
    let label = Signal::derive(move || {
        now().map_or(String::new(), |(_, index)| {
            format!(
                "Timeline: {} lanes in {} rows. The table (V) holds the same.",
                index.lanes.len(),
                index.row_count()
            )
        })
    });
    let map_pressed = move |e: leptos::ev::PointerEvent| {
        if e.buttons() & 1 == 0 {
            return;
        }
        let Some((_, index)) = untrack(now) else { return };
        let frame =
            untrack(|| frame_of(store, &index, size.get_untracked().0 as f32, size.get_untracked().1 as f32));
        let all = TimeScale { t0: whole(&index).0, t1: whole(&index).1, ..frame.scale() };
        let middle = all.t(f64::from(e.offset_x()));
        let half = frame.window.1.saturating_sub(frame.window.0) / 2;
        set_window(store, &index, (middle.saturating_sub(half), middle.saturating_add(half)));
    };
    let lanes: Vec<_> = Lanes::ALL
        .into_iter()
        .map(|l| {
            let on = move || store.view.with(|v| v.lanes == l);
            view! { <button type="button" class:on=on aria-pressed=move || on().to_string() on:click=move |_| store.change(|v| (v.lanes, v.scroll) = (l, 0))>{l.name()}</button> }
        })
        .collect();
    let lanes = StoredValue::new_local(Some(lanes));
    let hovered = move || {
        let (loaded, task) = (store.run()?, store.hover.get()?);
        let id = TaskId(task);
        let length = loaded
            .run
            .task_interval(id)
            .map_or(String::new(), |(s, e)| format!(" · {}", duration(e.saturating_sub(s))));
        let name: String = loaded.run.task_name(id).chars().take(80).collect();
        Some(format!(
            "{}{length} · {}",
            makespan_scene::visible(&name),
            loaded.run.tasks.status[id.index()].name()
        ))
    };
    let older = move || store.session.with(|s| s.before(store.view.with(|v| v.run)).is_some());
    let untimed = move || now().map_or(0, |(_, i)| i.untimed);
    let twin_count =
        Memo::new(move |_| now().map_or(0, |(_, i)| i.lanes.iter().map(|l| l.attempts as usize).sum()));
    let painted_twin = Rc::clone(&painted);
    let on: Rc<dyn Fn(Gesture)> = Rc::new(move |g| gesture(store, size.get_untracked(), pointer, brush, g));
    let (base, above): (MakeScene, MakeScene) = (Rc::new(base), Rc::new(above));
    let map: Rc<dyn Fn(f32) -> Scene> = Rc::new(map);
    let twin_rows: Rc<dyn Fn(std::ops::Range<usize>) -> makespan_views::Table> = Rc::new(move |range| {
        let Some((loaded, index)) = now() else { return Default::default() };
        look.with(|look| twin(&loaded.run, &index, look, range))
    });
    let parts = StoredValue::new_local((base, above, map, on, painted, painted_twin, twin_rows));
    view! {
        <div class="panel">
            <div class="tools" role="toolbar" aria-label="Timeline">
                <span class="group" role="group" aria-label="Lanes by">"Lanes by "{lanes.try_update_value(Option::take)}</span>
                <button type="button" title="Zoom in (W)" aria-label="Zoom in" on:click=move |_| store.dispatch(Action::Zoom(1.5))>"+"</button>
                <button type="button" title="Zoom out (S)" aria-label="Zoom out" on:click=move |_| store.dispatch(Action::Zoom(1.0 / 1.5))>"−"</button>
                <button type="button" title="Show everything (0)" on:click=move |_| store.dispatch(Action::Fit)>"Fit"</button>
                <button type="button" title="As a table (V)" class:on=move || store.view.with(|v| v.twin) on:click=move |_| store.dispatch(Action::Twin)>"As a table"</button>
                <Show when=older><button type="button" title="Behind each bar, what its task took in the runs before: from the fastest to the slowest, the middle eight tenths, and the median" class:on=move || store.view.with(|v| v.before) aria-pressed=move || store.view.with(|v| v.before).to_string() on:click=move |_| store.dispatch(Action::Before)>"Runs before"</button></Show>
                <Show when=move || untimed() != 0><span class="warn">{move || format!("{} attempts have no times and are in the table only", count(untimed() as u64))}</span></Show>
                <span class="hovered">{hovered}</span>
            </div>
            <Show when=move || !store.view.with(|v| v.twin)
                fallback=move || parts.with_value(|p| view! {
                    <Grid name="timeline-twin" title="Attempts by lane" columns=twin_columns() count=twin_count rows=Rc::clone(&p.6) selected=store.selected
                        place=Rc::new(|| None) sorted=Signal::derive(|| None) on_head=Rc::new(|_| {})
                        on_task=Rc::new(move |t| store.dispatch(Action::Select(Some(t)))) painted=Rc::clone(&p.5)/>
                })>
                {move || parts.with_value(|p| view! {
                    <div class="minimap" data-testid="minimap" on:pointerdown=map_pressed on:pointermove=map_pressed>
                        <Picture theme=store.theme scene=Rc::clone(&p.2)/>
                    </div>
                    <Stage name="timeline" label=label theme=store.theme size=size base=Rc::clone(&p.0) overlay=Rc::clone(&p.1) on=Rc::clone(&p.3) painted=Rc::clone(&p.4)/>
                })}
            </Show>
        </div>
    }
}

fn twin_columns() -> Vec<makespan_views::Column> {
    let run = makespan_model::Run::default();
    twin(&run, &Index::new(&run, Lanes::Worker), &Look::default(), 0..0).columns
}

/// The range of time that is being picked.
fn marked(frame: &Frame, a: i64, b: i64) -> Scene {
    use makespan_scene::{Bars, Paint, Rect, Role, Stroke};
    let scale = frame.scale();
    let (x0, x1) = (scale.x(a) as f32, scale.x(b) as f32);
    let mut bars = Bars { outline: Some(Stroke::new(Role::Accent, 1.0)), ..Bars::default() };
    bars.push(Rect::new(x0, 0.0, x1 - x0, frame.height), Paint::from(Role::Accent).with_alpha(40), Hit::NONE);
    let mut scene = Scene::new(frame.width, frame.height, "");
    scene.push(bars);
    scene
}
