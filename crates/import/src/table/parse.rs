//! The text of a mapping: JSON, or a small part of TOML.

use makespan_format::time::parse_civil;
use makespan_format::write_json_string;

use crate::json::pages::Pages;
use crate::mapping::{FIELDS, Field, Mapping};
use crate::unit::Unit;

impl Mapping {
    /// Parses a mapping: JSON, or the part of TOML that it needs (tables, and keys with strings).
    ///
    /// # Errors
    /// What is wrong, in which line where that is known.
    pub fn parse(text: &str) -> Result<Mapping, String> {
        let json = match text.trim_start().starts_with('{') {
            true => text.to_owned(),
            false => toml_to_json(text)?,
        };
        let pages = Pages::read(json.as_bytes());
        let root = pages.roots().next().filter(|root| root.is_object());
        let root = root.ok_or("the mapping is not a JSON object")?;
        let mut mapping = Mapping::default();
        for (key, value) in root.members() {
            let text = value.text();
            match (&*key, text) {
                ("rows", Some(text)) => mapping.rows = text.into_owned(),
                ("zone", Some(text)) => mapping.zone = zone(&text)?,
                ("delimiter", Some(text)) => {
                    let one = text.replace("\\t", "\t");
                    mapping.delimiter = Some(one.bytes().next().ok_or("\"delimiter\" is empty")?);
                }
                ("columns", None) => {
                    for (name, column) in value.members() {
                        let field = field(&name)?;
                        let column = column.text().ok_or(format!("\"columns.{name}\" is not a string"))?;
                        mapping.columns.push((field, column.into_owned()));
                    }
                }
                ("units", None) => {
                    for (name, unit) in value.members() {
                        let text = unit.text().unwrap_or_default();
                        let unit = Unit::parse(&text)
                            .ok_or(format!("unknown unit {text:?} of {name:?}: write s, ms, us or ns"))?;
                        mapping.units.push((field(&name)?, unit));
                    }
                }
                ("status", None) => {
                    for (word, status) in value.members() {
                        let status = status.text().unwrap_or_default().into_owned();
                        if makespan_format::Status::from_word(&status).is_none() {
                            return Err(format!("unknown status {status:?} of {word:?}"));
                        }
                        mapping.words.push((word.into_owned(), status));
                    }
                }
                _ => {
                    return Err(format!(
                        "unknown member {key:?}: a mapping has rows, zone, delimiter, columns, units and status"
                    ));
                }
            }
        }
        let has = |field: Field| mapping.columns.iter().any(|c| c.0 == field);
        if !has(Field::Id) && !has(Field::Name) {
            return Err("the mapping names no column for id or name; add one under [columns]".to_owned());
        }
        Ok(mapping)
    }
}

fn field(name: &str) -> Result<Field, String> {
    Field::of(name).ok_or_else(|| {
        let all: Vec<&str> = FIELDS.iter().map(|f| f.1).collect();
        format!("unknown field {name:?}: write one of {}", all.join(", "))
    })
}

pub(super) fn zone(text: &str) -> Result<String, String> {
    let zone = if text.eq_ignore_ascii_case("utc") { "Z" } else { text };
    match parse_civil(&format!("2000-01-01T00:00:00{zone}")).and_then(|civil| civil.offset) {
        Some(_) => Ok(zone.to_owned()),
        None => Err(format!(
            "unknown zone {text:?}: write UTC or an offset such as +02:00; --zone also accepts names"
        )),
    }
}

/// TOML of tables and strings as JSON.
fn toml_to_json(text: &str) -> Result<String, String> {
    let mut tables: Vec<(String, Vec<(String, String)>)> = vec![(String::new(), Vec::new())];
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        let wrong = |what: &str| format!("line {number}: {what}: {line}");
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            let name = name.split(']').next().unwrap_or_default().trim();
            tables.push((name.to_owned(), Vec::new()));
            continue;
        }
        let (key, rest) = if line.starts_with('"') {
            quoted(line).ok_or_else(|| wrong("invalid key"))?
        } else {
            let (key, rest) = line.split_once('=').ok_or_else(|| wrong("expected KEY = \"VALUE\""))?;
            (key.trim().to_owned(), rest)
        };
        let rest = rest.trim().trim_start_matches('=').trim();
        let (value, behind) = quoted(rest).ok_or_else(|| wrong("expected a string in quotes"))?;
        if !behind.trim().is_empty() && !behind.trim().starts_with('#') {
            return Err(wrong("unexpected text after the value"));
        }
        if let Some(table) = tables.last_mut() {
            table.1.push((key, value));
        }
    }
    let mut out = String::from("{");
    for (name, pairs) in tables {
        let is_root = name.is_empty();
        if !is_root {
            out.push_str(if out.len() > 1 { "," } else { "" });
            write_json_string(&name, &mut out);
            out.push_str(":{");
        }
        for (at, (key, value)) in pairs.iter().enumerate() {
            out.push_str(if at > 0 { "," } else { "" });
            write_json_string(key, &mut out);
            out.push(':');
            write_json_string(value, &mut out);
        }
        out.push_str(if is_root { "" } else { "}" });
    }
    out.push('}');
    Ok(out)
}

/// A string in quotes, and what stands behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    if let Some(rest) = text.strip_prefix('\'') {
        let (value, behind) = rest.split_once('\'')?;
        return Some((value.to_owned(), behind));
    }
    let mut value = String::new();
    let mut letters = text.strip_prefix('"')?.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, text.get(at + 2..).unwrap_or_default())),
            '\\' => value.push(match letters.next()?.1 {
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                'u' => {
                    let code = letters
                        .by_ref()
                        .take(4)
                        .try_fold(0, |code, (_, digit)| Some(code * 16 + digit.to_digit(16)?))?;
                    char::from_u32(code)?
                }
                other => other,
            }),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests;
