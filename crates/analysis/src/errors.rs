//! Errors, grouped by message.

use makespan_format::clip_chars;
use makespan_model::{AttemptId, HashMap, HashSet, Order as _, Run, Status, StrId, TaskId, UNKNOWN};

use crate::fingerprint::{fingerprint, first_line};

/// Longest message kept of a group, in characters.
const LONGEST: usize = 1000;

/// Failed attempts that say the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorGroup {
    /// The common part of their messages; see [`fingerprint`]. Empty for failures without a message.
    pub fingerprint: String,
    /// First line of the first message met, by time.
    pub message: String,
    /// Whether all of them have this message.
    pub is_same: bool,
    /// Class or code of the error, the same for all of them; empty if there is none.
    pub kind: String,
    /// The tasks concerned, in order of their first such failure, each once.
    pub tasks: Vec<TaskId>,
    /// Number of attempts; 0 if the group only has tasks that failed without a failed attempt.
    pub attempts: u32,
    /// End of the first of them, or its start if the end is unknown, ns since the epoch.
    pub first: Option<i64>,
}

/// The failures of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors {
    /// The task to look at first; `None` if nothing failed.
    pub first: Option<TaskId>,
    /// Most attempts first, then the earlier, then by kind and fingerprint.
    pub groups: Vec<ErrorGroup>,
}

/// The same error in several runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharedError {
    /// The common part of the messages, the first message, and their kind, as in [`ErrorGroup`].
    pub fingerprint: String,
    /// First line of the first message, of the first run that has it.
    pub message: String,
    /// Class or code of the error.
    pub kind: String,
    /// Number of attempts, over all runs.
    pub attempts: u32,
    /// Number of tasks, over all runs.
    pub tasks: u32,
    /// In how many runs.
    pub runs: u32,
}

/// The errors of a run, grouped by kind and [fingerprint] of the message.
///
/// An attempt failed if its status says so, or if it has an error and did not succeed. A task that failed without such
/// an attempt joins the group without a message. `first` is the task whose failed attempt ended earliest (or started
/// earliest if it has no end; attempts without times come last), among tasks that did not recover and have no
/// predecessor or content that failed; if there are none, among all that did not recover; else among all. The error of
/// the run as a whole is in no group. O((n + e + a) log a).
pub fn errors(run: &Run) -> Errors {
    let a = &run.attempts;
    let failed = |i: AttemptId| {
        let i = i.index();
        let excused = matches!(a.status[i], Status::Succeeded | Status::Cached | Status::Skipped);
        let says = !a.error[i].is_empty() || !a.error_kind[i].is_empty();
        a.status[i] == Status::Failed || (says && !excused)
    };
    let time = |i: AttemptId| {
        let (s, e) = (a.started[i.index()], a.ended[i.index()]);
        if e != UNKNOWN { e } else { s }
    };
    // (unknown times last, time, task, attempt)
    let mut cases: Vec<(bool, i64, TaskId, Option<AttemptId>)> = Vec::new();
    for t in run.task_ids() {
        let before = cases.len();
        cases.extend(
            run.attempts_of(t).filter(|i| failed(*i)).map(|i| (time(i) == UNKNOWN, time(i), t, Some(i))),
        );
        if cases.len() == before && run.tasks.status[t.index()] == Status::Failed {
            cases.push((true, UNKNOWN, t, None));
        }
    }
    cases.order_by(Ord::cmp);
    Errors { first: root(run, cases.iter().map(|c| c.2)), groups: groups(run, &cases) }
}

/// The task to look at first, of tasks in order of their failures.
fn root(run: &Run, cases: impl Iterator<Item = TaskId>) -> Option<TaskId> {
    let is_bad = |t: u32| run.tasks.status[t as usize].is_failure();
    let mut follows: Vec<bool> =
        (0..run.task_count()).map(|t| run.predecessors.row(t).iter().any(|&p| is_bad(p))).collect();
    for t in run.task_ids().filter(|t| is_bad(t.0)) {
        if let Some(p) = run.parent(t) {
            follows[p.index()] = true;
        }
    }
    cases
        .map(|t| if !is_bad(t.0) { (2, t) } else { (u8::from(follows[t.index()]), t) })
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, t)| t)
}

fn groups(run: &Run, cases: &[(bool, i64, TaskId, Option<AttemptId>)]) -> Vec<ErrorGroup> {
    let a = &run.attempts;
    let mut prints: HashMap<StrId, String> = HashMap::default();
    let mut place: HashMap<(StrId, String), usize> = HashMap::default();
    let mut seen: Vec<(usize, TaskId)> = Vec::new();
    let mut groups: Vec<ErrorGroup> = Vec::new();
    let mut messages: Vec<StrId> = Vec::new();
    for &(untimed, t, task, attempt) in cases {
        let (message, kind) =
            attempt.map_or((StrId::EMPTY, StrId::EMPTY), |i| (a.error[i.index()], a.error_kind[i.index()]));
        let print = prints.entry(message).or_insert_with(|| fingerprint(run.text(message))).clone();
        let at = *place.entry((kind, print)).or_insert_with_key(|(_, print)| {
            groups.push(ErrorGroup {
                fingerprint: print.clone(),
                message: clip_chars(first_line(run.text(message)), LONGEST).to_owned(),
                is_same: true,
                kind: run.text(kind).to_owned(),
                first: (!untimed).then_some(t),
                ..ErrorGroup::default()
            });
            messages.push(message);
            groups.len() - 1
        });
        groups[at].attempts += u32::from(attempt.is_some());
        groups[at].is_same &= message == messages[at];
        seen.push((at, task));
    }
    // The cases come in order of time: the first of each task and group is the one that counts.
    let mut once = HashSet::default();
    for (at, task) in seen {
        if once.insert((at, task)) {
            groups[at].tasks.push(task);
        }
    }
    let time = |g: &ErrorGroup| (g.first.is_none(), g.first);
    groups.order_by(|x, y| {
        let names = (&x.kind, &x.fingerprint).cmp(&(&y.kind, &y.fingerprint));
        y.attempts.cmp(&x.attempts).then(time(x).cmp(&time(y))).then(names)
    });
    groups
}
