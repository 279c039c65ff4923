//! The interval plot as a table: the same lines with all numbers.

use makespan_analysis::compare::{TwoSamples, Verdicts};

use super::words::{qualification, shift, verdict_sign, verdict_word};
use super::{line, line_count, name};
use crate::amount::Unit;
use crate::compare::delta::word_role;
use crate::table::{Cell, Column, Table};
use crate::value::{Plot, Value};

/// Returns the columns.
pub fn columns() -> Vec<Column> {
    vec![
        Column::text("name", "Task"),
        Column::text("verdict", "Verdict"),
        Column::number("shift", "Shift (95 %)"),
        Column::plot("interval"),
        Column::number("relative", "Relative"),
        Column::number("before", "Median before"),
        Column::number("after", "Median after"),
        Column::number("n", "Runs"),
        Column::number("p", "p, adjusted"),
        Column::number("contribution", "Contribution"),
        Column::text("qualification", ""),
    ]
}

/// Returns lines `range` of the plot: the makespan, then the tasks, largest contribution first.
pub fn table(verdicts: &Verdicts, range: std::ops::Range<usize>) -> Table {
    let mut table = Table::new("Several runs against several", columns());
    let unit = Unit::of(verdicts.quantity);
    let all = line_count(verdicts) as usize;
    let end = range.end.min(all);
    let shown = (range.start.min(end)..end).filter_map(|at| line(verdicts, at as u32));
    let reach = |s: &TwoSamples| {
        let (low, high) = s.interval.unwrap_or_default();
        low.abs().max(high.abs()).max(s.estimate.unwrap_or_default().abs())
    };
    let far = shown.map(|(_, s)| reach(s)).filter(|far| far.is_finite()).fold(0.0, f64::max);
    for at in range.start.min(end)..end {
        let Some((row, s)) = line(verdicts, at as u32) else { continue };
        let number = |v: Option<f64>| v.map_or_else(Cell::default, |v| Cell::new(unit.value(v)));
        let relative = s.estimate.zip(s.baseline_median).filter(|(_, m)| *m > 0.0);
        let relative = relative.map_or(Value::Empty, |(e, m)| Value::Relative(m, m + e));
        let contribution =
            at.checked_sub(all - verdicts.rows.len()).and_then(|i| verdicts.rows[i].contribution);
        let contribution = contribution.map_or_else(Cell::default, |c| Cell::new(unit.delta(c)));
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
            Cell { status: role, ..Cell::new(interval(s, far)) },
            Cell::new(relative),
            number(s.baseline_median),
            number(s.candidate_median),
            Cell::new(format!("{a} v {b}")),
            Cell::new(p).exact(if s.exact { "exact" } else { "normal approximation" }),
            contribution,
            Cell::new(qualification(&unit, s)),
        ]);
    }
    table.left_out = all - table.rows.len();
    table
}

/// Returns the shift with its interval on an axis from `-far` to `far`.
fn interval(s: &TwoSamples, far: f64) -> Value {
    let place = |x: f64| if far > 0.0 { x / far / 2.0 + 0.5 } else { 0.5 };
    let Some(estimate) = s.estimate else { return Value::Empty };
    let ends = s.interval.map(|(low, high)| (place(low), place(high)));
    Value::Plot(Plot::Interval { ends, estimate: place(estimate), zero: 0.5 })
}

fn sign_of(verdict: makespan_analysis::compare::Verdict) -> f32 {
    match verdict {
        makespan_analysis::compare::Verdict::Slower => 1.0,
        makespan_analysis::compare::Verdict::Faster => -1.0,
        _ => 0.0,
    }
}

/// Formats a probability as in publications.
fn probability(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}
