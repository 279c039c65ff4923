//! Settings of a file: TOML, each with its line.

use makespan_analysis::nearest;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::alerts::AlertSettings;
use super::expand::{Author, expanded};
use super::setting::Described;
use super::settings::{ALL, find};
use super::url::encoded;

/// The largest file that is read, in bytes.
pub(super) const LONGEST: u64 = 1 << 20;

/// The section that holds no settings but rules and handlers of alerts.
const ALERTS: &str = "alerts";

/// A setting as a file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The name of the setting.
    pub(super) key: &'static str,
    /// Its value, as text.
    pub(super) text: String,
    /// The line that it stands in, from 1.
    pub(super) line: usize,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The line, from 1.
    pub(super) line: usize,
    /// What it is.
    pub(super) what: String,
}

/// Reads a file.
///
/// # Errors
///
/// The first thing that is wrong with it: invalid TOML, an unknown name, a value of another type, a variable of the
/// environment in a project's file.
pub(super) fn read(text: &str, author: Author) -> Result<(Vec<Entry>, AlertSettings), Wrong> {
    let line = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
    let table = DeTable::parse(text).map_err(|error| Wrong {
        line: error.span().map_or(1, |span| line(span.start)),
        what: error.message().to_owned(),
    })?;
    let (mut entries, mut alerts) = (Vec::new(), AlertSettings::default());
    for (key, value) in table.get_ref() {
        match value.get_ref() {
            section if *key.get_ref() == ALERTS => {
                let read = super::alerts::read(key.span().start, section, author);
                alerts = read.map_err(|(at, what)| Wrong { line: line(at), what })?;
            }
            // A section: all names are `key` or `section.key`, so there is no deeper one.
            DeValue::Table(section) => {
                for (inner, value) in section {
                    let name = format!("{}.{}", key.get_ref(), inner.get_ref());
                    entries.push(entry(&name, line(inner.span().start), value, author)?);
                }
            }
            _ => entries.push(entry(key.get_ref(), line(key.span().start), value, author)?),
        }
    }
    entries.sort_by_key(|entry| entry.line);
    Ok((entries, alerts))
}

fn entry(name: &str, line: usize, value: &Spanned<DeValue<'_>>, author: Author) -> Result<Entry, Wrong> {
    let wrong = |what: String| Wrong { line, what };
    let Some(setting) = find(name) else {
        let meant = nearest(name, ALL.iter().map(|setting| setting.key()));
        let meant = meant.map_or_else(
            || "`makespan config list` lists all settings".to_owned(),
            |key| format!("did you mean `{key}`?"),
        );
        return Err(wrong(format!("unknown setting `{name}`; {meant}")));
    };
    let text = match value.get_ref() {
        DeValue::String(text) if author == Author::User => {
            expanded(text, |name| std::env::var(name).ok(), encoded).map_err(&wrong)?
        }
        DeValue::String(text) if text.contains("${") => {
            return Err(wrong(format!(
                "`{name}` uses `${{}}`, which is only expanded in your own configuration file; move the setting there or \
                 set {}",
                setting.variable()
            )));
        }
        DeValue::String(text) => text.to_string(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().replace('_', ""),
        DeValue::Float(number) => number.as_str().replace('_', ""),
        other => {
            return Err(wrong(format!("`{name}` is a {}, not a {}", setting.kind(), other.type_str())));
        }
    };
    check(setting, &text).map_err(|why| wrong(format!("`{name}`: {why}")))?;
    Ok(Entry { key: setting.key(), text, line })
}

/// Whether a text is a value of a setting. Control characters are in none: terminals obey them, and URLs and names have
/// no use for them.
pub(super) fn check(setting: &dyn Described, text: &str) -> Result<(), String> {
    if text.contains(|c: char| c.is_control()) {
        return Err("control characters are not allowed".to_owned());
    }
    setting.check(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn wrong(text: &str) -> (usize, String) {
        let wrong = read(text, Author::User).unwrap_err();
        (wrong.line, wrong.what)
    }

    #[test]
    fn values_of_all_types_with_their_lines() {
        let text =
            "# runs of this project\nstore = \"file:runs\"\n\n[list]\nlimit = 1_000\n[open]\nport = 0\n";
        let (entries, _) = read(text, Author::Project).unwrap();
        let found: Vec<(&str, &str, usize)> =
            entries.iter().map(|e| (e.key, e.text.as_str(), e.line)).collect();
        assert_eq!(found, [("store", "file:runs", 2), ("list.limit", "1000", 5), ("open.port", "0", 7)]);
        assert_eq!(read("", Author::User), Ok((Vec::new(), AlertSettings::default())));
    }

    #[test]
    fn errors_name_their_line() {
        assert_eq!(
            wrong("\nstroe = \"file:runs\""),
            (2, "unknown setting `stroe`; did you mean `store`?".into())
        );
        assert!(wrong("[list]\n\nlimt = 5").1.contains("did you mean `list.limit`?"));
        assert!(wrong("colour = 1").1.contains("makespan config list"));
        assert_eq!(wrong("a = 1\nstore = ").0, 2);
        assert!(wrong("[list]\nlimit = -5").1.contains("whole number"));
        assert!(wrong("zone = [1]").1.contains("not a array") || wrong("zone = [1]").1.contains("zone"));
        assert!(wrong("[list.limit]\nx = 1").1.contains("list.limit"));
        assert!(wrong("store = \"runs.db\"").1.contains("scheme"));
        assert!(wrong("workflow = \"\\u001b[2J\"").1.contains("control characters"));
    }

    #[test]
    fn secrets_come_from_the_environment() {
        let variable = |name: &str| (name == "PASSWORD").then(|| "p@ss/w:rd".to_owned());
        let url = expanded("postgres://me:${PASSWORD}@db/runs?a=$1", variable, encoded);
        assert_eq!(url.as_deref(), Ok("postgres://me:p%40ss%2Fw%3Ard@db/runs?a=$1"));
        assert_eq!(read("workflow = \"$PASSWORD {x}\"", Author::Project).unwrap().0[0].text, "$PASSWORD {x}");
        for text in ["store = \"postgres://${PASSWORD}@db\"", "workflow = \"${HOME}\"", "zone = \"${\""] {
            let wrong = read(text, Author::Project).unwrap_err();
            assert!(wrong.what.contains("your own configuration file"), "{wrong:?}");
        }
        assert!(expanded("${OTHER}", variable, encoded).unwrap_err().contains("OTHER"));
        assert!(expanded("${PASSWORD", variable, encoded).is_err());
    }
}
