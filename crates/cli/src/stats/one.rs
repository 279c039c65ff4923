//! The statistics of one run for people.

use makespan_analysis::Facts;
use makespan_scene::counted;
use makespan_views::{Look, Section, sections};

use super::statistics::{Counted, Statistics};
use crate::page::head;
use crate::terminal::{Ink, Terminal};

/// How many rows of a table are shown to people.
pub(super) const ROWS: usize = 10;
/// How many intervals of a metric.
const INTERVALS: usize = 40;

/// The page of a run.
pub(super) fn page(terminal: Terminal, run: &Counted, statistics: &Statistics<'_>) -> String {
    let (facts, look) = (&run.facts, &Look::PLAIN);
    let mut all = vec![sections::figures(facts)];
    all.extend(sections::bounds(facts));
    all.extend(sections::composition(facts, look, ROWS));
    all.extend(sections::waiting(facts, ROWS / 2));
    let steps = facts.steps();
    all.extend(sections::steps(
        steps,
        facts.totals().work,
        if statistics.args.step { usize::MAX } else { ROWS },
    ));
    all.extend(statistics.args.step.then(|| sections::step_spread(steps)).flatten());
    all.extend(sections::workers(facts, ROWS));
    all.extend(sections::stragglers(facts, ROWS));
    all.extend(sections::retries(facts, ROWS));
    all.extend(sections::requests(facts));
    all.extend(sections::failures(facts, look, ROWS));
    all.extend(asked(facts, statistics));
    all.extend(sections::found(facts, usize::MAX));
    head(facts, run.format, terminal) + &left_out(terminal, statistics) + &terminal.sections(&all)
}

/// The metrics and the rules that were asked for.
pub(super) fn asked(facts: &Facts, statistics: &Statistics<'_>) -> Vec<Section> {
    let every = statistics.args.every.map(|length| length.0);
    let metered =
        statistics.args.metrics.iter().filter_map(|name| sections::Metered::new(facts, name, every));
    let trends = metered.filter_map(|m| sections::trend(facts, &m, INTERVALS));
    trends.chain(sections::rules(facts, &statistics.args.rules)).collect()
}

/// What the range of dates leaves out.
pub(super) fn left_out(terminal: Terminal, statistics: &Statistics<'_>) -> String {
    let (outside, undated) = (statistics.overview.outside, statistics.overview.undated);
    if outside + undated == 0 {
        return String::new();
    }
    let no_date = if undated > 0 { format!(", {undated} without a date") } else { String::new() };
    let text = format!("left out: {} outside the range{no_date}", counted(outside, "run"));
    format!("  {}\n", terminal.ink(Ink::Muted, &text))
}
