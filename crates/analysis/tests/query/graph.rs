//! What leads where: `up`, `down` and `between` against walks over all paths.

use std::fmt::Write as _;

use makespan_analysis::Facts;
use makespan_analysis::query::{Query, QueryContext};
use makespan_model::{Run, TaskId};
use proptest::prelude::*;

use crate::{check, check_wrong, facts, pipeline};

#[test]
fn tasks_that_lead_to_others_and_back() {
    check(
        &pipeline(),
        &[
            ("up(merge)", "Fetch align_1 align_2 merge"),
            ("up(merge, 1)", "align_1 align_2 merge"),
            ("up(merge,0)", "merge"),
            ("upstream(align_*)", "Fetch align_1 align_2"),
            ("down(align_1)", "align_1 merge report"),
            ("down((kind:bash), 1)", "Fetch align_1 align_2 lint"),
            ("down(kind:bash, 1)", "Fetch align_1 align_2 lint"),
            ("up(\"merge\") !merge", "Fetch align_1 align_2"),
            // A word alone is a whole id or name; an expression in parentheses looks for parts of them.
            ("up(align)", ""),
            ("up((align))", "Fetch align_1 align_2"),
            ("up(\"align_*\")", ""),
            ("up(nobody)", ""),
            ("between(Fetch, merge)", "Fetch align_1 align_2 merge"),
            ("between(align_1, report)", "align_1 merge report"),
            ("between(merge, Fetch)", ""),
            ("between(lint, lint)", "lint"),
            ("between(step:align or lint, up(report,1))", "align_1 align_2 merge report"),
            ("up(down(lint)) or between(Fetch,(dur>p90)) and !down(align_2)", "Fetch align_1 lint"),
            ("not up(down(align_1, 1), 2)", "lint report"),
        ],
    );
}

#[test]
fn calls_that_are_none() {
    check_wrong(
        &pipeline(),
        &[
            (
                "upp(merge)",
                "upp",
                "unknown function `upp`; quote text that contains parentheses; expected `up`",
            ),
            ("up()", ")", "unexpected `)`"),
            ("up(merge", "up(", "missing closing"),
            ("up(merge, x)", "x", "whole number"),
            ("up(merge, -1)", "-1", "whole number"),
            ("up(merge, 2 and 3)", "and", "expected `)`"),
            ("up(merge, 1, 2)", ",", "expected `)`"),
            ("between(merge)", ")", "takes two arguments"),
            ("between(a, b, c)", ",", "commas separate only arguments"),
            ("between(a,)", ")", "unexpected"),
        ],
    );
}

/// Whether a path of at most `hops` dependencies leads from one task to another; walks all of them.
fn leads(run: &Run, from: TaskId, to: TaskId, hops: u32) -> bool {
    from == to
        || (hops > 0 && run.successors.row(from.index()).iter().any(|&s| leads(run, TaskId(s), to, hops - 1)))
}

/// Up to ten tasks with dependencies on tasks before them.
fn graphs() -> impl Strategy<Value = Facts> {
    prop::collection::vec(any::<u16>(), 1..10).prop_map(|tasks| {
        let mut text = String::from("t0 0..1 w\n");
        for (t, edges) in tasks.iter().enumerate().map(|(t, edges)| (t + 1, edges)) {
            let _ = write!(text, "t{t} {t}..{} w", t + 1);
            (0..t).filter(|p| edges >> p & 1 == 1).for_each(|p| {
                let _ = write!(text, " t{p}");
            });
            text.push('\n');
        }
        facts(&text, &[])
    })
}

proptest! {
    #[test]
    fn up_down_and_between_are_walks(facts in graphs(), a in 0..10usize, b in 0..10usize, hops in 0..4u32) {
        let run = facts.run();
        let name = |t: usize| format!("t{}", t % run.task_count());
        let (a, b) = (name(a), name(b));
        let (ta, tb) = (run.find_task(&a).unwrap(), run.find_task(&b).unwrap());
        let ask = |text: String| Query::parse(&text).unwrap().mask(&facts, QueryContext::default()).unwrap();
        let up = ask(format!("up({a})"));
        let up_hops = ask(format!("up({a}, {hops})"));
        let down = ask(format!("down({a} or {b})"));
        let down_hops = ask(format!("down((id={a} or id={b}), {hops})"));
        let between = ask(format!("between({a}, {b})"));
        for t in run.task_ids() {
            let i = t.index();
            prop_assert_eq!(up[i], leads(run, t, ta, 20));
            prop_assert_eq!(up_hops[i], leads(run, t, ta, hops));
            prop_assert_eq!(down[i], leads(run, ta, t, 20) || leads(run, tb, t, 20));
            prop_assert_eq!(down_hops[i], leads(run, ta, t, hops) || leads(run, tb, t, hops));
            prop_assert_eq!(between[i], leads(run, ta, t, 20) && leads(run, t, tb, 20));
        }
    }
}
