//! The radars of a run: the mean measures of its steps, and the measures of the open runs.

use makespan_analysis::{Facts, Quantity, Standard, natural_cmp};
use makespan_model::{HashMap, Order as _, Status, TaskId, UNKNOWN};
use makespan_scene::{counted, visible};

use super::super::choice::{Chart, Kind};
use super::super::picture::{Body, Picture};
use super::super::plot::hue;
use super::super::trend::by_start;
use super::{Outline, Radar, Spoke};
use crate::amount::Unit;
use crate::subject::{Subject, bounds};
use crate::table::{Cell, Column, Table};

/// Minimum number of axes.
const LEAST_AXES: usize = 3;
const MOST_AXES: usize = 8;
/// Maximum number of shapes; more would hide each other.
const MOST_SHAPES: usize = 6;

const TOO_FEW: &str = "A radar needs at least three known measures.";
const NO_RUNS: &str = "This radar compares runs: open at least two.";

pub(in crate::chart) fn list(subject: &Subject<'_>, out: &mut Vec<Chart>) {
    out.push(Chart::new(Kind::Steps, "", STEPS).missing_if(steps(subject).is_err(), TOO_FEW));
    let missing = runs(subject).err();
    out.push(Chart { missing, ..Chart::new(Kind::Runs, "", RUNS) });
}

const STEPS: &str = "Steps by mean of each measure";
const RUNS: &str = "Runs by measure";

/// Removes axes without information (all unknown, all 0, or some below 0), and adds the largest value of each.
fn spokes(candidates: Vec<(String, Unit, Vec<f64>)>) -> Vec<(Spoke, Vec<f64>)> {
    candidates
        .into_iter()
        .filter_map(|(name, unit, values)| {
            let (low, largest) = bounds(values.iter().copied())?;
            (low >= 0.0 && largest > 0.0).then_some((Spoke { name, unit, largest }, values))
        })
        .take(MOST_AXES)
        .collect()
}

/// Builds the radar of the steps with the most work: the mean of each measure over their tasks.
pub(in crate::chart) fn steps(subject: &Subject<'_>) -> Result<Picture, String> {
    let (run, measures) = (subject.facts.run(), subject.facts.measures());
    let all = subject.facts.steps();
    let place: HashMap<&str, usize> =
        all.iter().take(MOST_SHAPES).enumerate().map(|(i, s)| (s.step.as_str(), i)).collect();
    let shown = all.len().min(MOST_SHAPES);
    let standards = Standard::ALL.into_iter().filter_map(|s| measures.standard(s));
    let ours = ["duration", "wait", "queue", "attempts"].into_iter().filter_map(|key| measures.find(key));
    let mut wanted: Vec<usize> = ours.chain(standards).collect();
    wanted.extend(measures.find("backoff"));
    let mut candidates = Vec::new();
    for at in wanted {
        let (mut sums, mut counts) = (vec![0.0; shown], vec![0u32; shown]);
        for (t, v) in subject.values(at) {
            if let Some(&i) = place.get(run.task_step(TaskId(t))) {
                counts[i] += 1;
                sums[i] += (v - sums[i]) / f64::from(counts[i]);
            }
        }
        let means = sums.iter().zip(&counts).map(|(s, n)| if *n > 0 { *s } else { f64::NAN }).collect();
        let measure = &measures.list[at];
        candidates.push((measure.title.clone(), Unit::measure(measure), means));
    }
    let names: Vec<String> = all.iter().take(shown).map(|s| s.step.clone()).collect();
    let mut notes = vec!["Each axis goes from 0 to the step with the largest mean.".to_owned()];
    if all.len() > shown {
        let more = counted(all.len() - shown, "more step");
        notes.push(format!("… and {more}, with less work than these."));
    }
    radar(STEPS, "Step", names, candidates, notes)
}

/// Returns the measures of a whole run.
fn of_run(facts: &Facts) -> Vec<(&'static str, Unit, f64)> {
    let (run, totals, measures) = (facts.run(), facts.totals(), facts.measures());
    let (time, things) = (|| Unit::of(Quantity::Time), || Unit::of(Quantity::Count));
    let known = |t: Option<i64>| t.filter(|t| *t != UNKNOWN).map_or(f64::NAN, |t| t as f64);
    let of = |standard| measures.standard(standard).map(|m| measures.values(facts, m)).unwrap_or_default();
    let mean = |values: Vec<f64>| {
        let known = values.into_iter().filter(|v| v.is_finite());
        known
            .enumerate()
            .fold(f64::NAN, |mean, (i, v)| if i == 0 { v } else { mean + (v - mean) / (i + 1) as f64 })
    };
    let waits = facts.waiting().wait.iter().filter(|w| **w != UNKNOWN).map(|w| *w as f64).collect();
    let longest =
        facts.slowest(1).first().and_then(|t| run.task_interval(*t)).map(|(s, e)| e.saturating_sub(s));
    let failed = run.tasks.status.iter().filter(|s| **s == Status::Failed).count();
    vec![
        ("Makespan", time(), known(totals.makespan)),
        ("Work", time(), if totals.attempts > totals.open { totals.work as f64 } else { f64::NAN }),
        ("Longest task", time(), known(longest)),
        ("Mean wait", time(), mean(waits)),
        ("Tasks", things(), totals.tasks as f64),
        ("Failed tasks", things(), failed as f64),
        ("Retries", things(), totals.retries as f64),
        ("Mean processor use", Unit::of(Quantity::Percent), mean(of(Standard::Cpu))),
        ("Peak memory", Unit::of(Quantity::Bytes), bounds(of(Standard::Memory)).map_or(f64::NAN, |b| b.1)),
    ]
}

/// Builds the radar of the open runs: this one and those that started last.
pub(in crate::chart) fn runs(subject: &Subject<'_>) -> Result<Picture, String> {
    if subject.runs.len() < 2 {
        return Err(NO_RUNS.to_owned());
    }
    let order = by_start(subject.runs);
    let this = order.iter().position(|&i| std::ptr::eq(subject.runs[i], subject.facts));
    // The last ones, always including the current one.
    let mut shown: Vec<usize> = order.iter().rev().take(MOST_SHAPES).copied().collect();
    if let Some(i) = this.map(|k| order[k]).filter(|i| !shown.contains(i)) {
        shown.truncate(MOST_SHAPES - 1);
        shown.push(i);
    }
    shown.reverse();
    let rows: Vec<Vec<(&str, Unit, f64)>> = shown.iter().map(|&i| of_run(subject.runs[i])).collect();
    let axes = rows.first().map_or(0, Vec::len);
    let candidates = (0..axes)
        .map(|k| (rows[0][k].0.to_owned(), rows[0][k].1.clone(), rows.iter().map(|row| row[k].2).collect()))
        .collect();
    let mut names: Vec<String> =
        shown.iter().map(|&i| visible(subject.runs[i].run().title()).into_owned()).collect();
    number_equal(&mut names);
    let mut notes = vec!["Each axis goes from 0 to the run with the largest value.".to_owned()];
    if order.len() > shown.len() {
        notes.push(format!("… and {}.", counted(order.len() - shown.len(), "earlier run")));
    }
    radar(RUNS, "Run", names, candidates, notes)
}

/// Adds numbers to names that occur more than once.
fn number_equal(names: &mut [String]) {
    let mut sorted: Vec<String> = names.to_vec();
    sorted.order_by(|a, b| natural_cmp(a, b).then_with(|| a.cmp(b)));
    let twice = |name: &String| sorted.iter().filter(|n| *n == name).count() > 1;
    let mut seen: HashMap<String, u32> = HashMap::default();
    for name in names.iter_mut().filter(|name| twice(name)) {
        let n = seen.entry(name.clone()).or_default();
        *n += 1;
        *name = format!("{name} #{n}");
    }
}

fn radar(
    title: &str,
    what: &'static str,
    names: Vec<String>,
    candidates: Vec<(String, Unit, Vec<f64>)>,
    notes: Vec<String>,
) -> Result<Picture, String> {
    let found = spokes(candidates);
    if found.len() < LEAST_AXES || names.is_empty() {
        return Err(TOO_FEW.to_owned());
    }
    let outlines: Vec<Outline> = names
        .into_iter()
        .enumerate()
        .map(|(i, name)| Outline {
            name,
            role: hue(i),
            values: found.iter().map(|(_, values)| values[i]).collect(),
        })
        .collect();
    let mut columns = vec![Column::text("name", what)];
    columns.extend(
        found.iter().map(|(spoke, _)| Column::number("value", "").titled(spoke.unit.titled(&spoke.name))),
    );
    let mut twin = Table::new(title, columns);
    for outline in &outlines {
        let cell = |(spoke, v): (&Spoke, &f64)| {
            let text = if v.is_finite() { spoke.unit.text(*v) } else { String::new() };
            Cell::new(text).exact(spoke.unit.exact(*v))
        };
        let values = found.iter().map(|(spoke, _)| spoke).zip(&outline.values).map(cell);
        twin.push(std::iter::once(Cell::new(outline.name.clone())).chain(values).collect());
    }
    let spokes = found.into_iter().map(|(spoke, _)| spoke).collect();
    let mut radar = Radar { title: title.to_owned(), spokes, outlines, notes };
    if radar.outlines.iter().any(|o| o.values.iter().any(|v| v.is_nan())) {
        radar.notes.push("Unknown values leave a gap in the line.".to_owned());
    }
    Ok(Picture { body: Body::Radar(radar), twin })
}
