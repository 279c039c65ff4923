//! The answer for two runs: a sentence, what has to be known to read it, and the figures.

use makespan_analysis::Facts;
use makespan_analysis::compare::{Caveat, Match, Side, caveats};
use makespan_model::Status;
use makespan_scene::{count, duration};

use super::Pair;
use super::delta::{delta_cell, known_cell, percent_ns, signed_number, word_role};
use super::pair::clipped;
use crate::details::number;
use crate::table::{Cell, Column, Table};

/// One number of both runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// What it is.
    pub label: &'static str,
    /// Its value in A.
    pub a: Cell,
    /// Its value in B.
    pub b: Cell,
    /// B less A, in the colour of less or more.
    pub delta: Cell,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Headline {
    /// What became of the makespan, in a sentence.
    pub title: String,
    /// What the two runs are called.
    pub subtitle: String,
    /// Whether it may be said that one is faster than the other.
    pub comparable: bool,
    /// What has to be known to read it, in plain words.
    pub notes: Vec<String>,
    /// The numbers.
    pub figures: Vec<Compared>,
}

/// The answer for two runs.
pub fn headline(pair: &Pair<'_>) -> Headline {
    let found = caveats(pair.a, pair.b, pair.matching);
    let comparable = !found.iter().any(|c| c.forbids());
    let mut notes: Vec<String> = found.iter().map(|c| caveat(*c)).collect();
    notes.extend(matched(pair));
    notes.push(
        "One run beside one other: this is how these two differ. Which of the differences are more than noise, only \
         several runs of each can tell."
            .to_owned(),
    );
    let name = |f: &Facts| clipped(f.run().title());
    Headline {
        title: title(pair, &found),
        subtitle: format!("A {} · B {}", name(pair.a), name(pair.b)),
        comparable,
        notes,
        figures: figures(pair, comparable),
    }
}

fn title(pair: &Pair<'_>, found: &[Caveat]) -> String {
    let (a, b) = (pair.a.totals().makespan, pair.b.totals().makespan);
    let (Some(a), Some(b)) = (a, b) else {
        return match (a, b) {
            (Some(a), None) => format!("A took {}; how long B took is not known", duration(a)),
            (None, Some(b)) => format!("B took {}; how long A took is not known", duration(b)),
            _ => "How long the two runs took is not known".to_owned(),
        };
    };
    let times = format!("{} → {}", duration(a), duration(b));
    let share = percent_ns(Some(a), Some(b));
    let tail = if share.is_empty() { times } else { format!("{times}, {share}") };
    if let Some(why) = found.iter().find(|c| c.forbids()) {
        return format!("Not to be compared: {}. {tail}", because(*why));
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

/// Why a comparison is forbidden, in a clause.
fn because(found: Caveat) -> String {
    match found {
        Caveat::Failed(side) => format!("{} failed", letter(side)),
        Caveat::Cancelled(side) => format!("{} was cancelled", letter(side)),
        Caveat::Unfinished(side) => format!("{} was not over", letter(side)),
        Caveat::NoMakespan(side) => format!("{} has no times", letter(side)),
        Caveat::NoTasks(side) => format!("{} has no tasks", letter(side)),
        _ => "the runs have little in common".to_owned(),
    }
}

/// What has to be known, in a sentence.
fn caveat(found: Caveat) -> String {
    match found {
        Caveat::Failed(side) => {
            format!(
                "{} failed: it did not do the same work, and what it left undone makes it no faster.",
                letter(side)
            )
        }
        Caveat::Cancelled(side) => {
            format!("{} was cancelled: what it left undone makes it no faster.", letter(side))
        }
        Caveat::Unfinished(side) => {
            format!(
                "{} was not over when it was recorded: its numbers go up to the last time known.",
                letter(side)
            )
        }
        Caveat::NoMakespan(side) => format!("{} has no times.", letter(side)),
        Caveat::NoTasks(side) => format!("{} has no tasks.", letter(side)),
        Caveat::LittleInCommon => {
            "Less than half of the tasks of the smaller run are in the other: these may be two workflows."
                .to_owned()
        }
        Caveat::NotExecuted(side, n) => format!(
            "{} that {} executed {} skipped in {} or came from a cache.",
            if n == 1 { "A task".to_owned() } else { format!("{} tasks", count(u64::from(n))) },
            other(side),
            if n == 1 { "was" } else { "were" },
            letter(side)
        ),
        Caveat::ParamsDiffer => "The two were started with different parameters.".to_owned(),
        Caveat::EdgesInferred(side) => {
            format!("The dependencies of {} are inferred from times: its file records none.", letter(side))
        }
    }
}

/// How many tasks are in both runs, and how many in one.
fn matched(pair: &Pair<'_>) -> Option<String> {
    if pair.rows().is_empty() {
        return None;
    }
    let n = |how: Match| pair.matching.count(how);
    let both = pair.rows().len() - n(Match::Added) - n(Match::Removed);
    let tasks = if both == 1 { "task is" } else { "tasks are" };
    let mut text = format!("{} {tasks} in both runs", count(both as u64));
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

fn figures(pair: &Pair<'_>, comparable: bool) -> Vec<Compared> {
    let (a, b) = (pair.a.totals(), pair.b.totals());
    let path = |f: &Facts| f.critical_path().map(|p| p.length);
    let worked = |t: &makespan_analysis::Totals| (t.attempts > t.open).then_some(t.work);
    let time = |label, a: Option<i64>, b: Option<i64>| {
        let mut delta = delta_cell(a, b, pair.noise.strength(a, b).filter(|_| comparable));
        let share = percent_ns(a, b);
        if !share.is_empty() {
            delta.text = format!("{} ({share})", delta.text);
        }
        Compared { label, a: or_unknown(known_cell(a)), b: or_unknown(known_cell(b)), delta }
    };
    let counted = |label, a: usize, b: usize| Compared {
        label,
        a: Cell::new(count(a as u64)),
        b: Cell::new(count(b as u64)),
        delta: plain_delta(b as f64 - a as f64),
    };
    let failed = |t: &makespan_analysis::Totals| t.statuses[Status::Failed as usize] as usize;
    let most = |f: &Facts| f.concurrency().max_running as usize;
    let mut all = vec![
        time("Makespan", a.makespan, b.makespan),
        time("Work", worked(a), worked(b)),
        time("Critical path", path(pair.a), path(pair.b)),
        counted("Tasks", a.tasks, b.tasks),
        counted("Failed", failed(a), failed(b)),
        counted("Retries", a.retries, b.retries),
        counted("At work at once", most(pair.a), most(pair.b)),
    ];
    if let (Some(x), Some(y)) = (pair.a.concurrency().mean_running, pair.b.concurrency().mean_running) {
        let mean = |v: f64| Cell::new(number((v * 100.0).round() / 100.0));
        let delta = plain_delta(((y - x) * 100.0).round() / 100.0);
        all.push(Compared { label: "At work on average", a: mean(x), b: mean(y), delta });
    }
    all
}

fn or_unknown(cell: Cell) -> Cell {
    if cell.text.is_empty() { Cell { text: "unknown".to_owned(), ..cell } } else { cell }
}

fn plain_delta(by: f64) -> Cell {
    let role = if by == 0.0 { 0.0 } else { by.signum() as f32 };
    Cell::new(signed_number(by)).status(word_role(role))
}

/// The figures as a table.
pub fn figures_table(figures: &[Compared]) -> Table {
    let columns = vec![
        Column::text("figure", ""),
        Column::number("a", "A"),
        Column::number("b", "B"),
        Column::number("delta", "Difference"),
    ];
    let mut table = Table::new("Both runs in figures", columns);
    for f in figures {
        table.push(vec![Cell::new(f.label), f.a.clone(), f.b.clone(), f.delta.clone()]);
    }
    table
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use makespan_analysis::compare::matching;
    use makespan_model::notation;

    use super::*;

    fn of(a: &str, b: &str) -> Headline {
        let facts = |text: &str| Facts::new(Arc::new(notation::run(text).unwrap()));
        let (a, b) = (facts(a), facts(b));
        let matching = matching(&a, &b);
        headline(&Pair::new(&a, &b, &matching))
    }

    const A: &str = "run first\nfetch 0..120 w\nalign 120..720 w fetch";

    #[test]
    fn the_answer_is_a_sentence() {
        let found = of(A, "run second\nfetch 0..120 w\nalign 120..972 w fetch");
        assert_eq!(found.title, "B took 4 min 12 s longer: 12 min 00 s → 16 min 12 s, +35 %");
        assert!(found.comparable);
        assert_eq!(found.subtitle, "A first · B second");
        assert!(found.notes.iter().any(|n| n == "2 tasks are in both runs."));
        let makespan = &found.figures[0];
        assert_eq!(makespan.delta.text, "+4 min 12 s (+35 %)");
        assert_eq!(makespan.delta.status, Some(makespan_scene::Role::More));
        let less = of(A, "fetch 0..60 w\nalign 60..660 w fetch").title;
        assert_eq!(less, "B took 1 min 00 s less: 12 min 00 s → 11 min 00 s, −8.3 %");
        assert_eq!(of(A, A).title, "B took as long as A: 12 min 00 s");
    }

    #[test]
    fn what_did_not_do_the_same_work_is_not_called_faster() {
        let found = of(A, "fetch 0..120 w\nalign 120..130 w fetch failed");
        assert!(!found.comparable);
        assert_eq!(found.title, "Not to be compared: B failed. 12 min 00 s → 2 min 10 s, −82 %");
        assert!(found.notes[0].starts_with("B failed: it did not do the same work"));
        let open = of(A, "fetch 0..120 w\nalign 120.. w fetch running");
        assert!(open.title.starts_with("Not to be compared: B was not over"));
        let untimed = of("a - -", "a - -");
        assert_eq!(untimed.title, "How long the two runs took is not known");
        assert_eq!(untimed.figures[0].a.text, "unknown");
        assert_eq!(of(A, "a - -").title, "A took 12 min 00 s; how long B took is not known");
    }
}
