//! Sentences about the samples, which claim no more than the data support.

use makespan_analysis::Quantity;
use makespan_analysis::compare::statistics::smallest_p;
use makespan_analysis::compare::{Caveat, SetCaveat, Side, TwoSamples, Verdict, Verdicts};
use makespan_scene::{Role, counted};

use crate::amount::Unit;
use crate::section::{Block, Section};
use crate::table::Cell;

/// Returns the word for a verdict. "No evidence" is never "no change": it means that the data could not show a change.
pub fn verdict_word(verdict: &Verdict, quantity: Quantity) -> &'static str {
    match (verdict, quantity) {
        (Verdict::Slower, Quantity::Time) => "slower",
        (Verdict::Slower, _) => "more",
        (Verdict::Faster, Quantity::Time) => "faster",
        (Verdict::Faster, _) => "less",
        (Verdict::Equivalent { .. }, _) => "equivalent",
        (Verdict::NoEvidence { .. }, _) => "no evidence",
        (Verdict::TooFew, _) => "too few runs",
        (Verdict::NotComparable, _) => "not comparable",
    }
}

/// Returns the sign of a verdict, so that colour is never the only distinction.
pub fn verdict_sign(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Slower => "▲",
        Verdict::Faster => "▼",
        Verdict::Equivalent { .. } => "≈",
        Verdict::NoEvidence { .. } => "?",
        Verdict::TooFew => "…",
        Verdict::NotComparable => "✗",
    }
}

/// Returns the colour of a verdict: grey unless a change was shown, otherwise stronger for larger changes, full at half
/// or double. `None` if nothing was shown.
pub(super) fn verdict_role(samples: &TwoSamples) -> Option<Role> {
    match samples.verdict {
        Verdict::Slower | Verdict::Faster => {
            let shift = samples.estimate.unwrap_or(0.0);
            let base = samples.baseline_median.filter(|m| *m > 0.0);
            let ratio = base.map_or(if shift > 0.0 { 2.0 } else { 0.5 }, |m| (m + shift).max(m * 1e-3) / m);
            let t = ratio.log2().clamp(-1.0, 1.0);
            Some(Role::diverge((t.signum() * t.abs().max(0.15)) as f32))
        }
        Verdict::Equivalent { .. } => Some(Role::diverge(0.0)),
        Verdict::NoEvidence { .. } | Verdict::TooFew | Verdict::NotComparable => None,
    }
}

/// Formats the shift with its interval: "+12.3 s (+8 s to +16 s)"; empty if there is none.
pub(super) fn shift(unit: &Unit, samples: &TwoSamples) -> String {
    let interval = samples
        .interval
        .map_or(String::new(), |(low, high)| format!(" ({} to {})", unit.signed(low), unit.signed(high)));
    samples.estimate.map_or(String::new(), |e| format!("{}{interval}", unit.signed(e)))
}

/// Formats the shift with its qualification.
pub(super) fn shift_in_words(unit: &Unit, samples: &TwoSamples) -> String {
    let parts = [shift(unit, samples), qualification(unit, samples)];
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", ")
}

/// Returns the qualification of a verdict: the smallest detectable change, the margin, or what failed.
pub(super) fn qualification(unit: &Unit, samples: &TwoSamples) -> String {
    match &samples.verdict {
        Verdict::Equivalent { margin } => format!("within {}", unit.text(*margin)),
        Verdict::NotComparable if samples.failed != [0, 0] => failures(samples),
        Verdict::NoEvidence { detectable: Some(least) } => format!("could show ≥ {}", unit.text(*least)),
        Verdict::NoEvidence { detectable: None } => "needs more runs".to_owned(),
        _ => String::new(),
    }
}

/// Returns how many runs failed on each side: "0 of 30 failed before, 14 of 30 after".
fn failures(samples: &TwoSamples) -> String {
    let (n, m) = samples.sizes();
    let [a, b] = samples.failed.map(|failed| failed as usize);
    format!("{a} of {} failed before, {b} of {} after", n + a, m + b)
}

/// Returns the result as a sentence.
pub fn title(verdicts: &Verdicts) -> String {
    let unit = Unit::of(verdicts.quantity);
    let all = sizes(verdicts);
    let (a, b) = verdicts.makespan.as_ref().map_or(all, TwoSamples::sizes);
    let runs = format!("{} against {b}", counted(a, "run"));
    let Some(makespan) = &verdicts.makespan else { return runs };
    let shift = shift(&unit, makespan);
    match makespan.verdict {
        Verdict::Slower => format!("The candidate is slower by {shift}, {runs}"),
        Verdict::Faster => format!("The candidate is faster by {shift}, {runs}"),
        Verdict::Equivalent { margin } => {
            format!("The makespans are equivalent within {}: {shift}, {runs}", unit.text(margin))
        }
        Verdict::NoEvidence { detectable } => {
            let could = detectable
                .map_or(String::new(), |d| format!(" could show {} in four of five cases", unit.text(d)));
            format!("No evidence that the makespan changed: {shift}; {runs}{could}")
        }
        Verdict::TooFew => format!("Too few successful runs for a verdict on the makespan: {runs}"),
        Verdict::NotComparable if makespan.failed != [0, 0] => {
            format!("Neither set is faster: {}", failures(makespan))
        }
        Verdict::NotComparable => "Neither set is faster: they have few tasks in common".to_owned(),
    }
}

/// Returns the result as a section: its sentence, coloured as less or more, and the meaning of the verdicts.
pub fn answer(verdicts: &Verdicts) -> Section {
    let role = verdicts.makespan.as_ref().and_then(|makespan| match makespan.verdict {
        Verdict::Slower => Some(Role::More),
        Verdict::Faster => Some(Role::Less),
        _ => None,
    });
    let mut blocks = vec![Block::Answer(Cell { status: role, ..Cell::new(title(verdicts)) })];
    blocks.extend(verdicts.notes.iter().map(|note| Block::Caution(caution(*note))));
    blocks.extend(notes(verdicts).into_iter().map(Block::Note));
    Section::new("answer", "Comparison", blocks)
}

/// Returns a caveat about the sets, as a sentence.
fn caution(note: SetCaveat) -> String {
    let SetCaveat::Runs(caveat, runs) = note else {
        return "One set fails more often than the other, so neither is called faster: the runs that succeeded may only be the short ones."
            .to_owned();
    };
    let of = |side: Side| {
        let set = if side == Side::A { "the baseline" } else { "the candidate" };
        format!("{} of {set}", counted(runs, "run"))
    };
    match caveat {
        Caveat::Failed(side) => format!("{} failed; their makespans are not compared.", of(side)),
        Caveat::Cancelled(side) => {
            format!("{} {} cancelled; their makespans are not compared.", of(side), was(runs))
        }
        Caveat::Unfinished(side) => format!("{} had not finished and are not compared.", of(side)),
        Caveat::NoMakespan(side) => format!("{} {} no times.", of(side), has(runs)),
        Caveat::NoTasks(side) => format!("{} {} no tasks.", of(side), has(runs)),
        Caveat::LittleInCommon => {
            "Less than half of the tasks of the smaller set are in the other: these may be \
                                   different workflows."
                .to_owned()
        }
        Caveat::NotExecuted(side, tasks) => format!(
            "{} skipped tasks, or took results from a cache, that the other set executed: {} in all.",
            of(side),
            counted(tasks, "task")
        ),
        Caveat::ParamsDiffer => "The sets have different parameters.".to_owned(),
        Caveat::EdgesInferred(side) => {
            format!("The dependencies of {} are inferred from times; the files record none.", of(side))
        }
    }
}

fn was(runs: u32) -> &'static str {
    if runs == 1 { "was" } else { "were" }
}

fn has(runs: u32) -> &'static str {
    if runs == 1 { "has" } else { "have" }
}

/// Returns the number of runs on each side.
fn sizes(verdicts: &Verdicts) -> (usize, usize) {
    (verdicts.baseline, verdicts.lineup.runs.saturating_sub(verdicts.baseline))
}

/// Returns the meaning of the verdicts, in plain words.
pub fn notes(verdicts: &Verdicts) -> Vec<String> {
    let mut notes = vec![
        "The shift is the Hodges–Lehmann estimate with its 95 % confidence interval. Rank tests, in which a failure ranks worst, are adjusted for the number of tests (Benjamini and Hochberg): at most 5 % of the reported differences are expected to be false."
            .to_owned(),
        format!(
            "{} on the critical path of some run and {} were tested.",
            counted(verdicts.tested[0], "task"),
            counted(verdicts.tested[1], "other task")
        ),
        "No evidence of a change is not evidence of equality. A change of the size beside it would be found in four of five cases, a smaller one less often."
            .to_owned(),
    ];
    let (n, m) = verdicts.makespan.as_ref().map_or_else(|| sizes(verdicts), TwoSamples::sizes);
    let failed = verdicts.makespan.as_ref().map_or([0, 0], |m| m.failed.map(|failed| failed as usize));
    if smallest_p(n + failed[0], m + failed[1]) > 0.05 {
        notes.push(format!(
            "{n} against {} cannot show anything at 5 %: compare at least 4 against 4, 3 against 5 or 2 against 8.",
            counted(m, "run")
        ));
    }
    let counting = verdicts.makespan.as_ref().map(TwoSamples::sizes);
    let all = sizes(verdicts);
    if let Some((a, b)) = counting.filter(|sizes| *sizes != all) {
        notes.push(format!(
            "The makespan is that of runs that succeeded: {a} of {} before, {b} of {} after. A task is compared over the runs in which it succeeded, whatever the status of the run.",
            counted(all.0, "run"),
            counted(all.1, "run")
        ));
    }
    notes
}
