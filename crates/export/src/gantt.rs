//! A Gantt chart for Mermaid: one section per worker, one bar per attempt.

use std::fmt::Write as _;

use makespan_analysis::Facts;
use makespan_format::time::SECOND;
use makespan_model::{AttemptId, Order as _, Run, Status};
use makespan_scene::counted;

use crate::mermaid::label;

/// Maximum number of bars that stay readable.
const MOST_BARS: usize = 300;

/// Writes all runs, one after the other.
pub(crate) fn gantt(runs: &[&Facts], notes: &mut Vec<String>) -> String {
    let title = match runs {
        [one] => label(one.run().title()),
        several => counted(several.len(), "run"),
    };
    let span =
        runs.iter().filter_map(|f| f.run().span()).fold(None, |all: Option<(i64, i64)>, (from, to)| {
            Some(all.map_or((from, to), |(a, b)| (a.min(from), b.max(to))))
        });
    let length = span.map_or(0, |(from, to)| to.saturating_sub(from));
    let axis = match length / SECOND {
        0..=10 => "%S.%L s",
        11..=172_800 => "%H:%M:%S",
        _ => "%m-%d %H:%M",
    };
    let mut out = format!("gantt\ntitle {title}\ndateFormat x\naxisFormat {axis}\n");
    let (mut left_out, mut untimed) = (0, 0);
    for (number, facts) in runs.iter().enumerate() {
        let name = if runs.len() > 1 { facts.run().title() } else { "" };
        let hidden = bars(facts.run(), name, number, MOST_BARS / runs.len().max(1), &mut out);
        left_out += hidden.0;
        untimed += hidden.1;
    }
    if left_out > 0 {
        notes.push(format!("{} not shown in the Gantt chart", counted(left_out, "shorter attempt")));
    }
    if untimed > 0 {
        notes.push(format!("{} without times not shown in the Gantt chart", counted(untimed, "attempt")));
    }
    out
}

/// Writes the bars of a run, which has a name if there are several, and returns how many attempts are too short to be
/// shown, and how many have no times.
fn bars(run: &Run, title: &str, number: usize, most: usize, out: &mut String) -> (usize, usize) {
    let a = &run.attempts;
    let mut all: Vec<(AttemptId, i64, i64)> = run
        .task_ids()
        .flat_map(|t| run.attempts_of(t))
        .filter_map(|at| run.interval(at).map(|(from, to)| (at, from, to)))
        .collect();
    let untimed = run.attempt_count() - all.len();
    all.order_by(|x, y| {
        (y.2.saturating_sub(y.1)).cmp(&x.2.saturating_sub(x.1)).then(x.0.index().cmp(&y.0.index()))
    });
    let left_out = all.len().saturating_sub(most);
    all.truncate(most);
    let worker = |at: AttemptId| run.text(a.worker[at.index()]);
    all.order_by(|x, y| worker(x.0).cmp(worker(y.0)).then(x.1.cmp(&y.1)).then(x.0.index().cmp(&y.0.index())));
    let mut section = None;
    for (at, from, to) in all {
        let i = at.index();
        let name = worker(at);
        if section != Some(name) {
            section = Some(name);
            let section = match (title, name) {
                ("", "") => label("no worker"),
                (title, "") => label(title),
                ("", name) => label(name),
                (title, name) => format!("{} · {}", label(title), label(name)),
            };
            let _ = writeln!(out, "section {section}");
        }
        let task = makespan_model::TaskId(a.task[i]);
        let tag = match a.status[i] {
            Status::Failed | Status::UpstreamFailed => "crit, ",
            Status::Running | Status::Retrying => "active, ",
            _ => "done, ",
        };
        let try_number = if a.number[i] > 1 { format!(" try {}", a.number[i]) } else { String::new() };
        let (from, to) = (from / 1_000_000, to / 1_000_000);
        let name = guarded(&label(run.task_name(task)));
        // A bar of no length is not drawn.
        let _ = writeln!(out, "{name}{try_number} :{tag}r{number}a{i}, {from}, {}", to.max(from + 1));
    }
    (left_out, untimed)
}

/// What begins a line that is not a bar; see the grammar of Mermaid's Gantt charts.
const WORDS: [&str; 18] = [
    "accdescr",
    "acctitle",
    "axisformat",
    "call",
    "click",
    "dateformat",
    "excludes",
    "gantt",
    "href",
    "includes",
    "inclusiveenddates",
    "section",
    "tickinterval",
    "title",
    "todaymarker",
    "topaxis",
    "weekday",
    "weekend",
];

/// A name at the beginning of a line: where it might make it another line than that of a bar, its first character
/// becomes an entity.
fn guarded(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let mut chars = name.chars();
    match chars.next() {
        Some(first) if first.is_ascii_digit() || WORDS.iter().any(|word| lower.starts_with(word)) => {
            format!("#{};{}", u32::from(first), chars.as_str())
        }
        _ => name.to_owned(),
    }
}
