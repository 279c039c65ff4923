//! What must hold of any two runs.

use std::collections::BTreeSet;
use std::fmt::Write;

use makespan_analysis::Facts;
use makespan_analysis::compare::*;
use makespan_model::TaskId;
use proptest::prelude::*;

use crate::facts;

/// One line of a run, with its predecessors by number.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    id: String,
    start: i64,
    length: i64,
    kind: u8,
    step: u8,
    after: u16,
    parent: usize,
    worker: u8,
}

pub(crate) fn lines() -> impl Strategy<Value = Vec<Line>> {
    let line = (0..12u8, 0..20i64, 0..9i64, 0..12u8, 0..3u8, any::<u16>(), (0..12usize, 0..3u8));
    prop::collection::vec(line, 0..10).prop_map(|all| {
        let line = |(name, start, length, kind, step, after, (parent, worker))| Line {
            id: format!("n{name}"),
            start,
            length,
            kind,
            step,
            after,
            parent,
            worker,
        };
        let mut seen = BTreeSet::new();
        all.into_iter().map(line).filter(|l| seen.insert(l.id.clone())).collect()
    })
}

/// The run in the notation, its lines in that order; a line that another one waits for is named by its id.
pub(crate) fn text(lines: &[Line], order: &[usize]) -> String {
    let mut out = String::from("run r\n");
    for &i in order {
        let l = &lines[i];
        let end = l.start + l.length;
        let _ = match l.kind {
            0 => write!(out, "{} - -", l.id),
            1 => write!(out, "{} {}.. w{}", l.id, l.start, l.worker),
            2 => write!(
                out,
                "{0} {1}..{1} w{2} failed try=1\n{0} {1}..{3} w{2} try=2",
                l.id, l.start, l.worker, end
            ),
            3 => write!(
                out,
                "{0} {1}..{4} w{2} failed try=1\n{0} {4}|{5}..{3} w{2} try=2",
                l.id,
                l.start,
                l.worker,
                end + 3,
                end,
                end + 2
            ),
            4 => write!(out, "{} {}|{}..{} w{}", l.id, l.start - 1, l.start, end, l.worker),
            5 => write!(out, "{} {}..{} w{} failed", l.id, l.start, end, l.worker),
            _ => write!(out, "{} {}..{} w{}", l.id, l.start, end, l.worker),
        };
        if l.step > 0 {
            let _ = write!(out, " step=s{}", l.step);
        }
        for p in (0..i).filter(|p| l.after >> p & 1 == 1) {
            let _ = write!(out, " {}", lines[p].id);
        }
        if l.parent < i && l.after & 0x400 != 0 {
            let _ = write!(out, " in={}", lines[l.parent].id);
        }
        out.push('\n');
    }
    out
}

/// Two runs that share some of their tasks.
fn two() -> impl Strategy<Value = (Vec<Line>, Vec<Line>)> {
    (lines(), lines(), 0..100usize, any::<bool>()).prop_map(|(a, fresh, cut, rename)| {
        let mut b = a.clone();
        b.truncate(cut % (a.len() + 1) + a.len() / 2);
        for (i, line) in b.iter_mut().enumerate() {
            if rename && i % 3 == 1 {
                line.id = format!("other-{}", line.id);
            }
            if i % 2 == 0 {
                line.length += cut as i64 % 5;
            }
        }
        for line in fresh.into_iter().take(cut % 4) {
            if b.iter().all(|l| l.id != line.id) {
                b.push(line);
            }
        }
        (a, b)
    })
}

fn whole(lines: &[Line]) -> Facts {
    facts(&text(lines, &(0..lines.len()).collect::<Vec<_>>()))
}

fn id(f: &Facts, t: Option<TaskId>) -> Option<String> {
    t.map(|t| f.run().task_id(t).to_owned())
}

/// What was matched with what, and how, without any order.
fn pairs(a: &Facts, b: &Facts, found: &Matching) -> BTreeSet<String> {
    let word = |t: &MatchedTask| {
        format!(
            "{:?} {:?} {} {:?} {:?}",
            id(a, t.a),
            id(b, t.b),
            t.how.name(),
            t.by.map(Evidence::name),
            t.changes
        )
    };
    found.tasks.iter().map(word).collect()
}

proptest! {
    #[test]
    fn every_task_is_in_a_matching_once((a, b) in two()) {
        let (a, b) = (whole(&a), whole(&b));
        let found = matching(&a, &b);
        prop_assert_eq!(found.of_a.len(), a.run().task_count());
        prop_assert_eq!(found.of_b.len(), b.run().task_count());
        for t in a.run().task_ids() {
            prop_assert_eq!(found.tasks[found.of_a[t.index()] as usize].a, Some(t));
        }
        for t in b.run().task_ids() {
            prop_assert_eq!(found.tasks[found.of_b[t.index()] as usize].b, Some(t));
        }
        let keys: BTreeSet<&String> = found.tasks.iter().map(|t| &t.key).collect();
        prop_assert_eq!(keys.len(), found.tasks.len());
        for t in &found.tasks {
            prop_assert_eq!(t.by.is_some(), t.a.is_some() && t.b.is_some());
            prop_assert_eq!(t.how == Match::Added, t.a.is_none());
            prop_assert_eq!(t.how == Match::Removed, t.b.is_none());
            prop_assert!(t.how != Match::Same || t.changes.is_empty());
            prop_assert_eq!(t.delta_ns, t.a_ns.zip(t.b_ns).map(|(x, y)| y - x));
        }
    }

    #[test]
    fn swapping_the_runs_mirrors_a_matching((a, b) in two()) {
        let (a, b) = (whole(&a), whole(&b));
        let mirrored = matching(&b, &a);
        let turned: BTreeSet<String> = mirrored.tasks.iter().map(|t| {
            let how = match t.how {
                Match::Added => Match::Removed,
                Match::Removed => Match::Added,
                other => other,
            };
            let by = t.by.map(Evidence::name);
            format!("{:?} {:?} {} {:?} {:?}", id(&a, t.b), id(&b, t.a), how.name(), by, t.changes)
        }).collect();
        prop_assert_eq!(pairs(&a, &b, &matching(&a, &b)), turned);
    }

    #[test]
    fn a_run_is_the_same_as_itself_whatever_the_order_of_its_lines(
        a in lines(), seed in any::<u64>(),
    ) {
        let mut order: Vec<usize> = (0..a.len()).collect();
        order.sort_by_key(|i| (*i as u64 + 1).wrapping_mul(seed | 1).rotate_left(17));
        let (one, other) = (whole(&a), facts(&text(&a, &order)));
        let found = matching(&one, &other);
        prop_assert!(found.tasks.iter().all(|t| t.how == Match::Same && t.delta_ns.unwrap_or(0) == 0));
        prop_assert!(found.tasks.iter().all(|t| id(&one, t.a) == id(&other, t.b)));
    }

    #[test]
    fn the_order_of_lines_changes_no_match((a, b) in two(), seed in any::<u64>()) {
        let mut order: Vec<usize> = (0..b.len()).collect();
        order.sort_by_key(|i| (*i as u64 + 1).wrapping_mul(seed | 1).rotate_left(17));
        let (a, other) = (whole(&a), facts(&text(&b, &order)));
        let b = whole(&b);
        prop_assert_eq!(pairs(&a, &b, &matching(&a, &b)), pairs(&a, &other, &matching(&a, &other)));
    }

    #[test]
    fn a_line_up_of_two_runs_has_the_pairs_of_their_matching((a, b) in two()) {
        let (a, b) = (whole(&a), whole(&b));
        let rows = lineup(&[&a, &b]).rows;
        let lined: BTreeSet<_> = rows.iter().map(|r| (r.tasks[0], r.tasks[1])).collect();
        let matched: BTreeSet<_> = matching(&a, &b).tasks.iter().map(|t| (t.a, t.b)).collect();
        prop_assert_eq!(lined, matched);
    }

    #[test]
    fn every_task_of_every_run_is_in_one_row(all in prop::collection::vec(lines(), 0..5)) {
        let runs: Vec<Facts> = all.iter().map(|l| whole(l)).collect();
        let found = lineup(&runs.iter().collect::<Vec<_>>());
        let keys: BTreeSet<&String> = found.rows.iter().map(|r| &r.key).collect();
        prop_assert_eq!(keys.len(), found.rows.len());
        for (at, run) in runs.iter().enumerate() {
            let of: Vec<u32> = found.rows_of(at, run.run().task_count());
            for t in run.run().task_ids() {
                prop_assert_eq!(found.rows[of[t.index()] as usize].tasks[at], Some(t));
            }
            let tasks = found.rows.iter().filter(|r| r.tasks[at].is_some()).count();
            prop_assert_eq!(tasks, run.run().task_count());
        }
    }
}
