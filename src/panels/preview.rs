//! A preview of files that are being opened.

use std::cell::Cell;
use std::rc::Rc;

use leptos::html::Div;
use leptos::prelude::*;
use makespan_engine::{Answer, Question};
use makespan_scene::Scene;

use crate::asking::asked;
use crate::platform::clock;
use crate::state::store::Store;
use crate::surface::{Still, observe};

/// Previews take at most one part in this many of the loading time.
const PART: f64 = 10.0;

/// The first bars, while the rest is being read.
#[component]
pub(crate) fn Preview(store: Store) -> impl IntoView {
    let holder = NodeRef::<Div>::new();
    let size = RwSignal::new((0.0, 0.0));
    observe(holder, size);
    // When the last preview was requested, and when the next one may be.
    let (asked_at, next_at) = (Rc::new(Cell::new(0.0)), Rc::new(Cell::new(0.0)));
    let answered_at = (Rc::clone(&asked_at), Rc::clone(&next_at));
    let preview = asked(
        store,
        move || {
            // Each progress report is an opportunity to ask.
            store.phase.track();
            let (w, h) = size.get();
            let now = clock::now();
            if w < 1.0 || h < 1.0 || now < next_at.get() {
                return None;
            }
            asked_at.set(now);
            next_at.set(f64::INFINITY);
            Some(Question::Preview { size: (w as f32, h as f32) })
        },
        move |answer| {
            let now = clock::now();
            answered_at.1.set(now + (now - answered_at.0.get()) * PART);
            if let Answer::Preview(scene) = answer { Some(scene) } else { None }
        },
    );
    let scene: Rc<dyn Fn(f32) -> Scene> =
        Rc::new(move |_| preview.with(|p| p.as_ref().map_or_else(Scene::default, |p| (**p).clone())));
    view! { <div class="preview" node_ref=holder data-testid="preview"><Still theme=store.theme scene=scene/></div> }
}
