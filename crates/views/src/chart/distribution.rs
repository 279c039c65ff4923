//! Distribution of a measure over the tasks, with percentiles; optionally overlaid with that of another run.

use makespan_analysis::Measure;
use makespan_model::Order as _;
use makespan_model::TaskId;
use makespan_scene::{Role, count, counted, visible};

use super::plot::{Bar, Key, Line, Plot, Rule};
use super::{Axis, Chart, Choice, Kind, Picture, Subject, tasks};
use crate::amount::Unit;
use crate::subject::bounds;
use crate::table::{Cell, Column, Table};

/// The marked percentiles.
const MARKED: [f64; 4] = [0.5, 0.9, 0.95, 0.99];
/// From this ratio of the greatest to the least value on, equal bins would put nearly all values into the first one.
const WIDE: f64 = 1_000.0;

pub(super) fn list(subject: &Subject<'_>, out: &mut Vec<Chart>) {
    let at = subject.facts.measures().find("duration");
    let values = at.map(|m| subject.values(m)).unwrap_or_default();
    let mut chart = Chart::new(Kind::Distribution, "duration", "Distribution of durations")
        .missing_if(values.is_empty(), "No task has a start and an end.");
    chart.choice.log = is_wide(values.iter().map(|v| v.1));
    out.push(chart);
}

/// Returns whether the values above 0 span so much that a logarithmic axis shows them better.
pub(super) fn is_wide(values: impl Iterator<Item = f64>) -> bool {
    bounds(values.filter(|v| *v > 0.0)).is_some_and(|(low, high)| high / low > WIDE)
}

/// Returns the [quantile](makespan_model::quantile()) of ascending values; NaN if there are none.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    makespan_model::quantile(sorted, p).unwrap_or(f64::NAN)
}

/// Returns the number of bins of a histogram, of the width by Freedman & Diaconis (1981), 2 IQR / cube root of n,
/// bounded.
fn bin_count(sorted: &[f64]) -> usize {
    let n = sorted.len() as f64;
    let (low, high) = (quantile(sorted, 0.0), quantile(sorted, 1.0));
    let width = 2.0 * (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / n.cbrt();
    let bins = (high - low) / width;
    // If half of the values are equal, that width is undefined: use Sturges' number.
    let bins = if bins.is_finite() { bins } else { n.log2() + 1.0 };
    if high > low { (bins.ceil() as usize).clamp(6, 60) } else { 1 }
}

/// The known values of a measure, and the title of the run.
struct Sample {
    title: String,
    /// Ascending.
    sorted: Vec<f64>,
    /// Number of values that a logarithmic axis cannot show.
    below: usize,
}

impl Sample {
    fn of(subject: &Subject<'_>, key: &str, log: bool) -> Option<Sample> {
        let at = subject.facts.measures().find(key)?;
        let mut sorted: Vec<f64> = subject.values(at).into_iter().map(|v| v.1).collect();
        sorted.order_by(f64::total_cmp);
        let title = visible(subject.facts.run().title()).into_owned();
        let below = if log { sorted.partition_point(|v| *v <= 0.0) } else { 0 };
        (below < sorted.len()).then_some(Sample { title, sorted, below })
    }

    /// Returns the values that the axis can show.
    fn drawn(&self) -> &[f64] {
        &self.sorted[self.below..]
    }
}

pub(super) fn picture(subject: &Subject<'_>, choice: &Choice) -> Result<Picture, String> {
    let at = tasks::measure(subject, &choice.of)?;
    let measure = &subject.facts.measures().list[at];
    let unit = Unit::measure(measure);
    let no_positive = || format!("{} has no value above 0, which a logarithmic axis needs.", measure.title);
    let first = Sample::of(subject, &measure.key, choice.log).ok_or_else(no_positive)?;
    let other =
        choice.against.parse().ok().and_then(|i: usize| subject.runs.get(i)).and_then(|facts| {
            Sample::of(&Subject { facts, mask: None, ..*subject }, &measure.key, choice.log)
        });
    let samples: Vec<&Sample> = std::iter::once(&first).chain(&other).collect();
    let bounds = bounds(samples.iter().flat_map(|s| s.drawn().iter().copied()));
    let label = unit.titled(&measure.title);
    let x = if choice.log {
        Axis::log(label, unit.clone(), bounds)
    } else {
        let (low, high) = bounds.unwrap_or((0.0, 0.0));
        let air = if high > low { (high - low) * 0.02 } else { (high.abs() * 0.05).max(1e-9) };
        Axis { from: low - air, to: high + air, ..Axis::around(label, unit.clone(), bounds) }
    };
    let bins = samples.iter().map(|s| bin_count(&logged(s.drawn(), choice.log))).max().unwrap_or(1);
    let edges = edges(bounds.unwrap_or((0.0, 0.0)), bins, choice.log);
    let histograms: Vec<Vec<usize>> = samples.iter().map(|s| histogram(s.drawn(), &edges)).collect();
    let shares = samples.len() > 1;
    let height = |k: usize, n: usize| {
        if shares { n as f64 / samples[k].sorted.len() as f64 * 100.0 } else { n as f64 }
    };
    let highest = histograms.iter().enumerate().flat_map(|(k, h)| h.iter().map(move |n| (k, *n)));
    let highest = highest.map(|(k, n)| height(k, n)).fold(0.0, f64::max);
    let (y_label, quantity) = if shares {
        ("share of the tasks", makespan_analysis::Quantity::Percent)
    } else {
        ("tasks", makespan_analysis::Quantity::Count)
    };
    let y = Axis::from_zero(y_label.to_owned(), Unit::of(quantity), Some((0.0, highest)));
    let mut plot = Plot::new(format!("Distribution of {}", lower(&measure.title)), x, y);
    for (i, &n) in histograms[0].iter().enumerate() {
        let (from, to) = (edges[i], edges[i + 1]);
        plot.bars.push(Bar {
            x: (from, to),
            y: (0.0, height(0, n)),
            role: Role::Category1,
            label: String::new(),
            tip: tip(&unit, (from, to), &samples, &histograms, i),
            task: None,
            marked: false,
        });
    }
    if let Some(other) = histograms.get(1) {
        let mut points = Vec::new();
        for (i, &n) in other.iter().enumerate() {
            points.extend([(edges[i], height(1, n)), (edges[i + 1], height(1, n))]);
        }
        plot.lines.push(Line {
            name: samples[1].title.clone(),
            role: Some(Role::Category5),
            points,
            ..Line::default()
        });
        for (sample, role) in samples.iter().zip([Role::Category1, Role::Category5]) {
            let text = format!("{} ({})", sample.title, counted(sample.sorted.len(), "task"));
            plot.legend.push(Key { role, shape: None, text });
        }
    }
    rules(subject, at, &unit, &first, shares, &mut plot);
    let left_out: usize = samples.iter().map(|s| s.below).sum();
    if left_out > 0 {
        plot.notes.push(format!(
            "Not shown because not above 0, but included in the percentiles: {}.",
            counted(left_out, "value")
        ));
    }
    if !choice.log && is_wide(first.sorted.iter().copied()) {
        plot.notes
            .push("The values span more than three powers of ten: try the logarithmic axis.".to_owned());
    }
    let twin = twin(measure, &plot.title, &samples, &edges, &histograms);
    Ok(Picture::plot(plot, twin))
}

fn lower(title: &str) -> String {
    // Names of metrics stay as they are written.
    if title.contains('_') || title.chars().skip(1).any(char::is_uppercase) {
        return title.to_owned();
    }
    title.to_lowercase()
}

fn logged(sorted: &[f64], log: bool) -> Vec<f64> {
    if log { sorted.iter().map(|v| v.ln()).collect() } else { sorted.to_vec() }
}

/// Returns the edges of equal bins; of equal ratios if `log`.
fn edges((low, high): (f64, f64), bins: usize, log: bool) -> Vec<f64> {
    let (low, high) = if low < high {
        (low, high)
    } else if log {
        (low / 1.05, high * 1.05)
    } else {
        // A bin of some width around a single value.
        let half = (low.abs() * 0.05).max(1e-9);
        (low - half, high + half)
    };
    let part = |i: usize| i as f64 / bins as f64;
    (0..=bins)
        .map(|i| match (log, i) {
            (_, 0) => low,
            (_, i) if i == bins => high,
            (true, i) => low * (high / low).powf(part(i)),
            (false, i) => low + (high - low) * part(i),
        })
        .collect()
}

/// Counts ascending values per bin. A bin includes its lower edge; the last one also includes its upper edge.
fn histogram(sorted: &[f64], edges: &[f64]) -> Vec<usize> {
    let below = |edge: f64| sorted.partition_point(|v| *v < edge);
    let last = edges.len().saturating_sub(2);
    edges
        .windows(2)
        .enumerate()
        .map(|(i, e)| {
            (if i == last { sorted.len() } else { below(e[1]) }) - if i == 0 { 0 } else { below(e[0]) }
        })
        .collect()
}

fn tip(
    unit: &Unit,
    (from, to): (f64, f64),
    samples: &[&Sample],
    histograms: &[Vec<usize>],
    bin: usize,
) -> String {
    let mut text = format!("{} to {}", unit.text(from), unit.text(to));
    for (sample, histogram) in samples.iter().zip(histograms) {
        let n = histogram.get(bin).copied().unwrap_or(0);
        let share = n as f64 / sample.sorted.len() as f64 * 100.0;
        let of = if samples.len() > 1 { format!("{}: ", sample.title) } else { String::new() };
        text.push_str(&format!("\n{of}{}, {share:.1} %", counted(n, "task")));
    }
    text
}

/// Marks the percentiles and the selected task. With two runs, marks only their medians, because the labels would
/// overlap.
fn rules(subject: &Subject<'_>, at: usize, unit: &Unit, first: &Sample, shares: bool, plot: &mut Plot) {
    // If all values are equal, so are the percentiles.
    let equal = first.sorted.first() == first.sorted.last();
    let marked = if shares || equal { &MARKED[..1] } else { &MARKED };
    for &p in marked {
        let x = quantile(&first.sorted, p);
        plot.rules.push(Rule { x, role: Role::Text, label: format!("P{:.0} {}", p * 100.0, unit.text(x)) });
    }
    let Some(task) = subject.look.selected else { return };
    if let Some(&(_, value)) = subject.values(at).iter().find(|(t, _)| *t == task) {
        let below = first.sorted.partition_point(|v| *v < value) as f64 / first.sorted.len() as f64 * 100.0;
        let name = visible(subject.facts.run().task_name(TaskId(task))).into_owned();
        let label = format!("{name} {}, above {below:.0} %", unit.text(value));
        plot.rules.push(Rule { x: value, role: Role::Selection, label });
    }
}

/// Builds the table: the percentiles, then the bins.
fn twin(
    measure: &Measure,
    title: &str,
    samples: &[&Sample],
    edges: &[f64],
    histograms: &[Vec<usize>],
) -> Table {
    let unit = Unit::measure(measure);
    let mut columns = vec![Column::text("what", "")];
    columns.extend(samples.iter().map(|s| Column::number("value", "").titled(s.title.clone())));
    let mut table = Table::new(title, columns);
    let cell = |v: f64| Cell::new(unit.text(v)).exact(unit.exact(v));
    let mut row = |name: String, of: &dyn Fn(usize) -> Cell| {
        table.push(std::iter::once(Cell::new(name)).chain((0..samples.len()).map(of)).collect());
    };
    row("tasks".to_owned(), &|k| Cell::new(count(samples[k].sorted.len() as u64)));
    row("least".to_owned(), &|k| cell(quantile(&samples[k].sorted, 0.0)));
    for p in MARKED {
        row(format!("P{:.0}", p * 100.0), &|k| cell(quantile(&samples[k].sorted, p)));
    }
    row("greatest".to_owned(), &|k| cell(quantile(&samples[k].sorted, 1.0)));
    for (i, edge) in edges.windows(2).enumerate() {
        let name = format!("{} to {}", unit.text(edge[0]), unit.text(edge[1]));
        row(name, &|k| Cell::new(count(histograms[k][i] as u64)));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_every_value_once() {
        let sorted = [1.0, 1.0, 2.0, 3.0, 4.0, 10.0];
        for (bins, log) in [(3, false), (3, true), (1, false), (60, true)] {
            let edges = edges((1.0, 10.0), bins, log);
            assert_eq!((edges.len(), edges[0], edges[bins]), (bins + 1, 1.0, 10.0));
            assert_eq!(histogram(&sorted, &edges).iter().sum::<usize>(), 6);
        }
        // Of the width 3: 1 to below 4 holds four values, 4 to below 7 one, 7 to 10 one.
        assert_eq!(histogram(&sorted, &edges((1.0, 10.0), 3, false)), [4, 1, 1]);
        assert_eq!(histogram(&[5.0; 4], &edges((5.0, 5.0), 1, false)), [4]);
        assert_eq!((quantile(&sorted, 0.5), quantile(&sorted, 0.9)), (2.5, 7.0));
    }
}
