//! The result of comparing two runs: a sentence, the caveats, and the figures.

use makespan_analysis::Facts;
use makespan_analysis::compare::{Caveat, Match, Side, caveats};
use makespan_model::Status;
use makespan_scene::{count, counted, duration};

use super::Pair;
use super::delta::{delta_cell, percent_ns, word_role};
use crate::clip::shortened_name;
use crate::section::{Block, Section};
use crate::table::{Cell, Column, Table};
use crate::value::Value;

/// The result of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Headline {
    /// How the makespan changed, as a sentence; coloured as less or more.
    pub answer: Cell,
    /// The names of the two runs.
    pub subtitle: String,
    /// Whether one run may be called faster than the other.
    pub comparable: bool,
    /// Reasons why not, and other caveats.
    pub cautions: Vec<String>,
    /// Limits of the result.
    pub notes: Vec<String>,
}

/// Computes the result for two runs.
pub fn headline(pair: &Pair<'_>) -> Headline {
    let found = caveats(pair.a, pair.b, pair.matching);
    let comparable = !found.iter().any(|c| c.forbids());
    let strength = pair.whole_strength().filter(|_| comparable);
    let mut notes: Vec<String> = matched(pair).into_iter().collect();
    notes.push(
        "This compares single runs. Compare several runs of each side to tell differences from noise."
            .to_owned(),
    );
    let name = |f: &Facts| shortened_name(f.run().title());
    Headline {
        answer: Cell { status: strength.map(word_role), ..Cell::new(title(pair, &found)) },
        subtitle: format!("A {} · B {}", name(pair.a), name(pair.b)),
        comparable,
        cautions: found.iter().map(|c| caveat(*c)).collect(),
        notes,
    }
}

impl Headline {
    /// Returns the result as a section: its sentence, the caveats, and its limits.
    pub fn section(&self) -> Section {
        let mut blocks = vec![Block::Answer(self.answer.clone())];
        blocks.extend(self.cautions.iter().cloned().map(Block::Caution));
        blocks.extend(self.notes.iter().cloned().map(Block::Note));
        Section::new("answer", "Comparison", blocks)
    }
}

fn title(pair: &Pair<'_>, found: &[Caveat]) -> String {
    let (a, b) = (pair.a.totals().makespan, pair.b.totals().makespan);
    let (Some(a), Some(b)) = (a, b) else {
        return match (a, b) {
            (Some(a), None) => format!("A took {}; the makespan of B is unknown", duration(a)),
            (None, Some(b)) => format!("B took {}; the makespan of A is unknown", duration(b)),
            _ => "The makespans of both runs are unknown".to_owned(),
        };
    };
    let times = format!("{} → {}", duration(a), duration(b));
    let share = percent_ns(Some(a), Some(b));
    let tail = if share.is_empty() { times } else { format!("{times}, {share}") };
    if let Some(why) = found.iter().find(|c| c.forbids()) {
        return format!("Not comparable: {}. {tail}", because(*why, found));
    }
    match b.saturating_sub(a) {
        0 => format!("B took as long as A: {}", duration(a)),
        longer if longer > 0 => format!("B took {} longer: {tail}", duration(longer)),
        shorter => format!("B took {} less: {tail}", duration(shorter.saturating_neg())),
    }
}

fn letter(side: Side) -> &'static str {
    match side {
        Side::A => "A",
        Side::B => "B",
    }
}

fn other(side: Side) -> &'static str {
    match side {
        Side::A => "B",
        Side::B => "A",
    }
}

/// Returns the reason why a comparison is not fair, as a clause; of both runs if it applies to both.
fn because(why: Caveat, found: &[Caveat]) -> String {
    let of = |kind: fn(Side) -> Caveat, side: Side, one: &str, two: &str| {
        let is_both = [Side::A, Side::B].into_iter().all(|side| found.contains(&kind(side)));
        if is_both { format!("both {two}") } else { format!("{} {one}", letter(side)) }
    };
    match why {
        Caveat::Failed(side) => of(Caveat::Failed, side, "failed", "failed"),
        Caveat::Cancelled(side) => of(Caveat::Cancelled, side, "was cancelled", "were cancelled"),
        Caveat::Unfinished(side) => of(Caveat::Unfinished, side, "had not finished", "had not finished"),
        Caveat::NoMakespan(side) => of(Caveat::NoMakespan, side, "has no times", "have no times"),
        Caveat::NoTasks(side) => of(Caveat::NoTasks, side, "has no tasks", "have no tasks"),
        _ => "the runs have few tasks in common".to_owned(),
    }
}

/// Returns a caveat as a sentence.
fn caveat(found: Caveat) -> String {
    match found {
        Caveat::Failed(side) => {
            format!(
                "{} failed: unfinished work does not count as a speed-up.",
                letter(side)
            )
        }
        Caveat::Cancelled(side) => {
            format!("{} was cancelled: unfinished work does not count as a speed-up.", letter(side))
        }
        Caveat::Unfinished(side) => {
            format!(
                "{} had not finished when it was recorded: its numbers go up to its last known time.",
                letter(side)
            )
        }
        Caveat::NoMakespan(side) => format!("{} has no times.", letter(side)),
        Caveat::NoTasks(side) => format!("{} has no tasks.", letter(side)),
        Caveat::LittleInCommon => {
            "Less than half of the tasks of the smaller run are in the other: these may be different workflows."
                .to_owned()
        }
        Caveat::NotExecuted(side, n) => format!(
            "{} skipped {}, or took the results from a cache; {} executed them.",
            letter(side),
            counted(n, "task"),
            other(side)
        ),
        Caveat::ParamsDiffer => "The runs have different parameters.".to_owned(),
        Caveat::EdgesInferred(side) => {
            format!("The dependencies of {} are inferred from times; its file records none.", letter(side))
        }
    }
}

/// Returns how many tasks are in both runs, and how many in one only.
fn matched(pair: &Pair<'_>) -> Option<String> {
    if pair.rows().is_empty() {
        return None;
    }
    let n = |how: Match| pair.matching.count(how);
    let both = pair.rows().len() - n(Match::Added) - n(Match::Removed);
    let are = if both == 1 { "is" } else { "are" };
    let mut text = format!("{} {are} in both runs", counted(both, "task"));
    for (how, words) in
        [(Match::Renamed, "of them renamed"), (Match::Added, "only in B"), (Match::Removed, "only in A")]
    {
        if n(how) > 0 {
            text.push_str(&format!(", {} {words}", count(n(how) as u64)));
        }
    }
    text.push('.');
    Some(text)
}

/// Returns the figures of both runs side by side.
pub fn figures(pair: &Pair<'_>) -> Table {
    let columns = vec![
        Column::text("figure", ""),
        Column::number("a", "A"),
        Column::number("b", "B"),
        Column::number("delta", "Difference"),
    ];
    let mut table = Table::new("Figures of both runs", columns);
    let comparable = !caveats(pair.a, pair.b, pair.matching).iter().any(|c| c.forbids());
    let (a, b) = (pair.a.totals(), pair.b.totals());
    let path = |f: &Facts| f.critical_path().map(|p| p.length);
    let status =
        |t: &makespan_analysis::Totals| t.status.map_or_else(|| Cell::new("unknown"), Cell::of_status);
    table.push(vec![Cell::new("Status"), status(a), status(b), Cell::default()]);
    let mut time = |label: &str, a: Option<i64>, b: Option<i64>| {
        let mut delta = delta_cell(a, b, pair.noise.strength(a, b).filter(|_| comparable));
        if let Some((a, b)) = a.zip(b) {
            delta.value = Value::Change(a, b);
        }
        table.push(vec![Cell::new(label), or_unknown(a), or_unknown(b), delta]);
    };
    time("Makespan", a.makespan, b.makespan);
    time("Work", a.known_work(), b.known_work());
    time("Critical path", path(pair.a), path(pair.b));
    let failed = |t: &makespan_analysis::Totals| t.statuses[Status::Failed as usize] as usize;
    let most = |f: &Facts| f.concurrency().max_running as usize;
    for (label, x, y) in [
        ("Tasks", a.tasks, b.tasks),
        ("Failed tasks", failed(a), failed(b)),
        ("Retries", a.retries, b.retries),
        ("Concurrency, maximum", most(pair.a), most(pair.b)),
    ] {
        table.push(vec![Cell::new(label), Cell::new(x), Cell::new(y), plain_delta(y as f64 - x as f64)]);
    }
    if let (Some(x), Some(y)) = (pair.a.concurrency().mean_running, pair.b.concurrency().mean_running) {
        let two = |v: f64| (v * 100.0).round() / 100.0;
        let mean = |v: f64| Cell::new(Value::Number(two(v)));
        table.push(vec![Cell::new("Concurrency, mean"), mean(x), mean(y), plain_delta(two(y - x))]);
    }
    table
}

fn or_unknown(ns: Option<i64>) -> Cell {
    ns.map_or_else(|| Cell::new("unknown").exact("unknown"), |ns| Cell::new(Value::Duration(ns)))
}

fn plain_delta(by: f64) -> Cell {
    let role = if by == 0.0 { 0.0 } else { by.signum() as f32 };
    Cell::new(Value::Difference(by)).status(word_role(role))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use makespan_analysis::compare::matching;
    use makespan_model::notation;

    use super::*;

    fn of(a: &str, b: &str) -> (Headline, Table) {
        let facts = |text: &str| Facts::new(Arc::new(notation::run(text).unwrap()));
        let (a, b) = (facts(a), facts(b));
        let matching = matching(&a, &b);
        let pair = Pair::new(&a, &b, &matching);
        (headline(&pair), figures(&pair))
    }

    fn title(a: &str, b: &str) -> String {
        of(a, b).0.answer.text().into_owned()
    }

    const A: &str = "run first\nfetch 0..120 w\nalign 120..720 w fetch";

    #[test]
    fn the_result_is_a_sentence() {
        let (found, figures) = of(A, "run second\nfetch 0..120 w\nalign 120..972 w fetch");
        assert_eq!(found.answer.text(), "B took 4 min 12 s longer: 12 min 00 s → 16 min 12 s, +35 %");
        assert!(found.comparable && found.cautions.is_empty());
        assert_eq!(found.answer.status, Some(makespan_scene::Role::More));
        assert_eq!(found.subtitle, "A first · B second");
        assert_eq!(found.notes[0], "2 tasks are in both runs.");
        let makespan = &figures.rows[1][3];
        assert_eq!(makespan.text(), "+4 min 12 s (+35 %)");
        assert_eq!(makespan.status, Some(makespan_scene::Role::More));
        let less = title(A, "fetch 0..60 w\nalign 60..660 w fetch");
        assert_eq!(less, "B took 1 min 00 s less: 12 min 00 s → 11 min 00 s, −8.3 %");
        assert_eq!(title(A, A), "B took as long as A: 12 min 00 s");
    }

    #[test]
    fn unfinished_work_is_not_called_faster() {
        let (found, _) = of(A, "fetch 0..120 w\nalign 120..130 w fetch failed");
        assert!(!found.comparable);
        assert_eq!(found.answer.text(), "Not comparable: B failed. 12 min 00 s → 2 min 10 s, −82 %");
        assert_eq!(found.answer.status, None);
        assert_eq!(found.cautions[0], "B failed: unfinished work does not count as a speed-up.");
        assert!(
            title(A, "fetch 0..120 w\nalign 120.. w fetch running")
                .starts_with("Not comparable: B had not finished")
        );
        let failed = "fetch 0..120 w\nalign 120..130 w fetch failed";
        assert!(title(failed, failed).starts_with("Not comparable: both failed. "));
        let (untimed, figures) = of("a - -", "a - -");
        assert_eq!(untimed.answer.text(), "The makespans of both runs are unknown");
        assert_eq!(figures.rows[1][1].text(), "unknown");
        assert_eq!(title(A, "a - -"), "A took 12 min 00 s; the makespan of B is unknown");
    }
}
