//! Tooltips of a task, or of several merged ones.

use makespan_analysis::{Cause, Facts};
use makespan_model::{AttemptId, Run, Status, TaskId, UNKNOWN};
use makespan_scene::{count, counted, duration};

use crate::clip::shortened;
use crate::look::Look;
use crate::moment::Moments;
use crate::timeline::reason;

/// Maximum length of a name and of an error, characters.
const LONGEST: (usize, usize) = (80, 160);

/// Maximum number of tasks of a run whose tooltips compare with usual durations and explain waits, because the pointer
/// must not wait for the facts of larger runs.
const EXPLAINED: usize = 100_000;

/// Returns the lines about a task, or one attempt of it: name, status and duration, the usual duration of its step,
/// when it ran, what it waited for, and why it failed.
pub fn task_tip(facts: &Facts, task: TaskId, attempt: Option<AttemptId>, look: &Look) -> String {
    let run = facts.run();
    let i = task.index();
    let tries = run.attempts_of(task).len();
    let mut lines = Vec::with_capacity(5);
    let of = attempt.filter(|_| tries > 1).map(|a| run.attempts.number[a.index()]);
    let name = shortened(run.task_name(task), LONGEST.0);
    lines.push(of.map_or(name.clone(), |n| format!("{name} · attempt {n} of {tries}")));

    let interval = attempt.map_or_else(|| run.task_interval(task), |a| run.interval(a));
    let length = interval.map(|(s, e)| e.saturating_sub(s));
    let status = attempt.map_or(run.tasks.status[i], |a| run.attempts.status[a.index()]);
    lines.push(match length {
        Some(ns) => format!("{} · {}", status.name(), duration(ns)),
        None => status.name().to_owned(),
    });
    let explained = run.task_count() <= EXPLAINED;
    if explained && let Some(usual) = usual(facts, task) {
        lines.push(usual);
    }
    if let Some((from, to)) = interval {
        let moments = Moments::new(run, look);
        lines.push(format!("{} to {}", moments.value(from).text(), moments.value(to).text()));
    }
    if explained {
        lines.extend(waited(facts, task));
    }
    let error =
        run.attempts_of(task).map(|a| run.text(run.attempts.error[a.index()])).rfind(|e| !e.is_empty());
    if let Some(error) = error.filter(|_| status.is_failure()) {
        lines.push(shortened(error.lines().next().unwrap_or_default(), LONGEST.1));
    }
    lines.join("\n")
}

/// Returns the usual duration of a task's step, if it has other tasks.
fn usual(facts: &Facts, task: TaskId) -> Option<String> {
    let step = facts.run().task_step(task);
    let stat = facts.steps().iter().find(|s| s.step == step)?;
    let known = stat.tasks > 1 && stat.median != UNKNOWN;
    known.then(|| {
        format!(
            "median of {} in {}: {}",
            counted(stat.tasks, "task"),
            shortened(step, 40),
            duration(stat.median)
        )
    })
}

/// Returns how long it waited after it was ready, and the main cause.
fn waited(facts: &Facts, task: TaskId) -> Option<String> {
    let run = facts.run();
    let wait = facts.waiting().wait[task.index()];
    if wait == UNKNOWN || wait <= 0 {
        return None;
    }
    let pieces = facts.wait_pieces(task);
    // The release time was before it was ready.
    let known = pieces.iter().filter(|p| !matches!(p.cause, Cause::Unknown | Cause::Dependency(_)));
    let longest = known.max_by_key(|p| p.to.saturating_sub(p.from));
    let why = longest.map_or(String::new(), |piece| {
        let (why, who) = reason(run, piece.cause);
        let who = who.map_or(String::new(), |t| format!(" {}", shortened(run.task_name(t), 40)));
        format!(", longest: {why}{who}")
    });
    Some(format!("waited {} after it was ready{why}", duration(wait)))
}

/// Returns the lines about several tasks: their common name, their number, and their statuses.
pub fn tasks_tip(run: &Run, name: &str, tasks: &[u32]) -> String {
    let mut of = [0u64; Status::ALL.len()];
    for &t in tasks {
        of[run.tasks.status[t as usize] as usize] += 1;
    }
    let parts: Vec<String> = Status::ALL
        .into_iter()
        .filter(|s| of[*s as usize] > 0)
        .map(|s| format!("{} {}", count(of[s as usize]), s.name()))
        .collect();
    format!("{}\n{}: {}", shortened(name, LONGEST.0), counted(tasks.len(), "task"), parts.join(", "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn facts(text: &str) -> Facts {
        Facts::new(std::sync::Arc::new(makespan_model::notation::run(text).unwrap()))
    }

    #[test]
    fn a_task_is_described_beside_the_pointer() {
        let facts = facts("a 0..1 w1 step=s\nb 0..3 w2 step=s\nc 2..9 w1 a step=s failed");
        let task = facts.run().find_task("b").unwrap();
        let tip = task_tip(&facts, task, None, &Look::default());
        assert_eq!(tip, "b\nsucceeded · 3 s\nmedian of 3 tasks in s: 2 s\n+0 s to +3 s");
    }

    #[test]
    fn several_tasks_are_counted_by_status() {
        let facts = facts("a 0..1 w1\nb 1..4 w1\nc 2..9 w1 failed");
        assert_eq!(tasks_tip(facts.run(), "all", &[0, 1, 2]), "all\n3 tasks: 2 succeeded, 1 failed");
    }
}
