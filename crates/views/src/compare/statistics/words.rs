//! What the samples say, in words that claim no more than they bear.

use makespan_analysis::Quantity;
use makespan_analysis::compare::statistics::smallest_p;
use makespan_analysis::compare::{TwoSamples, Verdict, Verdicts};
use makespan_scene::{Role, counted};

use crate::amount::Unit;
use crate::section::{Block, Section};
use crate::table::Cell;

/// The word for a verdict. "No evidence" is never "no change": the one says that the data could not show it.
pub fn verdict_word(verdict: &Verdict, quantity: Quantity) -> &'static str {
    match (verdict, quantity) {
        (Verdict::Slower, Quantity::Time) => "slower",
        (Verdict::Slower, _) => "more",
        (Verdict::Faster, Quantity::Time) => "faster",
        (Verdict::Faster, _) => "less",
        (Verdict::Equivalent { .. }, _) => "equivalent",
        (Verdict::NoEvidence { .. }, _) => "no evidence",
        (Verdict::TooFew, _) => "too few runs",
    }
}

/// The sign of a verdict, so that colour never speaks alone.
pub fn verdict_sign(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Slower => "▲",
        Verdict::Faster => "▼",
        Verdict::Equivalent { .. } => "≈",
        Verdict::NoEvidence { .. } => "?",
        Verdict::TooFew => "…",
    }
}

/// The colour of a verdict: grey unless a change was shown, then the fuller the larger it is, full from half or double
/// on. `None` where nothing was shown.
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
        Verdict::NoEvidence { .. } | Verdict::TooFew => None,
    }
}

/// The shift with its interval: "+12.3 s (+8 s to +16 s)"; empty where there is none.
pub(super) fn shift(unit: &Unit, samples: &TwoSamples) -> String {
    let interval = samples
        .interval
        .map_or(String::new(), |(low, high)| format!(" ({} to {})", unit.signed(low), unit.signed(high)));
    samples.estimate.map_or(String::new(), |e| format!("{}{interval}", unit.signed(e)))
}

/// The shift, and what else there is to say.
pub(super) fn shift_in_words(unit: &Unit, samples: &TwoSamples) -> String {
    let parts = [shift(unit, samples), qualification(unit, &samples.verdict)];
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", ")
}

/// What else there is to say of a verdict: the smallest change that could have been shown, or the margin.
pub(super) fn qualification(unit: &Unit, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Equivalent { margin } => format!("within {}", unit.text(*margin)),
        Verdict::NoEvidence { detectable: Some(least) } => format!("could show ≥ {}", unit.text(*least)),
        Verdict::NoEvidence { detectable: None } => "needs more runs".to_owned(),
        _ => String::new(),
    }
}

/// The answer in a sentence.
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
            let could = detectable.map_or(String::new(), |d| format!(" could show {} or more", unit.text(d)));
            format!("No evidence that the makespan changed: {shift}; {runs}{could}")
        }
        Verdict::TooFew => format!("Too few successful runs for a verdict on the makespan: {runs}"),
    }
}

/// The answer as a section: its sentence in the colour of less or more, and how the verdicts are meant.
pub fn answer(verdicts: &Verdicts) -> Section {
    let role = verdicts.makespan.as_ref().and_then(|makespan| match makespan.verdict {
        Verdict::Slower => Some(Role::More),
        Verdict::Faster => Some(Role::Less),
        _ => None,
    });
    let mut blocks = vec![Block::Answer(Cell { status: role, ..Cell::new(title(verdicts)) })];
    blocks.extend(notes(verdicts).into_iter().map(Block::Note));
    Section::new("answer", "Comparison", blocks)
}

/// How many runs there are on each side.
fn sizes(verdicts: &Verdicts) -> (usize, usize) {
    (verdicts.baseline, verdicts.lineup.runs.saturating_sub(verdicts.baseline))
}

/// How the verdicts are meant, in plain words.
pub fn notes(verdicts: &Verdicts) -> Vec<String> {
    let mut notes = vec![
        "The shift is the Hodges–Lehmann estimate with its interval of 95 %; tests are by ranks, adjusted for the \
         number of tasks tested (Benjamini and Hochberg)."
            .to_owned(),
        format!(
            "{} on the critical path of some run and {} were tested, each group by itself.",
            counted(verdicts.tested[0], "task"),
            counted(verdicts.tested[1], "other task")
        ),
        "No evidence is not evidence of equality: these runs cannot show changes smaller than the one given.".to_owned(),
    ];
    let (n, m) = verdicts.makespan.as_ref().map_or_else(|| sizes(verdicts), TwoSamples::sizes);
    if smallest_p(n, m) > 0.05 {
        notes.push(format!(
            "{n} against {} cannot show anything at 5 %: compare at least 4 against 4, 3 against 5 or 2 against 8.",
            counted(m, "run")
        ));
    }
    let counting = verdicts.makespan.as_ref().map(TwoSamples::sizes);
    let all = sizes(verdicts);
    if let Some((a, b)) = counting.filter(|sizes| *sizes != all) {
        notes.push(format!(
            "Only runs and tasks that succeeded count: {a} of {} before, {b} of {} after.",
            counted(all.0, "run"),
            counted(all.1, "run")
        ));
    }
    notes
}
