//! What each action does to the state, as a plain function: no signal, no browser.

use makespan_model::{Status, TaskId};
use makespan_views::compare::Mode;
use makespan_views::timeline::Lanes;
use makespan_views::{TimeMode, View, ViewState, tasks};

use super::actions::{Action, Way};
use super::session::Loaded;

/// What the page shows beside the view itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Panels {
    /// The sheet of keys is open.
    pub(crate) help: bool,
    /// The details are closed although a task is selected.
    pub(crate) no_details: bool,
}

/// Everything that actions change.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    /// What is seen; all of it is in the link.
    pub(crate) view: ViewState,
    /// What is open around it.
    pub(crate) panels: Panels,
}

/// What has to happen outside the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The link has changed; the flag says whether that is a step to go back to.
    Link(bool),
    /// The surface has to move or zoom: it alone knows its size.
    Camera(Move),
    /// The selected task must be visible.
    Reveal,
    /// Focus the filter.
    FocusFilter,
    /// Choose and remember the next theme.
    Theme,
    /// Ask for files.
    AskFiles,
    /// Copy the address.
    CopyLink,
    /// Copy the picture.
    CopyPicture,
    /// Save the picture.
    SavePicture,
    /// Select a task of the run that has just been chosen.
    SelectIn(u32),
    /// Baseline and candidate change places: which they are only the session knows.
    Swap,
    /// The run that is shown is the baseline.
    Baseline,
    /// Forget the open runs.
    Close,
    /// Forget one of them.
    CloseRun(usize),
}

/// How the surface moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// Thousandths of the present size.
    Zoom(i64),
    /// Thousandths of the picture, right and down.
    Pan(i64, i64),
    /// Everything.
    Fit,
}

fn thousandths(x: f64) -> i64 {
    (x * 1000.0).round() as i64
}

/// Changes the state as the action says. `run` is the run that is shown, `themes` how many themes there are.
pub(crate) fn update(state: &mut State, run: Option<&Loaded>, action: &Action) -> Vec<Effect> {
    let view = &mut state.view;
    match action {
        Action::Show(to) => {
            let other = view.view != *to;
            view.view = *to;
            vec![Effect::Link(other)]
        }
        Action::Zoom(by) => vec![Effect::Camera(Move::Zoom(thousandths(*by)))],
        Action::Pan(x, y) => vec![Effect::Camera(Move::Pan(thousandths(*x), thousandths(*y)))],
        Action::Fit => vec![Effect::Camera(Move::Fit)],
        Action::Focus => vec![Effect::Reveal],
        Action::Select(task) => {
            view.selected = task.and_then(|t| run.map(|r| r.run.task_id(TaskId(t)).to_owned()));
            state.panels.no_details = false;
            vec![Effect::Link(false)]
        }
        Action::Next(way) => {
            let Some(loaded) = run else { return Vec::new() };
            let here = loaded.find(view.selected.as_deref());
            let Some(next) = step(loaded, view, here, *way) else { return Vec::new() };
            view.selected = Some(loaded.run.task_id(next).to_owned());
            vec![Effect::Link(false), Effect::Reveal]
        }
        Action::Critical => {
            view.critical = !view.critical;
            vec![Effect::Link(false)]
        }
        Action::Before => {
            view.before = !view.before;
            vec![Effect::Link(false)]
        }
        Action::Lanes => {
            let at = Lanes::ALL.iter().position(|l| *l == view.lanes).unwrap_or(0);
            view.lanes = Lanes::ALL[(at + 1) % Lanes::ALL.len()];
            view.scroll = 0;
            vec![Effect::Link(false)]
        }
        Action::Time => {
            let at = TimeMode::ALL.iter().position(|t| *t == view.time).unwrap_or(0);
            view.time = TimeMode::ALL[(at + 1) % TimeMode::ALL.len()];
            vec![Effect::Link(false)]
        }
        Action::Twin => {
            view.twin = !view.twin;
            vec![Effect::Link(false)]
        }
        Action::Theme => vec![Effect::Theme],
        Action::Search => vec![Effect::FocusFilter],
        Action::Details => {
            state.panels.no_details = !state.panels.no_details;
            Vec::new()
        }
        Action::Help => {
            state.panels.help = !state.panels.help;
            Vec::new()
        }
        Action::Back => {
            if state.panels.help {
                state.panels.help = false;
            } else if view.selected.is_some() {
                view.selected = None;
            } else if !view.filter.is_empty() {
                view.filter = Default::default();
            } else if view.twin {
                view.twin = false;
            }
            vec![Effect::Link(false)]
        }
        Action::SelectIn(number, task) => {
            // The view stays: what it shows is both runs.
            view.run = *number;
            state.panels.no_details = false;
            vec![Effect::SelectIn(*task)]
        }
        Action::Go(to) => {
            (view.view, view.lanes, view.critical) = (to.view, to.lanes, to.critical);
            (view.filter, view.selected) = (to.filter.clone(), to.selected.clone());
            (view.window, view.camera, view.scroll) = (to.window, None, 0);
            state.panels.no_details = false;
            vec![Effect::Link(true)]
        }
        Action::Mode => {
            let at = Mode::ALL.iter().position(|m| *m == view.compare.mode).unwrap_or(0);
            view.compare.mode = Mode::ALL[(at + 1) % Mode::ALL.len()];
            vec![Effect::Link(false)]
        }
        Action::Swap => vec![Effect::Swap],
        Action::Baseline => vec![Effect::Baseline],
        Action::ShowRun(number) => {
            view.show_run(*number);
            vec![Effect::Link(true)]
        }
        Action::CloseRun => {
            let number = view.run;
            view.forget_run(number);
            vec![Effect::CloseRun(number), Effect::Link(true)]
        }
        Action::Open => vec![Effect::AskFiles],
        Action::CopyLink => vec![Effect::CopyLink],
        Action::CopyPicture => vec![Effect::CopyPicture],
        Action::SavePicture => vec![Effect::SavePicture],
        Action::Close => {
            *view = ViewState { time: view.time, theme: view.theme.take(), ..ViewState::default() };
            vec![Effect::Close, Effect::Link(true)]
        }
    }
}

/// The task that a step leads to.
fn step(loaded: &Loaded, view: &ViewState, here: Option<TaskId>, way: Way) -> Option<TaskId> {
    let run = &loaded.run;
    let by_start = |t: &TaskId| (tasks::start_of(run, *t), t.0);
    if matches!(way, Way::Failure | Way::FailureBefore) {
        let mut failed: Vec<TaskId> =
            run.task_ids().filter(|t| run.tasks.status[t.index()] == Status::Failed).collect();
        failed.sort_by_key(by_start);
        let at = here.map_or(0, |h| failed.partition_point(|t| by_start(t) < by_start(&h)));
        let on_it = here.is_some_and(|h| failed.get(at) == Some(&h));
        return match way {
            Way::Failure => failed.get(at + usize::from(on_it)).or(failed.first()).copied(),
            _ => at.checked_sub(1).and_then(|i| failed.get(i)).or(failed.last()).copied(),
        };
    }
    let Some(here) = here else { return run.task_ids().min_by_key(by_start) };
    let by_end = |t: &&u32| run.task_interval(TaskId(**t)).map_or(i64::MIN, |(_, e)| e);
    let cause = || run.predecessors.row(here.index()).iter().max_by_key(by_end).map(|t| TaskId(*t));
    let effect =
        || run.successors.row(here.index()).iter().min_by_key(|t| by_start(&TaskId(**t))).map(|t| TaskId(*t));
    match (way, view.view) {
        (Way::Cause, _) | (Way::Before, View::Graph) => cause(),
        (Way::Effect, _) | (Way::After, View::Graph) => effect(),
        (_, View::Table) => {
            let mask = loaded.mask(&view.filter);
            let mask = (!mask.is_empty()).then_some(&mask[..]);
            let order = tasks::order(run, &loaded.facts.waiting().wait, mask, view.sort);
            let at = order.iter().position(|t| *t == here.0)?;
            let next = if matches!(way, Way::Above | Way::Before) { at.checked_sub(1)? } else { at + 1 };
            order.get(next).map(|t| TaskId(*t))
        }
        (Way::Above | Way::Below, View::Graph) => {
            let (graph, layout) = (loaded.graph(&view.filter), loaded.layout(&view.filter)?);
            let node = *graph.node_of.get(here.index())? as usize;
            let from = *layout.nodes.get(node)?;
            let sign = if way == Way::Above { -1.0 } else { 1.0 };
            // The nearest node of the same layer on that side.
            (0..graph.nodes.len())
                .filter(|&n| {
                    n != node
                        && layout.layer[n] == layout.layer[node]
                        && (layout.nodes[n].x - from.x).abs() < 200.0
                })
                .filter(|&n| (layout.nodes[n].y - from.y) * sign > 0.0)
                .min_by(|&a, &b| {
                    let d = |n: usize| (layout.nodes[n].y - from.y).abs();
                    d(a).total_cmp(&d(b))
                })
                .and_then(|n| graph.nodes[n].tasks.first().map(|t| TaskId(*t)))
        }
        _ => {
            let index = loaded.index(view.lanes);
            let attempt = run.attempts_of(here).find(|a| index.row_of(*a).is_some())?;
            let other = match way {
                Way::Before => index.neighbour(attempt, false)?,
                Way::After => index.neighbour(attempt, true)?,
                _ => {
                    let row = index.row_of(attempt)?;
                    let row = if way == Way::Above { row.checked_sub(1)? } else { row + 1 };
                    index.nearest(row, run.attempts.started[attempt.index()])?
                }
            };
            Some(TaskId(run.attempts.task[other.index()]))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn loaded() -> Loaded {
        let text = "a 0..1 w1\nb 1..3 w1 a failed\nc 1..2 w2 a\nd 3..4 w2 b c failed";
        Loaded::new(makespan_model::notation::run(text).unwrap())
    }

    #[test]
    fn steps_lead_along_rows_dependencies_and_failures() {
        let loaded = loaded();
        let mut state =
            State { view: ViewState { view: View::Timeline, ..ViewState::default() }, ..State::default() };
        let mut go = |way| {
            update(&mut state, Some(&loaded), &Action::Next(way));
            state.view.selected.clone().unwrap()
        };
        assert_eq!(go(Way::After), "a");
        assert_eq!(go(Way::After), "b");
        assert_eq!(go(Way::Below), "c");
        assert_eq!(go(Way::Effect), "d");
        assert_eq!(go(Way::Cause), "b");
        assert_eq!(go(Way::Failure), "d");
        assert_eq!(go(Way::Failure), "b");
        assert_eq!(go(Way::FailureBefore), "d");
    }

    #[test]
    fn escape_steps_out_one_thing_at_a_time() {
        let loaded = loaded();
        let mut state = State::default();
        state.view.filter.text = "x".to_owned();
        update(&mut state, Some(&loaded), &Action::Select(Some(0)));
        update(&mut state, Some(&loaded), &Action::Help);
        update(&mut state, Some(&loaded), &Action::Back);
        assert!(!state.panels.help && state.view.selected.is_some());
        update(&mut state, Some(&loaded), &Action::Back);
        assert!(state.view.selected.is_none() && !state.view.filter.is_empty());
        update(&mut state, Some(&loaded), &Action::Back);
        assert!(state.view.filter.is_empty());
    }
}
