//! Charts: those that the run has, one at a time, large, with its table.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_scene::{Scene, count};
use makespan_views::chart::{self, Body, Chart, Choice, Kind};
use makespan_views::{Look, Subject, Target};

use crate::state::actions::Action;
use crate::state::session::Loaded;
use crate::state::store::Store;
use crate::surface::{AsScene, OnPoint, Picture, TipAt, plotted};
use crate::widgets::{OnTask, Rows};

/// Calls with what charts are drawn from; tracks the runs, the filter and how times are written.
fn with_subject<T>(store: Store, f: impl FnOnce(&Subject<'_>) -> T) -> Option<T> {
    let loaded = store.run()?;
    let (filter, time) = store.view.with(|v| (v.filter.clone(), v.time));
    let mask = loaded.mask(&filter);
    let look = Look { time, selected: store.selected.get(), ..Look::default() };
    let runs: Vec<Rc<Loaded>> = store.session.with(|s| s.runs.clone());
    let facts: Vec<_> = runs.iter().map(|l| &l.facts).collect();
    let mask = (!mask.is_empty()).then_some(&mask[..]);
    Some(f(&Subject { facts: &loaded.facts, runs: &facts, mask, look: &look }))
}

/// The chart that is shown: the one that the link names, or the first that the run has.
fn chosen(choice: &Choice, charts: &[Chart]) -> Choice {
    let named =
        |c: &&Chart| c.choice.kind == choice.kind && (c.choice.of == choice.of || choice.of.is_empty());
    let offered = charts.iter().find(|c| named(c) && c.missing.is_none());
    if !choice.of.is_empty() || offered.is_some_and(|c| c.choice.of.is_empty()) {
        return choice.clone();
    }
    let first = offered.or_else(|| charts.iter().find(|c| c.missing.is_none()));
    first.map_or_else(Choice::default, |c| Choice { log: choice.log, ..c.choice.clone() })
}

/// The view.
#[component]
pub(crate) fn ChartsPanel(store: Store, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    let charts = Memo::new(move |_| with_subject(store, chart::list).unwrap_or_default());
    let choice = Memo::new(move |_| charts.with(|all| chosen(&store.view.with(|v| v.chart.clone()), all)));
    let measures = Memo::new(move |_| with_subject(store, chart::known_measures).unwrap_or_default());
    let runs = move || store.session.with(|s| s.labels());
    let set = move |f: &dyn Fn(&mut Choice)| {
        let mut next = choice.get_untracked();
        f(&mut next);
        store.change(|v| v.chart = next);
    };
    let items = move || {
        charts
            .get()
            .into_iter()
            .map(|c| {
                let mine = c.choice.clone();
                let here = {
                    let (kind, of) = (mine.kind, mine.of.clone());
                    move || choice.with(|now| now.kind == kind && now.of == of)
                };
                let current = here.clone();
                let why = c.missing.clone();
                let (off, key) = (why.is_some(), c.key());
                let press = move |_| store.change(|v| v.chart = Choice { log: v.chart.log, ..mine.clone() });
                view! {
                    <li>
                        <button type="button" class:here=here aria-current=move || if current() { "true" } else { "false" } disabled=off data-chart=key on:click=press>{c.title}</button>
                        {why.map(|w| view! { <span class="why">{w}</span> })}
                    </li>
                }
            })
            .collect::<Vec<_>>()
    };
    let tools = move || {
        let mut now = choice.get();
        // A link may name a measure by its short name.
        let full = |of: &mut String| {
            let Some(loaded) = store.run() else { return };
            let all = loaded.facts.measures();
            if let Some(at) = all.find(of) {
                of.clone_from(&all.list[at].key);
            }
        };
        full(&mut now.of);
        full(&mut now.against);
        let select = |label: &'static str,
                      value: String,
                      options: Vec<(String, String)>,
                      put: fn(&mut Choice, String)| {
            let options: Vec<_> = options
                .into_iter()
                .map(|(key, title)| {
                    let on = key == value;
                    view! { <option value=key selected=on>{title}</option> }
                })
                .collect();
            let changed = move |e: leptos::ev::Event| {
                let value = event_target_value(&e);
                set(&|c| put(c, value.clone()));
            };
            view! { <label class="group">{label}" "<select on:change=changed>{options}</select></label> }
        };
        let mut parts = Vec::new();
        if matches!(now.kind, Kind::Tasks | Kind::Distribution | Kind::Scatter) {
            let label = if now.kind == Kind::Scatter { "Across" } else { "Measure" };
            parts.push(select(label, now.of.clone(), measures.get(), |c, v| c.of = v).into_any());
        }
        if now.kind == Kind::Scatter {
            parts.push(
                select("Upwards", now.against.clone(), measures.get(), |c, v| c.against = v).into_any(),
            );
        }
        if now.kind == Kind::Distribution && store.session.with(|s| s.runs.len() > 1) {
            let mut options = vec![(String::new(), "no other run".to_owned())];
            options.extend(runs().into_iter().enumerate().map(|(i, name)| (i.to_string(), name)));
            parts.push(select("Over it", now.against.clone(), options, |c, v| c.against = v).into_any());
        }
        if now.kind.has_log() {
            let on = now.log;
            parts.push(view! { <button type="button" class:on=on aria-pressed=on.to_string() title="Equal ratios equally long" on:click=move |_| set(&|c| c.log = !c.log)>"Logarithmic"</button> }.into_any());
        }
        parts
    };
    let painted = StoredValue::new_local(painted);
    let body = move || {
        let choice = choice.get();
        let painted = painted.get_value();
        let made = with_subject(store, |s| chart::picture(s, &choice))?;
        let on_task: OnTask = Rc::new(move |t| store.dispatch(Action::Select(Some(t))));
        Some(match made {
            Err(why) => {
                painted(0);
                view! { <p class="note empty">{why}</p> }.into_any()
            }
            Ok(picture) => {
                let picture = Rc::new(picture);
                let rows = picture.twin.rows.len() + picture.twin.left_out;
                let size = {
                    let p = Rc::clone(&picture);
                    move |w: f32| (w, p.height(w))
                };
                let last = Rc::new(std::cell::Cell::new(0.0f32));
                let scene: Rc<dyn Fn(f32) -> Scene> = {
                    let (p, size, last, painted) =
                        (Rc::clone(&picture), size.clone(), Rc::clone(&last), Rc::clone(&painted));
                    Rc::new(move |w| {
                        last.set(w);
                        let (w, h) = size(w);
                        let made = match &p.body {
                            Body::Plot(_) => Scene::new(w, h, p.title()),
                            Body::Radar(_) => p.scene(w, h),
                        };
                        painted(made.item_count().max(1));
                        made
                    })
                };
                let as_scene: AsScene = {
                    let (p, size) = (Rc::clone(&picture), size.clone());
                    Rc::new(move || {
                        let (w, h) = size(last.get().max(320.0));
                        p.scene(w, h)
                    })
                };
                let tip: TipAt = {
                    let p = Rc::clone(&picture);
                    Rc::new(move |size, x, y| p.tip(size, x, y).map(|t| (t.text, t.at)))
                };
                let at = {
                    let p = Rc::clone(&picture);
                    move |size, x, y| p.tip(size, x, y).and_then(|t| t.target)
                };
                let on_point: OnPoint = Rc::new(move |size, x, y| {
                    if let Some(Target::Task(t)) = at(size, x, y) {
                        store.dispatch(Action::Select(Some(t)));
                    }
                });
                let failed: Rc<dyn Fn()> =
                    Rc::new(move || store.said.set("The chart could not be drawn.".to_owned()));
                let drawn = match &picture.body {
                    Body::Plot(plot) => Some(plotted(Rc::new(plot.clone()), store.theme, failed)),
                    Body::Radar(_) => None,
                };
                let caption = format!("Table of {} rows", count(rows as u64));
                view! {
                    <Picture theme=store.theme scene=scene draw=drawn tip=Some(tip) on_point=Some(on_point) main=Some(("chart", as_scene))/>
                    <details class="section" data-testid="chart-twin" prop:open=move || store.view.with(|v| v.twin)>
                        <summary><h2>{caption}</h2></summary>
                        <Rows table=picture.twin.clone() on_task=on_task/>
                    </details>
                }
                .into_any()
            }
        })
    };
    view! {
        <div class="panel charts" data-testid="charts">
            <nav class="chart-list" aria-label="Charts"><ul>{items}</ul></nav>
            <div class="chart-body">
                <div class="tools" role="toolbar" aria-label="Chart">
                    {tools}
                    <button type="button" title="Copy the picture (Shift Y)" on:click=move |_| store.dispatch(Action::CopyPicture)>"Copy"</button>
                    <button type="button" title="Save the picture as SVG" on:click=move |_| store.dispatch(Action::SavePicture)>"Save SVG"</button>
                </div>
                {body}
            </div>
        </div>
    }
}
