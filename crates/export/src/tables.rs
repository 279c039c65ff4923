//! The tables of CSV and Parquet files. Their columns are described in `docs/exports.md` and never renamed.

use makespan_analysis::{Facts, Rule, judge};
use makespan_model::{NONE, Run, Status, TaskId, UNKNOWN};
use makespan_views::tasks::{start_of, worker_of};

use crate::options::Table;
use crate::rows::{Column, Kind, Rows};

/// Returns the columns of a table.
pub(crate) fn columns(table: Table) -> &'static [Column] {
    match table {
        Table::Tasks => &TASKS,
        Table::Attempts => &ATTEMPTS,
        Table::Metrics => &METRICS,
        Table::Runs => &RUNS,
    }
}

/// Adds the rows of all runs to a table.
pub(crate) fn fill(runs: &[&Facts], table: Table, rows: &mut dyn Rows) {
    let add = match table {
        Table::Tasks => tasks,
        Table::Attempts => attempts,
        Table::Metrics => metrics,
        Table::Runs => run,
    };
    runs.iter().for_each(|facts| add(facts, rows));
}

const TASKS: [Column; 20] = [
    ("run", Kind::Text),
    ("task", Kind::Text),
    ("name", Kind::Text),
    ("step", Kind::Text),
    ("kind", Kind::Text),
    ("parent", Kind::Text),
    ("status", Kind::Text),
    ("worker", Kind::Text),
    ("attempts", Kind::Count),
    ("queued", Kind::Time),
    ("started", Kind::Time),
    ("ended", Kind::Time),
    ("wait_s", Kind::Seconds),
    ("duration_s", Kind::Seconds),
    ("work_s", Kind::Seconds),
    ("slack_s", Kind::Seconds),
    ("critical", Kind::Flag),
    ("depends_on", Kind::Texts),
    ("error_kind", Kind::Text),
    ("error", Kind::Text),
];

fn tasks(facts: &Facts, rows: &mut dyn Rows) {
    let (run, a) = (facts.run(), &facts.run().attempts);
    let (waiting, slack) = (facts.waiting(), facts.slack());
    let critical = facts.critical_path().map(|p| p.on_path.as_slice()).unwrap_or_default();
    for t in run.task_ids() {
        let i = t.index();
        let tries = || run.attempts_of(t).map(|at| at.index());
        let known = |t: &i64| *t != UNKNOWN;
        rows.text(&run.id);
        rows.text(run.task_id(t));
        rows.text(run.task_name(t));
        rows.text(run.task_step(t));
        rows.text(run.text(run.tasks.kind[i]));
        let parent = run.parent(t).map_or(run.text(run.tasks.group[i]), |p| run.task_id(p));
        rows.text(parent);
        rows.word(run.tasks.status[i].name());
        rows.text(worker_of(run, t));
        rows.count(Some(tries().count()));
        rows.time(tries().map(|i| a.queued[i]).filter(known).min().unwrap_or(UNKNOWN));
        rows.time(start_of(run, t));
        rows.time(run.task_interval(t).map_or(UNKNOWN, |(_, end)| end));
        rows.seconds(waiting.wait.get(i).copied().unwrap_or(UNKNOWN));
        rows.seconds(run.task_interval(t).map_or(UNKNOWN, |(from, to)| to.saturating_sub(from)));
        let lengths: Vec<i64> = run
            .attempts_of(t)
            .filter_map(|at| run.interval(at))
            .map(|(from, to)| to.saturating_sub(from))
            .collect();
        rows.seconds(if lengths.is_empty() {
            UNKNOWN
        } else {
            lengths.iter().fold(0, |sum: i64, ns| sum.saturating_add(*ns))
        });
        rows.seconds(slack.total.get(i).copied().flatten().unwrap_or(UNKNOWN));
        rows.flag(critical.get(i).copied().unwrap_or(false));
        let needed: Vec<&str> = run.predecessors.row(i).iter().map(|&p| run.task_id(TaskId(p))).collect();
        rows.texts(&needed);
        let failed = run.attempts_of(t).rev().map(|at| at.index());
        let failed = failed.into_iter().find(|&i| !a.error[i].is_empty() || !a.error_kind[i].is_empty());
        rows.text(failed.map_or("", |i| run.text(a.error_kind[i])));
        rows.text(failed.map_or("", |i| run.text(a.error[i])));
        rows.end();
    }
}

const ATTEMPTS: [Column; 15] = [
    ("run", Kind::Text),
    ("task", Kind::Text),
    ("name", Kind::Text),
    ("step", Kind::Text),
    ("attempt", Kind::Count),
    ("status", Kind::Text),
    ("worker", Kind::Text),
    ("queued", Kind::Time),
    ("started", Kind::Time),
    ("ended", Kind::Time),
    ("queue_s", Kind::Seconds),
    ("duration_s", Kind::Seconds),
    ("progress", Kind::Value),
    ("error_kind", Kind::Text),
    ("error", Kind::Text),
];

fn attempts(facts: &Facts, rows: &mut dyn Rows) {
    let (run, a) = (facts.run(), &facts.run().attempts);
    for t in run.task_ids() {
        for at in run.attempts_of(t) {
            let i = at.index();
            rows.text(&run.id);
            rows.text(run.task_id(t));
            rows.text(run.task_name(t));
            rows.text(run.task_step(t));
            rows.count(Some(a.number[i] as usize));
            rows.word(a.status[i].name());
            rows.text(run.text(a.worker[i]));
            rows.time(a.queued[i]);
            rows.time(a.started[i]);
            rows.time(a.ended[i]);
            let queued = a.queued[i] != UNKNOWN && a.started[i] != UNKNOWN;
            rows.seconds(if queued { a.started[i].saturating_sub(a.queued[i]) } else { UNKNOWN });
            rows.seconds(run.interval(at).map_or(UNKNOWN, |(from, to)| to.saturating_sub(from)));
            rows.value(if a.progress[i] < 0.0 { f64::NAN } else { f64::from(a.progress[i]) });
            rows.text(run.text(a.error_kind[i]));
            rows.text(run.text(a.error[i]));
            rows.end();
        }
    }
}

const METRICS: [Column; 7] = [
    ("run", Kind::Text),
    ("task", Kind::Text),
    ("attempt", Kind::Count),
    ("metric", Kind::Text),
    ("value", Kind::Value),
    ("unit", Kind::Text),
    ("time", Kind::Time),
];

fn metrics(facts: &Facts, rows: &mut dyn Rows) {
    let (run, s) = (facts.run(), &facts.run().samples);
    for i in 0..s.task.len() {
        rows.text(&run.id);
        rows.text(if s.task[i] == NONE { "" } else { run.task_id(TaskId(s.task[i])) });
        rows.count((s.number[i] != 0).then_some(s.number[i] as usize));
        rows.text(run.text(s.name[i]));
        rows.value(s.value[i]);
        rows.text(run.text(s.unit[i]));
        rows.time(s.t[i]);
        rows.end();
    }
}

const RUNS: [Column; 18] = [
    ("run", Kind::Text),
    ("name", Kind::Text),
    ("workflow", Kind::Text),
    ("source", Kind::Text),
    ("status", Kind::Text),
    ("started", Kind::Time),
    ("ended", Kind::Time),
    ("makespan_s", Kind::Seconds),
    ("work_s", Kind::Seconds),
    ("critical_path_s", Kind::Seconds),
    ("tasks", Kind::Count),
    ("succeeded", Kind::Count),
    ("failed", Kind::Count),
    ("attempts", Kind::Count),
    ("retries", Kind::Count),
    ("success_rate", Kind::Value),
    ("max_concurrency", Kind::Value),
    ("error", Kind::Text),
];

fn run(facts: &Facts, rows: &mut dyn Rows) {
    let (run, totals) = (facts.run(), facts.totals());
    let count = |status: Status| totals.statuses[status as usize] as usize;
    rows.text(&run.id);
    rows.text(run.text(run.name));
    rows.text(run.text(run.workflow));
    rows.text(run.text(run.source));
    rows.word(totals.status.map_or("", Status::name));
    rows.time(totals.started.unwrap_or(UNKNOWN));
    rows.time(totals.ended.unwrap_or(UNKNOWN));
    rows.seconds(totals.makespan.unwrap_or(UNKNOWN));
    rows.seconds(if has_times(run) { totals.work } else { UNKNOWN });
    rows.seconds(facts.critical_path().map_or(UNKNOWN, |p| p.length));
    rows.count(Some(totals.tasks));
    rows.count(Some(count(Status::Succeeded)));
    rows.count(Some(count(Status::Failed)));
    rows.count(Some(totals.attempts));
    rows.count(Some(totals.retries));
    rows.value(figure(facts, "success-rate >= 0") / 100.0);
    rows.value(figure(facts, "max-concurrency >= 0"));
    rows.text(run.text(run.error[0]));
    rows.end();
}

/// A figure of a run as its rules know it.
fn figure(facts: &Facts, rule: &str) -> f64 {
    Rule::parse(rule).map_or(f64::NAN, |rule| judge(facts, &rule).value)
}

/// Whether any attempt has a length.
fn has_times(run: &Run) -> bool {
    run.task_ids().flat_map(|t| run.attempts_of(t)).any(|at| run.interval(at).is_some())
}
