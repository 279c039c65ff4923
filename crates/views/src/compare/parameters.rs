//! Parameters, labels and metadata of two runs that differ.

use makespan_analysis::compare::{MatchedTask, Saying, Setting, run_settings, task_settings};
use makespan_analysis::natural_cmp;
use makespan_model::Order as _;

use super::Pair;
use crate::amount::{change, signed_number};
use crate::clip::shortened;
use crate::section::{Block, Section};
use crate::table::{Cell, Column, Table};

/// Maximum number of differences in a table.
const MOST: usize = 500;
/// Maximum length of a value, and of the text beside it, in characters.
const SHOWN: usize = 160;
const EXACT: usize = 2_000;

/// Returns the parameters, labels and metadata of the two runs that differ; says so if none do.
pub fn parameters(pair: &Pair<'_>) -> Section {
    let mut blocks = blocks(run_settings(pair.a.run(), pair.b.run()), "Metadata of the runs");
    if blocks.is_empty() {
        blocks.push(Block::Note("The parameters, labels and metadata of both runs are the same.".to_owned()));
    }
    Section::new("parameters", "Different parameters", blocks)
}

/// Returns the same for one task; `None` if nothing differs, or only one of the runs has it.
pub fn parameters_of(pair: &Pair<'_>, task: &MatchedTask) -> Option<Section> {
    let settings = task_settings((pair.a.run(), task.a?), (pair.b.run(), task.b?));
    let blocks = blocks(settings, "Metadata of the task");
    (!blocks.is_empty()).then(|| Section::new("parameters", "Different parameters of the task", blocks))
}

/// Returns one table for parameters, one for labels, one for the rest.
fn blocks(settings: Vec<Setting>, itself: &str) -> Vec<Block> {
    let tables = [(Saying::Params, "Parameters"), (Saying::Labels, "Labels"), (Saying::Itself, itself)];
    let mut out = Vec::new();
    for (of, title) in tables {
        let mut some: Vec<&Setting> = settings.iter().filter(|s| s.of == of).collect();
        if !some.is_empty() {
            some.order_by(|x, y| natural_cmp(&x.name, &y.name));
            out.push(Block::Table(table(title, &some)));
        }
    }
    out
}

fn table(title: &str, settings: &[&Setting]) -> Table {
    let columns = vec![
        Column::text("name", "Name"),
        Column::text("a", "A"),
        Column::text("b", "B"),
        Column::number("delta", "Difference"),
    ];
    let mut table = Table::new(title, columns);
    table.left_out = settings.len().saturating_sub(MOST);
    for s in settings.iter().take(MOST) {
        table.push(vec![Cell::new(shortened(&s.name, SHOWN)), value(&s.a), value(&s.b), delta(s)]);
    }
    table
}

/// Returns the difference of two numbers, with its percentage.
fn delta(setting: &Setting) -> Cell {
    let number = |v: &Option<String>| v.as_ref().and_then(|v| v.trim().parse::<f64>().ok());
    match number(&setting.a).zip(number(&setting.b)) {
        Some((a, b)) if (b - a).is_finite() => {
            let share = change(a, b);
            let share = if share.is_empty() { share } else { format!(" ({share})") };
            Cell::new(format!("{}{share}", signed_number(b - a)))
        }
        _ => Cell::default(),
    }
}

fn value(value: &Option<String>) -> Cell {
    match value {
        Some(text) => Cell::new(shortened(text, SHOWN)).exact(shortened(text, EXACT)),
        None => Cell::new("–").exact("not given"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;

    fn setting(of: Saying, name: &str, a: Option<&str>, b: Option<&str>) -> Setting {
        Setting { of, name: name.to_owned(), a: a.map(str::to_owned), b: b.map(str::to_owned) }
    }

    fn texts(table: &Table, row: usize) -> Vec<String> {
        table.rows[row].iter().map(|c| c.text().into_owned()).collect()
    }

    #[test]
    fn each_kind_of_setting_has_its_table_and_numbers_their_difference() {
        let blocks = blocks(
            vec![
                setting(Saying::Itself, "workflow", Some("x"), Some("y")),
                setting(Saying::Params, "k10", Some("7"), Some("9")),
                setting(Saying::Params, "k2", None, Some("fast")),
            ],
            "Metadata of the runs",
        );
        let [Block::Table(params), Block::Table(about)] = blocks.as_slice() else { panic!("{blocks:?}") };
        assert_eq!(texts(params, 0), ["k2", "–", "fast", ""]);
        assert_eq!(texts(params, 1), ["k10", "7", "9", "+2 (+29 %)"]);
        assert_eq!((about.title.as_str(), texts(about, 0)[1].as_str()), ("Metadata of the runs", "x"));
    }

    #[test]
    fn hostile_values_are_cut_and_many_are_counted() {
        let long = "<b>\u{202e}".repeat(5_000);
        let many: Vec<Setting> = (0..2_000)
            .map(|i| setting(Saying::Labels, &format!("{i}{long}"), Some("1e999"), Some("1")))
            .collect();
        let blocks = blocks(many, "");
        let [Block::Table(table)] = blocks.as_slice() else { panic!("no table") };
        assert_eq!((table.rows.len(), table.left_out), (MOST, 1_500));
        assert!(table.rows[0][0].text().chars().count() < 1_200);
        assert_eq!(table.rows[0][3].text(), "");
    }
}
