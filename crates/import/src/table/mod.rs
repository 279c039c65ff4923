//! Tables with tasks in them: CSV, TSV, JSON and JSON lines, read by a mapping that the user gives or that is guessed from
//! the names of the columns.
//!
//! A table is rewritten as a plain task list, which [`crate::plain`] reads: ids, attempts, outcomes and times are the same
//! for both.

mod choose;
mod csv;
mod grid;
mod guess;
mod parse;
mod rows;
mod write;

use std::borrow::Cow;

use makespan_format::{EventSink, Severity};

use crate::encoding::{text_of, without_bom};
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, Source, claim, whole};
use crate::json::pages::Pages;
use crate::json::tape::Value;
use crate::mapping::{Field, Mapping};
use crate::sniff::{Head, JsonKind};
use crate::tally::{Tally, clip};
pub use choose::{Change, Choices, ColumnChoice, Similarity, TABLES, TableSample, Tables, WordChoice};
use csv::Csv;
use rows::Cell;

/// Reads tables.
pub const IMPORTER: Importer = Importer {
    id: crate::mapping::READER,
    title: "Table of tasks",
    parts: &["csv", "json"],
    how: "any program: one task per row, with columns for id, start, end or duration, and status; `--map FILE` maps the columns",
    lossy: "",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    match shape.root {
        JsonKind::NotJson if head.text => {
            let text = text_of(head.bytes);
            let csv = Csv::new(&text, None)?;
            let guess = Mapping::guess(csv.header.iter().map(String::as_str));
            guess.is_useful().then(|| claim(25, "csv", "columns that look like those of tasks"))?
        }
        JsonKind::Array | JsonKind::Object => {
            // An object is a line; the plain task list knows objects with `tasks`.
            let names = match shape.root {
                JsonKind::Array => shape.first.iter().map(String::as_str).collect::<Vec<_>>(),
                _ if shape.more => shape.keys.iter().map(|k| k.name.as_str()).collect(),
                _ => return None,
            };
            let guess = Mapping::guess(names.into_iter());
            guess.is_useful().then(|| claim(8, "json", "members that look like those of tasks"))?
        }
        _ => None,
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    for part in parts {
        let name = part.source.name.as_str();
        let mut tally = Tally::new();
        let list = rewritten(&part.source.bytes, options.zone.mapping(), &mut tally)
            .map_err(|why| ReadError::broken(format!("{name}: {why}")))?;
        let source = Source::new(name, list.into_bytes());
        let claimed = [ClaimedFile { source: &source, part: "tasks" }];
        (crate::plain::PLAIN.read)(&claimed, options, sink)?;
        tally.report(name, sink);
    }
    Ok(())
}

/// A table as a plain task list.
fn rewritten(bytes: &[u8], given: Option<&Mapping>, tally: &mut Tally) -> Result<String, String> {
    let mut out = String::from("{\"tasks\":[");
    let before = out.len();
    // What the columns of the table are called, for whoever mapped others.
    let mut columns: Vec<String> = Vec::new();
    let mut has_rows = false;
    let is_json = matches!(without_bom(bytes).trim_ascii_start().first(), Some(b'{' | b'['));
    if is_json {
        let pages = Pages::read(bytes);
        let mut mapping = given.cloned();
        let mut met = Vec::new();
        for root in pages.roots() {
            for row in rows_of(root, given) {
                let mapping = mapping.get_or_insert_with(|| {
                    let names: Vec<_> = row.members().map(|(name, _)| name).collect();
                    Mapping::guess(names.iter().map(Cow::as_ref))
                });
                let cell = |column: &str| at_path(row, column).map(Cell::of_json);
                mapping.meet(&mut met, |column| at_path(row, column).is_some());
                let others = row.members().map(|(name, value)| (name, Cell::of_json(value)));
                mapping.write(cell, others, given.is_none(), tally, &mut out);
            }
        }
        mapping.iter().filter(|_| given.is_none()).for_each(|mapping| say(mapping, tally));
        given.iter().for_each(|mapping| mapping.missed(&met, tally));
    } else {
        let text = text_of(bytes);
        let delimiter = given.and_then(|m| m.delimiter);
        let mut csv = Csv::new(&text, delimiter).ok_or("the file is not a table: it has no columns")?;
        let header = std::mem::take(&mut csv.header);
        let mapping = match given {
            Some(mapping) => mapping.clone(),
            None => Mapping::guess(header.iter().map(String::as_str)),
        };
        let index: makespan_model::HashMap<&str, usize> =
            header.iter().enumerate().map(|(at, n)| (n.as_str(), at)).collect();
        while let Some(row) = csv.row() {
            has_rows = true;
            if row.len() != header.len() {
                tally.warn("bad-row", "rows have more or fewer cells than the header", || row.join(","));
            }
            let cell = |column: &str| {
                let text = row.get(*index.get(column)?)?;
                Some(Cell::Text(Cow::Borrowed(text.as_ref())))
            };
            let others = header
                .iter()
                .zip(&row)
                .map(|(name, text)| (Cow::Borrowed(name.as_str()), Cell::Text(Cow::Borrowed(text.as_ref()))));
            mapping.write(cell, others, given.is_none(), tally, &mut out);
        }
        if csv.is_cut {
            tally.warn("truncated", "the file ends inside a quoted cell", String::new);
        }
        if given.is_none() {
            say(&mapping, tally);
        } else {
            let mut met = Vec::new();
            mapping.meet(&mut met, |column| index.contains_key(column));
            mapping.missed(&met, tally);
        }
        columns = header.iter().take(12).map(|name| clip(name).to_owned()).collect();
    }
    if out.len() == before && !has_rows && !columns.is_empty() {
        return Err(format!(
            "the table has no rows, only the names of its columns: {}; there is no task in it",
            columns.join(", ")
        ));
    }
    if out.len() == before {
        let there = if columns.is_empty() {
            String::new()
        } else {
            format!("; its columns are {}", columns.join(", "))
        };
        return Err(format!(
            "no row has a value in the columns that the mapping names for id and name{there}; correct the mapping"
        ));
    }
    out.push_str("]}");
    Ok(out)
}

/// The rows of a JSON text: those at the path of the mapping, the elements of an array, or the text itself.
fn rows_of<'t, 'a>(root: Value<'t, 'a>, given: Option<&Mapping>) -> Vec<Value<'t, 'a>> {
    let path = given.map(|m| m.rows.as_str()).filter(|path| !path.is_empty());
    let list = match path {
        Some(path) => at_path(root, path),
        None => Some(root),
    };
    let Some(list) = list else { return Vec::new() };
    if list.is_array() { list.elements().filter(|row| row.is_object()).collect() } else { vec![list] }
}

/// The member at a path: `info.start`; a member of that very name first.
fn at_path<'t, 'a>(row: Value<'t, 'a>, path: &str) -> Option<Value<'t, 'a>> {
    row.at(path).or_else(|| {
        path.split('.').try_fold(row, |value, key| match key.parse::<usize>() {
            Ok(at) if value.is_array() => value.elements().nth(at),
            _ => value.at(key),
        })
    })
}

/// Says what was guessed.
fn say(mapping: &Mapping, tally: &mut Tally) {
    let pairs: Vec<String> = mapping
        .columns
        .iter()
        .map(|(field, column)| format!("{} = {column:?}", Field::name(*field)))
        .collect();
    let what = format!(
        "the meaning of columns was guessed from their names ({}); --map FILE sets it",
        pairs.join(", ")
    );
    tally.count(Severity::Info, "columns-guessed", &what, 1);
}
