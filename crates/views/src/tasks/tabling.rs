//! The reader's columns, order and groups of the task table.

use serde::{Deserialize, Serialize};

use super::field::Field;
use super::order::Sort;
use crate::graph::choice::{joined, parted};

/// Widths of columns, px.
const WIDTHS: std::ops::RangeInclusive<u16> = 40..=1200;

/// Maximum number of columns.
const MOST: usize = 40;

/// A column that is shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Shown {
    /// What it shows.
    pub field: Field,
    /// Its width, px; `None` for as wide as its content.
    pub width: Option<u16>,
}

/// The state of the task table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tabling {
    /// Order of the tasks.
    pub sort: Sort,
    /// The columns; the default ones if empty.
    pub columns: Vec<Shown>,
    /// What tasks are grouped by.
    pub by: Option<Field>,
    /// Expanded groups, ascending.
    pub open: Vec<String>,
}

/// A change to the columns.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnAct {
    /// Shows a field in a column, or removes that column.
    Toggle(Field),
    /// Moves the column of a field to a position.
    Move(Field, usize),
    /// Sets the width of the column of a field, px; `None` for as wide as its content.
    Width(Field, Option<u16>),
    /// Shows the default columns.
    Reset,
}

impl Tabling {
    /// Returns the columns that are shown.
    pub fn shown(&self) -> Vec<Shown> {
        if self.columns.is_empty() {
            return Field::USUAL.into_iter().map(|field| Shown { field, width: None }).collect();
        }
        self.columns.clone()
    }

    /// Returns the fields that are shown.
    pub fn fields(&self) -> Vec<Field> {
        self.shown().into_iter().map(|s| s.field).collect()
    }

    /// Returns the state without what does not change the rows.
    pub fn without_widths(&self) -> Tabling {
        let narrow = |s: &Shown| Shown { field: s.field.clone(), width: None };
        Tabling { columns: self.columns.iter().map(narrow).collect(), ..self.clone() }
    }

    /// Changes the columns. At least one column remains.
    pub fn act(&mut self, act: &ColumnAct) {
        let mut all = self.shown();
        let place = |field: &Field| all.iter().position(|s| s.field == *field);
        match act {
            ColumnAct::Toggle(field) => match place(field) {
                Some(at) if all.len() > 1 => drop(all.remove(at)),
                Some(_) => {}
                None if all.len() < MOST => all.push(Shown { field: field.clone(), width: None }),
                None => {}
            },
            ColumnAct::Move(field, to) => {
                if let Some(at) = place(field) {
                    let one = all.remove(at);
                    all.insert((*to).min(all.len()), one);
                }
            }
            ColumnAct::Width(field, width) => {
                if let Some(at) = place(field) {
                    all[at].width = width.map(|px| px.clamp(*WIDTHS.start(), *WIDTHS.end()));
                }
            }
            ColumnAct::Reset => all.clear(),
        }
        self.columns = all;
        if self.columns == Tabling::default().shown() {
            self.columns.clear();
        }
    }

    /// Groups by a field, with all groups collapsed.
    pub fn group_by(&mut self, by: Option<Field>) {
        (self.by, self.open) = (by.filter(Field::is_text), Vec::new());
    }

    /// Expands a group, or collapses it.
    pub fn toggle(&mut self, group: &str) {
        match self.open.binary_search_by(|g| g.as_str().cmp(group)) {
            Ok(at) => drop(self.open.remove(at)),
            Err(at) => self.open.insert(at, group.to_owned()),
        }
    }

    /// Returns the members of a link.
    pub(crate) fn members(&self) -> Vec<(&'static str, String)> {
        let mut all = Vec::new();
        if self.sort != Sort::default() {
            let way = if self.sort.descending { "-" } else { "" };
            all.push(("sort", format!("{way}{}", self.sort.key.name())));
        }
        if !self.columns.is_empty() {
            let column = |s: &Shown| match s.width {
                Some(px) => format!("{px}:{}", s.field.name()),
                None => s.field.name().into_owned(),
            };
            let columns: Vec<String> = self.columns.iter().map(column).collect();
            all.push(("columns", joined(columns.iter().map(String::as_str))));
        }
        all.extend(self.by.as_ref().map(|by| ("rows-by", by.name().into_owned())));
        if !self.open.is_empty() {
            all.push(("rows-open", joined(self.open.iter().map(String::as_str))));
        }
        all
    }

    /// Reads a member of a link.
    pub(crate) fn take(&mut self, key: &str, value: &str) {
        match key {
            "sort" => {
                let (descending, name) = value.strip_prefix('-').map_or((false, value), |n| (true, n));
                if let Some(key) = Field::named(name) {
                    self.sort = Sort { key, descending };
                }
            }
            "columns" => {
                let read = |text: String| {
                    let width =
                        text.split_once(':').and_then(|(px, rest)| Some((px.parse::<u16>().ok()?, rest)));
                    let (width, name) = width.map_or((None, text.as_str()), |(px, rest)| (Some(px), rest));
                    let width = width.map(|px| px.clamp(*WIDTHS.start(), *WIDTHS.end()));
                    Some(Shown { field: Field::named(name)?, width })
                };
                self.columns.clear();
                for shown in parted(value).into_iter().filter_map(read).take(MOST) {
                    if self.columns.iter().all(|s| s.field != shown.field) {
                        self.columns.push(shown);
                    }
                }
            }
            "rows-by" => self.by = Field::named(value).filter(Field::is_text),
            "rows-open" => {
                self.open = parted(value);
                makespan_model::Order::order_by(&mut self.open[..], Ord::cmp);
                self.open.dedup();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_added_moved_sized_and_come_back_from_a_link() {
        let mut table = Tabling::default();
        let metric = Field::named("metric.rows, out").unwrap();
        table.act(&ColumnAct::Toggle(metric.clone()));
        table.act(&ColumnAct::Move(metric.clone(), 0));
        table.act(&ColumnAct::Width(Field::Name, Some(9_000)));
        table.act(&ColumnAct::Toggle(Field::Step));
        table.group_by(Field::named("label.team"));
        table.toggle("b,~");
        table.toggle("a");
        let names: Vec<_> = table.fields().iter().map(|f| f.name().into_owned()).collect();
        assert_eq!(names[..3], ["metric.rows, out", "status", "name"]);
        assert_eq!((names.len(), table.shown()[2].width), (8, Some(1200)));
        let mut read = Tabling::default();
        table.members().iter().for_each(|(key, value)| read.take(key, value));
        assert_eq!(read, table);
        table.act(&ColumnAct::Reset);
        assert_eq!(table.fields(), Field::USUAL);
    }

    #[test]
    fn one_column_remains_and_the_default_ones_are_the_default() {
        let mut table = Tabling::default();
        for field in Field::USUAL {
            table.act(&ColumnAct::Toggle(field));
        }
        assert_eq!(table.fields(), [Field::Worker]);
        table.act(&ColumnAct::Reset);
        table.act(&ColumnAct::Toggle(Field::End));
        table.act(&ColumnAct::Toggle(Field::End));
        assert_eq!(table, Tabling::default());
        table.group_by(Some(Field::Duration));
        assert_eq!(table.by, None, "numbers do not make groups");
    }
}
