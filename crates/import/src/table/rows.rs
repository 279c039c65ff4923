//! Rows of a table as records of a plain task list.

use std::borrow::Cow;

use makespan_format::time::format_rfc3339;
use makespan_format::write_json_string;

use crate::json::tape::Value;
use crate::mapping::{FIELDS, Field, Mapping};
use crate::outcome;
use crate::tally::Tally;
use crate::times::spelled;
use crate::unit::Unit;

/// A cell of a table.
pub(crate) enum Cell<'a> {
    /// Text, as tables hold it.
    Text(Cow<'a, str>),
    /// JSON that is not text.
    Json(&'a str),
}

impl<'a> Cell<'a> {
    pub(super) fn of_json(value: Value<'_, 'a>) -> Cell<'a> {
        let is_text = value.get().starts_with('"');
        match value.text().filter(|_| is_text) {
            Some(text) => Cell::Text(text),
            None => Cell::Json(value.get()),
        }
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Cell::Text(text) => text,
            Cell::Json(json) => json,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self.text().trim(), "" | "null" | "[]" | "{}" | "NA" | "NaN")
    }

    fn write(&self, out: &mut String) {
        match self {
            Cell::Text(text) => write_json_string(text, out),
            Cell::Json(json) => out.push_str(json),
        }
    }
}

impl Mapping {
    /// The mapping that names of columns suggest.
    pub(super) fn guess<'n>(columns: impl Iterator<Item = &'n str>) -> Mapping {
        let columns: Vec<(&str, String, Option<Unit>)> = columns.map(plain).collect();
        let mut mapping = Mapping::default();
        let mut taken = vec![false; columns.len()];
        for (field, _, _, names) in FIELDS {
            // The first of the names counts most. A name may serve as id.
            let found = names.iter().find_map(|name| columns.iter().position(|(_, plain, _)| plain == name));
            let Some(at) = found.filter(|at| !taken[*at]) else { continue };
            taken[at] = true;
            mapping.columns.push((field, columns[at].0.to_owned()));
            if let Some(unit) = columns[at].2 {
                mapping.units.push((field, unit));
            }
        }
        mapping
    }

    /// Whether it says enough of tasks: what they are called, and when or how they ran.
    pub(super) fn is_useful(&self) -> bool {
        let has = |field: Field| self.columns.iter().any(|c| c.0 == field);
        let times = has(Field::Started) || has(Field::Ended);
        has(Field::Id)
            && times
            && (has(Field::Duration) || has(Field::Status) || has(Field::Started) && has(Field::Ended))
    }

    /// Notes which of its columns a row has, whatever the cells hold.
    pub(super) fn meet(&self, met: &mut Vec<bool>, has: impl Fn(&str) -> bool) {
        met.resize(self.columns.len(), false);
        for (met, (_, column)) in met.iter_mut().zip(&self.columns) {
            *met = *met || has(column);
        }
    }

    /// Says which of its columns no row has.
    pub(super) fn missed(&self, met: &[bool], tally: &mut Tally) {
        for (at, (field, column)) in self.columns.iter().enumerate() {
            if !met.get(at).copied().unwrap_or_default() {
                let name = field.name();
                let what = "columns of the mapping that the table does not have; check their names";
                tally.warn("column-missing", what, || format!("{name} = {column:?}"));
            }
        }
    }

    /// Appends a row as a record of a plain task list; a row in which no column of the mapping holds anything is counted.
    pub(super) fn write<'c>(
        &self,
        cell: impl Fn(&str) -> Option<Cell<'c>>,
        others: impl Iterator<Item = (Cow<'c, str>, Cell<'c>)>,
        is_guessed: bool,
        tally: &mut Tally,
        out: &mut String,
    ) {
        let before = out.len();
        if !out.ends_with('[') {
            out.push(',');
        }
        let start = out.len();
        out.push('{');
        let mut any = false;
        let (mut has_ended, mut has_outcome) = (false, false);
        for (field, column) in &self.columns {
            let Some(cell) = cell(column).filter(|cell| !cell.is_empty()) else { continue };
            any |= matches!(field, Field::Id | Field::Name);
            has_ended |= matches!(field, Field::Ended | Field::Duration);
            has_outcome |= matches!(field, Field::Status | Field::Error);
            let member = FIELDS.iter().find(|f| f.0 == *field).map_or("", |f| f.2);
            write_json_string(member, out);
            out.push(':');
            self.value(*field, &cell, out);
            out.push(',');
        }
        if !any {
            tally.warn("bad-row", "rows without id and name were ignored", String::new);
            return out.truncate(before);
        }
        // Columns outside the mapping are kept. If the mapping was guessed, they may also contain an outcome, such as an exit
        // code beside a status.
        let mut params = String::new();
        for (name, cell) in
            others.filter(|(name, cell)| !cell.is_empty() && !self.columns.iter().any(|c| c.1 == **name))
        {
            let is_outcome = is_guessed && outcome::is_outcome_name(&name);
            has_outcome |= is_outcome;
            let to: &mut String = if is_outcome { out } else { &mut params };
            write_json_string(&name, to);
            to.push(':');
            cell.write(to);
            to.push(',');
        }
        // A table that has statuses and none in this row leaves open how the task ended.
        if has_ended && !has_outcome && self.columns.iter().any(|c| c.0 == Field::Status) {
            out.push_str("\"status\":\"unknown\",");
            tally.warn(
                "status-missing",
                "rows that ended without a status are shown as unknown",
                String::new,
            );
        }
        if params.pop().is_some() {
            out.push_str("\"params\":{");
            out.push_str(&params);
            out.push('}');
        } else if out.ends_with(',') && out.len() > start {
            out.pop();
        }
        out.push('}');
    }

    fn value(&self, field: Field, cell: &Cell<'_>, out: &mut String) {
        let text = cell.text().trim();
        let unit = self.units.iter().find(|u| u.0 == field).map(|u| u.1);
        let number = text.parse::<f64>().ok().filter(|n| n.is_finite());
        match field {
            Field::Id | Field::Name => write_json_string(text, out),
            Field::After if !text.starts_with('[') => {
                out.push('[');
                let separator = [';', '|', ','].into_iter().find(|c| text.contains(*c)).unwrap_or(' ');
                for (at, id) in text.split(separator).map(str::trim).filter(|id| !id.is_empty()).enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    write_json_string(id, out);
                }
                out.push(']');
            }
            Field::Status => {
                let word = self.words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
                // A bare number is an exit code.
                let code = number
                    .filter(|_| word.is_none())
                    .map(|code| if code == 0.0 { "succeeded" } else { "failed" });
                write_json_string(code.unwrap_or(word.map_or(text, |w| &w.1)), out);
            }
            field if field.is_time() => match (number.zip(unit), spelled::civil(text)) {
                (Some((number, unit)), _) => match unit.to_ns(number, text) {
                    Some(ns) => write_json_string(&format_rfc3339(ns), out),
                    None => cell.write(out),
                },
                (None, Some(civil)) if civil.offset.is_none() && !self.zone.is_empty() => {
                    write_json_string(&format!("{text}{}", self.zone), out);
                }
                _ => write_json_string(text, out),
            },
            Field::Duration => match (number, unit, clock(text)) {
                (Some(number), unit, _) => {
                    let seconds = number * unit.unwrap_or(Unit::Seconds).ns() as f64 / 1e9;
                    out.push_str(&format!("{seconds}"));
                }
                (None, _, Some(seconds)) => out.push_str(&format!("{seconds}")),
                _ => cell.write(out),
            },
            _ => cell.write(out),
        }
    }
}

/// Seconds of `1:02:03.5`, or of `1d 2h 3m 4s`.
pub(super) fn clock(text: &str) -> Option<f64> {
    if text.contains(':') {
        return text
            .split(':')
            .try_fold(0.0, |all, part| Some(all * 60.0 + part.trim().parse::<f64>().ok()?));
    }
    let mut all = 0.0;
    for part in text.split_whitespace() {
        let digits = part.find(|c: char| c.is_ascii_alphabetic())?;
        let seconds = match part.get(digits..)? {
            "ms" => 1e-3,
            "s" | "sec" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        all += part.get(..digits)?.parse::<f64>().ok()? * seconds;
    }
    Some(all).filter(|_| !text.is_empty())
}

/// The letters of the name of a column, in lower case, and the unit that it ends in: `Start Time (ms)`, `duration_ms`.
pub(super) fn plain(column: &str) -> (&str, String, Option<Unit>) {
    let lower = column.to_ascii_lowercase();
    let units = [
        ("ms", Unit::Milliseconds),
        ("us", Unit::Microseconds),
        ("µs", Unit::Microseconds),
        ("ns", Unit::Nanoseconds),
        ("s", Unit::Seconds),
        ("sec", Unit::Seconds),
        ("seconds", Unit::Seconds),
        ("millis", Unit::Milliseconds),
    ];
    let mut parts: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()).collect();
    let unit = parts.last().and_then(|last| units.iter().find(|u| u.0 == *last)).map(|u| u.1);
    if unit.is_some() && parts.len() > 1 {
        parts.pop();
    }
    (column, parts.concat(), unit.filter(|_| !parts.is_empty()))
}
