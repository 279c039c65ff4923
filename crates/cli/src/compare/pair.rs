//! Two runs, as a page of a terminal.

use std::collections::HashSet;
use std::fmt::Write as _;

use makespan_analysis::Facts;
use makespan_analysis::compare::*;
use makespan_model::{Status, TaskId};
use makespan_scene::{Role, duration, glyph_char};
use makespan_views::status_role;

use super::table::{Cell, Set, Table};
use super::words::{self, Unit, delta, relative, role};
use super::{Shown, waterfall};
use crate::output::clean;
use crate::terminal::Terminal;

/// Everything that is known of two runs beside each other.
pub(super) struct Pair<'f> {
    pub(super) a: &'f Facts,
    pub(super) b: &'f Facts,
    pub(super) matching: Matching,
    pub(super) caveats: Vec<Caveat>,
    pub(super) explanation: Option<Explanation>,
    pub(super) settings: Vec<Setting>,
    /// By place in the matching, what of the difference of the makespans is put down to the task, ns.
    pub(super) explained: Vec<i64>,
    /// Key of the measure.
    pub(super) metric: String,
    /// Names that more than one task has.
    ambiguous: HashSet<&'f str>,
    /// By place in the matching, the difference of the measure.
    pub(super) deltas: Vec<f64>,
    /// Places in the matching: the largest part of the difference first, then the largest difference of the measure.
    pub(super) order: Vec<u32>,
}

impl<'f> Pair<'f> {
    pub(super) fn new(a: &'f Facts, b: &'f Facts, metric: &str) -> Pair<'f> {
        let matching = matching(a, b);
        let explanation = explain(a, b, &matching);
        let mut explained = vec![0i64; matching.tasks.len()];
        for part in explanation.iter().flat_map(|e| &e.parts) {
            if let Some(slot) = part.task.and_then(|t| explained.get_mut(t as usize)) {
                *slot = slot.saturating_add(part.delta_ns);
            }
        }
        let own: Vec<f64> =
            matching.tasks.iter().map(|t| t.delta_ns.map_or(f64::NAN, |d| d as f64)).collect();
        let deltas = match metric {
            "duration" => own,
            _ => measure_delta(a, b, &matching, metric).map_or_else(Vec::new, |m| m.deltas),
        };
        let size = |i: u32| deltas.get(i as usize).copied().filter(|d| d.is_finite()).map_or(-1.0, f64::abs);
        let mut order: Vec<u32> = (0..matching.tasks.len() as u32).collect();
        order.sort_by(|&i, &j| {
            let part = |i: u32| if metric == "duration" { explained[i as usize].unsigned_abs() } else { 0 };
            part(j).cmp(&part(i)).then(size(j).total_cmp(&size(i))).then(i.cmp(&j))
        });
        let caveats = caveats(a, b, &matching);
        let settings = run_settings(a.run(), b.run());
        let metric = metric.to_owned();
        let mut out = Pair {
            a,
            b,
            matching,
            caveats,
            explanation,
            settings,
            explained,
            metric,
            ambiguous: HashSet::new(),
            deltas,
            order,
        };
        let mut seen = HashSet::new();
        let names = out.matching.tasks.iter().filter_map(|t| out.names(t).into_iter().flatten().last());
        out.ambiguous = names.filter(|name| !seen.insert(*name)).collect();
        out
    }

    /// Whether one of them may be called faster.
    pub(super) fn comparable(&self) -> bool {
        !self.caveats.iter().any(|c| c.forbids())
    }

    /// What to call a task: its name in the second run, else in the first; both where it was renamed, its key where
    /// others have that name too.
    pub(super) fn name(&self, place: u32) -> String {
        let task = &self.matching.tasks[place as usize];
        let [old, new] = self.names(task);
        let name = match (old, new) {
            (Some(old), Some(new)) if task.how == Match::Renamed && old != new => {
                return format!("{} → {}", clean(old), clean(new));
            }
            (_, Some(name)) | (Some(name), None) => name,
            (None, None) => return String::new(),
        };
        match self.ambiguous.contains(name) {
            true if task.key.contains(name) => clean(&task.key),
            true => clean(&format!("{name} [{}]", task.key)),
            false => clean(name),
        }
    }

    fn names(&self, task: &MatchedTask) -> [Option<&'f str>; 2] {
        let name = |facts: &'f Facts, t: Option<TaskId>| t.map(|t| facts.run().task_name(t));
        [name(self.a, task.a), name(self.b, task.b)]
    }

    /// What a part of the difference is called.
    pub(super) fn part(&self, part: &Part) -> String {
        let task = part.task.map(|t| &self.matching.tasks[t as usize]);
        let name = part.task.map_or_else(String::new, |t| self.name(t));
        let both = task.is_some_and(|t| t.a.is_some() && t.b.is_some());
        words::part(part.kind, &name, both)
    }
}

/// The comparison for people.
pub(super) fn text(pair: &Pair<'_>, shown: &Shown<'_>, unit: &Unit) -> String {
    let mut out = String::new();
    for (letter, facts) in ["A", "B"].into_iter().zip([pair.a, pair.b]) {
        run_line(letter, facts, &mut out);
    }
    headline(pair, shown.terminal, &mut out);
    if let Some(explanation) = &pair.explanation {
        waterfall::write(pair, explanation, shown, &mut out);
    }
    tasks(pair, shown, unit, &mut out);
    settings(pair, shown, &mut out);
    out
}

fn run_line(letter: &str, facts: &Facts, out: &mut String) {
    let (run, totals) = (facts.run(), facts.totals());
    let status = totals.status.map_or_else(|| "? status not known".to_owned(), sign);
    let makespan = totals.makespan.map_or_else(|| "no times".to_owned(), duration);
    let started = totals.started.map_or_else(String::new, |t| format!("  {}", words::moment(t)));
    let _ = writeln!(
        out,
        "{letter}  {}  {status}  {makespan}  {}{started}",
        clean(run.title()),
        words::tasks(totals.tasks)
    );
}

pub(super) fn sign(status: Status) -> String {
    format!("{} {}", glyph_char(status_role(status)), status.name())
}

fn headline(pair: &Pair<'_>, terminal: Terminal, out: &mut String) {
    out.push('\n');
    let known = pair.a.totals().makespan.zip(pair.b.totals().makespan);
    if let Some((a, b)) = known {
        let by = b.saturating_sub(a);
        let change = relative(a as f64, b as f64);
        let change = if change.is_empty() { change } else { format!(" ({change})") };
        let line = match by {
            _ if !pair.comparable() => format!("A {}, B {}: no fair comparison", duration(a), duration(b)),
            0 => format!("B took as long as A: {}", duration(b)),
            by => {
                let word = if by > 0 { "longer" } else { "less" };
                let by = i64::try_from(by.unsigned_abs()).unwrap_or(i64::MAX);
                format!("B took {} {word}: {} → {}{change}", duration(by), duration(a), duration(b))
            }
        };
        let role = if pair.comparable() { role(by as f64) } else { Role::Text };
        let _ = writeln!(out, "{}", terminal.paint(role, &line));
    } else {
        let _ = writeln!(out, "{}", terminal.paint(Role::Text, "no makespan to compare"));
    }
    for caveat in &pair.caveats {
        let mark = if caveat.forbids() { "✗" } else { "!" };
        let _ = writeln!(out, "  {mark} {}", words::caveat(*caveat));
    }
    let _ = writeln!(
        out,
        "  ! one run each: how much of this is chance cannot be told; --baseline and --candidate take several"
    );
}

fn tasks(pair: &Pair<'_>, shown: &Shown<'_>, unit: &Unit, out: &mut String) {
    let counts: Vec<String> = Match::ALL
        .into_iter()
        .map(|how| (how, pair.matching.count(how)))
        .filter(|(_, n)| *n > 0)
        .map(|(how, n)| format!("{n} {}", how.name()))
        .collect();
    if counts.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n  tasks: {}", counts.join(", "));
    let by_duration = shown.metric == "duration";
    let values = |f: &Facts| {
        let measures = f.measures();
        measures.find(shown.metric).map_or_else(Vec::new, |at| measures.values(f, at))
    };
    let (of_a, of_b) = (values(pair.a), values(pair.b));
    let value = |column: &[f64], t: Option<TaskId>| {
        t.and_then(|t| column.get(t.index()).copied()).unwrap_or(f64::NAN)
    };
    let counts = |place: u32| {
        let task = &pair.matching.tasks[place as usize];
        let differs = pair.deltas.get(place as usize).is_some_and(|d| d.is_finite() && *d != 0.0);
        shown.all || if by_duration { task.how != Match::Same } else { differs }
    };
    let places: Vec<u32> = pair.order.iter().copied().filter(|p| counts(*p)).collect();
    if places.is_empty() {
        if !by_duration {
            let _ = writeln!(out, "    none differs in {}", clean(&pair.metric));
        }
        return;
    }
    let mut table = Table::new(&[
        ("task", Set::Name),
        ("A", Set::Number),
        ("B", Set::Number),
        ("change", Set::Number),
        ("", Set::Number),
        ("of the makespan", Set::Number),
        ("", Set::Words),
    ]);
    for &place in places.iter().take(shown.rows()) {
        let task = &pair.matching.tasks[place as usize];
        let (x, y) = (value(&of_a, task.a), value(&of_b, task.b));
        let by = y - x;
        let change = if by.is_finite() { unit.signed(by) } else { String::new() };
        let part = pair.explained[place as usize];
        let part = if part == 0 { String::new() } else { delta(part) };
        let dash = |t: Option<TaskId>, v: f64| if t.is_some() { unit.amount(v) } else { String::new() };
        table.push(vec![
            Cell::new(pair.name(place)),
            Cell::new(dash(task.a, x)),
            Cell::new(dash(task.b, y)),
            Cell::new(change).role(role(if by.is_nan() { 0.0 } else { by })),
            Cell::new(if by.is_finite() { relative(x, y) } else { String::new() }),
            Cell::new(part),
            Cell::new(why(pair, task)).role(Role::TextMuted),
        ]);
    }
    table.write(shown.terminal, out);
    let rest = places.len().saturating_sub(shown.rows());
    if rest > 0 {
        let _ = writeln!(out, "    … {} more that differ, with --all or --top", words::tasks(rest));
    }
}

/// What became of a task, in words.
fn why(pair: &Pair<'_>, task: &MatchedTask) -> String {
    let status = |facts: &Facts, t: Option<TaskId>| {
        t.and_then(|t| facts.run().tasks.status.get(t.index())).map_or("", |s| s.name())
    };
    let mut parts: Vec<String> = Vec::new();
    match (task.how, task.by) {
        (Match::Added, _) => parts.push("added".to_owned()),
        (Match::Removed, _) => parts.push("removed".to_owned()),
        (Match::Renamed, Some(by)) => parts.push(format!("renamed, found {}", words::evidence(by))),
        _ => {}
    }
    if task.changes.contains(&Change::Status) {
        parts.push(format!("{} → {}", status(pair.a, task.a), status(pair.b, task.b)));
    }
    let told = |c: &Change| matches!(c, Change::Status | Change::Params);
    let rest: Vec<Change> = task.changes.iter().copied().filter(|c| !told(c)).collect();
    let rest = words::changes(&rest);
    if !rest.is_empty() {
        parts.push(format!("≠ {rest}"));
    }
    parts.extend(given(pair, task));
    parts.join("; ")
}

/// The parameters of a task that differ, the first few of them.
fn given(pair: &Pair<'_>, task: &MatchedTask) -> Option<String> {
    if !task.changes.contains(&Change::Params) {
        return None;
    }
    let settings = task_settings((pair.a.run(), task.a?), (pair.b.run(), task.b?));
    let params: Vec<&Setting> = settings.iter().filter(|s| s.of == Saying::Params).collect();
    let said = |value: &Option<String>| value.as_deref().map_or("–".to_owned(), clean);
    let one = |s: &&Setting| format!("{} {} → {}", clean(&s.name), said(&s.a), said(&s.b));
    let more = if params.len() > 2 { format!(" and {} more", params.len() - 2) } else { String::new() };
    Some(format!("{}{more}", params.iter().take(2).map(one).collect::<Vec<String>>().join(", ")))
}

fn settings(pair: &Pair<'_>, shown: &Shown<'_>, out: &mut String) {
    if pair.settings.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n  what the runs say differently of themselves");
    let mut table = Table::new(&[("", Set::Name), ("A", Set::Name), ("B", Set::Name)]);
    for setting in pair.settings.iter().take(shown.rows()) {
        let said = |value: &Option<String>| Cell::new(value.as_deref().map_or("–".to_owned(), clean));
        let name = match setting.of {
            Saying::Itself => setting.name.clone(),
            Saying::Params => format!("parameter {}", setting.name),
            Saying::Labels => format!("label {}", setting.name),
        };
        table.push(vec![Cell::new(clean(&name)), said(&setting.a), said(&setting.b)]);
    }
    table.write(shown.terminal, out);
    let rest = pair.settings.len().saturating_sub(shown.rows());
    if rest > 0 {
        let _ = writeln!(out, "    … {rest} more, with --all");
    }
}
