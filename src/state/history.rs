//! The history of views, for undo and redo.

use std::sync::Arc;

use makespan_views::ViewState;

/// Maximum number of steps.
const MOST: usize = 200;

/// Views before the current one, and undone ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct History {
    past: Vec<Arc<ViewState>>,
    future: Vec<Arc<ViewState>>,
    /// Whether the newest step belongs to a gesture that continues.
    is_growing: bool,
}

impl History {
    /// Records a step from `before` to `now`. All steps of one gesture (`gradual`) form one step.
    pub(crate) fn note(&mut self, before: ViewState, now: &ViewState, gradual: bool) {
        if before == *now {
            return;
        }
        let goes_on = gradual && self.is_growing;
        (self.is_growing, self.future) = (gradual, Vec::new());
        if !goes_on {
            self.past.push(Arc::new(before));
            let more = self.past.len().saturating_sub(MOST);
            self.past.drain(..more);
        }
    }

    /// Ends the gesture: the next change is a step of its own.
    pub(crate) fn settle(&mut self) {
        self.is_growing = false;
    }

    /// Undoes a step; `false` if there is none.
    pub(crate) fn undo(&mut self, now: &mut ViewState) -> bool {
        travel(&mut self.past, &mut self.future, now)
    }

    /// Redoes a step; `false` if there is none.
    pub(crate) fn redo(&mut self, now: &mut ViewState) -> bool {
        travel(&mut self.future, &mut self.past, now)
    }
}

fn travel(from: &mut Vec<Arc<ViewState>>, to: &mut Vec<Arc<ViewState>>, now: &mut ViewState) -> bool {
    let Some(next) = from.pop() else { return false };
    to.push(Arc::new(std::mem::replace(now, (*next).clone())));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(scroll: u32) -> ViewState {
        ViewState { scroll, ..ViewState::default() }
    }

    #[test]
    fn a_gesture_is_one_step_and_what_was_undone_comes_back() {
        let (mut history, mut now) = (History::default(), at(0));
        let go = |history: &mut History, now: &mut ViewState, to: u32, gradual: bool| {
            let before = std::mem::replace(now, at(to));
            history.note(before, now, gradual);
        };
        for to in [1, 2, 3] {
            go(&mut history, &mut now, to, true);
        }
        history.settle();
        go(&mut history, &mut now, 4, true);
        go(&mut history, &mut now, 4, false);
        go(&mut history, &mut now, 5, false);
        let mut seen = Vec::new();
        while history.undo(&mut now) {
            seen.push(now.scroll);
        }
        assert_eq!(seen, [4, 3, 0]);
        assert!(history.redo(&mut now) && now.scroll == 3);
        go(&mut history, &mut now, 9, false);
        assert!(!history.redo(&mut now));
        for to in 0..1000 {
            go(&mut history, &mut now, to, false);
        }
        assert_eq!(history.past.len(), MOST);
    }
}
