//! Charts of the run, one at a time, with a table.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_engine::{Answer, Question};
use makespan_scene::{Scene, counted, visible};
use makespan_views::Target;
use makespan_views::chart::{Body, Choice, Kind, Picture};

use crate::asking::asked;
use crate::state::actions::{Action, Setting};
use crate::state::store::Store;
use crate::surface::{OnPoint, Still, TipAt, plotted};
use crate::widgets::{OnTask, Options, Rows, Toggle, Tools};

/// The view.
#[component]
pub(crate) fn ChartsPanel(store: Store, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    let about = Memo::new(move |_| store.view.with(|v| v.without_places()));
    let charts = asked(
        store,
        move || Some(Question::Charts { view: about.get() }),
        |answer| if let Answer::Charts(charts) = answer { Some(charts) } else { None },
    );
    let choice =
        Memo::new(move |_| charts.with(|c| c.as_ref().map_or_else(Choice::default, |c| c.choice.clone())));
    let set = move |change: &dyn Fn(&mut Choice)| {
        let mut next = choice.get_untracked();
        change(&mut next);
        store.dispatch(Action::Set(Setting::Chart(next)));
    };
    let items = move || {
        let list = charts.with(|c| c.as_ref().map_or_else(Vec::new, |c| c.list.clone()));
        list.into_iter()
            .map(|c| {
                let mine = c.choice.clone();
                let (kind, of) = (mine.kind, mine.of.clone());
                let here = Memo::new(move |_| choice.with(|now| now.kind == kind && now.of == of));
                let why = c.missing.clone();
                let (off, key) = (why.is_some(), c.key());
                let press = move |_| set(&|now| *now = Choice { log: now.log, ..mine.clone() });
                view! {
                    <li>
                        <button type="button" class:here=here aria-current=move || if here.get() { "true" } else { "false" } disabled=off data-chart=key on:click=press><bdi>{visible(&c.title).into_owned()}</bdi></button>
                        {why.map(|w| view! { <span class="why">{w}</span> })}
                    </li>
                }
            })
            .collect::<Vec<_>>()
    };
    let left_out = move || {
        let count = charts.with(|c| c.as_ref().map_or(0, |c| c.left_out));
        (count > 0).then(
            || view! { <p class="note">{format!("{} are not listed", counted(count, "more chart"))}</p> },
        )
    };
    let measures =
        Signal::derive(move || charts.with(|c| c.as_ref().map_or_else(Vec::new, |c| c.measures.clone())));
    let kind = Memo::new(move |_| choice.with(|c| c.kind));
    let several = Memo::new(move |_| store.shell.with(|s| s.run_count > 1));
    let others = Signal::derive(move || {
        let runs = store.shell.with(|s| s.runs.clone());
        let numbered = runs.into_iter().map(|r| (r.number.to_string(), r.name));
        std::iter::once((String::new(), "no other run".to_owned())).chain(numbered).collect()
    });
    let of = Signal::derive(move || choice.with(|c| c.of.clone()));
    let against = Signal::derive(move || choice.with(|c| c.against.clone()));
    let has_measure = move || matches!(kind.get(), Kind::Tasks | Kind::Distribution | Kind::Scatter);
    let painted = StoredValue::new_local(painted);
    let body = move || {
        let answer = charts.get()?;
        Some(match &answer.picture {
            Err(why) => {
                painted.with_value(|p| p(0));
                view! { <p class="note empty">{why.clone()}</p> }.into_any()
            }
            Ok(picture) => chart(store, Rc::new(picture.clone()), painted).into_any(),
        })
    };
    view! {
        <div class="panel charts" data-testid="charts">
            <nav class="chart-list" aria-label="Charts"><ul>{items}</ul>{left_out}</nav>
            <div class="chart-body">
                <Tools name="Chart">
                    <Show when=has_measure>
                        <Options label=if kind.get_untracked() == Kind::Scatter { "Horizontal" } else { "Measure" } all=measures now=of choose=move |k: String| set(&|c| c.of.clone_from(&k))/>
                    </Show>
                    <Show when=move || kind.get() == Kind::Scatter>
                        <Options label="Vertical" all=measures now=against choose=move |k: String| set(&|c| c.against.clone_from(&k))/>
                    </Show>
                    <Show when=move || kind.get() == Kind::Distribution && several.get()>
                        <Options label="Compared with" all=others now=against choose=move |k: String| set(&|c| c.against.clone_from(&k))/>
                    </Show>
                    <Show when=move || kind.get().has_log()>
                        <Toggle word="Logarithmic" about="Use a logarithmic axis" on=Signal::derive(move || choice.with(|c| c.log)) press=move || set(&|c| c.log = !c.log)/>
                    </Show>
                    <button type="button" title=store.hint("Copy the picture", "Shift Y") on:click=move |_| store.dispatch(Action::CopyPicture)>"Copy"</button>
                    <button type="button" title="Save the picture as SVG" on:click=move |_| store.dispatch(Action::SavePicture)>"Save SVG"</button>
                </Tools>
                {body}
            </div>
        </div>
    }
}

/// A chart, drawn by plotters' canvas backend, and its table.
fn chart(
    store: Store,
    picture: Rc<Picture>,
    painted: StoredValue<Rc<dyn Fn(usize)>, LocalStorage>,
) -> impl IntoView {
    let rows = picture.twin.rows.len() + picture.twin.left_out;
    let scene: Rc<dyn Fn(f32) -> Scene> = {
        let p = Rc::clone(&picture);
        Rc::new(move |w| {
            store.size.set_value((w, p.height(w)));
            let made = match &p.body {
                Body::Plot(_) => Scene::new(w, p.height(w), p.title()),
                Body::Radar(_) => p.scene(w, p.height(w)),
            };
            painted.with_value(|painted| painted(made.item_count().max(1)));
            made
        })
    };
    let tip: TipAt = {
        let p = Rc::clone(&picture);
        Rc::new(move |size, x, y| p.tip(size, x, y).map(|t| (t.text, t.at)))
    };
    let on_point: OnPoint = {
        let p = Rc::clone(&picture);
        Rc::new(move |size, x, y| {
            if let Some(Target::Task(t)) = p.tip(size, x, y).and_then(|t| t.target) {
                store.dispatch(Action::Select(Some(t)));
            }
        })
    };
    let failed: Rc<dyn Fn()> = Rc::new(move || store.said.set("The chart could not be drawn.".to_owned()));
    let drawn = match &picture.body {
        Body::Plot(plot) => Some(plotted(Rc::new(plot.clone()), store.theme, failed)),
        Body::Radar(_) => None,
    };
    let on_task: OnTask = Rc::new(move |t| store.dispatch(Action::Select(Some(t))));
    let caption = format!("Table of {}", counted(rows, "row"));
    view! {
        <Still theme=store.theme scene=scene draw=drawn tip=Some(tip) on_point=Some(on_point) main=Some("chart")/>
        <details class="section" data-testid="chart-twin" prop:open=move || store.view.with(|v| v.twin)>
            <summary><h2>{caption}</h2></summary>
            <Rows table=picture.twin.clone() on_task=on_task/>
        </details>
    }
}
