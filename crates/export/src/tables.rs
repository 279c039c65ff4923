//! The tables of CSV files. Their columns are described in `docs/exports.md` and never renamed.

use makespan_analysis::{Facts, Rule, judge};
use makespan_model::{NONE, Run, Status, TaskId, UNKNOWN};
use makespan_views::tasks::{start_of, worker_of};

use crate::csv::Csv;
use crate::options::{Options, Table};

/// The table that was asked for, of all runs.
pub(crate) fn csv(runs: &[&Facts], options: &Options) -> String {
    let (columns, rows): (&[&str], fn(&Facts, &mut Csv)) = match options.table {
        Table::Tasks => (&TASKS, tasks),
        Table::Attempts => (&ATTEMPTS, attempts),
        Table::Metrics => (&METRICS, metrics),
        Table::Runs => (&RUNS, run),
    };
    let mut csv = Csv::new(columns, options.csv_raw);
    runs.iter().for_each(|facts| rows(facts, &mut csv));
    csv.finish()
}

const TASKS: [&str; 20] = [
    "run",
    "task",
    "name",
    "step",
    "kind",
    "parent",
    "status",
    "worker",
    "attempts",
    "queued",
    "started",
    "ended",
    "wait_s",
    "duration_s",
    "work_s",
    "slack_s",
    "critical",
    "depends_on",
    "error_kind",
    "error",
];

fn tasks(facts: &Facts, csv: &mut Csv) {
    let (run, a) = (facts.run(), &facts.run().attempts);
    let (waiting, slack) = (facts.waiting(), facts.slack());
    let critical = facts.critical_path().map(|p| p.on_path.as_slice()).unwrap_or_default();
    for t in run.task_ids() {
        let i = t.index();
        let tries = || run.attempts_of(t).map(|at| at.index());
        let known = |t: &i64| *t != UNKNOWN;
        csv.cell(&run.id);
        csv.cell(run.task_id(t));
        csv.cell(run.task_name(t));
        csv.cell(run.task_step(t));
        csv.cell(run.text(run.tasks.kind[i]));
        let parent = run.parent(t).map_or(run.text(run.tasks.group[i]), |p| run.task_id(p));
        csv.cell(parent);
        csv.number(run.tasks.status[i].name());
        csv.cell(worker_of(run, t));
        csv.count(tries().count());
        csv.time(tries().map(|i| a.queued[i]).filter(known).min().unwrap_or(UNKNOWN));
        csv.time(start_of(run, t));
        csv.time(run.task_interval(t).map_or(UNKNOWN, |(_, end)| end));
        csv.seconds(waiting.wait.get(i).copied().unwrap_or(UNKNOWN));
        csv.seconds(run.task_interval(t).map_or(UNKNOWN, |(from, to)| to.saturating_sub(from)));
        let lengths: Vec<i64> = run
            .attempts_of(t)
            .filter_map(|at| run.interval(at))
            .map(|(from, to)| to.saturating_sub(from))
            .collect();
        csv.seconds(if lengths.is_empty() {
            UNKNOWN
        } else {
            lengths.iter().fold(0, |sum: i64, ns| sum.saturating_add(*ns))
        });
        csv.seconds(slack.total.get(i).copied().flatten().unwrap_or(UNKNOWN));
        csv.number(if critical.get(i).copied().unwrap_or(false) { "true" } else { "false" });
        let needed: Vec<&str> = run.predecessors.row(i).iter().map(|&p| run.task_id(TaskId(p))).collect();
        csv.cell(&needed.join(";"));
        let failed = run.attempts_of(t).rev().map(|at| at.index());
        let failed = failed.into_iter().find(|&i| !a.error[i].is_empty() || !a.error_kind[i].is_empty());
        csv.cell(failed.map_or("", |i| run.text(a.error_kind[i])));
        csv.cell(failed.map_or("", |i| run.text(a.error[i])));
        csv.end();
    }
}

const ATTEMPTS: [&str; 15] = [
    "run",
    "task",
    "name",
    "step",
    "attempt",
    "status",
    "worker",
    "queued",
    "started",
    "ended",
    "queue_s",
    "duration_s",
    "progress",
    "error_kind",
    "error",
];

fn attempts(facts: &Facts, csv: &mut Csv) {
    let (run, a) = (facts.run(), &facts.run().attempts);
    for t in run.task_ids() {
        for at in run.attempts_of(t) {
            let i = at.index();
            csv.cell(&run.id);
            csv.cell(run.task_id(t));
            csv.cell(run.task_name(t));
            csv.cell(run.task_step(t));
            csv.count(a.number[i] as usize);
            csv.number(a.status[i].name());
            csv.cell(run.text(a.worker[i]));
            csv.time(a.queued[i]);
            csv.time(a.started[i]);
            csv.time(a.ended[i]);
            let queued = a.queued[i] != UNKNOWN && a.started[i] != UNKNOWN;
            csv.seconds(if queued { a.started[i].saturating_sub(a.queued[i]) } else { UNKNOWN });
            csv.seconds(run.interval(at).map_or(UNKNOWN, |(from, to)| to.saturating_sub(from)));
            csv.value(if a.progress[i] < 0.0 { f64::NAN } else { f64::from(a.progress[i]) });
            csv.cell(run.text(a.error_kind[i]));
            csv.cell(run.text(a.error[i]));
            csv.end();
        }
    }
}

const METRICS: [&str; 7] = ["run", "task", "attempt", "metric", "value", "unit", "time"];

fn metrics(facts: &Facts, csv: &mut Csv) {
    let (run, s) = (facts.run(), &facts.run().samples);
    for i in 0..s.task.len() {
        csv.cell(&run.id);
        csv.cell(if s.task[i] == NONE { "" } else { run.task_id(TaskId(s.task[i])) });
        csv.number(&if s.number[i] == 0 { String::new() } else { s.number[i].to_string() });
        csv.cell(run.text(s.name[i]));
        csv.value(s.value[i]);
        csv.cell(run.text(s.unit[i]));
        csv.time(s.t[i]);
        csv.end();
    }
}

const RUNS: [&str; 18] = [
    "run",
    "name",
    "workflow",
    "source",
    "status",
    "started",
    "ended",
    "makespan_s",
    "work_s",
    "critical_path_s",
    "tasks",
    "succeeded",
    "failed",
    "attempts",
    "retries",
    "success_rate",
    "max_concurrency",
    "error",
];

fn run(facts: &Facts, csv: &mut Csv) {
    let (run, totals) = (facts.run(), facts.totals());
    let count = |status: Status| totals.statuses[status as usize] as usize;
    csv.cell(&run.id);
    csv.cell(run.text(run.name));
    csv.cell(run.text(run.workflow));
    csv.cell(run.text(run.source));
    csv.number(totals.status.map_or("", Status::name));
    csv.time(totals.started.unwrap_or(UNKNOWN));
    csv.time(totals.ended.unwrap_or(UNKNOWN));
    csv.seconds(totals.makespan.unwrap_or(UNKNOWN));
    csv.seconds(if has_times(run) { totals.work } else { UNKNOWN });
    csv.seconds(facts.critical_path().map_or(UNKNOWN, |p| p.length));
    csv.count(totals.tasks);
    csv.count(count(Status::Succeeded));
    csv.count(count(Status::Failed));
    csv.count(totals.attempts);
    csv.count(totals.retries);
    csv.value(figure(facts, "success-rate >= 0") / 100.0);
    csv.value(figure(facts, "max-concurrency >= 0"));
    csv.cell(run.text(run.error[0]));
    csv.end();
}

/// A figure of a run as its rules know it.
fn figure(facts: &Facts, rule: &str) -> f64 {
    Rule::parse(rule).map_or(f64::NAN, |rule| judge(facts, &rule).value)
}

/// Whether any attempt has a length.
fn has_times(run: &Run) -> bool {
    run.task_ids().flat_map(|t| run.attempts_of(t)).any(|at| run.interval(at).is_some())
}
