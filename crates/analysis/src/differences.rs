//! Differences between the totals that a source states and those computed from its tasks.

use makespan_format::clip_chars;
use makespan_model::{Run, Status, Stored};

use crate::Totals;

/// A total that the source states and that its tasks contradict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// The total: a key of the stored totals without its unit, or `wall` for the recorded start and end of the run.
    pub what: String,
    /// The value computed from the tasks.
    pub ours: String,
    /// The value that the source states.
    pub stored: String,
}

/// Whether two durations in ns differ by more than 1 ms and by more than 1 % of the stored one.
fn far(ours: f64, stored: f64) -> bool {
    (ours - stored).abs() > (stored.abs() / 100.0).max(1e6)
}

/// A number as text of bounded length.
fn number(n: f64) -> String {
    if n.abs() < 1e15 { n.to_string() } else { format!("{n:.3e}") }
}

fn seconds(ns: f64) -> String {
    let s = ns / 1e9;
    if s.abs() < 1e15 { format!("{s:.3} s") } else { format!("{s:.3e} s") }
}

fn percent(share: f64) -> String {
    let p = share * 100.0;
    if p.abs() < 1e15 { format!("{p:.0} %") } else { format!("{p:.3e} %") }
}

/// The stored totals that disagree with ours: the recorded wall time and status first, then in the order of
/// [`Run::stored`].
///
/// Durations may differ by 1 ms or 1 %, whichever is more; counts and statuses must be equal. The wall time, from the
/// recorded start to the recorded end of the run, is compared with the makespan, and may be longer by 100 ms or 10 % if
/// it encloses all tasks. A stored makespan is compared with the wall time if there is one, because both describe the
/// run and not its tasks. A stored count of successes may include cached tasks or not; a stored progress may be any
/// share between that of the successes and that of all ended tasks. Totals with unknown keys, words that are not a
/// status, and totals that cannot be computed are not judged.
pub fn differences(run: &Run, totals: &Totals) -> Vec<Difference> {
    let mut out = Vec::new();
    let mut tell = |what: &str, ours: String, stored: String| {
        out.push(Difference { what: what.to_owned(), ours, stored });
    };
    let makespan = totals.makespan.map(|m| m as f64);
    let wall = totals.recorded_wall.map(|w| w as f64);
    // A program that starts before its first task and ends after its last one took that time beside its tasks.
    let (start, end) = (run.recorded_start, run.recorded_end);
    let encloses = totals.started.is_some_and(|s| start <= s) && totals.ended.is_some_and(|e| e <= end);
    if let (Some(ours), Some(stored)) = (makespan, wall)
        && far(ours, stored)
        && !(encloses && stored - ours <= (stored / 10.0).max(1e8))
    {
        tell("wall", seconds(ours), seconds(stored));
    }
    let status = |s: Status| totals.status.filter(|ours| *ours != s);
    let told = run.recorded_status.filter(|s| status(*s).is_some());
    if let (Some(ours), Some(stored)) = (totals.status, told) {
        tell("status", ours.name().to_owned(), stored.name().to_owned());
    }
    let count = |s: Status| f64::from(totals.statuses[s as usize]);
    let succeeded = count(Status::Succeeded);
    let with_cached = succeeded + count(Status::Cached);
    for (key, stored) in run.stored() {
        match (key.as_str(), stored) {
            ("makespan_ns", Stored::Number(n)) => {
                if let Some(ours) = wall.or(makespan).filter(|m| far(*m, n)) {
                    tell("makespan", seconds(ours), seconds(n));
                }
            }
            ("work_ns", Stored::Number(n)) if far(totals.work as f64, n) => {
                tell("work", seconds(totals.work as f64), seconds(n));
            }
            ("tasks", Stored::Number(n)) if n != totals.tasks as f64 => {
                tell("tasks", totals.tasks.to_string(), number(n));
            }
            ("succeeded", Stored::Number(n)) if n != succeeded && n != with_cached => {
                tell("succeeded", succeeded.to_string(), number(n));
            }
            ("failed", Stored::Number(n)) if n != count(Status::Failed) => {
                tell("failed", count(Status::Failed).to_string(), number(n));
            }
            ("progress", Stored::Number(n)) if totals.tasks > 0 => {
                let all = totals.tasks as f64;
                let over: f64 = Status::ALL.into_iter().filter(|s| s.is_terminal()).map(count).sum();
                if n < succeeded / all - 0.01 || n > over / all + 0.01 {
                    tell("progress", percent(over / all), percent(n));
                }
            }
            ("status", Stored::Text(word)) => {
                let stored = Status::from_word(&word).filter(|s| told != Some(*s));
                if let Some(ours) = stored.and_then(status) {
                    tell("status", ours.name().to_owned(), clip_chars(&word, 40).to_owned());
                }
            }
            _ => {}
        }
    }
    out
}
