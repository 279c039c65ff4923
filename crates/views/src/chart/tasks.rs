//! The tasks with the greatest values of a measure.

use makespan_analysis::Standard;
use makespan_model::Order as _;
use makespan_model::TaskId;
use makespan_scene::{Role, count, counted};

use super::picture::MOST_ROWS;
use super::plot::{Bar, Key, Plot};
use super::{Axis, Chart, Choice, Kind, Picture, Subject};
use crate::amount::Unit;
use crate::subject::bounds;
use crate::table::{Cell, Column, Table};

/// Number of tasks shown.
const TOP: usize = 40;

pub(super) fn list(subject: &Subject<'_>, out: &mut Vec<Chart>) {
    let measures = subject.facts.measures();
    // If processor usage is not recorded, processor time contains the same information in another unit.
    let (cpu, time) = (measures.standard(Standard::Cpu), measures.standard(Standard::CpuTime));
    let processors = if cpu.is_none() && time.is_some() {
        (Standard::CpuTime.name(), "Processor time by task", "")
    } else {
        (Standard::Cpu.name(), "Processor use by task", "No processor use recorded in this file.")
    };
    let wanted = [
        ("duration", "Longest tasks", "No task has a start and an end."),
        processors,
        (Standard::Memory.name(), "Memory by task", "No memory use recorded in this file."),
    ];
    for (key, title, missing) in wanted {
        let values = measures.find(key).map(|m| subject.values(m)).unwrap_or_default();
        let nothing = !values.is_empty() && values.iter().all(|v| v.1 == 0.0);
        let chart = Chart::new(Kind::Tasks, key, title).missing_if(values.is_empty(), missing);
        out.push(if nothing { chart.missing_if(true, "It is 0 for every task.") } else { chart });
    }
}

/// Returns the index of the measure with this key.
pub(super) fn measure(subject: &Subject<'_>, key: &str) -> Result<usize, String> {
    let key = if key.is_empty() { "duration" } else { key };
    let found = subject.facts.measures().find(key).filter(|m| subject.knows(*m));
    found.ok_or_else(|| format!("No task in this file has a known {key}."))
}

pub(super) fn picture(subject: &Subject<'_>, choice: &Choice) -> Result<Picture, String> {
    let at = measure(subject, &choice.of)?;
    let run = subject.facts.run();
    let measure = &subject.facts.measures().list[at];
    let unit = Unit::measure(measure);
    let mut values = subject.values(at);
    values.order_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let rest = values.get(TOP..).unwrap_or_default();
    let shown = &values[..values.len().min(TOP)];
    let name = |t: u32| run.task_name(TaskId(t));
    let title = format!("{} by task", measure.title);

    let bounds = bounds(shown.iter().map(|v| v.1));
    let x = Axis::from_zero(unit.name.clone(), unit.clone(), bounds);
    let names = shown.iter().map(|(t, _)| name(*t).to_owned()).collect();
    let mut plot = Plot::new(title.clone(), x, Axis::named(names));
    let mut roles: Vec<Role> = Vec::new();
    for (i, &(task, value)) in shown.iter().enumerate() {
        let role = subject.status(task);
        if !roles.contains(&role) {
            roles.push(role);
        }
        plot.bars.push(Bar {
            x: (0.0, value),
            y: (i as f64 + 0.12, i as f64 + 0.88),
            role,
            label: unit.short(value),
            tip: format!("{}\n{} {}", name(task), measure.title, unit.exact(value)),
            task: Some(task),
            marked: subject.look.selected == Some(task),
        });
    }
    roles.order_by(Ord::cmp);
    let statuses = roles.into_iter();
    plot.legend =
        statuses.map(|role| Key { role, shape: None, text: role.name().replace('-', " ") }).collect();
    if let (Some((_, most)), Some((_, least))) = (rest.first(), rest.last()) {
        let range = format!("from {} down to {}", unit.text(*most), unit.text(*least));
        plot.notes.push(format!("… and {} more, {range}.", count(rest.len() as u64)));
    }
    let unknown = run.task_ids().filter(|t| subject.counts(t.0)).count() - values.len();
    if unknown > 0 {
        plot.notes.push(format!("Unknown for {}.", counted(unknown, "task")));
    }

    let columns = vec![
        Column::text("name", "Task"),
        Column::text("status", "Status"),
        Column::number("value", "").titled(measure.title.clone()),
    ];
    let mut twin = Table::new(title, columns);
    for &(task, value) in values.iter().take(MOST_ROWS) {
        let status = run.tasks.status[task as usize];
        twin.push(vec![
            Cell::new(name(task)).exact(run.task_id(TaskId(task))).task(task),
            Cell::new(status.name()).status(subject.status(task)),
            Cell::new(unit.text(value)).exact(unit.exact(value)),
        ]);
    }
    twin.left_out = values.len() - twin.rows.len();
    Ok(Picture::plot(plot, twin))
}
