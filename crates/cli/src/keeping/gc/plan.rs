//! Which runs a policy lets go, and why: pure, so that what is shown is what is done.

use std::collections::BTreeMap;
use std::fmt;

use makespan_format::time::{SECOND, format_rfc3339};
use makespan_scene::duration;
use makespan_store::RunState;

/// How long a run stays in the trash before it is removed for good, ns.
pub(super) const IN_TRASH: i64 = 24 * 3600 * SECOND;
/// 1990-01-01, ns since the epoch: an earlier date is that of a clock that was not set.
const EARLIEST: i64 = 631_152_000 * SECOND;
/// As far a date may lie in the future, ns: clocks differ.
const LATEST: i64 = 24 * 3600 * SECOND;

/// What is to be kept. Runs that are pinned, not over, or of no plausible date are always kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Policy {
    /// Runs that ended longer ago than this, in ns, go.
    pub(super) older_than: Option<i64>,
    /// The last so many runs of each workflow are kept. Where nothing else says which go, all others do.
    pub(super) keep_last: Option<u64>,
    /// The oldest go until the events of all have no more than so many bytes.
    pub(super) max_size: Option<u64>,
    /// Failed runs are kept.
    pub(super) keep_failed: bool,
}

/// Why a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// It ended then, which is too long ago.
    Age(i64),
    /// There are so many later ones of its workflow.
    Count(u64),
    /// There is no room for it.
    Size,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Age(age) => write!(f, "ended {} ago", duration(*age)),
            Reason::Count(later) => write!(f, "{later} later ones of its workflow"),
            Reason::Size => f.write_str("more than the size that is kept"),
        }
    }
}

/// Why a run that might have gone is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kept {
    Pinned,
    Active,
    /// It has no end, or one that no clock should have shown.
    Undated,
    Failed,
    /// One of the last of its workflow.
    Last,
}

impl Kept {
    /// The name in JSON.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kept::Pinned => "pinned",
            Kept::Active => "active",
            Kept::Undated => "undated",
            Kept::Failed => "failed",
            Kept::Last => "last",
        }
    }
}

/// What a policy comes to. Runs are named by their places in the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// The runs that go into the trash, the oldest first, and why.
    pub(super) goes: Vec<(usize, Reason)>,
    /// How many of the others are kept for which reason.
    pub(super) kept: BTreeMap<Kept, u64>,
    /// Bytes of the runs that stay.
    pub(super) left: u64,
}

/// Decides at `now` (ns since the epoch) over all runs that are not in the trash. O(n log n).
pub(super) fn plan(runs: &[RunState], policy: &Policy, now: i64) -> Plan {
    let mut plan = Plan { left: runs.iter().map(|run| run.bytes).sum(), ..Plan::default() };
    let later = later_ones(runs);
    let is_count_alone = policy.older_than.is_none() && policy.max_size.is_none();
    let mut stays: Vec<usize> = Vec::new();
    let mut oldest_first: Vec<usize> = (0..runs.len()).collect();
    oldest_first.sort_by_key(|&i| (runs[i].ended().unwrap_or(i64::MAX), &runs[i].id));
    for i in oldest_first {
        let run = &runs[i];
        let is_last = policy.keep_last.is_some_and(|last| later[i] < last);
        let kept = match dated(run, now) {
            _ if run.pinned => Err(Kept::Pinned),
            _ if run.is_active() => Err(Kept::Active),
            None => Err(Kept::Undated),
            _ if policy.keep_failed && run.status().is_some_and(|status| status.is_failure()) => {
                Err(Kept::Failed)
            }
            _ if is_last => Err(Kept::Last),
            Some(ended) => Ok(now.saturating_sub(ended)),
        };
        match kept {
            Err(why) => *plan.kept.entry(why).or_default() += 1,
            Ok(age) if policy.older_than.is_some_and(|most| age > most) => {
                plan.goes.push((i, Reason::Age(age)))
            }
            Ok(_) if is_count_alone && policy.keep_last.is_some() => {
                plan.goes.push((i, Reason::Count(later[i])))
            }
            Ok(_) => stays.push(i),
        }
    }
    plan.left -= plan.goes.iter().map(|(i, _)| runs[*i].bytes).sum::<u64>();
    if let Some(most) = policy.max_size {
        for i in stays {
            if plan.left <= most {
                break;
            }
            plan.left -= runs[i].bytes;
            plan.goes.push((i, Reason::Size));
        }
    }
    plan
}

/// The end of a run, where it is one that a clock can have shown.
fn dated(run: &RunState, now: i64) -> Option<i64> {
    run.ended().filter(|ended| (EARLIEST..=now.saturating_add(LATEST)).contains(ended))
}

/// Of each run, how many of its workflow stand later in time.
fn later_ones(runs: &[RunState]) -> Vec<u64> {
    let mut latest_first: Vec<usize> = (0..runs.len()).collect();
    latest_first.sort_by(|&a, &b| (runs[b].at(), &runs[b].id).cmp(&(runs[a].at(), &runs[a].id)));
    let mut counts: BTreeMap<Option<&str>, u64> = BTreeMap::new();
    let mut later = vec![0; runs.len()];
    for i in latest_first {
        let count = counts.entry(runs[i].workflow.as_deref()).or_default();
        later[i] = *count;
        *count += 1;
    }
    later
}

/// Whether so many of so many are more than anybody expects who is not asked: more than a fifth, or than 1,000. A clock
/// that is wrong by years makes all runs old at once.
pub(super) fn is_much(goes: usize, of: usize) -> bool {
    goes > 1_000 || goes * 5 > of
}

/// Whether a run was put into the trash long enough ago to be removed for good.
pub(super) fn is_spent(run: &RunState, now: i64) -> bool {
    !run.pinned && run.trashed.is_some_and(|since| (IN_TRASH..i64::MAX).contains(&now.saturating_sub(since)))
}

/// The day and time of an end, for people.
pub(super) fn ended(run: &RunState) -> String {
    run.ended().map_or_else(|| "–".to_owned(), format_rfc3339)
}

#[cfg(test)]
mod tests {
    use makespan_format::Status;

    use super::*;

    const DAY: i64 = 24 * 3600 * SECOND;
    const NOW: i64 = 1_767_600_000 * SECOND;

    /// A run of 100 bytes that ended so many days ago.
    fn run(id: &str, days: i64) -> RunState {
        RunState {
            recorded_status: Some(Status::Succeeded),
            recorded_start: Some(NOW - days * DAY),
            recorded_end: Some(NOW - days * DAY),
            bytes: 100,
            ..RunState::new(id, NOW)
        }
    }

    fn goes(runs: &[RunState], policy: &Policy) -> Vec<String> {
        plan(runs, policy, NOW).goes.iter().map(|(i, _)| runs[*i].id.clone()).collect()
    }

    #[test]
    fn age_count_and_size() {
        let runs = [run("a", 1), run("b", 40), run("c", 2), run("d", 90)];
        let policy = Policy::default();
        assert_eq!(goes(&runs, &Policy { older_than: Some(30 * DAY), ..policy }), ["d", "b"]);
        assert_eq!(goes(&runs, &Policy { keep_last: Some(1), ..policy }), ["d", "b", "c"]);
        assert_eq!(goes(&runs, &Policy { keep_last: Some(3), older_than: Some(30 * DAY), ..policy }), ["d"]);
        assert_eq!(goes(&runs, &Policy { max_size: Some(250), ..policy }), ["d", "b"]);
        assert_eq!(goes(&runs, &Policy { max_size: Some(0), keep_last: Some(2), ..policy }), ["d", "b"]);
        assert_eq!(plan(&runs, &Policy { max_size: Some(0), keep_last: Some(2), ..policy }, NOW).left, 200);
        assert_eq!(goes(&runs, &policy), [""; 0]);
    }

    #[test]
    fn each_workflow_keeps_its_own_last() {
        let of = |id, days, workflow: &str| RunState { workflow: Some(workflow.to_owned()), ..run(id, days) };
        let runs = [of("a", 1, "x"), of("b", 2, "x"), of("c", 90, "y"), run("d", 5), run("e", 6)];
        assert_eq!(goes(&runs, &Policy { keep_last: Some(1), ..Policy::default() }), ["e", "b"]);
    }

    #[test]
    fn what_is_always_kept() {
        let all = Policy { older_than: Some(0), ..Policy::default() };
        let with = |change: fn(&mut RunState)| {
            let mut run = run("a", 50);
            change(&mut run);
            plan(&[run], &all, NOW).kept.into_keys().next()
        };
        assert_eq!(with(|_| ()), None);
        assert_eq!(with(|r| r.pinned = true), Some(Kept::Pinned));
        assert_eq!(with(|r| r.recorded_status = Some(Status::Running)), Some(Kept::Active));
        assert_eq!(with(|r| r.recorded_status = None), Some(Kept::Active));
        assert_eq!(with(|r| r.recorded_end = None), Some(Kept::Undated));
        for end in [0, -1, i64::MIN, i64::MAX, NOW + 2 * DAY] {
            let odd = RunState { recorded_end: Some(end), ..run("a", 50) };
            assert_eq!(plan(&[odd], &all, NOW).kept.into_keys().next(), Some(Kept::Undated), "{end}");
        }
        let failed = RunState { recorded_status: Some(Status::Failed), ..run("a", 50) };
        assert_eq!(goes(std::slice::from_ref(&failed), &all), ["a"]);
        assert_eq!(goes(&[failed], &Policy { keep_failed: true, ..all }), [""; 0]);
    }

    #[test]
    fn the_trash_is_emptied_after_a_day_and_not_by_a_clock_that_jumped() {
        let trashed = |since| RunState { trashed: Some(since), ..run("a", 50) };
        assert!(is_spent(&trashed(NOW - IN_TRASH), NOW) && !is_spent(&trashed(NOW - IN_TRASH + 1), NOW));
        assert!(!is_spent(&trashed(NOW + DAY), NOW) && !is_spent(&run("a", 50), NOW));
        assert!(!is_spent(&RunState { pinned: true, ..trashed(0) }, NOW));
        assert!(is_much(1, 4) && !is_much(1, 5) && !is_much(1_000, 9_000) && is_much(1_001, 9_000));
    }

    /// A run may go only for a reason that can be checked by looking at it and its neighbours.
    #[test]
    fn random_runs_go_as_the_definition_says() {
        let mut seed = 7u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for _ in 0..2_000 {
            let runs: Vec<RunState> = (0..random(9))
                .map(|i| {
                    let status = [Status::Succeeded, Status::Failed, Status::Running][random(3) as usize];
                    RunState {
                        recorded_status: Some(status),
                        pinned: random(5) == 0,
                        workflow: (random(2) == 0).then(|| "w".to_owned()),
                        bytes: random(200),
                        ..run(&format!("r{i}"), random(100) as i64 - 3)
                    }
                })
                .collect();
            let mut maybe = |most: u64| (random(2) == 0).then(|| random(most));
            let policy = Policy {
                older_than: maybe(90).map(|days| days as i64 * DAY),
                keep_last: maybe(4),
                max_size: maybe(600),
                keep_failed: maybe(2).is_some(),
            };
            let found = plan(&runs, &policy, NOW);
            let gone = |run: &RunState| found.goes.iter().any(|(i, _)| runs[*i].id == run.id);
            let free = |run: &RunState| {
                let last = runs.iter().filter(|other| {
                    other.workflow == run.workflow && (other.at(), &other.id) > (run.at(), &run.id)
                });
                let is_last = policy.keep_last.is_some_and(|most| (last.count() as u64) < most);
                let failed = run.recorded_status == Some(Status::Failed);
                let plausible = run.recorded_end.is_some_and(|end| end <= NOW + DAY);
                let kept = run.pinned || run.is_active() || is_last || (policy.keep_failed && failed);
                plausible && !kept
            };
            let left: u64 = runs.iter().filter(|run| !gone(run)).map(|run| run.bytes).sum();
            assert_eq!(found.left, left);
            for run in &runs {
                let old = policy.older_than.is_some_and(|most| NOW - run.recorded_end.unwrap_or(NOW) > most);
                let alone =
                    policy.older_than.is_none() && policy.max_size.is_none() && policy.keep_last.is_some();
                assert!(!gone(run) || free(run), "{run:?} {policy:?}");
                assert!(gone(run) || !free(run) || !(old || alone), "{run:?} {policy:?}");
                if gone(run) && !old && !alone {
                    // For want of room: with it there were too many bytes, and all free older ones went too.
                    assert!(policy.max_size.is_some());
                    let older = runs.iter().filter(|o| o.recorded_end < run.recorded_end && free(o));
                    assert!(older.into_iter().all(gone), "{run:?} {policy:?}");
                }
                let too_much = policy.max_size.is_some_and(|most| left > most);
                assert!(gone(run) || !free(run) || !too_much, "{run:?} {policy:?}");
            }
        }
    }
}
