//! Contents of a file besides tasks, its problems, and rules with their verdicts.

use makespan_analysis::{Facts, Rule, Verdict, judge};
use makespan_model::Order as _;
use makespan_model::Run;
use makespan_scene::Role;

use super::named;
use crate::amount::Unit;
use crate::clip::shortened;
use crate::roles::severity_role;
use crate::section::{Block, Section, note};
use crate::table::{Cell, Column, Table};

/// Returns totals in the file that disagree with its tasks.
pub fn differences(facts: &Facts) -> Option<Section> {
    let columns = vec![
        Column::text("what", "Total"),
        Column::text("ours", "Computed"),
        Column::text("stored", "In the file"),
    ];
    let mut table = Table::new("Totals that disagree", columns);
    for d in facts.differences() {
        table.push(vec![
            Cell::new(shortened(&d.what, 200)),
            Cell::new(shortened(&d.ours, 200)),
            Cell::new(shortened(&d.stored, 200)),
        ]);
    }
    let explained = note("Totals in the file disagree with its tasks; every page uses the computed ones.");
    (!table.is_empty())
        .then(|| Section::new("differences", "Totals that disagree", vec![Block::Table(table), explained]))
}

/// Returns parameters and labels of the run.
pub fn given(run: &Run) -> Option<Section> {
    let texts = [run.params, run.labels].into_iter().filter(|text| !text.is_empty());
    let blocks: Vec<Block> =
        texts.map(|text| Block::Pairs(crate::details::members(run.text(text)))).collect();
    (!blocks.is_empty()).then(|| Section::new("run", "Parameters and labels", blocks))
}

/// Returns all diagnostics about the input, worst first; `None` if there are none.
pub fn diagnostics(run: &Run, rows: usize) -> Option<Section> {
    let columns = vec![
        Column::text("severity", "Severity"),
        Column::number("count", "Count"),
        Column::text("message", "Message"),
    ];
    let mut table = Table::new("Data quality", columns);
    let mut all: Vec<_> = run.diagnostics.iter().collect();
    all.order_by_key(|d| std::cmp::Reverse(d.severity));
    for d in all {
        let place = match (d.line, d.offset) {
            (Some(line), _) => format!(" (line {line})"),
            (None, Some(byte)) => format!(" (byte {byte})"),
            _ => String::new(),
        };
        table.push(vec![
            Cell::new(d.severity.name()).status(severity_role(d.severity)),
            Cell::new(d.count),
            Cell::new(shortened(&format!("{}{place} [{}]", d.message, d.code), 1_000))
                .exact(d.code.to_string()),
        ]);
    }
    Section::of_table("diagnostics", table.first(rows))
}

/// Returns rules with their verdicts.
pub fn rules(facts: &Facts, rules: &[Rule]) -> Option<Section> {
    let columns = vec![
        Column::text("verdict", "Verdict"),
        Column::text("rule", "Rule"),
        Column::number("value", "Value"),
        Column::text("task", "Task"),
    ];
    let mut table = Table::new("Rules", columns);
    for rule in rules {
        let judged = judge(facts, rule);
        let role = match judged.verdict {
            Verdict::Ok => Role::Succeeded,
            Verdict::Violated => Role::Failed,
            Verdict::Unknown => Role::Retrying,
        };
        table.push(vec![
            Cell::new(judged.verdict.name()).status(role),
            Cell::new(shortened(&rule.to_string(), 200)),
            Cell::new(Unit::of(judged.quantity).value(judged.value)),
            judged.task.map_or_else(Cell::default, |t| named(facts.run(), t)),
        ]);
    }
    Section::of_table("rules", table)
}
