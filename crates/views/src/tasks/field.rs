//! Fields: what a column of the task table shows, and what tasks are sorted and grouped by.

use std::borrow::Cow;

use makespan_analysis::{Facts, Quantity};
use makespan_model::{NONE, Run, StrId, TaskId, UNKNOWN};
use serde::{Deserialize, Serialize};

use super::basic::{length_of, start_of, worker_of};
use crate::amount::Unit;
use crate::moment::Moments;
use crate::property::{Property, Texts};
use crate::table::{Cell, Column, duration_cell};

/// A field of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Field {
    /// First start.
    #[default]
    Start,
    /// Name, numbers in it by value.
    Name,
    /// Step.
    Step,
    /// Status.
    Status,
    /// First start to last end.
    Duration,
    /// Time between being ready and starting.
    Wait,
    /// Number of attempts.
    Attempts,
    /// Worker of the last attempt.
    Worker,
    /// Last end.
    End,
    /// Time from queued to started, of the first attempt.
    Queue,
    /// Execution time of the attempts, without contained tasks.
    Work,
    /// How much later it could have ended without delaying the run.
    Slack,
    /// What executes it.
    Kind,
    /// Id.
    Id,
    /// The task or group that contains it.
    Parent,
    /// Error message of the last attempt with one.
    Error,
    /// A label, a parameter or a metric.
    Of(Property),
}

impl Field {
    /// The columns by default, in their order.
    pub const USUAL: [Field; 8] = [
        Field::Status,
        Field::Name,
        Field::Step,
        Field::Start,
        Field::Duration,
        Field::Wait,
        Field::Attempts,
        Field::Worker,
    ];

    /// The other fields that each task may have.
    pub const OTHERS: [Field; 8] = [
        Field::End,
        Field::Queue,
        Field::Work,
        Field::Slack,
        Field::Kind,
        Field::Id,
        Field::Parent,
        Field::Error,
    ];

    /// Fields to group by; properties are further ones.
    pub const GROUPS: [Field; 5] = [Field::Step, Field::Status, Field::Worker, Field::Kind, Field::Parent];

    /// Returns the name in links and of the column, and the title.
    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Field::Status => ("status", "Status"),
            Field::Name => ("name", "Task"),
            Field::Step => ("step", "Step"),
            Field::Start => ("start", "Start"),
            Field::Duration => ("duration", "Duration"),
            Field::Wait => ("wait", "Wait"),
            Field::Attempts => ("attempts", "Attempts"),
            Field::Worker => ("worker", "Worker"),
            Field::End => ("end", "End"),
            Field::Queue => ("queue", "Queued"),
            Field::Work => ("work", "Work"),
            Field::Slack => ("slack", "Slack"),
            Field::Kind => ("kind", "Kind"),
            Field::Id => ("id", "Id"),
            Field::Parent => ("parent", "Parent"),
            Field::Error => ("error", "Error"),
            Field::Of(_) => ("", ""),
        }
    }

    /// Returns the name in links and of the column.
    pub fn name(&self) -> Cow<'static, str> {
        match self {
            Field::Of(property) => Cow::Owned(property.name()),
            built_in => Cow::Borrowed(built_in.words().0),
        }
    }

    /// Returns the field with this name.
    pub fn named(name: &str) -> Option<Field> {
        let mut built_in = Field::USUAL.into_iter().chain(Field::OTHERS);
        built_in.find(|f| f.name() == name).or_else(|| Property::parse(name).map(Field::Of))
    }

    /// Returns the title of the column.
    pub fn title(&self) -> Cow<'_, str> {
        match self {
            Field::Of(property) => Cow::Borrowed(property.title()),
            built_in => Cow::Borrowed(built_in.words().1),
        }
    }

    /// Returns the column.
    pub fn column(&self) -> Column {
        let (name, title) = self.words();
        match self {
            Field::Of(property) => {
                let column = if self.is_text() { Column::text("", "") } else { Column::number("", "") };
                Column { key: Cow::Owned(property.name()), ..column.titled(property.title()) }
            }
            _ if self.is_text() => Column::text(name, title),
            _ => Column::number(name, title),
        }
    }

    /// Returns whether its values are texts, by which tasks can be grouped.
    pub fn is_text(&self) -> bool {
        match self {
            Field::Status
            | Field::Name
            | Field::Step
            | Field::Worker
            | Field::Kind
            | Field::Id
            | Field::Parent
            | Field::Error => true,
            Field::Of(property) => !matches!(property, Property::Metric(_)),
            _ => false,
        }
    }
}

/// The values of a field for all tasks.
#[derive(Debug)]
pub(super) enum Values {
    /// Texts that the run has already.
    Own,
    /// Texts of a label or a parameter.
    Texts(Texts),
    /// Moments, ns since the epoch; [`UNKNOWN`] if unknown.
    Moments(Vec<i64>),
    /// Lengths of time, ns; [`UNKNOWN`] if unknown.
    Lengths(Vec<i64>),
    /// Numbers, NaN if unknown, in a unit.
    Numbers(Vec<f64>, Unit),
}

impl Values {
    /// Computes the values of a field. O(n), for a metric O(n + samples).
    pub(super) fn new(facts: &Facts, field: &Field) -> Values {
        let run = facts.run();
        let measured = |key: &str| {
            let at = facts.measures().find(key);
            let values = at.map(|at| (facts.measures().values(facts, at), &facts.measures().list[at]));
            let nothing = || Values::Numbers(vec![f64::NAN; run.task_count()], Unit::default());
            values.map_or_else(nothing, |(values, measure)| Values::Numbers(values, Unit::measure(measure)))
        };
        match field {
            Field::Start => Values::Moments(run.task_ids().map(|t| start_of(run, t)).collect()),
            Field::End => {
                let end = |t| run.task_interval(t).map_or(UNKNOWN, |(_, end)| end);
                Values::Moments(run.task_ids().map(end).collect())
            }
            Field::Duration => Values::Lengths(run.task_ids().map(|t| length_of(run, t)).collect()),
            Field::Wait => Values::Lengths(facts.waiting().wait.clone()),
            Field::Attempts => {
                let count = |t| run.attempts_of(t).len() as f64;
                Values::Numbers(run.task_ids().map(count).collect(), Unit::of(Quantity::Count))
            }
            Field::Queue | Field::Work | Field::Slack => measured(field.words().0),
            Field::Of(Property::Metric(key)) => measured(key),
            Field::Of(property) => Values::Texts(property.texts(run)),
            _ => Values::Own,
        }
    }

    /// Returns the text of a task; empty if it has none or the values are numbers.
    pub(super) fn text<'a>(&'a self, run: &'a Run, field: &Field, t: TaskId) -> &'a str {
        let i = t.index();
        let tasks = &run.tasks;
        match (self, field) {
            (Values::Texts(texts), _) => texts.get(i).unwrap_or_default(),
            (_, Field::Status) => tasks.status[i].name(),
            (_, Field::Name) => run.task_name(t),
            (_, Field::Step) => run.task_step(t),
            (_, Field::Worker) => worker_of(run, t),
            (_, Field::Kind) => run.text(tasks.kind[i]),
            (_, Field::Id) => run.task_id(t),
            (_, Field::Parent) if tasks.parent[i] != NONE => run.task_name(TaskId(tasks.parent[i])),
            (_, Field::Parent) => run.text(tasks.group[i]),
            (_, Field::Error) => {
                let errors = run.attempts_of(t).rev().map(|a| run.attempts.error[a.index()]);
                run.text(errors.into_iter().find(|id| !id.is_empty()).unwrap_or(StrId::EMPTY))
            }
            _ => "",
        }
    }

    /// Returns the number of a task, if it is known: of moments and lengths in ns.
    pub(super) fn number(&self, task: u32) -> Option<f64> {
        match self {
            Values::Own | Values::Texts(_) => None,
            Values::Moments(all) | Values::Lengths(all) => {
                all.get(task as usize).filter(|v| **v != UNKNOWN).map(|v| *v as f64)
            }
            Values::Numbers(all, _) => all.get(task as usize).copied().filter(|v| !v.is_nan()),
        }
    }

    /// Returns the cell of a number of this field.
    pub(super) fn cell_of(&self, number: f64) -> Cell {
        match self {
            Values::Lengths(_) => duration_cell(number as i64),
            Values::Numbers(_, unit) => Cell::new(unit.value(number)),
            _ => Cell::default(),
        }
    }

    /// Returns the cell of a task.
    pub(super) fn cell(&self, run: &Run, field: &Field, t: TaskId, moments: &Moments) -> Cell {
        match (self, field) {
            (_, Field::Status) => Cell::of_status(run.tasks.status[t.index()]),
            (_, Field::Name) => Cell::new(run.task_name(t)).exact(run.task_id(t)).task(t.0),
            (Values::Moments(all), _) => match all.get(t.index()).copied().unwrap_or(UNKNOWN) {
                UNKNOWN => Cell::default().exact(format!("no {} in this file", field.name())),
                at => moments.cell(at),
            },
            (Values::Lengths(all), _) => duration_cell(all.get(t.index()).copied().unwrap_or(UNKNOWN)),
            (Values::Numbers(all, unit), _) => {
                Cell::new(unit.value(all.get(t.index()).copied().unwrap_or(f64::NAN)))
            }
            _ => Cell::new(self.text(run, field, t)),
        }
    }
}
