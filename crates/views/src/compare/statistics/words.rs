//! What the samples say, in words that claim no more than they bear.

use makespan_analysis::Quantity;
use makespan_analysis::compare::{TwoSamples, Verdict, Verdicts};
use makespan_scene::{Role, count};

use crate::amount::Unit;

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

/// A value of the measure with its sign.
pub(super) fn signed(unit: &Unit, value: f64) -> String {
    if value > 0.0 { format!("+{}", unit.text(value)) } else { unit.text(value) }
}

/// The shift with its interval: "+12.3 s (+8 s to +16 s)"; empty where there is none.
pub(super) fn shift(unit: &Unit, samples: &TwoSamples) -> String {
    let interval = samples
        .interval
        .map_or(String::new(), |(low, high)| format!(" ({} to {})", signed(unit, low), signed(unit, high)));
    samples.estimate.map_or(String::new(), |e| format!("{}{interval}", signed(unit, e)))
}

/// The shift, and what else there is to say.
pub(super) fn told(unit: &Unit, samples: &TwoSamples) -> String {
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
    let all = (verdicts.baseline, verdicts.lineup.runs.saturating_sub(verdicts.baseline));
    let (a, b) = verdicts.makespan.as_ref().map_or(all, TwoSamples::sizes);
    let runs = format!("{a} {} against {b}", if a == 1 { "run" } else { "runs" });
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
        Verdict::TooFew => format!("{runs} that succeeded are too few to say how the makespan changed"),
    }
}

/// How the verdicts are meant, in plain words.
pub fn notes(verdicts: &Verdicts) -> Vec<String> {
    let mut notes = vec![
        "The shift is the Hodges–Lehmann estimate with its interval of 95 %; tests are by ranks, adjusted for the \
         number of tasks tested (Benjamini and Hochberg)."
            .to_owned(),
        format!(
            "{} tasks that are on the critical path of some run were tested, and apart from them {} others.",
            count(verdicts.tested[0] as u64),
            count(verdicts.tested[1] as u64)
        ),
        "No evidence is not no change: the samples could not have shown less than what stands beside it.".to_owned(),
    ];
    let counted = verdicts.makespan.as_ref().map(TwoSamples::sizes);
    let all = (verdicts.baseline, verdicts.lineup.runs.saturating_sub(verdicts.baseline));
    if let Some((a, b)) = counted.filter(|sizes| *sizes != all) {
        notes.push(format!(
            "Only runs and tasks that succeeded count: {a} of {} runs before, {b} of {} after.",
            all.0, all.1
        ));
    }
    notes
}
