//! Plans against the slow and obvious answer.

use std::collections::BTreeSet;

use makespan_format::Status;
use makespan_store::retention::{Doubt, Kept, Plan, Policy, plan};
use makespan_store::{RunState, key};
use proptest::prelude::*;

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;
const YEAR: i64 = 365 * DAY;
/// 2026-01-05T08:00:00Z.
const NOW: i64 = 1_767_600_000 * SECOND;
/// 1990-01-01T00:00:00Z.
const YEAR_1990: i64 = 631_152_000 * SECOND;

fn run(id: &str, ended: Option<i64>) -> RunState {
    RunState {
        recorded_status: Some(Status::Succeeded),
        recorded_start: ended.map(|end| end.saturating_sub(SECOND)),
        recorded_end: ended,
        bytes: 100,
        ..RunState::new(id, NOW)
    }
}

fn going(plan: &Plan) -> Vec<&str> {
    plan.goes.iter().map(|leaving| leaving.run.id.as_str()).collect()
}

/// Which runs go, by the words of the policy: each looked at by itself, as often as it takes.
fn expected(runs: &[RunState], policy: &Policy, now: i64) -> Vec<String> {
    let stored: Vec<&RunState> = runs.iter().filter(|run| run.trashed.is_none()).collect();
    let place = |run: &RunState| (run.at(), key(&run.id));
    let later = |run: &RunState| {
        stored.iter().filter(|other| other.workflow == run.workflow && place(other) > place(run)).count()
            as u64
    };
    let may_go = |run: &RunState| {
        let Some(end) = run.recorded_end else { return false };
        let failed = run.recorded_status == Some(Status::Failed);
        let over = run.recorded_status.is_some_and(|s| s != Status::Running);
        let plausible = end >= YEAR_1990 && i128::from(end) <= i128::from(now) + i128::from(DAY);
        over && plausible
            && !run.pinned
            && !(failed && policy.keep_failed)
            && policy.keep_last.is_none_or(|last| later(run) >= last)
    };
    let age = |run: &RunState| i128::from(now) - i128::from(run.recorded_end.unwrap());
    let mut free: Vec<&RunState> = stored.iter().copied().filter(|run| may_go(run)).collect();
    free.sort_by_key(|run| (-age(run), run.id.clone()));
    let mut gone: Vec<String> = match policy {
        Policy { older_than: Some(most), .. } => {
            free.iter().filter(|run| age(run) > i128::from(*most)).map(|run| run.id.clone()).collect()
        }
        Policy { max_size: None, keep_last: Some(_), .. } => free.iter().map(|run| run.id.clone()).collect(),
        _ => Vec::new(),
    };
    while let Some(most) = policy.max_size {
        let left: u64 = stored.iter().filter(|run| !gone.contains(&run.id)).map(|run| run.bytes).sum();
        let next = free.iter().find(|run| !gone.contains(&run.id));
        match next {
            Some(run) if left > most => gone.push(run.id.clone()),
            _ => break,
        }
    }
    gone
}

fn a_time() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => (-3i64..120).prop_map(|days| NOW - days * DAY),
        1 => proptest::sample::select(vec![0, -1, i64::MIN, i64::MAX, YEAR_1990 - 1, YEAR_1990, NOW + DAY, NOW + DAY + 1]),
        1 => (-10i64..=10).prop_map(|years| NOW + years * YEAR),
    ]
}

fn a_run() -> impl Strategy<Value = RunState> {
    let status = proptest::sample::select(vec![
        Some(Status::Succeeded),
        Some(Status::Failed),
        Some(Status::Cancelled),
        Some(Status::Running),
        None,
    ]);
    let workflow = proptest::sample::select(vec![None, Some("etl"), Some("ETL")]);
    let times = (proptest::option::weighted(0.9, a_time()), proptest::option::weighted(0.1, a_time()));
    (status, workflow, times, proptest::bool::weighted(0.1), 0u64..300).prop_map(
        |(status, workflow, (ended, trashed), pinned, bytes)| RunState {
            recorded_status: status,
            workflow: workflow.map(str::to_owned),
            trashed,
            pinned,
            bytes,
            ..run("", ended)
        },
    )
}

fn a_policy() -> impl Strategy<Value = Policy> {
    let age = proptest::option::of((0i64..100).prop_map(|days| days * DAY));
    (age, proptest::option::of(0u64..5), proptest::option::of(0u64..1_500), any::<bool>()).prop_map(
        |(older_than, keep_last, max_size, keep_failed)| Policy {
            older_than,
            keep_last,
            max_size,
            keep_failed,
        },
    )
}

fn a_clock() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => Just(NOW),
        1 => proptest::sample::select(vec![0, i64::MAX, i64::MIN, NOW - 10 * YEAR, NOW + 10 * YEAR]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases * 8, ..ProptestConfig::default() })]

    #[test]
    fn the_plan_follows_the_policy(
        runs in proptest::collection::vec(a_run(), 0..14),
        policy in a_policy(),
        now in a_clock(),
    ) {
        let runs: Vec<RunState> =
            runs.into_iter().enumerate().map(|(i, run)| RunState { id: format!("r{i}"), ..run }).collect();
        let found = plan(&runs, &policy, now);
        prop_assert_eq!(going(&found), expected(&runs, &policy, now));
        let gone: BTreeSet<&str> = going(&found).into_iter().collect();
        let stored: Vec<&RunState> = runs.iter().filter(|run| run.trashed.is_none()).collect();
        let left: u64 = stored.iter().filter(|run| !gone.contains(run.id.as_str())).map(|run| run.bytes).sum();
        prop_assert_eq!((found.left, found.runs), (left, stored.len()));
        let kept: u64 = found.kept.values().sum();
        prop_assert_eq!(kept + gone.len() as u64, stored.len() as u64, "every run goes or is kept");
        prop_assert_eq!(found.undated.len() as u64, found.kept.get(&Kept::Undated).copied().unwrap_or(0));
        for run in &runs {
            let spent = found.spent.contains(run);
            let since = run.trashed.map(|t| i128::from(now) - i128::from(t));
            let over = !run.pinned && !run.is_active();
            prop_assert_eq!(spent, over && since.is_some_and(|since| since >= i128::from(DAY)), "{:?}", run);
        }
        prop_assert_eq!(plan(&runs, &policy, now), found, "the same runs give the same plan");
    }
}

#[test]
fn an_empty_policy_keeps_everything() {
    let runs = [run("old", Some(NOW - 9 * YEAR)), run("new", Some(NOW))];
    assert_eq!(going(&plan(&runs, &Policy::default(), NOW)), [""; 0]);
    assert_eq!(going(&plan(&[], &Policy { max_size: Some(0), ..Policy::default() }, NOW)), [""; 0]);
}

#[test]
fn a_large_removal_must_be_confirmed() {
    let policy = Policy { older_than: Some(30 * DAY), ..Policy::default() };
    let plan_of = |old: usize, new: usize| {
        let old = (0..old).map(|i| run(&format!("old {i}"), Some(NOW - 31 * DAY)));
        let new = (0..new).map(|i| run(&format!("new {i}"), Some(NOW)));
        plan(&old.chain(new).collect::<Vec<_>>(), &policy, NOW)
    };
    assert_eq!(plan_of(0, 3).objection(), None);
    assert_eq!(plan_of(1, 4).objection(), None);
    assert!(plan_of(1, 3).objection().unwrap().starts_with("1 of 4 runs"));
    assert_eq!(plan_of(1_000, 4_000).objection(), None);
    assert!(plan_of(1_001, 9_000).objection().unwrap().starts_with("1001 of 10001 runs"));
}

#[test]
fn a_clock_jump_is_detected() {
    let policy = Policy { older_than: Some(30 * DAY), ..Policy::default() };
    let mut runs: Vec<RunState> =
        (0..20).map(|i| run(&format!("r{i}"), Some(NOW - 50 * i64::from(i == 0) * DAY))).collect();
    let at = |runs: &[RunState], now: i64| plan(runs, &policy, now);
    let now = at(&runs, NOW);
    assert_eq!((now.doubt, now.objection(), now.goes.len()), (None, None, 1));
    for (now, doubt) in [
        (NOW + 10 * YEAR, Doubt::Ahead(10 * YEAR)),
        (NOW - 10 * YEAR, Doubt::Behind(10 * YEAR)),
        (0, Doubt::Behind(NOW)),
        (i64::MAX, Doubt::Ahead(i64::MAX - NOW)),
    ] {
        let plan = at(&runs, now);
        assert_eq!(plan.doubt, Some(doubt));
        assert_eq!(plan.objection().is_some(), !plan.goes.is_empty(), "{doubt:?}");
        assert!(plan.warnings().iter().any(|w| w.code == "doubtful-clock"), "{doubt:?}");
        // With a clock that is behind, runs lie in the future: nothing is known about their age.
        assert_eq!(plan.goes.is_empty(), matches!(doubt, Doubt::Behind(_)));
    }
    // A clock that jumps ahead must not empty the trash either.
    runs[0].trashed = Some(NOW);
    let ahead = plan(&runs, &Policy::default(), NOW + 10 * YEAR);
    assert_eq!((ahead.goes.len(), ahead.spent.len()), (0, 1));
    assert!(ahead.objection().is_some());
}

#[test]
fn runs_without_a_plausible_end_are_kept_and_reported() {
    let policy = Policy { older_than: Some(0), ..Policy::default() };
    let odd =
        [None, Some(0), Some(-1), Some(i64::MIN), Some(i64::MAX), Some(NOW + 2 * DAY), Some(YEAR_1990 - 1)];
    let runs: Vec<RunState> = odd.iter().enumerate().map(|(i, end)| run(&format!("r{i}"), *end)).collect();
    let plan = plan(&runs, &policy, NOW);
    assert_eq!((plan.goes.len(), plan.undated.len()), (0, odd.len()));
    let warnings = plan.warnings();
    assert_eq!((warnings[0].code.as_ref(), warnings[0].count), ("undated-run", odd.len() as u64));
}
