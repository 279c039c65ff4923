//! What columns mean, judged by their names and by what is in them. Names alone decide whether a table opens by itself;
//! values complete the guess that whoever maps its columns begins with.

use makespan_format::Status;
use makespan_model::{HashSet, Order as _};

use super::grid::Grid;
use super::rows::clock;
use crate::mapping::{Field, Mapping};
use crate::times::spelled::civil;
use crate::unit::Unit;

/// Times outside of these years (2001 and 2100), in seconds, are numbers of something else.
const PLAUSIBLE: std::ops::Range<f64> = 978_307_200.0..4_102_444_800.0;

/// A column of statuses has at most so many different words.
pub(super) const MOST_WORDS: usize = 24;

impl Mapping {
    /// The mapping that the names of the columns and the values in them suggest.
    pub(super) fn of_grid(grid: &Grid) -> Mapping {
        let mut mapping = Mapping::guess(grid.names.iter().map(String::as_str));
        mapping.rows.clone_from(&grid.rows_at);
        // What a path ends in counts where the whole path says nothing: `info.start`.
        let ends = grid.names.iter().map(|name| name.rsplit('.').next().unwrap_or(name));
        for (field, end) in Mapping::guess(ends).columns {
            let path = grid.names.iter().find(|name| name.rsplit('.').next() == Some(end.as_str()));
            if let Some(path) = path.filter(|path| mapping.is_free(field, path)) {
                mapping.columns.push((field, path.clone()));
            }
        }
        mapping.columns.retain(|(field, column)| fits(grid, *field, column));
        let times = times(grid, &mapping);
        let ordered: &[Field] = match (times.len(), mapping.column(Field::Started).is_some()) {
            (_, true) => &[Field::Ended],
            (0..=2, _) => &[Field::Started, Field::Ended],
            _ => &[Field::Queued, Field::Started, Field::Ended],
        };
        for (field, column) in ordered.iter().zip(&times) {
            mapping.add(*field, column);
        }
        let found = grid.names.iter().find(|name| is_free_of(&mapping, name) && is_durations(grid, name));
        found.into_iter().for_each(|column| mapping.add(Field::Duration, column));
        let found = grid.names.iter().find(|name| is_free_of(&mapping, name) && is_statuses(grid, name));
        found.into_iter().for_each(|column| mapping.add(Field::Status, column));
        if mapping.column(Field::Id).is_none() && mapping.column(Field::Name).is_none() {
            let found = grid.names.iter().find(|name| is_free_of(&mapping, name) && is_unique(grid, name));
            found.into_iter().for_each(|column| mapping.add(Field::Id, column));
        }
        let found =
            grid.names.iter().find(|name| is_free_of(&mapping, name) && are_ids(grid, &mapping, name));
        found.into_iter().for_each(|column| mapping.add(Field::After, column));
        for (field, column) in mapping.columns.clone() {
            mapping.set_unit_of(field, grid, &column);
        }
        mapping.in_order()
    }

    /// Whether it would show tasks: what they are called, and when they ran or how they ended.
    pub(super) fn shows_tasks(&self) -> bool {
        let has = |field: Field| self.column(field).is_some();
        (has(Field::Id) || has(Field::Name))
            && (has(Field::Started) || has(Field::Ended) || has(Field::Duration))
    }

    fn is_free(&self, field: Field, column: &str) -> bool {
        self.column(field).is_none() && is_free_of(self, column)
    }

    fn add(&mut self, field: Field, column: &str) {
        if self.is_free(field, column) {
            self.columns.push((field, column.to_owned()));
        }
    }

    /// Names the unit of a column of numbers that stand for moments or for durations, if no unit is named yet.
    pub(super) fn set_unit_of(&mut self, field: Field, grid: &Grid, column: &str) {
        let is_named = self.units.iter().any(|unit| unit.0 == field);
        if is_named || !(field.is_time() || field == Field::Duration) {
            return;
        }
        let Some(at) = grid.place(column) else { return };
        let first = grid.cells(at).find_map(|cell| cell.parse::<f64>().ok().filter(|n| n.is_finite()));
        if let Some(number) = first {
            let by_name = super::rows::plain(column).2;
            let by_size = if field.is_time() { Unit::by_size(number) } else { Unit::Seconds };
            self.units.push((field, by_name.unwrap_or(by_size)));
        }
    }
}

fn is_free_of(mapping: &Mapping, column: &str) -> bool {
    !mapping.columns.iter().any(|c| c.1 == column)
}

/// Whether what is in a column does not speak against a field that its name suggests.
fn fits(grid: &Grid, field: Field, column: &str) -> bool {
    let Some(at) = grid.place(column) else { return false };
    let is_number = |cell: &str| cell.parse::<f64>().is_ok();
    match field {
        field if field.is_time() => grid.cells(at).all(|cell| is_number(cell) || civil(cell).is_some()),
        Field::Duration => grid.cells(at).all(|cell| is_number(cell) || clock(cell).is_some()),
        _ => true,
    }
}

/// The columns of moments that mean nothing yet, the earliest first.
fn times(grid: &Grid, mapping: &Mapping) -> Vec<String> {
    let moment = |cell: &str| match civil(cell) {
        Some(civil) => Some(civil.seconds as f64),
        None => {
            let number = cell.parse::<f64>().ok().filter(|n| n.is_finite())?;
            let seconds = number * Unit::by_size(number).ns() as f64 / 1e9;
            PLAUSIBLE.contains(&seconds).then_some(seconds)
        }
    };
    let mut found: Vec<(f64, &String)> = Vec::new();
    for (at, name) in grid.names.iter().enumerate().filter(|(_, name)| is_free_of(mapping, name)) {
        let moments: Option<Vec<f64>> = grid.cells(at).map(moment).collect();
        if let Some(moments) = moments.filter(|moments| !moments.is_empty()) {
            found.push((moments.iter().sum::<f64>() / moments.len() as f64, name));
        }
    }
    found.order_by(|a, b| a.0.total_cmp(&b.0));
    found.into_iter().map(|(_, name)| name.clone()).collect()
}

fn is_durations(grid: &Grid, name: &str) -> bool {
    let Some(at) = grid.place(name) else { return false };
    let mut cells = grid.cells(at).peekable();
    cells.peek().is_some() && cells.all(|cell| cell.parse::<f64>().is_err() && clock(cell).is_some())
}

fn is_statuses(grid: &Grid, name: &str) -> bool {
    let Some(at) = grid.place(name) else { return false };
    let words: HashSet<&str> = grid.cells(at).collect();
    let known = words.iter().filter(|word| Status::from_word(word).is_some()).count();
    known > 0 && known * 2 >= words.len() && words.len() <= MOST_WORDS
}

fn is_unique(grid: &Grid, name: &str) -> bool {
    let Some(at) = grid.place(name) else { return false };
    let mut seen: HashSet<&str> = HashSet::default();
    grid.cells(at).all(|cell| seen.insert(cell)) && seen.len() == grid.rows.len()
}

/// Whether a column holds ids of other rows. Numbers are ids by chance too often, unless they are in lists.
fn are_ids(grid: &Grid, mapping: &Mapping, name: &str) -> bool {
    let ids = mapping.column(Field::Id).and_then(|column| grid.place(column));
    let (Some(ids), Some(at)) = (ids, grid.place(name)) else { return false };
    let ids: HashSet<&str> = grid.cells(ids).collect();
    let mut any = false;
    let all = grid.cells(at).all(|cell| {
        let is_list = cell.starts_with('[');
        let mut parts = cell
            .split([';', '|', ',', '[', ']'])
            .map(|part| part.trim().trim_matches('"'))
            .filter(|part| !part.is_empty());
        parts.all(|part| {
            any = true;
            ids.contains(part) && (is_list || part.parse::<f64>().is_err())
        })
    });
    all && any
}
