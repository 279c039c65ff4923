//! What the difference of two makespans is made of, as bars that sum.

use std::fmt::Write as _;

use makespan_analysis::compare::{Explanation, PartKind};
use makespan_scene::Role;

use super::pair::Pair;
use super::table::{Cell, Set, Table};
use super::words::{delta, role};
use super::{Shown, bars};
use crate::terminal::columns;

/// The parts of the difference, each beginning where the one above ended.
pub(super) fn write(pair: &Pair<'_>, explanation: &Explanation, shown: &Shown<'_>, out: &mut String) {
    if explanation.parts.is_empty() {
        return;
    }
    let mut parts: Vec<(String, i64)> =
        explanation.parts.iter().map(|p| (pair.part(p), p.delta_ns)).collect();
    // The remainder is told last, whatever its size.
    let last =
        explanation.parts.iter().position(|p| p.kind == PartKind::Remainder).map(|at| parts.remove(at));
    parts.sort_by_key(|p| std::cmp::Reverse(p.1.unsigned_abs()));
    if parts.len() > shown.rows() {
        let rest = parts.split_off(shown.rows());
        let sum = rest.iter().fold(0i64, |sum, p| sum.saturating_add(p.1));
        parts.push((format!("{} smaller parts", rest.len()), sum));
    }
    parts.extend(last);
    let _ = writeln!(out, "\n  what the difference is made of");
    let (mut low, mut high, mut sum) = (0f64, 0f64, 0f64);
    for (_, by) in &parts {
        sum += *by as f64;
        (low, high) = (low.min(sum), high.max(sum));
    }
    let mut table = Table::new(&[("", Set::Name), ("", Set::Number), ("", Set::Picture)]);
    let width = (shown.terminal.width / 3).min(40);
    let mut at = 0f64;
    for (name, by) in &parts {
        let (start, bar) = bars::step((low, high), at, at + *by as f64, width);
        at += *by as f64;
        let bar = Cell::new(" ".repeat(start) + &bar).role(role(*by as f64));
        table.push(vec![Cell::new(name.clone()), Cell::new(delta(*by)), bar]);
    }
    let (start, bar) = bars::step((low, high), 0.0, explanation.delta_ns as f64, width);
    let bar = Cell::new(" ".repeat(start) + &bar).role(role(explanation.delta_ns as f64));
    let sum = Cell::new(delta(explanation.delta_ns)).role(Role::Text);
    table.push(vec![Cell::new("together").role(Role::Text), sum, bar]);
    table.write(shown.terminal, out);
    for (word, places) in [("came to the path", &explanation.entered), ("left the path", &explanation.left)] {
        if places.is_empty() {
            continue;
        }
        let mut line = format!("    {word}:");
        let mut told = 0;
        for &place in places {
            let name = pair.name(place);
            if told > 0 && columns(&line) + columns(&name) + 14 > shown.terminal.width && !shown.all {
                break;
            }
            let _ = write!(line, "{} {name}", if told > 0 { "," } else { "" });
            told += 1;
        }
        let more = places.len() - told;
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let _ = writeln!(out, "{line}{more}");
    }
}
