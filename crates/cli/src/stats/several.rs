//! The statistics of several runs for people.

use makespan_analysis::{Facts, steps_of_runs};
use makespan_format::time::format_rfc3339;
use makespan_scene::counted;
use makespan_views::sections;

use super::one::{ROWS, asked, left_out};
use super::statistics::Statistics;
use crate::output::clean;
use crate::terminal::{Ink, Terminal};

/// How many runs are shown to people one by one: the last ones.
const RUNS: usize = 20;

/// The page of runs.
pub(super) fn page(terminal: Terminal, statistics: &Statistics<'_>) -> String {
    let all = &statistics.overview.all;
    let between = all.between.map_or(String::new(), |(first, last)| {
        format!("  started {} to {}", format_rfc3339(first), format_rfc3339(last))
    });
    let head = terminal.ink(Ink::Strong, &counted(all.runs, "run"));
    let mut out = format!("{head}{between}\n{}", left_out(terminal, statistics));
    if statistics.runs.is_empty() {
        return out;
    }
    let facts: Vec<&Facts> = statistics.runs.iter().map(|r| &r.facts).collect();
    let work = facts.iter().fold(0i64, |sum, f| sum.saturating_add(f.totals().work));
    let steps = steps_of_runs(&facts);
    let shown = [
        sections::runs_by_workflow(&statistics.overview),
        sections::runs(&facts, RUNS),
        sections::steps(&steps, work, if statistics.args.step { usize::MAX } else { ROWS }),
        statistics.args.step.then(|| sections::step_spread(&steps)).flatten(),
        sections::common_errors(&facts, ROWS),
        sections::common_findings(&facts),
    ];
    out.push_str(&terminal.sections(shown.iter().flatten()));
    for run in &facts {
        let asked = asked(run, statistics);
        if !asked.is_empty() {
            out.push_str(&terminal.heading(&clean(run.run().title())));
            out.push_str(terminal.sections(&asked).trim_start_matches('\n'));
        }
    }
    out
}
