//! Changes to the markers of the timeline, as a plain function of the view.

use makespan_views::gesture::{Frame, Movement};
use makespan_views::{View, ViewState};

/// A change to a marker, given by its index in the view.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum MarkerAct {
    /// Shows it in the timeline and opens its note.
    Open(usize),
    /// Shows the next one by time (`true`), or the previous one.
    Next(bool),
    /// Sets its note.
    Write(usize, String),
    /// Moves it to a time, ns since the epoch.
    Move(usize, i64),
    /// Moves it by this many pixels of the picture.
    Nudge(usize, f64),
    /// Removes it; `None` removes the shown one.
    Remove(Option<usize>),
    /// Closes the note.
    Close,
}

impl MarkerAct {
    /// Returns whether consecutive changes of this kind form one undo step.
    pub(super) fn is_gradual(&self) -> bool {
        matches!(self, MarkerAct::Write(..) | MarkerAct::Move(..) | MarkerAct::Nudge(..))
    }
}

/// Applies the change; `open` is the shown marker. Returns a message for the reader, if there is one.
pub(super) fn act(
    view: &mut ViewState,
    open: &mut Option<usize>,
    frame: &Frame,
    what: &MarkerAct,
) -> Option<String> {
    match what {
        MarkerAct::Open(place) => show(view, open, frame, *place),
        MarkerAct::Next(forwards) => match view.markers.next(view.run, *open, *forwards) {
            Some(place) => show(view, open, frame, place),
            None => return Some("No marker is set. Press M on the timeline to set one.".to_owned()),
        },
        MarkerAct::Write(place, note) => view.markers.write(*place, note),
        MarkerAct::Move(place, t) => view.markers.move_to(*place, *t),
        MarkerAct::Nudge(place, by) => {
            if let (Frame::Time { frame, whole, .. }, Some(marker)) =
                (frame.following(view), view.markers.get(*place))
            {
                let scale = frame.scale();
                let to = scale.t(scale.x(marker.t) + by);
                view.markers.move_to(*place, to.clamp(whole.0, whole.1));
            }
        }
        MarkerAct::Remove(place) => {
            let Some(place) = place.or(*open) else {
                return Some("Choose a marker to remove first (K).".to_owned());
            };
            view.markers.remove(place);
            *open = match *open {
                Some(shown) if shown > place => Some(shown - 1),
                Some(shown) if shown == place => None,
                other => other,
            };
        }
        MarkerAct::Close => *open = None,
    }
    None
}

/// Opens the note of a marker that the engine added.
pub(super) fn set_by_engine(open: &mut Option<usize>, before: &ViewState, after: &ViewState) {
    if after.markers.len() > before.markers.len() {
        *open = Some(after.markers.len() - 1);
    }
}

fn show(view: &mut ViewState, open: &mut Option<usize>, frame: &Frame, place: usize) {
    let Some(t) = view.markers.get(place).map(|m| m.t) else { return };
    *open = Some(place);
    view.view = View::Timeline;
    match frame.following(view) {
        Frame::Time { frame: seen, whole, compared: false, .. } => {
            if !(seen.window.0..=seen.window.1).contains(&t) {
                let to = seen.scale().centred(t, whole);
                frame.moved(view, Movement::Window(to.t0, to.t1));
            }
        }
        // Another view is shown: the timeline keeps its zoom.
        _ => {
            if let Some((from, to)) = view.window.filter(|(from, to)| !(from..=to).contains(&&t)) {
                let half = to.saturating_sub(from) / 2;
                view.window = Some((t.saturating_sub(half), t.saturating_add(half)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use makespan_views::Markers;

    fn noted() -> ViewState {
        let mut markers = Markers::default();
        for t in [30, 10, 20] {
            let _ = markers.add(0, t);
        }
        ViewState { markers, window: Some((0, 4)), ..ViewState::default() }
    }

    #[test]
    fn markers_are_shown_in_turn_written_and_removed() {
        let (mut view, mut open) = (noted(), None);
        let mut done = |what: MarkerAct| {
            let said = act(&mut view, &mut open, &Frame::Still, &what);
            (open, view.view, view.window, said)
        };
        assert_eq!(done(MarkerAct::Next(true)), (Some(1), View::Timeline, Some((8, 12)), None));
        assert_eq!(done(MarkerAct::Next(true)).0, Some(2));
        assert_eq!(done(MarkerAct::Next(true)).0, Some(0));
        done(MarkerAct::Write(0, "<b>\nlast".to_owned()));
        done(MarkerAct::Move(0, 5));
        assert_eq!(done(MarkerAct::Remove(Some(1))).0, Some(0));
        assert_eq!(done(MarkerAct::Remove(None)).0, None);
        assert!(done(MarkerAct::Remove(None)).3.is_some(), "no marker is shown that could be removed");
        assert_eq!(view.markers.of(0).iter().map(|(_, m)| m.t).collect::<Vec<_>>(), [20]);
    }

    #[test]
    fn a_run_without_markers_says_how_to_set_one() {
        let (mut view, mut open) = (ViewState::default(), None);
        assert!(act(&mut view, &mut open, &Frame::Still, &MarkerAct::Next(true)).is_some());
        act(&mut view, &mut open, &Frame::Still, &MarkerAct::Open(7));
        assert_eq!((open, view), (None, ViewState::default()));
    }
}
