//! Converts Parquet files (parquet.apache.org) to JSON lines, one per row, which are then read like a file of such lines.
//!
//! Supported are columns, structures and lists of values of all types; all current encodings; uncompressed pages and Snappy,
//! gzip and zstd. An unreadable column is left out and reported. Times become RFC 3339 text, with `Z` if the file declares
//! them as UTC.

mod bits;
mod cells;
mod column;
mod pages;
mod schema;
mod stop;
mod thrift;

use std::collections::{BTreeMap, BTreeSet};

use makespan_format::write_json_string;

use crate::limits::{EXPANDED_BYTES, EXPANSION_RATIO, FREE_EXPANDED_BYTES};
use crate::tally::clip;
use cells::{Cells, Full};
use schema::{Column, Group, Metadata};
use stop::Stop;

/// The first bytes of a Parquet file.
pub(crate) const MAGIC: &[u8] = schema::MAGIC;

/// The content of a file.
pub(crate) struct Rows {
    /// The rows as JSON lines. Null cells are omitted.
    pub(crate) lines: String,
    /// Description of what could not be read.
    pub(crate) damage: Option<String>,
}

/// Reads all rows of a file.
///
/// # Errors
///
/// The reason, if nothing in the file can be read.
pub(crate) fn rows(file: &[u8]) -> Result<Rows, String> {
    let Metadata { columns, groups, left_out } = schema::metadata(file)?;
    let limit = FREE_EXPANDED_BYTES.max(file.len().saturating_mul(EXPANSION_RATIO)).min(EXPANDED_BYTES);
    let mut room = limit;
    let mut complaints = Complaints::default();
    for column in &columns {
        if let Some(why) = column.unreadable {
            complaints.add(why.to_owned(), &column.name);
        }
    }
    let names: Vec<String> = columns.iter().map(|column| json(&column.name)).collect();
    let (mut lines, mut done) = (String::new(), 0u64);
    let mut is_full = false;
    for group in &groups {
        let Ok(cells) = read(file, &columns, group, &mut room, &mut complaints) else {
            is_full = true;
            break;
        };
        let there = cells.iter().map(|(_, cells)| cells.len()).max().unwrap_or_default();
        for row in 0..there {
            line(row, &cells, &names, &mut lines);
        }
        done = done.saturating_add(group.rows as u64);
    }
    let mut damage = complaints.words();
    if left_out > 0 {
        damage.push(format!("columns beyond the first {} were left out ({left_out})", columns.len()));
    }
    if is_full {
        let all = groups.iter().fold(0u64, |sum, group| sum.saturating_add(group.rows as u64));
        damage.push(format!(
            "it expands to more than {} MiB; the last rows were left out ({})",
            limit >> 20,
            all.saturating_sub(done)
        ));
    }
    if lines.is_empty() && !damage.is_empty() {
        return Err(damage.join("; "));
    }
    Ok(Rows { lines, damage: (!damage.is_empty()).then(|| damage.join("; ")) })
}

/// Reads the cells of each readable column of a row group. Returns them with the index of the column.
fn read(
    file: &[u8],
    columns: &[Column],
    group: &Group,
    room: &mut usize,
    complaints: &mut Complaints,
) -> Result<Vec<(usize, Cells)>, Full> {
    let mut all = Vec::new();
    for (at, column) in columns.iter().enumerate().filter(|(_, column)| column.unreadable.is_none()) {
        let read = match group.chunks.get(at).copied().flatten() {
            None => Err(Stop::from("the file does not give its position")),
            Some(chunk) if chunk.is_elsewhere => Err(Stop::from("it is in another file")),
            Some(chunk) => column::read(file, column, &chunk, room),
        };
        match read {
            Ok(read) => {
                if read.odd > 0 {
                    complaints.add("invalid UTF-8, which was replaced".to_owned(), &column.name);
                }
                all.push((at, read.cells));
            }
            Err(Stop::Full) => return Err(Full),
            Err(Stop::Damaged(why)) => complaints.add(why.into_owned(), &column.name),
        }
    }
    Ok(all)
}

/// Reasons why columns were left out, in whole or in part.
#[derive(Default)]
struct Complaints(BTreeMap<String, BTreeSet<String>>);

impl Complaints {
    fn add(&mut self, why: String, column: &str) {
        self.0.entry(why).or_default().insert(column.to_owned());
    }

    /// Returns a clause per reason, with the first columns to which it applies.
    fn words(&self) -> Vec<String> {
        const NAMED: usize = 3;
        let clause = |(why, names): (&String, &BTreeSet<String>)| {
            let named: Vec<&str> = names.iter().take(NAMED).map(|name| clip(name)).collect();
            let more = names.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("columns left out in whole or in part ({}{more}): {why}", named.join(", "))
        };
        self.0.iter().take(8).map(clause).collect()
    }
}

fn json(text: &str) -> String {
    let mut out = String::new();
    write_json_string(text, &mut out);
    out
}

fn line(row: usize, cells: &[(usize, Cells)], names: &[String], out: &mut String) {
    out.push('{');
    let start = out.len();
    for (at, cells) in cells {
        let cell = cells.get(row);
        if cell.is_empty() {
            continue;
        }
        if out.len() > start {
            out.push(',');
        }
        out.push_str(names.get(*at).map_or("\"\"", String::as_str));
        out.push(':');
        out.push_str(cell);
    }
    out.push_str("}\n");
}

#[cfg(test)]
mod tests;
