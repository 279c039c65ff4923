//! Answers as signals: a question is asked again when its inputs change.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_engine::{Answer, Question};

use crate::state::store::Store;
use crate::worker::Line;

/// The newest answer; `None` before the first.
pub(crate) type Answered<T> = RwSignal<Option<Rc<T>>, LocalStorage>;

/// Asks whenever an input of `question` changes, and keeps the result of `take` for the newest answer. A newer question
/// replaces an older one that has not been sent yet; the current answer stays until the next one arrives.
pub(crate) fn asked<T: 'static>(
    store: Store,
    question: impl Fn() -> Option<Question> + 'static,
    take: impl Fn(Answer) -> Option<T> + 'static,
) -> Answered<T> {
    let answered: Answered<T> = RwSignal::new_local(None);
    let (line, take) = (Line::default(), Rc::new(take));
    Effect::new(move |_| {
        let generation = store.generation.get();
        // The current answer stays until the newer one arrives.
        store.freshness.track();
        let Some(question) = question() else { return };
        let take = Rc::clone(&take);
        line.ask(generation, question, move |answer| {
            // An answer may arrive after the component is gone, or belong to runs that are no longer open.
            if store.generation.try_get_untracked() == Some(generation)
                && let Some(value) = take(answer)
            {
                let _ = answered.try_set(Some(Rc::new(value)));
            }
        });
    });
    answered
}
