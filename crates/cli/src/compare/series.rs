//! Many runs in a row, as a page of a terminal.

use std::fmt::Write as _;

use makespan_analysis::compare::{Series, Trend, Trends};
use makespan_scene::Role;

use super::table::{Cell, Set, Table};
use super::words::{self, Unit, relative, role};
use super::{Compared, Shown, bars, pair};
use crate::output::clean;

/// The comparison for people.
pub(super) fn text(runs: &[Compared], found: &Trends, shown: &Shown<'_>, unit: &Unit) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}, the last one against those before", words::runs(runs.len()));
    out.push('\n');
    list(runs, shown, &mut out);
    if let Some(makespan) = &found.makespan {
        let failed = makespan.points.iter().filter(|p| !p.counts).count();
        if failed > 0 {
            let _ = writeln!(
                out,
                "  ! {} did not succeed or have no times: shown, not counted",
                words::runs(failed)
            );
        }
        let trend = trend(&makespan.trend, unit);
        if !trend.is_empty() {
            let _ = writeln!(out, "  makespan: {trend}");
        }
        against_before(makespan, unit, &mut out);
    }
    tasks(found, shown, unit, &mut out);
    out
}

fn list(runs: &[Compared], shown: &Shown<'_>, out: &mut String) {
    let makespans: Vec<Option<i64>> = runs.iter().map(|r| r.facts.totals().makespan).collect();
    let most = makespans.iter().flatten().max().copied().unwrap_or(0).max(1);
    let mut table = Table::new(&[
        ("", Set::Number),
        ("run", Set::Name),
        ("started", Set::Name),
        ("status", Set::Name),
        ("makespan", Set::Number),
        ("", Set::Picture),
    ]);
    // The newest runs are the ones that matter.
    let skip = if shown.all { 0 } else { runs.len().saturating_sub(shown.top.max(20)) };
    for (i, run) in runs.iter().enumerate().skip(skip) {
        let totals = run.facts.totals();
        let share = makespans[i].map_or(0.0, |m| m as f64 / most as f64);
        table.push(vec![
            Cell::new((i + 1).to_string()),
            Cell::new(clean(run.facts.run().title())),
            Cell::new(totals.started.map_or_else(String::new, words::moment)),
            Cell::new(totals.status.map_or_else(|| "?".to_owned(), pair::sign)),
            Cell::new(makespans[i].map_or_else(|| "–".to_owned(), makespan_scene::duration)),
            Cell::new(bars::bar(share, shown.terminal.width / 5)),
        ]);
    }
    table.write(shown.terminal, out);
    if skip > 0 {
        let _ = writeln!(out, "    … {} before them, with --all", words::runs(skip));
    }
}

/// The levels of a series, in words; empty where it has one and does not creep.
fn trend(trend: &Trend, unit: &Unit) -> String {
    let Some((first, rest)) = trend.levels.split_first() else { return String::new() };
    if let Some(slope) = trend.slope.filter(|s| s.p <= 0.01) {
        return format!("creeps by {} a run", unit.signed(slope.each));
    }
    if rest.is_empty() {
        return String::new();
    }
    let mut text = unit.amount(first.median);
    let mut before = first.median;
    for level in rest {
        let change = relative(before, level.median);
        let _ = write!(text, ", from run {} on {} ({change})", level.first + 1, unit.amount(level.median));
        before = level.median;
    }
    text
}

/// The last change of a series, in as few words as fit into a table.
fn last_change(found: &Trend, unit: &Unit) -> String {
    match found.levels.as_slice() {
        [.., before, now] => format!("since run {} {}", now.first + 1, relative(before.median, now.median)),
        _ => trend(found, unit),
    }
}

/// Where the newest makespan lies among those before.
fn against_before(series: &Series, unit: &Unit, out: &mut String) {
    let (Some(newest), Some(before)) = (series.points.last().filter(|p| p.counts), series.before) else {
        return;
    };
    let among = match newest.value {
        x if x > before.max => "longer than any",
        x if x < before.min => "shorter than any",
        x if x > before.p90 => "among the longest tenth",
        x if x < before.p10 => "among the shortest tenth",
        _ => "within the middle four fifths",
    };
    let _ = writeln!(
        out,
        "  the last run: {} against a median of {} ({}), {among} of {} before",
        unit.amount(newest.value),
        unit.amount(before.median),
        relative(before.median, newest.value),
        words::runs(before.values),
    );
}

fn tasks(found: &Trends, shown: &Shown<'_>, unit: &Unit, out: &mut String) {
    // The largest change of level first, then how far the newest lies from the median.
    let newest = |s: &Series| s.points.last().filter(|p| p.counts).map_or(f64::NAN, |p| p.value);
    let far = |s: &Series| s.before.map_or(0.0, |b| (newest(s) - b.median).abs());
    let rank = |i: &usize| {
        let s = &found.rows[*i];
        let change = s.trend.last_change().map_or(0.0, f64::abs);
        (change, if far(s).is_nan() { -1.0 } else { far(s) })
    };
    let mut order: Vec<usize> = (0..found.rows.len()).collect();
    order.sort_by(|i, j| {
        let (x, y) = (rank(i), rank(j));
        y.0.total_cmp(&x.0).then(y.1.total_cmp(&x.1)).then(i.cmp(j))
    });
    order.retain(|&i| found.rows[i].points.iter().any(|p| !p.value.is_nan()));
    if order.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n  tasks by {}: what was before (thick: the middle four fifths), ● the last run",
        clean(&found.measure)
    );
    let mut table = Table::new(&[
        ("task", Set::Name),
        ("min", Set::Number),
        ("median", Set::Number),
        ("max", Set::Number),
        ("", Set::Picture),
        ("last", Set::Number),
        ("", Set::Number),
        ("", Set::Words),
    ]);
    let width = shown.terminal.width / 5;
    // The picture says it too.
    let wide = shown.terminal.width >= 120;
    for &i in order.iter().take(shown.rows()) {
        let series = &found.rows[i];
        let last = series.points.last().copied();
        let value = newest(series);
        let spread = series.before.map_or([f64::NAN; 5], |b| [b.min, b.p10, b.median, b.p90, b.max]);
        let by = series.before.map_or(f64::NAN, |b| value - b.median);
        // A change within what was usual has no colour.
        let unusual = series.before.is_some_and(|b| value > b.p90 || value < b.p10);
        let status = last.and_then(|p| p.status).filter(|_| !last.is_some_and(|p| p.counts));
        let words = match (status, last.is_some_and(|p| p.status.is_none())) {
            (Some(status), _) => pair::sign(status),
            (None, true) => "not in the last run".to_owned(),
            (None, false) => last_change(&series.trend, unit),
        };
        table.push(vec![
            Cell::new(clean(&found.lineup.rows[i].title)),
            Cell::new(if wide { unit.amount(spread[0]) } else { String::new() }),
            Cell::new(unit.amount(spread[2])),
            Cell::new(if wide { unit.amount(spread[4]) } else { String::new() }),
            Cell::new(bars::whisker(spread, value, width)),
            Cell::new(unit.amount(value)).role(if unusual { role(by) } else { Role::Surface }),
            Cell::new(series.before.map_or_else(String::new, |b| relative(b.median, value))),
            Cell::new(words).role(Role::TextMuted),
        ]);
    }
    table.write(shown.terminal, out);
    let rest = order.len().saturating_sub(shown.rows());
    if rest > 0 {
        let _ = writeln!(out, "    … {} more, with --all or --top", words::tasks(rest));
    }
}
