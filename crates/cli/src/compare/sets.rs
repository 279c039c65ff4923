//! A set of runs against another, as a page of a terminal.

use std::fmt::Write as _;

use makespan_analysis::compare::statistics::smallest_p;
use makespan_analysis::compare::{RowVerdict, TwoSamples, Verdict, Verdicts};
use makespan_model::Status;
use makespan_scene::Role;

use super::table::{Cell, Set, Table};
use super::words::{self, Unit, relative};
use super::{Compared, Shown, bars};
use crate::output::clean;

/// The comparison for people.
pub(super) fn text(runs: &[Compared], found: &Verdicts, shown: &Shown<'_>, unit: &Unit) -> String {
    let mut out = String::new();
    let (before, after) = runs.split_at(found.baseline.min(runs.len()));
    for (title, set) in [("baseline ", before), ("candidate", after)] {
        let whole = set.iter().filter(|r| r.facts.totals().status == Some(Status::Succeeded)).count();
        let name = set.first().map_or_else(String::new, |r| clean(r.facts.run().title()));
        let rest = if whole == set.len() {
            "all succeeded".to_owned()
        } else {
            format!("{whole} of them succeeded")
        };
        let _ = writeln!(
            out,
            "{title}  {}: {name}{}  {rest}",
            words::runs(set.len()),
            if set.len() > 1 { " …" } else { "" }
        );
    }
    out.push('\n');
    if let Some(makespan) = &found.makespan {
        let line = headline(makespan, unit);
        let _ = writeln!(out, "{}", shown.terminal.paint(role(&makespan.verdict), &line));
        let failed = runs.len() - makespan.sizes().0 - makespan.sizes().1;
        if failed > 0 {
            let _ = writeln!(
                out,
                "  ! {} did not succeed or have no times: no part of this",
                words::runs(failed)
            );
        }
    }
    // Only runs that succeeded say anything.
    let (n1, n2) = found.makespan.as_ref().map_or((before.len(), after.len()), TwoSamples::sizes);
    if smallest_p(n1, n2) > 0.05 {
        let _ = writeln!(
            out,
            "  ! {n1} against {n2} can show nothing at 5 %, whatever they took: it takes 4 against 4, 3 against 5 or 2 against 8"
        );
    }
    let [path, others] = found.tested;
    if path + others > 0 {
        let _ = writeln!(
            out,
            "  ! tested {} on a critical path and {others} others; at most 5 % of what is called different within each is so by chance",
            words::tasks(path)
        );
    }
    table(found, shown, unit, &mut out);
    out
}

fn headline(s: &TwoSamples, unit: &Unit) -> String {
    let (Some(x), Some(y), Some(by)) = (s.baseline_median, s.candidate_median, s.estimate) else {
        return "no makespans to compare".to_owned();
    };
    let change = relative(x, x + by);
    let by = format!("{} ({change})", unit.signed(by));
    let interval = s.interval.map_or_else(String::new, |(low, high)| {
        format!(", with 95 % between {} and {}", unit.signed(low), unit.signed(high))
    });
    let medians = format!("median {} → {}", unit.amount(x), unit.amount(y));
    match s.verdict {
        Verdict::Slower => format!("the candidate is slower: {by}{interval}; {medians}"),
        Verdict::Faster => format!("the candidate is faster: {by}{interval}; {medians}"),
        Verdict::Equivalent { margin } => {
            format!("the same within {}: {by}{interval}; {medians}", unit.amount(margin))
        }
        Verdict::NoEvidence { .. } => {
            format!("no evidence of a change ({}): {by}{interval}; {medians}", seen(&s.verdict, unit))
        }
        Verdict::TooFew => format!("too few runs for a verdict; {medians}, {by}"),
    }
}

/// What could have been seen.
fn seen(verdict: &Verdict, unit: &Unit) -> String {
    match verdict {
        Verdict::NoEvidence { detectable: Some(by) } => format!("{} would show", unit.amount(*by)),
        _ => "nothing would show".to_owned(),
    }
}

pub(super) fn role(verdict: &Verdict) -> Role {
    match verdict {
        Verdict::Slower => Role::More,
        Verdict::Faster => Role::Less,
        _ => Role::Text,
    }
}

fn verdict(s: &TwoSamples, unit: &Unit) -> String {
    let time = unit.quantity == makespan_analysis::Quantity::Time;
    let by = s.baseline_median.zip(s.estimate).map_or_else(String::new, |(x, by)| relative(x, x + by));
    match &s.verdict {
        Verdict::Slower => format!("{} {by}", if time { "slower" } else { "more" }),
        Verdict::Faster => format!("{} {by}", if time { "faster" } else { "less" }),
        Verdict::Equivalent { margin } => format!("same within {}", unit.amount(*margin)),
        Verdict::NoEvidence { .. } => format!("no evidence ({})", seen(&s.verdict, unit)),
        Verdict::TooFew => "too few".to_owned(),
    }
}

fn table(found: &Verdicts, shown: &Shown<'_>, unit: &Unit, out: &mut String) {
    let concluded = |r: &&RowVerdict| matches!(r.samples.verdict, Verdict::Slower | Verdict::Faster);
    // What was found different comes first; both keep the order of their contributions.
    let mut rows: Vec<&RowVerdict> = found.rows.iter().filter(concluded).collect();
    rows.extend(found.rows.iter().filter(|r| !concluded(r)));
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n  tasks by {}, the largest contribution to the makespan first",
        clean(&found.measure)
    );
    rows.truncate(shown.rows());
    let far = |r: &&RowVerdict| {
        let (low, high) = r.samples.interval.unwrap_or_default();
        let estimate = r.samples.estimate.unwrap_or_default();
        low.abs().max(high.abs()).max(estimate.abs())
    };
    let most = rows.iter().map(far).fold(0.0, f64::max);
    let width = (shown.terminal.width / 8).clamp(9, 31) | 1;
    let mut table = Table::new(&[
        ("task", Set::Name),
        ("baseline", Set::Number),
        ("candidate", Set::Number),
        ("shift", Set::Number),
        ("95 %", Set::Picture),
        ("p", Set::Number),
        ("", Set::Words),
    ]);
    for row in &rows {
        let s = &row.samples;
        let name = found.lineup.rows.get(row.row as usize).map_or_else(String::new, |r| clean(&r.title));
        let (n, m) = s.sizes();
        let amount = |x: Option<f64>, n: usize, all: usize| {
            let few = if n < all { format!(" ({n})") } else { String::new() };
            x.map_or_else(|| "–".to_owned(), |x| unit.amount(x)) + &few
        };
        let all = (found.baseline, s.candidate.len());
        let shift = s.estimate.map_or_else(String::new, |x| unit.signed(x));
        let bar =
            s.estimate.map_or_else(String::new, |x| bars::interval((-most, most), s.interval, x, width));
        table.push(vec![
            Cell::new(name),
            Cell::new(amount(s.baseline_median, n, all.0)),
            Cell::new(amount(s.candidate_median, m, all.1)),
            Cell::new(shift).role(role(&s.verdict)),
            Cell::new(bar).role(role(&s.verdict)),
            Cell::new(s.adjusted.map_or_else(String::new, probability)),
            Cell::new(verdict(s, unit)).role(role(&s.verdict)),
        ]);
    }
    table.write(shown.terminal, out);
    let rest = found.rows.len().saturating_sub(rows.len());
    if rest > 0 {
        let _ = writeln!(out, "    … {} more, with --all or --top", words::tasks(rest));
    }
}

/// A probability; very small ones only as that.
fn probability(p: f64) -> String {
    if p < 0.001 { "<0.001".to_owned() } else { format!("{p:.3}") }
}
