//! The task table with the reader's columns: its lines, which are tasks or groups of tasks.

use std::ops::Range;

use makespan_analysis::{Facts, natural_cmp};
use makespan_model::{HashMap, Order as _, Status, TaskId, quantile};
use makespan_scene::{counted, timestamp, visible};

use super::field::{Field, Values};
use super::order::{order, sorted};
use super::spread::Spread;
use super::tabling::Tabling;
use crate::look::Look;
use crate::moment::Moments;
use crate::roles::status_role;
use crate::table::{Cell, Table};

/// A line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// A group, by index.
    Group(u32),
    /// A task.
    Task(u32),
}

/// Tasks with the same text in the field of the groups.
#[derive(Debug)]
struct Group {
    name: String,
    /// Its tasks in the order of the table.
    tasks: Vec<u32>,
    is_open: bool,
}

/// A group among the rows of a table.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OpenGroup {
    /// Index of the row in the table.
    pub row: usize,
    /// Its name, by which it is expanded.
    pub name: String,
    /// Number of its tasks.
    pub tasks: usize,
    /// Whether it is expanded.
    pub is_open: bool,
}

impl OpenGroup {
    /// Returns its title: its name, the number of its tasks, and what its numbers are.
    pub fn title(&self) -> String {
        let name = if self.name.is_empty() { "none".into() } else { visible(&self.name) };
        let medians = if self.tasks > 1 { ", medians" } else { "" };
        format!("{name} ({}{medians})", counted(self.tasks, "task"))
    }
}

/// The lines of the table. Computed once for a filter and a state of the table, O(n log n).
#[derive(Debug)]
pub struct Listing {
    columns: Vec<(Field, Values)>,
    spreads: Vec<Option<Spread>>,
    groups: Vec<Group>,
    lines: Vec<Line>,
}

impl Listing {
    /// Lists the tasks in `mask`.
    pub fn new(facts: &Facts, mask: Option<&[bool]>, tabling: &Tabling) -> Listing {
        let of = |field: Field| (Values::new(facts, &field), field);
        let columns: Vec<(Field, Values)> =
            tabling.fields().into_iter().map(of).map(|(values, field)| (field, values)).collect();
        let shown = columns.iter().find(|(field, _)| *field == tabling.sort.key);
        let tasks = match shown {
            Some((_, values)) => sorted(facts, values, mask, &tabling.sort),
            None => order(facts, mask, &tabling.sort),
        };
        let spreads = columns.iter().map(|(field, values)| spread(field, values, &tasks)).collect();
        let groups = tabling.by.as_ref().map_or_else(Vec::new, |by| grouped(facts, by, &tasks, tabling));
        let mut lines = Vec::with_capacity(tasks.len());
        if tabling.by.is_none() {
            lines.extend(tasks.into_iter().map(Line::Task));
        }
        for (at, group) in groups.iter().enumerate() {
            lines.push(Line::Group(at as u32));
            if group.is_open {
                lines.extend(group.tasks.iter().copied().map(Line::Task));
            }
        }
        Listing { columns, spreads, groups, lines }
    }

    /// Returns the number of lines.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Returns whether no task is listed.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Returns the line of a task, or that of its collapsed group.
    pub fn place_of(&self, task: u32) -> Option<usize> {
        let own = self.lines.iter().position(|l| *l == Line::Task(task));
        own.or_else(|| {
            let group = self.groups.iter().position(|g| g.tasks.contains(&task))?;
            self.lines.iter().position(|l| *l == Line::Group(group as u32))
        })
    }

    /// Returns the tasks that have a line, in their order.
    pub fn tasks(&self) -> impl Iterator<Item = u32> + '_ {
        self.lines.iter().filter_map(|l| if let Line::Task(t) = l { Some(*t) } else { None })
    }

    /// Returns the column with the names of groups: that of the names of tasks, otherwise the first.
    fn named(&self) -> usize {
        self.columns.iter().position(|(field, _)| *field == Field::Name).unwrap_or(0)
    }

    /// Returns lines as a table, and the groups among them.
    pub fn table(&self, facts: &Facts, range: Range<usize>, look: &Look) -> (Table, Vec<OpenGroup>) {
        let run = facts.run();
        let columns = self.columns.iter().zip(&self.spreads);
        let columns = columns.map(|((field, _), spread)| field.column().spread(spread.clone())).collect();
        let mut table = Table::new("Tasks", columns);
        let moments = Moments::new(run, look);
        let end = range.end.min(self.lines.len());
        let mut groups: Vec<OpenGroup> = Vec::new();
        let named = self.named();
        for line in &self.lines[range.start.min(end)..end] {
            let cell = |(field, values): &(Field, Values)| match line {
                Line::Task(t) => values.cell(run, field, TaskId(*t), &moments),
                Line::Group(g) => self.summary(facts, *g as usize, field, values),
            };
            if let Line::Group(g) = line {
                let group = &self.groups[*g as usize];
                let (row, name, is_open) = (table.rows.len(), group.name.clone(), group.is_open);
                groups.push(OpenGroup { row, name, tasks: group.tasks.len(), is_open });
            }
            let mut row: Vec<Cell> = self.columns.iter().map(cell).collect();
            if let (Some(group), Line::Group(_)) = (groups.last(), line)
                && let Some(place) = row.get_mut(named)
            {
                *place = Cell::new(group.title());
            }
            table.push(row);
        }
        table.left_out = self.lines.len() - table.rows.len();
        (table, groups)
    }

    /// Returns the cell of a group: the worst status, and the median of numbers.
    fn summary(&self, facts: &Facts, group: usize, field: &Field, values: &Values) -> Cell {
        let tasks = &self.groups[group].tasks;
        let run = facts.run();
        if *field == Field::Status {
            let mut counts = [0usize; Status::COUNT];
            tasks.iter().for_each(|t| counts[run.tasks.status[*t as usize] as usize] += 1);
            let of = |s: &Status| counts[*s as usize];
            let worst = Status::ALL.into_iter().filter(|s| of(s) > 0 && s.is_failure()).max_by_key(of);
            let most = worst.or_else(|| Status::ALL.into_iter().filter(|s| of(s) > 0).max_by_key(of));
            return most.map_or_else(Cell::default, |s| {
                let text = match of(&s) {
                    n if n == tasks.len() => s.name().to_owned(),
                    n => format!("{} {}", n, s.name()),
                };
                let all = Status::ALL.into_iter().filter(|s| of(s) > 0);
                let exact: Vec<String> = all.map(|s| format!("{} {}", of(&s), s.name())).collect();
                Cell::new(text).exact(exact.join(", ")).status(status_role(s))
            });
        }
        let mut numbers: Vec<f64> = tasks.iter().filter_map(|t| values.number(*t)).collect();
        numbers.order();
        let (Some(median), false) = (quantile(&numbers, 0.5), matches!(values, Values::Moments(_))) else {
            return Cell::default();
        };
        let text = |n: f64| values.cell_of(n).text().into_owned();
        let sum: f64 = numbers.iter().sum();
        let (least, most) = (numbers[0], numbers[numbers.len() - 1]);
        let about = format!(
            "median of {}: {}; {} to {}; sum {}",
            counted(numbers.len(), "task"),
            text(median),
            text(least),
            text(most),
            text(sum)
        );
        values.cell_of(median).exact(about)
    }
}

/// Returns the tasks by the text of a field, each group in the given order. Groups are sorted like the tasks: by the
/// median of their numbers, otherwise by name; tasks without a text come last.
fn grouped(facts: &Facts, by: &Field, tasks: &[u32], tabling: &Tabling) -> Vec<Group> {
    let run = facts.run();
    let values = Values::new(facts, by);
    let mut places: HashMap<&str, usize> = HashMap::default();
    let mut groups: Vec<Group> = Vec::new();
    for &task in tasks {
        let text = values.text(run, by, TaskId(task));
        let at = *places.entry(text).or_insert_with(|| {
            let name = text.to_owned();
            let is_open = tabling.open.binary_search_by(|g| g.as_str().cmp(text)).is_ok();
            groups.push(Group { name, tasks: Vec::new(), is_open });
            groups.len() - 1
        });
        groups[at].tasks.push(task);
    }
    let sort = &tabling.sort;
    if sort.key.is_text() {
        let descending = sort.descending && sort.key == *by;
        groups.order_by(|a, b| {
            let order = natural_cmp(&a.name, &b.name);
            a.name.is_empty().cmp(&b.name.is_empty()).then(if descending { order.reverse() } else { order })
        });
    } else {
        let key = Values::new(facts, &sort.key);
        let middle = |group: &Group| {
            let mut numbers: Vec<f64> = group.tasks.iter().filter_map(|t| key.number(*t)).collect();
            numbers.order();
            quantile(&numbers, 0.5)
        };
        let mut keyed: Vec<(Option<f64>, Group)> = groups.into_iter().map(|g| (middle(&g), g)).collect();
        keyed.order_by(|a, b| {
            let order = a.0.unwrap_or_default().total_cmp(&b.0.unwrap_or_default());
            a.0.is_none().cmp(&b.0.is_none()).then(if sort.descending { order.reverse() } else { order })
        });
        groups = keyed.into_iter().map(|(_, group)| group).collect();
    }
    groups
}

/// Returns the distribution of a column over the listed tasks. Attempts are few, so bars would show nothing.
fn spread(field: &Field, values: &Values, tasks: &[u32]) -> Option<Spread> {
    let numbers = || tasks.iter().filter_map(|t| values.number(*t)).collect();
    match values {
        Values::Own | Values::Texts(_) => None,
        Values::Moments(_) => Spread::of(numbers(), false, |n| timestamp(n as i64, 0)),
        _ => Spread::of(numbers(), *field != Field::Attempts, |n| values.cell_of(n).text().into_owned()),
    }
}
