//! What stands around the views.

use std::collections::HashSet;

use makespan_format::clip_chars;
use makespan_model::{Order as _, Severity, Status};
use makespan_scene::{count, counted, visible};
use makespan_views::ViewState;

use crate::answer::{ListedRun, Shell, Sides};
use crate::picture::timeline::described;
use crate::run::OpenRun;
use crate::session::Session;

/// Diagnostics that another unit of numbers would settle.
const UNIT_DOUBTS: [&str; 4] =
    ["time-unit-doubtful", "time-unit-guessed", "duration-implausible", "time-implausible"];

/// Most runs, charts or measures in a list to choose from: a page builds an element for each.
pub const LISTED: usize = 200;

/// Longest name of a source at the foot of the page, characters.
const LONGEST_SOURCE: usize = 60;

pub(crate) fn shell(session: &Session, view: &ViewState) -> Shell {
    let unread = session.files().iter().filter(|f| !f.error.is_empty()).count();
    let tables = session.tables().len();
    let Some(open) = session.run(view.run) else { return Shell { unread, tables, ..Shell::default() } };
    let statuses = open.facts.totals().statuses;
    let severe = |d: &&makespan_model::Diagnostic| d.severity != Severity::Info;
    let mask = open.mask(&view.filter);
    let passing = (!mask.is_empty()).then(|| mask.iter().filter(|passes| **passes).count());
    let sides = session.sides(view);
    let listed = listed(session, view, &sides);
    let among =
        |places: &[usize]| -> Vec<usize> { places.iter().copied().filter(|i| listed.contains(i)).collect() };
    let labels = session.labels();
    let mut numbers: Vec<usize> = listed.iter().copied().collect();
    numbers.order();
    Shell {
        runs: numbers.into_iter().map(|number| ListedRun { number, name: labels[number].clone() }).collect(),
        run_count: labels.len(),
        title: visible(open.run.title()).into_owned(),
        tasks: open.run.task_count(),
        statuses: Status::ALL.map(|s| statuses[s as usize]),
        filter_error: view.filter.error(&open.facts).map(|e| e.to_string()),
        passing,
        line: line(open, passing),
        diagnostics: open.run.diagnostics.iter().filter(severe).count(),
        unit_in_doubt: open.run.diagnostics.iter().filter(severe).any(|d| UNIT_DOUBTS.contains(&&*d.code)),
        tables,
        unread,
        selected: open.selected(view).map(|t| t.0),
        selected_about: open.selected(view).map_or_else(String::new, |t| described(open, t)),
        area: view
            .filter
            .area
            .as_ref()
            .map(|area| area.words(&open.run, &open.index_of(area, view), &session.plain_look(open, view))),
        markers: view.markers.words(view.run, &open.run, &session.plain_look(open, view)),
        lanes: view.lanes.for_run(&open.run),
        has_runs_before: session.before(view.run).is_some(),
        measures: open
            .facts
            .measures()
            .list
            .iter()
            .take(LISTED)
            .map(|m| (m.key.clone(), m.title.clone()))
            .collect(),
        side_sizes: (sides.baseline.len(), sides.candidate.len()),
        sides: Sides { baseline: among(&sides.baseline), candidate: among(&sides.candidate) },
        by_age: among(&session.by_age()),
    }
}

/// The runs that the page lists: the two that are compared, and those around the one shown.
fn listed(session: &Session, view: &ViewState, sides: &Sides) -> HashSet<usize> {
    let count = session.labels().len();
    let mut listed: HashSet<usize> = sides.pair().into_iter().flat_map(|(a, b)| [a, b]).collect();
    let first = view.run.min(count).saturating_sub(LISTED / 2).min(count.saturating_sub(LISTED));
    listed.extend((first..count).take(LISTED - listed.len()));
    listed
}

/// Counts, what passes the filter, and where the run comes from.
fn line(open: &OpenRun, passing: Option<usize>) -> String {
    let totals = open.facts.totals();
    let mut parts = vec![counted(totals.tasks, "task")];
    let failed = totals.statuses[Status::Failed as usize];
    if failed > 0 {
        parts.push(format!("{} failed", count(u64::from(failed))));
    }
    if let Some(passing) = passing {
        let matches = if passing == 1 { "matches" } else { "match" };
        parts.push(format!("{} {matches} the filter", count(passing as u64)));
    }
    if totals.edges_inferred > 0 {
        parts.push("dependencies inferred from times, drawn dotted".to_owned());
    }
    if makespan_views::sections::is_simulated(&open.run) {
        parts.push("start times simulated".to_owned());
    }
    let source = open.run.text(open.run.source);
    if !source.is_empty() {
        parts.push(visible(clip_chars(source, LONGEST_SOURCE)).into_owned());
    }
    parts.join(" · ")
}
