//! A view that is a page: the sections from the engine, painted as elements.

use std::rc::Rc;

use leptos::html::Div;
use leptos::prelude::*;
use makespan_engine::{Answer, Page, Question};
use makespan_scene::Hit;
use makespan_views::Target;

use super::asked;
use crate::state::actions::Action;
use crate::state::store::Store;
use crate::surface::observe;
use crate::widgets::{Badge, OnTask, OnView, SectionView};

/// Sections that are initially collapsed.
const FOLDED: [&str; 2] = ["record", "labels"];
/// A page is requested again when its width changes by this much, px.
const STEP: f64 = 8.0;

/// The part above the sections of a page.
type Head = Rc<dyn Fn(&Page) -> AnyView>;

/// Shows the page that `question` requests for a width. `head` is shown above the sections, instead of the title.
#[component]
pub(crate) fn PageView(
    store: Store,
    name: &'static str,
    question: Rc<dyn Fn(f32) -> Question>,
    painted: Rc<dyn Fn(usize)>,
    #[prop(optional)] head: Option<Head>,
) -> impl IntoView {
    let holder = NodeRef::<Div>::new();
    let size = RwSignal::new((0.0, 0.0));
    observe(holder, size);
    let width = Memo::new(move |_| (size.get().0 / STEP).floor() * STEP);
    let page = asked(
        store,
        move || (width.get() >= 1.0).then(|| question(width.get() as f32)),
        |answer| match answer {
            Answer::Page(page) => Some(page),
            _ => Some(Page::default()),
        },
    );
    let on_task: OnTask = Rc::new(move |row| store.dispatch(Action::Select(Some(row))));
    let on_hit: Rc<dyn Fn(Hit)> = Rc::new(move |hit| {
        if let Some(Target::Task(row) | Target::Matched(row)) = Target::of(hit) {
            store.dispatch(Action::Select(Some(row)));
        }
    });
    let on_view: OnView = Rc::new(move |view| store.dispatch(Action::Go(Box::new(view))));
    let calls = StoredValue::new_local((painted, on_task, on_hit, on_view, head));
    let body = move || {
        let page = page.get()?;
        let (painted, on_task, on_hit, on_view, head) = calls.get_value();
        painted(page.sections.iter().map(|s| s.blocks.len()).sum());
        let head = match head {
            Some(head) => head(&page),
            None => page_title(&page).into_any(),
        };
        let sections: Vec<_> = page
            .sections
            .iter()
            .cloned()
            .map(|section| {
                let folded = FOLDED.contains(&&*section.id);
                view! { <SectionView section=section theme=store.theme on_task=Rc::clone(&on_task) on_hit=Rc::clone(&on_hit) on_view=Rc::clone(&on_view) folded=folded/> }
            })
            .collect();
        Some(view! { {head} {sections} })
    };
    let waits = Memo::new(move |_| page.with(Option::is_none));
    view! {
        <div class="page-sections" node_ref=holder data-testid=name>
            <Show when=move || waits.get()><p class="note late" role="status">"Computing…"</p></Show>
            {body}
        </div>
    }
}

/// The title of a page, the status of its run, and cautions.
pub(crate) fn page_title(page: &Page) -> impl IntoView + use<> {
    let badge = page.status.clone().map(|(role, word)| view! { <Badge role=role word=word/> });
    let cautions: Vec<_> = page.cautions.iter().map(|c| view! { <p class="warn">{c.clone()}</p> }).collect();
    let notes: Vec<_> = page.notes.iter().map(|n| view! { <li>{n.clone()}</li> }).collect();
    let notes = (!notes.is_empty()).then(|| view! { <ul class="note notes">{notes}</ul> });
    let line = (!page.subtitle.is_empty())
        .then(|| view! { <p class="subtitle"><bdi>{page.subtitle.clone()}</bdi></p> });
    let head = (!page.title.is_empty()).then(|| {
        view! { <header class="overview-head"><h1><bdi>{page.title.clone()}</bdi></h1>{badge}{line}</header> }
    });
    view! { {head}{cautions}{notes} }
}
