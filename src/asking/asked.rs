//! Answers as signals: asked again when what the question reads changes.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_engine::{Answer, Question};

use crate::state::store::Store;
use crate::worker::Line;

/// The newest answer, none before the first.
pub(crate) type Answered<T> = RwSignal<Option<Rc<T>>, LocalStorage>;

/// Asks whenever `question` reads something new, and keeps what `take` makes of the newest answer. A newer question
/// overtakes an older one that has not been asked yet; what is shown stays until the next answer is here.
pub(crate) fn asked<T: 'static>(
    store: Store,
    question: impl Fn() -> Option<Question> + 'static,
    take: impl Fn(Answer) -> Option<T> + 'static,
) -> Answered<T> {
    let answered: Answered<T> = RwSignal::new_local(None);
    let (line, take) = (Line::default(), Rc::new(take));
    Effect::new(move |_| {
        let generation = store.generation.get();
        // What is shown stays until the newer answer is here.
        store.freshness.track();
        let Some(question) = question() else { return };
        let take = Rc::clone(&take);
        line.ask(generation, question, move |answer| {
            // An answer may come after what asked for it is gone, or of runs that are no longer open.
            if store.generation.try_get_untracked() == Some(generation)
                && let Some(value) = take(answer)
            {
                let _ = answered.try_set(Some(Rc::new(value)));
            }
        });
    });
    answered
}
