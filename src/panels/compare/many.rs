//! Several runs against several, and many in a row.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use makespan_analysis::Facts;
use makespan_analysis::compare::{Trends, Verdicts, trends, verdicts};
use makespan_scene::Scene;
use makespan_views::Look;
use makespan_views::compare::{Lines, statistics, trend};

use super::Told;
use crate::state::actions::Action;
use crate::state::session::Loaded;
use crate::state::store::{Ask, Store};
use crate::state::update::Move;
use crate::surface::{Gesture, MakeScene, Stage};
use crate::widgets::Grid;

/// What was computed last, of which runs and which measure.
type Kept<T> = Rc<RefCell<Option<(Vec<usize>, usize, String, Rc<T>)>>>;

/// Computes once for the same runs and measure. `split` is where the candidate begins.
fn kept<T>(
    store: Store,
    kept: &Kept<T>,
    runs: Vec<usize>,
    split: usize,
    make: fn(&[&Facts], usize, &str) -> Option<T>,
) -> Option<Rc<T>> {
    let measure = store.view.with(|v| v.compare.measure().to_owned());
    if let Some((of, at, what, made)) = kept.borrow().as_ref()
        && (of, *at, what) == (&runs, split, &measure)
    {
        return Some(Rc::clone(made));
    }
    let loaded: Vec<Rc<Loaded>> =
        store.session.with(|s| runs.iter().filter_map(|i| s.runs.get(*i).cloned()).collect());
    let facts: Vec<&Facts> = loaded.iter().map(|l| &l.facts).collect();
    let made = Rc::new(make(&facts, split, &measure)?);
    *kept.borrow_mut() = Some((runs, split, measure, Rc::clone(&made)));
    Some(made)
}

/// The lines that are seen, where there is room for `height` px.
fn seen(store: Store, whole: Lines, height: f32, count: u32) -> Lines {
    let lines = Lines { height, ..whole };
    let most = count.saturating_sub(lines.visible_rows().saturating_sub(1));
    Lines { first_row: store.view.with(|v| v.compare.scroll).min(most), ..lines }
}

fn scrolled(store: Store, rows: f64, count: u32) {
    let now = f64::from(store.view.with_untracked(|v| v.compare.scroll));
    let to = (now + rows).round().clamp(0.0, f64::from(count.saturating_sub(1))) as u32;
    store.change(|v| v.compare.scroll = to);
}

/// Scrolls by wheel, drag and keys.
fn scrolling(store: Store, row_height: f32, count: u32, g: &Gesture) {
    match *g {
        Gesture::Scroll(_, dy) if dy != 0.0 => {
            let rows = dy / f64::from(row_height);
            scrolled(store, if rows.abs() < 1.0 { rows.signum() } else { rows }, count);
        }
        Gesture::Drag(_, dy) => scrolled(store, -dy / f64::from(row_height), count),
        _ => {}
    }
}

/// Listens to the keys that move and fit.
fn on_keys(store: Store, size: RwSignal<(f64, f64)>, row_height: f32, count: impl Fn() -> u32 + 'static) {
    Effect::new(move |_| {
        let Some((_, ask)) = store.ask.get() else { return };
        match ask {
            Ask::Camera(Move::Fit) => store.change(|v| v.compare.scroll = 0),
            Ask::Camera(Move::Pan(_, y)) => {
                let rows = y as f64 / 1000.0 * size.get_untracked().1 / f64::from(row_height);
                scrolled(store, rows, untrack(&count));
            }
            Ask::Camera(Move::Zoom(_)) | Ask::Reveal => {}
        }
    });
}

/// The choice of the measure.
#[component]
fn MeasureChoice(store: Store) -> impl IntoView {
    let options = move || {
        let now = store.view.with(|v| v.compare.measure().to_owned());
        let all = store.run().map_or_else(Vec::new, |l| l.facts.measures().list.clone());
        all.into_iter()
            .map(|m| {
                let on = m.key == now;
                view! { <option value=m.key selected=on>{m.title}</option> }
            })
            .collect::<Vec<_>>()
    };
    let changed = move |e: leptos::ev::Event| {
        let value = event_target_value(&e);
        store.change(|v| v.compare.measure = if value == "duration" { String::new() } else { value });
    };
    view! { <label class="group">"Measure "<select on:change=changed>{options}</select></label> }
}

/// The buttons that both have.
#[component]
fn Tools(store: Store, name: &'static str) -> impl IntoView {
    view! {
        <div class="tools" role="toolbar" aria-label=name>
            <MeasureChoice store=store/>
            <button type="button" title="As a table (V)" class:on=move || store.view.with(|v| v.twin) on:click=move |_| store.dispatch(Action::Twin)>"As a table"</button>
            <button type="button" title="Save the picture as SVG" on:click=move |_| store.dispatch(Action::SavePicture)>"Save SVG"</button>
        </div>
    }
}

/// Several runs against several: each task's shift with its interval.
#[component]
pub(super) fn Statistics(told: Told) -> impl IntoView {
    let Told { store, painted } = told;
    let size = RwSignal::new((0.0, 0.0));
    let cache: StoredValue<Kept<Verdicts>, LocalStorage> = StoredValue::new_local(Rc::default());
    let now = move || {
        let sides = store.sides();
        let split = sides.baseline.len();
        let runs: Vec<usize> = sides.baseline.into_iter().chain(sides.candidate).collect();
        kept(store, &cache.get_value(), runs, split, |facts, split, measure| {
            let (a, b) = facts.split_at(split);
            verdicts(a, b, measure)
        })
    };
    let lines = move |v: &Verdicts, w: f32, h: f32| {
        seen(store, statistics::frame(v, w, 1), h, statistics::line_count(v))
    };
    let base = move |w: f32, h: f32| {
        let Some(v) = now() else { return Scene::new(w, h, "No run has this measure") };
        statistics::scene(&v, &Look::default(), &lines(&v, w, h))
    };
    let count = move || now().map_or(0, |v| statistics::line_count(&v));
    on_keys(store, size, 28.0, count);
    let on: Rc<dyn Fn(Gesture)> = Rc::new(move |g| scrolling(store, 28.0, untrack(count), &g));
    let head = move || {
        let v = now()?;
        let notes: Vec<_> = statistics::notes(&v).into_iter().map(|n| view! { <li>{n}</li> }).collect();
        Some(
            view! { <div class="answer"><h2>{statistics::title(&v)}</h2><details><summary>"How to read it"</summary><ul class="note">{notes}</ul></details></div> },
        )
    };
    let label = Signal::derive(move || {
        now().map_or(String::new(), |v| format!("{}. The table (V) holds the same.", statistics::title(&v)))
    });
    let twin_count = Memo::new(move |_| count() as usize);
    let rows: Rc<dyn Fn(std::ops::Range<usize>) -> makespan_views::Table> =
        Rc::new(move |range| now().map_or_else(Default::default, |v| statistics::table(&v, range)));
    let (base, above): (MakeScene, MakeScene) = (Rc::new(base), Rc::new(|_, _| Scene::default()));
    let parts = StoredValue::new_local((base, above, on, painted, rows));
    view! {
        {head}
        <Tools store=store name="Statistics"/>
        <Show when=move || !store.view.with(|v| v.twin)
            fallback=move || parts.with_value(|p| view! {
                <Grid name="compare-statistics-twin" title="Several runs against several" columns=statistics::columns() count=twin_count rows=Rc::clone(&p.4)
                    selected=Memo::new(|_| None) place=Rc::new(|| None) sorted=Signal::derive(|| None) on_head=Rc::new(|_| {})
                    on_task=Rc::new(|_| {}) painted=Rc::clone(&p.3)/>
            })>
            {move || parts.with_value(|p| view! {
                <Stage name="compare-statistics" label=label theme=store.theme size=size base=Rc::clone(&p.0) overlay=Rc::clone(&p.1) on=Rc::clone(&p.2) painted=Rc::clone(&p.3)/>
            })}
        </Show>
    }
}

/// Task by task over all open runs, the oldest first.
#[component]
pub(super) fn Trend(told: Told) -> impl IntoView {
    let Told { store, painted } = told;
    let size = RwSignal::new((0.0, 0.0));
    let cache: StoredValue<Kept<Trends>, LocalStorage> = StoredValue::new_local(Rc::default());
    let now = move || {
        let runs = store.session.with(|s| s.by_age());
        let made = kept(store, &cache.get_value(), runs, 0, |facts, _, measure| trends(facts, measure))?;
        let order = trend::order(&made, None);
        Some((made, order))
    };
    let place =
        move || store.session.with(|s| s.by_age().iter().position(|i| *i == store.view.with(|v| v.run)));
    let base = move |w: f32, h: f32| {
        let Some((made, order)) = now() else { return Scene::new(w, h, "No run has this measure") };
        let lines = seen(store, trend::frame(&made, &order, w, 1), h, trend::line_count(&made, &order));
        trend::scene(&made, &order, &Look::default(), place(), &lines)
    };
    let count = move || now().map_or(0, |(made, order)| trend::line_count(&made, &order));
    on_keys(store, size, 48.0, count);
    let on: Rc<dyn Fn(Gesture)> = Rc::new(move |g| {
        if let Gesture::Click(x, y, _) = g
            && let Some((made, order)) = untrack(now)
        {
            let (w, h) = size.get_untracked();
            let lines = untrack(|| {
                seen(
                    store,
                    trend::frame(&made, &order, w as f32, 1),
                    h as f32,
                    trend::line_count(&made, &order),
                )
            });
            if let Some((row, at)) = trend::point_at(&made, &order, &lines, x as f32, y as f32) {
                let run = store.session.with_untracked(|s| s.by_age().get(at).copied());
                let task =
                    row.and_then(|r| made.lineup.rows.get(r as usize)?.tasks.get(at).copied().flatten());
                match (run, task) {
                    (Some(run), Some(task)) => store.dispatch(Action::SelectIn(run, task.0)),
                    (Some(run), None) => store.change(|v| v.run = run),
                    _ => {}
                }
            }
            return;
        }
        scrolling(store, 48.0, untrack(count), &g);
    });
    let label = Signal::derive(move || {
        now().map_or(String::new(), |(made, order)| {
            format!("{} tasks over {} runs. The table (V) holds the same.", order.len(), made.lineup.runs)
        })
    });
    let twin_count = Memo::new(move |_| count() as usize);
    let rows: Rc<dyn Fn(std::ops::Range<usize>) -> makespan_views::Table> = Rc::new(move |range| {
        now().map_or_else(Default::default, |(made, order)| trend::table(&made, &order, range))
    });
    let (base, above): (MakeScene, MakeScene) = (Rc::new(base), Rc::new(|_, _| Scene::default()));
    let parts = StoredValue::new_local((base, above, on, painted, rows));
    view! {
        <Tools store=store name="Trend"/>
        <Show when=move || !store.view.with(|v| v.twin)
            fallback=move || parts.with_value(|p| view! {
                <Grid name="compare-trend-twin" title="Tasks from run to run" columns=trend::columns() count=twin_count rows=Rc::clone(&p.4)
                    selected=Memo::new(|_| None) place=Rc::new(|| None) sorted=Signal::derive(|| None) on_head=Rc::new(|_| {})
                    on_task=Rc::new(|_| {}) painted=Rc::clone(&p.3)/>
            })>
            {move || parts.with_value(|p| view! {
                <Stage name="compare-trend" label=label theme=store.theme size=size base=Rc::clone(&p.0) overlay=Rc::clone(&p.1) on=Rc::clone(&p.2) painted=Rc::clone(&p.3)/>
            })}
        </Show>
    }
}
