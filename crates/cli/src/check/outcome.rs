//! What became of each rule, run by run.

use std::collections::BTreeMap;

use makespan_analysis::{FIGURES, Facts, Gate, Judged, Quantity, Verdict, measures, nearest};
use makespan_scene::{Role, visible};
use makespan_views::amount::Unit;
use makespan_views::{Cell, Column, Section, Table};

/// The result of one rule.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outcome {
    /// The rule, as it is written.
    pub(super) gate: String,
    /// Whether the rule holds.
    pub(super) verdict: Verdict,
    /// The value that was held against it.
    pub(super) value: String,
    /// The limit.
    pub(super) limit: String,
    /// Further explanation; may be empty.
    pub(super) note: String,
    /// The task that has the value.
    pub(super) task: Option<String>,
}

impl Outcome {
    /// The outcome of a rule for a run.
    pub(super) fn of(gate: &Gate, facts: &Facts, baseline: &[Facts]) -> Outcome {
        let Judged { verdict, value, limit, quantity, task } = gate.judge(facts, baseline);
        let unit = Unit::of(quantity);
        let note = match verdict {
            Verdict::Unknown if value.is_nan() => missing(&gate.rule().figure, facts),
            Verdict::Unknown if limit.is_nan() && gate.needs_baseline() => {
                "the baseline does not have this figure".to_owned()
            }
            Verdict::Unknown => wrong_unit(quantity),
            _ => String::new(),
        };
        Outcome {
            gate: gate.to_string(),
            verdict,
            value: unit.value(value).text().into_owned(),
            limit: unit.value(limit).text().into_owned(),
            note,
            task: task.map(|task| facts.run().task_name(task).to_owned()),
        }
    }

    /// A sentence: the value, the limit and whatever else there is to know, without the rule.
    pub(super) fn sentence(&self) -> String {
        let mut parts = Vec::new();
        if !self.value.is_empty() {
            let limit = if self.limit.is_empty() { String::new() } else { format!(", limit {}", self.limit) };
            parts.push(format!("{}{limit}", self.value));
        }
        parts.extend(self.task.as_ref().map(|task| format!("task {}", visible(task))));
        parts.extend(Some(self.note.clone()).filter(|note| !note.is_empty()));
        parts.join("; ")
    }
}

/// Returns the note on a figure that a run does not have, with the figure or measure that was probably meant.
fn missing(figure: &str, facts: &Facts) -> String {
    let all = measures(facts.run());
    let names = FIGURES.iter().map(|(name, _)| *name).chain(all.list.iter().map(|m| m.key.as_str()));
    match nearest(figure, names).filter(|meant| *meant != figure) {
        Some(meant) => {
            format!("the run has no figure or metric {} (did you mean {}?)", visible(figure), visible(meant))
        }
        None => format!("the run has no values of {}", visible(figure)),
    }
}

/// Returns the note on a limit whose unit does not fit the figure.
fn wrong_unit(quantity: Quantity) -> String {
    let example = match quantity {
        Quantity::Time => "a time, such as 10 min",
        Quantity::Bytes => "a size, such as 4 GB",
        Quantity::Percent => "a limit with %, such as 95 %",
        _ => "a number without a unit",
    };
    format!("the unit of the limit does not fit; write {example}")
}

/// The results of all rules for one run, or for all runs together.
pub(super) struct Checked {
    /// Id of the run; empty for all together.
    pub(super) id: String,
    /// Name of the run or of the comparison.
    pub(super) title: String,
    /// The rules, in the order given.
    pub(super) outcomes: Vec<Outcome>,
}

/// Adds the id of the run to titles that several runs share.
pub(super) fn distinguish(all: &mut [Checked]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    all.iter().for_each(|checked| *seen.entry(checked.title.clone()).or_default() += 1);
    for checked in all.iter_mut().filter(|c| !c.id.is_empty() && c.id != c.title) {
        if seen.get(&checked.title).is_some_and(|count| *count > 1) {
            checked.title = format!("{} · {}", checked.title, checked.id);
        }
    }
}

/// The verdict on several: violated if any is, else unknown if any is.
pub(super) fn worst<'o>(all: impl Iterator<Item = &'o Outcome>) -> Verdict {
    all.map(|o| o.verdict).fold(Verdict::Ok, |worst, verdict| match (worst, verdict) {
        (Verdict::Violated, _) | (_, Verdict::Violated) => Verdict::Violated,
        (Verdict::Unknown, _) | (_, Verdict::Unknown) => Verdict::Unknown,
        _ => Verdict::Ok,
    })
}

/// The rules of a run as a section.
pub(super) fn section(checked: &Checked) -> Option<Section> {
    let columns = vec![
        Column::text("verdict", "Verdict"),
        Column::text("rule", "Rule"),
        Column::number("value", "Value"),
        Column::number("limit", "Limit"),
        Column::text("about", "About"),
    ];
    let mut table = Table::new(visible(&checked.title).into_owned(), columns);
    for o in &checked.outcomes {
        let role = match o.verdict {
            Verdict::Ok => Role::Succeeded,
            Verdict::Violated => Role::Failed,
            Verdict::Unknown => Role::Retrying,
        };
        let task = o.task.as_ref().map(|task| format!("task {task}"));
        let about: Vec<String> =
            task.into_iter().chain(Some(o.note.clone()).filter(|n| !n.is_empty())).collect();
        table.push(vec![
            Cell::new(o.verdict.name()).status(role),
            Cell::new(o.gate.as_str()),
            Cell::new(o.value.as_str()),
            Cell::new(o.limit.as_str()),
            Cell::new(about.join("; ")),
        ]);
    }
    Section::of_table("rules", table)
}
