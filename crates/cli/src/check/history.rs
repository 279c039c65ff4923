//! Runs against earlier runs: whether they take longer, and how sure that is.

use makespan_analysis::compare::{TwoSamples, Verdict as Change, verdicts};
use makespan_analysis::{Facts, Quantity, Verdict};
use makespan_model::quantile;
use makespan_scene::counted;
use makespan_views::amount::Unit;

use super::outcome::Outcome;

/// With fewer earlier runs, that a run is the longest so far says nothing.
const FEWEST: usize = 4;
/// Maximum number of slower tasks that are named.
const NAMED: usize = 5;

/// Holds the runs against the baseline: by the test of [`verdicts`] where there are enough of both; else a run is too
/// slow when it took longer than all earlier ones, and than their median by more than a tolerance.
pub(super) fn judged(candidate: &[Facts], baseline: &[Facts], tolerance: f64) -> Outcome {
    let (before, after): (Vec<&Facts>, Vec<&Facts>) = (baseline.iter().collect(), candidate.iter().collect());
    let gate = "not slower than the baseline".to_owned();
    let unknown = |note: String| Outcome {
        gate: gate.clone(),
        verdict: Verdict::Unknown,
        value: String::new(),
        limit: String::new(),
        note,
        task: None,
    };
    let Some(found) = verdicts(&before, &after, "duration") else {
        return unknown("no task has a duration".to_owned());
    };
    let Some(makespan) = &found.makespan else { return unknown("no run has a makespan".to_owned()) };
    let time = Unit::of(Quantity::Time);
    let text = |ns: Option<f64>| ns.map_or_else(String::new, |ns| time.value(ns).text().into_owned());
    let slower: Vec<&str> = found
        .rows
        .iter()
        .filter(|row| row.samples.verdict == Change::Slower)
        .take(NAMED)
        .filter_map(|row| name_of(&found.lineup.rows[row.row as usize].tasks, &before, &after))
        .collect();
    let (verdict, mut note) = match makespan.verdict {
        Change::Slower => (Verdict::Violated, shift(makespan, "slower")),
        Change::Faster => (Verdict::Ok, shift(makespan, "faster")),
        Change::Equivalent { margin } => {
            (Verdict::Ok, format!("the same within {}", time.value(margin).text()))
        }
        Change::NoEvidence { detectable } => (
            Verdict::Ok,
            match detectable {
                Some(least) => {
                    format!(
                        "no change found; a change of {} would probably have been found",
                        time.value(least).text()
                    )
                }
                None => "no change found".to_owned(),
            },
        ),
        Change::TooFew => ranked(makespan, tolerance),
        Change::NotComparable => (
            Verdict::Unknown,
            "not comparable: the sets fail at different rates or differ in their tasks".to_owned(),
        ),
    };
    if !slower.is_empty() {
        note = format!("{note}; slower: {}", slower.join(", "));
    }
    Outcome {
        gate,
        verdict,
        value: text(makespan.candidate_median),
        limit: text(makespan.baseline_median),
        note,
        task: None,
    }
}

fn shift(samples: &TwoSamples, word: &str) -> String {
    let time = Unit::of(Quantity::Time);
    let by = samples.estimate.map_or_else(String::new, |ns| format!("{} ", time.value(ns.abs()).text()));
    let sure = samples.adjusted.or(samples.p).map_or_else(String::new, |p| format!(" (p = {p:.3})"));
    format!("{by}{word}{sure}")
}

/// The verdict on samples that are too small for a test.
fn ranked(samples: &TwoSamples, tolerance: f64) -> (Verdict, String) {
    let known = |values: &[f64]| {
        let mut known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        known.sort_by(f64::total_cmp);
        known
    };
    let before = known(&samples.baseline);
    let (Some(now), Some(median)) = (samples.candidate_median, quantile(&before, 0.5)) else {
        return (Verdict::Unknown, "no run that succeeded has a makespan on both sides".to_owned());
    };
    let earlier = counted(before.len(), "earlier run");
    if before.len() < FEWEST {
        return (Verdict::Unknown, format!("too few to judge by: {earlier}; at least {FEWEST} are needed"));
    }
    let is_longest = before.last().is_some_and(|longest| now > *longest);
    let more = (now / median - 1.0) * 100.0;
    if is_longest && more > tolerance {
        (Verdict::Violated, format!("{more:.0} % above the median, and longer than all of {earlier}"))
    } else {
        (Verdict::Ok, format!("within the range of {earlier}, or at most {tolerance} % above their median"))
    }
}

/// Returns the name of a task of the alignment, in the first run that has it.
fn name_of<'r>(
    tasks: &[Option<makespan_model::TaskId>],
    before: &[&'r Facts],
    after: &[&'r Facts],
) -> Option<&'r str> {
    let mut runs = before.iter().chain(after).zip(tasks);
    runs.find_map(|(facts, task)| task.map(|task| facts.run().task_name(task)))
}
