//! A mapping while it is being made: what may be chosen, and what a choice changes.

use serde::{Deserialize, Serialize};

use makespan_format::Status;

use super::grid::Grid;
use super::guess::MOST_WORDS;
use super::parse::zone;
use crate::mapping::{FIELDS, Field, Mapping};
use crate::unit::Unit;

/// So many values of a column are shown.
const SHOWN_VALUES: usize = 3;

/// How much the beginning of a file looks like a table of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Similarity {
    /// It is a table; its columns can be mapped.
    Table,
    /// It looks like tasks, and only a mapping defines for certain what its columns mean.
    Tasks,
}

/// The beginning of a table whose columns can be mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSample {
    /// Its first bytes, at most 64 KiB.
    pub bytes: Vec<u8>,
    /// Whether that is all of it.
    pub is_whole: bool,
    /// How much it looks like tasks.
    pub similarity: Similarity,
}

/// The type of [`Tables::choose`].
pub(crate) type Choose = fn(&TableSample, &str, &[Change]) -> Result<(Mapping, Choices), String>;

/// What is done with tables whose columns nobody has named; see [`Importers::tables`](crate::Importers).
#[derive(Clone, Copy, Debug)]
pub struct Tables {
    /// Judges the beginning of a file that nobody knows, or whose columns were guessed from their names.
    pub judge: fn(bytes: &[u8], is_whole: bool, is_guessed: bool) -> Option<Similarity>,
    /// [`Mapping::parse`].
    pub parse: fn(&str) -> Result<Mapping, String>,
    /// Makes a mapping of a text, or of the guess if the text is empty, and of changes; and what can be chosen now.
    pub choose: Choose,
}

/// The functions of this crate.
pub static TABLES: Tables = Tables { judge, parse: Mapping::parse, choose };

/// A change of a mapping. Fields, units and statuses are named as in the text of a mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// A column stands for a field, and no other column does; for none if `field` is empty.
    Field {
        /// The column, or the path.
        column: String,
        /// The field.
        field: String,
    },
    /// Numbers of a field count this unit; if it is empty, they are judged by their size.
    Unit {
        /// The field.
        field: String,
        /// `s`, `ms`, `us` or `ns`.
        unit: String,
    },
    /// A word stands for a status; for what Makespan takes it for if `status` is empty.
    Word {
        /// As the table has it.
        word: String,
        /// The status.
        status: String,
    },
    /// Times without a zone have this offset from UTC; if it is empty, that of whoever opens the table.
    Zone(String),
}

/// What can be chosen for the columns of a table, and what is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// The mapping as text, as the option `--map` takes it; empty as long as no column stands for an id or a name.
    pub text: String,
    /// The columns, in their order.
    pub columns: Vec<ColumnChoice>,
    /// The fields by name.
    pub fields: Vec<String>,
    /// The units by symbol.
    pub units: Vec<String>,
    /// The statuses by name.
    pub statuses: Vec<String>,
    /// The offset of times without a zone; empty for that of whoever opens the table.
    pub zone: String,
    /// Words of the column of statuses.
    pub words: Vec<WordChoice>,
}

/// A column, and what it stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnChoice {
    /// Its name, or its path.
    pub name: String,
    /// Its first different values.
    pub values: Vec<String>,
    /// The field; empty if it is kept as a parameter.
    pub field: String,
    /// The symbol of the unit of its numbers; `None` if it has no numbers that need one, empty if it is judged by their size.
    pub unit: Option<String>,
}

/// A word of the column of statuses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordChoice {
    /// The word.
    pub word: String,
    /// The status that the mapping names; empty if it names none.
    pub chosen: String,
    /// What it is taken for if the mapping names none.
    pub usual: String,
}

fn judge(bytes: &[u8], is_whole: bool, is_guessed: bool) -> Option<Similarity> {
    let grid = Grid::of(bytes, is_whole)?;
    let full = Mapping::of_grid(&grid);
    let by_name = Mapping::guess(grid.names.iter().map(String::as_str));
    let has = |mapping: &Mapping, field| mapping.column(field).is_some();
    // What was read by names alone lacks what the values show.
    let is_more = |field| has(&full, field) && !has(&by_name, field);
    let is_tasks = if is_guessed {
        [Field::Started, Field::Ended, Field::Duration, Field::Status].into_iter().any(is_more)
    } else {
        full.shows_tasks()
    };
    Some(if is_tasks { Similarity::Tasks } else { Similarity::Table })
}

fn choose(sample: &TableSample, text: &str, changes: &[Change]) -> Result<(Mapping, Choices), String> {
    let grid = Grid::of(&sample.bytes, sample.is_whole)
        .ok_or("the file is not a table: its lines do not have equally many cells")?;
    let mut mapping = match text {
        "" => Mapping::of_grid(&grid),
        text => Mapping::parse(text)?,
    };
    for change in changes {
        mapping.change(&grid, change);
    }
    let choices = mapping.choices(&grid);
    Ok((mapping, choices))
}

impl Mapping {
    fn change(&mut self, grid: &Grid, change: &Change) {
        match change {
            Change::Field { column, field } => {
                let field = Field::of(field);
                let gone: Vec<Field> = self
                    .columns
                    .iter()
                    .filter(|c| c.1 == *column || Some(c.0) == field)
                    .map(|c| c.0)
                    .collect();
                self.columns.retain(|c| !gone.contains(&c.0));
                self.units.retain(|u| !gone.contains(&u.0));
                if let Some(field) = field {
                    self.columns.push((field, column.clone()));
                    self.set_unit_of(field, grid, column);
                }
                let sorted = std::mem::take(self).in_order();
                *self = sorted;
            }
            Change::Unit { field, unit } => {
                let Some(field) = Field::of(field) else { return };
                self.units.retain(|u| u.0 != field);
                self.units.extend(Unit::parse(unit).map(|unit| (field, unit)));
            }
            Change::Word { word, status } => {
                self.words.retain(|w| w.0 != *word);
                if Status::parse(status).is_some() {
                    self.words.push((word.clone(), status.clone()));
                }
            }
            Change::Zone(text) if text.is_empty() => self.zone.clear(),
            Change::Zone(text) => self.zone = zone(text).unwrap_or_default(),
        }
    }

    fn choices(&self, grid: &Grid) -> Choices {
        let column = |(at, name): (usize, &String)| {
            let field = self.columns.iter().find(|c| c.1 == *name).map(|c| c.0);
            let takes_unit = field.is_some_and(|field| field.is_time() || field == Field::Duration)
                && grid.cells(at).any(|cell| cell.parse::<f64>().is_ok());
            let unit = self.units.iter().find(|u| Some(u.0) == field).map_or("", |u| u.1.symbol());
            ColumnChoice {
                name: name.clone(),
                values: different(grid, at, SHOWN_VALUES),
                field: field.map_or("", Field::name).to_owned(),
                unit: takes_unit.then(|| unit.to_owned()),
            }
        };
        let statuses = self.column(Field::Status).and_then(|name| grid.place(name));
        let word = |word: String| {
            let code = word
                .parse::<f64>()
                .ok()
                .map(|code| if code == 0.0 { Status::Succeeded } else { Status::Failed });
            let usual = code.or_else(|| Status::from_word(&word)).unwrap_or(Status::Unknown);
            let chosen = self.words.iter().find(|w| w.0.eq_ignore_ascii_case(&word));
            WordChoice {
                chosen: chosen.map_or_else(String::new, |w| w.1.clone()),
                usual: usual.name().to_owned(),
                word,
            }
        };
        let is_enough = self.column(Field::Id).is_some() || self.column(Field::Name).is_some();
        Choices {
            text: if is_enough { self.to_toml() } else { String::new() },
            columns: grid.names.iter().enumerate().map(column).collect(),
            fields: FIELDS.iter().map(|f| f.1.to_owned()).collect(),
            units: Unit::ALL.iter().map(|unit| unit.symbol().to_owned()).collect(),
            statuses: Status::ALL.iter().map(|status| status.name().to_owned()).collect(),
            zone: self.zone.clone(),
            words: statuses
                .map_or_else(Vec::new, |at| different(grid, at, MOST_WORDS).into_iter().map(word).collect()),
        }
    }
}

/// The first different values of a column.
fn different(grid: &Grid, column: usize, most: usize) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for cell in grid.cells(column) {
        if !all.iter().any(|known| known == cell) {
            all.push(cell.to_owned());
        }
        if all.len() == most {
            break;
        }
    }
    all
}

#[cfg(test)]
mod tests;
