//! The neighbours of a task: on its row, along its dependencies, among the failures.

use makespan_model::Order as _;
use makespan_model::{AttemptId, Run, Status, TaskId, UNKNOWN};
use makespan_views::graph::Drawn;
use makespan_views::timeline::Lanes;
use makespan_views::{View, ViewState, tasks};

use crate::question::{Neighbour, Size};
use crate::run::OpenRun;

/// The next selection.
pub(crate) enum Next {
    /// A task.
    Task(TaskId),
    /// A group of the graph, by its key.
    Group(String),
}

/// Nodes of the graph that are further apart than this in x are not in the same column, px.
const SAME_COLUMN: f32 = 200.0;

/// Sort key by first start; tasks that never started come last.
fn by_start(run: &Run, task: TaskId) -> (bool, i64, u32) {
    let start = tasks::start_of(run, task);
    (start == UNKNOWN, start, task.0)
}

/// Returns the neighbour of the selected task in a direction; without a selection, the first task by start.
pub(crate) fn of(open: &OpenRun, view: &ViewState, way: Neighbour) -> Option<TaskId> {
    let here = open.selected(view);
    let run = &open.run;
    match way {
        Neighbour::NextFailure | Neighbour::PreviousFailure => {
            let failed = |t: &TaskId| run.tasks.status[t.index()] == Status::Failed;
            return among(run, run.task_ids().filter(failed), here, way == Neighbour::NextFailure);
        }
        Neighbour::NextMatch | Neighbour::PreviousMatch => {
            let mask = open.mask(&view.filter);
            let passing = run.task_ids().filter(|t| mask.get(t.index()).is_some_and(|passes| *passes));
            return among(run, passing, here, way == Neighbour::NextMatch);
        }
        Neighbour::NextCritical => {
            let path = &open.facts.critical_path()?.tasks;
            let at = here.and_then(|h| path.iter().position(|t| *t == h)).map_or(0, |at| at + 1);
            return path.get(at).or(path.first()).copied();
        }
        _ => {}
    }
    let Some(here) = here else { return run.task_ids().min_by_key(|t| by_start(run, *t)) };
    let by_end = |t: &&u32| run.task_interval(TaskId(**t)).map_or(i64::MIN, |(_, e)| e);
    match (way, view.view) {
        (Neighbour::Cause, _) => {
            run.predecessors.row(here.index()).iter().max_by_key(by_end).map(|t| TaskId(*t))
        }
        (Neighbour::Effect, _) => {
            run.successors.row(here.index()).iter().map(|t| TaskId(*t)).min_by_key(|t| by_start(run, *t))
        }
        (_, View::Table) => {
            let order: Vec<u32> = open.listing(view).tasks().collect();
            // The filter or a collapsed group may exclude the selected task from the table.
            let Some(at) = order.iter().position(|t| *t == here.0) else {
                return order.first().map(|t| TaskId(*t));
            };
            let back = matches!(way, Neighbour::Above | Neighbour::Earlier);
            let next = if back { at.checked_sub(1)? } else { at + 1 };
            order.get(next).map(|t| TaskId(*t))
        }
        (_, View::Graph) => None,
        _ => on_rows(open, view, here, way),
    }
}

/// Returns the next or previous one of some tasks by start, wrapping around.
fn among(
    run: &Run,
    tasks: impl Iterator<Item = TaskId>,
    here: Option<TaskId>,
    forward: bool,
) -> Option<TaskId> {
    let by_start = |t: &TaskId| by_start(run, *t);
    let mut order: Vec<TaskId> = tasks.collect();
    order.order_by_key(by_start);
    let at = here.map_or(0, |h| order.partition_point(|t| by_start(t) < by_start(&h)));
    if forward {
        let on_it = here.is_some_and(|h| order.get(at) == Some(&h));
        order.get(at + usize::from(on_it)).or(order.first()).copied()
    } else {
        at.checked_sub(1).and_then(|i| order.get(i)).or(order.last()).copied()
    }
}

/// Returns the neighbour of the selected node in the graph; `None` if the direction does not refer to nodes.
#[allow(clippy::option_option)]
pub(crate) fn of_node(open: &OpenRun, view: &ViewState, size: Size, way: Neighbour) -> Option<Option<Next>> {
    let arrows = [Neighbour::Earlier, Neighbour::Later, Neighbour::Above, Neighbour::Below];
    if view.view != View::Graph || !arrows.contains(&way) {
        return None;
    }
    let drawn = open.graph_in(view, size.0);
    let here = open.selected_node(view)?;
    let next = match way {
        Neighbour::Earlier | Neighbour::Later => along(&drawn, here, way == Neighbour::Later),
        _ => in_column(&drawn, here, way == Neighbour::Below),
    };
    Some(next.and_then(|n| {
        let node = drawn.graph.nodes.get(n as usize)?;
        node.group.clone().map(Next::Group).or_else(|| node.task().map(|t| Next::Task(TaskId(t))))
    }))
}

/// Returns the node at the other end of an edge, the nearest in height; for a border, the node nearest to its
/// beginning.
fn along(drawn: &Drawn, here: u32, after: bool) -> Option<u32> {
    let (graph, layout) = (&drawn.graph, &drawn.layout);
    let from = layout.nodes.get(here as usize)?;
    let ends = graph.edges.iter().filter_map(|&(a, b)| match after {
        true if a == here => Some(b),
        false if b == here => Some(a),
        _ => None,
    });
    ends.min_by(|&a, &b| {
        let distance = |n: u32| (layout.nodes[n as usize].y - from.y).abs();
        distance(a).total_cmp(&distance(b)).then(a.cmp(&b))
    })
}

/// Returns the nearest node of the same layer above or below, within the same border.
fn in_column(drawn: &Drawn, here: u32, below: bool) -> Option<u32> {
    let (graph, layout) = (&drawn.graph, &drawn.layout);
    let (at, from) = (here as usize, *layout.nodes.get(here as usize)?);
    let sign = if below { 1.0 } else { -1.0 };
    let distance = |n: usize| (layout.nodes[n].y - from.y).abs();
    (0..graph.nodes.len())
        .filter(|&n| n != at && graph.nodes[n].parent == graph.nodes[at].parent)
        .filter(|&n| layout.layer[n] == layout.layer[at] && (layout.nodes[n].x - from.x).abs() < SAME_COLUMN)
        .filter(|&n| (layout.nodes[n].y - from.y) * sign > 0.0)
        .min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
        .map(|n| n as u32)
}

/// Returns the neighbour along the row of the timeline, or on the next row. Tasks without a row follow after the last
/// one, in the order of the run, as if each had a row.
fn on_rows(open: &OpenRun, view: &ViewState, here: TaskId, way: Neighbour) -> Option<TaskId> {
    let run = &open.run;
    let index = open.arranged(view);
    let task_of = |a: AttemptId| TaskId(run.attempts.task[a.index()]);
    let has_row = |t: TaskId| index.row_of_task(run, t).is_some();
    let back = matches!(way, Neighbour::Earlier | Neighbour::Above);
    let placed = || run.attempts_of(here).filter(|a| index.row_of(*a).is_some());
    // Backwards from its first attempt, forwards from its last.
    let attempt = if back { placed().next() } else { placed().next_back() };
    let Some(row) = attempt.and_then(|a| index.row_of(a)).or_else(|| index.idle_row(here)) else {
        let mut rowless = run.task_ids().filter(|t| !has_row(*t));
        let next = if back { rowless.take_while(|t| *t < here).last() } else { rowless.find(|t| *t > here) };
        let last_row = || index.task_at(run, index.row_count().checked_sub(1)?, i64::MAX);
        return next.or_else(|| last_row().filter(|_| back));
    };
    let along = matches!(way, Neighbour::Earlier | Neighbour::Later);
    // With a lane per task there is nothing else on its row, so the next row follows.
    if let Some(mut at) =
        attempt.filter(|_| along && !matches!(view.lanes.for_run(run), Lanes::Task | Lanes::Nested))
    {
        while let Some(next) = index.neighbour(at, !back) {
            if task_of(next) != here {
                return Some(task_of(next));
            }
            at = next;
        }
        return None;
    }
    let started = attempt.and_then(|a| run.interval(a)).map_or(i64::MIN, |(start, _)| start);
    if back {
        return index.task_at(run, row.checked_sub(1)?, started);
    }
    index.task_at(run, row + 1, started).or_else(|| run.task_ids().find(|t| !has_row(*t)))
}
