//! Durations from run to run.

use makespan_analysis::{Facts, natural_cmp};
use makespan_model::{Order as _, Run, Status, TaskId, UNKNOWN, quantile};
use makespan_scene::{Role, counted, visible};

use super::picture::MOST_ROWS;
use super::plot::{Dot, Key, Line, Plot, Rule};
use super::scatter::shape;
use super::{Axis, Chart, Choice, Kind, Picture, Subject};
use crate::amount::Unit;
use crate::look::TimeMode;
use crate::roles::status_role;
use crate::subject::bounds;
use crate::table::{Cell, Column, Table};

const MISSING: &str = "A trend needs at least two open runs.";

pub(super) fn list(subject: &Subject<'_>, out: &mut Vec<Chart>) {
    out.push(
        Chart::new(Kind::Trend, "", "Makespan from run to run").missing_if(subject.runs.len() < 2, MISSING),
    );
}

/// Returns when a run started, as far as known; otherwise [`UNKNOWN`].
pub(crate) fn start_of(facts: &Facts) -> i64 {
    facts.run().span().map_or(facts.run().recorded_start, |s| s.0)
}

/// Sorts runs by start; runs without one come last. Ties are in natural order of titles.
pub(crate) fn by_start(runs: &[&Facts]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..runs.len()).collect();
    let start: Vec<i64> = runs.iter().map(|facts| start_of(facts)).collect();
    order.order_by(|&a, &b| {
        let known = |i: usize| (start[i] == UNKNOWN, start[i]);
        known(a).cmp(&known(b)).then_with(|| natural_cmp(runs[a].run().title(), runs[b].run().title()))
    });
    order
}

/// Finds the task with this id, otherwise the only one with this name, because some sources give new ids in each run.
fn find(run: &Run, id: &str) -> Option<TaskId> {
    run.find_task(id).or_else(|| {
        let mut named = run.task_ids().filter(|t| run.task_name(*t) == id);
        named.next().filter(|_| named.next().is_none())
    })
}

/// Returns the median duration of the tasks of a step, whatever their status, ns.
fn of_all(run: &Run, step: &str) -> Option<f64> {
    let tasks = run.task_ids().filter(|t| run.task_step(*t) == step);
    let lengths = tasks.filter_map(|t| run.task_interval(t)).map(|(s, e)| e.saturating_sub(s) as f64);
    let mut lengths: Vec<f64> = lengths.collect();
    lengths.order();
    quantile(&lengths, 0.5)
}

/// The subject of the trend.
enum Of<'a> {
    Makespan,
    Step(&'a str),
    Task(&'a str),
}

impl Of<'_> {
    /// Returns the value in a run, ns, and its status.
    fn value(&self, facts: &Facts) -> (Option<f64>, Option<Status>) {
        let run = facts.run();
        match self {
            Of::Makespan => (facts.totals().makespan.map(|m| m as f64), run.status()),
            Of::Step(step) => {
                let stat = facts.steps().iter().find(|s| s.step == *step);
                let median = stat.map(|s| s.median).filter(|m| *m != UNKNOWN).map(|m| m as f64);
                // The duration of a step that never succeeded is shown as a failure.
                let median = median.or_else(|| of_all(run, step));
                let status = stat.map(|s| if s.failed > 0 { Status::Failed } else { Status::Succeeded });
                (median, status)
            }
            Of::Task(id) => {
                let task = find(run, id);
                let length = task.and_then(|t| run.task_interval(t)).map(|(s, e)| e.saturating_sub(s) as f64);
                (length, task.map(|t| run.tasks.status[t.index()]))
            }
        }
    }

    fn title(&self) -> String {
        match self {
            Of::Makespan => "Makespan from run to run".to_owned(),
            Of::Step(step) => format!("Median duration of {} from run to run", visible(step)),
            Of::Task(id) => format!("Duration of {} from run to run", visible(id)),
        }
    }
}

pub(super) fn picture(subject: &Subject<'_>, choice: &Choice) -> Result<Picture, String> {
    if subject.runs.len() < 2 {
        return Err(MISSING.to_owned());
    }
    let of = match choice.of.split_once(':') {
        Some(("step", name)) => Of::Step(name),
        Some(("task", id)) => Of::Task(id),
        _ => Of::Makespan,
    };
    let unit = Unit::of(makespan_analysis::Quantity::Time);
    let order = by_start(subject.runs);
    let found: Vec<(usize, Option<f64>, Option<Status>)> = order
        .iter()
        .map(|&i| {
            let (value, status) = of.value(subject.runs[i]);
            (i, value, status)
        })
        .collect();
    let mut known: Vec<f64> = found.iter().filter_map(|f| f.1).collect();
    known.order_by(f64::total_cmp);
    if known.is_empty() {
        return Err("No open run has this duration.".to_owned());
    }
    let median = known[known.len() / 2];
    let y = Axis::from_zero(String::new(), unit.clone(), bounds(known.iter().copied()));
    let title = of.title();
    let mut plot = Plot::new(title.clone(), Axis::order("runs by start", order.len()), y);
    let role = |status: Option<Status>| status.map_or(Role::Unknown, status_role);
    let mut line = Line { name: title.clone(), role: None, ..Line::default() };
    let mut statuses: Vec<Status> = Vec::new();
    let start = |i: usize| when(subject, subject.runs[i]);
    for (k, &(i, value, status)) in found.iter().enumerate() {
        let Some(value) = value else { continue };
        let at = (k + 1) as f64;
        line.points.push((at, value));
        plot.dots.push(Dot {
            x: at,
            y: value,
            role: role(status),
            shape: status.map(shape).unwrap_or_default(),
            task: None,
        });
        let said = status.map_or("status unknown", |s| s.name());
        let name = visible(subject.runs[i].run().title()).into_owned();
        plot.dot_tips.push(format!("{name}\n{}, {said}\n{}", unit.text(value), start(i)));
        statuses.extend(status.filter(|s| !statuses.contains(s)));
    }
    plot.lines.push(line);
    statuses.order_by_key(|s| *s as u8);
    plot.legend = statuses
        .into_iter()
        .map(|s| Key { role: status_role(s), shape: Some(shape(s)), text: s.name().to_owned() })
        .collect();
    if let Some(k) = found.iter().position(|f| std::ptr::eq(subject.runs[f.0], subject.facts)) {
        plot.rules.push(Rule { x: (k + 1) as f64, role: Role::Selection, label: "this run".to_owned() });
    }
    plot.notes.push(format!("Median {}.", unit.text(median)));
    let unknown = found.len() - known.len();
    if unknown > 0 {
        plot.notes.push(format!("Unknown for {}.", counted(unknown, "run")));
    }
    let columns = vec![
        Column::text("run", "Run"),
        Column::text("status", "Status"),
        Column::number("start", "Start"),
        Column::number("value", "Duration"),
        Column::number("change", "Against the median"),
    ];
    let mut twin = Table::new(title, columns);
    for &(i, value, status) in found.iter().take(MOST_ROWS) {
        let change = value.filter(|_| median > 0.0).map(|v| v / median * 100.0 - 100.0);
        let cell = value
            .map_or_else(|| Cell::new("").exact("unknown"), |v| Cell::new(unit.text(v)).exact(unit.exact(v)));
        twin.push(vec![
            Cell::new(visible(subject.runs[i].run().title()).into_owned()),
            status.map_or_else(Cell::default, |s| Cell::new(s.name()).status(status_role(s))),
            Cell::new(start(i)),
            cell,
            Cell::new(change.map_or(String::new(), |c| format!("{c:+.0} %").replace('-', "−"))),
        ]);
    }
    twin.left_out = found.len() - twin.rows.len();
    Ok(Picture::plot(plot, twin))
}

fn when(subject: &Subject<'_>, facts: &Facts) -> String {
    let start = start_of(facts);
    // Starts of several runs have no common origin, so relative times would mean nothing.
    let offset = if subject.look.time == TimeMode::Local { subject.look.offset } else { 0 };
    if start == UNKNOWN { "start unknown".to_owned() } else { makespan_scene::timestamp(start, offset) }
}
