//! The interval plot as a table: the same lines with every number.

use makespan_analysis::compare::Verdicts;

use super::words::{qualification, shift, signed, verdict_sign, verdict_word};
use super::{line, line_count, name};
use crate::amount::Unit;
use crate::compare::delta::word_role;
use crate::table::{Cell, Column, Table};

/// The columns.
pub fn columns() -> Vec<Column> {
    vec![
        Column::text("name", "Task"),
        Column::text("verdict", "Verdict"),
        Column::number("shift", "Shift (95 %)"),
        Column::number("relative", "Relative"),
        Column::number("before", "Median before"),
        Column::number("after", "Median after"),
        Column::number("n", "Runs"),
        Column::number("p", "p, adjusted"),
        Column::number("contribution", "Contribution"),
        Column::text("qualification", ""),
    ]
}

/// Lines `range` of the plot: the makespan, then the tasks, largest contribution first.
pub fn table(verdicts: &Verdicts, range: std::ops::Range<usize>) -> Table {
    let mut table = Table::new("Several runs against several", columns());
    let unit = Unit::of(verdicts.quantity);
    let all = line_count(verdicts) as usize;
    let end = range.end.min(all);
    for at in range.start.min(end)..end {
        let Some((row, s)) = line(verdicts, at as u32) else { continue };
        let number =
            |v: Option<f64>| v.map_or(Cell::new(""), |v| Cell::new(unit.text(v)).exact(unit.exact(v)));
        let relative = s.estimate.zip(s.baseline_median).filter(|(_, m)| *m > 0.0);
        let relative = relative.map_or(String::new(), |(e, m)| crate::compare::percent(m, m + e));
        let contribution =
            at.checked_sub(all - verdicts.rows.len()).and_then(|i| verdicts.rows[i].contribution);
        let contribution = contribution.map_or(Cell::new(""), |c| Cell::new(signed(&unit, c)));
        let (a, b) = s.sizes();
        let p = s.adjusted.or(s.p).map_or(String::new(), probability);
        let mut name = Cell::new(name(verdicts, row));
        if let Some(row) = row {
            name = name.task(row);
        }
        let word = verdict_word(&s.verdict, verdicts.quantity);
        let verdict = Cell::new(format!("{} {word}", verdict_sign(&s.verdict)));
        let shifted = Cell::new(shift(&unit, s));
        let role = super::words::verdict_role(s).map(|_| word_role(sign_of(s.verdict)));
        table.push(vec![
            name,
            verdict,
            Cell { status: role, ..shifted },
            Cell::new(relative),
            number(s.baseline_median),
            number(s.candidate_median),
            Cell::new(format!("{a} v {b}")),
            Cell::new(p).exact(if s.exact { "exact" } else { "normal approximation" }),
            contribution,
            Cell::new(qualification(&unit, &s.verdict)),
        ]);
    }
    table.left_out = all - table.rows.len();
    table
}

fn sign_of(verdict: makespan_analysis::compare::Verdict) -> f32 {
    match verdict {
        makespan_analysis::compare::Verdict::Slower => 1.0,
        makespan_analysis::compare::Verdict::Faster => -1.0,
        _ => 0.0,
    }
}

/// A probability as papers write it.
fn probability(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}
