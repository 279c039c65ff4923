//! Two measures of each task against each other.

use makespan_analysis::{Measure, Standard};
use makespan_model::{Status, TaskId};
use makespan_scene::{Role, counted};

use super::picture::MOST_ROWS;
use super::plot::{Dot, Key, Plot, Shape};
use super::{Axis, Chart, Choice, Kind, Picture, Subject, distribution, tasks};
use crate::amount::Unit;
use crate::roles::status_role;
use crate::subject::bounds;
use crate::table::{Cell, Column, Table};

const TITLE: &str = "Two measures of each task";

/// Returns the default pair of measures: the duration against what may explain it, if the run records any such measure.
fn usual(subject: &Subject<'_>) -> Option<(String, String)> {
    let measures = subject.facts.measures();
    let duration = measures.find("duration").filter(|m| subject.knows(*m))?;
    let likely = [Standard::Memory, Standard::Cpu, Standard::BytesRead, Standard::BytesWritten];
    let mut candidates = likely.into_iter().filter_map(|s| measures.standard(s));
    let metrics = || (0..measures.list.len()).filter(|m| measures.samples(*m).is_some());
    let other = candidates
        .find(|m| subject.knows(*m))
        .or_else(|| measures.find("wait").filter(|m| subject.knows(*m)))
        .or_else(|| metrics().find(|m| subject.knows(*m)))
        .or_else(|| measures.find("attempts"))?;
    Some((measures.list[duration].key.clone(), measures.list[other].key.clone()))
}

pub(super) fn list(subject: &Subject<'_>, out: &mut Vec<Chart>) {
    let pair = usual(subject);
    let mut chart =
        Chart::new(Kind::Scatter, "", TITLE).missing_if(pair.is_none(), "No task has a start and an end.");
    if let Some((x, y)) = pair {
        let wide = |key: &str| {
            let values = subject.facts.measures().find(key).map(|m| subject.values(m)).unwrap_or_default();
            distribution::is_wide(values.into_iter().map(|v| v.1))
        };
        chart.choice.log = wide(&x) && wide(&y);
        (chart.choice.of, chart.choice.against) = (x, y);
    }
    out.push(chart);
}

pub(super) fn picture(subject: &Subject<'_>, choice: &Choice) -> Result<Picture, String> {
    let pair = usual(subject);
    let or = |key: &str, usual: Option<&String>| {
        if key.is_empty() { usual.cloned().unwrap_or_default() } else { key.to_owned() }
    };
    let x = tasks::measure(subject, &or(&choice.of, pair.as_ref().map(|p| &p.0)))?;
    let y = tasks::measure(subject, &or(&choice.against, pair.as_ref().map(|p| &p.1)))?;
    let run = subject.facts.run();
    let measures = &subject.facts.measures().list;
    let (mx, my) = (&measures[x], &measures[y]);
    let (ux, uy) = (Unit::measure(mx), Unit::measure(my));
    let mut up = vec![f64::NAN; run.task_count()];
    for (t, v) in subject.values(y) {
        up[t as usize] = v;
    }
    let both: Vec<(u32, f64, f64)> = subject
        .values(x)
        .into_iter()
        .map(|(t, v)| (t, v, up[t as usize]))
        .filter(|p| p.2.is_finite())
        .collect();
    if both.is_empty() {
        return Err(format!("No task has both {} and {}.", mx.key, my.key));
    }
    let kept: Vec<_> = both.iter().copied().filter(|p| !choice.log || (p.1 > 0.0 && p.2 > 0.0)).collect();
    let log = choice.log && !kept.is_empty();
    let kept = if log { kept } else { both.clone() };
    let title = format!("{} against {}", my.title, mx.title);
    let bounds = |of: &dyn Fn(&(u32, f64, f64)) -> f64| bounds(kept.iter().map(of));
    let side = |measure: &Measure, unit: &Unit, bounds| {
        let label = unit.titled(&measure.title);
        if log { Axis::log(label, unit.clone(), bounds) } else { Axis::around(label, unit.clone(), bounds) }
    };
    let mut plot = Plot::new(title.clone(), side(mx, &ux, bounds(&|p| p.1)), side(my, &uy, bounds(&|p| p.2)));
    let mut seen = [false; Status::COUNT];
    for &(t, vx, vy) in &kept {
        let status = run.tasks.status[t as usize];
        seen[status as usize] = true;
        let marked = subject.look.selected == Some(t);
        let role = if marked { Role::Selection } else { status_role(status) };
        plot.dots.push(Dot { x: vx, y: vy, role, shape: shape(status), task: Some(t) });
    }
    // Nobody could read the labels of more points than are drawn.
    if !plot.is_dense() {
        plot.dot_tips = kept
            .iter()
            .map(|&(t, vx, vy)| {
                let name = run.task_name(TaskId(t));
                format!("{name}\n{} {}\n{} {}", mx.title, ux.text(vx), my.title, uy.text(vy))
            })
            .collect();
        plot.legend = Status::ALL
            .into_iter()
            .filter(|s| seen[*s as usize])
            .map(|s| Key { role: status_role(s), shape: Some(shape(s)), text: s.name().to_owned() })
            .collect();
    }
    if both.len() > kept.len() {
        let n = counted(both.len() - kept.len(), "task");
        plot.notes.push(format!("Not shown, a value is not above 0: {n}."));
    }
    let starts = |axis: &Axis| axis.from <= 0.0 || axis.is_log();
    if !starts(&plot.x) || !starts(&plot.y) {
        plot.notes.push("Not every axis starts at 0.".to_owned());
    }
    let columns = vec![
        Column::text("name", "Task"),
        Column::text("status", "Status"),
        Column::number("x", "").titled(mx.title.clone()),
        Column::number("y", "").titled(my.title.clone()),
    ];
    let mut twin = Table::new(title, columns);
    for &(t, vx, vy) in kept.iter().take(MOST_ROWS) {
        let status = run.tasks.status[t as usize];
        twin.push(vec![
            Cell::new(run.task_name(TaskId(t))).exact(run.task_id(TaskId(t))).task(t),
            Cell::new(status.name()).status(status_role(status)),
            Cell::new(ux.text(vx)).exact(ux.exact(vx)),
            Cell::new(uy.text(vy)).exact(uy.exact(vy)),
        ]);
    }
    twin.left_out = kept.len() - twin.rows.len();
    Ok(Picture::plot(plot, twin))
}

pub(super) fn shape(status: Status) -> Shape {
    match status {
        Status::Succeeded | Status::Cached => Shape::Disc,
        status if status.is_failure() => Shape::Cross,
        _ => Shape::Ring,
    }
}
