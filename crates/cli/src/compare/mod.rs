//! `makespan compare`: two runs, two sets of runs, or many in a row.

mod compared;
mod json;
mod pair;
mod text;

pub(crate) use json::ComparisonDocument;

use makespan_analysis::Facts;
use makespan_analysis::compare::{trends, verdicts};

use crate::args::{CompareArgs, Input};
use crate::config::Config;
use crate::failure::Failure;
use crate::load::{Loaded, load};
use crate::output::{inert_json, print};
use crate::terminal::Terminal;
use compared::{Compared, Layout};
use makespan_views::amount::Unit;
use pair::Pair;

/// Prints how runs differ, for people or for programs.
pub(crate) fn run(args: &CompareArgs, config: &Config) -> Result<(), Failure> {
    let input = |files: &[std::path::PathBuf]| Input {
        files: files.to_vec(),
        zone: args.zone.clone(),
        unit: args.unit,
        map: args.map.clone(),
    };
    let compared = |loaded: Vec<Loaded>, set: &'static str| {
        let one = |l: Loaded| Compared { facts: Facts::new(l.run), format: l.format, set };
        loaded.into_iter().map(one).collect::<Vec<Compared>>()
    };
    let mut runs;
    let mut baseline = 0;
    if args.files.is_empty() {
        runs = compared(load(&input(&args.baseline), config)?, "baseline");
        baseline = runs.len();
        runs.extend(compared(load(&input(&args.candidate), config)?, "candidate"));
    } else {
        runs = compared(load(&input(&args.files), config)?, "series");
        // Two runs keep the order in which they were given; a row of them is one of time, where all have a time.
        if runs.len() > 2 && runs.iter().all(|r| r.facts.totals().started.is_some()) {
            runs.sort_by_key(|r| r.facts.totals().started);
        }
    }
    if runs.len() < 2 {
        return Err(Failure::OneRun);
    }
    if let [a, b] = runs.as_mut_slice() {
        (a.set, b.set) = ("a", "b");
    }
    let unit = unit(&runs, &args.metric)?;
    let layout =
        Layout { terminal: Terminal::of_stdout(), top: args.top, all: args.all, metric: &args.metric };
    let facts: Vec<&Facts> = runs.iter().map(|r| &r.facts).collect();
    let out = match facts.as_slice() {
        [a, b] if args.json => json::pair(&runs, &Pair::new(a, b, &args.metric), &unit),
        [a, b] => text::pair(a, b, &layout),
        all if baseline > 0 => {
            let (before, after) = all.split_at(baseline);
            let found = verdicts(before, after, &args.metric).ok_or_else(|| unknown(&runs, &args.metric))?;
            if args.json { json::sets(&runs, &found, &unit) } else { text::sets(&found, &layout) }
        }
        all => {
            let found = trends(all, &args.metric).ok_or_else(|| unknown(&runs, &args.metric))?;
            if args.json { json::series(&runs, &found, &unit) } else { text::series(all, &found, &layout) }
        }
    };
    if args.json { print(&format!("{}\n", inert_json(&out))) } else { print(&out) }
}

/// How a measure is written.
///
/// # Errors
///
/// [`Failure::Metric`] where no run has it.
fn unit(runs: &[Compared], metric: &str) -> Result<Unit, Failure> {
    let found = runs.iter().find_map(|r| {
        let measures = r.facts.measures();
        measures.find(metric).map(|at| &measures.list[at])
    });
    let measure = found.ok_or_else(|| unknown(runs, metric))?;
    Ok(Unit { quantity: measure.quantity, name: measure.unit.clone() })
}

fn unknown(runs: &[Compared], metric: &str) -> Failure {
    let known = runs.iter().flat_map(|r| r.facts.measures().list.iter().map(|m| m.key.as_str()));
    Failure::metric(metric, &known.collect())
}
