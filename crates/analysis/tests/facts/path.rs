//! Critical path, slack, lineage.

use makespan_analysis::*;

use crate::{S, by_task, ids, run, s, task};

/// `path | length | waits`
fn check_path(text: &str, expected: &str) {
    let run = run(text);
    let shown = critical_path(&run).map_or("none".to_owned(), |p| {
        for t in run.task_ids() {
            assert_eq!(p.on_path[t.index()], p.tasks.contains(&t));
        }
        let waits: Vec<String> = p.waits.iter().map(|w| s(*w)).collect();
        let inferred = if p.inferred { " inferred" } else { "" };
        format!("{} | {} | {}{inferred}", ids(&run, p.tasks.iter().copied()), s(p.length), waits.join(" "))
    });
    assert_eq!(shown, expected);
}

/// `id:total/free` of each task, `-` where not defined.
fn check_slack(text: &str, expected: &str) {
    let run = run(text);
    let slack = slack(&run);
    let show = |v: Option<i64>| v.map_or("-".to_owned(), s);
    let shown = by_task(&run, |t| format!("{}/{}", show(slack.total[t]), show(slack.free[t])));
    assert_eq!(shown, expected);
}

const DIAMOND: &str = "fetch 0..4 w1
    align 5..9 w1 fetch
    sort 5..7 w2 fetch
    call 10..12 w1 align sort";

#[test]
fn the_path_is_the_longest_chain_with_its_waits() {
    check_path(DIAMOND, "fetch align call | 10 | 0 1 1");
    check_slack(DIAMOND, "fetch:2/1 align:1/1 sort:3/3 call:0/0");
}

#[test]
fn the_longest_chain_may_not_be_the_one_that_ends_last() {
    check_path("a 0..6\nb 0..2\nc 9..10 - b", "a | 6 | 0");
    check_slack("a 0..6\nb 0..2\nc 9..10 - b", "a:4/4 b:7/7 c:0/0");
}

#[test]
fn ties_are_broken_by_later_end_then_lower_index() {
    check_path("a 0..2\nb 1..3\nc 4..5 - a b\nd 4..6 - x\nx 0..1", "x d | 3 | 0 3");
    check_path("a 0..2\nb 1..3\nc 4..5 - a b", "b c | 3 | 0 1");
    check_path("a 0..2\nb 0..2\nc 2..3 - a b", "a c | 3 | 0 0");
}

#[test]
fn tasks_without_times_have_no_weight_but_connect_the_path() {
    check_path("a 0..4\ngate - - a skipped\nb 6..8 - gate\nc 0..5", "a gate b | 6 | 0 0 2");
    check_slack("a 0..4\ngate - - a skipped\nb 6..8 - gate\nc 0..5", "a:2/2 gate:-/- b:0/0 c:3/3");
    check_path("a 0..4\nb 5.. - a", "a | 4 | 0");
    check_slack("a 0..4\nb 5.. - a\nc 5..9", "a:1/1 b:-/- c:0/0");
}

#[test]
fn a_run_without_times_has_no_findings() {
    check_path("a - -\nb - - a", "none");
    check_path("a 0..", "none");
    check_slack("a - -\nb - - a", "a:-/- b:-/-");
}

#[test]
fn retries_count_as_weight_and_overlapping_tasks_add_the_remainder() {
    // Of the four seconds of `b` two lie behind the end of `a`: the path is no longer than the run.
    check_path("a 0..1 - try=1 failed\na 5..6 - try=2\nb 4..8 - a", "a b | 8 | 0 0");
    check_slack("a 0..1 - try=1 failed\na 5..6 - try=2\nb 4..8 - a", "a:0/0 b:0/0");
}

#[test]
fn slack_is_never_less_than_free_slack_where_successors_overlap() {
    check_slack("t 0..5\ns 6..10 - t\nu 8..10 - s", "t:1/1 s:0/0 u:0/0");
}

#[test]
fn total_slack_passes_through_successors_and_free_slack_does_not() {
    check_slack("a 0..1\nb 1..2 - a\nc 0..8", "a:6/0 b:6/6 c:0/0");
}

#[test]
fn a_long_way_that_a_task_overlaps_does_not_hide_a_shorter_one_that_leads_further() {
    // `late` ends long after `next` started; the way over `early` is 23 + 10 + 20 + 1.
    let text = "early 9..32
        late 25..54
        gate - - early late upstream-failed
        next 33..43 - early gate
        then 43..63 - next
        last 63..64 - then";
    check_path(text, "early next then last | 54 | 0 1 0 0");
}

#[test]
fn a_path_over_inferred_edges_is_marked() {
    check_path("a 0..4\nb 5..9\nc 5..6", "a b | 8 | 0 1 inferred");
}

#[test]
fn the_path_goes_through_the_contents_of_containers() {
    let nested = "sub 0..10
        a 0..4 - in=sub
        b 4..9 - a in=sub
        next 11..13 - sub";
    // The container was at work itself from 9 to 10, and what comes next had to wait for that.
    check_path(nested, "a b sub next | 12 | 0 0 0 1");
    // `b` must end before its container does, and the container a second before what comes next starts.
    check_slack(nested, "sub:1/1 a:2/0 b:2/1 next:0/0");
}

#[test]
fn the_path_includes_own_times_of_containers_and_their_contents() {
    check_path("root 0..20\na 0..2 - in=root\nb 2..5 - a in=root", "a b root | 20 | 0 0 0");
    check_path(
        "root 0..20\ngroup - - in=root\na 1..12 - in=group\nb 12..15 - a in=group",
        "root a b | 20 | 0 0 0",
    );
    // Between its contents, too: the own seconds 0, 4 and 5, and the last one part what ran side by side.
    let run = run("root 0..9\na 1..4 - in=root\nb 1..3 w in=root\nc 6..8 - in=root\nd 9..10 - root");
    let path = critical_path(&run).unwrap();
    assert_eq!(ids(&run, path.tasks.iter().copied()), "root a c d");
    assert_eq!((path.weights, path.length), (vec![4 * S, 3 * S, 2 * S, S], 10 * S));
}

#[test]
fn a_dependency_on_the_own_container_is_not_a_cycle() {
    check_path("root 0..9\na 0..4 - root in=root\nb 4..8 - a in=root", "a b root | 9 | 0 0 0");
}

#[test]
fn containment_that_contradicts_dependencies_is_left_out() {
    check_path("a 0..9\nb 1..2 - a\nin 3..4 - b in=a", "a | 9 | 0");
}

#[test]
fn lineage_follows_dependencies() {
    let run = run("a 0..1\nb 1..2 - a\nc 1..2 - a\nd 2..3 - b c\ne 0..1");
    let set = |reached: Vec<bool>| ids(&run, run.task_ids().filter(|t| reached[t.index()]));
    assert_eq!(set(upstream(&run, task(&run, "d"))), "a b c");
    assert_eq!(set(downstream(&run, task(&run, "a"))), "b c d");
    assert_eq!(set(downstream(&run, task(&run, "e"))), "");
    assert_eq!(set(upstream(&run, makespan_model::TaskId(99))), "");
}

#[test]
fn the_slowest_tasks_come_first() {
    let run = run("a 0..2\nb 0..9\nc 0..\nd 3..5\ne 0..1 - try=1 failed\ne 6..7 - try=2");
    assert_eq!(ids(&run, slowest(&run, 3)), "b e a");
    assert_eq!(slowest(&run, 99).len(), 4);
    assert_eq!(critical_path(&run).unwrap().length, 9 * S);
}
