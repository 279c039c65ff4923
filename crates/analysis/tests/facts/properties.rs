//! The facts against the plainest way to compute them, on small random runs.

use makespan_analysis::*;
use makespan_model::{Run, TaskId, UNKNOWN};
use proptest::prelude::*;

use crate::S;
use crate::random::{executed, graphs, mixed};

/// The last end of the run and whether another start moved, had `late` ended `by` ns later and everything after it
/// as early as it could, but no earlier than it did.
fn delayed(run: &Run, late: TaskId, by: i64) -> (i64, bool) {
    let mut ends: Vec<i64> = Vec::new();
    let mut moved = false;
    for t in run.task_ids() {
        let (start, end) = run.task_interval(t).unwrap();
        let before = run.predecessors.row(t.index()).iter().map(|p| ends[*p as usize]).max();
        let shift = before.map_or(0, |b| (b - start).max(0));
        moved |= shift > 0;
        ends.push(end + shift + if t == late { by } else { 0 });
    }
    (ends.into_iter().max().unwrap(), moved)
}

fn flat(run: &Run) -> bool {
    run.task_ids().all(|t| run.parent(t).is_none())
}

/// Whether every task started when all that it depends on was over, as far as that is known.
pub(crate) fn in_order(run: &Run) -> bool {
    run.task_ids().all(|t| {
        let start = run.task_interval(t).map(|s| s.0);
        start.is_none_or(|start| latest(run, t) <= start)
    })
}

/// The last end of all that a task depends on, also by others.
fn latest(run: &Run, t: TaskId) -> i64 {
    let before = run.predecessors.row(t.index()).iter().map(|&p| TaskId(p));
    before
        .map(|p| run.task_interval(p).map_or(i64::MIN, |s| s.1).max(latest(run, p)))
        .max()
        .unwrap_or(i64::MIN)
}

fn weight(run: &Run, t: TaskId) -> i64 {
    run.task_interval(t).map_or(0, |(s, e)| e - s)
}

/// The weight of the longest chain that ends with a task, by trying all of them.
fn longest(run: &Run, t: TaskId) -> i64 {
    let before = run.predecessors.row(t.index()).iter().map(|p| longest(run, TaskId(*p)));
    before.max().unwrap_or(0) + weight(run, t)
}

fn reaches(run: &Run, from: TaskId, to: TaskId) -> bool {
    run.successors.row(from.index()).iter().any(|&s| TaskId(s) == to || reaches(run, TaskId(s), to))
}

proptest! {
    #[test]
    fn the_critical_path_is_a_chain_and_none_is_longer(run in graphs().prop_filter("flat", flat)) {
        let Some(path) = critical_path(&run) else {
            prop_assert!(run.task_ids().all(|t| run.task_interval(t).is_none()));
            return Ok(());
        };
        if in_order(&run) {
            prop_assert_eq!(path.length, run.task_ids().map(|t| longest(&run, t)).max().unwrap());
            prop_assert_eq!(path.overlap, 0);
        }
        prop_assert_eq!(path.length + path.overlap, path.tasks.iter().map(|t| weight(&run, *t)).sum::<i64>());
        for pair in path.tasks.windows(2) {
            prop_assert!(run.predecessors.row(pair[1].index()).contains(&pair[0].0));
        }
        prop_assert_eq!(path.waits.len(), path.tasks.len());
    }

    #[test]
    fn the_critical_path_adds_up_and_fits_into_the_run(run in prop_oneof![graphs(), mixed(), executed()]) {
        let Some(path) = critical_path(&run) else { return Ok(()) };
        let (start, end) = run.span().unwrap();
        prop_assert!(path.length <= end - start, "{path:?}");
        prop_assert_eq!(path.weights.iter().sum::<i64>(), path.length);
        prop_assert!(path.weights.iter().all(|w| *w >= 0));
        let mut once: Vec<_> = path.tasks.clone();
        once.sort_unstable();
        once.dedup();
        prop_assert_eq!(once.len(), path.tasks.len());
        // No task that holds no others takes longer.
        let holds = |t: TaskId| run.task_ids().any(|c| run.parent(c) == Some(t));
        prop_assert!(run.task_ids().filter(|t| !holds(*t)).all(|t| weight(&run, t) <= path.length));
    }

    #[test]
    fn a_container_takes_its_own_time_and_the_longest_of_its_contents(
        times in prop::collection::vec((0..20i64, 1..6i64), 1..6),
    ) {
        let mut text = "root 0..30\n".to_owned();
        for (t, (start, length)) in times.iter().enumerate() {
            text += &format!("t{t} {start}..{} - in=root\n", start + length);
        }
        let found = critical_path(&crate::run(&format!("run r\n{text}after 30..31 - root"))).unwrap();
        // Second by second: alone where no content is open; of what runs side by side the longest chain.
        let open = |x: i64| times.iter().any(|(s, l)| *s <= x && x < s + l);
        let own = (0..30).filter(|x| !open(*x)).count() as i64;
        let mut within = 0;
        let mut from = 0;
        while from < 30 {
            if !open(from) {
                from += 1;
                continue;
            }
            let to = (from..=30).find(|x| !open(*x)).unwrap();
            within += times.iter().filter(|(s, _)| from <= *s && *s < to).map(|t| t.1).max().unwrap();
            from = to;
        }
        prop_assert_eq!(found.length, (own + within + 1) * S);
    }

    #[test]
    fn lineage_is_reachability(run in graphs()) {
        for a in run.task_ids() {
            let (up, down) = (upstream(&run, a), downstream(&run, a));
            for b in run.task_ids() {
                prop_assert_eq!(down[b.index()], reaches(&run, a, b));
                prop_assert_eq!(up[b.index()], reaches(&run, b, a));
            }
        }
    }

    #[test]
    fn concurrency_counts_the_intervals_over_each_moment(run in graphs()) {
        let busy = busy(&run);
        let found = concurrency(&run, &busy);
        // What has no end goes on after the last time known; what holds others only where it was at work until then.
        let end = run.span().map_or(i64::MIN, |span| span.1);
        let is_open = |attempt: usize| run.attempts.ended[attempt] == UNKNOWN;
        let on = |i: usize| busy.end[i] == end && is_open(busy.attempt[i] as usize);
        let late = (0..run.attempt_count()).filter(|&a| {
            let is_parent = run.task_ids().any(|t| run.parent(t) == Some(TaskId(run.attempts.task[a])));
            run.attempts.started[a] == end && is_open(a) && !is_parent
        });
        let late = late.count() as u32;
        let over = |t: i64| {
            let at_work = (0..busy.len()).filter(|&i| busy.start[i] <= t && (t < busy.end[i] || on(i)));
            at_work.count() as u32 + if t >= end { late } else { 0 }
        };
        let most = busy.start.iter().chain([&end]).map(|&t| over(t)).max().unwrap_or(0);
        prop_assert_eq!(found.max_running, most);
        for (t, running) in found.t.iter().zip(&found.running) {
            prop_assert_eq!(*running, over(*t));
        }
        prop_assert!(found.running.windows(2).all(|w| w[0] != w[1]));
    }

    #[test]
    fn a_container_works_in_the_seconds_in_which_no_content_is_open(run in graphs()) {
        let busy = busy(&run);
        for t in run.task_ids().filter(|t| run.task_interval(*t).is_some()) {
            // Contents of containers without times belong to the one around them.
            let holds = |mut c: TaskId| loop {
                match run.parent(c) {
                    Some(p) if p == t => break true,
                    Some(p) if run.attempts_of(p).len() == 0 => c = p,
                    _ => break false,
                }
            };
            let contents: Vec<(i64, i64)> = run
                .task_ids()
                .filter(|c| holds(*c) && run.attempts_of(*c).len() > 0)
                .map(|c| {
                    let a = run.attempts_of(c).next().unwrap();
                    (run.attempts.started[a.index()], run.task_interval(c).map_or(i64::MAX, |x| x.1))
                })
                .collect();
            let (start, end) = run.task_interval(t).unwrap();
            let seconds = (start / S..end / S).map(|x| x * S);
            let own = seconds.filter(|x| !contents.iter().any(|c| c.0 <= *x && *x < c.1)).count() as i64;
            let mine = |i: &usize| run.attempts.task[busy.attempt[*i] as usize] == t.0;
            let found: i64 = (0..busy.len()).filter(mine).map(|i| busy.end[i] - busy.start[i]).sum();
            prop_assert_eq!(found, own * S);
        }
    }

    #[test]
    fn a_task_that_could_end_later_has_slack(run in graphs().prop_filter("flat", flat)) {
        let found = slack(&run);
        let horizon = run.span().map_or(0, |s| s.1);
        for t in run.task_ids() {
            let Some((_, end)) = run.task_interval(t) else {
                prop_assert_eq!((found.total[t.index()], found.free[t.index()]), (None, None));
                continue;
            };
            let (total, free) = (found.total[t.index()].unwrap(), found.free[t.index()].unwrap());
            prop_assert!(0 <= free && free <= total && total <= horizon - end);
            let starts = run.successors.row(t.index()).iter().flat_map(|s| run.attempts_of(TaskId(*s)));
            for a in starts {
                prop_assert!(free <= (run.attempts.started[a.index()] - end).max(0));
            }
            if run.successors.row(t.index()).is_empty() {
                prop_assert_eq!((total, free), (horizon - end, horizon - end));
            }
        }
    }

    #[test]
    fn slack_is_the_largest_possible_delay(run in executed().prop_filter("dependent", |r| !r.edges_inferred)) {
        let found = slack(&run);
        let horizon = run.span().unwrap().1;
        for t in run.task_ids() {
            let (total, free) = (found.total[t.index()].unwrap(), found.free[t.index()].unwrap());
            prop_assert_eq!(delayed(&run, t, total).0, horizon);
            prop_assert!(delayed(&run, t, total + 1).0 > horizon);
            prop_assert!(!delayed(&run, t, free).1);
            let (end, moved) = delayed(&run, t, free + 1);
            prop_assert!(moved || end > horizon);
        }
    }

    #[test]
    fn facts_do_not_depend_on_the_order_of_requests(run in graphs()) {
        let facts = Facts::new(std::sync::Arc::new(run.clone()));
        prop_assert_eq!(facts.steps().to_vec(), steps(&run));
        prop_assert_eq!(facts.workers().to_vec(), workers(&run));
        prop_assert_eq!(facts.totals(), &totals(&run));
        prop_assert_eq!(facts.observed_path().cloned(), observed_path(&run));
        prop_assert_eq!(facts.near_critical(3), near_critical(&run, 3));
        prop_assert_eq!(facts.bounds().copied(), bounds(&run));
        prop_assert_eq!(facts.utilisation(), &utilisation(&run));
        prop_assert_eq!(facts.causes(), &causes(&run));
        prop_assert_eq!(facts.retries(), &retries(&run));
        let nodes: i64 = facts.steps().iter().map(|s| s.work).sum();
        prop_assert_eq!(nodes, facts.totals().work);
        let path = critical_path(&run).map_or(0, |p| p.length);
        let longest = run.task_ids().map(|t| longest(&run, t)).max().unwrap();
        prop_assert!(!flat(&run) || !in_order(&run) || path == longest);
    }

    #[test]
    fn natural_order_is_an_order(mut names in prop::collection::vec("[a01]{0,4}", 3)) {
        names.sort_by(|a, b| natural_cmp(a, b));
        prop_assert!(natural_cmp(&names[0], &names[2]).is_le());
        prop_assert_eq!(natural_cmp(&names[0], &names[1]).is_eq(), names[0] == names[1]);
        prop_assert_eq!(natural_cmp(&names[0], &names[1]), natural_cmp(&names[1], &names[0]).reverse());
    }

    #[test]
    fn fingerprints_of_anything_are_short_and_stable(message in "(?s).{0,80}") {
        let print = fingerprint(&message);
        prop_assert!(print.chars().count() <= 200);
        prop_assert_eq!(print, fingerprint(&message));
    }
}
