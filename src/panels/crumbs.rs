//! The windows of time that the reader zoomed through, each inside the one before.

use std::time::Duration;

use leptos::prelude::*;
use makespan_scene::duration;
use makespan_views::gesture::Movement;

use crate::state::actions::Action;
use crate::state::store::Store;

/// A window of time, ns since the epoch.
type Window = (i64, i64);

/// Maximum number of windows.
const MOST: usize = 4;

/// A window is a step if it is at most this fraction of the one around it: 1/N. Smaller zooms adjust a step.
const NARROWER: i64 = 2;

/// For how long a window must stay to be a step, ms. A wheel turns through many.
const STAYS: u64 = 500;

fn length(window: Window) -> i64 {
    window.1.saturating_sub(window.0)
}

/// Extends the steps to a window, or returns to the last one around it.
fn follow(steps: &mut Vec<Window>, window: Option<Window>) {
    let Some(window) = window else {
        steps.clear();
        return;
    };
    let holds = |outer: &Window| outer.0 <= window.0 && window.1 <= outer.1;
    while steps.last().is_some_and(|last| !holds(last) || length(window) > length(*last) / NARROWER) {
        steps.pop();
    }
    steps.push(window);
    if steps.len() > MOST {
        steps.remove(0);
    }
}

/// The steps, from the whole run to the current window; each is a way back.
#[component]
pub(crate) fn Crumbs(store: Store) -> impl IntoView {
    let steps = RwSignal::new(Vec::<Window>::new());
    let window = Memo::new(move |_| store.view.with(|v| v.window));
    Effect::new(move |_| {
        let now = window.get();
        let settle = move || {
            if window.try_get_untracked() == Some(now) && steps.with_untracked(|s| s.last().copied()) != now {
                steps.update(|steps| follow(steps, now));
            }
        };
        set_timeout(settle, Duration::from_millis(STAYS));
    });
    let go = move |movement| store.dispatch(Action::Move(movement));
    move || {
        let all = steps.get();
        let last = all.len().saturating_sub(1);
        let one = |(i, step): (usize, Window)| {
            let word = duration(length(step));
            let sign = view! { <span aria-hidden="true">"›"</span> };
            match i == last {
                true => view! { {sign}<b aria-current="step">{word}</b> }.into_any(),
                false => view! { {sign}<button type="button" title="Back to this part of the run" on:click=move |_| go(Movement::Window(step.0, step.1))>{word}</button> }.into_any(),
            }
        };
        let is_table = store.view.with(|v| v.twin);
        (!all.is_empty() && !is_table).then(|| {
            let steps = all.into_iter().enumerate().map(one).collect::<Vec<_>>();
            view! { <nav class="crumbs" aria-label="Zoom"><button type="button" on:click=move |_| go(Movement::Fit)>"Whole run"</button>{steps}</nav> }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_go_inwards_and_panning_or_zooming_out_leaves_them() {
        let mut steps = Vec::new();
        let mut at = |window: Option<Window>| {
            follow(&mut steps, window);
            steps.clone()
        };
        assert_eq!(at(Some((0, 100))), [(0, 100)]);
        assert_eq!(at(Some((10, 50))), [(0, 100), (10, 50)]);
        // A small zoom adjusts the step.
        assert_eq!(at(Some((12, 45))), [(0, 100), (12, 45)]);
        assert_eq!(at(Some((20, 30))), [(0, 100), (12, 45), (20, 30)]);
        // What lies beside it belongs to the step around both.
        assert_eq!(at(Some((40, 50))), [(0, 100), (40, 50)]);
        assert_eq!(at(Some((0, 100))), [(0, 100)]);
        assert_eq!(at(None), []);
    }
}
