//! Applies a rule to a run. A pure function: the time is an argument.

use std::collections::BTreeMap;

use makespan_analysis::query::{Query, QueryContext};
use makespan_analysis::{Comparison, FIGURES, Facts, Gate, Quantity, Rule, judge as judge_figure, unit};
use makespan_format::Status;
use makespan_model::{Run, TaskId, UNKNOWN};
use makespan_scene::{counted, duration, visible};
use makespan_views::amount::Unit;

use crate::baseline::Baseline;
use crate::rule::{AlertRule, Condition, RunLimit};
use crate::sentence::{self, About, Figures};

/// Maximum number of task ids kept with an alert.
const KEPT: usize = 20;

/// The state of the run when a rule is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The run has not finished.
    Live {
        /// Current time, ns since the epoch.
        now: i64,
        /// Time of the last event; if unknown, rules about silence are not judged.
        last_event: Option<i64>,
    },
    /// The run has finished: nothing is running or expected any more.
    Over,
    /// The whole past of the run: a rule that would have fired at any time counts as firing.
    Past,
}

/// A run to apply a rule to.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'r> {
    /// The run.
    pub facts: &'r Facts,
    /// The state of the run.
    pub moment: Moment,
    /// Time zone for times of day in queries, seconds east of UTC.
    pub utc_offset: i32,
}

/// Whether a rule fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The rule fires.
    Firing,
    /// The rule does not fire.
    Clear,
    /// The run or the earlier runs do not have the data: a firing alert stays firing, and no alert fires.
    Unknown,
}

/// The result of applying a rule to a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Whether it fires.
    pub verdict: Verdict,
    /// The compared value, in ns, bytes, hundredths, or the unit of the metric; for tasks, the number of matches. `None` if unknown.
    pub value: Option<f64>,
    /// The limit in the same unit; `None` if there is none.
    pub limit: Option<f64>,
    /// The unit of value and limit.
    pub quantity: Quantity,
    /// Ids of the tasks concerned; only the first if there are many.
    pub tasks: Vec<String>,
    /// One sentence without a full stop: what happened, in which run and task, the value and the limit; for
    /// [`Verdict::Unknown`], the reason.
    pub text: String,
}

impl Judgement {
    fn new(verdict: Verdict, text: String) -> Judgement {
        Judgement { verdict, value: None, limit: None, quantity: Quantity::Number, tasks: Vec::new(), text }
    }

    fn unknown(text: impl Into<String>) -> Judgement {
        Judgement::new(Verdict::Unknown, text.into())
    }

    fn with(self, value: f64, limit: Option<f64>, quantity: Quantity) -> Judgement {
        Judgement { value: Some(value).filter(|v| v.is_finite()), limit, quantity, ..self }
    }

    fn about(self, run: &Run, tasks: &[TaskId]) -> Judgement {
        let ids = tasks.iter().take(KEPT).map(|task| run.task_id(*task).to_owned()).collect();
        Judgement { tasks: ids, ..self }
    }
}

/// Applies a rule to a run. O(n log n), plus the cost of the facts that the rule needs.
pub fn judge(rule: &AlertRule, watched: &Watched<'_>, baseline: &Baseline) -> Judgement {
    match &rule.condition {
        Condition::Figure(gate) => figure(gate, rule, watched, baseline),
        Condition::Metric(rule) => metric(rule, watched),
        Condition::Tasks(query) => tasks(query, watched),
        Condition::Status(statuses) => status(statuses, watched.facts.run()),
        Condition::Running(limit, query) => running(*limit, query.as_ref(), watched, baseline),
        Condition::Silent(limit) => silent(*limit, watched),
    }
}

fn verdict(fires: bool) -> Verdict {
    if fires { Verdict::Firing } else { Verdict::Clear }
}

/// Judges a value by a limit, with the given sentence about both.
fn compared(rule: &Rule, name: &str, figures: Figures, sentence: impl FnOnce() -> String) -> Judgement {
    let Figures { value, limit, quantity } = figures;
    if value.is_nan() {
        let is_of_run = FIGURES.iter().any(|figure| figure.0 == rule.figure);
        let (owner, kind) = if is_of_run { ("the run", "") } else { ("no task of the run", " a value of") };
        let has = if is_of_run { "has no" } else { "has" };
        return Judgement::unknown(format!("{owner} {has}{kind} {}", visible(&rule.figure)));
    }
    if limit.is_nan() {
        let shown = Unit::of(quantity).text(value);
        return Judgement::unknown(format!("{name} {shown} cannot be compared with {}", rule.written));
    }
    let fires = rule.comparison.holds(value, limit);
    Judgement::new(verdict(fires), sentence()).with(value, Some(limit), quantity)
}

fn figure(gate: &Gate, rule: &AlertRule, watched: &Watched<'_>, baseline: &Baseline) -> Judgement {
    let origin = gate.needs_baseline().then(|| gate.rule().written.clone());
    let Some(rule) = gate.limited(baseline.figures(rule)) else {
        return Judgement::unknown("no earlier run has this figure");
    };
    let facts = watched.facts;
    let mut found = judge_figure(facts, &rule);
    if rule.figure == "makespan"
        && let Moment::Live { now, .. } = watched.moment
        && let Some((start, _)) = facts.run().span()
    {
        // A running task or run has taken at least this long.
        found.value = found.value.max(now.saturating_sub(start) as f64);
    }
    let written = rule.to_string();
    let name = written.split(['<', '>', '=', '!']).next().unwrap_or_default().trim();
    let figures = Figures { value: found.value, limit: found.limit, quantity: found.quantity };
    let run = facts.run();
    let failed = if rule.figure == "failed" { failed(run) } else { Vec::new() };
    let (task, origin) = (found.task, origin.as_deref());
    let about = About { run, figures, task, named: &failed, origin };
    let judged = compared(&rule, name, figures, || sentence::figure(&rule, about));
    match task {
        _ if judged.verdict != Verdict::Firing => judged,
        Some(task) => judged.about(run, &[task]),
        None => judged.about(run, &failed),
    }
}

/// The latest value of a metric; for the past, the value that is nearest to firing.
fn metric(rule: &Rule, watched: &Watched<'_>) -> Judgement {
    let run = watched.facts.run();
    let samples = &run.samples;
    // Time and value in the base unit of what it counts.
    let mut best: Option<(i64, f64, Quantity)> = None;
    for i in (0..samples.name.len()).filter(|i| run.text(samples.name[*i]) == rule.figure) {
        let (quantity, factor) = unit(run.text(samples.unit[i])).unwrap_or((Quantity::Number, 1.0));
        let (t, value) = (samples.t[i], samples.value[i] * factor);
        let is_better = best.is_none_or(|(at, known, _)| match (watched.moment, rule.comparison) {
            (Moment::Past, Comparison::Above | Comparison::AtLeast) => value > known,
            (Moment::Past, Comparison::Below | Comparison::AtMost) => value < known,
            // A time that is not known is the least of all.
            _ => t >= at,
        });
        if is_better {
            best = Some((t, value, quantity));
        }
    }
    let Some((_, value, quantity)) = best else {
        return Judgement::unknown(format!("the run has no metric {}", visible(&rule.figure)));
    };
    let limit = rule.limit_of(quantity).unwrap_or(f64::NAN);
    let figures = Figures { value, limit, quantity };
    compared(rule, &visible(&rule.figure), figures, || sentence::metric(rule, run, figures))
}

fn tasks(query: &Query, watched: &Watched<'_>) -> Judgement {
    let facts = watched.facts;
    let mask = match query.mask(facts, QueryContext { utc_offset: watched.utc_offset }) {
        Ok(mask) => mask,
        Err(error) => return Judgement::unknown(error.to_string()),
    };
    let run = facts.run();
    let found: Vec<TaskId> = run.task_ids().filter(|task| mask[task.index()]).collect();
    let text = sentence::matching(run, &query.to_string(), &found);
    let judged = Judgement::new(verdict(!found.is_empty()), text);
    judged.with(found.len() as f64, None, Quantity::Count).about(run, &found)
}

fn failed(run: &Run) -> Vec<TaskId> {
    run.task_ids().filter(|task| run.tasks.status[task.index()] == Status::Failed).collect()
}

fn status(statuses: &[Status], run: &Run) -> Judgement {
    let Some(status) = run.status() else { return Judgement::unknown("the status of the run is unknown") };
    let failed = failed(run);
    let fires = statuses.contains(&status);
    let subject = sentence::subject(run);
    let text = match (status, failed.as_slice()) {
        (Status::Failed, [_, ..]) if fires => {
            format!(
                "{subject} failed in {}: {}",
                counted(failed.len(), "task"),
                sentence::names(run, &failed)
            )
        }
        (Status::Failed | Status::Succeeded, _) => format!("{subject} {}", status.name()),
        _ => format!("The status of {} is {}", sentence::within(run), status.name()),
    };
    let judged = Judgement::new(verdict(fires), text);
    if fires && status == Status::Failed { judged.about(run, &failed) } else { judged }
}

fn running(limit: RunLimit, query: Option<&Query>, watched: &Watched<'_>, baseline: &Baseline) -> Judgement {
    let (facts, run) = (watched.facts, watched.facts.run());
    let mask = match query.map(|query| query.mask(facts, QueryContext { utc_offset: watched.utc_offset })) {
        Some(Err(error)) => return Judgement::unknown(error.to_string()),
        Some(Ok(mask)) => Some(mask),
        None => None,
    };
    let mut limits: BTreeMap<&str, Option<i64>> = BTreeMap::new();
    // Excess over the limit, duration, limit, and task.
    let mut over: Vec<(i64, i64, i64, TaskId)> = Vec::new();
    let origin = match limit {
        RunLimit::Length(_) => String::new(),
        RunLimit::Share(_) | RunLimit::Percentile(_) => format!(" ({limit})"),
    };
    let (mut judged, mut unknown) = (0usize, 0usize);
    for task in run.task_ids().filter(|task| mask.as_ref().is_none_or(|mask| mask[task.index()])) {
        let Some(took) = longest(run, task, watched.moment) else { continue };
        let step = run.task_step(task);
        let limit = *limits.entry(step).or_insert_with(|| baseline.limit(limit, step));
        match limit {
            Some(limit) if took > limit => over.push((took - limit, took, limit, task)),
            Some(_) => judged += 1,
            None => unknown += 1,
        }
    }
    // The largest excess first; ties in the order of the run.
    over.sort_by_key(|(by, _, _, task)| (std::cmp::Reverse(*by), *task));
    let ids: Vec<TaskId> = over.iter().map(|one| one.3).collect();
    match over.first() {
        Some((_, took, limit, task)) => {
            let more = match over.len() - 1 {
                0 => String::new(),
                1 => "; 1 other task is over its limit too".to_owned(),
                more => format!("; {} are over their limits too", counted(more, "other task")),
            };
            let verb = if watched.moment == Moment::Past { "ran" } else { "has been running" };
            let text = format!(
                "Task {} of {} {verb} for {}; the limit is {}{origin}{more}",
                visible(run.task_name(*task)),
                sentence::within(run),
                duration(*took),
                duration(*limit)
            );
            let judgement = Judgement::new(Verdict::Firing, text);
            judgement.with(*took as f64, Some(*limit as f64), Quantity::Time).about(run, &ids)
        }
        None if judged == 0 && unknown > 0 => {
            Judgement::unknown("no earlier run has a successful task of these steps")
        }
        None => {
            let verb = if watched.moment == Moment::Past { "ran" } else { "has been running" };
            let text = format!("No task of {} {verb} for more than {limit}", sentence::within(run));
            Judgement::new(Verdict::Clear, text)
        }
    }
}

/// How long a task has been running; for the past, its longest attempt.
fn longest(run: &Run, task: TaskId, moment: Moment) -> Option<i64> {
    let mut attempts = run.attempts_of(task);
    match moment {
        Moment::Live { now, .. } => {
            let last = attempts.next_back()?.index();
            let (started, ended) = (run.attempts.started[last], run.attempts.ended[last]);
            let runs = matches!(run.attempts.status[last], Status::Running | Status::Retrying)
                && started != UNKNOWN
                && ended == UNKNOWN;
            runs.then(|| now.saturating_sub(started))
        }
        Moment::Over => None,
        Moment::Past => {
            attempts.filter_map(|a| run.interval(a)).map(|(start, end)| end.saturating_sub(start)).max()
        }
    }
}

fn silent(limit: i64, watched: &Watched<'_>) -> Judgement {
    let quiet = match watched.moment {
        Moment::Live { now, last_event: Some(last) } => now.saturating_sub(last).max(0),
        Moment::Live { last_event: None, .. } => {
            return Judgement::unknown("the time of the last event is unknown");
        }
        Moment::Over => 0,
        Moment::Past => longest_gap(watched.facts.run()),
    };
    let fires = quiet > limit;
    let subject = sentence::subject(watched.facts.run());
    let (shown, most) = (duration(quiet), duration(limit));
    let text = match watched.moment {
        Moment::Over => format!("{subject} has finished"),
        Moment::Past => format!("{subject} recorded no event for {shown}; the limit is {most}"),
        Moment::Live { .. } => format!("{subject} has recorded no event for {shown}; the limit is {most}"),
    };
    Judgement::new(verdict(fires), text).with(quiet as f64, Some(limit as f64), Quantity::Time)
}

/// The longest time between two recorded times, ns.
fn longest_gap(run: &Run) -> i64 {
    let attempts = &run.attempts;
    let columns =
        [&attempts.queued, &attempts.started, &attempts.ended, &run.samples.t, &run.logs.t, &run.alerts.t];
    let mut times: Vec<i64> = columns.into_iter().flatten().copied().filter(|t| *t != UNKNOWN).collect();
    times.sort_unstable();
    times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).max().unwrap_or(0)
}
