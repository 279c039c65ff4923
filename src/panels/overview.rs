//! The overview as a page.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use makespan_scene::{Hit, Scene};
use makespan_views::overview::{Overview, overview};
use makespan_views::{Look, Target, View, chart, status_role};

use crate::state::actions::Action;
use crate::state::session::Loaded;
use crate::state::store::Store;
use crate::surface::{Draw, plotted};
use crate::widgets::{Badge, OnTask, OnView, SectionView};

/// The page.
#[component]
pub(crate) fn OverviewPanel(store: Store, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    let painted = StoredValue::new_local(painted);
    let page = move || {
        let loaded = store.run()?;
        let look = store.look(&loaded);
        let made = overview(&loaded.facts, &look, 800.0);
        let pages = Rc::new(Pages { loaded: Rc::clone(&loaded), look, of_width: RefCell::new(None) });
        let on_task: OnTask = Rc::new(move |t| store.dispatch(Action::Select(Some(t))));
        let on_view: OnView = Rc::new(move |view| store.dispatch(Action::Go(Box::new(view))));
        let drawn = made.sections.iter().map(|s| s.blocks.len()).sum::<usize>();
        let sections: Vec<_> = made
            .sections
            .into_iter()
            .map(|section| {
                let id = section.id.clone();
                let pages = Rc::clone(&pages);
                let chart = (id == "concurrency").then(|| concurrency(store, &loaded, &pages.look));
                let redraw: Rc<dyn Fn(f32) -> Option<Scene>> = Rc::new(move |w| pages.picture(&id, w));
                let on_hit: Rc<dyn Fn(Hit)> = Rc::new(move |hit| {
                    if let Some(Target::Task(t)) = Target::of(hit) {
                        store.dispatch(Action::Select(Some(t)));
                    }
                });
                view! { <SectionView section=section theme=store.theme on_task=Rc::clone(&on_task) on_hit=on_hit redraw=Some(redraw) chart=chart on_view=Rc::clone(&on_view)/> }
            })
            .collect();
        let badge = made.status.map(|s| view! { <Badge role=status_role(s) word=s.name()/> });
        painted.with_value(|p| p(drawn));
        Some(view! {
            <header class="overview-head">
                <h1><bdi>{made.title}</bdi></h1>
                {badge}
                <p class="subtitle"><bdi>{made.subtitle}</bdi></p>
            </header>
            <div class="buttons jump">
                <button type="button" on:click=move |_| store.dispatch(Action::Show(View::Timeline))>"Timeline"</button>
                <button type="button" on:click=move |_| store.dispatch(Action::Show(View::Graph))>"Graph"</button>
                <button type="button" on:click=move |_| store.dispatch(Action::Show(View::Table))>"All tasks"</button>
            </div>
            {sections}
        })
    };
    view! { <div class="overview" data-testid="overview">{page}</div> }
}

/// The page at the width its pictures have: they all have the same, so it is made once for it.
struct Pages {
    loaded: Rc<Loaded>,
    look: Look,
    of_width: RefCell<Option<(f32, Overview)>>,
}

impl Pages {
    fn picture(&self, section: &str, width: f32) -> Option<Scene> {
        let mut kept = self.of_width.borrow_mut();
        if kept.as_ref().is_none_or(|(w, _)| (w - width).abs() > 0.5) {
            *kept = Some((width, overview(&self.loaded.facts, &self.look, width)));
        }
        kept.as_ref()?.1.sections.iter().find(|s| s.id == section)?.picture().cloned()
    }
}

/// The chart of concurrency at the size of its place.
fn concurrency(store: Store, loaded: &Loaded, look: &Look) -> Draw {
    let span = loaded.run.span().unwrap_or((0, 1));
    let plot = chart::concurrency_plot(loaded.facts.concurrency(), span, look).unheaded();
    let failed = Rc::new(move || store.said.set("The chart of concurrency could not be drawn.".to_owned()));
    plotted(Rc::new(plot), store.theme, failed)
}
