//! The parts of a comparison that are read like a page: the answer, the steps, what else differs.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use makespan_analysis::compare::step_deltas;
use makespan_scene::{Hit, Scene};
use makespan_views::Target;
use makespan_views::compare::{Part, Summary, parameters, parameters_of, steps, summary};

use super::{Told, choose, chosen};
use crate::state::store::Store;
use crate::state::versus::Versus;
use crate::surface::{AsScene, Picture};
use crate::widgets::{OnTask, Rows, SectionView};

/// Steps that have a bar of their own.
const MOST_STEPS: usize = 40;

/// The part.
#[component]
pub(super) fn Page(told: Told, part: Part) -> impl IntoView {
    let Told { store, painted } = told;
    let painted = StoredValue::new_local(painted);
    let selected = chosen(store);
    let body = move || {
        let versus = store.versus()?;
        Some(match part {
            Part::Steps => of_steps(store, &versus).into_any(),
            Part::Parameters => of_parameters(store, &versus, selected.get()).into_any(),
            _ => answer(store, &versus).into_any(),
        })
    };
    let seen = move || {
        let made = body();
        painted.with_value(|p| p(1));
        made
    };
    view! { <div class="overview" data-testid="compare-page">{seen}</div> }
}

/// What a press on a shape of a picture does.
fn on_hit(store: Store) -> Rc<dyn Fn(Hit)> {
    Rc::new(move |hit| {
        if let Some(Target::Matched(row)) = Target::of(hit) {
            choose(store, Some(row));
        }
    })
}

fn on_row(store: Store) -> OnTask {
    Rc::new(move |row| choose(store, Some(row)))
}

/// A picture that is as wide as its place and may be taken along.
fn picture(store: Store, name: &'static str, scene: impl Fn(f32) -> Scene + 'static) -> impl IntoView {
    let scene: Rc<dyn Fn(f32) -> Scene> = Rc::new(scene);
    let width = Rc::new(std::cell::Cell::new(800.0f32));
    let (last, again) = (Rc::clone(&width), Rc::clone(&scene));
    let as_scene: AsScene = Rc::new(move || again(last.get()));
    let measured: Rc<dyn Fn(f32) -> Scene> = Rc::new(move |w| {
        width.set(w);
        scene(w)
    });
    view! { <Picture theme=store.theme scene=measured on_hit=Some(on_hit(store)) main=Some((name, as_scene))/> }
}

/// The answer in a sentence, the numbers, and what the difference is made of.
fn answer(store: Store, versus: &Rc<Versus>) -> impl IntoView {
    let made = summary(&versus.pair(), versus.explanation(), 800.0);
    let pages = Rc::new(Pages { versus: Rc::clone(versus), of_width: RefCell::new(None) });
    let notes: Vec<_> = made.headline.notes.into_iter().map(|n| view! { <li>{n}</li> }).collect();
    let cautions: Vec<_> =
        made.headline.cautions.into_iter().map(|c| view! { <p class="warn">{c}</p> }).collect();
    let sections: Vec<_> = made
        .sections
        .into_iter()
        .map(|section| {
            let (id, pages) = (section.id.clone(), Rc::clone(&pages));
            let redraw: Rc<dyn Fn(f32) -> Option<Scene>> = Rc::new(move |w| pages.picture(&id, w));
            view! { <SectionView section=section theme=store.theme on_task=on_row(store) on_hit=on_hit(store) redraw=Some(redraw) chart=None/> }
        })
        .collect();
    view! {
        <header class="overview-head"><h1><bdi>{made.headline.answer.text().into_owned()}</bdi></h1><p class="subtitle"><bdi>{made.headline.subtitle}</bdi></p></header>
        {cautions}
        <ul class="note notes">{notes}</ul>
        {sections}
    }
}

/// The page at the width that its pictures have: they all have the same, so it is made once for it.
struct Pages {
    versus: Rc<Versus>,
    of_width: RefCell<Option<(f32, Summary)>>,
}

impl Pages {
    fn picture(&self, section: &str, width: f32) -> Option<Scene> {
        let mut kept = self.of_width.borrow_mut();
        if kept.as_ref().is_none_or(|(w, _)| (w - width).abs() > 0.5) {
            *kept = Some((width, summary(&self.versus.pair(), self.versus.explanation(), width)));
        }
        kept.as_ref()?.1.sections.iter().find(|s| s.id == section)?.picture().cloned()
    }
}

/// What each step contributes.
fn of_steps(store: Store, versus: &Rc<Versus>) -> impl IntoView {
    let deltas = Rc::new(step_deltas(&versus.a.1.facts, &versus.b.1.facts));
    let (kept, of) = (Rc::clone(versus), Rc::clone(&deltas));
    let bars = picture(store, "compare-steps", move |w| steps::scene(&kept.pair(), &of, MOST_STEPS, w));
    let table = steps::twin(&versus.pair(), &deltas, 0..200);
    view! {
        <section class="section"><h2>"Work by step"</h2>{bars}</section>
        <section class="section"><h2>"As a table"</h2><Rows table=table on_task=on_row(store)/></section>
    }
}

/// Parameters and labels that differ: of the runs, and of the selected task.
fn of_parameters(store: Store, versus: &Rc<Versus>, row: Option<u32>) -> impl IntoView {
    let pair = versus.pair();
    let of_task = row.and_then(|r| pair.row(r)).and_then(|task| parameters_of(&pair, task));
    let sections: Vec<_> = std::iter::once(parameters(&pair))
        .chain(of_task)
        .map(|section| view! { <SectionView section=section theme=store.theme on_task=on_row(store) on_hit=on_hit(store) redraw=None chart=None/> })
        .collect();
    let hint = row
        .is_none()
        .then(|| view! { <p class="note">"Select a task to see how its parameters differ."</p> });
    view! { {sections}{hint} }
}
