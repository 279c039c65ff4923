//! What is done to a view, where the run decides what comes of it.

use makespan_model::TaskId;
use makespan_scene::{counted, duration};
use makespan_views::gesture::Frame;
use makespan_views::graph::group_members;
use makespan_views::rerun::{Again, script};
use makespan_views::timeline::{Arrangement, Gaps, LaneAct, Lanes};
use makespan_views::{MOST_MARKERS, View, ViewState, heatmap};

use crate::answer::{Sides, Turn};
use crate::neighbour::{self, Next};
use crate::picture::{self, Drawable, graph, lanes, matrix, timeline};
use crate::question::{Neighbour, Size, Touch};
use crate::run::OpenRun;
use crate::session::Session;

/// What comes of it. `None` where no run is open.
pub(crate) fn turn(session: &Session, view: &ViewState, size: Size, touch: &Touch) -> Option<Turn> {
    let open = session.run(view.run)?;
    let mut out = Turn { before: view.clone(), after: view.clone(), ..Turn::default() };
    let shown = || -> Option<Box<dyn Drawable + '_>> { picture::shown(session, view) };
    match *touch {
        Touch::Press(press) => {
            if let Some(shown) = shown() {
                shown.press(size, &press, &mut out);
            }
        }
        Touch::Row(row) => match (view.view, session.compared(view)) {
            (View::Compare, Some(compared)) => compared.select(Some(row), &mut out.after),
            _ => {
                let known = (row as usize) < open.run.task_count();
                out.after.selected = known.then(|| open.run.task_id(TaskId(row)).to_owned());
                reveal(session, size, &mut out.after);
            }
        },
        Touch::Next(way)
            if view.view == View::Timeline && lanes::arrow(&open.arranged(view), open, way, &mut out) =>
        {
            reveal_lane(session, size, &mut out.after);
        }
        Touch::Next(way) => {
            out.after.rows.focus = None;
            let next = match neighbour::of_node(open, view, size, way) {
                Some(node) => node,
                None => neighbour::of(open, view, way).map(Next::Task),
            };
            if way == Neighbour::NextCritical && next.is_some() {
                out.after.critical = true;
            }
            match next {
                Some(Next::Task(task)) => out.after.selected = Some(open.run.task_id(task).to_owned()),
                Some(Next::Group(key)) => (out.after.selected, out.after.graph.group) = (None, Some(key)),
                None => return Some(out),
            }
            reveal(session, size, &mut out.after);
        }
        Touch::Expand(is_open) if view.view == View::Timeline => {
            let index = open.arranged(view);
            lanes::act(&index, open, None, LaneAct::Open(is_open), &mut out);
            reveal_lane(session, size, &mut out.after);
        }
        Touch::Lane(lane, act) => {
            lanes::act(&open.arranged(view), open, lane.map(|l| l as usize), act, &mut out);
        }
        Touch::Expand(is_open) => graph::expand(open, view, is_open, size, &mut out),
        Touch::Reveal => reveal(session, size, &mut out.after),
        Touch::Fit => {
            if let Some(shown) = shown() {
                shown.fit(size, &mut out.after);
            }
        }
        Touch::Focus(focus, way) => {
            let made = matrix::of(session, view, size);
            if let (Some(made), Frame::Cells { frame, .. }) = (made, matrix::frame(session, view, size)) {
                let Ok(m) = made.as_ref() else { return Some(out) };
                let from = focus.unwrap_or((frame.rows(&**m).start, 0));
                let to = if focus.is_none() { from } else { heatmap::neighbour(&**m, &frame, from, way) };
                let moved = frame.showing(&**m, to.0, to.1);
                out.after.heat.across = Some(moved.scroll_x.round() as u32);
                out.after.heat.row = (moved.scroll_y / f64::from(moved.row_height)).round() as usize;
                out.focus = Some(to);
            }
        }
        Touch::Enter(row, column) => matrix::enter(session, size, (row, column), &mut out),
        Touch::Rerun => rerun(open, view, &mut out),
        Touch::NextLanes => {
            let now = view.lanes.for_run(&open.run);
            let at = Lanes::ALL.iter().position(|l| *l == now).map_or(0, |at| (at + 1) % Lanes::ALL.len());
            (out.after.lanes, out.after.scroll) = (Lanes::ALL[at].clone(), 0);
            out.after.rows = Arrangement::default();
        }
        Touch::Area(drawn) => out.after.filter.area = Some(open.arranged(view).area(&drawn)),
        Touch::Gaps => gaps(session, open, view, &mut out),
        Touch::Mark(at) => mark(session, view, size, at, &mut out),
        Touch::Swap => {
            let Sides { baseline, candidate } = session.sides(view);
            (out.after.compare.baseline, out.after.compare.candidate) = (candidate, baseline);
        }
        Touch::Baseline => baseline(session, &mut out),
        Touch::Side(number, is_candidate) => set_side(session, number, is_candidate, &mut out.after),
        Touch::NextSide(number) => next_side(session, number, &mut out),
        Touch::Halves => {
            let by_age = session.by_age();
            let (old, new) = by_age.split_at(by_age.len() / 2);
            (out.after.compare.baseline, out.after.compare.candidate) = (old.to_vec(), new.to_vec());
        }
    }
    Some(out)
}

/// Folds the gaps of the timeline that is shown, of one run or of two, or shows them again.
fn gaps(session: &Session, open: &OpenRun, view: &ViewState, out: &mut Turn) {
    let compared = session.compared(view).filter(|_| view.view == View::Compare);
    let folds = |gaps: Gaps| match &compared {
        Some(compared) => compared.aligned(view).folds(gaps),
        None => open.index(&view.lanes).folds(gaps),
    };
    let is_folded = !folds(view.gaps).is_empty();
    out.after.gaps = if is_folded { Gaps::Shown } else { Gaps::Folded };
    let folds = folds(out.after.gaps);
    let (count, length) = (counted(folds.list().len(), "gap"), duration(folds.length()));
    out.said = Some(match (is_folded, folds.is_empty()) {
        (true, _) => "Gaps are shown as long as they are.".to_owned(),
        (false, true) => "No gap is long enough to fold.".to_owned(),
        (false, false) => format!("{count} folded: {length} in which nothing ran."),
    });
    if folds.is_empty() && !is_folded {
        out.after.gaps = view.gaps;
    }
}

/// Marks a moment of the timeline.
fn mark(session: &Session, view: &ViewState, size: Size, at: Option<(f32, f32)>, out: &mut Turn) {
    let Some(shown) = timeline::Timeline::new(session, view) else { return };
    let at = at.filter(|_| view.view == View::Timeline);
    let t = shown.moment_to_mark(size, at);
    if out.after.markers.add(view.run, t).is_none() {
        let most = counted(MOST_MARKERS, "marker");
        out.said = Some(format!("A view can have at most {most}. Remove one first."));
    }
    out.after.view = View::Timeline;
}

/// Brings the lane in focus into the timeline.
fn reveal_lane(session: &Session, size: Size, view: &mut ViewState) {
    let mut after = view.clone();
    if let Some(shown) = timeline::Timeline::new(session, view) {
        shown.reveal_lane(size, &mut after);
    }
    *view = after;
}

/// Copies the engine's command for what is in focus, selected or failed.
fn rerun(open: &OpenRun, view: &ViewState, out: &mut Turn) {
    let focus = (view.view == View::Graph).then(|| Again::focus(&open.facts, &view.graph.focus)).flatten();
    let group = || {
        let members = group_members(&open.run, view.graph.group.as_deref()?);
        (!members.is_empty()).then_some(Again::Tasks(members))
    };
    let selected = || open.selected(view).map(|task| Again::Tasks(vec![task.0])).or_else(group);
    let again = focus.or_else(selected).unwrap_or(Again::Failed);
    let is_pointless = again == Again::Failed && !open.run.tasks.status.iter().any(|s| s.is_failure());
    out.copied = script(&open.run, &again);
    out.said = Some(match &out.copied {
        None if is_pointless => "Select what to run again: no task failed.".to_owned(),
        Some(text) => format!("Copied: {}", text.lines().nth(1).unwrap_or_default()),
        None => "The file does not record enough for a command that runs this again.".to_owned(),
    });
}

/// Brings the selected task of the view into its picture.
fn reveal(session: &Session, size: Size, view: &mut ViewState) {
    let mut after = view.clone();
    if let Some(shown) = picture::shown(session, view) {
        shown.reveal(size, &mut after);
    }
    *view = after;
}

/// The run that is shown becomes the baseline, all others that were compared the candidate.
fn baseline(session: &Session, out: &mut Turn) {
    let now = out.before.run;
    let sides = session.sides(&out.before);
    let mut rest = sides.candidate;
    rest.retain(|i| *i != now);
    if rest.is_empty() {
        rest = sides.baseline.into_iter().filter(|i| *i != now).collect();
    }
    if rest.is_empty() {
        out.said = Some("Open another run to compare with this one.".to_owned());
    } else {
        (out.after.compare.baseline, out.after.compare.candidate) = (vec![now], rest);
        out.said = Some("This run is the baseline.".to_owned());
    }
}

/// Puts a run on a side of the pair: it becomes the newest of a side of one, and takes the place of the one that stood
/// for a side of several.
fn set_side(session: &Session, number: usize, is_candidate: bool, view: &mut ViewState) {
    let Sides { mut baseline, mut candidate } = session.sides(view);
    let (mine, other) =
        if is_candidate { (&mut candidate, &mut baseline) } else { (&mut baseline, &mut candidate) };
    let before = mine.pop();
    mine.retain(|i| *i != number);
    mine.push(number);
    other.retain(|i| *i != number);
    if let Some(before) = before.filter(|_| other.is_empty()) {
        other.push(before);
    }
    (view.compare.baseline, view.compare.candidate) = (baseline, candidate);
}

/// A run goes on: A, B, neither.
fn next_side(session: &Session, number: usize, out: &mut Turn) {
    let Sides { mut baseline, mut candidate } = session.sides(&out.before);
    if baseline.contains(&number) {
        baseline.retain(|i| *i != number);
        candidate.push(number);
    } else if candidate.contains(&number) {
        candidate.retain(|i| *i != number);
    } else {
        baseline.push(number);
    }
    if baseline.is_empty() || candidate.is_empty() {
        out.said = Some("Each side needs a run.".to_owned());
    } else {
        (out.after.compare.baseline, out.after.compare.candidate) = (baseline, candidate);
    }
}

impl Turn {
    /// Puts the fields that changed into the view as it is now, which may have moved on meanwhile.
    pub fn apply(&self, now: &mut ViewState) {
        let (old, new) = (&self.before, &self.after);
        macro_rules! take {
            ($($field:ident).+) => {
                if old.$($field).+ != new.$($field).+ {
                    now.$($field).+ = new.$($field).+.clone();
                }
            };
        }
        take!(view);
        take!(run);
        take!(selected);
        take!(lanes);
        take!(gaps);
        take!(rows);
        take!(filter.area);
        take!(window);
        take!(scroll);
        take!(camera);
        take!(critical);
        take!(markers);
        take!(graph.open);
        take!(graph.group);
        take!(heat.row);
        take!(heat.across);
        take!(compare.baseline);
        take!(compare.candidate);
        take!(compare.window);
        take!(compare.scroll);
        take!(compare.camera);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_movements_are_kept() {
        let before = ViewState::default();
        let after = ViewState { selected: Some("a".to_owned()), ..ViewState::default() };
        let mut now = ViewState { window: Some((1, 2)), scroll: 3, ..ViewState::default() };
        Turn { before, after, ..Turn::default() }.apply(&mut now);
        assert_eq!((now.selected.as_deref(), now.window, now.scroll), (Some("a"), Some((1, 2)), 3));
    }
}
