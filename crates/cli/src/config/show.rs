//! `makespan config`: what is set, where it came from, and what could be.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::setting::Described;
use super::settings::ALL;
use super::{Config, places, trust};
use crate::args::{ConfigArgs, ConfigVerb};
use crate::failure::Failure;
use crate::output::{clean, print, print_json};
use crate::terminal::{Ink, Terminal};

/// Prints the settings.
pub(crate) fn run(args: &ConfigArgs, store: Option<&str>) -> Result<(), Failure> {
    match args.verb {
        ConfigVerb::Show { json } => {
            let config = Config::load(store)?;
            if json {
                return print_json(&document(&config));
            }
            print(&page(&config, Terminal::of_stdout()))
        }
        ConfigVerb::Trust { ref folder, list: false } => trust::add(folder.as_deref()),
        ConfigVerb::Trust { .. } => trust::list(),
        ConfigVerb::Untrust { ref folder } => trust::remove(folder.as_deref()),
        ConfigVerb::List { markdown } => print(&if markdown { table() } else { list() }),
    }
}

/// The document of `makespan config show --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ConfigDocument<'a> {
    /// All settings, by name.
    settings: BTreeMap<&'static str, SettingJson<'a>>,
    /// The files that were read.
    files: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Setting")]
struct SettingJson<'a> {
    value: Option<String>,
    /// Where the value was set.
    origin: Option<String>,
    /// Why the value is not used.
    refused: Option<&'a str>,
    variable: String,
    meaning: &'static str,
}

fn document(config: &Config) -> ConfigDocument<'_> {
    let one = |setting: &'static dyn Described| {
        let given = config.given.get(setting.key());
        let shown = SettingJson {
            value: given.map(|given| setting.shown(&given.text)),
            origin: given.map(|given| given.origin.to_string()),
            refused: given.and_then(|given| given.refused.as_deref()),
            variable: setting.variable(),
            meaning: setting.meaning(),
        };
        (setting.key(), shown)
    };
    ConfigDocument {
        settings: ALL.iter().map(|setting| one(*setting)).collect(),
        files: config.files.iter().map(|path| path.display().to_string()).collect(),
    }
}

fn page(config: &Config, terminal: Terminal) -> String {
    let mut out = String::new();
    for setting in ALL {
        let given = config.given.get(setting.key());
        let value = given.map_or_else(|| "–".to_owned(), |given| clean(&setting.shown(&given.text)));
        let origin = given.map_or_else(|| "no value".to_owned(), |given| clean(&given.origin.to_string()));
        let origin = terminal.ink(Ink::Muted, &format!("({origin})"));
        let _ = writeln!(out, "{:<14} {value}  {origin}", setting.key());
        if let Some(why) = given.and_then(|given| given.refused.as_deref()) {
            let _ = writeln!(out, "{:<14} not used: {}", "", clean(why));
        }
    }
    if config.files.is_empty() {
        let user = places::user_place().map_or_else(String::new, |path| format!(" or {}", path.display()));
        let text = format!("no settings file; write settings to makespan.toml{user}");
        let _ = writeln!(out, "\n{}", terminal.ink(Ink::Muted, &clean(&text)));
    }
    out
}

fn list() -> String {
    let mut out = String::new();
    for setting in ALL {
        let default = setting.default().unwrap_or(setting.default_words()).replace('`', "");
        let flag = if setting.flag().is_empty() { "" } else { ", " };
        let _ = writeln!(out, "{}  ({}; {default})", setting.key(), setting.kind());
        let _ = writeln!(out, "    {}", setting.meaning());
        let _ = writeln!(out, "    {}{flag}{}", setting.variable(), setting.flag());
    }
    out
}

/// The table of `docs/config.md`.
fn table() -> String {
    let mut out =
        "| setting | value | default | environment | option | meaning |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for setting in ALL {
        let default = match setting.default() {
            Some(text) => format!("`{text}`"),
            None => setting.default_words().to_owned(),
        };
        let flag = match setting.flag().split_once(' ') {
            Some((flag, rest)) => format!("`{flag}` {rest}"),
            None if setting.flag().is_empty() => String::new(),
            None => format!("`{}`", setting.flag()),
        };
        let (key, kind, variable) = (setting.key(), setting.kind(), setting.variable());
        let _ =
            writeln!(out, "| `{key}` | {kind} | {default} | `{variable}` | {flag} | {} |", setting.meaning());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_this_table() {
        let page = include_str!("../../../../docs/config.md");
        assert!(page.contains(&table()), "put this table into docs/config.md:\n\n{}", table());
    }
}
