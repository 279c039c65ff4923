//! Changes to the lanes of the timeline, by pointer and by keys.

use makespan_views::ViewState;
use makespan_views::timeline::{Arrangement, Frame, Index, LaneAct};

use crate::answer::Turn;
use crate::question::Neighbour;
use crate::run::OpenRun;

/// Returns the lane that keys apply to: the focused one, otherwise that of the selected task.
fn focused(index: &Index, open: &OpenRun, view: &ViewState) -> Option<usize> {
    let of_key = || index.lane_of_key(&open.run, view.rows.focus.as_deref()?);
    let of_task = || {
        let row = index.row_of_task(&open.run, open.selected(view)?)?;
        Some(index.lanes.partition_point(|l| l.first_row + l.rows <= row))
    };
    of_key().or_else(of_task).filter(|lane| *lane < index.lanes.len())
}

/// Returns the lane that contains a lane.
fn parent(index: &Index, lane: usize) -> Option<usize> {
    let depth = |lane: usize| index.lanes[lane].head.as_ref().map_or(0, |h| h.depth);
    (0..lane).rev().find(|above| depth(*above) < depth(lane))
}

/// Changes a lane, or the one that keys apply to.
pub(crate) fn act(index: &Index, open: &OpenRun, lane: Option<usize>, act: LaneAct, out: &mut Turn) {
    match act {
        LaneAct::ShowAll => {
            let flipped = std::mem::take(&mut out.after.rows.flipped);
            out.after.rows = Arrangement { flipped, ..Arrangement::default() };
            out.after.scroll = 0;
            return;
        }
        LaneAct::Sort(order) => {
            (out.after.rows.order, out.after.scroll) = (order, 0);
            return;
        }
        _ => {}
    }
    let lane = lane.or_else(|| focused(index, open, &out.before));
    let Some((lane, key)) = lane.and_then(|lane| Some((lane, index.key(&open.run, lane)?))) else {
        out.said = Some("Select a task or a lane of the timeline first.".to_owned());
        return;
    };
    let is_open = index.lanes[lane].head.as_ref().and_then(|h| h.is_open);
    let rows = &mut out.after.rows;
    match act {
        LaneAct::Toggle if is_open.is_some() => rows.flip(&key),
        LaneAct::Open(to) if is_open == Some(!to) => rows.flip(&key),
        LaneAct::Open(to) => {
            // What is expanded already leads to what it contains, what cannot be collapsed to what contains it.
            let next = if to { is_open.map(|_| lane + 1) } else { parent(index, lane) };
            if let Some(key) = next.and_then(|lane| index.key(&open.run, lane)) {
                rows.focus = Some(key);
                return;
            }
        }
        LaneAct::Pin => {
            rows.pin(&key);
            out.after.scroll = 0;
        }
        LaneAct::Hide => {
            rows.hide(&key);
            out.said = Some(format!("{} hidden.", index.lanes[lane].name));
        }
        LaneAct::Toggle | LaneAct::Sort(_) | LaneAct::ShowAll => {}
    }
    if act != LaneAct::Hide {
        out.after.rows.focus = Some(key);
    }
}

/// Moves from the lane in focus with the arrow keys; `false` where no lane is in focus.
pub(crate) fn arrow(index: &Index, open: &OpenRun, way: Neighbour, out: &mut Turn) -> bool {
    let key = out.before.rows.focus.clone();
    let Some(lane) = key.and_then(|key| index.lane_of_key(&open.run, &key)) else { return false };
    let to = match way {
        Neighbour::Later => {
            return {
                act(index, open, Some(lane), LaneAct::Open(true), out);
                true
            };
        }
        Neighbour::Earlier => {
            return {
                act(index, open, Some(lane), LaneAct::Open(false), out);
                true
            };
        }
        Neighbour::Above => lane.checked_sub(1),
        Neighbour::Below => Some(lane + 1).filter(|lane| *lane < index.lanes.len()),
        _ => return false,
    };
    if let Some(key) = to.and_then(|lane| index.key(&open.run, lane)) {
        out.after.rows.focus = Some(key);
    }
    true
}

/// Scrolls until the lane in focus is seen.
pub(crate) fn reveal(index: &Index, open: &OpenRun, frame: &Frame, view: &mut ViewState) {
    let key = view.rows.focus.as_deref();
    let Some(lane) = key.and_then(|key| index.lane_of_key(&open.run, key)) else { return };
    let (row, shown) = (index.lanes[lane].first_row, frame.visible_rows());
    if row < frame.first_row {
        view.scroll = row;
    } else if row >= frame.first_row + shown {
        view.scroll = (row + 1).saturating_sub(shown);
    }
}
